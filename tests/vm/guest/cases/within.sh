# shellcheck shell=dash disable=SC2016 # the single quotes hold jq programs
# What a listed module does within its own load, and what others do below /sys/module: none of it is
# a load.

# _only_record_besides FILE LOADED: since the mark, LOADED is the only thing on record but FILE's
# refusal, which comes last.
_only_record_besides()
{
	local file=$1 loaded=$2 others
	guarded || return 0
	gives EPERM finit "$file"
	denied "$file" default content
	others=$(since_mark | jq -c "select(.process.pid > $last_pid and .op? != \"unload\" and ($(of "$file") or $(of "$loaded") | not))")
	[ ! "$others" ] || fail "there are other records: $(echo "$others" | head -c 2000)"
}

# The firmware is a module that nothing lists, so that its bytes would be refused.
reads_firmware_within_a_load_unjudged()
{
	local file firmware=modwarden.$case
	file=$(template_copy mw_firmware)
	listed "$file"
	mkdir -p /lib/firmware
	cp "$(unsigned_copy nls_cp437)" "/lib/firmware/$firmware"
	loads mw_firmware finit "$file" "firmware=$firmware"
	allowed "$file" "$case" name '.module.name == "mw_firmware"' ".module.path == \"$file\""
	loads mw_firmware init "$file" "firmware=$firmware"
	_only_record_besides "$(unsigned_copy nls_cp437)" "$file"
	# It has been read: where there is none, the same module fails.
	gives ENOENT finit "$file" firmware=modwarden.none
	expect_record "$(of "$file") and .syscall.exit != 0" '.verdict == "allow"' ".rule == \"$case\"" \
		'.syscall.errno == "ENOENT"'
}

lets_an_init_function_add_nodes_below_sys_module()
{
	local file
	file=$(template_copy mw_adds_node)
	listed "$file"
	gives 0 finit "$file" "node=$case"
	[ -d "/sys/module/$case" ] || fail 'the node is not there'
	unload mw_adds_node
	[ ! -e "/sys/module/$case" ] || fail 'the node is still there'
	allowed "$file" "$case" name '.module.name == "mw_adds_node"'
	_only_record_besides "$(unsigned_copy nls_cp437)" "$file"
}

# As drivers do that are built in, at any time and from any task.
lets_other_tasks_add_nodes_below_sys_module()
{
	local file
	file=$(template_copy mw_orders_node)
	listed "$file"
	gives 0 finit "$file" "control=$case.$phase"
	order "$case.$phase" node "$case"
	[ -d "/sys/module/$case" ] || fail 'the node is not there'
	unload mw_orders_node
	_only_record_besides "$(unsigned_copy nls_cp437)" "$file"
}

lets_a_driver_register_below_its_own_node()
{
	local file
	file=$(signed_copy pci-pf-stub)
	listed "$file"
	gives 0 finit "$file"
	[ -e /sys/module/pci_pf_stub/drivers/pci:pci-pf-stub ] || fail "there is no driver"
	unload pci_pf_stub
	allowed "$file" "$case" name '.module.name == "pci_pf_stub"' '.module.signature == "valid"'
}

says_that_an_init_function_has_failed()
{
	local file trace=$case.$phase
	file=$(template_copy mw_fails)
	listed "$file"
	gives ENODEV finit "$file" "init_trace=$trace error=19"
	has_run "$trace" || fail 'its init function has not run'
	! is_visible mw_fails || fail 'it is loaded all the same'
	expect_record "$(of "$file")" '.verdict == "allow"' '.enforced == false' '.reason == "rule"' \
		".rule == \"$case\"" '.gate == "name"' '.syscall.exit == -19' '.syscall.errno == "ENODEV"'
}

# The kernel calls modprobe, which is another task: its load has a ticket and a record of its own.
judges_by_itself_what_an_init_function_requests()
{
	local file wanted unwanted
	file=$(template_copy mw_requests)
	wanted=$(stored mac-roman)
	unwanted=$(stored mac-turkish)
	listed "$file"
	listed "$wanted"
	loads mw_requests finit "$file" request=mac_roman
	unload mac_roman
	allowed "$file" "$case" name '.module.name == "mw_requests"'
	expect_record "$(of "$wanted")" '.verdict == "allow"' ".rule == \"$case.1\"" \
		'.module.name == "mac_roman"' '.process.comm == "modprobe"' '.process.exe == "/usr/bin/kmod"'
	if unguarded; then
		loads mw_requests finit "$file" request=mac_turkish
		unload mac_turkish
		return
	fi
	gives ENODATA finit "$file" request=mac_turkish
	! is_loaded mac_turkish || fail 'it has been loaded'
	expect_record "$(of "$unwanted")" '.verdict == "deny"' '.enforced == true' \
		'.process.comm == "modprobe"' '.syscall.exit < 0'
	expect_record "$(of "$file") and .syscall.exit != 0" '.verdict == "allow"' ".rule == \"$case\"" \
		'.syscall.errno == "ENODATA"'
}
