# shellcheck shell=dash disable=SC2016,SC2154 # the single quotes hold jq programs
# The audit rules that modwarden writes, as the kernel takes them, and as `audit check` sees them there.

_rules=/etc/audit/rules.d/75-kernel-modules.rules
_unit=/usr/lib/systemd/system/auditd.service

# _checked STATUS [JQ-FILTER...]: what it ends with, and what it says.
_checked()
{
	local expected=$1 status=0 filter
	shift
	modwarden audit check --json >"$state/checked" 2>"$state/said" || status=$?
	[ $status = "$expected" ] || fail "audit check gave $status instead of $expected: \
$(jq -c '[.findings[] | select(.severity == "error")]' "$state/checked") $(cat "$state/said")"
	for filter; do
		jq -e "$filter" "$state/checked" >/dev/null || fail "not so: $filter; $(jq -c .loaded "$state/checked")"
	done
}

# A machine whose units would load the rules of a profile.
_set_up()
{
	mkdir -p "${_rules%/*}" "${_unit%/*}" /etc/systemd/system/multi-user.target.wants
	modwarden audit rules --profile "$1" >"$_rules"
	printf '%s\n' '[Service]' 'ExecStart=/sbin/auditd' 'ExecStartPost=-/sbin/augenrules --load' >"$_unit"
	ln -sf "$_unit" /etc/systemd/system/multi-user.target.wants/auditd.service
	auditctl -D >/dev/null && auditctl -e 1 >/dev/null || fail 'audit cannot be enabled'
}

_clean_up()
{
	audit_off
	rm -f "$_rules" "$_unit" /etc/systemd/system/multi-user.target.wants/auditd.service
}

auditctl_takes_each_line_that_audit_rules_writes()
{
	local profile
	trap _clean_up EXIT
	for profile in e8 stig cis all; do
		_set_up "$profile"
		auditctl -R "$_rules" >"$state/taken" 2>&1 || fail "auditctl refuses $profile: $(cat "$state/taken")"
		[ "$(auditctl -l | grep -c '^-a')" = "$(grep -c '^-a' "$_rules")" ] ||
			fail "$profile: $(auditctl -l) instead of $(cat "$_rules")"
	done
}

audit_check_sees_the_rules_that_the_kernel_has()
{
	trap _clean_up EXIT
	_set_up e8
	_checked 1 '.loaded.seen' '.loaded.rules == 0' 'all(.checks[]; .pass)' 'all(.files.calls[]; .unset == "none")' \
		'all(.loaded.calls[]; .unset == "no_rule" and .system == "no_rule" and .user == "no_rule")' \
		'any(.findings[]; .remedy == "load them: augenrules --load")'
	auditctl -R "$_rules" >/dev/null 2>&1
	_checked 0 '.pass' '.loaded.rules == 4' \
		'all(.loaded.calls[]; .unset == "none" and .system == "none" and .user == "none")'
	auditctl -e 0 >/dev/null
	_checked 1 'any(.findings[]; .name == "disabled" and .severity == "error")'
}

audit_check_sees_what_hides_calls_in_the_kernel()
{
	trap _clean_up EXIT
	_set_up e8
	auditctl -R "$_rules" >/dev/null 2>&1
	# Also of callers that nobody tries.
	auditctl -A never,exit -F arch=b64 -S finit_module -F auid=4711
	_checked 1 '[.loaded.calls[] | select(.user == "never")] == [{call: "finit_module", bits: 64, unset: "none", system: "none", user: "never"}]' \
		'all(.files.calls[]; .user == "none")' 'any(.findings[]; .name == "never" and (.text | startswith("the kernel")))'
	auditctl -d never,exit -F arch=b64 -S finit_module -F auid=4711
	_checked 0
	auditctl -a always,exclude -F msgtype=SYSCALL
	_checked 1 'all(.loaded.calls[]; .unset == "never")'
	auditctl -d always,exclude -F msgtype=SYSCALL
	auditctl -a never,task -F uid=33
	_checked 1 'all(.loaded.calls[]; .unset == "never")'
}

audit_check_says_so_where_it_cannot_see_the_kernels_rules()
{
	trap _clean_up EXIT
	_set_up e8
	auditctl -R "$_rules" >/dev/null 2>&1
	unshare -p -f modwarden audit check --json >"$state/checked" 2>"$state/said"
	[ $? = 5 ] || fail "it did not end with 5: $(cat "$state/said" "$state/checked")"
	jq -e '.pass and (.loaded.seen | not) and (.loaded.reason | length > 10)' "$state/checked" >/dev/null ||
		fail "it does not say so: $(jq -c .loaded "$state/checked")"
}
