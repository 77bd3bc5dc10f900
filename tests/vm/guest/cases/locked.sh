# shellcheck shell=dash disable=SC2016 # the single quotes hold jq programs
# Root against a policy that says `locked: true`. There is no way back but a boot, so each case is
# run before and while; what is tried on modwarden has to work on another process, or other pins.

breakin=/root/breakin
pins=/sys/fs/bpf/modwarden
warden_group_files=/sys/fs/cgroup/$locked_group

_before_lock=nls_cp852

# What another modwarden has left that was not locked: a mode that somebody has written there, and a
# load that it has let in.
_leave_unlocked_gates()
{
	local file
	file=$(case=leave_unlocked_gates unsigned_copy $_before_lock)
	sed '/^locked:/d' "$policy" >"$state/unlocked.yaml"
	start_modwarden "$state/unlocked.yaml" --persist || fail "it did not start: $(cat "$state/stderr")"
	kill -KILL "$modwarden"
	wait "$modwarden" 2>/dev/null
	_write_setting 4 1 # mw_control.override_mode: MW_MODE_MONITOR
	$load finit "$file" + delete $_before_lock >"$state/unlocked"
}

# _write_setting OFFSET VALUE: a byte of the gates' settings.
_write_setting()
{
	local id value
	id=$(bpftool -j map list | jq -r '[.[] | select(.name == ".data.control")][0].id')
	value=$(bpftool -j map lookup id "$id" key 0 0 0 0 | jq -r ".value | .[$1] = \"$2\" | join(\" \")")
	# shellcheck disable=SC2086 # bytes
	bpftool map update id "$id" key 0 0 0 0 value $value
}

