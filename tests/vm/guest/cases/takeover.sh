# shellcheck shell=dash disable=SC2016 # the single quotes hold jq programs
# What one modwarden leaves pinned and the next takes over, case by case; under a storm: persist.sh,
# which has what they need, too.

_counts_as_told()
{
	_status ".verdicts.load.deny == $(_sum '.op? == "load" and .verdict == "deny" and .enforced')"
}

gates_outlive_a_kill_and_are_adopted()
{
	local good bad pid
	good=$(unsigned_copy nls_cp437)
	bad=$(unsigned_copy nls_cp850)
	loads nls_cp437 finit "$good"
	loads nls_cp850 finit "$bad"
	_persists_with "$good"
	gives EPERM finit "$bad"
	expect_record "$(of "$bad")" '.verdict == "deny"' '.policy.generation == 1'
	_kill_modwarden
	# With nobody there: the same verdicts.
	gives EPERM -n 3 finit "$bad"
	loads nls_cp437 finit "$good"
	pid=$modwarden
	_starts_again --persist
	[ "$modwarden" != "$pid" ] || fail 'it is the same one'
	expect_record '.type == "daemon"' '.reason == "adopted"' '.mode == "enforce"' '.lost == {}' \
		'.detail | test("^[0-9.]+ s without a daemon$")' '.policy.generation == 1'
	# What happened meanwhile is told by name, of the policy that was in force.
	until_true _sum_is_at_least "$(of "$bad")" 3 || fail "$(_sum "$(of "$bad")") refusals are told of"
	[ "$(_sum "$(of "$bad")")" = 3 ] || fail "$(_sum "$(of "$bad")") refusals are told of"
	expect_record "$(of "$good")" '.verdict == "allow"' '.rule == "listed"' '.syscall.exit == 0' '.policy.generation == 1'
	expect_record "$(of "$bad")" '.verdict == "deny"' '.enforced == true' '.syscall.errno == "EPERM"' '.reason == "default"'
	gives EPERM finit "$bad"
	loads nls_cp437 finit "$good"
	# What this one has told of is what it counts.
	until_true _sum_is_at_least "$(of "$bad")" 4 || fail "$(_sum "$(of "$bad")") refusals are told of"
	until_true _counts_as_told || fail "it counts $(modwarden status)"
}

gates_stay_after_a_stop_and_go_with_a_run_that_does_not_keep_them()
{
	local good bad
	good=$(unsigned_copy nls_cp437)
	bad=$(unsigned_copy nls_cp850)
	_persists_with "$good"
	stop_modwarden
	[ "$(cat "$state/exit_status")" = 0 ] || fail "it ended with $(cat "$state/exit_status")"
	expect_record '.type == "daemon" and .reason == "stopped"' '.detail == "the gates stay"'
	gives EPERM finit "$bad"
	_starts_again
	expect_record '.type == "daemon" and .reason == "adopted"' '.mode == "enforce"'
	gives EPERM finit "$bad"
	stop_modwarden
	[ "$(cat "$state/exit_status")" = 0 ] || fail "it ended with $(cat "$state/exit_status")"
	expect_record '.type == "daemon" and .reason == "detached"'
	[ ! -e $_pins ] || fail "pins stay: $(find $_pins)"
	loads nls_cp850 finit "$bad"
}

# The policy that is in the kernel counts until the file gives another one.
adopted_gates_take_the_policy_that_was_written_meanwhile()
{
	local good bad
	good=$(unsigned_copy nls_cp437)
	bad=$(unsigned_copy nls_cp850)
	_persists_with "$good"
	_kill_modwarden
	printf 'version: 1\nmode: enforce\ndefault: deny\nrules: [{name: other, allow: load, sha256: %s}]\n' \
		"$(digest "$bad")" >"$policy"
	gives EPERM finit "$bad"
	_starts_again --persist
	expect_record '.type == "policy" and .reason == "loaded"' '.policy.generation == 2' ".path == \"$policy\""
	loads nls_cp850 finit "$bad"
	expect_record "$(of "$bad") and .verdict == \"allow\"" '.rule == "other"' '.policy.generation == 2'
	gives EPERM finit "$good"
	_kill_modwarden
	printf 'version: 1\nmode: enfroce\n' >"$policy"
	_starts_again --persist
	expect_record '.type == "policy" and .reason == "refused"' '.policy.generation == 2' '.mode == "enforce"'
	loads nls_cp850 finit "$bad"
	expect_record "$(of "$bad") and .verdict == \"allow\"" '.rule == "other"' '.policy.generation == 2'
	gives EPERM finit "$good"
}

