# shellcheck shell=dash disable=SC2016 # the single quotes hold jq programs
# The verbs that ask the running daemon. Policy: enforce, and deny what is not listed.

# asks STATUS WORDS COMMAND...: ends with this exit status, and says this.
_asks_daemon()
{
	local expected=$1 words=$2 status=0
	shift 2
	modwarden "$@" >"$state/said" 2>&1 || status=$?
	[ $status = "$expected" ] || fail "'$*' ended with $status instead of $expected: $(cat "$state/said")"
	grep -q -e "$words" "$state/said" || fail "'$*' does not say '$words': $(cat "$state/said")"
}

# _status CLAIM: a jq filter, true of what status says.
_status()
{
	modwarden status --json | jq -e "$1" >/dev/null
}

# _is_denied NAME FILE: gone again where it was let in.
_is_denied()
{
	local outcome
	outcome=$(attempt finit "$2")
	[ "$outcome" != 0 ] || unload "$1"
	[ "$outcome" = EPERM ]
}

no_daemon_is_there_to_ask()
{
	guarded && return 0
	_asks_daemon 6 'no daemon is running' status
	_asks_daemon 6 'no daemon is running' list
	_asks_daemon 6 'no daemon is running' mode
	_asks_daemon 6 'no daemon is running' mode monitor --for 1m
	_asks_daemon 6 'no daemon is running' allow --list
	_asks_daemon 6 'no daemon is running' reload
	_asks_daemon 6 'no daemon answers' stop
	[ ! -e /run/modwarden/control.sock ] || fail 'the socket was left behind'
}

# _recorded FILTER: of all records of loads that FILTER selects, the attempts they stand for.
_recorded()
{
	jq -Rn "[inputs | fromjson? | select(.type == \"operation\" and .op == \"load\" and $1) | .repeated.count // 1] |
		add // 0" "$records"
}

# Each number is that of the records, and so are the sums by reason and by rule.
_status_is_as_recorded()
{
	local allow deny would failed
	allow=$(_recorded '.verdict == "allow"')
	deny=$(_recorded '.verdict == "deny" and .reason != "kernel" and .enforced')
	would=$(_recorded '.verdict == "deny" and .reason != "kernel" and .mode == "monitor"')
	failed=$(_recorded '.reason == "kernel"')
	modwarden status --json >"$state/status"
	jq -e ".verdicts.load | .allow == $allow and .deny == $deny and .would_deny == $would and .failed == $failed and
		.not_stopped == 0 and .undecided == 0" "$state/status" >/dev/null &&
		jq -e '[.verdicts[] | add] | add' "$state/status" >"$state/by.verdict" &&
		jq -e '[.reasons[].count] | add' "$state/status" >"$state/by.reason" &&
		jq -e '[(.rules[] | del(.rule)), .no_rule, .former_rules | add] | add' "$state/status" >"$state/by.rule" &&
		cmp -s "$state/by.verdict" "$state/by.reason" && cmp -s "$state/by.verdict" "$state/by.rule"
}

status_counts_what_was_judged()
{
	local file i before
	file=$(unsigned_copy nls_cp437)
	guarded || return 0
	_status '.mode.mode == "enforce" and .mode.source == "policy" and .mode.left == null' ||
		fail "the mode is $(modwarden status)"
	_status ".mechanism == \"$mechanism\" and .policy.generation == 1 and .policy.mode == \"enforce\" and
		.policy.path == \"$policy\" and .self_test == true and .lost.output == 0 and .counters.holes == 0" ||
		fail "$(modwarden status --json)"
	before=$(_recorded '.verdict == "deny" and .enforced')
	for i in 1 2 3 4 5; do
		gives EPERM finit "$file"
	done
	until_true _status ".verdicts.load.deny >= $((before + 5))" || fail "of 5 denials after $before: $(modwarden status)"
	# Let in is not denied.
	_asks_daemon 0 '^monitor' mode monitor
	loads nls_cp437 finit "$file"
	_asks_daemon 0 '^enforce' mode policy
	until_true _status_is_as_recorded || fail "it is not as recorded: $(modwarden status)"
	_status '.verdicts.load.would_deny >= 1' || fail "what was let in is not told: $(modwarden status)"
	_asks_daemon 0 '^mode  *enforce' status
	_asks_daemon 0 '^load  *allowed [0-9]*, denied [0-9]*, would deny [0-9]' status
	_asks_daemon 0 '^lost  *none' status
}

