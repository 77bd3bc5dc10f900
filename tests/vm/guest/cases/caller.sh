# shellcheck shell=dash disable=SC2016 # the single quotes hold jq programs
# Where it comes from and who asks: path, source, user, container.

allows_by_path()
{
	local file=$modules/listed/nls_iso8859-13.ko
	allow "path: $modules/listed/*.ko"
	mkdir -p "$modules/listed"
	[ -e "$file" ] || cp "$(unsigned_copy nls_iso8859-13)" "$file"
	loads nls_iso8859_13 finit "$file"
	allowed "$file" "$case" name ".module.path == \"$file\""
	denies nls_iso8859_13 finit "$(unsigned_copy nls_iso8859-13)"
	expect_record ".module.path? == \"$(unsigned_copy nls_iso8859-13)\"" '.verdict == "deny"' \
		'.reason == "default"' '.gate == "content"'
}

# What does not fit is not cut: a rule that asks for it does not hold.
does_not_know_a_path_that_is_too_long()
{
	local name dir=$modules/$case file
	name=$(printf '%0250d' 0)
	dir=$dir/$name/$name/$name/$name
	file=$dir/nls_cp437.ko
	allow "path: $modules/$case/**" "sha256: $(digest "$(unsigned_copy nls_cp437)")"
	[ -d "$dir" ] || { mkdir -p "$dir" && cp "$(unsigned_copy nls_cp437)" "$file"; }
	denies nls_cp437 finit "$file"
	denied "$file" undecided unsigned '.module.path == null' '.module.filesystem == "tmpfs"'
}

does_not_know_a_program_whose_path_is_too_long()
{
	local name dir=$modules/$case file program=$load
	name=$(printf '%0250d' 0)
	dir=$dir/$name/$name/$name
	file=$(unsigned_copy nls_cp437)
	allow "loader: $modules/$case/**" "sha256: $(digest "$file")"
	[ -d "$dir" ] || { mkdir -p "$dir" && cp "$program" "$dir/load"; }
	local load=$dir/load
	denies nls_cp437 finit "$file"
	expect_record "$(of "$file")" '.verdict == "deny"' '.reason == "undecided"' \
		'.gate == "unsigned"' '.process.exe == null' '.process.comm == "load"'
}

judges_a_symbolic_link_by_where_it_leads()
{
	local link=$modules/$case.ko
	allow "path: $modules/$case-not.ko"
	mkdir -p "$modules/listed"
	cp "$(unsigned_copy nls_iso8859-14)" "$modules/$case-not.ko"
	ln -sf "$modules/$case-not.ko" "$link"
	loads nls_iso8859_14 finit "$link"
	# A link at a listed place opens nothing for what lies elsewhere.
	allow "path: $modules/$case-link.ko"
	ln -sf "$(unsigned_copy nls_iso8859-14)" "$modules/$case-link.ko"
	denies nls_iso8859_14 finit "$modules/$case-link.ko"
	denied "$(unsigned_copy nls_iso8859-14)" default content \
		".module.path == \"$(unsigned_copy nls_iso8859-14)\""
}

tells_memory_from_file()
{
	local file
	file=$(unsigned_copy nls_iso8859-15)
	allow 'module: nls_iso8859_15' 'source: memory'
	loads nls_iso8859_15 init "$file"
	allowed "$file" "$case" name '.module.source == "memory"'
	denies nls_iso8859_15 finit "$file"
	expect_record "$(of "$file") and .verdict == \"deny\"" '.module.source == "file"' \
		'.reason == "default"'
}

tells_file_from_memory()
{
	local file
	file=$(unsigned_copy nls_koi8-r)
	allow 'module: nls_koi8_r' 'source: file'
	loads nls_koi8_r finit "$file"
	denies nls_koi8_r init "$file"
	expect_record "$(of "$file") and .verdict == \"deny\"" '.module.source == "memory"' \
		'.reason == "default"'
}