# What another build has pinned otherwise is replaced, and guards until it is.
gates_of_another_layout_are_replaced()
{
	local good bad build storms
	good=$(unsigned_copy nls_cp437)
	bad=$(unsigned_copy nls_cp850)
	_persists_with "$good"
	_storm_begins "$good" "$bad"
	build=/root/relaid
	_kill_modwarden
	_starts_again --persist
	modwarden_says 'cannot be taken over: their layout is another build' || fail "it says: $(cat "$state/stderr")"
	[ "$(ls $_pins)" = 2 ] || fail "the former pins stay: $(ls $_pins)"
	build=''
	_kill_modwarden
	_starts_again --persist
	[ "$(ls $_pins)" = 3 ] || fail "the former pins stay: $(ls $_pins)"
	_storm_ends
	expect_record '.type == "daemon" and .reason == "started"' '.mode == "enforce"'
	gives EPERM finit "$bad"
	loads nls_cp437 finit "$good"
}

# A policy that guards is not given up for the built-in one because its file has gone meanwhile.
gates_that_cannot_be_adopted_go_for_no_missing_policy()
{
	local good bad status=0 own=/etc/modwarden/policy.yaml policy
	good=$(unsigned_copy nls_cp437)
	bad=$(unsigned_copy nls_cp850)
	mkdir -p "${own%/*}"
	policy=$own
	_persists_with "$good"
	_kill_modwarden
	rm -r "${own%/*}"
	/root/relaid/modwarden run --mechanism "$mechanism" --accept-race --persist --output "$records" --format json \
		>/dev/null 2>"$state/stderr" &
	modwarden=$!
	patience=1500 until_true is_up_or_gone
	! modwarden_says 'Ctrl-C or SIGTERM stops' || fail "it came up: $(cat "$state/stderr")"
	wait "$modwarden" || status=$?
	[ $status = 3 ] || fail "it ended with $status: $(cat "$state/stderr")"
	modwarden_says 'cannot be taken over: their layout is another build' || fail "it says: $(cat "$state/stderr")"
	[ "$(ls $_pins)" = 1 ] || fail "the pins are $(ls $_pins)"
	gives EPERM finit "$bad"
	loads nls_cp437 finit "$good"
}

_waits_for_former_or_is_past_them() { modwarden_says 'waiting for 1 operation' || [ -e "$_pins/1/links/$1" ]; }

# What A has let begin is still on its way when B, which took over from A, dies at that: the programs
# of A stay until it has ended.
gates_stay_for_what_began_with_them_whoever_dies_meanwhile()
{
	local good build=/root/next parked=''
	good=$(unsigned_copy nls_cp437)
	_persists_with "$good"
	_parks "$good"
	_kill_modwarden
	_begins_again
	until_true _waits_for_former_or_is_past_them 3 || fail "B says: $(cat "$state/stderr")"
	[ "$(ls $_pins/1/links | tr '\n' ' ')" = '1 2 ' ] || fail "the programs are those of $(ls $_pins/1/links)"
	_kill_modwarden
	build=''
	_begins_again
	until_true _waits_for_former_or_is_past_them 3 || fail "C says: $(cat "$state/stderr")"
	[ "$(ls $_pins/1/links | tr '\n' ' ')" = '1 2 ' ] || fail "the programs are those of $(ls $_pins/1/links)"
	_parked_go_on
	[ "$(cat "$state"/parked.*)" = '0 parked 0 1' ] || fail "it came to $(cat "$state"/parked.*)"
	patience=1500 until_true is_up_or_gone
	[ "$(ls $_pins/1/links)" = 3 ] || fail "the programs are those of $(ls $_pins/1/links)"
	! modwarden_says 'are ended by the new' || fail "it did not wait: $(cat "$state/stderr")"
	# While programs come to a function, the kernel lets calls of it that are on their way return to none.
	expect_record "$(of "$good")" '.verdict == "allow"' '.syscall.exit == null' '.module.name == "nls_cp437"'
	gives 0 delete nls_cp437
}

