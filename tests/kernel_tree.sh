# shellcheck shell=bash disable=SC2034 # for those who source it
# SPDX-License-Identifier: GPL-2.0-or-later
# Finds a kernel's modules for what looks at all of them. Sourced only.

# find_tree KERNEL DIRECTORY: sets tree to the modules of a kernel of the rig's cache, unpacked below
# DIRECTORY, or to the directory that it names. Returns 77 where there is no such kernel here.
find_tree()
{
	local cache=${MODWARDEN_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/modwarden}/v2/kernel
	if [[ -d $1 ]]; then
		tree=$(realpath "$1")
		return
	fi
	[[ -e $cache/$1/modules.cpio ]] || {
		echo "${0##*/}: no kernel '$1' in the cache; tests/vm/fetch $1 gets it" >&2
		return 77
	}
	mkdir -p "$2/$1"
	(cd "$2/$1" && cpio -idm --quiet <"$cache/$1/modules.cpio")
	for tree in "$2/$1"/usr/lib/modules/*; do :; done
}