list_tells_the_verdict_and_the_record()
{
	local file id
	file=$(signed_copy nls_cp737)
	listed "$file"
	guarded || { loads nls_cp737 finit "$file"; return; }
	gives 0 finit "$file"
	expect_record "$(of "$file")" '.verdict == "allow"'
	id=$(since_mark | jq -r "select($(of "$file")) | .id" | tail -n 1)
	modwarden list --json >"$state/list" || fail 'list failed'
	jq -e ".[] | select(.name == \"nls_cp737\") | .id == \"$id\" and .before == false and
		.sha256 == \"$(digest "$file")\"" "$state/list" >/dev/null || fail "$(cat "$state/list")"
	[ "$(jq -r '.[].name' "$state/list" | sort)" = "$(cut -d ' ' -f 1 /proc/modules | sort)" ] ||
		fail "not the modules of /proc/modules: $(jq -c '[.[].name]' "$state/list")"
	jq -e 'all(.[]; .verdict == "allow" or .verdict == "deny" or .verdict == "pending")' "$state/list" \
		>/dev/null || fail "without a verdict: $(cat "$state/list")"
	_asks_daemon 0 '^nls_cp737 ' list
	unload nls_cp737
	jq -e 'all(.[]; .name != "nls_cp737")' "$state/list" >/dev/null && fail 'it is listed without being there'
	return 0
}

# With the daemon stopped, nobody but the kernel ends it.
mode_ends_in_the_kernel_with_the_daemon_stopped()
{
	local file
	file=$(unsigned_copy nls_cp775)
	denies nls_cp775 finit "$file"
	guarded || return 0
	_asks_daemon 0 'monitor (modwarden mode) for' mode monitor --for 8s
	loads nls_cp775 finit "$file"
	expect_record '.type == "policy" and .reason == "override"' '.mode == "monitor"' '.until != null' \
		'.detail | test("^mode monitor for 8s, asked for by pid [0-9]+, uid 0, modwarden$")'
	kill -STOP "$modwarden"
	until_true _is_denied nls_cp775 "$file" || { kill -CONT "$modwarden"; fail 'it did not end'; }
	kill -CONT "$modwarden"
	expect_record '.type == "policy" and (.detail | test("has run out"))' '.mode == "enforce"'
	_asks_daemon 0 "^enforce (the policy's own)" mode
}

mode_is_set_and_taken_away()
{
	local file
	file=$(unsigned_copy nls_cp850)
	guarded || return 0
	_asks_daemon 0 '^monitor (modwarden mode)$' mode monitor
	loads nls_cp850 finit "$file"
	_asks_daemon 0 '^enforce (modwarden mode)$' mode enforce
	gives EPERM finit "$file"
	expect_record "$(of "$file") and .enforced" '.verdict == "deny"' '.mode == "enforce"' '.gate == "content"' \
		'.syscall.errno == "EPERM"'
	_asks_daemon 0 "^enforce (the policy's own)" mode policy
	expect_record '.type == "policy" and .reason == "override"' '.mode == "enforce"' '.until == null'
	_asks_daemon 2 'unknown mode' mode off
	_asks_daemon 2 'unknown time' mode monitor --for 0s
	_asks_daemon 2 'goes with' mode policy --for 1m
}