# With a daemon and without one; what was not told of yet is.
stop_takes_away_what_is_there()
{
	local good bad
	good=$(unsigned_copy nls_cp437)
	bad=$(unsigned_copy nls_cp850)
	_persists_with "$good"
	gives EPERM finit "$bad"
	_asks_daemon 0 'detached; records lost: 0' stop
	loads nls_cp850 finit "$bad"
	wait "$modwarden" || fail "the daemon ended with $?"
	[ ! -e $_pins ] || fail "pins stay: $(find $_pins)"
	expect_record '.type == "daemon" and .reason == "detached"' '.detail == "records lost: 0"'
	[ ! -e /run/modwarden/control.sock ] || fail 'the socket stays'
	_asks_daemon 6 'no daemon answers' stop
	_asks_daemon 0 'there is nothing to stop' stop --if-any
	_persists_with "$good"
	_kill_modwarden
	gives EPERM -n 2 finit "$bad"
	_asks_daemon 0 'detached; records lost: 0' stop
	loads nls_cp850 finit "$bad"
	[ ! -e $_pins ] || fail "pins stay: $(find $_pins)"
	[ "$(_sum "$(of "$bad") and .verdict == \"deny\"")" = 2 ] || fail "$(_sum "$(of "$bad")") refusals are told of"
	expect_record '.type == "daemon" and .reason == "detached"' '.detail == "records lost: 0"'
}

# The gate for unloads comes and goes while the others are pinned already, also under a daemon that
# has taken them over.
gates_for_unloads_stay_too()
{
	local name=nls_cp437
	_persists_with "$(unsigned_copy $name)"
	gives 0 finit "$(unsigned_copy $name)"
	_kill_modwarden
	_starts_again --persist
	printf 'version: 1\nmode: enforce\ndefault: allow\nrules: [{name: stay, deny: unload, module: %s}]\n' $name >"$policy"
	_asks_daemon 0 'generation 2,' reload
	gives EPERM delete $name
	_kill_modwarden
	gives EPERM delete $name
	_starts_again --persist
	expect_record ".op? == \"unload\" and .module.name == \"$name\"" '.rule == "stay"' '.policy.generation == 2'
	gives EPERM delete $name
	printf 'version: 1\nmode: enforce\ndefault: allow\nrules: []\n' >"$policy"
	_asks_daemon 0 'generation 3,' reload
	_kill_modwarden
	[ ! "$(find $_pins -name 'gate_capable*')" ] || fail 'it is pinned still'
	gives 0 delete $name
	_starts_again --persist
	until_true _is_told_to_have_gone $name || fail 'the unload is not told of'
	[ ! "$(jq -c 'select(.type == "tamper")' "$records")" ] || fail 'it takes that for a hole'
}

_is_told_to_have_gone()
{
	[ "$(_sum ".op? == \"unload\" and .verdict == \"allow\" and .module.name == \"$1\"")" -ge 1 ]
}

