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

# The kernel refuses these by itself, and the record says so: the reason is not modwarden's.
leaves_a_broken_signature_to_the_kernel()
{
	local file=$modules/$case.ko
	before && {
		cp "$(signed_copy nls_cp932)" "$file"
		printf 'X' | dd of="$file" bs=1 seek=100 conv=notrunc 2>/dev/null
	}
	listed "$file"
	gives EKEYREJECTED finit "$file"
	expect_record "$(of "$file")" '.verdict == "allow"' '.syscall.errno == "EKEYREJECTED"'
}
