# shellcheck shell=dash disable=SC2016 # the single quotes hold jq programs
# A start before there is a policy. The case starts modwarden itself.

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
	sh -c "$(sed -n 's/.* loaded now: //p' "$state/said")"
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
