# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Completion of modwarden for bash. Install as
# /usr/share/bash-completion/completions/modwarden, or source it.

_modwarden_words()
{
	local word
	COMPREPLY=()
	while IFS= read -r word; do
		COMPREPLY+=("$word")
	done < <(compgen -W "$1" -- "$current")
}

_modwarden_files()
{
	local file
	COMPREPLY=()
	while IFS= read -r file; do
		COMPREPLY+=("$file")
	done < <(compgen -f -- "$current")
	compopt -o filenames 2>/dev/null || true
}

# The value of an option; fails where the option takes none.
_modwarden_value()
{
	case $verb:$1 in
	run:--socket | status:--socket | list:--socket | mode:--socket | allow:--socket | \
		reload:--socket | stop:--socket | stop:--output | stop:-o | \
		run:--policy | run:-p | run:--output | run:-o | explain:--policy | explain:-P | \
		explain:--path | explain:-p | explain:--loader | explain:-l) _modwarden_files ;;
	run:--mode | run:-m) _modwarden_words 'monitor enforce' ;;
	run:--format | run:-f | stop:--format | stop:-f) _modwarden_words 'auto json text' ;;
	run:--mechanism | doctor:--mechanism | doctor:-m) _modwarden_words 'auto lsm fmod_ret tracepoint' ;;
	mode:--for | allow:--for) _modwarden_words '5m 30m 1h 12h 1d 7d' ;;
	explain:--source | explain:-s) _modwarden_words 'file memory' ;;
	explain:--signed | explain:-S) _modwarden_words 'true false' ;;
	explain:--auid | explain:-a) _modwarden_words 'unset' ;;
	explain:--container | explain:-c) _modwarden_words 'none' ;;
	run:--node | run:--output-limit | run:--output-keep) COMPREPLY=() ;;
	allow:--sha256 | allow:-s | explain:--uid | explain:-u | explain:--filesystem | explain:-f) COMPREPLY=() ;;
	*) return 1 ;;
	esac
}

_modwarden()
{
	local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
	local verb=${COMP_WORDS[1]} first=2

	if [[ $COMP_CWORD -eq 1 ]]; then
		_modwarden_words 'run doctor status list mode allow reload stop policy version help --help --version'
		return
	fi
	if [[ $verb == policy ]]; then
		if [[ $COMP_CWORD -eq 2 ]]; then
			_modwarden_words 'check explain help --help'
			return
		fi
		verb=${COMP_WORDS[2]}
		first=3
	fi
	# Bash makes three words of --option=value.
	if [[ $current == '=' ]]; then
		current=''
	elif [[ $previous == '=' ]]; then
		previous=${COMP_WORDS[COMP_CWORD - 2]}
	fi
	if [[ $COMP_CWORD -gt $first || $previous == -* ]] && _modwarden_value "$previous"; then
		return
	fi
	case $verb:$current in
	run:*) _modwarden_words '--policy --mode --mechanism --accept-race --persist --output --output-limit
		--output-keep --format --node --socket --verbose --help --usage' ;;
	doctor:*) _modwarden_words '--mechanism --json --verbose --help --usage' ;;
	status:* | list:* | reload:*) _modwarden_words '--json --socket --help --usage' ;;
	stop:*) _modwarden_words '--output --format --socket --help --usage' ;;
	mode:-*) _modwarden_words '--for --socket --help --usage' ;;
	mode:*) _modwarden_words 'monitor enforce policy' ;;
	allow:*) _modwarden_words '--for --sha256 --list --remove --json --socket --help --usage' ;;
	check:-*) _modwarden_words '--help --usage' ;;
	explain:-*) _modwarden_words '--policy --source --signed --path --filesystem --uid --auid --container
		--loader --json --help --usage' ;;
	check:* | explain:*) _modwarden_files ;;
	help:*) _modwarden_words 'run doctor status list mode allow reload stop policy' ;;
	esac
}

complete -F _modwarden modwarden
