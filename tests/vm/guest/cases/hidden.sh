# shellcheck shell=dash disable=SC2016 # the single quotes hold jq programs
# Modules that are loaded: those that were before modwarden, those that hide, those that are gone and
# may be; and who signed them. The distribution's mac-* are of these cases only.

# _expect_module NAME REASON CLAIM...: a record of type module, since modwarden started.
_expect_module()
{
	local name=$1 reason=$2
	guarded || return 0
	shift 2
	echo 0 >"$state/mark"
	expect_record ".type == \"module\" and .module.name == \"$name\" and .reason == \"$reason\"" \
		'.schema == "modwarden/1"' '.policy.generation == 1' '.lost == {}' "$@"
}

# _stays_loaded NAME LOAD_ARGUMENTS...: from before modwarden starts until it has gone.
_stays_loaded()
{
	local name=$1
	shift
	! before || gives 0 "$@"
	[ "$phase" != after ] || unload "$name"
}

_signer() { modinfo -F signer "$(stored "$1")"; }

reports_what_was_loaded_before_it()
{
	local file
	file=$(stored mac-celtic)
	listed "$file" "$(signed_copy mac-celtic)"
	! before || modprobe mac-celtic || fail "cannot load mac-celtic"
	_expect_module mac_celtic baseline '.verdict == "allow"' ".rule == \"$case\"" \
		".module.sha256 == \"$(digest "$file")\"" ".module.path == \"$(realpath "$file")\"" \
		".module.signer == \"$(_signer mac-celtic)\"" '.module.taints == []' '.detail == null'
	[ "$phase" != after ] || unload mac_celtic
}

reports_what_it_would_have_refused()
{
	deny 'module: mac-croatian'
	! before || modprobe mac-croatian || fail "cannot load mac-croatian"
	_expect_module mac_croatian baseline '.verdict == "deny"' ".rule == \"$case\"" \
		".module.sha256 == \"$(digest "$(stored mac-croatian)")\""
	[ "$phase" != after ] || unload mac_croatian
}

# From where it came is not to be seen any more.
says_on_what_its_verdict_would_have_depended()
{
	prior 'module: mac-inuit' 'source: memory'
	! before || modprobe mac-inuit || fail "cannot load mac-inuit"
	_expect_module mac_inuit baseline '.verdict == "pending"' '.rule == null' \
		".detail | contains(\"from the file: deny by default\")" \
		".detail | contains(\"from memory: allow by rule '$case'\")"
	[ "$phase" != after ] || unload mac_inuit
}

# Another module of the same name: what its file is now proves nothing.
does_not_take_another_file_for_what_was_loaded()
{
	prior 'module: mac-gaelic'
	_stays_loaded mac_gaelic finit "$(renamed_copy mac-celtic mac_gaelic)"
	_expect_module mac_gaelic baseline '.verdict == "allow"' ".rule == \"$case\"" \
		'.module.sha256 == null' '.module.signer == null' \
		".module.path == \"$(realpath "$(stored mac-gaelic)")\"" \
		'.module.taints | index("unsigned") != null' '.detail == "its file is of another build"'
}

reports_what_has_no_file()
{
	prior 'module: mw_fileless'
	_stays_loaded mw_fileless finit "$(template_copy mw_fileless)"
	_expect_module mw_fileless baseline '.verdict == "allow"' ".rule == \"$case\"" \
		'.module.sha256 == null' '.module.path == null' '.module.taints | index("unsigned") != null' \
		'.detail == "it has no file in /lib/modules"'
}

# A load has its own record.
reports_no_module_that_is_loaded_later()
{
	local file
	file=$(signed_copy mac-iceland)
	listed "$file"
	loads mac_iceland finit "$file"
	allowed "$file" "$case" name ".module.signer == \"$(_signer mac-iceland)\""
	_expect_module mac_celtic baseline
	guarded || return 0
	[ ! "$(since_mark | jq -c 'select(.type == "module" and .module.name == "mac_iceland")')" ] ||
		fail 'it is reported'
}

