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

_own_policy=/etc/modwarden/policy.yaml

_says() { grep -q "$1" "$state/said"; }

# Nobody is locked out by a file that is not there yet; and it counts as soon as it is.
run_without_a_policy_only_watches_until_there_is_one()
{
	local file own
	file=$(unsigned_copy nls_cp437)
	rm -f "$_own_policy"
	_run_ends 3 "there is no '$_own_policy'" modwarden run --mode enforce --mechanism "$mechanism" --accept-race
	modwarden run --mechanism "$mechanism" --accept-race --output "$records" --format json 2>"$state/said" &
	own=$!
	# shellcheck disable=SC2064 # as it is called now
	trap "kill $own; wait $own; rm -f $_own_policy" EXIT
	: >"$records"
	echo 0 >"$state/mark"
	until_true _says 'Ctrl-C or SIGTERM stops' || fail "it did not start: $(cat "$state/said")"
	loads nls_cp437 finit "$file"
	expect_record '.type == "policy"' '.reason == "loaded"' '.mode == "monitor"' '.path == null' \
		'.detail | startswith("there is no policy file")'
	expect_record "$(of "$file")" '.verdict == "deny"' '.enforced == false' '.syscall.exit == 0'
	# The command that it names makes one, whatever the umask and with no directory there.
	rmdir "${_own_policy%/*}" 2>/dev/null
	umask 002
	sh -c "$(sed -n 's/.* finds signed: //p' "$state/said")"
	expect_record '.type == "policy" and .policy.generation == 2' '.reason == "loaded"' '.mode == "monitor"' \
		".path == \"$_own_policy\"" '.detail == null'
	printf 'version: 1\nmode: enforce\ndefault: deny\nrules: []\n' >"$_own_policy"
	expect_record '.type == "policy" and .mode == "enforce"' '.reason == "loaded"' ".path == \"$_own_policy\"" \
		'.policy.generation == 3' '.detail == null'
	gives EPERM finit "$file"
	# And when it has gone again, that is no reason to do without.
	rm "$_own_policy"
	expect_record '.type == "policy" and .reason == "refused"' '.mode == "enforce"' '.policy.generation == 3'
	gives EPERM finit "$file"
}
