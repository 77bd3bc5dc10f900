# shellcheck shell=dash
# One system call or one allocation of a start fails, each time another one: either all gates come up
# or none is left, and those that were there before stay as they were. Run alone, on a kernel booted
# for them; with SOAK_MINUTES, over as many as there is time for: see tools/fault/main.c.

_pins=/sys/fs/bpf/modwarden
_seconds=240

# _shown: line by line, where it takes long.
_shown()
{
	[ ! "$soak_minutes" ] || tee "/proc/$$/fd/1"
	[ "$soak_minutes" ] || cat
}

# _faults SAMPLE OPTION...: options of fault, then --, then options of run.
_faults()
{
	local sample=$1 file seed=$RANDOM how=''
	shift
	while [ "$1" != -- ]; do
		how="$how $1"
		shift
	done
	shift
	file=$(unsigned_copy nls_cp437)
	[ ! "$soak_minutes" ] || sample="0 -b $((soak_minutes * 60))"
	# shellcheck disable=SC2086 # more than one
	{
		/root/fault -t $_seconds -s $seed -n $sample $how -g "$file" -r "$records" "$(digest "$file")" \
			/usr/bin/modwarden run --policy "$policy" --mechanism "$mechanism" --accept-race \
			--output "$records" --format json "$@" 2>&1
		echo "ended with $?"
	} | _shown | tee "$state/faults"
	sed -n "s/^seed /fault $case: seed /p" "$state/faults"
	tail -n 1 "$state/faults" | grep -qx 'ended with 0' || fail "with seed $seed: $(grep WRONG "$state/faults" || tail -n 4 "$state/faults")"
}

_denies_all()
{
	printf 'version: 1\nmode: enforce\ndefault: deny\nrules: []\n' >"$policy"
	: >"$records"
}

_preload='-m /root/fail_malloc.so'

start_with_a_failing_call_leaves_all_gates_or_none()
{
	_denies_all
	_faults 2 --
}

start_with_a_failing_allocation_leaves_all_gates_or_none()
{
	_denies_all
	# shellcheck disable=SC2086 # more than one
	_faults 1 $_preload --
}

start_that_pins_with_a_failing_call_leaves_all_gates_or_none()
{
	_denies_all
	_faults 1 -p -- --persist
}

start_that_pins_with_a_failing_allocation_leaves_all_gates_or_none()
{
	_denies_all
	# shellcheck disable=SC2086 # more than one
	_faults 1 -p $_preload -- --persist
}

# _pinned: gates that are left pinned, with nobody there.
_pinned()
{
	_denies_all
	start_modwarden "$policy" --persist || fail "it did not start: $(cat "$state/stderr")"
	stop_modwarden
	trap 'rm -rf $_pins' EXIT
}

start_that_adopts_with_a_failing_call_leaves_the_gates_up()
{
	_pinned
	_faults 2 -p -a -- --persist
}

start_that_adopts_with_a_failing_allocation_leaves_the_gates_up()
{
	_pinned
	# shellcheck disable=SC2086 # more than one
	_faults 1 -p -a $_preload -- --persist
}
