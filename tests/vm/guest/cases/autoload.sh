# shellcheck shell=dash disable=SC2016 # the single quotes hold jq programs
# Who may make the kernel load what: a socket, a file system, an algorithm. The family 41 has a module,
# kcm, and no stream sockets: ESOCKTNOSUPPORT says that the module came.

# _asks EXPECTED WORDS...: what the tool `ask` says.
_asks()
{
	local expected=$1 outcome
	shift
	outcome=$($ask "$@") || fail "'ask $*' could not try"
	[ "$outcome" = "$expected" ] || fail "'ask $*' gave $outcome instead of $expected"
}

_of_alias() { printf '.op? == "autoload" and .requester.alias == "%s"' "$1"; }

# _may_come NAME...: the stored files of these modules may be loaded, in whatever way modprobe does.
_may_come()
{
	local name
	for name; do
		listed "$(stored "$name")" "$(signed_copy "$name")"
	done
}

denies_autoload_by_socket_to_users()
{
	op=autoload deny 'alias: net-pf-41' 'uid: "!0"'
	_may_come kcm
	if unguarded; then
		_asks ESOCKTNOSUPPORT -u 1000 socket 41
		unload kcm
		return
	fi
	_asks EAFNOSUPPORT -u 1000 socket 41
	! is_loaded kcm || fail 'it is loaded'
	expect_record "$(_of_alias net-pf-41)" '.type == "operation"' '.verdict == "deny"' '.enforced == true' \
		".rule == \"$case\"" '.reason == "rule"' '.gate == "request"' '.process.exe == "/root/ask"' \
		'.process.uid == 1000' '.process.euid == 1000' '.requester.uid == 1000' \
		'.requester.kernel_thread == false' '.requester.pid == .process.pid' '.requester.id == .id' \
		'.module == null' '.syscall == null' '.lost == {}'
	_asks ESOCKTNOSUPPORT -u 0 socket 41
	unload kcm
}

names_whose_autoload_led_to_a_load()
{
	local file
	file=$(stored kcm)
	_may_come kcm
	guarded || return 0
	_asks ESOCKTNOSUPPORT -u 0 socket 41
	unload kcm
	expect_record "$(_of_alias net-pf-41)" '.verdict == "allow"' '.enforced == false' '.reason == "default"' \
		'.rule == null' '.requester.uid == 0'
	# Counted under one of an earlier case, it has that one's id, whatever part of it tells the count.
	id=$(since_mark | jq -r "select($(_of_alias net-pf-41)) | .id | sub(\"[.][0-9]+\$\"; \"\")" | tail -n 1)
	expect_record '.op? == "load" and .module.name == "kcm"' '.verdict == "allow"' '.syscall.exit == 0' \
		'.process.comm == "modprobe"' '.requester.alias == "net-pf-41"' '.requester.comm == "ask"' \
		'.requester.uid == 0' '.requester.kernel_thread == false' \
		".requester.id == \"$id\"" '.requester.pid != .process.pid' ".module.path == \"/usr$file\" or .module.path == \"$file\""
	# What is loaded by hand has no requester.
	modprobe kcm
	unload kcm
	expect_record '.op? == "load" and .module.name == "kcm"' '.requester == null' '.syscall.exit == 0'
}

# To modprobe, dash and underscore are the same. Its rule has to come before the next one's.
an_alias_with_the_other_dash_opens_nothing()
{
	op=autoload deny 'alias: fs-binfmt_misc' 'uid: 1000-'
	if unguarded; then
		[ "$($ask -n -u 1000 mount binfmt-misc)" = ENODEV ] || fail 'there is such a type'
		is_loaded binfmt_misc || fail 'no module came'
		unload binfmt_misc
		return
	fi
	_asks ENODEV -n -u 1000 mount binfmt-misc
	! is_loaded binfmt_misc || fail 'it is loaded'
	expect_record "$(_of_alias fs-binfmt-misc)" '.verdict == "deny"' ".rule == \"$case\""
}

denies_autoload_by_mount_to_users_in_their_own_namespaces()
{
	op=autoload deny 'alias: fs-*' 'uid: 1000-'
	_may_come zonefs
	if unguarded; then
		[ "$($ask -n -u 1000 mount zonefs)" != ENODEV ] || fail 'no module came'
		unload zonefs
		return
	fi
	_asks ENODEV -n -u 1000 mount zonefs
	! is_loaded zonefs || fail 'it is loaded'
	expect_record "$(_of_alias fs-zonefs)" '.verdict == "deny"' ".rule == \"$case\"" '.gate == "request"' \
		'.process.euid == 1000' '.requester.kernel_thread == false'
	[ "$($ask mount zonefs)" != ENODEV ] || fail 'root gets no module'
	unload zonefs
	expect_record '.op? == "load" and .module.name == "zonefs"' '.requester.alias == "fs-zonefs"'
}

# The crypto manager, a kernel thread, asks for the template on behalf of nobody knows whom.
denies_autoload_of_crypto_templates_through_the_kernels_thread()
{
	op=autoload deny 'alias: crypto-adiantum' 'uid: "!0"'
	! before || modprobe algif_skcipher || fail 'cannot load algif_skcipher'
	if unguarded; then
		_asks 0 -u 65534 alg skcipher 'adiantum(xchacha12,aes)'
		until_true _goes_away adiantum || fail 'it cannot be unloaded'
		return
	fi
	_asks ENOENT -u 65534 alg skcipher 'adiantum(xchacha12,aes)'
	! is_loaded adiantum || fail 'it is loaded'
	expect_record "$(_of_alias crypto-adiantum)" '.verdict == "deny"' '.enforced == true' ".rule == \"$case\"" \
		'.gate == "request"' '.requester.kernel_thread == true' '.process.exe == null' \
		'.container == null'
}

_goes_away() { ! is_loaded "$1" || [ "$($unload plain "$1")" = 0 ]; }

denies_autoload_in_a_container()
{
	op=autoload deny 'alias: net-pf-41' 'container: any'
	_may_come kcm
	if unguarded; then
		[ "$(_in_cgroup "$_container_group" $ask socket 41)" = ESOCKTNOSUPPORT ] || fail 'no module came'
		unload kcm
		return
	fi
	[ "$(_in_cgroup "$_container_group" $ask socket 41)" = EAFNOSUPPORT ] || fail 'a module came'
	expect_record "$(_of_alias net-pf-41)" '.verdict == "deny"' ".rule == \"$case\"" \
		".container.id == \"$_container\"" ".requester.container == \"$_container\""
}

folds_identical_autoloads()
{
	local i=0
	guarded || return 0
	while [ $i -lt 200 ]; do
		i=$((i + 1))
		$ask -u 1000 socket 41
	done >"$state/asked"
	[ "$(sort -u "$state/asked")" = EAFNOSUPPORT ] || fail "it gave $(sort -u "$state/asked")"
	until_true _sum_is_at_least "$(_of_alias net-pf-41)" 200 || fail "$(_sum "$(_of_alias net-pf-41)") are told of"
	[ "$(_sum "$(_of_alias net-pf-41)")" = 200 ] || fail "$(_sum "$(_of_alias net-pf-41)") are told of"
	[ "$(since_mark | jq -c "select($(_of_alias net-pf-41))" | wc -l)" -lt 100 ] || fail 'they are not folded'
}
