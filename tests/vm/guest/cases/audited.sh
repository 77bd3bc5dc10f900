# shellcheck shell=dash disable=SC2016,SC2154 # the single quotes hold jq programs
# Records and the kernel's audit trail: each names the very event. audit.sh has auditd and the rules.

# _joined SELECT CLAIM...: the record comes, with the event that the kernel itself names, which was seen.
_joined()
{
	expect_record "$1" '.audit.join == "exact"' '.audit.recorded == "yes"' '.audit.serial > 0' \
		'.audit.id | endswith(":" + ($record.audit.serial | tostring))' "$@"
}

_is_found()
{
	[ ! "$from_kernel" ] || _kernels_own_log
	audit_search -a "$serial" --raw >"$state/found" && grep -q '^type=SYSCALL ' "$state/found"
}

# _trail_agrees SELECT ARCH SYSCALL: ausearch finds the event of the last such record by its serial number, and
# time, system call, result, process and key are the same.
_trail_agrees()
{
	local id exit key pid serial
	since_mark | jq -r "select($1) | [.audit.id, .syscall.exit // \"[-0-9]*\", .process.pid, .audit.key] | @tsv" |
		tail -n 1 >"$state/event"
	read -r id exit pid key <"$state/event"
	serial=${id##*:}
	until_true _is_found || fail "ausearch -a $serial finds nothing for $1"
	grep -q "^type=SYSCALL msg=audit($id): arch=$2 syscall=$3 .* exit=$exit .* pid=$pid .* key=\"$key\"" "$state/found" ||
		fail "$1: $(cat "$state/event") is not in $(cat "$state/found")"
}

# _has_event SELECT ARCH SYSCALL KEY: both, with one of the usual keys.
_has_event()
{
	_joined "$1" ".audit.key == \"$4\"" '.audit.key_known == true'
	_trail_agrees "$1" "$2" "$3"
}

x86_64=c000003e
i386=40000003

# _each_has_its_event GOOD BAD: loads and unloads, done and refused, natively and by 32-bit calls.
_each_has_its_event()
{
	local good=$1 bad=$2
	gives 0 finit "$good"
	_has_event "$(of "$good") and .syscall.exit == 0" $x86_64 313 module_load
	gives EEXIST finit "$good"
	_has_event "$(of "$good") and .syscall.errno == \"EEXIST\"" $x86_64 313 module_load
	unload nls_cp437
	_has_event '.op? == "unload" and .module.name == "nls_cp437"' $x86_64 176 module_unload
	gives ENOENT delete no_such_module
	_has_event '.op? == "unload" and .syscall.errno == "ENOENT"' $x86_64 176 module_unload
	gives EPERM init "$bad"
	_has_event "$(of "$bad") and .syscall.name == \"init_module\"" $x86_64 175 module_load
	if [ "$(attempt -3 delete no_such_module)" != ENOSYS ]; then
		gives EPERM -3 finit "$bad"
		_has_event "$(of "$bad") and .syscall.abi == \"i386\"" $i386 350 module_load
		gives 0 -3 finit "$good"
		_has_event "$(of "$good") and .syscall.abi == \"i386\"" $i386 350 module_load
		gives 0 -3 delete nls_cp437
		_has_event '.op? == "unload" and .syscall.abi == "i386" and .syscall.exit == 0' $i386 129 module_unload
	fi
}

the_audit_event_of_each_load_and_unload_is_named()
{
	local good bad
	good=$(signed_copy nls_cp437)
	bad=$(unsigned_copy nls_cp855)
	listed "$good"
	guarded || return 0
	audit_on
	start_auditd
	_each_has_its_event "$good" "$bad"
	stop_auditd
	audit_off
}

# What the kernel itself says in its log, as auditd would write it.
_kernels_own_log()
{
	dmesg | sed -n 's/^.*audit: type=1300 \(audit(.*\)$/type=SYSCALL msg=\1/p' >"$audit_log"
}

the_audit_event_of_each_load_and_unload_is_named_without_auditd()
{
	local good bad from_kernel=1
	good=$(signed_copy nls_cp437)
	bad=$(unsigned_copy nls_cp855)
	listed "$good"
	guarded || return 0
	audit_on
	echo 0 >/proc/sys/kernel/printk_ratelimit
	_each_has_its_event "$good" "$bad"
	echo 5 >/proc/sys/kernel/printk_ratelimit
	audit_off
}

# What else a key or a name may be does not lead astray.
the_audit_event_is_named_whatever_its_texts_are()
{
	local bad liar
	bad=$(unsigned_copy nls_cp857)
	guarded || return 0
	audit_on 'no "key"'
	start_auditd
	liar=$state/x\"key=\"y
	cp $load "$liar"
	load=$liar gives EPERM finit "$bad"
	_joined "$(of "$bad")" '.audit.key == "no \"key\""' '.audit.key_known == false' '.process.comm == "x\"key=\"y"'
	since_mark | jq -r "select($(of "$bad")) | .audit.id" | tail -n 1 >"$state/event"
	serial=$(sed 's/.*://' "$state/event")
	until_true _is_found || fail 'ausearch does not find it'
	gives ENOENT delete 'x" key="y'
	_has_event '.op? == "unload" and .module.name == "x\" key=\"y"' $x86_64 176 module_unload
	stop_auditd
	auditctl -D >/dev/null
	auditctl -a always,exit -F arch=b64 -S finit_module -k one -k modules -k three >/dev/null || fail 'no such rule'
	mark
	gives EPERM finit "$bad"
	_joined "$(of "$bad")" '.audit.key == ["one", "modules", "three"]' '.audit.key_known == true'
	audit_off
}

the_audit_event_of_an_autoload_is_that_of_who_asked()
{
	guarded || return 0
	audit_on
	auditctl -a always,exit -F arch=b64 -S socket -F a0=41 -k sockets || fail 'no such rule'
	start_auditd
	$ask -u 0 socket 41 >/dev/null
	_joined '.op? == "autoload" and .requester.alias == "net-pf-41"' '.audit.key == "sockets"' '.audit.key_known == false'
	_trail_agrees '.op? == "autoload" and .requester.alias == "net-pf-41"' $x86_64 41
	stop_auditd
	audit_off
}

# What happens while no rule is about it is no gap in the trail of modules.
an_autoload_that_no_rule_matches_is_not_recorded()
{
	local gaps
	guarded || return 0
	audit_on
	gaps=$(modwarden status --json | jq .audit.gaps)
	$ask -u 0 mount wardentestfs >/dev/null
	expect_record '.op? == "autoload" and .requester.alias == "fs-wardentestfs"' '.audit.recorded == "no"' '.audit.id == null'
	[ "$(modwarden status --json | jq .audit.gaps)" = "$gaps" ] || fail "status says $(modwarden status --json | jq -c .audit)"
	audit_off
}

# One call that asks ten times over, of which the kernel is not asked to keep all.
counts_that_one_call_has_too_many_of_are_no_gap()
{
	local select='.op? == "autoload" and .requester.alias == "rtnl-link-warden"'
	op=autoload deny 'alias: rtnl-link-warden'
	guarded || return 0
	audit_on
	auditctl -a always,exit -F arch=b64 -S sendmsg -F exe="$ask" -k links || fail 'no such rule'
	[ "$($ask links 10 warden)" = 0 ] || fail 'it could not ask'
	until_true _are_told "$select" 10 || fail "$(_attempts_told "$select") requests are told of"
	since_mark | jq -se "[.[] | select($select) | .audit.recorded] | index(\"no\") == null and index(\"unknown\") != null" >/dev/null ||
		fail "$(since_mark | jq -c "select($select) | [.audit, .repeated]")"
	audit_off
}

_gap_is_told() { since_mark | jq -se 'any(.[]; .type == "audit" and .reason == "gap" and .count > 0)' >/dev/null; }

# With rules for something else, with none at all, and with the right ones again.
what_no_audit_rule_matches_is_a_gap()
{
	local good
	good=$(signed_copy nls_cp860)
	listed "$good"
	guarded || return 0
	audit_on
	auditctl -D >/dev/null
	auditctl -a always,exit -F arch=b64 -S getppid -k unrelated || fail 'no such rule'
	gives 0 finit "$good"
	expect_record "$(of "$good")" '.audit.recorded == "no"' '.audit.id == null' '.audit.join == null' '.audit.key == null'
	until_true _gap_is_told || fail 'no record tells of a gap'
	auditctl -D >/dev/null
	unload nls_cp860
	expect_record '.op? == "unload"' '.audit.recorded == "no"'
	modwarden status --json | jq -e '.audit.gaps >= 2 and .audit.recorded.no >= 2 and .audit.stamps and
		.audit.reader == "multicast"' >/dev/null || fail "status says $(modwarden status --json | jq -c .audit)"
	audit_on
	mark
	gives 0 finit "$good"
	unload nls_cp860
	_joined "$(of "$good")" '.audit.key == "module_load"'
	_joined '.op? == "unload"' '.audit.key == "module_unload"'
	audit_off
}

_attempts_told()
{
	since_mark | jq -s "[.[] | select($1) | .repeated.count // 1] | add // 0"
}

_are_told() { [ "$(_attempts_told "$1")" = "$2" ]; }

# Each of those that are only counted has an event of its own.
repeated_denials_have_all_their_audit_events()
{
	local bad
	bad=$(unsigned_copy nls_cp861)
	guarded || return 0
	audit_on
	$load -n 200 finit "$bad" >"$state/attempt" || fail 'it could not try'
	until_true _are_told "$(of "$bad")" 200 || fail "$(_attempts_told "$(of "$bad")") attempts are told of"
	since_mark | jq -se "[.[] | select($(of "$bad"))] | any(.repeated.count > 1) and all(.audit.recorded == \"yes\" and
		(.repeated == null or .repeated.stamped == .repeated.count and
			.repeated.serial_last - .repeated.serial_first >= .repeated.count - 1))" >/dev/null ||
		fail "$(since_mark | jq -c "select($(of "$bad")) | [.id, .audit, .repeated]" | head -n 5)"
	audit_off
}

