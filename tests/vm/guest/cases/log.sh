# shellcheck shell=dash disable=SC2016 # the single quotes hold jq programs
# The verb log, over what real loads have left. On one kernel: that whose records of refused compressed
# modules have no name.

# _log WORDS...: what it shows, in $state/said.
_log()
{
	modwarden log "$records" "$@" >"$state/said" 2>"$state/stderr.log" ||
		fail "'log $*' ended with $?: $(cat "$state/stderr.log")"
}

_said() { jq -se "$1" "$state/said" >"$state/answer" || fail "not $1, but: $(head -c 2000 "$state/said")"; }

log_finds_what_was_refused()
{
	local file
	[ "$is_middle" ] || skip 'one kernel is enough'
	file=$(renamed_copy nls_cp437 nls_cp998)
	denies nls_cp998 finit "$file"
	denied "$file" default content
	guarded || return 0
	_log --json --verdict deny --module 'nls-cp99?'
	_said "length == 1 and .[0].module.sha256 == \"$(digest "$file")\" and .[0].verdict == \"deny\""
	! modwarden log "$records" --verdict deny --module nls_cp998 --rule none-such >"$state/said" 2>&1 ||
		fail "it finds a rule that there is not: $(cat "$state/said")"
}

log_finds_a_refused_compressed_module_by_its_file()
{
	local file
	[ "$is_middle" ] || skip 'one kernel is enough'
	file=$modules/$case/reviewed-file.ko.xz
	[ -e "$file" ] || { mkdir -p "${file%/*}" && cp "$(_packed "$(unsigned_copy nls_cp936)")" "$file"; } || fail 'no copy'
	denies nls_cp936 finit "$file" "" $COMPRESSED
	expect_record "$(of "$file")" '.verdict == "deny"' '.enforced' '.module.name == null'
	guarded || return 0
	_log --json --module reviewed_file
	_said 'length == 1 and .[0].module.name == null and .[0].enforced'
	_log --module reviewed_file --verdict deny
	grep -q 'DENIED     load of a module of unknown name' "$state/said" || fail "it is shown as $(cat "$state/said")"
}

log_counts_what_was_refused()
{
	local attempts
	[ "$is_middle" ] || skip 'one kernel is enough'
	denies nls_cp437 finit "$(unsigned_copy nls_cp437)"
	denied "$(unsigned_copy nls_cp437)" default content
	guarded || return 0
	_log --json --summary -n 10000 --verdict blocked --until now
	attempts=$(jq -Rn '[inputs | fromjson? | select(.type == "operation" and .verdict == "deny" and .enforced) |
		.repeated.count // 1] | add' "$records")
	_said ".[0].attempts > 0 and .[0].attempts <= $attempts and .[0].verdicts == {blocked: .[0].attempts} and
		(.[0].modules | any(.name == \"nls_cp437\" and .denied > 0)) and (.[0].callers | any(.name == \"/root/load, uid 0\"))"
}