# Nothing of what could be written before counts, and what was to be told is.
trusts_no_gates_that_were_not_locked()
{
	guarded || return 0
	[ "$(cat "$state/unlocked")" = "0 finit 0 1
1 delete 0 1" ] || fail "the setting was not heeded: $(cat "$state/unlocked")"
	[ ! -e $pins/1 ] || fail "the former gates are there: $(find $pins/1)"
	[ -e $pins/2/about ] || fail "there are $(ls $pins)"
	_status '.mode.mode == "enforce" and .locked' || fail "it is $(modwarden status)"
	[ "$(jq -r 'select(.type == "daemon") | .reason' "$records" | head -n 3 | tr '\n' ' ')" = 'detached started locked ' ] ||
		fail "$(jq -c 'select(.type == "daemon")' "$records")"
	[ "$(jq -r "select(.op? == \"load\" and .module.name == \"$_before_lock\") |
		[.verdict, .enforced, .mode, .process.comm] | join(\" \")" "$records")" = 'deny false monitor load' ] ||
		fail "$(head -n 3 "$records")"
}

_is_alive() { [ "$(sed -n 's/^State:\t\(.\).*/\1/p' "/proc/$modwarden/status" 2>&1)" != T ] && kill -0 "$modwarden"; }

# _gives OUTCOME WORDS...: exactly this is what comes of it.
_gives()
{
	local expected=$1 outcome
	shift
	outcome=$("$@") || fail "'$*' could not try"
	[ "$outcome" = "$expected" ] || fail "'$*' gave $outcome instead of $expected"
}

# _is_told WHAT WORDS...: a record tells what WORDS tried.
_is_told()
{
	local what=$1
	shift
	expect_record ".type == \"tamper\" and .reason == \"locked\" and .attempt.what == \"$what\"" \
		'.process.comm == "breakin"' '.process.uid == 0' '.module == null' '.lost == {}' "$@"
	_is_alive || fail 'modwarden is not alive'
}

_contained() { _in_cgroup "$_container_group" /root/unshare --mount --cgroup --uts --ipc "$@"; }

# _is_refused WHAT ERRNO WORDS...: root of the host and of a privileged container is refused.
_is_refused()
{
	local what=$1 errno=$2
	shift 2
	mark
	_gives "$errno" $breakin "$@"
	_is_told "$what"
	_gives "$errno" _contained $breakin "$@"
}

# _on_process WHAT WAY...: what works on a process that is not locked, does not on modwarden.
_on_process()
{
	local what=$1 victim
	shift
	if guarded; then
		_is_refused "$what" EPERM "$@" "$modwarden"
		return
	fi
	sleep 1000 &
	victim=$!
	_gives 0 $breakin "$@" $victim
	kill -9 $victim 2>/dev/null || :
}

refuses_to_be_killed()
{
	local way
	for way in kill tgkill sigqueue pidfd; do
		_on_process signal $way 9
	done
	expect_record '.attempt.what? == "signal"' '.attempt.object == 9'
}

refuses_to_be_stopped_or_ended()
{
	local signal
	for signal in 19 15 2 6; do
		_on_process signal kill $signal
	done
}

# The errno would be the writer's, who is not the one who is refused.
refuses_the_signals_of_a_descriptor()
{
	before || {
		_gives 0 $breakin sigio 9 "$modwarden"
		_is_told signal '.attempt.object == 9'
	}
}

takes_the_signals_that_undo_a_stop_or_ask_for_the_policy()
{
	guarded || return 0
	_gives 0 $breakin kill 18 "$modwarden"
	_gives 0 $breakin kill 1 "$modwarden"
	_gives 0 $breakin kill 0 "$modwarden"
	_is_alive || fail 'modwarden is not alive'
}

refuses_to_be_traced()
{
	local way
	for way in attach seize write-memory take-fd; do
		_on_process trace $way
	done
}

refuses_other_limits_and_priorities()
{
	local way
	for way in limit nice idle affinity ioprio; do
		_on_process schedule $way
	done
}

refuses_writes_to_its_proc_files()
{
	local file
	before && return
	for file in oom_score_adj comm timerslack_ns; do
		_is_refused proc EPERM open "/proc/$modwarden/$file"
	done
	_gives 0 $breakin open /proc/self/oom_score_adj
	[ "$(cat "/proc/$modwarden/oom_score_adj")" = -1000 ] || fail 'the kernel may end it when memory is short'
}

refuses_to_hold_its_control_group_back()
{
	local file
	for file in cgroup.freeze cgroup.kill memory.max memory.high; do
		if before; then
			_gives 0 $breakin open "$warden_group_files/inner/$file"
			continue
		fi
		_is_refused cgroup EPERM open "$warden_group_files/inner/$file"
		_is_refused cgroup EPERM open "$warden_group_files/$file"
	done
	_gives 0 $breakin open "$warden_group_files/cgroup.subtree_control"
	_gives 0 $breakin open "$warden_group_files/inner/memory.pressure"
}

leaves_other_control_groups_alone()
{
	mkdir -p "/sys/fs/cgroup/$case"
	_gives 0 $breakin open "/sys/fs/cgroup/$case/cgroup.freeze"
	_gives 0 $breakin open "/sys/fs/cgroup/$case/cgroup.kill"
}

# What is written into a library is written into the process that runs it.
refuses_writes_to_what_it_has_mapped()
{
	local library=''
	if before; then
		echo library >"$state/library"
		_gives 0 $breakin open "$state/library"
		_gives 0 $breakin truncate "$state/library"
		return
	fi
	for library in $(sed -n 's|^[^/]* \(/.*\.so[.0-9]*\)$|\1|p' "/proc/$modwarden/maps" | sort -u); do
		_is_refused file EPERM open "$library"
		_is_refused file EPERM truncate "$library"
	done
	[ "$library" ] || fail 'it has mapped no library'
	_gives 0 $breakin open "$policy"
}

# _overlay UPPER DIRECTORY: UPPER is what is written to at DIRECTORY/merged.
_overlay()
{
	mkdir -p "$2/lower" "$2/work" "$2/merged"
	mount -t overlay -o "lowerdir=$2/lower,upperdir=$1,workdir=$2/work" "$case" "$2/merged" || fail 'cannot mount'
}

# The path is another file's; the kernel changes the one below without any path.
refuses_to_cut_what_it_has_mapped_through_an_overlay()
{
	local library upper=$state/upper other=/root/$case
	if before; then
		modprobe -q overlay || skip 'this kernel has no overlay file system'
		mkdir "$upper"
		echo library >"$upper/library"
		_overlay "$upper" "$state/overlay"
		_gives 0 $breakin truncate "$state/overlay/merged/library"
		umount "$state/overlay/merged"
		return
	fi
	library=$(sed -n 's|^[^/]* \(/.*\.so[.0-9]*\)$|\1|p' "/proc/$modwarden/maps" | head -n 1)
	[ "$library" ] || fail 'it has mapped no library'
	_overlay "$(dirname "$library")" "$other"
	echo library >"$other/merged/$case"
	_gives 0 $breakin truncate "$other/merged/$case"
	rm "$other/merged/$case"
	_is_refused file EPERM truncate "$other/merged/$(basename "$library")"
	expect_record '.attempt.what? == "file"' ".attempt.object == $(stat -L -c %i "$library")"
	umount "$other/merged"
}

# It cannot be refused; where it goes is guarded from then on.
tells_of_another_control_group_and_guards_that()
{
	local group=/sys/fs/cgroup/$case
	guarded || return 0
	mkdir "$group"
	echo "$modwarden" >"$group/cgroup.procs" || fail 'it cannot be moved'
	expect_record '.attempt.what? == "moved"' '.reason == "locked"' '.process.uid == 0' \
		".attempt.object == $(stat -c %i "$group")"
	_is_refused cgroup EPERM open "$group/cgroup.freeze"
	_is_refused cgroup EPERM open "$group/cgroup.kill"
	echo "$modwarden" >"$warden_group_files/inner/cgroup.procs"
}

# _told_and_lost: how many attempts to send a signal records tell of or count as lost.
_told_and_lost()
{
	since_mark | jq -s '[.[] | if .attempt.what? == "signal" then 1 else 0 end + (.lost.tamper // 0)] | add // 0'
}

_told_of_signals() { since_mark | jq -s '[.[] | select(.attempt.what? == "signal")] | length'; }
_told_and_lost_are() { [ "$(_told_and_lost)" = "$1" ]; }

# What is told in a second is bounded.
_second() { cut -d . -f 1 /proc/uptime; }
_is_over() { [ "$(_second)" != "$1" ]; }

# The next second has room again.
does_not_drown_in_attempts()
{
	guarded || return 0
	_gives EPERM $breakin flood 20000 "$modwarden"
	until_true _told_and_lost_are 20000 || fail "of 20000, $(_told_and_lost) are told of or counted"
	[ "$(_told_of_signals)" -lt 10000 ] || fail "$(_told_of_signals) are told of"
	_is_alive || fail 'modwarden is not alive'
	until_true _is_over "$(_second)" || fail 'the clock stands'
}

_open_all()
{
	local way=$1 what=$2 answer
	shift 2
	guarded || return 0
	mark
	answer=$($breakin "$way" "$@")
	[ "$answer" = EPERM ] || fail "it gave $answer"
	_is_told "$what"
	[ "$(_contained $breakin "$way" "$@")" = EPERM ] || fail 'a container can'
}

_maps='events folds digests policies tickets locked_objects digest_table policy_image fold_window'

# shellcheck disable=SC2086 # more than one
refuses_its_maps() { _open_all map map $_maps; }
# shellcheck disable=SC2086 # more than one
refuses_its_maps_for_reading() { _open_all map-read map $_maps; }
refuses_its_programs() { _open_all program program gate_read_file gate_kernfs guard_trampolin introduce lock_map protect take_in; }
refuses_its_links() { _open_all link link any; }

# Maps that it makes later are locked before anybody can see them: what repeats makes a new window.
refuses_maps_that_it_makes_later()
{
	local file id
	guarded || return 0
	file=$(unsigned_copy nls_cp437)
	gives EPERM -n 20 finit "$file"
	expect_record "$(of "$file") and .repeated" '.repeated.count > 1'
	[ "$($breakin map fold_window)" = EPERM ] || fail 'it can be opened'
}

leaves_other_maps_and_programs_alone()
{
	local id
	guarded || return 0
	bpftool map create "/sys/fs/bpf/$case" type array key 4 value 4 entries 1 name foreign || fail 'no map'
	bpftool map update pinned "/sys/fs/bpf/$case" key 0 0 0 0 value 1 0 0 0 || fail 'it cannot be written'
	[ "$($breakin map foreign)" = 'OPENED foreign' ] || fail 'it cannot be opened by its id'
	rm "/sys/fs/bpf/$case" || fail 'it cannot be unlinked'
}

refuses_to_unlink_or_rename_pins()
{
	local pin=$pins/lock/lock_map
	guarded || return 0
	[ -e $pin ] || fail 'there are no pins'
	_is_refused pin EPERM unlink $pin
	_is_refused pin EPERM rename $pin $pins/lock/other
	_is_refused pin EPERM rename $pins /sys/fs/bpf/other
	_is_refused pin EPERM rename $pins/lock $pins/other
	mkdir -p /sys/fs/bpf/decoy
	_is_refused pin EPERM exchange /sys/fs/bpf/decoy $pins
	_is_refused pin EPERM rmdir $pins/lock
	[ -e $pin ] || fail 'the pin is gone'
	_gives 0 $breakin rmdir /sys/fs/bpf/decoy
}

# A later set of pins would be what another modwarden takes over.
refuses_to_make_pins()
{
	local directory=$pins other=/sys/fs/bpf/$case number=2
	if before; then
		mkdir -p "$other"
		directory=$other number=7
	fi
	_gives_or_is_refused pin mkdir "$directory/7"
	for directory in "$directory" "$directory/$number"; do
		_gives_or_is_refused pin pin "$directory/other"
		_gives_or_is_refused pin symlink "$directory/symlink"
		_gives_or_is_refused pin hard-link "$other/other" "$directory/hard-link"
	done
	before || rm -rf "$other"
}

# _gives_or_is_refused WHAT WORDS...
_gives_or_is_refused()
{
	local what=$1
	shift
	if before; then
		_gives 0 $breakin "$@"
	else
		_is_refused "$what" EPERM "$@"
	fi
}

refuses_to_take_its_socket_away()
{
	local directory=/run/modwarden socket=control.sock
	if before; then
		directory=$state/$case
		mkdir -p "$directory/decoy"
		touch "$directory/$socket"
		_gives 0 $breakin rename "$directory/$socket" "$directory/other"
		_gives 0 $breakin unlink "$directory/other"
		_gives 0 $breakin rename "$directory" "$directory.other"
		_gives 0 $breakin cover "$directory.other"
		umount "$directory.other"
		return
	fi
	mkdir -p "$state/decoy"
	_is_refused socket EPERM unlink $directory/$socket
	_is_refused socket EPERM rename $directory/$socket $directory/other
	_is_refused socket EPERM rename $directory $directory.other
	_is_refused socket EPERM exchange "$state/decoy" $directory
	_is_refused socket EPERM cover $directory
	_gives EPERM $breakin move-mount "$modules" $directory
	_asks_daemon 0 'until reboot' status
}

# _mount_is_refused FLAGS WORDS...
_mount_is_refused()
{
	local flags=$1
	shift
	mark
	_gives EPERM $breakin "$@"
	_is_told mount ".attempt.object == $flags"
	[ -e $pins/lock/lock_map ] || fail 'the pins are gone'
}

refuses_to_unmount_move_or_cover_the_pins()
{
	local elsewhere=$state/elsewhere directory
	mkdir -p "$elsewhere"
	guarded || return 0
	for directory in /sys /sys/fs/bpf; do
		_mount_is_refused 2 unmount $directory
	done
	_mount_is_refused 0 cover $pins
	_mount_is_refused 0 cover /sys/fs/bpf
	_mount_is_refused 8192 move /sys/fs/bpf "$elsewhere"
	_mount_is_refused 0 move-mount /sys/fs/bpf "$elsewhere"
	_mount_is_refused 0 move-mount /sys "$elsewhere"
}

# Where mounts propagate, what is unmounted in one namespace is unmounted in all.
refuses_to_unmount_the_pins_by_propagation()
{
	before && {
		mkdir -p "$state/shared"
		mount -t tmpfs shared "$state/shared"
		mkdir "$state/shared/below"
		mount --make-shared "$state/shared"
		mount -t tmpfs below "$state/shared/below"
		_gives 0 $breakin unmount-peer "$state/shared/below"
		! grep -q "$state/shared/below" /proc/mounts || fail 'it is not unmounted here, too'
		return
	}
	mount --make-rshared /
	mark
	_gives EPERM $breakin unmount-peer /sys/fs/bpf
	_is_told mount
	_gives EPERM $breakin unmount-peer /sys
	mount --make-rprivate /
	[ -e $pins/lock/lock_map ] || fail 'the pins are gone'
}

lets_others_unmount_their_own_copies()
{
	guarded || return 0
	_gives 0 _contained $breakin unmount "$modules"
	_gives 0 _contained $breakin unmount /sys/fs/bpf
	_gives 0 _contained /root/unshare --mount --propagation slave $breakin unmount-peer "$modules"
	_is_mounted "$modules" || fail 'it is unmounted here, too'
	[ -e $pins/lock/lock_map ] || fail 'the pins are gone'
}

_is_mounted() { grep -q " $1 " /proc/mounts; }

# The page is the file's, and so the warden's, who has it mapped.
refuses_to_have_its_memory_taken_for_broken()
{
	local file
	guarded || return 0
	file=$(readlink "/proc/$modwarden/exe")
	[ "$($breakin poison 100 "$file")" != EINVAL ] || skip 'this kernel takes no memory for broken when it is told to'
	_is_refused memory EPERM poison 100 "$file"
	_is_refused memory EPERM poison 101 "$file"
	# Where a process may give itself any advice by that, too.
	[ "$($breakin own-poison 100 "$file")" = EINVAL ] || {
		_is_refused memory EPERM own-poison 100 "$file"
		_is_refused memory EPERM own-poison 101 "$file"
	}
	_is_alive || fail 'it is gone'
}

refuses_to_open_the_kernels_switches()
{
	local file
	for file in /proc/sys/kernel/ftrace_enabled /proc/sysrq-trigger /sys/kernel/debug/sched/preempt \
		/sys/devices/system/memory/hard_offline_page; do
		[ -e $file ] || continue
		if before; then
			_gives 0 $breakin open $file
		else
			_is_refused switch EPERM open $file
		fi
	done
	[ "$(cat /proc/sys/kernel/ftrace_enabled)" = 1 ] || fail 'trampolines are off'
	_gives 0 $breakin open /proc/sys/kernel/panic
}

# It ends, and leaves nothing locked.
does_not_run_where_nothing_can_be_refused()
{
	local status=0
	before || return 0
	printf 'version: 1\nmode: monitor\nlocked: true\nrules: []\n' >"$state/$case.yaml"
	modwarden run --policy "$state/$case.yaml" --mechanism tracepoint --output /dev/null --format json \
		2>"$state/$case.stderr" || status=$?
	[ $status = 4 ] || fail "it ended with $status: $(cat "$state/$case.stderr")"
	grep -q 'lock: cannot be closed: no program that can refuse' "$state/$case.stderr" ||
		fail "it says $(cat "$state/$case.stderr")"
	[ ! -e $pins/lock ] || fail 'there are pins'
	_gives 0 $breakin map
}

refuses_a_second_modwarden()
{
	local before
	guarded || return 0
	before=$(find $pins)
	_asks_daemon 5 'locked until reboot' run --policy "$policy" --mechanism "$mechanism" --accept-race \
		--output /dev/null --format json --socket none
	expect_record '.attempt.what? == "map"' '.process.comm == "modwarden"'
	[ "$(find $pins)" = "$before" ] || fail "the pins were $before, and are $(find $pins)"
	_is_alive || fail 'modwarden is not alive'
}

# _is_refused_to_ask WHAT DETAIL COMMAND...
_is_refused_to_ask()
{
	local what=$1 detail=$2
	shift 2
	mark
	_asks_daemon 5 'locked until reboot' "$@"
	expect_record ".type == \"tamper\" and .reason == \"locked\" and .attempt.what == \"$what\"" \
		'.process.comm == "modwarden"' '.process.uid == 0' ".detail == \"$detail\"" '.lost == {}'
}

refuses_a_looser_mode()
{
	guarded || return 0
	_status '.locked' || fail 'it does not say that it is'
	_is_refused_to_ask mode 'mode monitor' mode monitor
	_is_refused_to_ask mode 'mode monitor for 1h 0m' mode monitor --for 1h
	_is_refused_to_ask stop stop stop
	_asks_daemon 0 '^enforce' mode enforce --for 1h
	_is_refused_to_ask mode 'mode monitor' mode monitor
	_asks_daemon 0 '^enforce' mode enforce
	_asks_daemon 0 '^enforce' mode policy
	_status '.mode.mode == "enforce"' || fail "the mode is $(modwarden mode)"
}

refuses_to_let_a_module_in_for_a_while()
{
	local file
	file=$(unsigned_copy nls_cp1250)
	denies nls_cp1250 finit "$file"
	guarded || return 0
	_is_refused_to_ask exception "allow $(digest "$file") for 1m 0s" allow --sha256 "$(digest "$file")" --for 1m
	_asks_daemon 9 'no exception' allow --sha256 "$(digest "$file")" --remove
	gives EPERM finit "$file"
}

a_denial_becomes_no_rule_under_the_lock()
{
	local file id
	file=$(unsigned_copy nls_cp869)
	listed "$(unsigned_copy nls_cp866)" # so that digests are asked for
	denies nls_cp869 finit "$file"
	guarded || return 0
	expect_record "$(of "$file")" '.verdict == "deny"' '.gate == "content"'
	id=$(since_mark | jq -r "select($(of "$file")) | .id" | tail -n 1)
	cp "$policy" "$state/as_it_was.yaml"
	_asks_daemon 5 "can only become stricter: rule .allow-nls_cp869. is new, and allows" \
		allow "$id" --policy "$policy" --log "$records" --write
	_asks_daemon 5 "its mode enforces no longer" mode monitor --write --policy "$policy"
	cmp "$policy" "$state/as_it_was.yaml" || fail "the policy was written"
	[ ! -e "$policy.old" ] || fail "a former policy was kept"
	gives EPERM finit "$file"
}

# _policy_is_refused DETAIL SED_WORDS...: what sed makes of it.
_policy_is_refused()
{
	local detail=$1
	shift
	mark
	sed "$@" "$state/locked.yaml" >"$state/next.yaml"
	mv "$state/next.yaml" "$policy"
	expect_record ".type == \"policy\" and .reason == \"refused\" and (.detail | endswith(\": $detail\"))" \
		'.detail | startswith("locked until reboot")' ".path == \"$policy\"" '.mode == "enforce"'
}

# The policy that is in force comes back each time, and is no change.
refuses_a_looser_policy()
{
	local refused
	guarded || return 0
	cp "$policy" "$state/locked.yaml"
	refused=$(modwarden status --json | jq .policy.refused)
	_policy_is_refused 'it is locked no longer' '/^locked:/d'
	_policy_is_refused 'its mode enforces no longer' 's/^mode: enforce/mode: monitor/'
	_policy_is_refused 'its default allows' 's/^default: deny/default: allow/'
	_policy_is_refused "rule 'more' is new, and allows" "\$a\\  - name: more\n    allow: load\n    module: nls_cp437"
	_policy_is_refused 'it is for other kernels' 's/^locked:/kernels: [0.0.0-none]\n&/'
	mv "$state/locked.yaml" "$policy"
	_status ".policy.refused >= $refused + 5" || fail "refused $(modwarden status --json | jq .policy.refused) times"
	_status '.mode.mode == "enforce" and .locked' || fail "it is $(modwarden status)"
}

# What a policy like this takes away stays away.
takes_a_stricter_policy()
{
	local file before
	file=$(unsigned_copy nls_cp1255)
	listed "$file"
	loads nls_cp1255 finit "$file"
	guarded || return 0
	before=$(modwarden status --json | jq .policy.generation)
	sed '$a\  - name: stricter\n    deny: load\n    sha256: ['"$(digest "$file")]" "$policy" >"$state/next.yaml"
	sed -i '/^rules:/a\  - name: stricter-still\n    deny: load\n    sha256: ['"$(digest "$file")]" "$state/next.yaml"
	cp "$policy" "$state/locked.yaml"
	mv "$state/next.yaml" "$policy"
	expect_record '.type == "policy" and .reason == "loaded"' ".policy.generation == $before + 1"
	gives EPERM finit "$file"
	expect_record "$(of "$file") and .verdict == \"deny\"" '.rule == "stricter-still"' '.enforced == true'
	cp "$policy" "$state/stricter.yaml"
	_policy_is_refused "rule 'stricter-still' denies no longer" ''
	mv "$state/stricter.yaml" "$policy"
	gives EPERM finit "$file"
	# What the reload has made in the kernel is locked, too.
	[ "$($breakin map policy_image digest_table)" = EPERM ] || fail 'its maps can be opened'
}

# After all of that.
the_gates_stand_to_the_end()
{
	local file listed
	file=$(unsigned_copy nls_cp437)
	listed=$(unsigned_copy nls_cp1251)
	listed "$listed"
	denies nls_cp437 finit "$file"
	expect_record "$(of "$file")" '.verdict == "deny"' '.enforced == true' '.reason == "default"' \
		'.gate == "content"' '.syscall.errno == "EPERM"'
	loads nls_cp1251 finit "$listed"
	allowed "$listed" "$case" name
}