names_the_signer()
{
	local file
	file=$(stored mac-roman)
	listed "$file" "$(signed_copy mac-roman)"
	modprobe mac-roman || fail "cannot load mac-roman"
	unload mac_roman
	expect_record "$(of "$file") and .op == \"load\"" '.verdict == "allow"' '.module.signature == "valid"' \
		".module.signer == \"$(_signer mac-roman)\""
	loads mac_roman finit "$(signed_copy mac-roman)"
	allowed "$(signed_copy mac-roman)" "$case" name ".module.signer == \"$(_signer mac-roman)\""
	# From memory nobody can look at it again, and there is no signer where nothing was signed.
	loads mac_roman init "$(signed_copy mac-roman)"
	expect_record "$(of "$(signed_copy mac-roman)") and .module.source == \"memory\"" \
		'.module.signature == "valid"' '.module.signer == null'
	listed "$(unsigned_copy mac-roman)"
	loads mac_roman finit "$(unsigned_copy mac-roman)"
	allowed "$(unsigned_copy mac-roman)" "$case.1" name '.module.signer == null'
}

records_a_module_that_hides_in_its_init()
{
	local file
	file=$(template_copy mw_hiding)
	listed "$file"
	load_hidden mw_hiding
	allowed "$file" "$case" name '.module.name == "mw_hiding"' '.module.name_source == "kernel"' \
		'.syscall.params == "control=mw_hiding hide=1"' \
		'.module.taints | index("out_of_tree") != null'
	reveal mw_hiding
	unload mw_hiding
	file=$(template_copy mw_hidden)
	denies mw_hidden finit "$file"
	denied "$file" default content '.module.name == "mw_hidden"'
}

_vanished() { since_mark | jq -c 'select(.type == "module" and .reason == "vanished") | .module.name'; }

# Both views at once, and the list alone, as the simpler ones do.
tells_of_a_module_that_hides()
{
	local file
	file=$(template_copy mw_gone)
	listed "$file"
	load_hidden mw_gone
	_expect_module mw_gone vanished '.verdict == null' '.rule == null' \
		".module.sha256 == \"$(digest "$file")\"" '.module.taints | index("unsigned") != null' \
		'.module.path == null' '.detail == "neither in /proc/modules nor in /sys/module"'
	reveal mw_gone
	unload mw_gone
}

tells_of_a_module_that_hides_from_the_list_alone()
{
	local file
	file=$(template_copy mw_unlisted)
	listed "$file"
	gives 0 finit "$file" 'control=mw_unlisted hide=2'
	! is_listed mw_unlisted || fail 'it is still listed'
	[ -e /sys/module/mw_unlisted ] || fail 'it has left sysfs, too'
	_expect_module mw_unlisted vanished ".module.sha256 == \"$(digest "$file")\"" \
		'.detail == "not in /proc/modules, still in /sys/module"'
	reveal mw_unlisted
	unload mw_unlisted
}

finds_a_module_that_hid_before_it_started()
{
	local file
	file=$(template_copy mw_early)
	prior 'module: mw_early'
	! before || gives 0 finit "$file" 'control=mw_early hide=2'
	_expect_module mw_early vanished '.module.sha256 == null' \
		'.detail == "not in /proc/modules, still in /sys/module"'
	_expect_module mw_early baseline '.verdict == "allow"' '.module.taints | index("unsigned") != null'
	[ "$phase" = after ] || return 0
	reveal mw_early
	unload mw_early
}

# Whatever went before must have been told of when one that hides after it has been.
tells_of_no_module_that_was_unloaded()
{
	local file clock name
	file=$(signed_copy mac-turkish)
	clock=$(template_copy mw_clock)
	listed "$file" "$clock"
	guarded || { loads mac_turkish finit "$file"; return; }
	$load -n 30 cycle "$file" mac_turkish >"$state/attempt"
	grep -q '^0 cycle 0 30$' "$state/attempt" || fail "it gave $(cat "$state/attempt")"
	gives EINVAL finit "$clock" 'control=mw_clock error=22'
	loads mw_clock finit "$clock"
	load_hidden mw_clock
	until_true eval '[ "$(_vanished)" ]' || fail 'nothing is told of'
	[ "$(_vanished)" = '"mw_clock"' ] || fail "it tells of $(_vanished | tr '\n' ' ')"
	reveal mw_clock
	unload mw_clock
	echo 0 >"$state/mark"
	for name in mac_turkish $hammer_modules; do
		! _vanished | grep -q "\"$name\"" || fail "it tells of $name"
	done
}
