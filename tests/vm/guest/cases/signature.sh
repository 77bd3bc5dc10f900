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
