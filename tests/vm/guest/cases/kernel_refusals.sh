# shellcheck shell=dash disable=SC2016 # the single quotes hold jq programs
# Flags and settings of the kernel's own. What it refuses by itself is told from what modwarden does,
# by reason and gate: the errno is often the same.

IGNORE_MODVERSIONS=1
IGNORE_VERMAGIC=2

# The kernel does not check the signature of a module that it is told to take as it is.
counts_a_forced_load_as_unsigned()
{
	local file flags
	file=$(signed_copy tcp_dctcp)
	allow 'module: tcp_dctcp' 'signed: true'
	loads tcp_dctcp finit "$file"
	allowed "$file" "$case" name '.module.signature == "valid"' '.syscall.flags == []'
	for flags in $IGNORE_MODVERSIONS $IGNORE_VERMAGIC; do
		denies tcp_dctcp finit "$file" '' $flags
	done
	denied "$file" default unsigned '.module.signature == "refused"' \
		'.syscall.flags == ["ignore_modversions"]'
}

forces_what_is_listed()
{
	local file
	file=$(signed_copy tcp_vegas)
	listed "$file"
	loads tcp_vegas finit "$file" '' $((IGNORE_MODVERSIONS | IGNORE_VERMAGIC))
	allowed "$file" "$case" name '.module.signature == "refused"' \
		'.syscall.flags == ["ignore_modversions", "ignore_vermagic"]' \
		'.module.taints | index("forced_load") != null' \
		'.module.taints | index("unsigned") != null'
}

# As forced by hand.
denies_modprobe_f_where_signed_is_asked_for()
{
	local file status=0
	file=$(stored tcp_nv)
	allow 'module: tcp_nv' 'signed: true'
	modprobe -f tcp_nv || status=$?
	if unguarded; then
		[ $status = 0 ] || fail "modprobe -f ended with $status"
		unload tcp_nv
		return
	fi
	[ $status = 1 ] && ! is_loaded tcp_nv || fail "modprobe -f ended with $status"
	# Of a compressed file its name is not known to every kernel, nor that it has a signature.
	expect_record "$(of "$file")" '.verdict == "deny"' '.gate == "unsigned"' \
		'.reason == "default" or .reason == "name_unknown"' '.module.signature != "valid"' \
		'.syscall.flags[:2] == ["ignore_modversions", "ignore_vermagic"]' \
		'.process.comm == "modprobe"' '.process.exe == "/usr/bin/kmod"'
	modprobe tcp_nv || fail 'modprobe without -f fails'
	unload tcp_nv
}

# The suite has the kernel boot with it.
_blacklisted=tcp_yeah

tells_its_own_refusals_from_those_of_module_blacklist()
{
	local file
	grep -qw "module_blacklist=$_blacklisted" /proc/cmdline || skip 'this boot has no module_blacklist'
	file=$(signed_copy $_blacklisted)
	allow "module: $_blacklisted" 'signed: true'
	gives EPERM finit "$file"
	expect_record "$(of "$file")" '.verdict == "deny"' '.enforced == false' '.reason == "kernel"' \
		'.gate == "exit"' '.rule == null' '.syscall.errno == "EPERM"' '.module.taints == null'
	file=$(unsigned_copy $_blacklisted)
	listed "$file"
	gives EPERM finit "$file"
	expect_record "$(of "$file")" '.verdict == "allow"' '.enforced == false' '.reason == "rule"' \
		".rule == \"$case.1\"" '.syscall.errno == "EPERM"' '.module.taints == null'
	# modwarden comes first, where it refuses too.
	file=$(renamed_copy tcp_scalable $_blacklisted)
	gives EPERM finit "$file"
	denied "$file" default unsigned
}
