# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Completion of modwarden for bash. Install as
# /usr/share/bash-completion/completions/modwarden, or source it.
# The table is made of deploy/completion/table, which says what its columns are.

_modwarden_table='
@TABLE@
'

# _modwarden_rows VERB FUNCTION: calls it with option, value and help of each of the verb's rows,
# until it fails.
_modwarden_rows()
{
	local row_verb option value help
	while IFS='|' read -r row_verb option value help; do
		if [[ $row_verb == "$1" && $option ]]; then
			"$2" "$option" "$value" "$help" || return
		fi
	done <<<"$_modwarden_table"
}

_modwarden_is_verb() { [[ $1 && $_modwarden_table == *$'\n'"$1||"* ]]; }

# Adds the verbs below VERB: of the program where that is empty.
_modwarden_add_verbs()
{
	local row_verb option rest below=${1:+$1 }
	while IFS='|' read -r row_verb option rest; do
		if [[ $row_verb && ! $option && $row_verb == "$below"* ]]; then
			row_verb=${row_verb#"$below"}
			[[ $row_verb == *' '* ]] || _modwarden_add "$row_verb"
		fi
	done <<<"$_modwarden_table"
}

_modwarden_has_verbs() { [[ $_modwarden_table == *$'\n'"$1 "* ]]; }

# What of these begins as the current word does.
_modwarden_add()
{
	local word
	for word; do
		[[ $word != "$current"* ]] || COMPREPLY+=("$word")
	done
}

_modwarden_add_files()
{
	local file
	while IFS= read -r file; do
		COMPREPLY+=("$file")
	done < <(compgen "$1" -- "$current")
	compopt -o filenames 2>/dev/null || true
}

# The names of the rules in the policy that the command line names, or in the usual one.
_modwarden_rules()
{
	local i policy=/etc/modwarden/policy.yaml
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i - 1]}${COMP_WORDS[i]} in
		--policy= | -[pP]=) ;;
		-[pP]* | --policy*) policy=${COMP_WORDS[i]} ;;
		=*) [[ $i -lt 2 || ${COMP_WORDS[i - 2]} != --policy ]] || policy=${COMP_WORDS[i]} ;;
		esac
	done
	sed -nE 's/^[[:space:]]*(-[[:space:]]+)?(\{ *)?name: *"?([A-Za-z0-9._-]+).*/\3/p' "${policy/#\~/$HOME}" 2>/dev/null
}

_modwarden_modules()
{
	sed -n 's|^\([^:]*/\)\{0,1\}\([^/:]*\)\.ko[^:]*:.*|\2|p' "/lib/modules/$(uname -r)/modules.dep" 2>/dev/null | tr - _
}

# What the column of values stands for.
_modwarden_add_values()
{
	local value words
	read -ra words <<<"$1"
	for value in "${words[@]}"; do
		case $value in
		FILE) _modwarden_add_files -f ;;
		DIR) _modwarden_add_files -d ;;
		KERNEL) mapfile -t words < <(compgen -W "$(ls /lib/modules 2>/dev/null)" -- "$current") && COMPREPLY+=("${words[@]}") ;;
		MODULE) mapfile -t words < <(compgen -W "$(_modwarden_modules)" -- "$current") && COMPREPLY+=("${words[@]}") ;;
		RULE) mapfile -t words < <(compgen -W "$(_modwarden_rules)" -- "$current") && COMPREPLY+=("${words[@]}") ;;
		TEXT) ;;
		*) _modwarden_add "$value" ;;
		esac
	done
}

# For _modwarden_rows: is the row that of the option $wanted? Sets $taken to the value it takes.
_modwarden_row_of()
{
	[[ " $1 " == *" $wanted "* ]] || return 0
	taken=$2
	return 1
}

# Fails where the option takes no value.
_modwarden_takes()
{
	local wanted=$1
	taken=''
	_modwarden_rows "$verb" _modwarden_row_of
	[[ $taken ]]
}

# How many arguments stand between the verb, whose last word is at $1 - 1, and the current word.
_modwarden_arguments()
{
	local i taken
	place=1
	for ((i = $1; i < COMP_CWORD; i++)); do
		if [[ ${COMP_WORDS[i]} != -?* ]]; then
			place=$((place + 1))
		elif _modwarden_takes "${COMP_WORDS[i]}"; then
			i=$((i + 1))
			[[ ${COMP_WORDS[i]} != '=' ]] || i=$((i + 1))
		fi
	done
}

_modwarden_row_argument()
{
	if [[ $1 == "$place" || $1 == '*' ]]; then
		argument=yes
		_modwarden_add_values "$2"
	fi
}

_modwarden_row_option()
{
	[[ $1 != *--* ]] || _modwarden_add "--${1##*--}"
}

# An option's value, an argument, or an option: what may follow the words before.
_modwarden_after()
{
	local taken place argument=''
	if [[ $current == '=' ]]; then # bash makes three words of --option=value
		current=''
	elif [[ $previous == '=' ]]; then
		previous=${COMP_WORDS[COMP_CWORD - 2]}
	fi
	if [[ $previous == -* && $COMP_CWORD -gt $1 ]] && _modwarden_takes "$previous"; then
		_modwarden_add_values "$taken"
		return
	fi
	_modwarden_arguments "$1"
	if [[ $current != -?* ]]; then
		_modwarden_rows "$verb" _modwarden_row_argument
		[[ ! $argument ]] || return 0
	fi
	_modwarden_rows "$verb" _modwarden_row_option
	_modwarden_add --help --usage
}

_modwarden()
{
	local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
	local verb='' at=1 help=''

	COMPREPLY=()
	while [[ $at -lt $COMP_CWORD ]]; do
		if [[ ! $help && ${COMP_WORDS[at]} == help ]] && { [[ ! $verb ]] || _modwarden_has_verbs "$verb"; }; then
			help=yes
		elif _modwarden_is_verb "${verb:+$verb }${COMP_WORDS[at]}"; then
			verb+=${verb:+ }${COMP_WORDS[at]}
		else
			break
		fi
		at=$((at + 1))
	done
	if [[ ! $verb ]] || _modwarden_has_verbs "$verb"; then
		[[ $at -eq $COMP_CWORD ]] || return 0
		_modwarden_add_verbs "$verb"
		[[ $help ]] || _modwarden_add help --help --usage
		[[ $verb || $help ]] || _modwarden_add --version
	elif [[ ! $help ]]; then
		_modwarden_after "$at"
	fi
}

complete -F _modwarden modwarden
