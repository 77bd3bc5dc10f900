# shellcheck shell=dash disable=SC2016 # the single quotes hold jq programs
# What doctor says of the mechanisms, and that the one which can only watch never enforces.

preempt=/sys/kernel/debug/sched/preempt

# _doctor STATUS CLAIM [OPTIONS...]: doctor ends with this status, and the jq filter is true of it.
_doctor()
{
	local expected=$1 claim=$2 status=0
	shift 2
	modwarden doctor --json "$@" >"$state/doctor" 2>&1 || status=$?
	[ $status = "$expected" ] || fail "'doctor $*' ended with $status instead of $expected: $(cat "$state/doctor")"
	jq -e "$claim" "$state/doctor" >"$state/answer" 2>&1 || fail "not $claim in $(cat "$state/doctor")"
}

tracepoint_can_only_watch_says_doctor()
{
	_doctor 4 '.mechanism == "tracepoint" and .grade == "observe" and
		(.reason | contains("only watch")) and .remedy == "use the mechanism auto" and
		([.checks[] | select(.name == "syscall tracepoints fire" or .name == "bpf_loop()" or
			.name == "task storage") | .ok] == [true, true, true])' --mechanism tracepoint
}

tracepoint_does_not_enforce()
{
	_write_policy
	_run_ends 4 'only watch.*--mode monitor' modwarden run --policy "$policy" \
		--mechanism tracepoint --accept-race
	printf 'version: 1\nmode: monitor\nrules: []\n' >"$policy"
	_run_ends 4 'only watch.*--mode monitor' modwarden run --policy "$policy" \
		--mechanism tracepoint --mode enforce --accept-race
}

# Where trampolines are off, nothing may be attached to them either: on 6.1 that would leave the
# hook dead for good, and what was there before would not be there again.
observes_where_trampolines_are_off_and_is_whole_when_they_are_on_again()
{
	local ftrace=/proc/sys/kernel/ftrace_enabled before
	_doctor 0 '.grade | startswith("enforce")'
	before=$(jq -c '[.mechanism, .grade]' "$state/doctor")
	echo 0 >$ftrace || skip 'this kernel itself does not let them be turned off'
	_doctor 4 '.mechanism == "tracepoint" and .grade == "observe" and
		.remedy == "sysctl kernel.ftrace_enabled=1" and
		([.checks[] | select(.name == "syscall tracepoints fire" or .name == "bpf_loop()" or
			.name == "task storage") | .ok] == [true, true, true]) and
		([.checks[] | select(.name | test("fire$|^trampolines")) | .ok] ==
			[false, false, true, false])'
	_doctor 4 '.mechanism == "none" and .grade == "none" and
		.remedy == "sysctl kernel.ftrace_enabled=1"' --mechanism "$mechanism"
	echo 1 >$ftrace || fail 'the kernel does not let them be turned on'
	_doctor 0 "[.mechanism, .grade] == $before"
}

_put_back()
{
	echo "$1" >/proc/sys/kernel/kptr_restrict
	! grep -q " $preempt " /proc/mounts || umount $preempt
	grep -q ' /sys/kernel/debug ' /proc/mounts || mount -t debugfs debugfs /sys/kernel/debug
}

# Without the switch in debugfs, the kernel's variable tells, whose address may be hidden.
preemption_is_known_by_the_switch_or_by_the_variable_and_else_taken_for_full()
{
	local restrict=/proc/sys/kernel/kptr_restrict now
	case $(cat $preempt) in
	*'(none)'* | *'(voluntary)'*) now='.preemption == "switchable" and .grades.fmod_ret == "enforce-switchable"' ;;
	*) now='.preemption == "full" and .grades.fmod_ret == "enforce-raceable"' ;;
	esac
	# shellcheck disable=SC2064 # what it is now
	trap "_put_back $(cat $restrict)" EXIT
	_doctor 0 "$now"
	printf 'none (voluntary) full\n' >"$state/forged"
	mount -o bind "$state/forged" $preempt || fail 'cannot mount over the switch'
	_doctor 0 "$now"
	umount $preempt
	umount /sys/kernel/debug || fail 'debugfs is busy'
	_doctor 0 "$now"
	echo 2 >$restrict
	_doctor 0 '.preemption == "unknown" and .grades.fmod_ret == "enforce-raceable" and
		(.reason | contains("cannot be read"))' --mechanism fmod_ret
	mount -t debugfs debugfs /sys/kernel/debug
	_doctor 0 "$now"
}