allows_a_denied_load_by_its_id_for_a_while()
{
	local file id
	file=$(unsigned_copy nls_cp852)
	denies nls_cp852 finit "$file"
	denied "$file" default content
	guarded || return 0
	id=$(since_mark | jq -r "select($(of "$file")) | .id" | tail -n 1)
	_asks_daemon 0 "^$(digest "$file") is let in for 10s" allow "$id" --for 10s
	loads nls_cp852 finit "$file"
	expect_record "$(of "$file") and .verdict == \"allow\"" '.reason == "exception"' '.rule == null' \
		'.enforced == false' '.mode == "enforce"' '.syscall.exit == 0'
	gives EPERM finit "$(unsigned_copy nls_cp855)"
	_asks_daemon 0 "^$(digest "$file") for " allow --list
	kill -STOP "$modwarden"
	until_true _is_denied nls_cp852 "$file" || { kill -CONT "$modwarden"; fail 'it did not end'; }
	mark
	kill -CONT "$modwarden"
	expect_record "$(of "$file") and .verdict == \"deny\"" '.reason == "default"' '.gate == "content"' \
		'.enforced == true' '.syscall.errno == "EPERM"'
	expect_record ".type == \"policy\" and .detail == \"allow $(digest "$file") has run out\"" \
		'.reason == "override"' '.mode == "enforce"'
	modwarden allow --list | grep -q . && fail 'it is listed still'
	return 0
}

allows_by_digest_until_it_is_removed()
{
	local file
	file=$(unsigned_copy nls_cp857)
	denies nls_cp857 init "$file"
	guarded || return 0
	_asks_daemon 9 'allow --sha256 HEX' allow 00000000-1 --for 1m
	_asks_daemon 9 'allow --sha256 HEX' allow "$(cut -c 1-8 /proc/sys/kernel/random/boot_id)-1" --for 1m
	_asks_daemon 2 'hexadecimal' allow --sha256 12 --for 1m
	_asks_daemon 0 'is let in for' allow --sha256 "$(digest "$file")" --for 30d
	loads nls_cp857 init "$file"
	_asks_daemon 0 'no longer' allow --sha256 "$(digest "$file")" --remove
	gives EPERM init "$file"
	_asks_daemon 9 'no exception' allow --sha256 "$(digest "$file")" --remove
}

# _is_refused_beside WORDS OPTIONS...: a second one ends, and says so.
_is_refused_beside()
{
	local words=$1 status=0
	shift
	timeout 60 modwarden run --policy "$policy" --mechanism "$mechanism" --accept-race "$@" >"$state/said" 2>&1 || status=$?
	[ $status = 1 ] || fail "it ended with $status: $(cat "$state/said")"
	grep -q "already running: $words" "$state/said" || fail "it says: $(cat "$state/said")"
}

# Whether it could be asked or not, and whether it pins its gates or not.
a_second_daemon_is_refused()
{
	guarded || return 0
	_is_refused_beside "somebody answers at '/run/modwarden/control.sock'"
	_is_refused_beside "pid $modwarden holds the gates; end it with .kill $modwarden." --socket none
	_is_refused_beside "pid $modwarden holds the gates" --socket "$state/socket/control.sock"
	_is_refused_beside "pid $modwarden holds the gates" --socket none --persist
	gives EPERM finit "$(unsigned_copy nls_cp860)"
	_asks_daemon 0 '^mode  *enforce' status
}

only_root_may_ask()
{
	guarded || return 0
	[ "$(stat -c %a /run/modwarden /run/modwarden/control.sock | tr '\n' ' ')" = '700 600 ' ] ||
		fail "others may: $(ls -ln /run/modwarden)"
}

judges_and_records_while_clients_flood_the_socket()
{
	local file flood i until=$state/pester.stop
	file=$(unsigned_copy nls_cp861)
	guarded || return 0
	rm -f "$until"
	/root/pester /run/modwarden/control.sock "$until" >"$state/pester" &
	flood=$!
	until_true grep -q begun "$state/pester" || fail 'no flood'
	for i in 1 2 3 4 5 6 7 8 9 10; do
		attempt finit "$file"
	done >"$state/outcomes"
	: >"$until"
	wait $flood
	[ "$(grep -c '^EPERM$' "$state/outcomes")" = 10 ] || fail "of 10 loads: $(tr '\n' ' ' <"$state/outcomes")"
	denied "$file" default content
	[ "$(awk '{ n += $1 } END { print n + 0 }' "$state/pester")" -gt 100 ] || fail "no flood: $(cat "$state/pester")"
	until_true _status '.mode.mode == "enforce"' || fail 'it does not answer any more'
}

