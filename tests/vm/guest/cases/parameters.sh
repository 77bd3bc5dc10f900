# shellcheck shell=dash disable=SC2016 # the single quotes hold jq programs
# The first code of a module that runs is called while the kernel takes its parameters in: after the
# gate "unsigned" and before the gate "name". Which kind of rule decides makes no difference.

traces=0

# Sets trace to a name that no attempt has had.
_new_trace()
{
	traces=$((traces + 1))
	trace=$case.$phase.$traces
}

# _runs NAME VERB FILE: it is loaded, and its callback has left a trace.
_runs()
{
	local trace
	_new_trace
	gives 0 "$2" "$3" "trace=$trace"
	unload "$1"
	has_run "$trace" || fail "no callback of $1 has run"
}

# _never_runs NAME VERB FILE: the same without gates; with them it is refused before.
_never_runs()
{
	local trace
	if unguarded; then
		_runs "$@"
		return
	fi
	_new_trace
	gives EPERM "$2" "$3" "trace=$trace"
	! has_run "$trace" || fail "a callback of $1 has run"
	! is_loaded "$1" || fail "$1 is loaded"
}

runs_no_callback_of_an_unlisted_digest()
{
	local file
	file=$(template_copy mw_listed)
	listed "$file"
	_runs mw_listed finit "$file"
	_runs mw_listed init "$file"
	allowed "$file" "$case" name '.syscall.params | startswith("trace=")'
	file=$(template_copy mw_unlisted)
	_never_runs mw_unlisted finit "$file"
	denied "$file" default content '.syscall.params | startswith("trace=")'
	_never_runs mw_unlisted init "$file"
}

runs_no_callback_without_the_signature_asked_for()
{
	local file
	file=$(template_copy mw_not_signed)
	allow 'module: mw_not_signed' 'signed: true'
	_never_runs mw_not_signed finit "$file"
	denied "$file" default unsigned '.module.signature == "absent"'
	# What is signed takes its parameters.
	allow 'module: tcp_cdg' 'signed: true'
	gives 0 finit "$(signed_copy tcp_cdg)" window=16
	[ "$(cat /sys/module/tcp_cdg/parameters/window)" = 16 ] || fail 'its parameter did not arrive'
	unload tcp_cdg
}

runs_no_callback_of_an_unlisted_name()
{
	local file
	allow 'module: mw_named'
	_runs mw_named finit "$(template_copy mw_named)"
	file=$(template_copy mw_not_named)
	_never_runs mw_not_named finit "$file"
	denied "$file" default content '.module.name == "mw_not_named"'
}

runs_no_callback_from_another_source()
{
	local file
	file=$(template_copy mw_memory)
	allow 'module: mw_memory' 'source: memory'
	_runs mw_memory init "$file"
	_never_runs mw_memory finit "$file"
	denied "$file" default content '.module.source == "file"'
}

runs_no_callback_from_another_path()
{
	local file dir=$modules/$case.d
	file=$(template_copy mw_path)
	allow "path: $dir/*"
	mkdir -p "$dir"
	cp "$file" "$dir"
	_runs mw_path finit "$dir/${file##*/}"
	_never_runs mw_path finit "$file"
	expect_record ".module.path? == \"$file\"" '.verdict == "deny"' '.reason == "default"' \
		'.gate == "content"'
}