# _aims_at PID: leaves the settings as one does that dies in a self-test, with its number another's.
_aims_at()
{
	local id value
	id=$(bpftool -j map list | jq -r '.[] | select(.name == ".data.control") | .id')
	value=$(bpftool -j map lookup id "$id" key 0 0 0 0 | jq -r --argjson pid "$1" '.value |
		.[32] = ($pid % 256 | tostring) | .[33] = ($pid / 256 % 256 | floor | tostring) |
		.[34] = ($pid / 65536 | floor | tostring) | .[36] = "1" | .[40] = "7" | join(" ")')
	# shellcheck disable=SC2086 # bytes
	bpftool map update id "$id" key 0 0 0 0 value $value || fail 'the settings cannot be written'
}

gates_know_a_process_by_more_than_its_number()
{
	local bad pid
	bad=$(unsigned_copy nls_cp850)
	_persists_with "$(unsigned_copy nls_cp437)"
	_kill_modwarden
	rm -f "$state/go"
	sh -c "until [ -e $state/go ]; do usleep 10000; done; exec $load finit $bad" >"$state/said" &
	pid=$!
	_aims_at $pid
	: >"$state/go"
	wait $pid || :
	grep -q ' EPERM ' "$state/said" || fail "it got in: $(cat "$state/said")"
	_starts_again --persist
	expect_record "$(of "$bad")" '.verdict == "deny"' '.enforced == true'
}

# One daemon at a time, also where it cannot be asked.
gates_have_one_daemon()
{
	local good first
	good=$(unsigned_copy nls_cp437)
	_persists_with "$good" --socket none
	first=$modwarden
	cp "$state/stderr" "$state/stderr.first"
	! appends=1 start_modwarden "$policy" --persist --socket none || fail 'a second one came up'
	modwarden_says "already running: pid $first holds the gates" || fail "it says: $(cat "$state/stderr")"
	modwarden=$first
	_asks_daemon 1 "already running: pid $first holds the gates" stop
}

# With the programs gone, and back as if nothing had been: what came in between is not theirs to tell.
tells_of_a_module_that_came_past_the_gates_while_no_daemon_was_there()
{
	local good bad own=nls_cp852
	good=$(unsigned_copy nls_cp437)
	bad=$(unsigned_copy nls_cp850)
	_persists_with "$good"
	gives 0 finit "$good"
	expect_record "$(of "$good")" '.verdict == "allow"' '.syscall.exit == 0'
	_kill_modwarden
	rm -r $_pins/1/links/1
	# Links go one by one, and late.
	until_true gets_in "$bad" || fail 'the gates stay'
	mark
	_starts_again --persist
	expect_record '.type == "tamper"' '.reason == "unrecorded"' '.module.name == "nls_cp850"' \
		'.detail == "it came while no daemon was there, and no load is known"' '.lost == {}'
	expect_record '.type == "module" and .module.name == "nls_cp850"' '.reason == "baseline"' '.verdict == "pending"'
	[ "$(since_mark | jq -c 'select(.type == "tamper")' | wc -l)" = 1 ] || fail 'it is not the only one that is told of'
	gives EPERM finit "$(unsigned_copy $own)"
	gives 0 delete nls_cp850
	gives 0 delete nls_cp437
	expect_record '.op? == "unload" and .module.name == "nls_cp850"' '.syscall.exit == 0'
	# It is known from then on, and so is what has gone.
	_kill_modwarden
	mark
	_starts_again --persist
	expect_record '.type == "module"' '.reason == "baseline"'
	[ ! "$(since_mark | jq -c 'select(.type == "tamper" or .reason == "vanished")')" ] || fail "$(since_mark)"
}

# _parks FILE: begins to load it, and waits until that is in the middle. Adds to parked.
_parks()
{
	local name=${1##*/}
	rm -f "$state/begun" "$state/go"
	$load parked "$1" "$state/begun" "$state/go" >"$state/parked.$name" &
	parked="$parked $!"
	until_true [ -e "$state/begun" ] || fail 'the load does not come that far'
}

_parked_go_on()
{
	: >"$state/go"
	# shellcheck disable=SC2086 # more than one
	wait $parked
	rm "$state/go"
}

# A line that somebody else has written into the log keeps nothing from being told.
tells_what_a_forged_record_says_has_been_told()
{
	local good bad parked='' id number
	good=$(unsigned_copy nls_cp437)
	bad=$(unsigned_copy nls_cp850)
	_persists_with "$good"
	_parks "$good"
	gives EPERM finit "$bad"
	expect_record "$(of "$bad")" '.verdict == "deny"'
	id=$(jq -r "select($(of "$bad")) | .id" "$records")
	_kill_modwarden
	for number in 1 2 3 4 5; do
		printf '{"schema":"modwarden/1","id":"%s-%s","type":"operation","time":"x"}\n' "${id%-*}" $((${id#*-} - number))
	done >>"$records"
	_parked_go_on
	mark
	_starts_again --persist
	expect_record "$(of "$good")" '.verdict == "allow"' '.syscall.exit == 0' ".id | test(\"^${id%-*}-[0-9]+$\")"
	[ "$(jq -r "select($(of "$bad")) | .id" "$records" | wc -l)" = 1 ] || fail 'the refusal is told of twice'
	gives 0 delete nls_cp437
}

# What finds no room among what is kept for the next daemon is counted.
what_the_next_daemon_cannot_know_is_counted()
{
	local good other build=/root/relaid parked=''
	good=$(unsigned_copy nls_cp437)
	other=$(unsigned_copy nls_cp852)
	_persists_with "$good"
	printf 'version: 1\nmode: enforce\ndefault: allow\nrules: []\n' >"$policy"
	_asks_daemon 0 'generation 2,' reload
	_parks "$good"
	_parks "$other"
	_status '.lost.unheld == 0' || fail "$(modwarden status --json)"
	_kill_modwarden
	_parked_go_on
	mark
	_starts_again --persist
	expect_record '.lost.unheld? != null' '.lost.unheld == 1'
	_status '.lost.unheld == 1' || fail "$(modwarden status --json)"
	gives 0 delete nls_cp437
	gives 0 delete nls_cp852
}

# To another build and back: what dies at it, what stops for it.
a_storm_sees_no_upgrade()
{
	local good bad build storms part=0 parts=${soak_minutes:+20}
	good=$(unsigned_copy nls_cp437)
	bad=$(unsigned_copy nls_cp850)
	_persists_with "$good"
	while [ $part -lt "${parts:-1}" ]; do
		part=$((part + 1))
		_storm_begins "$good" "$bad"
		build=/root/next
		_kill_modwarden
		_starts_again --persist
		[ "$(ls $_pins/1/links)" = $((2 * part)) ] || fail "the former programs stay: $(ls $_pins/1/links)"
		build=''
		stop_modwarden
		_starts_again --persist
		[ "$(ls $_pins/1/links)" = $((2 * part + 1)) ] || fail "the former programs stay: $(ls $_pins/1/links)"
		_storm_ends
		_storm_is_told_of "$good" "$bad"
		progress "$((2 * part)) upgrades"
	done
	[ "$(jq -r 'select(.type == "daemon") | .reason' "$records" | tr '\n' ' ' | cut -d " " -f -4)" = 'started adopted stopped adopted' ] ||
		fail "the daemon records are others: $(jq -r 'select(.type == "daemon") | .reason' "$records")"
}

_hears_of_losses() { [ "$(modwarden status --json | jq .audit.kernel_lost)" != null ]; }

# With a rate of one audit record a second, the events of the others are lost behind their stamps: they are waited for,
# while the daemon is killed.
an_operation_that_waits_for_its_audit_event_outlives_the_daemon()
{
	local good told i=0
	good=$(signed_copy nls_cp437)
	_persists_with "$good"
	audit_on
	gives 0 finit "$good"
	expect_record "$(of "$good")" '.audit.recorded == "yes"'
	mark
	auditctl -r 1 >/dev/null || fail 'no such rate'
	$load -n 6 finit "$good" >"$state/attempt" || fail 'it could not try'
	# That it has read them is known by what it has told of a later one.
	auditctl -D >/dev/null
	unload nls_cp437
	until_true _sum_is_at_least '.op? == "unload"' 1 || fail 'it does not tell of the unload'
	told=$(_sum "$(of "$good")")
	[ "$told" -lt 6 ] || fail 'none of them waits: this tested nothing'
	cp "$state/mark" "$state/waited.mark"
	_kill_modwarden
	_starts_again --persist
	cp "$state/waited.mark" "$state/mark"
	_tells_exactly "$(of "$good")" 6
	since_mark | jq -se "[.[] | select($(of "$good"))] | all(.syscall.errno == \"EEXIST\" and .audit.recorded != \"no\" and
		.process.comm == \"load\") and (map(.id) | unique | length == 6)" >/dev/null ||
		fail "$(since_mark | jq -c "select($(of "$good")) | [.id, .syscall, .audit]")"
	auditctl -r 0 >/dev/null
	audit_off
	# What it has told of, the next one does not tell again.
	[ "$(audit_field lost)" -gt 0 ] || fail "the kernel lost nothing: this tested nothing"
	stop_modwarden
	_starts_again --persist
	until_true _hears_of_losses || fail "$(modwarden status --json | jq -c .audit)"
	[ "$(modwarden status --json | jq .audit.kernel_lost)" = 0 ] || fail "$(modwarden status --json | jq -c .audit)"
}

_losses_told() { lines_since_mark | jq -nR '[inputs | fromjson? | select(.type == "audit" and .reason == "lost") | .count] | add // 0'; }
_each_loss_is_told() { [ $(($(audit_field lost) - lost)) = "$(_losses_told)" ]; }

# While the programs of both are there.
losses_of_the_audit_trail_are_counted_once_while_the_gates_are_taken_over()
{
	local good lost lossy build=/root/next
	good=$(unsigned_copy nls_cp437)
	both_processors
	_persists_with "$good"
	audit_on
	start_auditd
	auditctl -b 8 >/dev/null && auditctl --backlog_wait_time 0 >/dev/null || fail 'no such queue'
	kill -STOP "$auditd"
	mark
	lost=$(audit_field lost)
	rm -f "$state/stop"
	$load -p 1000 -w "$state/stop" delete no_such_module >"$state/attempt" &
	lossy=$!
	trap ': >"$state/stop"; kill -CONT "$auditd"; stop_auditd; audit_off; _ends_persisting' EXIT
	_kill_modwarden
	_starts_again --persist
	: >"$state/stop"
	wait $lossy
	kill -CONT "$auditd"
	auditctl --backlog_wait_time 15000 >/dev/null
	until_true _each_loss_is_told ||
		fail "the kernel lost $(($(audit_field lost) - lost)) records, and $(_losses_told) are told of"
	[ "$(audit_field lost)" -gt $((lost + 100)) ] || fail 'too few were lost: this tested nothing'
}

# As anybody of the machine may.
_as_user='/root/setpriv --reuid=1000 --regid=1000 --clear-groups'

_is_roots() { [ "$(stat -c '%u %a' $_pins)" = '0 700' ]; }

# Where bpffs lets anybody make names, as a plain mount does, anybody may have been first.
pins_are_roots_alone_also_where_somebody_else_was_first()
{
	local good bad
	good=$(unsigned_copy nls_cp437)
	bad=$(unsigned_copy nls_cp850)
	_persists_with "$good"
	stop_modwarden
	modwarden stop -o /dev/null || fail 'it does not stop'
	chmod 1777 /sys/fs/bpf
	$_as_user mkdir -p $_pins/7/maps || fail 'a user may not'
	! _is_roots || fail "the directory is not the user's"
	_starts_again --persist
	modwarden_says "was not root's" || fail "it says nothing: $(cat "$state/stderr")"
	_is_roots || fail "the pins are in $(ls -ld $_pins)"
	gives EPERM finit "$bad"
	_kill_modwarden
	# It cannot be renamed, so the next one finds it.
	! $_as_user mv $_pins /sys/fs/bpf/gone 2>/dev/null || fail 'a user took it away'
	_starts_again --persist
	expect_record '.type == "daemon" and .reason == "adopted"' '.mode == "enforce"'
	stop_modwarden
	modwarden stop -o /dev/null || fail 'it does not stop'
	rm -rf $_pins-aside-*
	loads nls_cp850 finit "$bad"
	chmod 0700 /sys/fs/bpf
}

_ready() { [ "$(timeout 20 /usr/lib/shell/busybox wget -q -O - http://127.0.0.1:19777/readyz)" = '{"ready":true,"reasons":[]}' ]; }

gates_do_not_wait_for_a_port_that_somebody_else_has()
{
	local good bad squatter
	good=$(unsigned_copy nls_cp437)
	bad=$(unsigned_copy nls_cp850)
	$_as_user /usr/lib/shell/busybox httpd -f -p 127.0.0.1:19777 -h /proc/self/fd &
	squatter=$!
	until_true grep -q ' 0100007F:4D41 00000000:0000 0A ' /proc/net/tcp || fail 'nobody has the port'
	_persists_with "$good" --listen 127.0.0.1
	modwarden_says 'another program listens there' || fail "it says nothing: $(cat "$state/stderr")"
	gives EPERM finit "$bad"
	modwarden status | grep -q 'not there now: another program listens' || fail "$(modwarden status)"
	modwarden status --ready >"$state/answer" || fail "it is not ready: $(cat "$state/answer")"
	kill $squatter
	until_true _ready || fail "it does not listen: $(cat "$state/stderr")"
	modwarden status --json | jq -e '.metrics == {address: "127.0.0.1:19777", problem: null}' >/dev/null ||
		fail "$(modwarden status --json)"
}

# Without bytes to tell them apart by, two files are not one.
each_file_that_the_first_gate_refuses_has_its_record()
{
	local one=$modules/$case.1.ko other=$modules/$case.2.ko
	cp "$(unsigned_copy nls_cp437)" "$one"
	cp "$(unsigned_copy nls_cp850)" "$other"
	printf 'version: 1\nmode: enforce\ndefault: deny\nrules: []\n' >"$policy"
	start_modwarden "$policy" || fail "it did not start: $(cat "$state/stderr")"
	trap stop_modwarden EXIT
	$load finit "$one" + finit "$other" + finit "$other" >"$state/attempt"
	expect_record ".module.path? == \"$one\"" '.verdict == "deny"' '.gate == "start"' '.syscall.errno == "EPERM"'
	expect_record ".module.path? == \"$other\"" '.verdict == "deny"' '.gate == "start"' '.syscall.errno == "EPERM"'
}

_tampered() { since_mark | jq -c 'select(.type == "tamper") | [.reason, .detail]'; }

# Without a trace, until the daemon ends: then there would be no gates.
pins_that_somebody_removes_are_told_of_and_pinned_again()
{
	local good bad gone whole
	good=$(unsigned_copy nls_cp437)
	bad=$(unsigned_copy nls_cp850)
	_persists_with "$good"
	gives EPERM finit "$bad"
	expect_record "$(of "$bad")" '.verdict == "deny"'
	# What comes with a policy is no tampering.
	printf 'version: 1\nmode: enforce\ndefault: deny\nrules: [{name: listed, allow: load, sha256: %s},
		{name: stays, deny: unload, module: nls_cp850}]\n' "$(digest "$good")" >"$policy"
	mark
	modwarden reload || fail 'it takes no other policy'
	whole=$(find $_pins | sort)
	for gone in "rm -r $_pins/1/links/1" "rm $_pins/1/about" "rm -r $_pins/1" "rm -r $_pins" "chown 1000 $_pins" "mv $_pins $_pins-gone"; do
		[ "$(_tampered)" = '' ] || fail "for nothing: $(_tampered)"
		$gone || fail "it cannot $gone"
		expect_record '.type == "tamper" and .reason == "pins"' '.detail | test("^[0-9]+ pin.s. were missing; they are pinned again$")'
		[ "$(find $_pins | sort)" = "$whole" ] || fail "after $gone, others are pinned now: $(find $_pins)"
		mark
	done
	# It is still the only one.
	! modwarden run --policy "$policy" --persist --mechanism "$mechanism" --accept-race --socket none --output /dev/null 2>"$state/second" ||
		fail 'there are two'
	grep -q 'already running' "$state/second" || fail "$(cat "$state/second")"
	mark
	_kill_modwarden
	gives EPERM -n 3 finit "$bad"
	_starts_again --persist
	expect_record '.type == "daemon" and .reason == "adopted"' '.mode == "enforce"' '.policy.generation == 2'
	until_true _sum_is_at_least "$(of "$bad")" 3 || fail "$(_sum "$(of "$bad")") refusals are told of"
	loads nls_cp437 finit "$good"
	rm -rf $_pins-gone $_pins-aside-*
	[ "$(_tampered)" = '' ] || fail "for nothing: $(_tampered)"
}
