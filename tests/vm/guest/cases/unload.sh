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
	op=unload deny 'module: tcp_bbr'
	_kept tcp_bbr
	if unguarded; then
		_goes_without_gates tcp_bbr
		return
	fi
	_unloads EPERM plain tcp_bbr
	is_loaded tcp_bbr || fail 'it is gone'
	expect_record "$(_of_unload tcp_bbr deny)" '.enforced == true' ".rule == \"$case\"" '.reason == "rule"' \
		'.gate == "unload"' '.module.name_source == "caller"' '.syscall.name == "delete_module"' \
		'.syscall.exit == -1' '.syscall.errno == "EPERM"' '.syscall.flags == ["nonblock"]' \
		'.process.exe == "/root/unload"' '.process.euid == 0' '.container == null' '.lost == {}'
}

denies_forced_unload_by_name()
{
	op=unload deny 'module: tcp_vegas'
	_kept tcp_vegas
	if unguarded; then
		_goes_without_gates tcp_vegas
		return
	fi
	_unloads EPERM force tcp_vegas
	is_loaded tcp_vegas || fail 'it is gone'
	expect_record "$(_of_unload tcp_vegas deny)" '.enforced == true' '.reason == "rule"' \
		'.syscall.flags == ["force", "nonblock"]' '.syscall.errno == "EPERM"'
}

allows_unload_by_the_right_caller()
{
	local file
	op=unload allow 'module: tcp_nv' 'uid: 1234' 'loader: /root/load'
	op=unload deny 'module: tcp-nv'
	file=$(unsigned_copy tcp_nv)
	listed "$file"
	loads tcp_nv -u 1234 finit "$file" + delete tcp_nv + finit "$file"
	guarded || return 0
	expect_record "$(_of_unload tcp_nv allow)" '.enforced == false' ".rule == \"$case\"" '.reason == "rule"' \
		'.gate == "unload"' '.module.name_source == "kernel"' '.syscall.exit == 0' \
		'.process.euid == 1234' '.process.exe == "/root/load"'
	gives 0 finit "$file"
	_unloads EPERM plain tcp_nv
	gives EPERM delete tcp_nv
	expect_record "$(_of_unload tcp_nv deny)" ".rule == \"$case.1\"" '.process.euid == 0'
	$load -u 1234 delete tcp_nv >"$state/attempt"
	! is_loaded tcp_nv || fail "the right caller got $(cat "$state/attempt")"
}

tells_of_unloads_that_no_rule_names()
{
	local file
	file=$(unsigned_copy nls_iso8859-2)
	listed "$file"
	loads nls_iso8859_2 finit "$file"
	expect_record "$(_of_unload nls_iso8859_2 allow)" '.rule == null' '.reason == "default"' \
		'.module.name_source == "kernel"' '.syscall.exit == 0' '.syscall.errno == null'
	gives ENOENT delete nls_iso8859_2
	expect_record "$(_of_unload nls_iso8859_2 allow) and .syscall.exit != 0" '.syscall.errno == "ENOENT"' \
		'.module.name_source == "caller"'
}

an_unload_without_the_capability_leaves_no_record()
{
	gives EPERM -d delete tcp_bbr
	# All capabilities in a user namespace of one's own are none here.
	[ "$(/root/unshare -U -r $unload plain tcp_bbr)" = EPERM ] || fail 'root of a user namespace unloads'
	no_record_but_of "$(unsigned_copy nls_cp437)"
}

# A gate cannot wait for the page; what a rule cannot read for that is denied.
denies_a_name_in_an_untouched_page()
{
	local file
	file=$(unsigned_copy tcp_cdg)
	listed "$file"
	gives 0 finit "$file"
	if unguarded; then
		_unloads 0 untouched tcp_cdg
		return
	fi
	_unloads EPERM untouched tcp_cdg
	is_loaded tcp_cdg || fail 'it is gone'
	expect_record '.op? == "unload" and .process.exe == "/root/unload"' '.verdict == "deny"' \
		'.reason == "unreadable"' '.gate == "unload"' '.module.name == null' '.syscall.errno == "EPERM"'
	_unloads 0 plain tcp_cdg
}

# One caller makes the kernel wait for its page; that must open nothing for another on its CPU.
a_name_that_is_waited_for_opens_nothing()
{
	op=unload deny 'module: tcp_dctcp'
	_kept tcp_dctcp
	if before; then
		gives 0 finit "$(unsigned_copy tcp_dctcp)"
		_unloads 0 parked tcp_dctcp nosuch
		return
	elif unguarded; then
		_unloads 0 parked tcp_dctcp nosuch
		return
	fi
	_unloads EPERM parked tcp_dctcp nosuch
	is_loaded tcp_dctcp || fail 'it is gone'
}

_races() { since_mark | jq -n '[inputs | select(.op? == "unload" and .reason == "race")] | length'; }
_races_are() { [ "$(_races)" = "$1" ]; }

# The name is the caller's memory: what was judged may be another. That cannot be refused, but told.
tells_of_each_unload_whose_name_was_swapped()
{
	local file gone=0 round=0
	op=unload deny 'module: tcp_lp'
	file=$(signed_copy tcp_lp)
	listed "$file"
	if unguarded; then
		loads tcp_lp finit "$file"
		return
	fi
	while [ $round -lt 5 ]; do
		round=$((round + 1))
		gives 0 finit "$file"
		[ "$($unload swapped tcp_lp nosuch 2000)" = gone ] || {
			_unloads EPERM plain tcp_lp
			break
		}
		gone=$((gone + 1))
	done
	echo "$gone unloads slipped through"
	patience=100 until_true _races_are $gone || fail "$(_races) races are told of $gone"
	[ $gone -gt 0 ] || return 0
	expect_record '.op? == "unload" and .reason == "race"' '.verdict == "deny"' '.enforced == false' \
		'.module.name == "tcp_lp"' '.module.name_source == "kernel"' '.syscall.exit == 0'
	expect_record '.type == "tamper"' '.reason == "gate_hole"' '.module.name == "tcp_lp"'
}
