# shellcheck shell=dash disable=SC2016 # the single quotes hold jq programs
# Policies that are generated on the machine, and what becomes of them. The cases start modwarden
# themselves.

_generated=/etc/generated/policy.yaml

# _start WORDS...: modwarden runs with these, and its records are this case's.
_start()
{
	local own
	: >"$records"
	echo 0 >"$state/mark"
	modwarden run --mechanism "$mechanism" --accept-race --output "$records" --format json "$@" \
		2>"$state/said" &
	own=$!
	echo $own >"$state/own"
	# shellcheck disable=SC2064 # as it is called now
	trap "kill $own 2>/dev/null; wait $own; rm -rf ${_generated%/*}" EXIT
	until_true grep -q 'Ctrl-C or SIGTERM stops' "$state/said" || fail "it did not start: $(cat "$state/said")"
}

_stop()
{
	kill "$(cat "$state/own")"
	wait "$(cat "$state/own")" || fail "it ended with $?"
}

_generate()
{
	modwarden policy generate -o "$_generated" "$@" >"$state/out" 2>&1 || fail "generate: $(cat "$state/out")"
	modwarden policy check "$_generated" >"$state/out" || fail "check: $(cat "$state/out")"
}

a_generated_policy_lets_in_what_was_loaded_and_nothing_else()
{
	local name
	modprobe nf_tables || fail 'nf_tables cannot be loaded'
	_generate
	# Of what it brings along nothing is loaded any more.
	modprobe -r nf_tables
	! is_loaded nfnetlink || fail 'nfnetlink is still loaded'
	_start --policy "$_generated" --mode enforce
	modprobe nf_tables || fail 'nf_tables was refused'
	for name in nf_tables nfnetlink; do
		expect_record ".op? == \"load\" and .module.name == \"$name\"" '.verdict == "allow"' \
			'.rule == "listed"' '.mode == "enforce"'
	done
	gives EPERM finit "$(unsigned_copy nls_cp855)"
	! modprobe nls_cp855 2>/dev/null || fail 'what is not listed was loaded'
	modprobe -r nf_tables
	# It is the decompressed bytes that this one gives to the kernel.
	loads nfnetlink init "$(signed_copy nfnetlink)"
	_stop
}

what_would_refuse_a_loaded_module_is_not_generated()
{
	gives 0 finit "$(unsigned_copy nls_cp855)"
	rm -rf "${_generated%/*}"
	! modwarden policy generate -o "$_generated" >"$state/out" 2>&1 || fail 'it was generated'
	grep -q "module 'nls_cp855' is loaded, and would" "$state/out" || fail "it says: $(cat "$state/out")"
	[ ! -e "$_generated" ] || fail 'it was written'
	modwarden policy generate --force -o "$_generated" >"$state/out" 2>&1 || fail "it says: $(cat "$state/out")"
	[ -e "$_generated" ] || fail 'it was not written'
	rm -rf "${_generated%/*}"
	unload nls_cp855
}

a_policy_of_a_log_lets_in_what_the_log_has()
{
	local file memory
	file=$(unsigned_copy nls_cp855)
	memory=$(unsigned_copy nls_cp437)
	mkdir -p "${_generated%/*}"
	printf 'version: 1\nmode: monitor\ndefault: deny\nrules: []\n' >"$state/none.yaml"
	_start --policy "$state/none.yaml"
	loads nls_cp855 finit "$file"
	loads nls_cp437 init "$memory"
	expect_record "$(of "$memory")" '.verdict == "deny"' '.enforced == false'
	_stop
	cp "$records" "$state/log.jsonl"
	_generate --force --from-log "$state/log.jsonl" # cases before have left modules loaded
	_start --policy "$_generated" --mode enforce
	loads nls_cp855 finit "$file"
	loads nls_cp437 init "$memory"
	gives EPERM finit "$(signed_copy nls_cp861)"
	_stop
}
