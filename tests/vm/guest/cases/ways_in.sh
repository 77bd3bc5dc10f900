# shellcheck shell=dash disable=SC2016 # the single quotes hold jq programs
# Other ways to the system calls than load's plain ones: the 32-bit entry, modprobe, the kernel's
# own call of modprobe.

_needs_32_bit_calls()
{
	[ "$(attempt -3 delete no_such_module)" != ENOSYS ] || skip 'this kernel has no 32-bit system calls'
}

# _judges_32_bit SYSCALL OPERATION: delete_module, too, is the 32-bit one.
_judges_32_bit()
{
	local good bad
	_needs_32_bit_calls
	good=$(unsigned_copy nls_cp737)
	bad=$(unsigned_copy nls_cp437)
	listed "$good"
	loads nls_cp737 -3 "$2" "$good" some=parameter
	allowed "$good" "$case" name ".syscall.name == \"$1\"" '.syscall.abi == "i386"' \
		'.syscall.params == "some=parameter"' '.syscall.flags == []'
	denies nls_cp437 -3 "$2" "$bad" some=parameter
	_refused "$bad" default content ".syscall.name == \"$1\"" '.syscall.abi == "i386"' \
		'.syscall.params == "some=parameter"' '.process.exe == "/root/load"' '.module.name == "nls_cp437"' \
		'.process.uid == 0'
}

judges_the_32_bit_finit_module()
{
	_judges_32_bit finit_module finit
}

judges_the_32_bit_init_module()
{
	_judges_32_bit init_module init
}

# _modprobe_says WORDS NAME: what modprobe gives as the reason; nothing where it loads the module.
_modprobe_says()
{
	local said
	said=$(modprobe "$2" 2>&1)
	case $said in
	*"$1") ;;
	*) fail "modprobe says '$said' instead of '$1'" ;;
	esac
	if [ "$1" ]; then
		! is_loaded "$2" || fail "$2 is loaded"
		return
	fi
	{ [ ! "$said" ] && is_loaded "$2"; } || fail "$2 is not loaded: $said"
	modprobe -r "$2" || fail "cannot unload $2"
}

# _by_modprobe NAME SIGNATURE: claims on the record.
_by_modprobe()
{
	echo '.syscall.name == "finit_module" and .syscall.abi == "x86_64" and .process.uid == 0 and
		.process.comm == "modprobe" and .process.exe == "/usr/bin/kmod" and
		.process.cmdline == "/usr/sbin/modprobe '"$1"'" and .module.path == "/usr'"$(stored "$1")"'" and
		.module.filesystem == "rootfs" and .module.signature == '"$2"
}

# Where the kernel unpacks it and shows nobody what, its name is known at the last gate only.
denies_modprobe_what_is_not_listed()
{
	local file gate=content errno=EPERM words='Operation not permitted' signature='"present"'
	file=$(stored tcp_vegas)
	if [ "${file%.ko}" = "$file" ] && ! _kernel_shows_elf; then
		gate=name
		errno=ENOMEM
		words='Cannot allocate memory'
		signature=null
	fi
	if unguarded; then
		_modprobe_says '' tcp_vegas
		return
	fi
	_modprobe_says "$words" tcp_vegas
	expect_record "$(of "$file")" '.verdict == "deny"' '.enforced == true' '.reason == "default"' \
		".gate == \"$gate\"" '.rule == null' ".syscall.errno == \"$errno\"" \
		'.module.name == "tcp_vegas"' ".module.size == $(stat -c %s "$file")" \
		"$(_by_modprobe tcp_vegas "$signature")" '.lost == {}'
}

allows_modprobe_what_is_listed_for_it()
{
	local file
	file=$(stored tcp_dctcp)
	allow "sha256: $(digest "$file")" 'loader: /usr/bin/kmod'
	_modprobe_says '' tcp_dctcp
	expect_record "$(of "$file")" '.verdict == "allow"' ".rule == \"$case\"" '.gate == "name"' \
		'.syscall.errno == null' '.module.name == "tcp_dctcp"' "$(_by_modprobe tcp_dctcp '"valid"')"
}

# The program is root's child, no matter who asked: it is the one that tells of itself.
denies_what_a_changed_modprobe_path_loads()
{
	local good by_root by_user program=$state/umh said=$state/$case.said
	local path=/proc/sys/kernel/modprobe original facts expected=EPERM
	by_root=$(unsigned_copy nls_cp437)
	by_user=$(unsigned_copy nls_cp775)
	good=$(unsigned_copy nls_cp737)
	listed "$good"
	{
		echo '#!/bin/sh'
		echo "case \$* in"
		echo "*fs-modwarden) $load finit $by_root; $load finit $good ;;"
		echo "*net-pf-12) $load finit $by_user ;;"
		echo 'esac >>'"$said"
	} >"$program"
	chmod 755 "$program"
	: >"$said"
	original=$(cat $path)
	# shellcheck disable=SC2064 # as they are now
	trap "echo $original >$path" EXIT
	echo "$program" >$path
	mount -t modwarden none "$modules" 2>/dev/null
	gives EAFNOSUPPORT -d -u 1234 socket 12
	echo "$original" >$path
	trap - EXIT
	guarded || expected=0
	[ "$(cut -d ' ' -f 3 "$said" | tr '\n' ' ')" = "$expected 0 $expected " ] || fail "it gave $(cat "$said")"
	unload nls_cp737
	if unguarded; then
		unload nls_cp437
		unload nls_cp775
		return
	fi
	! is_loaded nls_cp437 || fail 'nls_cp437 is loaded'
	! is_loaded nls_cp775 || fail 'nls_cp775 is loaded'
	facts='.process | .uid == 0 and .auid == null and .tty == null and .ppid == .ancestors[0].pid and
		(.ancestors | length == 3 and .[0].comm == "umh" and
			(.[1].comm | startswith("kworker/")) and .[2] == {"pid": 2, "comm": "kthreadd"})'
	denied "$by_root" default content "$facts" ".process.cmdline == \"/root/load finit $by_root\"" \
		".module.path == \"$by_root\"" '.container == null'
	denied "$by_user" default content "$facts" ".module.path == \"$by_user\""
	allowed "$good" "$case" name "$facts"
}
