# shellcheck shell=dash
# What the hammer saw: see lib.sh.

never_refuses_a_listed_load_while_gates_come_and_go()
{
	local loads
	[ -s "$state/hammer.outcomes" ] || skip 'no session ran'
	! grep -v '^0 ' "$state/hammer.outcomes" || fail "listed loads were refused: $(grep -v '^0 ' "$state/hammer.outcomes" | tr '\n' ' ')"
	loads=$(awk '{ n += $2 } END { print n + 0 }' "$state/hammer.outcomes")
	[ "$loads" -gt 20 ] || fail "only $loads loads were tried"
	echo "$loads loads while modwarden started and stopped"
}
