# shellcheck shell=dash disable=SC2016,SC2046,SC2086 # jq programs in single quotes; operations are words
# Eight threads at once.

# _eight OPERATION: the operation, for each of eight threads.
_eight()
{
	local i=1 all=$1
	while [ $i -lt 8 ]; do
		all="$all + $1"
		i=$((i + 1))
	done
	echo "$all"
}

# _outcomes: which there were.
_outcomes()
{
	cut -d ' ' -f 3 "$state/attempt" | sort -u | tr '\n' ' '
}

# _outcome_count ERRNO
_outcome_count()
{
	awk -v errno="$1" '$3 == errno { n += $4 } END { print n + 0 }' "$state/attempt"
}

# _told_of FILTER: of this case's records that the jq filter selects, the attempts they stand for.
_told_of()
{
	since_mark | jq -n "[inputs | select(.op? == \"load\" and .process.pid > $last_pid) | select($1)] |
		group_by(.id) | map(.[0].repeated.count // 1) | add // 0"
}

_told_of_at_least() { [ "$(_told_of "$1")" -ge "$2" ]; }

# A program of the gates is skipped for the tasks that run on a processor while another one is preempted
# there in the same program. What that does to the gates themselves the grade says; the end of a
# load, however, may be missed under either mechanism.
_preempts()
{
	grep -q '(full)\|(lazy)' /sys/kernel/debug/sched/preempt 2>/dev/null
}

# What a skipped gate would have refused, a later one does, which knows nothing of what is listed.
_is_raceable()
{
	guarded && grep -q '"grade":"enforce-raceable"' "$records"
}

# _tells_of FILTER COUNT [LEAST]: so many attempts, or not many less where it is known for what reason.
_tells_of()
{
	local least=${3:-$2} count
	until_true _told_of_at_least "$1" "$least" ||
		fail "the records tell of $(_told_of "$1"), not $least with $1"
	count=$(_told_of "$1")
	[ "$count" -le "$2" ] || fail "the records tell of $count, not $2 with $1"
	echo "$count of $2 with $1"
}

# _only OUTCOMES: nothing else came of it; where a gate may be skipped, also what the later ones give.
_only()
{
	local outcome
	for outcome in $(_outcomes); do
		case " $* $(_is_raceable && echo EPERM ENOMEM) " in
		*" $outcome "*) ;;
		*) fail "it gave $(cat "$state/attempt")" ;;
		esac
	done
}

# Since 6.12 those that come while another one reads the same file get that one's answer, and a
# refusal that is not their own leaves no record.
denies_eight_threads_on_one_unlisted_inode()
{
	local file rounds=10 least
	both_processors
	file=$(unsigned_copy nls_cp437)
	denies nls_cp437 finit "$file"
	guarded || return 0
	$load -j -n $rounds $(_eight "finit $file") >"$state/attempt"
	_only EPERM
	! is_loaded nls_cp437 || fail 'nls_cp437 is loaded'
	denied "$file" default content
	least=$((8 * rounds + 1))
	! kernel_is_at_least 6 12 || least=$((rounds + 1))
	! _is_raceable || least=1
	_tells_of "$(of "$file")" $((8 * rounds + 1)) $least
}

# Who gets another's answer has a record where it is 0.
allows_eight_threads_on_one_listed_inode()
{
	local file round successes=0 least own shared
	both_processors
	file=$(unsigned_copy nls_cp737)
	listed "$file"
	for round in 1 2 3; do
		$load -j $(_eight "finit $file") >"$state/attempt"
		_only 0 EEXIST
		_is_raceable || [ "$(_outcome_count 0)" -gt 0 ] || fail "round $round gave $(cat "$state/attempt")"
		successes=$((successes + $(_outcome_count 0)))
		! is_loaded nls_cp737 || unload nls_cp737
	done
	guarded || return 0
	own="$(of "$file") and .reason == \"rule\" and .rule == \"$case\""
	# The rule is that of the one that was followed, where it is known.
	shared=".reason == \"inherited\" and .gate == \"exit\" and
		(if .leader then .rule == \"$case\" else .rule == null end)"
	# The end is all that those who shared can be told by.
	least=$successes
	! _preempts || least=0
	_tells_of '.syscall.exit == 0' $successes $least
	_tells_of ".syscall.exit == 0 and .verdict == \"allow\" and (($own) or ($shared))" $successes $least
	_is_raceable || _tells_of '.verdict != "allow"' 0
}

judges_eight_threads_on_eight_inodes()
{
	local name file good='' bad='' operations='' rounds=4 i zeros
	! _is_raceable || rounds=3
	both_processors
	# Both kinds on each processor.
	for name in nls_cp737 nls_cp775 nls_cp437 nls_cp855 nls_cp850 nls_cp852 nls_cp857 nls_cp860; do
		file=$(unsigned_copy $name)
		operations="$operations${operations:+ + }cycle $file $name"
		case $name in
		nls_cp7* | nls_cp850 | nls_cp852) good="$good $file" ;;
		*) bad="$bad $file" ;;
		esac
	done
	listed $good
	$load -j -n $rounds $operations >"$state/attempt"
	if unguarded; then
		_only 0
		return
	fi
	_only 0 EPERM
	! grep '^[2367] cycle 0 ' "$state/attempt" || fail "it gave $(cat "$state/attempt")"
	zeros=$(_outcome_count 0)
	if _is_raceable; then
		_tells_of '.verdict == "deny" and .enforced == true' $((8 * rounds - zeros)) 1
		_tells_of '.verdict == "allow" and .syscall.exit == 0' "$zeros" 0
		return
	fi
	[ "$zeros" = $((4 * rounds)) ] || fail "it gave $(cat "$state/attempt")"
	_tells_of '.verdict == "allow"' "$zeros"
	for file in $bad; do
		_tells_of "$(of "$file")" $rounds
		denied "$file" default content
	done
	for file in $good; do
		_tells_of "$(of "$file")" $rounds
		expect_record "$(of "$file") and .syscall.exit == 0" '.verdict == "allow"' ".rule == \"$case\"" \
			'.gate == "name"'
	done
}