tells_users_apart()
{
	local file
	file=$(unsigned_copy tcp_bic)
	allow 'module: tcp_bic' 'uid: 1000-1999'
	chmod 755 "$modules"
	loads tcp_bic -u 1234 finit "$file"
	expect_record "$(of "$file")" '.verdict == "allow"' ".rule == \"$case\"" '.process.uid == 1234' \
		'.process.euid == 1234' '.process.caps == "0000000000010000"'
	denies tcp_bic -u 2000 finit "$file"
	denies tcp_bic finit "$file"
	expect_record "$(of "$file") and .verdict == \"deny\" and .process.euid == 2000" \
		'.reason == "default"'
}

# _in_cgroup NAME COMMAND...: runs it in a control group of this path.
_in_cgroup()
{
	local group=/sys/fs/cgroup/$1
	shift
	mkdir -p "$group"
	sh -c 'echo $$ >"$0/cgroup.procs" && exec "$@"' "$group" "$@"
}

_container=4a1fc5c1f9d3e7a50b2b8e6d7c9a0b1c2d3e4f5061728394a5b6c7d8e9fa0b1c
_other_container=5b20d6d20ae4f8b61c3c9f7e8d0b1c2d3e4f5061728394a5b6c7d8e9fa0b1c2d # of another one
_container_group=kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod0a1b2c3d_4e5f_6071_8293_a4b5c6d7e8f9.slice/cri-containerd-$_container.scope

_container_gives()
{
	local expected=$1 outcome
	shift
	outcome=$(_in_cgroup "$_container_group" "$load" "$@" | cut -d ' ' -f 3)
	[ "$outcome" = "$expected" ] || fail "in a container 'load $*' gave $outcome instead of $expected"
}

denies_in_a_container_what_the_host_may()
{
	local file
	file=$(unsigned_copy nls_koi8-u)
	allow 'module: nls_koi8_u' 'container: none'
	loads nls_koi8_u finit "$file"
	allowed "$file" "$case" name '.container == null'
	if unguarded; then
		_container_gives 0 finit "$file"
		unload nls_koi8_u
		return
	fi
	# Root in a container may make groups in its own.
	mkdir -p "/sys/fs/cgroup/$_container_group/a/b/c/d/e"
	outcome=$(_in_cgroup "$_container_group/a/b/c/d/e" $load finit "$file" | cut -d ' ' -f 3)
	rmdir -p "/sys/fs/cgroup/$_container_group/a/b/c/d/e" 2>/dev/null
	[ "$outcome" = EPERM ] || fail "in a group of the container's own it gave $outcome"
	expect_record "$(of "$file") and .verdict == \"deny\"" ".container.id == \"$_container\""
	_container_gives EPERM finit "$file"
	expect_record "$(of "$file") and .container.cgroup == \"/$_container_group\"" '.verdict == "deny"' '.reason == "default"' \
		".container.id == \"$_container\"" '.container.runtime == "containerd"' \
		'.container.pod_uid == "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"' \
		".container.cgroup == \"/$_container_group\""
}

allows_in_a_container_what_the_host_may_not()
{
	local file
	file=$(unsigned_copy nls_iso8859-1)
	allow 'module: nls_iso8859_1' 'container: any'
	_container_gives 0 finit "$file"
	unload nls_iso8859_1
	expect_record "$(of "$file")" '.verdict == "allow"' ".container.id == \"$_container\""
	denies nls_iso8859_1 finit "$file"
}

_crio_group=kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod0a1b2c3d_4e5f_6071_8293_a4b5c6d7e8f9.slice/crio-$_container.scope

# _load_in_group GROUP FILE: refused there; the group is gone when it is over, and each one above.
_load_in_group()
{
	local outcome
	outcome=$(_in_cgroup "$1" "$load" finit "$2" | cut -d ' ' -f 3)
	rmdir -p "/sys/fs/cgroup/$1" 2>/dev/null
	[ "$outcome" = EPERM ] || fail "in '$1' it gave $outcome"
	[ ! -e "/sys/fs/cgroup/$1" ] || fail "'$1' is still there"
}

