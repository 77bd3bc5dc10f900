# shellcheck shell=dash
# Modules of ours, which do what their parameters say: tools/module/template.c lists these. Sourced
# by main.sh.

template=/root/template.o
graft=/root/graft

# template_copy NAME: a module of ours that is called NAME; its digest is this case's own.
template_copy()
{
	local file=$modules/$case.$1.ko
	if [ ! -e "$file" ]; then
		$graft $template "$(signed_copy nls_cp437)" "$1" "$file" || fail "cannot graft $1"
		printf '        %-48s' "$case" >>"$file"
	fi
	echo "$file"
}

# has_run NAME: what it means that there is a trace of this name.
has_run() { [ -e "/sys/kernel/$1" ]; }

# order CONTROL WORDS...: tells a module that was loaded with control=CONTROL what to do.
order()
{
	local control=$1
	shift
	printf '%s' "$*" >"/sys/kernel/$control/order" || fail "$control does not obey '$*'"
}

is_listed() { grep -q "^$1 " /proc/modules; }
is_visible() { is_listed "$1" || [ -e "/sys/module/$1" ]; }

# load_hidden NAME [LOAD_VERB]: loads template_copy NAME, which takes itself off the kernel's lists
# and runs on, under orders as NAME.
load_hidden()
{
	gives 0 "${2:-finit}" "$(template_copy "$1")" "control=$1 hide=1"
	! is_visible "$1" || fail "$1 is still to be seen"
	has_run "$1" || fail "$1 is not there at all"
}

# reveal NAME: it comes back, and may be unloaded.
reveal()
{
	order "$1" reveal
	is_listed "$1" && [ -e "/sys/module/$1" ] || fail "$1 did not come back"
}
