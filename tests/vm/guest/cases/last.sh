# shellcheck shell=dash disable=SC2016 # the single quotes hold jq programs
# What cannot be undone without a boot, or takes from modwarden what it works with. Nothing of this
# is tried but with the gates up, and the order is that of the damage.

# _hold NUMBER: a load that does not end before it is told to; sets outcome to what became of it so
# far, or to nothing.
_hold()
{
	local name=mw_held_$1
	$load finit "$(template_copy "$name")" "control=$name hang=1" >"$state/$name" &
	until_true _hangs_or_has_ended "$name" || fail "the load of $name neither ends nor hangs"
	outcome=$(cut -d ' ' -f 3 "$state/$name")
}

_hangs_or_has_ended() { [ -s "$state/$1" ] || [ -e "/sys/kernel/$1/order" ]; }

_let_go()
{
	local name=mw_held_$1
	order "$name" go
	until_true [ -s "$state/$name" ] || fail "the load of $name does not end"
	grep -q ' 0 1$' "$state/$name" || fail "the load of $name gave $(cat "$state/$name")"
	unload "$name"
}

# Each processor has some room for tickets at hand, and gets more when that has run out.
_recovers()
{
	local processor load_here=$load
	for processor in 1 2; do
		local load="taskset $processor $load_here"
		until_true gets_in "$(template_copy "$1")" || fail 'there are no tickets any more'
		unload "$1"
	done
}

# Each load that has not ended keeps a ticket. Their memory is the control group's in which modwarden
# was started, and which it has left: so only tickets are short.
denies_where_no_ticket_can_be_had()
{
	local outcome='' held=0 i=0
	both_processors
	kernel_is_at_least 6 12 || skip "$(uname -r) gives tickets memory beyond any limit"
	allow 'module: mw_held_*'
	guarded || return 0
	echo "$modwarden" >/sys/fs/cgroup/cgroup.procs
	echo 0 >"/sys/fs/cgroup/$warden_group/memory.max"
	while [ $held -lt 40 ]; do
		_hold $held
		[ ! "$outcome" ] || break
		held=$((held + 1))
	done
	echo max >"/sys/fs/cgroup/$warden_group/memory.max"
	echo "$held tickets were to be had"
	[ "$outcome" = EPERM ] || fail "the load gave '$outcome'"
	expect_record '.reason? == "internal" and .syscall.exit' '.verdict == "deny"' \
		'.enforced == true' '.mode == "enforce"' '.gate == "start"' '.rule == null' \
		'.syscall.errno == "EPERM"' '.process.comm == "load"'
	while [ $i -lt $held ]; do
		_let_go $i
		i=$((i + 1))
	done
	_recovers mw_held_0
}

# What the one before has left behind.
tells_once_of_what_had_no_ticket()
{
	local twice
	kernel_is_at_least 6 12 || skip "$(uname -r) gives tickets memory beyond any limit"
	guarded || return 0
	echo 0 >"$state/mark"
	twice=$(since_mark | jq -r 'select(.reason? == "internal").id' | sort | uniq -d)
	[ ! "$twice" ] || fail "more than one record of $twice"
}

# _map_named NAME: the newest map of this name.
_map_named()
{
	bpftool -j map list | jq "[.[] | select(.name == \"$1\")][-1].id"
}

# _without_entry MAP KEY INNER REASON: what is listed is refused while the map INNER is not in the map of
# maps MAP.
_without_entry()
{
	local map file kept=/sys/fs/bpf/$case
	file=$(unsigned_copy nls_cp437)
	listed "$file"
	guarded || return 0
	map=$(_map_named "$1")
	bpftool map pin id "$(_map_named "$3")" "$kept" || fail "cannot keep $3"
	bpftool map delete id "$map" key "$2" 0 0 0 || fail "cannot delete in $1"
	gives EPERM finit "$file"
	bpftool map update id "$map" key "$2" 0 0 0 value pinned "$kept" || fail "cannot mend $1"
	rm "$kept"
	expect_record ".module.path? == \"$file\"" '.verdict == "deny"' '.enforced == true' \
		".reason == \"$4\"" '.gate == "start"' '.rule == null' '.syscall.errno == "EPERM"'
	loads nls_cp437 finit "$file"
	allowed "$file" "$case" name
}

denies_where_the_digests_are_gone() { _without_entry digests 1 digest_table internal; }
denies_where_the_policy_is_gone() { _without_entry policies 0 policy_image no_policy; }

# The gate "unsigned" stands behind lockdown where it is an LSM program, and before it where it is not.
tells_its_own_refusals_from_those_of_lockdown()
{
	local file lockdown=/sys/kernel/security/lockdown
	[ -e $lockdown ] || skip 'this boot has no lockdown'
	listed "$(template_copy mw_listed)"
	allow 'module: mw_not_signed' 'signed: true'
	allow 'module: mac_celtic' 'signed: true'
	guarded || return 0
	loads mw_listed finit "$(template_copy mw_listed)"
	echo integrity >$lockdown || fail 'the kernel cannot be locked down'
	file=$(template_copy mw_listed)
	gives EPERM finit "$file"
	expect_record "$(of "$file") and .syscall.exit != 0" '.verdict == "allow"' '.enforced == false' \
		'.reason == "rule"' ".rule == \"$case\"" '.syscall.errno == "EPERM"' '.module.taints == null'
	file=$(template_copy mw_not_signed)
	gives EPERM finit "$file"
	if [ "$mechanism" = lsm ]; then
		expect_record "$(of "$file")" '.verdict == "deny"' '.enforced == false' \
			'.reason == "kernel"' '.gate == "exit"' '.rule == null' '.syscall.errno == "EPERM"'
	else
		denied "$file" default unsigned
	fi
	file=$(template_copy mw_unlisted)
	gives EPERM finit "$file"
	denied "$file" default content
	loads mac_celtic finit "$(signed_copy mac-celtic)"
	allowed "$(signed_copy mac-celtic)" "$case.2" name '.module.signature == "valid"'
}

# The kernel refuses before it comes to a gate: there is nothing to tell.
leaves_everything_to_modules_disabled()
{
	local others file
	guarded || return 0
	echo 1 >/proc/sys/kernel/modules_disabled || fail 'modules cannot be disabled'
	for file in "$(signed_copy mac-celtic)" "$(unsigned_copy mac-celtic)"; do
		gives EPERM finit "$file"
		gives EPERM init "$file"
	done
	(echo 0 >/proc/sys/kernel/ftrace_enabled) 2>/dev/null
	expect_record '.type == "tamper"' '.reason == "trampolines"'
	others=$(since_mark | jq -c 'select(.type == "operation")')
	[ ! "$others" ] || fail "there are records: $(echo "$others" | head -c 2000)"
}

ends_with_0_all_the_same()
{
	[ "$phase" = after ] || return 0
	[ "$(cat "$state/exit_status")" = 0 ] || fail "it ended with $(cat "$state/exit_status")"
}
