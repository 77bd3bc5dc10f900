# shellcheck shell=dash disable=SC2016,SC2154
# What modwarden's reader of the audit trail sees, beside auditd and without it.

reader_said=$state/reader
reader_module=nls_cp855

# _start_reader [PREFIX... --] [LOG_FILE]: until it has said what it reads.
_start_reader()
{
	: >"$reader_said"
	"$@" >"$reader_said" 2>&1 &
	reader=$!
	until_true grep -q '^source' "$reader_said" || fail "the reader says nothing: $(cat "$reader_said")"
}

_stop_reader()
{
	kill -TERM "$reader" && wait "$reader" || fail "the reader failed: $(cat "$reader_said")"
}

_reads() { grep -q "^source $1 " "$reader_said" || fail "it does not read $1: $(cat "$reader_said")"; }

# _has_seen SYSCALL SUCCESS EXIT KEY [ARCH]: exactly one, and it comes.
_call() { grep -c "^call [0-9.]*:[0-9]* $1 ${5:-c000003e} [0-9]* $2 $3 $4\$" "$reader_said"; }
_one_call() { [ "$(_call "$@")" = 1 ]; }
_has_seen()
{
	until_true _one_call "$@" || fail "not one call '$*' was seen: $(cat "$reader_said")"
}

# A load, one that the kernel refuses, and an unload.
_load_and_unload()
{
	gives 0 finit "$(signed_copy $reader_module)"
	gives EEXIST finit "$(signed_copy $reader_module)"
	unload $reader_module
}

_has_seen_all()
{
	_has_seen 313 yes 0 module_load
	_has_seen 313 no -17 module_load
	_has_seen 176 yes 0 module_unload
}

# Each stamp and serial that it saw is that of an event with this syscall in the log.
_agrees_with_the_log()
{
	local word stamp call rest
	while read -r word stamp call rest; do
		[ "$word" = call ] || continue
		grep -q "^type=SYSCALL msg=audit($stamp): arch=[0-9a-f]* syscall=$call " "$audit_log" ||
			fail "the log has no event $stamp of $call: $(cat "$audit_log")"
	done <"$reader_said"
}

_lost_nothing()
{
	_stop_reader
	grep -qx 'overruns 0' "$reader_said" || fail "it lost records: $(cat "$reader_said")"
}

the_reader_sees_module_calls_without_auditd()
{
	audit_on
	_start_reader /root/audit_reader
	_reads multicast
	_load_and_unload
	_has_seen_all
	_lost_nothing
	audit_off
}

the_reader_sees_module_calls_beside_auditd()
{
	audit_on 'my key'
	start_auditd
	_start_reader /root/audit_reader
	_reads multicast
	gives 0 finit "$(signed_copy $reader_module)"
	unload $reader_module
	_has_seen 313 yes 0 'my key'
	_has_seen 176 yes 0 module_unload
	_lost_nothing
	stop_auditd
	_agrees_with_the_log
	audit_off
}

the_reader_follows_auditds_log_through_rotation()
{
	audit_on
	start_auditd
	_start_reader /root/audit_reader "$audit_log"
	_reads file
	gives 0 finit "$(signed_copy $reader_module)"
	_has_seen 313 yes 0 module_load
	kill -USR1 "$auditd"
	until_true [ -e "$audit_log.1" ] || fail 'auditd does not rotate'
	gives EEXIST finit "$(signed_copy $reader_module)"
	_has_seen 313 no -17 module_load
	unload $reader_module
	_has_seen 176 yes 0 module_unload
	_lost_nothing
	stop_auditd
	audit_off
}

# Where the group can be joined and nothing ever comes.
the_reader_reads_the_log_in_another_network_namespace()
{
	audit_on
	start_auditd
	_start_reader /root/unshare --net /root/audit_reader
	_reads file
	grep -q 'not in the first network namespace' "$reader_said" || fail "$(cat "$reader_said")"
	_load_and_unload
	_has_seen_all
	_lost_nothing
	stop_auditd
	audit_off
}

# In another pid namespace, too, nobody can tell which network namespace is the first.
the_reader_reads_the_log_where_it_cannot_know_the_network_namespace()
{
	audit_on
	start_auditd
	_start_reader /root/unshare --net --pid --mount-proc --fork --kill-child /root/audit_reader
	_reads file
	_load_and_unload
	_has_seen_all
	kill -TERM "$(cat "/proc/$reader/task/$reader/children")"
	wait "$reader" || fail "the reader failed: $(cat "$reader_said")"
	stop_auditd
	audit_off
}

_forged='type=SYSCALL msg=audit(1700000000.123:456): arch=c000003e syscall=313 success=yes exit=0 ppid=1 pid=2 key="forged"'

# Whoever may send messages can put any text into one, on a line of its own, too.
the_reader_takes_no_message_of_a_process_for_the_kernels()
{
	audit_on
	start_auditd
	_start_reader /root/audit_reader
	/root/audit_say 1121 "x
$_forged
${_forged#* msg=}" || fail 'the message was not sent'
	/root/audit_say 1121 "${_forged#* msg=}" || fail 'the message was not sent'
	_load_and_unload
	_has_seen_all
	! grep -q forged "$reader_said" || fail "it was deceived: $(cat "$reader_said")"
	_lost_nothing
	_start_reader /root/audit_reader "$audit_log"
	/root/audit_say 1121 "x
$_forged
" || fail 'the message was not sent'
	_load_and_unload
	_has_seen_all
	! grep -q forged "$reader_said" || fail "it was deceived by the log: $(cat "$reader_said")"
	_lost_nothing
	stop_auditd
	grep -q forged "$audit_log" || fail 'nothing was tried'
	audit_off
}
