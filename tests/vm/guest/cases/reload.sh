# shellcheck shell=dash disable=SC2016 # the single quotes hold jq programs
# Another policy while the gates are up. Each case puts back what it found.

# _policy_is DEFAULT RULES: writes a policy in place of the one in force, in one step.
_policy_is()
{
	printf 'version: 1\nmode: enforce\ndefault: %s\nrules:%s\n' "$1" "$2" >"$policy.new"
	mv "$policy.new" "$policy"
}

# Of the last policy that was loaded.
_generation() { jq -nr 'last(inputs | select(.type == "policy" and .reason == "loaded") | .policy.generation)' "$records"; }

# Whatever the case has done, the next one finds the policy of the session.
_puts_back()
{
	cp "$policy" "$state/reload.policy"
	# shellcheck disable=SC2064 # as it is called now
	trap "_put_policy_back $(_generation)" EXIT
}

_put_policy_back()
{
	local generation
	generation=$(_generation)
	[ "$generation" -gt "$1" ] || return 0
	mark
	cp "$state/reload.policy" "$policy.new"
	mv "$policy.new" "$policy"
	_reload_as $((generation + 1))
}

# Among the last records: there may be many.
_is_loaded_as() { tail -c 1000000 "$records" | grep -q "\"type\":\"policy\".*\"generation\":$1,.*\"reason\":\"loaded\""; }

# _reload_as GENERATION: by a signal; it takes a while.
_reload_as()
{
	kill -HUP "$(cat "$state/pid")"
	until_true _is_loaded_as "$1" || fail "generation $1 did not come"
}

_loaded() { printf '.type == "policy" and .reason == "loaded" and .policy.generation == %s' "$1"; }

a_hangup_puts_another_policy_in_force()
{
	local file next
	file=$(unsigned_copy nls_cp437)
	listed "$file"
	loads nls_cp437 finit "$file"
	guarded || return 0
	_puts_back
	next=$(($(_generation) + 1))
	_policy_is allow "
  - name: other-rule
    deny: load
    module: nls_cp437"
	kill -HUP "$(cat "$state/pid")"
	expect_record "$(_loaded $next)" '.mode == "enforce"' ".path == \"$policy\"" '.detail == null' \
		".policy.sha256 == \"$(digest "$policy")\""
	gives EPERM finit "$file"
	expect_record "$(of "$file") and .verdict == \"deny\"" '.rule == "other-rule"' '.reason == "rule"' \
		".policy.generation == $next" ".policy.sha256 == \"$(digest "$policy")\"" '.lost == {}'
}

a_policy_that_is_written_is_put_in_force_by_itself()
{
	local file next
	file=$(unsigned_copy nls_cp850)
	denies nls_cp850 finit "$file"
	guarded || return 0
	_puts_back
	next=$(($(_generation) + 1))
	_policy_is allow ' []'
	expect_record "$(_loaded $next)" '.mode == "enforce"'
	loads nls_cp850 finit "$file"
	expect_record "$(of "$file") and .verdict == \"allow\"" ".policy.generation == $next" '.reason == "default"'
}

