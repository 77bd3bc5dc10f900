# shellcheck shell=dash disable=SC2016 # the single quotes hold jq programs
# The kernel's own signature check, and the gates that learn of it.

allows_signed_by_the_kernels_keys()
{
	local file
	file=$(signed_copy nls_cp866)
	allow 'module: nls_cp866' 'signed: true'
	loads nls_cp866 finit "$file"
	allowed "$file" "$case" name '.module.signature == "valid"' '.module.name_source == "kernel"' \
		'.module.taints == []'
	loads nls_cp866 init "$file"
}

# The gate "unsigned" is the last stop before the kernel links it.
denies_unsigned_where_signed_is_asked_for()
{
	local file
	file=$(unsigned_copy nls_cp869)
	allow 'module: nls_cp869' 'signed: true'
	loads nls_cp869 finit "$(signed_copy nls_cp869)"
	denies nls_cp869 finit "$file"
	denied "$file" default unsigned '.module.signature == "absent"'
}

# It is the kernel that makes ENOMEM of what the gate "name" says.
denies_signed_module_at_the_name_gate()
{
	local file
	file=$(signed_copy nls_cp874)
	deny 'module: nls_cp874' 'signed: true'
	allow 'module: nls_cp874'
	loads nls_cp874 finit "$(unsigned_copy nls_cp874)"
	refuses ENOMEM nls_cp874 finit "$file"
	expect_record "$(of "$file")" '.verdict == "deny"' '.enforced == true' '.reason == "rule"' \
		".rule == \"$case\"" '.gate == "name"' '.syscall.errno == "ENOMEM"' \
		'.module.signature == "valid"' '.module.name == "nls_cp874"'
}

# _with_a_broken_signature NAME: a copy with a byte changed that is signed.
_with_a_broken_signature()
{
	local file=$modules/$case.$1.broken.ko
	if [ ! -e "$file" ]; then
		cp "$(signed_copy "$1")" "$file"
		printf 'X' | dd of="$file" bs=1 seek=100 conv=notrunc 2>/dev/null
	fi
	echo "$file"
}

# The kernel refuses it by itself; the record says so, and what modwarden thought of it.
leaves_a_broken_signature_to_the_kernel()
{
	local file
	file=$(_with_a_broken_signature nls_cp932)
	listed "$file"
	gives EKEYREJECTED finit "$file"
	expect_record "$(of "$file")" '.verdict == "allow"' ".rule == \"$case\"" \
		'.syscall.errno == "EKEYREJECTED"' '.module.taints == null'
}

what_the_kernel_ends_undecided_is_no_verdict_of_a_rule()
{
	local file
	file=$(_with_a_broken_signature nls_cp869)
	gives EKEYREJECTED finit "$file"
	expect_record "$(of "$file")" '.verdict == "deny"' '.reason == "kernel"' '.gate == "exit"' \
		'.enforced == false' '.rule == null' '.syscall.errno == "EKEYREJECTED"'
}

# _missigned KIND NAME: a copy whose signature is none.
_missigned()
{
	local file=$modules/$case.$2.$1.ko
	[ -e "$file" ] || $forge sign "$1" "$(signed_copy "$2")" "$file" || fail "cannot forge"
	echo "$file"
}

# _ended_by_the_kernel FILE ERRNO CLAIM...: the kernel knows the signature for none, and ends it itself;
# a rule that asks for a signature does not hold.
_ended_by_the_kernel()
{
	local file=$1 errno=$2
	shift 2
	allow 'module: tcp_westwood' 'signed: true'
	loads tcp_westwood finit "$(signed_copy tcp_westwood)"
	gives "$errno" finit "$file"
	gives "$errno" init "$file"
	expect_record "$(of "$file") and .module.source == \"file\"" '.verdict == "deny"' \
		'.enforced == false' '.reason == "kernel"' '.gate == "exit"' '.rule == null' \
		".syscall.errno == \"$errno\"" '.module.signature == "present"' '.module.taints == null' "$@"
	expect_record "$(of "$file") and .module.source == \"memory\"" '.reason == "kernel"' \
		".syscall.errno == \"$errno\"" '.module.signature == "present"'
}

leaves_an_altered_signature_to_the_kernel()
{
	_ended_by_the_kernel "$(_missigned bytes tcp_westwood)" EKEYREJECTED '.module.name == "tcp_westwood"'
}

leaves_half_a_signature_to_the_kernel()
{
	_ended_by_the_kernel "$(_missigned cut tcp_westwood)" EBADMSG '.module.name == "tcp_westwood"'
}

leaves_a_signature_longer_than_the_file_to_the_kernel()
{
	_ended_by_the_kernel "$(_missigned length tcp_westwood)" EBADMSG '.module.name == null'
}

# _unsigned_to_the_kernel FILE SIGNATURE GOOD: the kernel would load it, as one that is not signed.
# GOOD is such a one that is listed.
_unsigned_to_the_kernel()
{
	allow 'module: tcp_westwood' 'signed: true'
	listed "$3"
	denies tcp_westwood finit "$1"
	denied "$1" default unsigned '.rule == null' ".module.signature == \"$2\"" \
		'.module.name == "tcp_westwood"'
	loads nls_cp737 finit "$3"
	allowed "$3" "$case.1" name ".module.signature == \"$2\"" '.module.taints | index("unsigned") != null'
	loads tcp_westwood finit "$(signed_copy tcp_westwood)"
}

denies_a_signature_by_a_key_that_the_kernel_does_not_have()
{
	_unsigned_to_the_kernel "$(_missigned signer tcp_westwood)" refused "$(_missigned signer nls_cp737)"
}

# _without_its_end NAME: the last byte of the magic is missing, so nothing says that there is a signature.
_without_its_end()
{
	local file=$modules/$case.$1.ko
	[ -e "$file" ] || head -c -1 "$(signed_copy "$1")" >"$file"
	echo "$file"
}

denies_a_signature_that_has_lost_its_end()
{
	_unsigned_to_the_kernel "$(_without_its_end tcp_westwood)" absent "$(_without_its_end nls_cp737)"
}
