# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: GPL-2.0-or-later
# In the guest: what the measurements share. Figures are instructions: see count.c.

policy=/tmp/policy.yaml

# settle: empties caches, and puts memory in order: what was done before would count.
settle()
{
	sync
	echo 3 >/proc/sys/vm/drop_caches
	echo 1 >/proc/sys/vm/compact_memory
}

# start MODE [OPTION...]: modwarden, up and with its policy in force. Sets others: whose time is its.
start()
{
	: >/tmp/err
	modwarden run --policy $policy --mode "$1" --accept-race --output /tmp/records --format json \
		--listen 127.0.0.1 "${@:2}" >/dev/null 2>/tmp/err &
	pid=$!
	others=(-o "$pid")
	until grep -q 'SIGTERM stops' /tmp/err; do
		kill -0 "$pid" || { cat /tmp/err; exit 1; }
		sleep 0.1
	done
}

stop()
{
	kill "$pid"
	wait "$pid"
	others=()
	rm -f /tmp/records
}

# audit_on: the rules as modwarden's own verb writes them, which are what compliance asks for.
audit_on()
{
	modwarden audit rules --profile e8 >/tmp/rules
	{
		auditctl -D && auditctl -e 1 && auditctl -r 0 && auditctl -b 8192 && auditctl -R /tmp/rules
	} >/tmp/auditctl 2>&1 || { cat /tmp/auditctl; exit 1; }
}

audit_pid() { auditctl -s | sed -n 's/^pid //p'; }

# put WHAT PEER OURS THEIRS UNIT GOAL: a row of figures that are no instructions, for people too.
put()
{
	printf '  %-46s %9s %-3s  %-24s %9s %s\n' "$1" "$3" "$5" "$2" "$4" "$5"
	awk -v OFS='\t' -v what="$1" -v peer="$2" -v ours="$3" -v theirs="$4" -v unit="${5:+ $5}" -v goal="$6" 'BEGIN {
		print "row", what, peer, ours unit, theirs unit, sprintf("%.3f", theirs ? ours / theirs : 0), goal }'
}

# pid_of COMM: of a thread of the kernel's.
pid_of()
{
	local comm
	for comm in /proc/[0-9]*/comm; do
		[[ $(<"$comm") != "$1" ]] || { comm=${comm#/proc/}; echo "${comm%/comm}"; }
	done
}

# start_auditd: Sets others: its time and that of the kernel's thread which writes to it.
start_auditd()
{
	mkdir -p /etc/audit/plugins.d /var/log/audit
	printf '%s\n' 'log_file = /var/log/audit/audit.log' 'log_format = ENRICHED' 'flush = INCREMENTAL_ASYNC' \
		'freq = 50' 'max_log_file = 8' 'num_logs = 5' 'max_log_file_action = ROTATE' 'space_left = 2' \
		'admin_space_left = 1' 'space_left_action = IGNORE' 'admin_space_left_action = IGNORE' \
		'disk_full_action = IGNORE' 'disk_error_action = IGNORE' >/etc/audit/auditd.conf
	chmod 640 /etc/audit/auditd.conf
	auditd -n >/tmp/auditd 2>&1 &
	auditd=$!
	until [[ $(audit_pid) == "$auditd" ]]; do
		kill -0 "$auditd" || { cat /tmp/auditd; exit 1; }
		sleep 0.1
	done
	others=(-o "$auditd" -o "$(pid_of kauditd)")
}

stop_auditd()
{
	kill "$auditd"
	wait "$auditd" || true # with a thread of its own to flush, it wants libgcc_s at the end, and aborts
	others=()
}

# note WHAT PEER OURS THEIRS GOAL: a row, with the ratio of the two.
note()
{
	awk -v OFS='\t' -v what="$1" -v peer="$2" -v ours="$3" -v theirs="$4" -v goal="$5" 'BEGIN {
		print "row", what, peer, sprintf("%.0f instructions", ours),
			sprintf("%.0f instructions", theirs), sprintf("%.3f", ours / theirs), goal }'
}

# counted: says of the rows what else should be known.
counted() { printf 'note\tIn a guest with Linux %s and one processor, which counts instructions.\n' "$(uname -r)"; }
