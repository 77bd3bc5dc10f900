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

_modwarden_reasons='rule default inherited no_ticket name_unknown undecided unreadable internal race no_policy kernel
	exception started adopted stopped detached grade locked not_locked loaded refused override baseline vanished
	gap lost trampolines gate_hole self_test control unrecorded'

# The rules of the policy, as far as it can be read and is written as usual.
_modwarden_rules()
{
	_modwarden_words "$(sed -n 's/^ *- *name: *\([a-zA-Z0-9._-]*\).*/\1/p' /etc/modwarden/policy.yaml 2>/dev/null)"
}

_modwarden_loaded()
{
	_modwarden_words "$(cut -d ' ' -f 1 /proc/modules 2>/dev/null)"
}

# The value of an option; fails where the option takes none.
_modwarden_value()
{
	case $verb:$1 in
	run:--socket) _modwarden_none_or_files none ;;
	run:--output | run:-o) _modwarden_none_or_files - ;;
	status:--socket | list:--socket | mode:--socket | allow:--socket | reload:--socket | stop:--socket | \
		stop:--output | stop:-o | run:--policy | run:-p | explain:--policy | explain:-P | \
		explain:--path | explain:-p | explain:--loader | explain:-l) _modwarden_files ;;
	run:--mode | run:-m) _modwarden_words 'monitor enforce' ;;
	run:--format | run:-f | stop:--format | stop:-f) _modwarden_words 'auto json text' ;;
	run:--mechanism | doctor:--mechanism | doctor:-m) _modwarden_words 'auto lsm fmod_ret tracepoint' ;;
	run:--output-limit) _modwarden_words '16M 64M 256M 1G' ;;
	run:--output-keep) _modwarden_words '1 4 9' ;;
	run:--node) _modwarden_words "$HOSTNAME" ;;
	log:--since | log:-S | log:--until | log:-U) _modwarden_words 'today yesterday boot now -30m -1h -1d -7d' ;;
	log:--verdict) _modwarden_words 'allow deny blocked would_deny not_stopped failed undecided' ;;
	log:--type) _modwarden_words 'operation daemon policy module audit tamper loss' ;;
	log:--op) _modwarden_words 'load unload autoload' ;;
	log:--reason) _modwarden_words "$_modwarden_reasons" ;;
	log:--rule) _modwarden_rules ;;
	log:--format | log:-F) _modwarden_words 'text json' ;;
	log:--module) _modwarden_loaded ;;
	log:--uid) _modwarden_words '0' ;;
	log:--container) _modwarden_words 'none' ;;
	log:--node) _modwarden_words "$HOSTNAME" ;;
	log:--key) _modwarden_words 'module_load module_unload modules' ;;
	log:--audit-id | log:--id) COMPREPLY=() ;;
	mode:--for | allow:--for) _modwarden_words '5m 30m 1h 12h 1d 7d' ;;
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

_modwarden_verbs='run doctor status list mode allow log reload stop policy version'

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
	log:-*) _modwarden_words '--since --until --verdict --type --op --reason --rule --module --uid --container --node
		--key --audit-id --id --format --json --rotated --help --usage' ;;
	log:*) _modwarden_none_or_files - ;;
	version:*) _modwarden_words '--help --usage' ;;
	check:-*) _modwarden_words '--help --usage' ;;
	explain:-*) _modwarden_words '--policy --source --signed --path --filesystem --uid --auid --container
		--loader --json --help --usage' ;;
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
