# shellcheck shell=dash
# The kernel argument, as /proc/cmdline has it.

kernel_argument_comes_before_the_option_and_the_policy()
{
	local said
	printf 'version: 1\nmode: enforce\ndefault: deny\nrules: []\n' >"$policy"
	printf '%s modwarden.mode=off modwarden.mode=monitor\n' "$(cat /proc/cmdline)" >"$state/cmdline"
	mount --bind "$state/cmdline" /proc/cmdline
	start_modwarden "$policy" --mode enforce || fail "modwarden did not start: $(cat "$state/stderr")"
	said=$(modwarden mode)
	umount /proc/cmdline
	modwarden_says 'neither monitor nor enforce: IGNORED' || fail "nothing is said: $(cat "$state/stderr")"
	[ "$said" = 'monitor (kernel argument modwarden.mode)' ] || fail "the mode is $said"
	loads nls_cp437 finit "$(unsigned_copy nls_cp437)"
	stop_modwarden
}