# With the runtime's own group below that of the container, as crun and systemd make them.
names_a_container_that_is_gone_at_once()
{
	local file
	file=$(unsigned_copy nls_cp1250)
	guarded || return 0
	_load_in_group "$_crio_group/container/init.scope" "$file"
	expect_record "$(of "$file") and .verdict == \"deny\"" ".container.id == \"$_container\"" \
		'.container.runtime == "cri-o"' \
		'.container.pod_uid == "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"' \
		".container.cgroup == \"/$_crio_group\"" \
		".process.cgroup == \"/$_crio_group/container/init.scope\"" \
		".process.unit == \"crio-$_container.scope\""
}

# Root of a container makes as many groups below its own as it likes, and calls them what it likes.
names_a_container_that_hides_below_many_groups()
{
	local file below=docker-$_other_container.scope level=0
	file=$(unsigned_copy nls_cp1250)
	guarded || return 0
	while [ $level -lt 80 ]; do
		below=$below/x
		level=$((level + 1))
	done
	_load_in_group "$_crio_group/$below" "$file"
	expect_record "$(of "$file") and .verdict == \"deny\"" ".container.id == \"$_container\"" \
		'.container.runtime == "cri-o"' ".container.cgroup == \"/$_crio_group\"" \
		'.process.cgroup | endswith("/x\\...")'
}

# Users make groups there, and call them what they like.
names_a_container_of_no_user()
{
	local file group=user.slice/user-1000.slice/user@1000.service/$_crio_group
	file=$(unsigned_copy nls_cp949)
	allow 'module: nls_cp949' 'container: any'
	guarded || return 0
	_load_in_group "$group" "$file"
	expect_record "$(of "$file") and .verdict == \"deny\"" '.container == null' ".process.cgroup == \"/$group\"" \
		'.process.unit == "user@1000.service"'
}

# Whom root gives a tree of groups, as by Delegate= and User= of a service, calls those below it what
# he likes.
names_a_container_of_no_owner_of_a_tree()
{
	local file tree=system.slice/delegated.service
	file=$(unsigned_copy nls_cp932)
	allow 'module: nls_cp932' 'container: any'
	guarded || return 0
	mkdir -p "/sys/fs/cgroup/$tree"
	chown 1000 "/sys/fs/cgroup/$tree"
	_load_in_group "$tree/x/$_crio_group" "$file"
	expect_record "$(of "$file") and .verdict == \"deny\"" '.container == null' \
		".process.cgroup == \"/$tree/x/$_crio_group\"" '.process.unit == "delegated.service"'
}

# As runtimes give a container with a user namespace of its own.
names_a_container_that_owns_its_group()
{
	local file
	file=$(unsigned_copy nls_cp1250)
	guarded || return 0
	mkdir -p "/sys/fs/cgroup/$_crio_group"
	chown 100000 "/sys/fs/cgroup/$_crio_group"
	_load_in_group "$_crio_group/container" "$file"
	expect_record "$(of "$file") and .verdict == \"deny\"" ".container.id == \"$_container\"" \
		".container.cgroup == \"/$_crio_group\""
}

names_a_container_in_groups_of_version_1()
{
	local file outcome group=$state/$case/kubepods/pod0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9/$_container
	file=$(unsigned_copy nls_cp1250)
	guarded || return 0
	mkdir -p "$state/$case"
	mount -t cgroup -o pids none "$state/$case" || skip 'no version 1 of control groups'
	mkdir -p "$group"
	outcome=$(sh -c 'echo $$ >"$0/cgroup.procs" && exec "$@"' "$group" "$load" finit "$file" | cut -d ' ' -f 3)
	rmdir "$group" "${group%/*}" "$state/$case/kubepods"
	umount "$state/$case"
	[ "$outcome" = EPERM ] || fail "it gave $outcome"
	expect_record "$(of "$file") and .verdict == \"deny\"" ".container.id == \"$_container\"" \
		'.container.runtime == null' \
		'.container.pod_uid == "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"' \
		".container.cgroup == \"${group#"$state/$case"}\""
}
