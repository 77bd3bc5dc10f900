# shellcheck shell=dash disable=SC2016 # the single quotes hold jq programs
# The same attempts under enforce and, in monitor.sh, under monitor: the records must agree.

# Rules and files of the attempts are theirs, not the case's that runs them.
_as_attempts()
{
	(
		case=attempts
		"$@"
	)
}

_attempt_rules()
{
	before || return 0
	rm -f "$state/attempts.rules"
	listed "$(unsigned_copy nls_cp437)" # attempts
	allow 'module: nls_cp737'           # attempts.1
	deny 'module: nls_cp775' 'signed: true'
	allow 'module: nls_cp775'
	allow 'module: nls_cp852' 'signed: true'
	allow 'source: memory' 'module: nls_cp855'
	deny 'module: nls_cp857'
}

# Prepares the files, so that the attempts themselves do nothing else.
_attempt_files()
{
	local dir=$modules/attempts
	[ ! -d "$dir" ] || return 0
	mkdir "$dir"
	cp "$(unsigned_copy nls_cp437)" "$dir/a-listed"
	cp "$(unsigned_copy nls_cp850)" "$dir/b-unlisted"
	cp "$(renamed_copy nls_cp850 nls_cp437)" "$dir/c-listed-name"
	cp "$(unsigned_copy nls_cp737)" "$dir/d-named"
	cp "$(signed_copy nls_cp775)" "$dir/e-signed-denied"
	cp "$(unsigned_copy nls_cp775)" "$dir/f-unsigned-allowed"
	cp "$(unsigned_copy nls_cp852)" "$dir/g-not-signed"
	cp "$(signed_copy nls_cp852)" "$dir/h-signed"
	cp "$(unsigned_copy nls_cp855)" "$dir/i-only-memory"
	cp "$(unsigned_copy nls_cp857)" "$dir/j-denied"
	$forge lie offset "$(unsigned_copy nls_cp737)" "$dir/k-lying"
	: >"$dir/l-empty"
	head -c 2000 "$(unsigned_copy nls_cp737)" >"$dir/m-cut"
	kernel_is_at_least 6 12 || return 0
	xz --check=crc32 --lzma2=dict=1MiB <"$(unsigned_copy nls_cp737)" >"$dir/n-named.xz"
	xz --check=crc32 --lzma2=dict=1MiB <"$(signed_copy nls_cp737)" >"$dir/o-named-signed.xz"
	xz --check=crc32 --lzma2=dict=1MiB <"$(signed_copy nls_cp860)" >"$dir/p-unlisted-signed.xz"
}

_unload_attempts()
{
	local name
	for name in nls_cp437 nls_cp850 nls_cp737 nls_cp775 nls_cp852 nls_cp855 nls_cp857 nls_cp860; do
		! is_loaded $name || unload $name
	done
}

_attempt_record_count()
{
	since_mark | jq -c 'select(.type == "operation" and .process.comm == "load")' | wc -l
}

_attempts_recorded() { [ "$(_attempt_record_count)" -ge "$1" ]; }

# _attempt_all OUT: what the records say of each attempt.
_attempt_all()
{
	local file flags count=0
	for file in "$modules"/attempts/*; do
		flags=0
		case $file in *.xz) flags=4 ;; esac
		echo "${file##*/} $(attempt finit "$file" '' $flags)"
		_unload_attempts
		count=$((count + 1))
		[ $flags = 0 ] && [ -s "$file" ] || continue
		echo "${file##*/} from memory $(attempt init "$file")"
		_unload_attempts
		count=$((count + 1))
	done
	until_true _attempts_recorded $count || fail "$(_attempt_record_count) records of $count attempts"
	since_mark | jq -rc 'select(.type == "operation" and .process.comm == "load") |
		[.module.path // "memory", .module.sha256, .verdict, .rule, .reason, .gate]' | sort >"$1"
}

enforce_rules_on_every_attempt()
{
	_as_attempts _attempt_rules
	_as_attempts _attempt_files
	guarded || return 0
	_attempt_all "$state/enforced"
	cp "$state/enforced" /out/attempts.enforced
	# Both kinds of verdict and the reasons are there, or the comparison would prove little.
	for word in allow deny rule default name_unknown kernel; do
		grep -q "\"$word\"" "$state/enforced" || fail "no attempt ended with $word"
	done
}
