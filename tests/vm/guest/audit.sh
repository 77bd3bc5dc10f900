# shellcheck shell=dash disable=SC2154 # lib.sh sets more
# The kernel's audit, with auditd and without. Sourced by main.sh after lib.sh.

audit_log=/var/log/audit/audit.log

# audit_field NAME: of the kernel's status: enabled, pid, lost, backlog ...
audit_field() { auditctl -s | sed -n "s/^$1 //p"; }

# audit_on [KEY]: audit is enabled, and its only rules are those on the module system calls.
audit_on()
{
	local abi
	{
		auditctl -D && auditctl -e 1 && auditctl -r 0 && auditctl -b 8192
	} >/dev/null || fail 'audit cannot be enabled'
	for abi in b64 b32; do
		auditctl -a always,exit -F arch=$abi -S init_module,finit_module -k "${1:-module_load}" &&
			auditctl -a always,exit -F arch=$abi -S delete_module -k module_unload ||
			fail 'the audit rules were not taken'
	done
}

# Later ones are not to pay for it.
audit_off() { auditctl -D >/dev/null && auditctl -e 0 >/dev/null; }

auditd_is_up() { [ "$(audit_field pid)" = "$auditd" ]; }
auditd_is_gone() { [ "$(audit_field pid)" = 0 ]; }

# start_auditd [SETTING...]: with a log that begins anew. Settings as in auditd.conf(5).
start_auditd()
{
	local setting
	mkdir -p /etc/audit/plugins.d "${audit_log%/*}"
	rm -f "$audit_log" "$audit_log".*
	{
		printf '%s = IGNORE\n' space_left_action admin_space_left_action disk_full_action disk_error_action
		printf '%s\n' "log_file = $audit_log" 'log_format = ENRICHED' 'flush = NONE' 'max_log_file = 8' \
			'num_logs = 5' 'max_log_file_action = ROTATE' 'space_left = 2' 'admin_space_left = 1'
		for setting; do
			echo "$setting"
		done
	} >/etc/audit/auditd.conf
	chmod 640 /etc/audit/auditd.conf
	auditd -n >"$state/auditd.said" 2>&1 &
	auditd=$!
	until_true auditd_is_up || fail "auditd did not start: $(cat "$state/auditd.said"; dmesg | tail -n 3)"
}

stop_auditd()
{
	kill -TERM "$auditd" && wait "$auditd"
	until_true auditd_is_gone || fail 'auditd did not end'
}

# What of the log ausearch finds, as text; none is none.
audit_search() { ausearch --input-logs -if "$audit_log" "$@" 2>/dev/null; }
