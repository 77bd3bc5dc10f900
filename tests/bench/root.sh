# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# For sections that load BPF into this machine's kernel. Sourced only.

# as_root PROGRAM...: 77 where nobody may be.
as_root()
{
	if [[ $EUID == 0 ]]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo env BENCH_ROWS="${BENCH_ROWS-}" "$@"
	else
		echo 'skipped: neither root nor sudo'
		return 77
	fi
}
