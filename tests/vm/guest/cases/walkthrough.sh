# shellcheck shell=dash
# README's way from nothing to enforcing, word for word. The case starts modwarden by README's own command.

# _step COMMAND: it does what README says; `# fails` behind it means that it has to.
_step()
{
	local status=0
	echo "\$ $1"
	eval "$1" || status=$?
	case $1 in
	*'# fails'*) [ $status != 0 ] || fail "README: '$1' did not fail" ;;
	*) [ $status = 0 ] || fail "README: '$1' ended with $status" ;;
	esac
}

_is_up() { modwarden status >"$state/said" 2>&1; }

readme_leads_from_nothing_to_enforcing()
{
	local line steps=0
	sudo() { "$@"; }
	# What udev does at boot, and no guest: the machine's hardware has its modules.
	find /sys/devices -name modalias -exec cat {} + | sort -u | xargs -n 1 modprobe -q || true
	rm -rf /etc/modwarden
	# shellcheck disable=SC2064 # as it is called now
	trap 'modwarden stop; rmmod nls_cp850 nls_cp437; rm -rf /etc/modwarden /var/log/modwarden' EXIT
	sed -n '/^### From nothing to enforcing/,/^### [^F]/s/^ *\$ //p' /root/README.md >"$state/steps"
	while read -r line <&3; do
		_step "$line"
		steps=$((steps + 1))
		# A person would wait for it to say that it is up.
		case $line in
		*'&') until_true _is_up || fail "it does not come up: $(cat "$state/said")" ;;
		esac
	done 3<"$state/steps"
	[ $steps -ge 20 ] || fail "only $steps steps in README"
	modwarden status --json >"$state/said"
	jq -e '.mode.mode == "enforce" and .mode.source == "policy"' "$state/said" || fail "it does not enforce: $(cat "$state/said")"
	! modprobe nls_cp437 || fail 'it enforces nothing'
}
