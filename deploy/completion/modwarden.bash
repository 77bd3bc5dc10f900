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

_modwarden_none_or_files()
{
	local none=$1
	_modwarden_files
	if [[ $none == "$current"* ]]; then
		COMPREPLY+=("$none")
	fi
}

# The value of an option; fails where the option takes none.
_modwarden_value()
{
	case $verb:$1 in
	run:--socket) _modwarden_none_or_files none ;;
	run:--output | run:-o) _modwarden_none_or_files - ;;
	status:--socket | list:--socket | mode:--socket | allow:--socket | reload:--socket | stop:--socket | \
		stop:--output | stop:-o | run:--policy | run:-p | explain:--policy | explain:-P | \
		explain:--path | explain:-p | explain:--loader | explain:-l | explain:--log | explain:-L) _modwarden_files ;;
	run:--mode | run:-m) _modwarden_words 'monitor enforce' ;;
	run:--format | run:-f | stop:--format | stop:-f) _modwarden_words 'auto json text' ;;
	run:--mechanism | doctor:--mechanism | doctor:-m) _modwarden_words 'auto lsm fmod_ret tracepoint' ;;
	run:--output-limit) _modwarden_words '16M 64M 256M 1G' ;;
	run:--output-keep) _modwarden_words '1 4 9' ;;
	run:--node) _modwarden_words "$HOSTNAME" ;;
	mode:--for | allow:--for) _modwarden_words '5m 30m 1h 12h 1d 7d' ;;
	explain:--op | explain:-o) _modwarden_words 'load unload autoload' ;;
	explain:--source | explain:-s) _modwarden_words 'file memory' ;;
	explain:--signed | explain:-S) _modwarden_words 'true false' ;;
	explain:--auid | explain:-a) _modwarden_words 'unset' ;;
	explain:--container | explain:-c) _modwarden_words 'none' ;;
	explain:--filesystem | explain:-f) _modwarden_words 'btrfs ext4 overlay rootfs squashfs tmpfs xfs' ;;
	explain:--uid | explain:-u) _modwarden_words '0' ;;
	allow:--sha256 | allow:-s) COMPREPLY=() ;;
	*) return 1 ;;
	esac
}

_modwarden_verbs='run doctor status list mode allow reload stop policy version'

# What may follow the verb, an option or a word.
_modwarden_rest()
{
	case $verb:$current in
	run:*) _modwarden_words '--policy --mode --mechanism --accept-race --persist --output --output-limit
		--output-keep --format --node --socket --verbose --help --usage' ;;
	doctor:*) _modwarden_words '--mechanism --json --verbose --help --usage' ;;
	status:* | list:* | reload:*) _modwarden_words '--json --socket --help --usage' ;;
	stop:*) _modwarden_words '--output --format --socket --help --usage' ;;
	mode:-*) _modwarden_words '--for --socket --help --usage' ;;
	mode:*)
		case $previous in
		mode) _modwarden_words 'monitor enforce policy' ;;
		monitor | enforce) _modwarden_words '--for --socket' ;;
		esac
		;;
	allow:*) _modwarden_words '--for --sha256 --list --remove --json --socket --help --usage' ;;
	version:*) _modwarden_words '--help --usage' ;;
	check:-*) _modwarden_words '--help --usage' ;;
	explain:-*) _modwarden_words '--policy --op --records --log --source --signed --path --filesystem --uid --auid --container
		--loader --kernel-thread --json --help --usage' ;;
	check:* | explain:*) _modwarden_files ;;
	esac
}

_modwarden()
{
	local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
	local verb=${COMP_WORDS[1]} first=2

	COMPREPLY=()
	if [[ $COMP_CWORD -eq 1 ]]; then
		_modwarden_words "$_modwarden_verbs help --help --usage --version"
		return
	fi
	case $verb:$COMP_CWORD in
	policy:2) _modwarden_words 'check explain help --help --usage' ;;
	help:2) _modwarden_words "$_modwarden_verbs" ;;
	policy:3 | help:3)
		if [[ $previous == help || $verb:$previous == help:policy ]]; then
			_modwarden_words 'check explain'
		fi
		;;
	esac
	if [[ $verb == check || $verb == explain ]]; then
		return # verbs of policy's only
	elif [[ $verb == policy ]]; then
		verb=${COMP_WORDS[2]}
		first=3
	fi
	[[ $COMP_CWORD -ge $first ]] || return
	# Bash makes three words of --option=value.
	if [[ $current == '=' ]]; then
		current=''
	elif [[ $previous == '=' ]]; then
		previous=${COMP_WORDS[COMP_CWORD - 2]}
	fi
	if [[ $COMP_CWORD -gt $first || $previous == -* ]] && _modwarden_value "$previous"; then
		return
	fi
	_modwarden_rest
}

complete -F _modwarden modwarden