_kernels_count_is_ours()
{
	[ $(($(audit_field lost) - lost)) = $(($(modwarden status --json | jq .audit.kernel_lost) - heard)) ]
}

# A queue of eight, and nobody waits for it.
what_the_kernel_loses_of_its_audit_trail_is_counted()
{
	local good lost heard
	good=$(signed_copy nls_cp862)
	listed "$good"
	guarded || return 0
	both_processors
	audit_on
	start_auditd
	auditctl -b 8 >/dev/null && auditctl --backlog_wait_time 0 >/dev/null || fail 'no such queue'
	lost=$(audit_field lost)
	heard=$(modwarden status --json | jq .audit.kernel_lost)
	kill -STOP "$auditd"
	mark
	$load -n 60 cycle "$good" nls_cp862 >"$state/attempt" || fail 'it could not try'
	kill -CONT "$auditd"
	until_true _are_told "$(of "$good")" 60 || fail "$(_attempts_told "$(of "$good")") loads are told of"
	until_true _are_told '.op? == "unload"' 60 || fail "$(_attempts_told '.op? == "unload"') unloads are told of"
	until_true _kernels_count_is_ours ||
		fail "the kernel lost $(audit_field lost), $lost before; heard of $(modwarden status --json | jq -c .audit), $heard before"
	[ "$(audit_field lost)" -gt "$lost" ] || fail 'nothing was lost: this tested nothing'
	since_mark | jq -se '[.[] | select(.type == "operation") | .audit.recorded] |
		(index("no") == null) and (index("lost") != null) and (index("yes") != null)' >/dev/null ||
		fail "$(since_mark | jq -sc '[.[] | select(.type == "operation") | .audit.recorded] | group_by(.) |
			map([.[0], length])')"
	since_mark | jq -se 'any(.[]; .type == "audit" and .reason == "lost")' >/dev/null || fail 'no record tells of a loss'
	stop_auditd
	auditctl --backlog_wait_time 15000 >/dev/null
	audit_off
}

# Comes last: modwarden is told to end before it has read what it waits for, and more than it reads at a
# time.
what_modwarden_ends_with_has_been_confirmed()
{
	local bad
	bad=$(unsigned_copy nls_cp863)
	listed "$(signed_copy nls_cp860)" # so that digests are asked for
	case $phase in
	guarded)
		audit_on
		kill -STOP "$modwarden"
		$load -n 200 finit "$bad" >"$state/attempt" || fail 'it could not try'
		;;
	after)
		since_mark | jq -se "[.[] | select($(of "$bad"))] | (map(.repeated.count // 1) | add) == 200 and
			all(.audit.recorded == \"yes\" and .repeated.stamped == .repeated.count)" >/dev/null ||
			fail "$(since_mark | jq -c "select($(of "$bad")) | [.audit, .repeated]" | head -n 5)"
		audit_off
		;;
	esac
}
