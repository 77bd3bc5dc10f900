# shellcheck shell=dash disable=SC2016 # the single quotes hold jq programs
# Names that nobody should give a module, nor a file. The kernel takes every byte but '/' and NUL.

_lines_are_json()
{
	[ "$(lines_since_mark | jq -nR '[inputs | select(try (fromjson | false) catch true)] | length')" = 0 ]
}

# _stands_in_one_line FILE
_stands_in_one_line()
{
	local lines
	guarded || return 0
	lines=$(lines_since_mark | grep -c "$(digest "$1")")
	[ "$lines" = 1 ] || fail "$lines lines are of $1"
}

# _judges_name NAME ESCAPED: a module and a file of this name; as records have it, in JSON.
_judges_name()
{
	local name=$1 escaped=$2 good=$modules/$case.good bad=$modules/$case.bad path
	path=$modules/$case.$name
	if [ ! -e "$bad" ]; then
		$forge rename "$(unsigned_copy nls_iso8859-15)" "$bad" "$name" || fail "cannot rename"
		{ cat "$bad" && printf '%-48s' listed; } >"$good"
		cp "$bad" "$path"
	fi
	listed "$good"
	loads "$name" finit "$good"
	allowed "$good" "$case" name ".module.name == \"$escaped\"" '.module.name_source == "kernel"'
	denies "$name" finit "$path"
	denied "$bad" default content ".module.name == \"$escaped\"" '.module.name_source == "elf"' \
		".module.path == \"$modules/$case.$escaped\""
	_stands_in_one_line "$good"
	_stands_in_one_line "$bad"
	! guarded || patience=20 until_true _lines_are_json || fail "there is a line that is no JSON"
}

escapes_control_characters_in_names()
{
	_judges_name "$(printf 'a\001\033[2J\n\t\177b')" 'a\\x01\\x1b[2J\\x0a\\x09\\x7fb'
}

escapes_quotes_and_backslashes_in_names()
{
	_judges_name 'a"b'"'"'c\d\"",{' "a\\\"b'c\\\\\\\\d\\\\\\\\\\\"\\\",{"
}

escapes_invalid_utf8_in_names()
{
	_judges_name "$(printf 'a\377\300\200\355\240\200\342\200z')" \
		'a\\xff\\xc0\\x80\\xed\\xa0\\x80\\xe2\\x80z'
}

# U+202E turns the reading direction around, U+200B is not seen; an umlaut is.
escapes_what_changes_how_names_are_read()
{
	_judges_name "$(printf 'a\342\200\256b\342\200\213\303\274')" 'a\\xe2\\x80\\xaeb\\xe2\\x80\\x8b\u00fc'
}
