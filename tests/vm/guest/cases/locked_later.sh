# shellcheck shell=dash disable=SC2016 # the single quotes hold jq programs
# A policy that says `locked: true` only later, and what becomes of it when modwarden dies all the
# same. The cases build on each other: the first one starts modwarden, the last one ends it, with a
# descriptor that was open before.

_unlisted=nls_cp437
_listed=nls_cp850
_let_in=nls_cp852
_pins=/sys/fs/bpf/modwarden

_unlisted_file() { case=locked_later unsigned_copy $_unlisted; }
_listed_file() { case=locked_later unsigned_copy $_listed; }
_let_in_file() { case=locked_later unsigned_copy $_let_in; }

# _later_policy LINE...: in force as a whole.
_later_policy()
{
	{
		printf 'version: 1\nmode: enforce\ndefault: deny\n'
		[ $# = 0 ] || printf '%s\n' "$@"
		printf 'rules: [{name: listed, allow: load, sha256: %s}]\n' "$(digest "$(_listed_file)")"
	} >"$state/next.yaml"
	mv "$state/next.yaml" "$policy"
}

_a_pin() { find $_pins/1/links -name gate_read_file; }

_stands()
{
	gives EPERM finit "$(_unlisted_file)"
	loads $_listed finit "$(_listed_file)"
}

# Waits for a word to write into what was open before.
_hold_open()
{
	{
		: >"$state/opened"
		until [ -e "$state/kill.now" ]; do
			usleep 100000
		done
		echo 1
	} >"$1" &
	until_true [ -e "$state/opened" ]
}

# _loses_its_guard_as_it_is_locked DEBUGGER: the signal comes before the look that puts the guard back.
_loses_its_guard_as_it_is_locked()
{
	local group=/sys/fs/cgroup/$warden_group
	echo 1 >"$group/cgroup.freeze"
	until_true grep -q '^frozen 1' "$group/cgroup.events" || fail 'it cannot be frozen'
	kill -9 "$1"
	bpftool link detach pinned "$(find $_pins/1/links -name guard_trampolines)" || fail 'the guard cannot be detached'
	_later_policy 'locked: true' '# again'
	kill -HUP "$(cat "$state/pid")"
	echo 0 >"$group/cgroup.freeze"
}

becomes_locked_by_a_reload_as_soon_as_nothing_is_in_the_way()
{
	local debugger
	_later_policy
	_hold_open "/sys/fs/cgroup/$warden_group/cgroup.kill"
	start_modwarden "$policy" || fail "it did not start: $(cat "$state/stderr")"
	[ ! "$(ls $_pins)" ] || fail "there are pins: $(find $_pins)"
	_status '.locked == false' || fail 'it says that it is locked'
	_asks_daemon 0 'is let in for' allow --sha256 "$(digest "$(_let_in_file)")" --for 30s
	_gives 0 $breakin open "/sys/fs/cgroup/$warden_group/cgroup.freeze"
	$breakin hold "$modwarden" >"$state/held" &
	debugger=$!
	until_true grep -q 0 "$state/held" || fail 'it cannot be traced'
	mark
	_later_policy 'locked: true'
	expect_record '.type == "policy" and .reason == "loaded"' '.policy.generation == 2' '.mode == "enforce"'
	expect_record '.type == "daemon" and .reason == "not_locked"' '.policy.generation == 2' \
		'.detail == "a debugger is attached to this process"' '.mode == "enforce"'
	modwarden_says 'lock: cannot be closed, which is tried again: a debugger is attached' ||
		fail "it says $(cat "$state/stderr")"
	_status '.locked == false' || fail 'it says that it is locked'
	# What depends on nobody's hands is so already.
	[ -e $_pins/1/about ] || fail 'its gates would go with it'
	_is_refused_to_ask mode 'mode monitor' mode monitor
	_stands
	mark
	_loses_its_guard_as_it_is_locked $debugger
	expect_record '.type == "daemon" and .reason == "locked"' '.detail == "until reboot"' '.mode == "enforce"'
	_status '.locked' || fail 'it does not say that it is locked'
	expect_record '.type == "tamper" and .reason == "control"' '.detail == "set right again"'
	[ "$(since_mark | jq -r 'select(.type == "daemon" and .reason == "locked" or .reason == "control").reason' | tr '\n' ' ')" = 'locked control ' ] ||
		fail "the lock did not close first: $(since_mark | jq -c '[.type, .reason]')"
	[ "$($breakin link any)" = EPERM ] || fail 'the guard that it has put back can be had'
	[ -e "$(find $_pins/1/links -name guard_trampolines)" ] || fail 'it is not pinned'
	_is_refused signal EPERM kill 9 "$modwarden"
	_is_refused trace EPERM seize "$modwarden"
	_is_refused pin EPERM unlink "$(_a_pin)"
	_is_refused cgroup EPERM open "/sys/fs/cgroup/$warden_group/cgroup.kill"
	[ "$($breakin map events digests policies exceptions policy_image digest_table modwarden_about)" = EPERM ] ||
		fail 'its maps can be opened'
	_stands
}

what_was_let_in_before_ends_at_its_time()
{
	_is_refused_to_ask exception "allow $(digest "$(_let_in_file)") for 1h 0m" \
		allow --sha256 "$(digest "$(_let_in_file)")" --for 1h
	until_true _is_denied $_let_in "$(_let_in_file)" || fail 'it is let in still'
	expect_record "$(of "$(_let_in_file)") and .verdict == \"deny\"" '.reason == "default"' '.enforced == true'
}

refuses_a_looser_policy_after_a_reload()
{
	cp "$policy" "$state/locked.yaml"
	_policy_is_refused 'it is locked no longer' '/^locked:/d'
	mv "$state/locked.yaml" "$policy"
	_stands
}

leaves_its_gates_and_its_lock_behind_when_it_dies()
{
	local pins
	pins=$(find $_pins)
	grep -q "^$(cat "$state/pid")$" "/sys/fs/cgroup/$warden_group/cgroup.procs" || fail 'it is not in its control group'
	_stands
	: >"$state/kill.now"
	until_true _is_gone || fail 'it is there still'
	_stands
	_asks_daemon 6 'no daemon is running' status
	_asks_daemon 5 'locked until reboot' run --policy "$policy" --mechanism "$mechanism" --accept-race --output /dev/null
	printf 'version: 1\nmode: monitor\nrules: []\n' >"$state/monitor.yaml"
	_asks_daemon 5 'locked until reboot' run --policy "$state/monitor.yaml" --mechanism tracepoint --output /dev/null
	_asks_daemon 5 'locked until reboot' stop
	[ "$(find $_pins)" = "$pins" ] || fail "the pins were $pins, and are $(find $_pins)"
	_gives EPERM $breakin unlink "$(_a_pin)"
	_gives EPERM $breakin mkdir $_pins/2
	_gives EPERM $breakin unmount /sys/fs/bpf
	[ "$($breakin map events digests policies exceptions policy_image digest_table)" = EPERM ] ||
		fail 'its maps can be opened'
	_gives EPERM $breakin open /proc/sys/kernel/ftrace_enabled
	# But what was only its process's is free.
	_gives 0 $breakin open "/sys/fs/cgroup/$warden_group/cgroup.freeze"
	_gives 0 $breakin unlink /run/modwarden/control.sock
	_stands
}

_is_gone() { ! grep -q . "/sys/fs/cgroup/$warden_group/cgroup.procs"; }
