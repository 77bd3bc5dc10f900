# shellcheck shell=dash
# Last of all: on 6.1 what is attached while the trampolines are off leaves its hook dead for good.

does_not_start_where_trampolines_are_off()
{
	local ftrace=/proc/sys/kernel/ftrace_enabled
	echo 0 >$ftrace || skip 'this kernel itself does not let them be turned off'
	[ "$(cat $ftrace)" = 0 ] || fail 'they are still on'
	_write_policy
	(_run_ends 4 'ftrace\|trampolines' modwarden run --policy "$policy" --mechanism "$mechanism" --accept-race)
	echo 1 >$ftrace || fail 'the kernel does not let them be turned on'
}
