# shellcheck shell=dash disable=SC2016 # the single quotes hold jq programs
# Modules that the kernel unpacks: 6.1 does not, 6.12 shows the gates the stored bytes only, 7.x
# first these and then the ELF bytes.

COMPRESSED=4 # MODULE_INIT_COMPRESSED_FILE

# _packed FILE: its .xz, as the kernel takes it.
_packed()
{
	[ -e "$1.xz" ] || xz --check=crc32 --lzma2=dict=1MiB -k "$1" || fail "cannot pack $1"
	echo "$1.xz"
}

_needs_unpacking_kernel()
{
	kernel_is_at_least 6 12 || skip "$(uname -r) does not unpack modules"
}

_kernel_shows_elf() { kernel_is_at_least 7 0; }

allows_compressed_by_digest_of_the_stored_file()
{
	local file
	_needs_unpacking_kernel
	file=$(_packed "$(unsigned_copy nls_cp936)")
	listed "$file"
	loads nls_cp936 finit "$file" "" $COMPRESSED
	allowed "$file" "$case" name '.module.filesystem == "tmpfs"' '.module.compressed == true' \
		'.syscall.flags == ["compressed_file"]' \
		".module.sha256_elf == $(_kernel_shows_elf && echo "\"$(digest "$(unsigned_copy nls_cp936)")\"" || echo null)"
}

denies_compressed_without_its_digest()
{
	local file
	_needs_unpacking_kernel
	file=$(_packed "$(unsigned_copy nls_cp936)")
	denies nls_cp936 finit "$file" "" $COMPRESSED
	if _kernel_shows_elf; then
		denied "$file" default content '.module.name == "nls_cp936"'
	else
		denied "$file" name_unknown unsigned '.module.name == null'
	fi
}

tells_compressed_by_digest_of_the_elf_bytes()
{
	local elf file
	_needs_unpacking_kernel
	elf=$(unsigned_copy nls_ascii)
	file=$(_packed "$elf")
	listed "$elf"
	if _kernel_shows_elf; then
		loads nls_ascii finit "$file" "" $COMPRESSED
		allowed "$file" "$case" name ".module.sha256_elf == \"$(digest "$elf")\"" \
			'.module.compressed == true'
	else
		denies nls_ascii finit "$file" "" $COMPRESSED
		denied "$file" name_unknown unsigned '.module.sha256_elf == null'
	fi
}

allows_signed_compressed_by_name_at_the_name_gate()
{
	local file
	_needs_unpacking_kernel
	file=$(_packed "$(signed_copy nls_utf8)")
	allow 'module: nls_utf8'
	loads nls_utf8 finit "$file" "" $COMPRESSED
	allowed "$file" "$case" name '.module.name == "nls_utf8"' \
		'.module.name_source == "kernel"' '.module.signature == "valid"'
}

tells_unsigned_compressed_by_name()
{
	local file
	_needs_unpacking_kernel
	file=$(_packed "$(unsigned_copy nls_iso8859-2)")
	allow 'module: nls_iso8859_2'
	loads nls_iso8859_2 finit "$(unsigned_copy nls_iso8859-2)"
	if _kernel_shows_elf; then
		loads nls_iso8859_2 finit "$file" "" $COMPRESSED
		allowed "$file" "$case" name '.module.name == "nls_iso8859_2"'
	else
		denies nls_iso8859_2 finit "$file" "" $COMPRESSED
		denied "$file" name_unknown unsigned '.module.compressed == true'
	fi
}
