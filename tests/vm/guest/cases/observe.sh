# shellcheck shell=dash disable=SC2016 # the single quotes hold jq programs
# The tier without gates: nothing is refused, and what would have been is told, as far as the
# beginning and the end of a system call show it.

_observed() { printf '.op? == "load" and .module.path == "%s"' "$1"; }

observes_a_load_by_the_kernels_name_and_signature()
{
	local file
	file=$(signed_copy nls_cp932)
	rule prior.yaml deny 'module: nls-cp932' 'signed: true'
	loads nls_cp932 finit "$file"
	expect_record "$(_observed "$file")" '.type == "operation"' '.verdict == "deny"' '.enforced == false' \
		'.mode == "monitor"' '.reason == "rule"' ".rule == \"$case\"" '.gate == "loaded"' \
		'.module.name == "nls_cp932"' '.module.name_source == "kernel"' '.module.signature == "valid"' \
		'.module.sha256 == null' '.module.source == "file"' '.syscall.name == "finit_module"' \
		'.syscall.abi == "x86_64"' '.syscall.exit == 0' '.process.exe == "/root/load"' '.process.euid == 0' \
		'.lost == {}'
}

observes_a_load_from_memory()
{
	local file
	file=$(unsigned_copy nls_cp737)
	prior 'module: nls_cp737' 'source: memory' 'signed: false'
	loads nls_cp737 init "$file"
	expect_record '.op? == "load" and .module.name == "nls_cp737"' '.verdict == "allow"' ".rule == \"$case\"" \
		'.gate == "loaded"' '.module.source == "memory"' '.module.path == null' \
		'.module.taints | index("unsigned") != null' '.syscall.name == "init_module"' '.syscall.exit == 0'
}

observes_by_path()
{
	local file
	file=$(unsigned_copy nls_cp775)
	prior "path: $file"
	loads nls_cp775 finit "$file"
	expect_record "$(_observed "$file")" '.verdict == "allow"' ".rule == \"$case\"" '.gate == "loaded"' \
		'.module.name == "nls_cp775"' '.syscall.exit == 0'
}

observes_that_a_digest_cannot_be_told()
{
	local file
	file=$(unsigned_copy nls_cp850)
	listed "$file"
	loads nls_cp850 finit "$file"
	expect_record "$(_observed "$file")" '.verdict == "deny"' '.enforced == false' '.reason == "undecided"' \
		'.gate == "loaded"'
}

observes_an_unload()
{
	local file
	file=$(unsigned_copy nls_cp852)
	op=unload deny 'module: nls_cp852'
	loads nls_cp852 finit "$file"
	expect_record '.op? == "unload" and .module.name == "nls_cp852"' '.verdict == "deny"' '.enforced == false' \
		".rule == \"$case\"" '.gate == "exit"' '.module.name_source == "kernel"' '.syscall.exit == 0' \
		'.syscall.name == "delete_module"'
}

observes_an_autoload()
{
	op=autoload deny 'alias: net-pf-41' 'uid: 1000'
	[ "$($ask -u 1000 socket 41)" = ESOCKTNOSUPPORT ] || fail 'no module came'
	unload kcm
	expect_record '.op? == "autoload" and .requester.alias == "net-pf-41"' '.verdict == "deny"' \
		'.enforced == false' ".rule == \"$case\"" '.gate == "request"' '.process.uid == 1000'
}

observes_what_the_kernel_refuses()
{
	local file=$modules/$case
	head -c 4096 /dev/zero >"$file"
	gives ENOEXEC finit "$file"
	expect_record "$(_observed "$file")" '.verdict == "deny"' '.enforced == false' '.reason == "kernel"' \
		'.gate == "exit"' '.syscall.errno == "ENOEXEC"'
}

observes_nothing_without_the_capability()
{
	local others file=$modules/$case.ko
	gives EPERM -d finit "$(unsigned_copy nls_cp855)"
	guarded || return 0
	cp "$(unsigned_copy nls_cp855)" "$file"
	loads nls_cp855 finit "$file"
	expect_record "$(_observed "$file")" '.syscall.exit == 0'
	others=$(since_mark | jq -c "select(.op? == \"load\" and .process.pid > $last_pid and .syscall.exit != 0)")
	[ ! "$others" ] || fail "there are other records: $others"
}

# It works, and cannot do what gates are for.
is_not_ready_where_nothing_can_be_refused()
{
	guarded || return 0
	/usr/lib/shell/busybox wget -O - http://127.0.0.1:19777/readyz 2>"$state/said" && fail 'it is ready'
	grep -q '503 Service Unavailable' "$state/said" || fail "it says: $(cat "$state/said")"
	[ "$(/usr/lib/shell/busybox wget -q -O - http://127.0.0.1:19777/healthz)" = '{"alive":true}' ] || fail 'it is not alive'
}

# No program is there that could take the kernel's stamp.
observes_the_audit_event_by_time_and_process()
{
	local file
	file=$(signed_copy nls_cp869)
	prior "path: $file"
	guarded || return 0
	audit_on
	loads nls_cp869 finit "$file"
	expect_record "$(_observed "$file")" '.audit.join == "guess"' '.audit.recorded == "yes"' \
		'.audit.key == "module_load"' '.audit.key_known == true' '.audit.serial > 0'
	expect_record '.op? == "unload" and .module.name == "nls_cp869"' '.audit.join == "guess"' \
		'.audit.key == "module_unload"'
	audit_off
}
