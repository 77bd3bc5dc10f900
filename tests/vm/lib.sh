# shellcheck shell=bash disable=SC2034,SC2154 # it shares variables with those who source it
# SPDX-License-Identifier: GPL-2.0-or-later
# What run, fetch and headers share: where the cache is, what a kernel's name means,
# how the guest's trees are packed. Sourced only; never talks to the network.

umask 022

# Exit codes of the rig itself; any other is the script's own.
readonly RIG_SKIP=77 RIG_TIMEOUT=124 RIG_FAILED=125

rig_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
rig_name=${0##*/}

# The last part is the layout of the cache: count it up when fetch changes what it stores.
cache=${MODWARDEN_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/modwarden}/v2

# A row: the kernel's two names, its suite, the package that depends on the real one,
# and the suite its user space (kmod, busybox, bash) comes from.
readonly kernel_table='
bookworm   6.1   bookworm            linux-image-cloud-amd64  bookworm
trixie     6.12  trixie              linux-image-cloud-amd64  trixie
backports  7.3   trixie-backports    linux-image-cloud-amd64  trixie
bullseye   5.10  bullseye            linux-image-cloud-amd64  bookworm
rt         -     trixie              linux-image-rt-amd64     trixie
bpo        -     bookworm-backports  linux-image-cloud-amd64  bookworm
'

say()
{
	printf '%s: %s\n' "$rig_name" "$*" >&2
}

# die STATUS MESSAGE
die()
{
	say "$2"
	exit "$1"
}

kernel_names()
{
	awk 'NF { print $1 }' <<<"$kernel_table"
}

# kernel_lookup NAME: sets kernel, kernel_suite, kernel_package and kernel_userland.
kernel_lookup()
{
	local row
	row=$(awk -v n="$1" 'NF && (n == $1 || n == $2) { print $1, $3, $4, $5 }' <<<"$kernel_table")
	[[ $row ]] || die 2 "unknown kernel '$1': use one of $(kernel_names | xargs)"
	read -r kernel kernel_suite kernel_package kernel_userland <<<"$row"
}

# make_usr DIR: the links of a merged /usr.
make_usr()
{
	mkdir -p "$1"/usr/{bin,sbin,lib/x86_64-linux-gnu}
	ln -s usr/bin "$1/bin"
	ln -s usr/sbin "$1/sbin"
	ln -s usr/lib "$1/lib"
}

# make_skeleton DIR: the guest's tree before anything is in it. Its library directories
# are one, so that libraries of Debian and of a host with another layout find each other.
make_skeleton()
{
	make_usr "$1"
	ln -s usr/lib/x86_64-linux-gnu "$1/lib64"
	ln -s lib/x86_64-linux-gnu "$1/usr/lib64"
}

# run_in USERLAND NAME [ARGS...]: runs one of the guest's programs here, with its libraries.
run_in()
{
	local lib=$1/usr/lib/x86_64-linux-gnu name=$2 program
	program=$(PATH=$1/usr/bin:$1/usr/sbin type -P "$name")
	shift 2
	"$lib/ld-linux-x86-64.so.2" --argv0 "$name" --library-path "$lib" "$program" "$@"
}

# make_cpio DIR USERLAND: the tree as the archive the kernel unpacks, all owned by root.
make_cpio()
{
	(cd "$1" && find . -mindepth 1 -print0 | LC_ALL=C sort -z |
		run_in "$2" busybox cpio -0 -o -H newc -R 0:0 2>/dev/null)
}

# make_modules DIR RELEASE USERLAND: the modules as the guest has them, with indexes.
make_modules()
{
	local root
	root=$(mktemp -d "$work/modules.XXXXXX")
	make_skeleton "$root"
	mkdir "$root/usr/lib/modules"
	cp -a "$1" "$root/usr/lib/modules/$2"
	rm -f "$root/usr/lib/modules/$2"/{build,source}
	# The userland's own depmod knows every compression this kernel's modules have.
	run_in "$3" depmod -b "$root" "$2"
	make_cpio "$root" "$3"
	rm -r "$root"
}
