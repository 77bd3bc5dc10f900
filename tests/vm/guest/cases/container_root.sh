# shellcheck shell=dash disable=SC2016 # the single quotes hold jq programs
# Root of a container: namespaces of its own, and a control group below the one of the guard.

unshare=/root/unshare # with an option for the cgroup namespace, which busybox has not

_in_container()
{
	_in_cgroup "$_container_group" $unshare --mount --pid --fork --user --map-root-user --cgroup \
		--mount-proc "$@"
}

# _refuses_in_container COMM COMMAND...: what COMM writes there is refused, and on record.
_refuses_in_container()
{
	local comm=$1 answer
	shift
	answer=$(_in_container "$@" 2>&1)
	case $answer in
	*'not permitted'*) ;;
	*) fail "'$*' says '$answer'" ;;
	esac
	[ "$(cat /proc/sys/kernel/ftrace_enabled)" = 1 ] || fail 'they are off'
	expect_record ".type == \"tamper\" and .process.comm == \"$comm\"" '.reason == "trampolines"' \
		'.process.uid == 0' ".process.pid > $last_pid" '.module == null'
}

refuses_to_turn_trampolines_off_from_a_container()
{
	local file
	file=$(unsigned_copy nls_cp437)
	# It may write there, so that it is not the kernel that refuses what comes next.
	_in_container sh -c 'echo 1 >/proc/sys/kernel/ftrace_enabled' || fail 'it may not write there'
	guarded || return 0
	_refuses_in_container sysctl sysctl -w kernel.ftrace_enabled=0
	_refuses_in_container sh sh -c 'echo 0 >/proc/sys/kernel/ftrace_enabled'
	gives EPERM finit "$file"
	denied "$file" default content
}
