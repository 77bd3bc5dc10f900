#!/bin/busybox sh
# shellcheck shell=dash
# Runs the cases on one kernel with one mechanism: main.sh MECHANISM [PATTERN [racing [SOAK_MINUTES]]]
# or main.sh MECHANISM PATTERN faults [SOAK_MINUTES]
# or main.sh MECHANISM PATTERN locked|locked_later
# or main.sh MECHANISM PATTERN power [RECORDS]
# or main.sh MECHANISM PATTERN long SOAK_MINUTES
#
# Those of racing.sh are run alone, on a kernel booted for them; with SOAK_MINUTES, for long. Of the
# others, long runs those that have a long form. Alone are also those of faults.sh and those of
# locked.sh and locked_later.sh, after which there is no way back. Those of power.sh look at what is
# on a disk since the boot before; then, with RECORDS, the power is cut when there are so many.
#
# The cases stand in sessions: one start of modwarden each, because a start is what takes longest
# here. Prints a line for each case, "case SESSION NAME passed|failed|skipped REASON".

# shellcheck source=SCRIPTDIR/lib.sh
. "${0%/*}/lib.sh"
# shellcheck source=SCRIPTDIR/template.sh
. "${0%/*}/template.sh"
# shellcheck source=SCRIPTDIR/audit.sh
. "${0%/*}/audit.sh"

mechanism=$1
pattern=${2:-*}
form=$3
soak_minutes=$4
failures=0

cases_of()
{
	local name
	for name in $(sed -n 's/^\([a-z][a-z0-9_]*\)()\( {.*\)\{0,1\}$/\1/p' "$@"); do
		# shellcheck disable=SC2254 # a pattern
		case $name in
		$pattern) echo "$name" ;;
		esac
	done
}

# run_phase PHASE: every case that has not failed yet, each in a shell of its own.
run_phase()
{
	phase=$1
	for case in $cases; do
		[ ! -e "$state/$case.failed" ] && [ ! -e "$state/$case.skipped" ] || continue
		echo "$phase $case" >>/out/progress
		read -r began _ </proc/uptime
		[ "$form" = racing ] || one_processor
		(
			! guarded || mark
			"$case"
		) >>"/out/$case.log" 2>&1 </dev/null || [ -s "$state/$case.failed" ] ||
			echo "$phase: ended with an error of its own: $(tail -n 3 "/out/$case.log")" \
				>"$state/$case.failed"
		read -r ended _ </proc/uptime
		echo "$phase $case $began $ended" >>/out/times
	done
}

report()
{
	for case in $cases; do
		if [ -s "$state/$case.failed" ]; then
			echo "case $session $case failed $(head -c 3000 "$state/$case.failed" | tr '\n' ' ')"
			failures=$((failures + 1))
		elif [ -s "$state/$case.skipped" ]; then
			echo "case $session $case skipped $(cat "$state/$case.skipped")"
		else
			echo "case $session $case passed"
		fi
	done
}

hammer_rule()
{
	local name
	printf '  - name: hammer\n    allow: load\n    sha256:\n'
	for name in $hammer_modules; do
		printf '      - %s\n' "$(digest "$(signed_copy "$name")")"
	done
}

write_policy()
{
	if [ "$inherited" ] && [ -e "$inherited" ]; then
		{
			printf 'version: 1\n'
			session_policy
			sed -n '/^rules:/,$p' "$inherited"
		} >"$policy"
		return
	fi
	{
		cat "$state/prior.yaml"
		[ ! "$hammered" ] || hammer_rule
		cat "$state/listed.yaml" "$state/rules.yaml"
		[ ! "$no_more" ] || printf '  - name: no-more\n    deny: [%s]\n' "$no_more"
	} >"$state/all.yaml"
	{
		printf 'version: 1\n'
		session_policy
		if [ -s "$state/all.yaml" ]; then
			printf 'rules:\n'
			cat "$state/all.yaml"
		else
			printf 'rules: []\n'
		fi
	} >"$policy"
}

