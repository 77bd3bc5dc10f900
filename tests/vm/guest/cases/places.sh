# shellcheck shell=dash disable=SC2016 # the single quotes hold jq programs
# Where a file lies, and where it only seems to lie. A path is a hint: what it is that is recorded,
# and that a digest beside it is not fooled.

# _refused FILE REASON GATE CLAIM...: the record of a refusal with EPERM, whoever asked and however.
_refused()
{
	local file=$1 reason=$2 gate=$3
	guarded || return 0
	shift 3
	expect_record "$(of "$file") and .verdict == \"deny\"" '.schema == "modwarden/1"' '.op == "load"' \
		'.enforced == true' '.mode == "enforce"' ".reason == \"$reason\"" ".gate == \"$gate\"" \
		".module.size == $(stat -c %s "$file")" '.syscall.exit == -1' '.syscall.errno == "EPERM"' \
		'.process.pid > 1' '.policy.generation == 1' '.lost == {}' "$@"
}

denies_another_file_renamed_to_a_listed_path()
{
	local good bad path=$modules/$case/nls_cp437.ko
	good=$(unsigned_copy nls_cp437)
	bad=$(renamed_copy nls_cp775 nls_cp437)
	allow "path: $path" "sha256: $(digest "$good")"
	mkdir -p "$modules/$case"
	cp "$bad" "$path.new"
	mv "$path.new" "$path"
	denies nls_cp437 finit "$path"
	denied "$bad" default content ".module.path == \"$path\"" '.module.name == "nls_cp437"'
	cp "$good" "$path.new"
	mv "$path.new" "$path"
	loads nls_cp437 finit "$path"
	allowed "$good" "$case" name ".module.path == \"$path\""
}

judges_a_hard_link_by_the_name_it_is_opened_by()
{
	local file dir=$modules/$case
	file=$(unsigned_copy nls_cp437)
	allow "path: $dir/listed.ko"
	mkdir -p "$dir"
	[ -e "$dir/other.ko" ] || { cp "$file" "$dir/listed.ko" && ln "$dir/listed.ko" "$dir/other.ko"; }
	denies nls_cp437 finit "$dir/other.ko"
	denied "$file" default content ".module.path == \"$dir/other.ko\"" '.module.deleted == false'
	loads nls_cp437 finit "$dir/listed.ko"
	allowed "$file" "$case" name ".module.path == \"$dir/listed.ko\""
}

# What the caller calls /run/.../listed.ko is recorded as what it is outside.
denies_in_a_chroot_what_only_looks_like_a_listed_path()
{
	local good bad path=$modules/$case/listed.ko jail=$modules/$case.jail
	good=$(unsigned_copy nls_cp737)
	bad=$(unsigned_copy nls_cp437)
	allow "path: $path"
	allow "path: $jail$path.right"
	if [ ! -e "$jail" ]; then
		mkdir -p "$jail/root" "$jail$modules/$case" "$modules/$case"
		cp "$load" "$jail/root"
		cp "$bad" "$path"
		cp "$bad" "$jail$path"
		cp "$good" "$jail$path.right"
	fi
	loads nls_cp437 finit "$path"
	allowed "$bad" "$case" name ".module.path == \"$path\""
	local load="chroot $jail /root/load"
	denies nls_cp437 finit "$path"
	_refused "$bad" default content ".module.path == \"$jail$path\"" '.module.name == "nls_cp437"' \
		'.module.filesystem == "tmpfs"' '.process.comm == "load"' ".process.exe == \"$jail/root/load\"" \
		".process.cmdline == \"/root/load finit $path\"" '.process.uid == 0'
	loads nls_cp737 finit "$path.right"
	expect_record "$(of "$good")" '.verdict == "allow"' ".rule == \"$case.1\"" \
		".module.path == \"$jail$path.right\""
}

# _in_own_mounts MOUNTS COMMAND...: a command that runs it in a mount namespace of its own, after
# the shell command MOUNTS. To be split at its spaces.
_in_own_mounts()
{
	local script=$state/$case.mounts
	printf '%s && exec "$@"\n' "$1" >"$script"
	shift
	echo "unshare -m sh $script $*"
}

# It is no path of the first namespace, and neither is a rule's.
a_bind_mount_gives_a_file_any_path()
{
	local file path=$modules/$case/listed.ko
	file=$(unsigned_copy nls_cp437)
	allow "path: $path"
	mkdir -p "$modules/$case"
	: >"$path"
	denies nls_cp437 finit "$file"
	denied "$file" default content ".module.path == \"$file\""
	local load
	load=$(_in_own_mounts "mount --bind $file $path" /root/load)
	loads nls_cp437 finit "$path"
	allowed "$file" "$case" name ".module.path == \"$path\"" '.module.filesystem == "tmpfs"'
}

a_bind_mount_gives_no_file_a_listed_digest()
{
	local good bad path=$modules/$case/listed.ko
	good=$(unsigned_copy nls_cp437)
	bad=$(renamed_copy nls_cp775 nls_cp437)
	allow "path: $path" "sha256: $(digest "$good")"
	mkdir -p "$modules/$case"
	[ -e "$path" ] || cp "$good" "$path"
	loads nls_cp437 finit "$path"
	allowed "$good" "$case" name ".module.path == \"$path\""
	local load
	load=$(_in_own_mounts "mount --bind $bad $path" /root/load)
	denies nls_cp437 finit "$path"
	denied "$bad" default content ".module.path == \"$path\"" '.module.name == "nls_cp437"'
}

# A mount that hangs nowhere any more is a root of its own.
a_detached_mount_gives_a_file_any_path()
{
	local file path=$modules/$case/listed.ko mount=$modules/$case.mount
	file=$(unsigned_copy nls_cp437)
	allow "path: $path"
	mkdir -p "$mount"
	mount -t tmpfs "$case" "$mount" || fail 'cannot mount'
	mkdir -p "$mount$modules/$case"
	cp "$file" "$mount$path"
	denies nls_cp437 finit "$mount$path"
	denied "$file" default content ".module.path == \"$mount$path\""
	exec 9<"$mount$path"
	umount -l "$mount"
	loads nls_cp437 finit /proc/self/fd/9
	allowed "$file" "$case" name ".module.path == \"$path\"" '.module.deleted == false'
}

tells_file_systems_apart()
{
	local file dir=$modules/$case
	file=$(unsigned_copy tcp_nv)
	allow 'module: tcp_nv' 'filesystem: overlay'
	if before; then
		modprobe -q overlay || skip 'this kernel has no overlay file system'
		mkdir -p "$dir/lower" "$dir/upper" "$dir/work" "$dir/merged"
		cp "$file" "$dir/lower/tcp_nv.ko"
		mount -t overlay -o "lowerdir=$dir/lower,upperdir=$dir/upper,workdir=$dir/work" \
			"$case" "$dir/merged" || fail 'cannot mount'
	fi
	loads tcp_nv finit "$dir/merged/tcp_nv.ko"
	allowed "$file" "$case" name ".module.path == \"$dir/merged/tcp_nv.ko\"" \
		'.module.filesystem == "overlay"'
	denies tcp_nv finit "$dir/lower/tcp_nv.ko"
	_refused "$file" default content ".module.path == \"$dir/lower/tcp_nv.ko\"" \
		'.module.filesystem == "tmpfs"' '.rule == null'
}
