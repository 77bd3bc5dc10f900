# shellcheck shell=dash disable=SC2016,SC2154
# run --audit-enrich: messages in the audit trail, as auditd writes them and ausearch finds them.

# _notes [OPTIONS...]: what ausearch finds of them.
_notes() { audit_search -m TRUSTED_APP "$@"; }

_has_note() { _notes --raw | grep -q -- "$1"; }
_expect_note()
{
	until_true _has_note "$1" || fail "no message has '$1': $(_notes --raw | tail -n 5)"
}

# _id_of FILE: of the last record of an operation on its bytes.
_id_of() { since_mark | jq -r "select($(of "$1")) | .id" | tail -n 1; }

_serial_of() { since_mark | jq -r "select($(of "$1")) | .audit.serial" | tail -n 1; }

the_trail_names_the_module_of_a_refused_load()
{
	local file id
	file=$(unsigned_copy nls_cp862)
	denies nls_cp862 finit "$file"
	guarded || return 0
	denied "$file" default content
	id=$(_id_of "$file")
	_expect_note "op=load name=\"nls_cp862\" hash=sha256:$(digest "$file") verdict=deny enforced=yes reason=default gate=content id=$id opid=[0-9]* event=$(_serial_of "$file") key=\"module_load\" .*res=failed"
	# The event itself does not.
	audit_search -k module_load -sv no --raw | grep -v '^type=TRUSTED_APP' >"$state/answer"
	grep -q 'exit=-1 ' "$state/answer" || fail 'audit has no event of it'
	! grep -q 'name="nls_cp862"' "$state/answer" || fail "audit names it itself: $(cat "$state/answer")"
}

the_trail_names_the_rule_that_let_a_module_in()
{
	local file
	file=$(unsigned_copy nls_cp863)
	listed "$file"
	loads nls_cp863 finit "$file"
	guarded || return 0
	expect_record "$(of "$file")" '.verdict == "allow"' '.syscall.exit == 0'
	_expect_note "op=load name=\"nls_cp863\" hash=sha256:$(digest "$file") verdict=allow enforced=no rule=\"$case\" .*res=success"
	_expect_note 'op=unload name="nls_cp863" verdict=allow '
}

# _log_shows CLAIM: of the last record of $file, beside its event.
_log_shows()
{
	modwarden log --json --audit "$audit_log" "$records" 2>"$state/said" | jq -e "select(.record | $(of "$file"))" >"$state/answer" ||
		fail "log: $(cat "$state/said")"
	[ "$(jq -s ".[-1] | $1" "$state/answer")" = true ] || fail "not $1: $(cat "$state/answer")"
}

log_shows_the_trail_beside_the_record_of_a_refused_load()
{
	local file
	file=$(unsigned_copy nls_cp865)
	denies nls_cp865 finit "$file"
	guarded || return 0
	denied "$file" default content
	_expect_note "op=load name=\"nls_cp865\" "
	_log_shows '.audit.join == "exact" and .audit.id == .record.audit.id and (.audit.lines[0] | contains(" exit=-1 "))'
	# Which one it was, can be found out without the record's word.
	jq -c 'del(.audit)' "$records" >"$state/without.json"
	records=$state/without.json _log_shows '.audit.join == "guess" and (.audit.lines[0] | contains(" exit=-1 "))'
	modwarden log --audit "$audit_log" "$records" >"$state/answer" || fail 'log failed'
	grep -q '^    audit event .*:[0-9]*:$' "$state/answer" || fail "$(cat "$state/answer")"
}

nobody_writes_a_field_into_the_trail_by_a_name()
{
	local file name="x' res=success"
	file=$(renamed_copy nls_iso8859-15 "$name")
	denies "$name" finit "$file"
	guarded || return 0
	_expect_note "op=load name=7827207265733D73756363657373 hash=sha256:$(digest "$file") .*res=failed"
	_notes -i | grep -qF "name=$name hash=" || fail "ausearch does not show the name: $(_notes -i | tail -n 3)"
	! _notes -sv yes --raw | grep -q 7827207265733D || fail 'ausearch takes it for a success'
}

the_trail_tells_where_the_messages_begin()
{
	guarded || return 0
	_expect_note 'op=enrich name="modwarden" ver='
}

status_tells_of_no_message_lost_to_the_trail()
{
	guarded || return 0
	modwarden status --json >"$state/answer" || fail "status: $(cat "$state/answer")"
	jq -e '.lost.audit_message == 0' "$state/answer" >/dev/null || fail "$(cat "$state/answer")"
}

enriching_the_trail_without_its_capability_ends_with_5()
{
	guarded || return 0
	_run_ends 5 'CAP_AUDIT_WRITE' /root/setpriv --bounding-set=-audit_write modwarden run --audit-enrich \
		--policy "$policy" --socket none
	_run_ends 5 'CAP_AUDIT_WRITE' unshare -U modwarden run --audit-enrich --policy "$policy" --socket none
}

_writers()
{
	local file
	for file in /proc/[0-9]*/comm; do
		read -r comm <"$file" 2>/dev/null && [ "$comm" = modwarden ] && echo "$file"
	done
}

# Four processes while it runs, two of them for names, and none after.
what_enriches_the_trail_ends_with_modwarden()
{
	local count=0 writers=0
	! guarded || count=4
	[ "$(_writers | wc -l)" = $count ] || fail "there are $(_writers | wc -l): $(ps -o pid,ppid,stat,args | grep modwarden)"
	guarded || return 0
	# It has nothing that belongs to the gates, and one capability; those that ask for names have none.
	for file in $(_writers); do
		[ "$file" != "/proc/$modwarden/comm" ] || continue
		case $(sed -n 's/^CapEff:\t//p' "${file%comm}status") in
		0000000020000000) writers=$((writers + 1)) ;;
		0000000000000000) ;;
		*) fail "$(cat "${file%comm}status")" ;;
		esac
		! ls -l "${file%comm}fd" | grep -q bpf || fail "$(ls -l "${file%comm}fd")"
		! grep -q 'bpf-map\|anon_inode' "${file%comm}maps" || fail "$(cat "${file%comm}maps")"
	done
	[ $writers = 1 ] || fail "$writers may write into the trail"
}

# Beside the trail: no case of this session has a container runtime.
a_runtime_that_is_not_there_costs_names_only()
{
	local file
	file=$(unsigned_copy nls_cp866)
	guarded || return 0
	_load_in_group "$_crio_group" "$file"
	expect_record ".type == \"operation\" and .container.id? == \"$_container\"" '.verdict == "deny"' \
		'.container.runtime == "cri-o"' '.container.pod == null' '.container.image == null'
	modwarden_says "cri: cannot ask '$state/runtime.sock' for the names of pods and images: Connection refused" ||
		fail "it says: $(cat "$state/stderr")"
}

# _asker: the process of modwarden's that asks container runtimes for names.
_asker()
{
	local pid
	for pid in $(cat "/proc/$modwarden/task/$modwarden/children"); do
		! grep -qz ask-runtimes "/proc/$pid/cmdline" || echo "$pid"
	done
}

_another_asks() { [ "$(_asker)" ] && [ "$(_asker)" != "$1" ]; }

who_asks_for_names_is_begun_again()
{
	local asker
	guarded || return 0
	asker=$(_asker)
	[ "$asker" ] || fail 'nobody asks'
	kill -KILL "$asker"
	until_true _another_asks "$asker" || fail "nobody asks any more: $(tail -n 3 "$state/stderr")"
	grep -q 'cri: the process that asks .* was ended; it begins again' "$state/stderr" || fail 'nothing is said of it'
}
