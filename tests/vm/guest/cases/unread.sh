# shellcheck shell=dash disable=SC2016 # the single quotes hold jq programs
# Standard output and standard error lead to a reader that has stopped, as a pod's may. The case starts
# modwarden itself.

_pipe_size=65536

_answers() { timeout 10 modwarden status >"$state/said" 2>&1; }
# Not "refused": it has come so far, and no further.
_answers_or_hangs()
{
	_answers || [ $? -ge 124 ]
}

_got() { grep -q "$1" "$state/got"; }

# The pipe is full before the start.
a_reader_that_has_stopped_holds_nothing_up()
{
	local file own reader=''
	file=$(unsigned_copy nls_cp437)
	printf 'version: 1\nmode: enforce\ndefault: deny\nrules: []\n' >"$state/unread.yaml"
	mkfifo "$state/unread"
	exec 7<>"$state/unread"
	head -c $_pipe_size /dev/zero >&7
	modwarden run --policy "$state/unread.yaml" --mechanism "$mechanism" --accept-race --output - --format json >&7 2>&7 &
	own=$!
	# shellcheck disable=SC2064 # as it is called now
	trap "kill -KILL $own; wait $own; rm -f $state/unread $state/unread.yaml" EXIT
	until_true _answers_or_hangs && _answers || fail "it does not come up: $(cat "$state/said")"
	gives EPERM finit "$file"
	echo 'version: 1, mode: enfroce' >"$state/unread.yaml"
	kill -HUP $own
	modwarden reload && fail 'it takes a policy that is not valid'
	_answers || fail 'it does not answer any more'
	gives EPERM finit "$file"
	head -c $_pipe_size <&7 >/dev/null
	cat <&7 >"$state/got" &
	reader=$!
	modwarden reload
	until_true _got '^modwarden: warning: messages that nobody read, and that are lost: [1-9]' || fail "it says: $(cat "$state/got")"
	until_true _got '^{.*"lost":{[^}]*"output":[1-9]' || fail "it says: $(cat "$state/got")"
	kill $reader
}
