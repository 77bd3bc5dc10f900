# shellcheck shell=dash disable=SC2016 # the single quotes hold jq programs
# What else comes along the same hooks and functions, and what a load leaves behind.

leaves_kexec_alone()
{
	head -c 5000 /dev/urandom >"$modules/$case"
	gives ENOEXEC kexec "$modules/$case"
	no_record_but_of "$(unsigned_copy nls_cp437)"
}

leaves_an_ima_policy_alone()
{
	local file=/sys/kernel/security/ima/policy answer
	[ -e $file ] || skip "this boot has no IMA"
	echo 'no such rule' >"$modules/$case"
	answer=$( (echo "$modules/$case" >$file) 2>&1)
	case $answer in
	*'Invalid argument'*) ;;
	*) fail "the kernel says $answer" ;;
	esac
	no_record_but_of "$(unsigned_copy nls_cp437)"
}

leaves_firmware_loads_alone()
{
	local trigger=/sys/devices/virtual/misc/test_firmware/trigger_request
	[ "$(stored test_firmware)" ] ||
		skip "this kernel has no module test_firmware and nothing else that asks for firmware here"
	mkdir -p /lib/firmware
	echo 'no module' >/lib/firmware/modwarden.bin
	! before || modprobe test_firmware || fail "cannot load test_firmware"
	echo -n modwarden.bin >$trigger || fail "the firmware was refused"
	[ "$(cat /dev/test_firmware)" = 'no module' ] || fail "no firmware came"
	no_record_but_of "$(unsigned_copy nls_cp437)"
}

says_what_the_kernel_refuses_by_itself()
{
	local file
	file=$(unsigned_copy nls_cp1250)
	listed "$file"
	gives 0 finit "$file"
	gives EEXIST finit "$file"
	unload nls_cp1250
	expect_record "$(of "$file") and .syscall.exit != 0" '.verdict == "allow"' '.reason == "rule"' \
		".rule == \"$case\"" '.syscall.errno == "EEXIST"' '.module.taints == null'
}

# The first half of a load that the kernel ends leaves nothing that opens the second.
a_failed_load_leaves_nothing_to_the_next()
{
	local good bad
	good=$(unsigned_copy nls_cp1251)
	bad=$(renamed_copy nls_cp1251 nls_cp1255)
	listed "$good"
	unguarded || {
		# The kernel ends them early, later and late; then the same task tries what is not listed.
		for first in "finit $good x 1234" "init $modules/empty" "finit $good"; do
			: >"$modules/empty"
			# shellcheck disable=SC2086 # more than one
			$load $first + finit "$bad" + init "$bad" + delete nls_cp1251 >"$state/attempt"
			[ "$(sed -n 's/^[12] [a-z]* //p' "$state/attempt" | sort -u)" = 'EPERM 1' ] ||
				fail "after '$first' it gave $(cat "$state/attempt")"
		done
		# And the other way round: a refusal does not stick to the task.
		$load finit "$bad" + finit "$good" + delete nls_cp1251 >"$state/attempt"
		[ "$(cut -d ' ' -f 3 "$state/attempt" | tr '\n' ' ')" = 'EPERM 0 0 ' ] ||
			fail "after a refusal it gave $(cat "$state/attempt")"
	}
	loads nls_cp1251 finit "$good"
	denies nls_cp1255 finit "$bad"
}

# _fails_late NAME ERRNO: a listed module that the kernel cannot load here, and then by the same task one
# that is not listed.
_fails_late()
{
	local good bad
	good=$(unsigned_copy "$1")
	bad=$(unsigned_copy nls_cp437)
	listed "$good"
	gives "$2" finit "$good"
	if guarded; then
		$load finit "$good" + finit "$bad" + init "$good" + init "$bad" >"$state/attempt"
		[ "$(cut -d ' ' -f 3 "$state/attempt" | tr '\n' ' ')" = "$2 EPERM $2 EPERM " ] ||
			fail "it gave $(cat "$state/attempt")"
		! is_loaded nls_cp437 || fail 'nls_cp437 is loaded'
	fi
	expect_record "$(of "$good")" '.verdict == "allow"' '.reason == "rule"' ".rule == \"$case\"" \
		".syscall.errno == \"$2\"" ".module.name == \"$1\"" "$3"
	denied "$bad" default content
	denies nls_cp437 finit "$bad"
}

# Its dependencies are not loaded: it ends between the gates "unsigned" and "name".
a_load_that_misses_a_symbol_leaves_nothing_to_the_next()
{
	_fails_late intel_rapl_msr ENOENT '.module.name_source == "elf" and .module.taints == null'
}

# It has passed all gates, and its own code has run.
a_load_that_fails_in_its_init_leaves_nothing_to_the_next()
{
	_fails_late intel_powerclamp ENODEV '.module.name_source == "kernel" and (.module.taints | index("unsigned") != null)'
}

# With CAP_SYS_MODULE missing, the kernel refuses before any gate, and there is nothing to tell.
a_caller_without_the_capability_leaves_no_record()
{
	gives EPERM -d finit "$(unsigned_copy nls_cp1251)"
	no_record_but_of "$(unsigned_copy nls_cp437)"
}
