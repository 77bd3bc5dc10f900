# shellcheck shell=dash disable=SC2016 # the single quotes hold jq programs
# Loads that preempt each other inside the gates (tools/race.c), on a kernel that can be preempted
# anywhere. Where the grade is raceable the kernel skips a gate that is running on that CPU already:
# the gates' clones stand in for one that is, and G5 tells of a load that got past all of them.
#
# The long form, with $soak_minutes, is `make soak`: all that says "race " in the logs is for it.

race=/root/race
race_directory=/sys/fs/cgroup/race

# Where a gate is skipped, G1 and G2 also cannot have a ticket while a task that they preempted gets
# or gives one back on that CPU, and a listed load is refused as `internal`. So it was
# seen on PREEMPT_RT under real-time tasks, too; maybe because a thread refills BPF's memory there.
_tickets_can_always_be_had()
{
	! _races_here && ! uname -v | grep -q PREEMPT_RT
}

### What happened

_races_here()
{
	[ "$(jq -nr 'first(inputs | select(.type == "daemon")) | .grade' "$records")" = enforce-raceable ]
}

# _sum_of PROGRAM: of the lines of the last race that an awk pattern selects, the counts.
_sum_of() { awk "$1 { n += \$NF } END { print n + 0 }" "$state/race"; }

_attempts() { _sum_of '/^attempts /'; }

# How often an operation ended in a way, or in another; and stood in a gate when the last one came.
_ended() { _sum_of "\$1 == $1 && \$2 != \"at\" && \$3 == \"$2\""; }
_ended_otherwise() { _sum_of "\$1 == $1 && \$2 != \"at\" && \$3 != \"$2\""; }
_stood_in_a_gate() { _sum_of "\$1 == $1 && \$2 == \"at\" && \$3 ~ /^gate_/"; }

# How often the kernel skipped a gate that can refuse.
_skipped()
{
	bpftool -j prog show |
		jq '[.[] | select((.name // "") | test("^gate_(?!loaded)")) | .recursion_misses // 0] | add // 0'
}

# _lines_told WORDS: records since the mark that have these words in them.
_lines_told() { lines_since_mark | grep -c "$1"; }

# _race LABEL ARGUMENTS...: what it prints stays in $state/race; adds to skipped.
_race()
{
	local label=$1
	shift
	: "${skipped_before:=$(_skipped)}"
	$race "$@" >"$state/race" 2>&1 || fail "race $* could not try: $(cat "$state/race")"
	unguarded || skipped=$(($(_skipped) - skipped_before))
	unguarded || echo "race $label: $(tr '\n' ';' <"$state/race") gates skipped so far $skipped"
}

### The files

# _slow_copy NAME: an unsigned copy that takes long to hash.
_slow_copy()
{
	local file=$modules/$case.slow.ko
	if [ ! -e "$file" ]; then
		cp "$(unsigned_copy "$1")" "$file"
		head -c 500000 /dev/zero >>"$file"
	fi
	echo "$file"
}

# _blob N: no module, and longer to hash.
_blob()
{
	local file=$modules/blob.$1
	[ -e "$file" ] || head -c 2000000 /dev/zero >"$file"
	echo "$file"
}

### What must be true

_kernel_is_preemptible()
{
	grep -q '(full)' /sys/kernel/debug/sched/preempt || fail 'this kernel was not booted with preempt=full'
}

# The gates were raced: tasks were preempted inside, and where the kernel skips programs, it did.
_gates_were_raced()
{
	[ "$1" -gt 0 ] || fail 'nothing was preempted inside a gate: nothing was tested'
	if _races_here; then
		[ "$skipped" -gt 0 ] || fail 'no gate was skipped: nothing was tested'
	else
		[ "$skipped" = 0 ] || fail "gates were skipped $skipped times, where the grade says that none is"
	fi
}

# _entries_are_told ENTRIES FILE: there are as many records of a hole. FILE is refused, and told of
# after all that was before.
_entries_are_told()
{
	local told began
	began=$(cat "$state/mark")
	mark
	gives EPERM finit "$2"
	expect_record "$(of "$2")" '.verdict == "deny"' '.reason == "default"' '.gate == "content"'
	echo "$began" >"$state/mark"
	told=$(_lines_told '"reason":"gate_hole"')
	[ "$told" = "$1" ] || fail "$1 unlisted loads got in, and $told records tell of a hole"
	[ "$1" = 0 ] || expect_record '.type == "tamper"' '.reason == "gate_hole"' '.lost.tamper == null' \
		'.module.name == "nls_cp1250"' '.process.comm == "race"' '.process.uid == 0'
}

### The cases

race_lets_in_no_unlisted_load_that_preempts_a_listed_one()
{
	local slow file rounds=${soak_minutes:+250} entries=0 met=0
	rounds=${rounds:-13}
	slow=$(_slow_copy nls_cp936)
	listed "$slow"
	denies nls_cp1250 finit "$(unsigned_copy nls_cp1250)"
	denies nls_cp1250 init "$(signed_copy nls_cp1250)"
	if unguarded; then
		_race unguarded -n 2 load "$slow" nls_cp936 + load "$(signed_copy nls_cp1250)" nls_cp1250
		[ "$(_ended_otherwise 0 0)$(_ended_otherwise 1 0)" = 00 ] || fail "it gave $(cat "$state/race")"
		return
	fi
	_kernel_is_preemptible
	for memory in '' -i; do
		for file in "$(unsigned_copy nls_cp1250)" "$(signed_copy nls_cp1250)"; do
			for place in '' @gate_post; do
				# shellcheck disable=SC2086 # may be none
				_race "unlisted over listed${memory:+, from memory}" $memory -n $rounds \
					load "$slow" nls_cp936 $place + load "$file" nls_cp1250
				[ "$(_attempts)" = "$rounds" ] || fail "$(_attempts) attempts"
				[ "$(_ended_otherwise 0 0)" = 0 ] || fail "listed loads were refused: $(cat "$state/race")"
				entries=$((entries + $(_ended 1 0)))
				met=$((met + $(_stood_in_a_gate 0)))
			done
		done
	done
	_gates_were_raced $met
	_entries_are_told $entries "$(unsigned_copy nls_cp437)"
	[ $entries = 0 ] || fail "$entries unlisted loads got in"
}

