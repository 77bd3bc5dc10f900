# shellcheck shell=bash disable=SC2034,SC2154 # it shares variables with those who source it
# SPDX-License-Identifier: GPL-2.0-or-later
# Debian packages for the cache: an apt configuration of the rig's own, for one suite at
# a time, that leaves the machine's alone. Sourced by fetch and headers, after lib.sh.
# Needs $work, which open_cache makes; keeps nothing outside of it but what install_dir is given.

readonly keyring=${MODWARDEN_KEYRING:-/usr/share/keyrings/debian-archive-keyring.gpg}
declare -A suite_ready=()

# open_cache: makes work, a directory in the cache, and lets nobody else write there.
open_cache()
{
	local name
	for name in apt-get dpkg-deb; do
		command -v "$name" >/dev/null || die "$RIG_SKIP" "no $name on this machine: nothing can be fetched"
	done
	mkdir -p "$cache"
	exec 9>"$cache/lock"
	flock -n 9 || { say "waiting for another fetch" && flock 9; }
	rm -rf "$cache"/work.*
	work=$(mktemp -d "$cache/work.XXXXXX")
	trap 'rm -rf "$work"' EXIT
}

# find_mirror yes|no: the URL of the security archive, or of the main one, in this
# machine's apt sources. Where `apt-get update` never ran, their origin is not known.
find_mirror()
{
	# shellcheck disable=SC2016 # the variables are apt's
	local format='$(ORIGIN)|$(COMPONENT)|$(RELEASE)|$(REPO_URI)'
	{
		apt-get indextargets --format "$format"
		apt-get indextargets --no-release-info --format "$format"
	} | awk -F'|' -v security="$1" '
		$1 == "Debian" || $1 ~ /^\$/ && $2 == "main" && $4 ~ /\/debian(-security)?\/?$/ {
			if (security == ($3 ~ /-security$/ ? "yes" : "no") && !seen++) {
				sub(/\/$/, "", $4)
				print $4
			}
		}'
}

find_mirrors()
{
	[[ ! ${mirror:-} ]] || return 0
	if [[ ${MODWARDEN_MIRROR:-} ]]; then
		mirror=${MODWARDEN_MIRROR%/}
		security_mirror=${MODWARDEN_SECURITY_MIRROR-$mirror-security}
	else
		mirror=$(find_mirror no)
		security_mirror=${MODWARDEN_SECURITY_MIRROR-$(find_mirror yes)}
	fi
	[[ $mirror ]] || die 1 "no Debian archive in this machine's apt sources: set MODWARDEN_MIRROR"
	[[ -r $keyring ]] || die 1 "cannot read '$keyring': install debian-archive-keyring or set MODWARDEN_KEYRING"
}

write_sources()
{
	local suite=$1 base=${1%-backports}
	printf "deb [signed-by=$keyring] %s %s main\n" "$mirror" "$base"
	[[ -z $security_mirror ]] || printf "deb [signed-by=$keyring] %s %s main\n" "$security_mirror" "$base-security"
	[[ $suite == "$base" ]] || printf "deb [signed-by=$keyring] %s %s main\n" "$mirror" "$suite"
}

# Old suites have expired; their signatures are checked all the same.
write_apt_conf()
{
	local suite=$1 dir=$2
	cat <<-END
		#clear APT::Update::Post-Invoke;
		#clear APT::Update::Post-Invoke-Success;
		#clear APT::Architectures;
		Dir::State "$dir";
		Dir::State::status "$dir/status";
		Dir::State::lists "$dir/lists";
		Dir::Cache "$dir";
		Dir::Cache::pkgcache "pkgcache.bin";
		Dir::Etc::sourcelist "$dir/sources.list";
		Dir::Etc::sourceparts "/dev/null";
		Dir::Etc::preferences "/dev/null";
		Dir::Etc::preferencesparts "/dev/null";
		APT::Architecture "amd64";
		APT::Architectures { "amd64"; };
		APT::Install-Recommends "false";
		APT::Sandbox::User "";
		APT::Update::Error-Mode "any";
		Acquire::Check-Valid-Until "false";
		Acquire::Languages "none";
		Acquire::Retries "3";
	END
	# Not for plain suites: it would hide their security updates.
	[[ $suite != *-backports ]] || printf 'APT::Default-Release "%s";\n' "$suite"
}

# use_suite SUITE: points apt at a suite and reads its package lists, once.
use_suite()
{
	local dir=$work/apt/$1 output
	apt_conf=$dir/apt.conf
	[[ ! ${suite_ready[$1]:-} ]] || return 0
	find_mirrors
	mkdir -p "$dir/lists/partial" "$dir/archives/partial"
	: >"$dir/status"
	write_sources "$1" >"$dir/sources.list"
	write_apt_conf "$1" "$dir" >"$apt_conf"
	if ! output=$(apt-get -c "$apt_conf" -q update 2>&1); then
		printf '%s\n' "$output" >&2
		[[ $output != *'does not have a Release file'* ]] ||
			die "$RIG_SKIP" "suite '$1' is not in the archive (any more): skip what needs it"
		die 1 "cannot read the package lists of suite '$1': is the archive reachable?"
	fi
	suite_ready[$1]=1
}

# from_backports SUITE: what to add to a package's name, so that where the backports have
# it no more, the base suite's does not take its place.
from_backports()
{
	[[ $1 != *-backports ]] || printf '/%s' "$1"
}

# resolve FILTER PACKAGE...: sets packages to NAME=VERSION of the packages and of all they
# depend on, as far as the name matches the regular expression.
resolve()
{
	local filter=$1 plan
	shift
	plan=$(apt-get -c "$apt_conf" -qq --simulate install "$@") ||
		die "$RIG_SKIP" "no package '$*' in the archive (any more): skip what needs it"
	mapfile -t packages < <(sed -nE 's/^Inst ([^ ]+) \(([^ ]+) .*/\1=\2/p' <<<"$plan" |
		grep -E "^($filter)=" | sort)
}

# version_of PACKAGE: its version among the packages.
version_of()
{
	printf '%s\n' "${packages[@]}" | sed -n "s/^$1=//p"
}

# up_to_date DIR: whether DIR was made from the very packages.
up_to_date()
{
	[[ -e $1/packages && $(printf '%s\n' "${packages[@]}") == "$(<"$1/packages")" ]]
}

# unpack DIR: downloads the packages and unpacks them into DIR.
unpack()
{
	local dir=$1 debs deb quiet=-qq
	debs=$(mktemp -d "$work/debs.XXXXXX")
	[[ ! -t 2 ]] || quiet=-q=0
	(cd "$debs" && apt-get -c "$apt_conf" "$quiet" download "${packages[@]}") >&2 ||
		die 1 "cannot download the packages"
	for deb in "$debs"/*.deb; do
		[[ -t 2 ]] || say "${deb##*/} $(du -k "$deb" | cut -f1) kB"
		dpkg-deb --fsys-tarfile "$deb" | tar -x --keep-directory-symlink -C "$dir"
	done
	rm -r "$debs"
}

# install_dir FROM TO: in one step, because others read the cache without the lock.
install_dir()
{
	printf '%s\n' "${packages[@]}" >"$1/packages"
	mkdir -p "${2%/*}"
	[[ ! -e $2 ]] || mv -T "$2" "$work/old"
	mv -T "$1" "$2"
	rm -rf "$work/old"
}