fail_all()
{
	for case in $cases; do
		phase=guarded
		(fail "$@")
	done
}

# run_session NAME FILE...: session_policy prints the head of its policy, session_options are more
# options of `run`; inherited is a policy whose rules it has instead of its cases'; no_more are
# operations that its last rule denies; where hammered is set, the hammer is at work while the gates
# come and go; warden_group is the control group that modwarden begins in, if not that of all others.
run_session()
{
	session=$1
	shift
	cases=$(cases_of "$@")
	[ "$cases" ] || return 0
	rm -f "$state"/*.yaml
	touch "$state/prior.yaml" "$state/listed.yaml" "$state/rules.yaml"
	run_phase before
	write_policy
	[ ! "$hammered" ] || hammer_start
	# shellcheck disable=SC2086 # more than one
	start_modwarden "$policy" $session_options || fail_all "modwarden did not start: $(cat "$state/stderr")"
	[ ! "$hammered" ] || hammer_stop
	run_phase guarded
	[ ! "$hammered" ] || hammer_start
	stop_modwarden
	[ ! "$hammered" ] || hammer_stop
	run_phase after
	cp "$policy" "/out/$session.policy.yaml"
	cp "$records" "/out/$session.records.json"
	cp "$state/stderr" "/out/$session.stderr"
	report
}

# There is no phase after, and what begins there cannot be ended.
run_locked()
{
	session=locked
	cases=$(cases_of locked.sh)
	touch "$state/prior.yaml" "$state/listed.yaml" "$state/rules.yaml"
	warden_group=$locked_group/inner
	echo +memory >/sys/fs/cgroup/cgroup.subtree_control
	mkdir -p "/sys/fs/cgroup/$warden_group"
	echo +memory >"/sys/fs/cgroup/$locked_group/cgroup.subtree_control"
	run_phase before
	# As service managers do it.
	warden_prefix='/root/unshare --mount --propagation slave'
	session_policy() { printf 'mode: enforce\ndefault: deny\nlocked: true\n'; }
	write_policy
	_leave_unlocked_gates
	start_modwarden "$policy" || fail_all "modwarden did not start: $(cat "$state/stderr")"
	run_phase guarded
	cp "$records" "/out/$session.records.json"
	cp "$state/stderr" "/out/$session.stderr"
	report
}

# What has been written waits for half a second at most, and no longer than it has to.
mount_disk()
{
	disk=$state/disk
	mkdir "$disk"
	mount -t ext4 -o commit=1 /dev/nvme0n1 "$disk" || exit 1
	echo 50 >/proc/sys/vm/dirty_expire_centisecs
	echo 20 >/proc/sys/vm/dirty_writeback_centisecs
}

run_power()
{
	mount_disk
	records=$disk/records.json
	if [ -e "$records" ]; then
		run_alone power.sh
		cat /out/*.log
	fi
	[ $failures = 0 ] && [ "$1" ] || return 0
	_storm_until_cut "$1"
}

# The lock closes in the first case, and modwarden dies in the last.
run_locked_later()
{
	warden_group=$locked_group/inner
	mkdir -p "/sys/fs/cgroup/$warden_group"
	run_alone locked_later.sh
	cp "$records" "/out/$session.records.json"
	cp "$state/stderr" "/out/$session.stderr"
}

# Cases that start modwarden themselves, if at all.
run_alone()
{
	session=alone
	cases=$(cases_of "$@")
	run_phase guarded
	report
}

mkdir -p "$modules"
: >"$state/hammer.outcomes"
chmod 755 "$state"
mount -t tmpfs -o size=90% modules "$modules"
locked_group=locked
cd "$here/cases" || exit 1
for file in *.sh; do
	# shellcheck source=/dev/null
	. "./$file"
done

if ! kernel_is_at_least 5 17; then
	run_alone too_old.sh
	exit $((failures > 0))
fi
: >"$records"
hammered=''
inherited=''
no_more=''
warden_group=''
warden_prefix=''
session_options=''
session_policy() { printf 'mode: enforce\ndefault: deny\n'; }
case $form in
racing)
	run_session racing racing.sh
	exit $((failures > 0))
	;;
faults)
	run_alone faults.sh
	exit $((failures > 0))
	;;
long)
	run_session reload reload.sh
	run_alone persist.sh takeover.sh
	exit $((failures > 0))
	;;
power)
	run_power "$4"
	exit $((failures > 0))
	;;
locked | locked_later)
	"run_$form"
	exit $((failures > 0))
	;;
esac

# What depends on the mechanism is run with both on each kernel; what does not, with lsm only; and what
# depends on neither, on one kernel.
is_lsm=''
[ "$mechanism" != lsm ] || is_lsm=1
is_middle=''
! kernel_is_at_least 6 12 || kernel_is_at_least 7 0 || is_middle=1
once=''
[ ! "$is_lsm" ] || once=$is_middle

run_alone refusals.sh
hammered=1
run_session enforce \
	identity.sh signature.sh compressed.sh hostile.sh names.sh \
	caller.sh places.sh unnamed.sh namespaces.sh ways_in.sh \
	others.sh attempts.sh wide.sh pressure.sh grade.sh log.sh
hammered=''
run_alone coming_and_going.sh

if [ "$is_lsm$is_middle" ]; then
	inherited=/out/enforce.policy.yaml
	session_policy() { printf 'mode: enforce\ndefault: deny\nkernels: [0.0.0-none]\n'; }
	run_session monitor monitor.sh

	inherited=''
	session_options='--mode enforce'
	session_policy() { printf 'mode: monitor\ndefault: allow\n'; }
	run_session override override.sh
	session_options=''
fi

session_policy() { printf 'mode: enforce\ndefault: deny\n'; }
mkdir "$state/small"
mount -t tmpfs -o size=8m small "$state/small"
records=$state/small/records.json
run_session inside parameters.sh within.sh kernel_refusals.sh container_root.sh wild.sh \
	${once:+rotation.sh growth.sh}
records=$state/records.json
run_session out unload.sh autoload.sh shared.sh

no_more=unload,autoload
session_policy() { printf 'mode: enforce\ndefault: allow\n'; }
run_session closed closed.sh
no_more=''
session_policy() { printf 'mode: enforce\ndefault: deny\n'; }

if [ "$is_lsm" ]; then
	run_session empty empty.sh
	run_session hidden hidden.sh
	session_options='--mechanism tracepoint --listen 127.0.0.1'
	session_policy() { printf 'mode: monitor\ndefault: deny\n'; }
	run_session observe observe.sh
	session_options=''
	session_policy() { printf 'mode: enforce\ndefault: deny\n'; }
	run_alone tier.sh
	run_alone trail.sh
	run_session audited audited.sh
fi
# The storm over kills: on the newest kernel, and with fmod_ret on the middle one, where with lsm upgrades take place
# under one. Its long form runs on all.
if [ "$is_lsm" ]; then
	! kernel_is_at_least 7 0 || run_alone persist.sh
elif [ "$is_middle" ]; then
	run_alone persist.sh
fi
if [ "$once" ]; then
	run_alone without_policy.sh
	run_session reload reload.sh
	if [ "$(cases_of enrich.sh)" ]; then
		audit_on
		start_auditd
		# Nobody listens there.
		session_options="--audit-enrich --cri-socket $state/runtime.sock"
		run_session enrich enrich.sh
		session_options=''
		stop_auditd
		audit_off
	fi
	run_alone takeover.sh generated.sh
	PATH=$here/service:$PATH
	run_session service service.sh
	PATH=${PATH#*:}
	run_alone walkthrough.sh
	run_session control control.sh
	session_options='--listen 127.0.0.1'
	run_session metrics metrics.sh
	session_options=''
	run_alone argument.sh unread.sh
	run_alone audit_check.sh
fi

warden_group=warden
mkdir "/sys/fs/cgroup/$warden_group"
echo +memory >/sys/fs/cgroup/cgroup.subtree_control
run_session last last.sh
warden_group=''

run_alone trampolines_off.sh
exit $((failures > 0))
