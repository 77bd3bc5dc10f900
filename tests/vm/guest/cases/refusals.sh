# shellcheck shell=dash
# When modwarden does not start at all.

# _run_ends STATUS WORDS COMMAND...: with this exit status, and says this.
_run_ends()
{
	local expected=$1 words=$2 status=0
	shift 2
	"$@" >"$state/said" 2>&1 || status=$?
	[ $status = "$expected" ] || fail "'$*' ended with $status instead of $expected: $(cat "$state/said")"
	grep -q "$words" "$state/said" || fail "'$*' does not say '$words': $(cat "$state/said")"
}

_write_policy()
{
	printf 'version: 1\nmode: enforce\ndefault: deny\nrules: []\n' >"$policy"
}

# The root of a user namespace is nobody to the kernel.
run_without_privileges_ends_with_5()
{
	_write_policy
	_run_ends 5 'not permitted' unshare -U modwarden run --policy "$policy"
}

run_with_an_invalid_policy_ends_with_3()
{
	printf 'version: 1\nmode: enfroce\nrules: []\n' >"$policy"
	_run_ends 3 "unknown value 'enfroce'" modwarden run --policy "$policy"
}

enforce_needs_accept_race_where_it_is_raceable()
{
	[ "$mechanism" = fmod_ret ] || skip 'the grade of lsm is not raceable here'
	_write_policy
	_run_ends 4 'accept-race' modwarden run --policy "$policy" --mechanism "$mechanism"
}
