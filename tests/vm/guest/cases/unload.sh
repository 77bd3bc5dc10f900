# shellcheck shell=dash disable=SC2016 # the single quotes hold jq programs
# Who may unload what, and names that are made to be read too late.

# _kept NAME: a listed module that is there, and stays until the last phase.
_kept()
{
	local file
	file=$(unsigned_copy "$1")
	listed "$file"
	before || is_loaded "$1" || gives 0 finit "$file"
}

# _unloads EXPECTED WORDS...: what the tool `unload` says.
_unloads()
{
	local expected=$1 outcome
	shift
	outcome=$($unload "$@") || fail "'unload $*' could not try"
	[ "$outcome" = "$expected" ] || fail "'unload $*' gave $outcome instead of $expected"
}

_of_unload() { printf '.op? == "unload" and .module.name == "%s" and .verdict == "%s"' "$1" "$2"; }

# In the first and the last phase everybody may unload; one round of it.
_goes_without_gates()
{
	if before; then
		loads "$1" finit "$(unsigned_copy "$1")"
	else
		_unloads 0 plain "$1"
	fi
}

denies_unload_by_name()
{
	op=unload deny 'module: ts_kmp'
	_kept ts_kmp
	if unguarded; then
		_goes_without_gates ts_kmp
		return
	fi
	_unloads EPERM plain ts_kmp
	is_loaded ts_kmp || fail 'it is gone'
	expect_record "$(_of_unload ts_kmp deny)" '.enforced == true' ".rule == \"$case\"" '.reason == "rule"' \
		'.gate == "unload"' '.module.name_source == "caller"' '.syscall.name == "delete_module"' \
		'.syscall.exit == -1' '.syscall.errno == "EPERM"' '.syscall.flags == ["nonblock"]' \
		'.process.exe == "/root/unload"' '.process.euid == 0' '.container == null' '.lost == {}'
}

denies_forced_unload_by_name()
{
	op=unload deny 'module: ts_fsm'
	_kept ts_fsm
	if unguarded; then
		_goes_without_gates ts_fsm
		return
	fi
	_unloads EPERM force ts_fsm
	is_loaded ts_fsm || fail 'it is gone'
	expect_record "$(_of_unload ts_fsm deny)" '.enforced == true' '.reason == "rule"' \
		'.syscall.flags == ["force", "nonblock"]' '.syscall.errno == "EPERM"'
}

allows_unload_by_the_right_caller()
{
	local file
	op=unload allow 'module: sch_choke' 'uid: 1234' 'loader: /root/load'
	op=unload deny 'module: sch-choke'
	file=$(unsigned_copy sch_choke)
	listed "$file"
	loads sch_choke -u 1234 finit "$file" + delete sch_choke + finit "$file"
	guarded || return 0
	expect_record "$(_of_unload sch_choke allow)" '.enforced == false' ".rule == \"$case\"" '.reason == "rule"' \
		'.gate == "unload"' '.module.name_source == "kernel"' '.syscall.exit == 0' \
		'.process.euid == 1234' '.process.exe == "/root/load"'
	gives 0 finit "$file"
	_unloads EPERM plain sch_choke
	gives EPERM delete sch_choke
	expect_record "$(_of_unload sch_choke deny)" ".rule == \"$case.1\"" '.process.euid == 0'
	$load -u 1234 delete sch_choke >"$state/attempt"
	! is_loaded sch_choke || fail "the right caller got $(cat "$state/attempt")"
}

tells_of_unloads_that_no_rule_names()
{
	local file
	file=$(unsigned_copy sch_drr)
	listed "$file"
	loads sch_drr finit "$file"
	expect_record "$(_of_unload sch_drr allow)" '.rule == null' '.reason == "default"' \
		'.module.name_source == "kernel"' '.syscall.exit == 0' '.syscall.errno == null'
	gives ENOENT delete sch_drr
	expect_record "$(_of_unload sch_drr allow) and .syscall.exit != 0" '.syscall.errno == "ENOENT"' \
		'.module.name_source == "caller"'
}

an_unload_without_the_capability_leaves_no_record()
{
	gives EPERM -d delete ts_kmp
	# All capabilities in a user namespace of one's own are none here.
	[ "$(/root/unshare -U -r $unload plain ts_kmp)" = EPERM ] || fail 'root of a user namespace unloads'
	no_record_but_of "$(unsigned_copy nls_cp437)"
}

# A gate cannot wait for the page; what a rule cannot read for that is denied.
denies_a_name_in_an_untouched_page()
{
	local file
	file=$(unsigned_copy sch_codel)
	listed "$file"
	gives 0 finit "$file"
	if unguarded; then
		_unloads 0 untouched sch_codel
		return
	fi
	_unloads EPERM untouched sch_codel
	is_loaded sch_codel || fail 'it is gone'
	expect_record '.op? == "unload" and .process.exe == "/root/unload"' '.verdict == "deny"' \
		'.reason == "unreadable"' '.gate == "unload"' '.module.name == null' '.syscall.errno == "EPERM"'
	_unloads 0 plain sch_codel
}

# One caller makes the kernel wait for its page; that must open nothing for another on its CPU.
a_name_that_is_waited_for_opens_nothing()
{
	op=unload deny 'module: ts_bm'
	_kept ts_bm
	if before; then
		gives 0 finit "$(unsigned_copy ts_bm)"
		_unloads 0 parked ts_bm nosuch
		return
	elif unguarded; then
		_unloads 0 parked ts_bm nosuch
		return
	fi
	_unloads EPERM parked ts_bm nosuch
	is_loaded ts_bm || fail 'it is gone'
}

_races() { since_mark | jq -n '[inputs | select(.op? == "unload" and .reason == "race")] | length'; }
_races_are() { [ "$(_races)" = "$1" ]; }

# The name is the caller's memory: what was judged may be another. That cannot be refused, but told.
tells_of_each_unload_whose_name_was_swapped()
{
	local file gone=0 round=0
	op=unload deny 'module: sch_prio'
	file=$(signed_copy sch_prio)
	listed "$file"
	if unguarded; then
		before || ! is_loaded sch_prio || unload sch_prio
		loads sch_prio finit "$file"
		return
	fi
	while [ $round -lt 5 ]; do
		round=$((round + 1))
		gives 0 finit "$file"
		[ "$($unload swapped sch_prio nosuch 2000)" = gone ] || {
			_unloads EPERM plain sch_prio
			break
		}
		gone=$((gone + 1))
	done
	echo "$gone unloads slipped through"
	patience=100 until_true _races_are $gone || fail "$(_races) races are told of $gone"
	[ $gone -gt 0 ] || return 0
	expect_record '.op? == "unload" and .reason == "race"' '.verdict == "deny"' '.enforced == false' \
		'.module.name == "sch_prio"' '.module.name_source == "kernel"' '.syscall.exit == 0'
	expect_record '.type == "tamper"' '.reason == "gate_hole"' '.module.name == "sch_prio"'
}
