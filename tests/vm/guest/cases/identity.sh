# shellcheck shell=dash disable=SC2016 # the single quotes hold jq programs
# Which module it is: by its digest, by its name, and by both in one rule.

allows_listed_file()
{
	local file
	file=$(unsigned_copy nls_cp437)
	listed "$file"
	loads nls_cp437 finit "$file"
	allowed "$file" "$case" name '.syscall.name == "finit_module"' '.module.source == "file"' \
		'.module.name == "nls_cp437"' '.module.name_source == "kernel"' \
		".module.path == \"$file\"" '.module.filesystem == "tmpfs"' '.module.deleted == false' \
		'.module.memfd == false' '.module.compressed == false' \
		'.module.signature == "absent"' '.module.taints | index("unsigned") != null' \
		'.module.path as $path | .process.cmdline | startswith("/root/load finit " + $path)'
}

denies_unlisted_file()
{
	local file
	file=$(unsigned_copy nls_cp437)
	denies nls_cp437 finit "$file"
	denied "$file" default content '.rule == null' '.syscall.name == "finit_module"' \
		'.module.source == "file"' '.module.name == "nls_cp437"' ".module.path == \"$file\"" \
		'.process.uid == 0' '.process.auid == null' '.process.ancestors | length > 0'
}

allows_listed_bytes_from_memory()
{
	local file
	file=$(unsigned_copy nls_cp437)
	listed "$file"
	loads nls_cp437 init "$file"
	allowed "$file" "$case" name '.syscall.name == "init_module"' '.module.source == "memory"' \
		'.module.path == null' '.module.filesystem == null' '.module.memfd == null'
}

denies_unlisted_bytes_from_memory()
{
	local file
	file=$(unsigned_copy nls_cp437)
	denies nls_cp437 init "$file"
	denied "$file" default content '.syscall.name == "init_module"' '.module.source == "memory"' \
		'.module.path == null' '.module.name == "nls_cp437"'
}

denies_unlisted_memfd()
{
	local file
	file=$(unsigned_copy nls_cp437)
	denies nls_cp437 memfd "$file"
	denied "$file" default content '.syscall.name == "finit_module"' '.module.memfd == true' \
		'.module.path | startswith("/memfd:")'
}

allows_both_calls_for_one_digest()
{
	local file
	file=$(unsigned_copy nls_cp737)
	listed "$file"
	loads nls_cp737 finit "$file"
	loads nls_cp737 init "$file"
	loads nls_cp737 memfd "$file"
}

denies_renamed_module_by_digest()
{
	local other file
	other=$(unsigned_copy nls_cp775)
	file=$modules/nls_cp437.ko
	listed "$(signed_copy nls_cp437)"
	loads nls_cp437 finit "$(signed_copy nls_cp437)"
	cp "$other" "$file"
	denies nls_cp775 finit "$file"
	denied "$file" default content ".module.path == \"$file\"" '.module.name == "nls_cp775"'
}

allows_listed_module_under_any_file_name()
{
	local file
	listed "$(unsigned_copy nls_cp850)"
	file=$modules/harmless.txt
	cp "$(unsigned_copy nls_cp850)" "$file"
	loads nls_cp850 finit "$file"
	allowed "$file" "$case" name ".module.path == \"$file\""
}

denies_right_digest_with_wrong_name()
{
	local file
	file=$(unsigned_copy nls_cp852)
	allow "sha256: $(digest "$file")" 'module: nls_cp855'
	denies nls_cp852 finit "$file"
	denied "$file" default content '.rule == null'
}

denies_right_name_with_wrong_digest()
{
	local file
	file=$(unsigned_copy nls_cp857)
	allow "sha256: $(digest "$(signed_copy nls_cp857)")" 'module: nls_cp857'
	loads nls_cp857 finit "$(signed_copy nls_cp857)"
	denies nls_cp857 finit "$file"
	denied "$file" default content '.module.name == "nls_cp857"'
}

denies_module_renamed_inside_to_a_listed_name()
{
	local file
	file=$(renamed_copy nls_cp860 nls_cp861)
	allow "sha256: $(digest "$(signed_copy nls_cp861)")" 'module: nls_cp861'
	loads nls_cp861 finit "$(signed_copy nls_cp861)"
	denies nls_cp861 finit "$file"
	denied "$file" default content '.module.name == "nls_cp861"'
}

allows_by_name_alone()
{
	local file
	file=$(unsigned_copy nls_cp862)
	allow 'module: nls-cp862'
	loads nls_cp862 finit "$file"
	allowed "$file" "$case" name '.module.name == "nls_cp862"'
	loads nls_cp862 init "$file"
}

# A name is no identity: who can write a file can write a name.
allows_by_name_alone_what_was_renamed_inside()
{
	local file
	file=$(renamed_copy nls_cp863 nls_cp864)
	allow 'module: nls_cp864'
	loads nls_cp864 finit "$file"
	allowed "$file" "$case" name '.module.name == "nls_cp864"'
}

deny_rule_wins_over_a_later_allow_rule()
{
	local file
	file=$(unsigned_copy nls_cp865)
	deny 'module: nls_cp865'
	allow "sha256: $(digest "$file")"
	denies nls_cp865 finit "$file"
	denied "$file" rule content ".rule == \"$case\""
}
