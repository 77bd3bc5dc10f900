# shellcheck shell=dash disable=SC2016 # the single quotes hold jq programs
# A policy that ends with: nothing is unloaded any more, and nothing is loaded by invitation.

# No name is asked for, so none can be swapped, hidden or held back.
no_name_opens_an_unload()
{
	local file name=sch_plug
	file=$(signed_copy $name)
	if unguarded; then
		is_loaded $name || gives 0 finit "$file"
		unload $name
		return
	fi
	gives 0 finit "$file"
	for way in "plain $name" "force $name" "untouched $name" "parked $name nosuch"; do
		# shellcheck disable=SC2086 # more than one word
		outcome=$(timeout 20 $unload $way) || fail "'unload $way' could not try"
		[ "$outcome" = EPERM ] || fail "'unload $way' gave $outcome"
	done
	[ "$($unload swapped $name nosuch 500)" = there ] || fail 'it is gone'
	is_loaded $name || fail 'it is gone'
	expect_record '.op? == "unload"' '.verdict == "deny"' '.rule == "no-more"' '.reason == "rule"' \
		'.gate == "unload"' '.syscall.errno == "EPERM"'
}

nobody_makes_the_kernel_load()
{
	if unguarded; then
		[ "$($ask mount zonefs)" != ENODEV ] || fail 'no module came'
		unload zonefs
		return
	fi
	[ "$($ask mount zonefs)" = ENODEV ] || fail 'a module came'
	! is_loaded zonefs || fail 'it is loaded'
	expect_record '.op? == "autoload" and .requester.alias == "fs-zonefs"' '.verdict == "deny"' \
		'.enforced == true' '.rule == "no-more"' '.reason == "rule"' '.gate == "request"' \
		'.process.exe == "/root/ask"' '.module == null' '.syscall == null'
	# By hand it may still be had: that is no autoload.
	modprobe zonefs || fail 'modprobe fails'
	is_loaded zonefs || fail 'modprobe loads nothing'
}
