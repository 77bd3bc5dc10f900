# shellcheck shell=dash disable=SC2016 # the single quotes hold jq programs
# HTTP, with --listen 127.0.0.1. Policy: enforce, and deny what is not listed.

_get() { timeout 20 /usr/lib/shell/busybox wget -q -O - "http://127.0.0.1:19777$1"; }

# _metric NAME{LABELS}: its value.
_metric() { _get /metrics | awk -v name="$1" '$1 == name { print $2 }'; }

_metric_is_at_least() { [ "$(_metric "$1")" -ge "$2" ]; }

metrics_tell_of_a_refused_load()
{
	local file metric='modwarden_operations_total{op="load",verdict="deny"}' before
	file=$(unsigned_copy nls_cp862)
	! guarded || before=$(_metric "$metric")
	denies nls_cp862 finit "$file"
	if unguarded; then
		! _get /metrics || fail 'it is served'
		return 0
	fi
	until_true _metric_is_at_least "$metric" $((before + 1)) || fail "it is not counted: $(_get /metrics)"
	[ "$(_metric 'modwarden_mode{mode="enforce"}') $(_metric modwarden_gates_proven) $(_metric modwarden_gate_holes_total)" = '1 1 0' ] ||
		fail "it says: $(_get /metrics)"
	[ "$(_get /metrics | grep -c "^modwarden_info{.*mechanism=\"$mechanism\",")" = 1 ] || fail "it says: $(_get /metrics)"
}

is_ready_while_the_gates_fire()
{
	guarded || return 0
	[ "$(_get /readyz)" = '{"ready":true,"reasons":[]}' ] || fail "it says: $(_get /readyz)"
	[ "$(_get /healthz)" = '{"alive":true}' ] || fail "it says: $(_get /healthz)"
}

# Its memory at most so far, in kB.
_most_memory() { awk '$1 == "VmHWM:" { print $2 }' "/proc/$modwarden/status"; }

# 256 connections are held, and more come all the time: silent, a byte at a time, headers without end, too
# much at once, many requests in one. Sixteen are served, of 8 kB each.
judges_records_and_answers_while_clients_flood_the_metrics()
{
	local file flood i until=$state/pester.stop before after
	# With a listed digest, all are judged by theirs.
	listed "$(signed_copy nls_cp863)"
	file=$(unsigned_copy nls_cp863)
	guarded || return 0
	before=$(_most_memory)
	rm -f "$until"
	/root/pester 19777 "$until" >"$state/pester" &
	flood=$!
	until_true grep -q begun "$state/pester" || fail 'no flood'
	for i in 1 2 3 4 5 6 7 8 9 10; do
		attempt finit "$file"
	done >"$state/outcomes"
	modwarden status >"$state/status" || fail 'it does not answer'
	denied "$file" default content
	_get /metrics >"$state/metrics" || echo 'no metrics in the flood'
	kill -0 $flood || fail 'the flood has ended before its time'
	: >"$until"
	wait $flood
	[ "$(grep -c '^EPERM$' "$state/outcomes")" = 10 ] || fail "of 10 loads: $(tr '\n' ' ' <"$state/outcomes")"
	[ "$(awk '{ n += $1 } END { print n + 0 }' "$state/pester")" -gt 100 ] || fail "no flood: $(cat "$state/pester")"
	until_true _metric_is_at_least modwarden_gates_proven 1 || fail 'it does not answer any more'
	after=$(_most_memory)
	echo "$before kB before the flood, $after kB in it"
}

# Nothing is hashed where no rule asks for it, or for anything that is known later.
the_time_of_hashing_is_told()
{
	local file before sum
	listed "$(signed_copy nls_cp864)"
	file=$(unsigned_copy nls_cp864)
	! guarded || before=$(_metric modwarden_hash_seconds_count)
	denies nls_cp864 finit "$file"
	guarded || return 0
	until_true _metric_is_at_least modwarden_hash_seconds_count $((before + 1)) || fail "it is not counted: $(_get /metrics)"
	[ "$(_metric modwarden_hash_seconds_count)" = "$(_metric 'modwarden_hash_seconds_bucket{le="+Inf"}')" ] ||
		fail "it says: $(_get /metrics)"
	sum=$(_metric modwarden_hash_seconds_sum)
	awk -v sum="$sum" 'BEGIN { exit !(sum > 0) }' || fail "the sum is $sum"
}
