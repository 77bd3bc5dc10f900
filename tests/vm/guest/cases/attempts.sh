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
	listed "$(unsigned_copy nls_cp437)"
	allow 'module: tcp_scalable'
	deny 'module: tcp_veno' 'signed: true'
	allow 'module: tcp_veno'
	allow 'module: tcp_hybla' 'signed: true'
	allow 'source: memory' 'module: tcp_highspeed'
	deny 'module: tcp_lp'
}

# The attempts' own records since the mark. A refusal of an earlier case may be told of late, with its
# count; its process is older than the mark.
_attempt_records()
{
	since_mark | jq -c "select(.op? == \"load\" and .process.comm == \"load\" and .process.pid > $last_pid)"
}

# Prepares the files, so that the attempts themselves do nothing else.
_attempt_files()
{
	local dir=$modules/attempts
	[ ! -d "$dir" ] || return 0
	mkdir "$dir"
	cp "$(unsigned_copy nls_cp437)" "$dir/a-listed"
	cp "$(unsigned_copy tcp_illinois)" "$dir/b-unlisted"
	cp "$(renamed_copy tcp_illinois nls_cp437)" "$dir/c-listed-name"
	cp "$(unsigned_copy tcp_scalable)" "$dir/d-named"
	cp "$(signed_copy tcp_veno)" "$dir/e-signed-denied"
	cp "$(unsigned_copy tcp_veno)" "$dir/f-unsigned-allowed"
	cp "$(unsigned_copy tcp_hybla)" "$dir/g-not-signed"
	cp "$(signed_copy tcp_hybla)" "$dir/h-signed"
	cp "$(unsigned_copy tcp_highspeed)" "$dir/i-only-memory"
	cp "$(unsigned_copy tcp_lp)" "$dir/j-denied"
	$forge lie offset "$(unsigned_copy tcp_scalable)" "$dir/k-lying"
	cp "$(signed_copy tcp_hybla)" "$dir/l-broken"
	printf 'X' | dd of="$dir/l-broken" bs=1 seek=100 conv=notrunc 2>/dev/null
	head -c 2000 "$(unsigned_copy tcp_scalable)" >"$dir/m-cut"
	kernel_is_at_least 6 12 || return 0
	xz --check=crc32 --lzma2=dict=1MiB <"$(unsigned_copy tcp_scalable)" >"$dir/n-named.xz"
	xz --check=crc32 --lzma2=dict=1MiB <"$(signed_copy tcp_scalable)" >"$dir/o-named-signed.xz"
	xz --check=crc32 --lzma2=dict=1MiB <"$(signed_copy tcp_htcp)" >"$dir/p-unlisted-signed.xz"
}

_unload_attempts()
{
	local name
	for name in nls_cp437 tcp_illinois tcp_scalable tcp_veno tcp_hybla tcp_highspeed tcp_lp tcp_htcp; do
		! is_loaded $name || unload $name
	done
}

_attempt_record_count() { _attempt_records | wc -l; }

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
		[ $flags = 0 ] || continue
		echo "${file##*/} from memory $(attempt init "$file")"
		_unload_attempts
		count=$((count + 1))
	done
	until_true _attempts_recorded $count || fail "$(_attempt_record_count) records of $count attempts"
	_attempt_records | jq -rc '[.module.path // "memory", .module.sha256, .verdict, .rule, .reason, .gate]' | sort >"$1"
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
