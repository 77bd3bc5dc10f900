# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# shellcheck disable=SC2154 # $program
# What the program $program takes, as its own --help tells; sourced.

# Of the program, or of a verb that has verbs; "help" is among them.
verbs_of() { "$program" "$@" help | sed -n 's/^  \([a-z-]*\) .*/\1/p'; }

# All verbs that take options, one a line: "policy check", and not "policy".
verbs_all()
{
	local verb below
	for verb in $(verbs_of | grep -vx help); do
		if "$program" "$verb" --help | grep -qx Verbs:; then
			for below in $(verbs_of "$verb" | grep -vx help); do
				echo "$verb $below"
			done
		else
			echo "$verb"
		fi
	done
}

# options_of VERB...: its options, one a line, as "-p --policy=" or "--persist".
options_of()
{
	"$program" "$@" --help | grep -oE '^ {2,6}(-., )? *--[a-z0-9-]+=?' | sed -E 's/^ +//; s/, +/ /' | sort
}
