# shellcheck shell=dash disable=SC2016 # the single quotes hold jq programs
# Modules that the kernel unpacks: 6.1 does not, 6.12 shows the gates the stored bytes only, 7.x
# first these and then the ELF bytes.

COMPRESSED=4 # MODULE_INIT_COMPRESSED_FILE

# The one format that this kernel takes, if any.
_kernel_format() { cat /sys/module/compression 2>/dev/null; }

# _little_endian SIZE NUMBER
_little_endian()
{
	local i=0 number=$2
	while [ $i -lt "$1" ]; do
		# shellcheck disable=SC2059 # an octal escape
		printf "\\$(printf %03o $((number & 255)))"
		number=$((number >> 8))
		i=$((i + 1))
	done
}

# _zstd FILE: a frame of raw blocks, for want of a program that writes better ones (RFC 8878).
_zstd()
{
	local size at=0 block last
	size=$(stat -c %s "$1")
	printf '\050\265\057\375\240'
	_little_endian 4 "$size"
	while [ $at -lt "$size" ]; do
		block=$((size - at))
		last=1
		[ $block -le 65536 ] || { block=65536 last=0; }
		_little_endian 3 $((block << 3 | last))
		tail -c +$((at + 1)) "$1" | head -c $block
		at=$((at + block))
	done
}

# _packed_as FORMAT FILE: as the kernel takes it.
_packed_as()
{
	local file=$2.$1
	[ -e "$file" ] || case $1 in
	gzip) gzip -c "$2" ;;
	xz) xz --check=crc32 --lzma2=dict=1MiB -c "$2" ;;
	zstd) _zstd "$2" ;;
	esac >"$file" || fail "cannot pack $2"
	echo "$file"
}

# _packed FILE: in the format that this kernel takes.
_packed() { _packed_as "$(_kernel_format)" "$1"; }

_needs_unpacking_kernel()
{
	[ "$(_kernel_format)" ] || skip "$(uname -r) does not unpack modules"
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

# That the kernel cannot unpack it is no verdict of a rule; but a listed one was allowed before that,
# where no rule could wait for the unpacked bytes.
leaves_the_formats_that_the_kernel_does_not_take_to_the_kernel()
{
	local format good bad errno=EINVAL verdict='.verdict == "allow" and .reason == "rule"'
	[ "$(_kernel_format)" ] || errno=EOPNOTSUPP
	! _kernel_shows_elf || verdict='.verdict == "deny" and .reason == "kernel" and .gate == "exit"'
	for format in gzip xz zstd; do
		[ $format != "$(_kernel_format)" ] || continue
		good=$(_packed_as $format "$(unsigned_copy nls_cp737)")
		bad=$(_packed_as $format "$(unsigned_copy nls_cp437)")
		listed "$good"
		gives $errno finit "$good" "" $COMPRESSED
		expect_record "$(of "$good")" "$verdict" '.enforced == false' \
			".syscall.errno == \"$errno\"" '.module.compressed == true' '.module.taints == null' \
			'.module.sha256_elf == null'
		gives $errno finit "$bad" "" $COMPRESSED
		expect_record "$(of "$bad")" '.verdict == "deny"' '.reason == "kernel"' '.enforced == false' \
			'.rule == null' '.gate == "exit"' ".syscall.errno == \"$errno\"" \
			'.module.compressed == true' '.module.name == null'
	done
}