# A digest file that a pattern finds, and that was not there.
a_digest_file_that_comes_is_read()
{
	local file next
	file=$(unsigned_copy nls_cp852)
	denies nls_cp852 finit "$file"
	guarded || return 0
	_puts_back
	mkdir -p "$state/digests.d"
	printf '%s  none\n' "$(digest "$policy")" >"$state/digests.d/a.sha256"
	_policy_is deny "
  - name: by-file
    allow: load
    digests: digests.d/*.sha256"
	next=$(($(_generation) + 2))
	_reload_as $((next - 1))
	gives EPERM finit "$file"
	sha256sum "$file" >"$state/digests.d/b.sha256"
	expect_record "$(_loaded $next)"
	loads nls_cp852 finit "$file"
	expect_record "$(of "$file") and .verdict == \"allow\"" '.rule == "by-file"' ".policy.generation == $next"
}

an_invalid_policy_leaves_the_one_before_in_force()
{
	local file next
	file=$(unsigned_copy nls_cp855)
	listed "$file"
	loads nls_cp855 finit "$file"
	guarded || return 0
	cp "$policy" "$state/reload.policy"
	next=$(($(_generation) + 1))
	_policy_is allow "
  - name: spelt-wrong
    allow: load
    signed: fasle"
	expect_record '.type == "policy" and .reason == "refused"' ".path == \"$policy\"" '.mode == "enforce"' \
		".policy.generation == $((next - 1))" ".detail | startswith(\"$policy:7:13: \")"
	modwarden_says 'the one before stays in force' || fail 'it does not say so'
	# The rule is that of the policy before, and what that one does not list is refused.
	loads nls_cp855 finit "$file"
	expect_record "$(of "$file") and .verdict == \"allow\"" ".rule == \"$case\"" ".policy.generation == $((next - 1))"
	gives EPERM finit "$(unsigned_copy nls_cp857)"
	# Gone is as bad as wrong.
	rm "$policy"
	expect_record '.type == "policy" and .reason == "refused" and (.detail | contains("cannot open"))' \
		".policy.generation == $((next - 1))"
	gives EPERM finit "$(unsigned_copy nls_cp857)"
	cp "$state/reload.policy" "$policy"
	until_true modwarden_says "is as it was" || fail 'it does not see it again'
	[ "$(_generation)" = $((next - 1)) ] || fail 'the same policy became another one'
}

# It may have been read already, when the verb asks.
the_verb_tells_what_came_of_a_reload()
{
	local file next
	file=$(unsigned_copy nls_cp861)
	denies nls_cp861 finit "$file"
	guarded || return 0
	_puts_back
	next=$(($(_generation) + 1))
	_policy_is allow ' []'
	_asks_daemon 0 "^$policy: .*: enforce mode, generation $next, rules 0, digests 0" reload
	loads nls_cp861 finit "$file"
	_policy_is allow '[}'
	_asks_daemon 3 "the policy before stays in force: $policy:[0-9]*:[0-9]*: not YAML" reload
	loads nls_cp861 finit "$file"
	_policy_is allow ' []'
	_asks_daemon 0 "^$policy: as it was: enforce mode, generation $next," reload
}

# The gate for unloads comes with the first policy that needs it, and goes with it.
the_gate_for_unloads_comes_with_its_policy()
{
	local file name=nls_cp860
	file=$(unsigned_copy $name)
	listed "$file"
	loads $name finit "$file"
	guarded || return 0
	_puts_back
	gives 0 finit "$file"
	_policy_is allow "
  - name: stay
    deny: unload
    module: $name"
	expect_record '.type == "policy" and .reason == "loaded"'
	gives EPERM delete $name
	is_loaded $name || fail 'it is gone'
	expect_record ".op? == \"unload\" and .verdict == \"deny\"" ".module.name == \"$name\"" '.rule == "stay"' \
		'.gate == "unload"' '.enforced == true'
	mark
	_policy_is allow ' []'
	expect_record '.type == "policy" and .reason == "loaded"'
	unload $name
	expect_record ".op? == \"unload\" and .verdict == \"allow\" and .module.name == \"$name\"" '.gate == "exit"'
	[ ! "$(since_mark | jq -c 'select(.type == "tamper")')" ] || fail 'it takes that for a hole'
}

# _alternates FILE COUNT: two policies by turns, of which the second denies; sets generation.
_alternates()
{
	local last=$((generation + $2))
	while [ $generation -lt $last ]; do
		_policy_is deny "
  - name: opens
    allow: load
    sha256: $(digest "$1")"
		_reload_as $((generation += 1))
		_policy_is deny "
  - name: closes
    deny: load
    sha256: $(digest "$1")"
		_reload_as $((generation += 1))
	done
}

# _wrong_verdicts FILE EVEN: of the storm's loads, those whose verdict or rule is not that of the
# policy which they name; the policies of even generations allow where EVEN is 0.
_wrong_verdicts()
{
	lines_since_mark | jq -Rc "fromjson? | select($(of "$1") and .policy.generation > $_storm_begins) |
		(if .policy.generation % 2 == $2 then [\"allow\", \"opens\"] else [\"deny\", \"closes\"] end) as \$right |
		select([.verdict, .rule] != \$right) | [.id, .policy.generation, .verdict, .rule, .reason]"
}

# _storm_told FILE OUTCOME: loads that ended so, as the records tell.
_storm_told()
{
	local errno=null
	[ "$2" = 0 ] || errno=\"$2\"
	_sum "$(of "$1") and .syscall.errno == $errno and .process.pid == $storm"
}

_storm_is_told() { [ "$(_storm_told "$@")" = "$(awk -v outcome="$2" '$3 == outcome { print $4 }' "$state/storm")" ]; }

# _reloads_under_storm FILE OTHER NAME: 40 of them; FILE is what the policies tell of, OTHER is listed by none.
_reloads_under_storm()
{
	local generation even storm storms outcome i
	both_processors
	generation=$(_generation)
	_storm_begins=$generation
	even=$(((generation + 1) % 2))
	rm -f "$state/stop" "$state"/storm.*
	$load ${soak_minutes:+-p 50000} -w "$state/stop" cycle "$1" "$3" >"$state/storm" &
	storm=$!
	storms=$storm
	for i in 1 2 3; do
		$load -v -p 200000 -w "$state/stop" init "$2" >"$state/storm.other.$i" &
		storms="$storms $!"
	done
	_alternates "$1" 40
	: >"$state/stop"
	# shellcheck disable=SC2086 # more than one
	wait $storms
	# The last gate, by the kernel's own errno: the policy changed while a load was between two.
	! grep -v ' 0 \| EPERM \| ENOMEM ' "$state/storm" || fail "it gave $(cat "$state/storm")"
	! grep -v ' EPERM ' "$state"/storm.other.* || fail "an unlisted one gave $(cat "$state"/storm.other.*)"
	for outcome in 0 EPERM; do
		grep -q " $outcome " "$state/storm" || fail "no load ended with $outcome: $(cat "$state/storm")"
	done
	for outcome in $(cut -d ' ' -f 3 "$state/storm"); do
		until_true _storm_is_told "$1" $outcome || fail "told of $(_storm_told "$1" $outcome) of $(cat "$state/storm")"
	done
	_tells_exactly '.op? == "load" and .module.source == "memory" and .verdict == "deny" and .reason == "default"' \
		"$(_storm_saw EPERM "$state"/storm.other.*)"
	[ ! "$(_wrong_verdicts "$1" $even)" ] || fail "$(_wrong_verdicts "$1" $even | head -n 5)"
}

each_verdict_is_that_of_the_generation_it_names()
{
	local file other name=nls_cp861 parts=${soak_minutes:+25} part=0 resident='' descriptors=''
	file=$(unsigned_copy $name)
	other=$(unsigned_copy nls_cp864)
	listed "$file"
	loads $name finit "$file"
	guarded || return 0
	_puts_back
	while [ $part -lt "${parts:-1}" ]; do
		part=$((part + 1))
		mark
		_reloads_under_storm "$file" "$other" $name
		: "${resident:=$(_resident)}" "${descriptors:=$(_descriptors)}"
		_has_not_grown "$resident" "$descriptors"
		progress "$((part * 40)) reloads"
	done
}
