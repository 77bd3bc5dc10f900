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
