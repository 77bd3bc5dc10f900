# shellcheck shell=dash
# A kernel that lacks what the gates need.

doctor_says_what_an_old_kernel_lacks()
{
	_run_ends 4 'bpf_loop\|5\.17' modwarden doctor
}

run_ends_with_4_on_an_old_kernel()
{
	_write_policy
	_run_ends 4 'cannot guard this kernel' modwarden run --policy "$policy"
}

# This one is booted without audit.
enriching_a_trail_that_the_kernel_does_not_have_ends_with_4()
{
	_write_policy
	grep -qw audit=0 /proc/cmdline || fail 'audit is not off'
	_run_ends 4 'run without --audit-enrich' modwarden run --audit-enrich --policy "$policy"
}