race_refuses_no_listed_load_that_preempts_an_unlisted_one()
{
	local slow quick rounds=${soak_minutes:+250} refused=0 met=0
	rounds=${rounds:-25}
	slow=$(_slow_copy nls_cp936)
	quick=$(unsigned_copy nls_cp1251)
	listed "$quick"
	loads nls_cp1251 finit "$quick"
	loads nls_cp1251 init "$quick"
	denies nls_cp936 finit "$slow"
	guarded || return 0
	_kernel_is_preemptible
	for memory in '' -i; do
		for place in '' @gate_post; do
			# shellcheck disable=SC2086 # may be none
			_race "listed over unlisted${memory:+, from memory}" $memory -n $rounds \
				load "$slow" nls_cp936 $place + load "$quick" nls_cp1251
			[ "$(_attempts)" = "$rounds" ] || fail "$(_attempts) attempts"
			[ "$(_ended_otherwise 0 EPERM)" = 0 ] || fail "unlisted loads got in: $(cat "$state/race")"
			refused=$((refused + $(_ended_otherwise 1 0)))
			met=$((met + $(_stood_in_a_gate 0)))
		done
	done
	_gates_were_raced $met
	_entries_are_told 0 "$(unsigned_copy nls_cp437)"
	echo "race listed loads refused: $refused of $((4 * rounds))"
	[ "$(_lines_told '"reason":"no_ticket"')" = 0 ] || fail 'listed loads were refused for a gate that was skipped'
	[ $refused = 0 ] || ! _tickets_can_always_be_had || fail "$refused listed loads were refused"
}

# _race_stacked LABEL OPTIONS BLOB_PLACE NODES_PLACE: adds to entries and met.
_race_stacked()
{
	# shellcheck disable=SC2086 # options
	_race "$1" $2 load "$(_blob 1)" none $3 + mkdir $race_directory $4 \
		+ load "$(signed_copy nls_cp1250)" nls_cp1250
	[ "$(_attempts)" -gt 0 ] || fail "no attempt was made: $(cat "$state/race")"
	entries=$((entries + $(_ended 2 0)))
	met=$((met + $(_stood_in_a_gate 1)))
}

# One task preempted inside G2, another inside G4.
race_lets_in_no_unlisted_load_over_two_stacked_tasks()
{
	local amount='-n 5 -s 300' entries=0 met=0
	[ ! "$soak_minutes" ] || amount="-s $((soak_minutes * 60 / 8))"
	denies nls_cp1250 finit "$(signed_copy nls_cp1250)"
	guarded || return 0
	_kernel_is_preemptible
	_race_stacked 'unlisted over two' "$amount" @gate_post @gate_kernfs
	_race_stacked 'unlisted over two, from memory' "-i $amount" @gate_post @gate_kernfs
	if [ "$soak_minutes" ]; then
		_race_stacked 'unlisted over two, by chance' "$amount"
		_race_stacked 'unlisted over two, by chance, from memory' "-i $amount"
	fi
	_gates_were_raced $met
	_entries_are_told $entries "$(unsigned_copy nls_cp437)"
	[ $entries = 0 ] || fail "$entries unlisted loads got in"
}

# A task preempted inside each of these gates and another inside the clone of each: no gate is left.
race_tells_of_every_unlisted_load_over_four_stacked_tasks()
{
	local amount='-n 2 -s 300' entries=0 met=0 listed clone='' call
	[ ! "$soak_minutes" ] || amount="-s $((soak_minutes * 60 / 4))"
	listed=$(signed_copy nls_cp1251)
	listed "$listed"
	loads nls_cp1251 finit "$listed"
	denies nls_cp1250 finit "$(signed_copy nls_cp1250)"
	guarded || return 0
	_kernel_is_preemptible
	! _races_here || clone=_clone
	for memory in '' -i; do
		call=read_file
		[ ! "$memory" ] || call=load_data
		# shellcheck disable=SC2086 # options
		_race "unlisted over four${memory:+, from memory}" $memory $amount \
			load "$listed" nls_cp1251 @gate_kernfs \
			+ mkdir $race_directory @gate_kernfs$clone \
			+ load "$(_blob 1)" none @gate_post_$call \
			+ load "$(_blob 2)" none @gate_post_$call$clone \
			+ load "$(signed_copy nls_cp1250)" nls_cp1250
		[ "$(_attempts)" -gt 0 ] || fail "no attempt was made: $(cat "$state/race")"
		entries=$((entries + $(_ended 4 0)))
		met=$((met + $(_stood_in_a_gate 3)))
	done
	_gates_were_raced $met
	_entries_are_told $entries "$(unsigned_copy nls_cp437)"
	_races_here || [ $entries = 0 ] || fail "$entries unlisted loads got in"
}
