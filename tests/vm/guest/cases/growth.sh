# shellcheck shell=dash disable=SC2016 # the single quotes hold jq programs
# What many operations leave behind in modwarden itself: nothing.

_resident() { sed -n 's/^VmRSS:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$modwarden/status"; }
_descriptors() { find "/proc/$modwarden/fd" -mindepth 1 2>/dev/null | wc -l; }
_has_descriptors_at_most() { [ "$(_descriptors)" -le "$1" ]; }

# _has_not_grown KB DESCRIPTORS: not by more than half a megabyte, which is the allocator's; what is
# open for a moment only is waited for.
_has_not_grown()
{
	local resident
	resident=$(_resident)
	[ "$resident" -le $(($1 + 512)) ] || fail "it has $resident kB, and had $1"
	until_true _has_descriptors_at_most "$2" || fail "it has $(_descriptors) descriptors, and had $2"
	echo "kB: $1, now $resident; descriptors: $2, now $(_descriptors)"
}

# _storm LISTED UNLISTED: each load and each refusal has a record of its own; that of the last one is
# waited for.
_storm()
{
	mark
	$load -n 10 cycle "$1" nls_cp863 >/dev/null
	$load -v -n 300 init "$2" >/dev/null
	gives EPERM finit "$2"
	until_true record_was_checked "$(of "$2") and .module.source == \"file\"" || fail 'the storm has no end'
}

a_storm_leaves_memory_and_descriptors_as_they_were()
{
	local good bad resident descriptors
	good=$(unsigned_copy nls_cp863)
	bad=$(unsigned_copy nls_cp864)
	listed "$good"
	loads nls_cp863 finit "$good"
	denies nls_cp864 finit "$bad"
	guarded || return 0
	_storm "$good" "$bad"
	resident=$(_resident)
	descriptors=$(_descriptors)
	for i in 1 2 3; do
		_storm "$good" "$bad"
	done
	_has_not_grown "$resident" "$descriptors"
}