a_denial_becomes_a_rule_of_the_policy()
{
	local file id
	file=$(unsigned_copy nls_cp869)
	listed "$(unsigned_copy nls_cp866)" # so that digests are asked for
	denies nls_cp869 finit "$file"
	denied "$file" default content
	guarded || return 0
	id=$(since_mark | jq -r "select($(of "$file")) | .id" | tail -n 1)
	_asks_daemon 9 "this policy: deny by default" policy explain --policy "$policy" --log "$records" "$id"
	_asks_daemon 9 "nls_cp869.ko.*: module nls_cp869" policy explain --policy "$policy" nls_cp869
	_asks_daemon 0 "valid: " policy check --lint "$policy"
	_asks_daemon 9 "modules that this machine needs" policy check --kernel "$(uname -r)" "$policy"
	_asks_daemon 0 "+    sha256: $(digest "$file")" allow "$id" --policy "$policy" --log "$records"
	_asks_daemon 0 "+    sha256: $(digest "$file")" allow "$id" --policy "$policy"
	gives EPERM finit "$file"
	_asks_daemon 0 "^in force now, in enforce mode" allow "$id" --policy "$policy" --log "$records" --write
	loads nls_cp869 finit "$file"
	expect_record "$(of "$file") and .verdict == \"allow\"" ".rule == \"allow-nls_cp869\"" '.enforced == false'
	id=$(since_mark | jq -r "select($(of "$file") and .verdict == \"allow\") | .id" | tail -n 1)
	_asks_daemon 0 "allow by rule .allow-nls_cp869." policy explain --policy "$policy" --log "$records" "$id"
	_asks_daemon 0 "allows it already" allow "$id" --policy "$policy" --log "$records"
	mv "$policy.old" "$policy"
	modwarden reload >/dev/null || fail "the former policy is not taken"
	gives EPERM finit "$file"
}

# Into the file, in force at once, and as the policy's own: an override that stood before it is over.
the_mode_is_written_into_the_policy()
{
	local file
	file=$(unsigned_copy nls_cp775)
	guarded || return 0
	gives EPERM finit "$file"
	_asks_daemon 0 'enforce' mode enforce --for 1h
	_asks_daemon 0 '^+mode: monitor' mode monitor --write --policy "$policy"
	grep -q '^written to' "$state/said" || fail "it does not say what it wrote: $(cat "$state/said")"
	_status '.mode.mode == "monitor" and .mode.source == "policy" and .mode.left == null' ||
		fail "the mode is $(modwarden mode)"
	loads nls_cp775 finit "$file"
	_asks_daemon 0 '^+mode: enforce' mode enforce --write --policy "$policy"
	_status '.mode.mode == "enforce" and .mode.source == "policy"' || fail "the mode is $(modwarden mode)"
	gives EPERM finit "$file"
}

# Comes last: records are lost. Whoever makes events faster than they are read keeps nobody else waiting.
answers_while_more_is_told_than_it_can_read()
{
	local file=$modules/$case storm
	listed "$(unsigned_copy nls_cp866)" # so that each has a digest of its own
	guarded || return 0
	head -c 4096 /dev/zero >"$file"
	both_processors
	trap ': >"$state/storm.stop"' EXIT
	kill -STOP "$modwarden"
	$load -v -n 1300 init "$file" >"$state/attempt"
	$load -v -w "$state/storm.stop" init "$file" >"$state/attempt" &
	storm=$!
	kill -CONT "$modwarden"
	timeout 60 modwarden status --json >"$state/answer" || fail "no answer: $(cat "$state/answer")"
	kill -0 $storm || fail 'the storm is over: this tested nothing'
	: >"$state/storm.stop"
	wait $storm
	gives EPERM finit "$file"
}
