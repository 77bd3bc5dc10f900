# shellcheck shell=dash disable=SC2016 # the single quotes hold jq programs
# Files that no honest build makes. What is not named cannot be let in by a name, and whatever is
# in them, the kernel goes on.

# _lies KIND NAME: the section headers lie, so the name is not known and a name rule does not help.
_lies()
{
	local file=$modules/$case.ko name outcome
	name=$(module_name "$2")
	allow "module: $name"
	[ -e "$file" ] || $forge lie "$1" "$(unsigned_copy "$2")" "$file" || fail "cannot forge"
	if unguarded; then
		outcome=$(attempt finit "$file")
		# The older kernels take the first of two sections.
		[ "$outcome" != 0 ] || unload "$name"
		case $outcome in
		ENOEXEC | 0) return 0 ;;
		*) fail "the kernel says $outcome" ;;
		esac
	fi
	gives EPERM finit "$file"
	denied "$file" name_unknown unsigned '.module.name == null'
	loads "$name" finit "$(unsigned_copy "$2")"
}

denies_section_headers_behind_the_end() { _lies shoff nls_iso8859-3; }
denies_section_behind_the_end() { _lies offset nls_iso8859-4; }
denies_too_many_section_headers() { _lies shnum nls_iso8859-5; }
denies_two_module_sections() { _lies twice nls_iso8859-6; }

leaves_lying_headers_to_the_kernel_where_the_digest_is_listed()
{
	local file=$modules/$case.ko
	[ -e "$file" ] || $forge lie shoff "$(unsigned_copy nls_cp437)" "$file" || fail "cannot forge"
	listed "$file"
	gives ENOEXEC finit "$file"
	expect_record "$(of "$file")" '.verdict == "allow"' '.syscall.errno == "ENOEXEC"' \
		'.module.name == null' '.module.taints == null'
}

denies_truncated_module()
{
	local file=$modules/$case.ko
	[ -e "$file" ] || head -c 3000 "$(unsigned_copy nls_cp437)" >"$file"
	if unguarded; then
		gives ENOEXEC finit "$file"
		return
	fi
	gives EPERM finit "$file"
	denied "$file" name_unknown unsigned '.module.name == null'
	gives EPERM init "$file"
}

denies_random_bytes()
{
	local file=$modules/$case.ko
	[ -e "$file" ] || head -c 5000 /dev/urandom >"$file"
	if unguarded; then
		gives ENOEXEC finit "$file"
		return
	fi
	gives EPERM finit "$file"
	denied "$file" name_unknown unsigned '.module.name == null' '.module.signature == "absent"'
}

# The kernel ends it before any gate: nothing was asked, so there is nothing to tell.
leaves_an_empty_file_to_the_kernel()
{
	local file=$modules/$case.ko
	: >"$file"
	gives EINVAL finit "$file"
	gives ENOEXEC init "$file"
	no_record_but_of "$(unsigned_copy nls_cp437)"
}

denies_over_the_hashing_bound_where_a_digest_is_asked_for()
{
	local file
	file=$(over_the_bound nls_iso8859-9)
	allow 'module: nls_iso8859_9' "sha256: $(digest "$(unsigned_copy nls_iso8859-9)")"
	denies nls_iso8859_9 finit "$file"
	expect_record ".module.path? == \"$file\"" '.verdict == "deny"' '.reason == "undecided"' \
		'.gate == "unsigned"' '.module.sha256 == null' '.syscall.errno == "EPERM"'
	unguarded || rm "$file"
}
