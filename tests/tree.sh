# shellcheck shell=bash disable=SC2034,SC2154 # it shares variables with those who source it
# SPDX-License-Identifier: GPL-2.0-or-later
# What the tests of generated policies share: a place to work in, modules made by the compiler, and
# what is claimed of the program. Sourced only.

modwarden=$(realpath "${O:-build}/modwarden")
here=$(realpath "$(dirname "$0")")
# A hundred thousand files are made.
work=$(TMPDIR=$([[ -w /dev/shm ]] && echo /dev/shm) mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work" || exit 1
umask 022
PATH=$PATH:/usr/sbin:/sbin
status=0

complain()
{
	echo "${0##*/}: $claim: $*" >&2
	status=1
}

# ends CODE WORD...: the exit status of a verb of policy; what it says is in ./out and ./said.
ends()
{
	local expected=$1 code=0
	shift
	"$modwarden" policy "$@" >out 2>said </dev/null || code=$?
	[[ $code == "$expected" ]] || complain "'$*' ended with $code, not $expected: $(<said)"
}

says() { grep -qF -e "$1" said || complain "it does not say '$1': $(<said)"; }
is() { [[ $1 == "$2" ]] || complain "'$1' instead of '$2'"; }
tidy() { is "$(find . -name '.modwarden.staged*')" ''; }

# ko PATH MODINFO NEEDS...: a module that gives a symbol of its name and needs those of others.
ko()
{
	local path=$1 name=${1##*/} info=$2 need needed='' calls=''
	name=${name%.ko}
	shift 2
	mkdir -p "${path%/*}"
	for need; do
		needed+="extern void ${need//-/_}(void);"
		calls+="${need//-/_}();"
	done
	"${CC:-cc}" -c -x c -o "$path" - <<-END || complain "cannot build $name"
		#define S(n) __attribute__((section(n), used))
		static const char info[] S(".modinfo") = "license=GPL\0name=${name//-/_}$info";
		static const char this[512] S(".gnu.linkonce.this_module") = "";
		static const char symbols[] S("__ksymtab_strings") = "${name//-/_}";
		$needed void init_module(void) { $calls }
	END
}

# modules DIGESTS: the names in a digest file.
modules() { sed -n 's|^[0-9a-f]\{64\}  .*/\([^/]*\)$|\1|p' "$1" | xargs; }
