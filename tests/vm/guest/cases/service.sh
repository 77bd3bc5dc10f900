# shellcheck shell=dash disable=SC2016 # the single quotes hold jq programs
# Below a service manager, with a journal, and with the capabilities of the unit.

_manager_heard() { grep -q "^notify $1" "$state/stderr"; }
_journal_has() { grep -q "^journal $1" "$state/stderr"; }

_reads_the_trail() { modwarden status --json | jq -e '.audit.reader == "multicast"' >/dev/null; }

has_all_the_capabilities_that_it_needs()
{
	local grade
	denies nls_cp850 finit "$(unsigned_copy nls_cp850)"
	guarded || return 0
	modwarden_says 'not provable' && fail "it says $(cat "$state/stderr")"
	grade=$(jq -r 'select(.type == "daemon").grade' "$records")
	[ "$grade" = "$(/usr/bin/modwarden doctor --json --mechanism "$mechanism" | jq -r .grade)" ] ||
		fail "the grade is $grade"
	until_true _reads_the_trail || fail "it cannot read the audit trail: $(modwarden status --json | jq -c .audit)"
}

tells_the_service_manager_where_it_stands()
{
	before && return
	_manager_heard 'READY=1' || fail 'it was not told of the start'
	_manager_heard "STATUS=enforce mode, mechanism $mechanism, grade enforce" ||
		fail 'it was not told of the mode'
	! guarded || until_true _manager_heard 'WATCHDOG=1' || fail 'it was given no sign of life'
	guarded && return
	_manager_heard 'STOPPING=1' || fail 'it was not told of the end'
}

tells_the_journal_of_each_denial_in_a_line()
{
	local file id
	# With a listed digest, each one is told.
	listed "$(signed_copy nls_cp852)"
	file=$(renamed_copy nls_cp852 nls_cp855)
	denies nls_cp855 finit "$file"
	guarded || return 0
	until_true _journal_has '<4>modwarden: DENIED load of nls_cp855.*; why: no rule matches.*-> EPERM' ||
		fail 'no line tells of it'
	# By the id that its record has, with the command as it is to be typed.
	expect_record "$(of "$file")" '.verdict == "deny"'
	id=$(since_mark | jq -r "select($(of "$file")) | .id" | tail -n 1)
	until_true _journal_has "<4>modwarden: DENIED load of nls_cp855.*; see: record $id, modwarden allow $id --for 30m$" ||
		fail "no line tells of record $id"
	_journal_has "<6>modwarden: .*Ctrl-C or SIGTERM stops" || fail 'messages have no priority'
	! grep -v '^notify \|^journal <[0-7]>modwarden: ' "$state/stderr" || fail 'there are other lines'
}
