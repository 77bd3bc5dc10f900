# shellcheck shell=dash disable=SC2016 # the single quotes hold jq programs
# A module that corrupts the kernel when it is linked. It is tried with the gates up only; what is
# refused later than at the gate "unsigned" ends this boot.

# _wild_copy NAME: one of its relocations points a terabyte behind its section.
_wild_copy()
{
	local file=$modules/$case.$1.ko
	[ -e "$file" ] || $graft -w $template "$(signed_copy nls_cp437)" "$1" "$file" || fail "cannot graft $1"
	echo "$file"
}

# The kernel has neither oopsed nor lost a load.
_kernel_is_well()
{
	[ $(($(cat /proc/sys/kernel/tainted) & 128)) = 0 ] || fail 'the kernel has oopsed'
	loads "$1" finit "$2"
}

# Its name is listed, but no name is told of what relocates behind its sections, and its digest is not.
refuses_before_linking_what_crashes_the_kernel()
{
	local good wild
	good=$(template_copy mw_tame)
	wild=$(_wild_copy mw_wild)
	listed "$good"
	allow 'module: mw_wild'
	guarded || return 0
	gives EPERM finit "$wild"
	denied "$wild" name_unknown unsigned '.module.name == null'
	gives EPERM init "$wild"
	_kernel_is_well mw_tame "$good"
}

refuses_before_linking_what_crashes_the_kernel_compressed()
{
	local good wild
	_needs_unpacking_kernel
	good=$(template_copy mw_tame)
	wild=$(_packed "$(_wild_copy mw_wild_packed)")
	listed "$good"
	allow 'module: mw_wild_packed'
	guarded || return 0
	gives EPERM finit "$wild" '' $COMPRESSED
	denied "$wild" name_unknown unsigned '.module.name == null' \
		'.syscall.flags == ["compressed_file"]'
	_kernel_is_well mw_tame "$good"
}
