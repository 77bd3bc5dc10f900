# shellcheck shell=dash disable=SC2016,SC2086 # jq programs in single quotes; commands of words
# Callers in namespaces of their own.

# _unshared_gives ERRNO OPERATION...: of a caller whose parent made it new pid and mount namespaces;
# sets parent.
_unshared_gives()
{
	local expected=$1 index verb outcome count
	shift
	unshare -p -m -f $load "$@" >"$state/attempt" &
	parent=$!
	wait $parent || fail "'load $*' could not try"
	read -r index verb outcome count <"$state/attempt"
	[ "$outcome" = "$expected" ] || fail "'load $*' gave $outcome instead of $expected"
}

# To itself it is process 1, and its parent is none.
tells_the_real_process_in_a_new_pid_namespace()
{
	local good bad parent facts
	good=$(unsigned_copy nls_cp737)
	bad=$(unsigned_copy nls_cp437)
	listed "$good"
	facts='.process.ppid == $parent and .process.pid > $parent and .process.ancestors[0] ==
		{"pid": $parent, "comm": "unshare"} and (.process.ancestors | length > 1)'
	_unshared_gives 0 finit "$good"
	unload nls_cp737
	allowed "$good" "$case" name "$parent as \$parent | $facts" '.process.comm == "load"'
	if unguarded; then
		_unshared_gives 0 finit "$bad"
		unload nls_cp437
		return
	fi
	_unshared_gives EPERM finit "$bad"
	! is_loaded nls_cp437 || fail 'nls_cp437 is loaded'
	denied "$bad" default content "$parent as \$parent | $facts" ".module.path == \"$bad\"" \
		".process.cmdline == \"/root/load finit $bad\""
}

# _root_of_a_user_namespace_gives ERRNO OPERATION...
_root_of_a_user_namespace_gives()
{
	local load="unshare -U -r $load"
	gives "$@"
}

# The capability that counts is that of the first namespace: the kernel asks before any gate.
leaves_the_root_of_a_user_namespace_to_the_kernel()
{
	local file
	file=$(unsigned_copy nls_cp737)
	listed "$file"
	loads nls_cp737 finit "$file"
	! guarded || mark
	_root_of_a_user_namespace_gives EPERM finit "$file"
	_root_of_a_user_namespace_gives EPERM init "$file"
	_root_of_a_user_namespace_gives EPERM finit "$(unsigned_copy nls_cp437)"
	! is_loaded nls_cp737 || fail 'nls_cp737 is loaded'
	no_record_but_of "$(unsigned_copy nls_cp437)"
}
