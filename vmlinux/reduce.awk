# SPDX-License-Identifier: GPL-2.0-or-later
# Reduces a kernel header made by bpftool to what some sources use.
#
# usage: awk -f reduce.awk -v kernel=RELEASE types=1 TYPES types=0 SOURCE... header=1 VMLINUX_H
# TYPES has a name a line and comments. Of a source count the struct, union and enum tags
# it names and does not define, and its other identifiers where they are typedefs or
# enumerators. What these embed comes along whole; what they only point to, as a
# declaration. The order is the header's, which is one a compiler accepts.

header {
	read_header($0)
	next
}

types {
	sub(/#.*/, "")
	if (NF == 1)
		wanted[$1] = 1
	next
}

{
	read_source($0)
}

END {
	end_definition()
	find_all()
	write_all()
}

# Sources: what do they name?

function read_source(line,	word, last, before)
{
	gsub(/"([^"\\]|\\.)*"/, "", line)
	line = without_comments(line)
	while (match(line, /[A-Za-z_][A-Za-z0-9_]*/)) {
		word = substr(line, RSTART, RLENGTH)
		line = substr(line, RSTART + RLENGTH)
		if (last == "struct" || last == "union" || last == "enum") {
			if (line ~ /^[ \t]*(\{|$)/)
				own[last " " word] = 1
			used[last " " word] = 1
		} else {
			used[word] = 1
		}
		last = word
	}
}

function without_comments(line,	start, end)
{
	if (in_comment) {
		end = index(line, "*/")
		if (!end)
			return ""
		line = substr(line, end + 2)
		in_comment = 0
	}
	gsub(/\/\*([^*]|\*+[^*\/])*\*+\//, " ", line)
	sub(/\/\/.*/, "", line)
	start = index(line, "/*")
	if (start) {
		in_comment = 1
		line = substr(line, 1, start - 1)
	}
	return line
}

# The header: a definition begins in the first column and ends before an empty line.

function read_header(line)
{
	if (line ~ /^#/)
		return
	if (line == "") {
		end_definition()
		return
	}
	pending = pending line "\n"
}

function end_definition(	key, text)
{
	text = pending
	pending = ""
	if (text == "" || text ~ /^extern/)
		return
	body[++count] = text
	if (text ~ /^(struct|union) [A-Za-z0-9_]+;/) {
		declares[count] = tag_of(text)
		return
	}
	if (text ~ /^typedef/)
		name[count] = typedef_name(text)
	else if (text ~ /^(struct|union|enum) [A-Za-z0-9_]+ /)
		name[count] = tag_of(text)
	if (name[count] != "")
		definition[name[count]] = count
	if (text ~ /^(typedef )?enum/)
		read_enumerators(text, count)
}

function tag_of(text,	part)
{
	split(text, part, /[ ;\n]/)
	return part[1] " " part[2]
}

# typedef int (*name)(...); typedef struct {...} name; typedef int name[2];
function typedef_name(text)
{
	if (match(text, /\(\*+[A-Za-z0-9_]+/) && text !~ /\{/) {
		text = substr(text, RSTART, RLENGTH)
	} else {
		sub(/ __attribute__.*/, "", text)
		sub(/;\n$/, "", text)
		sub(/(\[[0-9]*\])+$/, "", text)
	}
	match(text, /[A-Za-z0-9_]+$/)
	return substr(text, RSTART)
}

function read_enumerators(text, number,	line, n, i)
{
	n = split(text, line, "\n")
	for (i = 2; i < n; i++)
		if (match(line[i], /^\t[A-Za-z0-9_]+/))
			definition[substr(line[i], 2, RLENGTH - 1)] = number
}

# The closure: whole[i] the definitions needed, declared[tag] the tags pointed to.

function find_all(	key)
{
	for (key in used)
		if (!(key in own))
			want(key)
	for (key in wanted) {
		if (!(("struct " key) in definition || ("union " key) in definition ||
		      ("enum " key) in definition || key in definition))
			print "reduce.awk: this kernel has no '" key "'" >"/dev/stderr"
		want("struct " key)
		want("union " key)
		want("enum " key)
		want(key)
	}
	while (todo > 0)
		follow(body[queue[todo--]])
}

function want(key)
{
	if (!(key in definition) || whole[definition[key]])
		return
	whole[definition[key]] = 1
	queue[++todo] = definition[key]
}

function follow(text,	word, rest, last, pointer)
{
	if (text ~ /^(typedef )?enum/)
		return
	gsub(/__attribute__\(\([^\n]*\)\)/, "", text)
	rest = text
	last = ";"
	while (match(rest, /[A-Za-z_][A-Za-z0-9_]*|[(){},;]/)) {
		word = substr(rest, RSTART, RLENGTH)
		rest = substr(rest, RSTART + RLENGTH)
		if (word ~ /^(const|volatile|restrict|typedef)$/)
			continue
		pointer = rest ~ /^ *(const |volatile )*\*/
		if (last == "enum")
			want(last " " word)
		else if (last == "struct" || last == "union")
			follow_tag(last " " word, pointer)
		else if (last ~ /[(){},;]/ && !(word ~ /^(struct|union|enum)$/))
			want_typedef(word, pointer)
		last = word
	}
}

function follow_tag(tag, pointer)
{
	if (pointer)
		declared[tag] = 1
	else
		want(tag)
}

# Behind a pointer, a typedef of a struct needs no more than the pointer itself would.
function want_typedef(word, pointer,	text)
{
	if (!(word in definition))
		return
	text = body[definition[word]]
	if (pointer && text ~ /^typedef (struct|union) [A-Za-z0-9_]+ [A-Za-z0-9_]+;/) {
		sub(/^typedef /, "", text)
		declared[tag_of(text)] = 1
		alias[definition[word]] = 1
		return
	}
	want(word)
}

# Output

function write_all(	i, tag, n, list)
{
	print "/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */"
	print "/*"
	print " * Types of Linux " kernel ", reduced to what this project uses."
	print " * Made by vmlinux/update, which says how; not to be edited."
	print " */"
	print "#ifndef __VMLINUX_H__"
	print "#define __VMLINUX_H__\n"
	print "#ifndef BPF_NO_PRESERVE_ACCESS_INDEX"
	print "#pragma clang attribute push (__attribute__((preserve_access_index)), apply_to = record)"
	print "#endif\n"
	write_declarations()
	for (i = 1; i <= count; i++)
		if (whole[i] || alias[i])
			print body[i]
	print "#ifndef BPF_NO_PRESERVE_ACCESS_INDEX"
	print "#pragma clang attribute pop"
	print "#endif\n"
	print "#endif /* __VMLINUX_H__ */"
}

# All in front: what the header defined before its first use is now only declared, or
# comes later.
function write_declarations(	tag, list, n, i, j)
{
	for (tag in declared)
		list[++n] = tag
	for (i = 2; i <= n; i++) {
		tag = list[i]
		for (j = i - 1; j > 0 && list[j] > tag; j--)
			list[j + 1] = list[j]
		list[j + 1] = tag
	}
	for (i = 1; i <= n; i++)
		print list[i] ";"
	if (n)
		print ""
}
