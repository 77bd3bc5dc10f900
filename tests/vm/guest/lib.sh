# shellcheck shell=dash disable=SC2016 # the single quotes hold jq programs
# What the cases are written in. Sourced by main.sh; runs in busybox ash.
#
# A case is a function of cases/*.sh, and its name is a claim. It is run three times: before
# modwarden is started, while its gates are up, and after it has gone ($phase: before, guarded,
# after); what it says with the words below means in each phase what it has to mean there. Its
# policy rules, written in the first phase, become part of the session's policy.

here=${0%/*}
state=/run/test
modules=$state/modules
records=$state/records.json
policy=$state/policy.yaml
load=/root/load
forge=/root/forge
ask=/root/ask
unload=/root/unload

# Looks, a tenth of a second apart: long enough for any machine, and only a failure takes that long.
patience=400

# The shell would take its own ones.
depmod() { /usr/sbin/depmod "$@"; }
insmod() { /usr/sbin/insmod "$@"; }
lsmod() { /usr/sbin/lsmod "$@"; }
modinfo() { /usr/sbin/modinfo "$@"; }
modprobe() { /usr/sbin/modprobe "$@"; }
rmmod() { /usr/sbin/rmmod "$@"; }
xz() { /usr/bin/xz "$@"; }

### Processors

second_processor=/sys/devices/system/cpu/cpu1/online

# A second processor costs an emulator as much again for each trampoline that comes and goes, because
# each waits for the other. So a case has one, unless it says that it needs both.
one_processor() { [ ! -e $second_processor ] || echo 0 >$second_processor; }
both_processors()
{
	[ ! -e $second_processor ] || echo 1 >$second_processor || fail 'the second processor does not come'
}

### What became of it

# progress WORDS...: of what takes long, on the console of who waits for it.
progress() { [ ! "$soak_minutes" ] || echo "progress $(cut -d " " -f 1 /proc/uptime) s $case: $*" >"/proc/$$/fd/1"; }

# fail WORDS...: the case has failed; says so and ends this phase.
fail()
{
	echo "$phase: $*" >>"$state/$case.failed"
	exit 1
}

# skip WORDS...: the case cannot be had on this kernel.
skip()
{
	echo "$*" >"$state/$case.skipped"
	exit 0
}

before() { [ "$phase" = before ]; }
guarded() { [ "$phase" = guarded ]; }
unguarded() { [ "$phase" != guarded ]; }

# kernel_is_at_least MAJOR MINOR
kernel_is_at_least()
{
	local major minor rest
	IFS=.- read -r major minor rest <<-END
		$(uname -r)
	END
	[ "$major" -gt "$1" ] || { [ "$major" -eq "$1" ] && [ "$minor" -ge "$2" ]; }
}

# until_true COMMAND...: waits for it, as long as patience lasts.
until_true()
{
	local i=0
	until "$@"; do
		i=$((i + 1))
		[ $i -lt $patience ] || return 1
		usleep 100000
	done
}

### Modules

# stored NAME: the file of a module in the distribution's tree, maybe compressed.
stored()
{
	local tree file
	tree=/lib/modules/$(uname -r)
	file=$(grep -o "^[^:]*/$1\.ko[.xz]*:" "$tree/modules.dep") || return 0
	echo "$tree/${file%:}"
}

# signed_copy NAME: the path of its ELF bytes with the signature; made once.
signed_copy()
{
	local file=$modules/$1.signed.ko source
	if [ ! -e "$file" ]; then
		source=$(stored "$1")
		case $source in
		*.xz) xzcat "$source" >"$file" ;;
		*.ko) cp "$source" "$file" ;;
		*) fail "this kernel has no module $1" ;;
		esac
	fi
	echo "$file"
}

# unsigned_copy NAME: the same without the signature, and with this case's name behind it, which
# makes its digest the case's own.
unsigned_copy()
{
	local file=$modules/$case.$1.ko
	if [ ! -e "$file" ]; then
		$forge strip "$(signed_copy "$1")" "$file" || fail "cannot strip $1"
		printf '        %-48s' "$case" >>"$file"
	fi
	echo "$file"
}

# renamed_copy NAME NEW: an unsigned copy that says it is NEW.
renamed_copy()
{
	local file=$modules/$case.$1.$2.ko
	[ -e "$file" ] || $forge rename "$(unsigned_copy "$1")" "$file" "$2" || fail "cannot rename $1"
	echo "$file"
}

# The name that the kernel gives a module of a file's name.
module_name()
{
	echo "$1" | tr - _
}

is_loaded() { [ -e "/sys/module/$1/initstate" ]; }

digest()
{
	local sum
	sum=$(sha256sum "$1")
	echo "${sum%% *}"
}

# over_the_bound NAME: a module of more bytes than are hashed (HASH_MAX), most of them a hole.
over_the_bound()
{
	local file=$modules/$case.ko
	if [ ! -e "$file" ]; then
		cp "$(unsigned_copy "$1")" "$file"
		truncate -s $(((256 << 20) + 4096)) "$file"
	fi
	echo "$file"
}

### Attempts

# attempt LOAD_ARGUMENTS...: prints the errno of one operation, or 0.
attempt()
{
	local index verb outcome count
	$load "$@" >"$state/attempt" || { echo "UNTRIED"; return; }
	read -r index verb outcome count <"$state/attempt"
	echo "$outcome"
}

# gets_in FILE
gets_in() { [ "$(attempt finit "$1")" = 0 ]; }

# gives ERRNO LOAD_ARGUMENTS...: exactly this is what comes of it, whatever the phase.
gives()
{
	local expected=$1 outcome
	shift
	outcome=$(attempt "$@")
	[ "$outcome" = "$expected" ] || fail "'load $*' gave $outcome instead of $expected"
}

unload()
{
	gives 0 delete "$1"
}

# loads NAME LOAD_ARGUMENTS...: it gets in, in every phase, and is unloaded again.
loads()
{
	local name=$1 index verb outcome count
	shift
	! is_loaded "$name" || fail "$name is loaded already"
	$load "$@" + delete "$name" >"$state/attempt" || fail "'load $*' could not try"
	while read -r index verb outcome count; do
		[ "$outcome" = 0 ] || fail "'load $*' gave $outcome instead of 0"
		[ "$index $verb" != '1 delete' ] || return 0
	done <"$state/attempt"
	fail "$name was not loaded"
}

# refuses ERRNO NAME LOAD_ARGUMENTS...: refused with this errno while the gates are up; before and
# after it gets in.
refuses()
{
	local errno=$1 name=$2
	if unguarded; then
		shift
		loads "$@"
		return
	fi
	shift 2
	gives "$errno" "$@"
	! is_loaded "$name" || fail "'load $*' gave $errno and $name is loaded"
}

# denies ...: as refuses, by the gates that answer with EPERM.
denies()
{
	refuses EPERM "$@"
}

### The policy

# What a rule of allow and deny is about; `op=unload deny ...` says otherwise.
op=load

# rule FILE allow|deny CRITERION...: adds a rule named like the case; more than one get a number.
rule()
{
	local file=$state/$1 verdict=$2 name=$case criterion
	before || return 0
	shift 2
	[ ! -e "$state/$case.rules" ] || name=$case.$(wc -l <"$state/$case.rules")
	echo "$name" >>"$state/$case.rules"
	{
		printf '  - name: %s\n    %s: %s\n' "$name" "$verdict" "$op"
		for criterion; do
			printf '    %s\n' "$criterion"
		done
	} >>"$file"
}

allow() { rule rules.yaml allow "$@"; }
deny() { rule rules.yaml deny "$@"; }

# A rule before all others. They come in this order because a rule that has to wait for what is not
# known yet lets none behind it decide: the digest of an image over the bound, the name of a
# compressed one.
prior() { rule prior.yaml allow "$@"; }

# listed FILE...: a rule that allows these digests, before the rules of allow and deny.
listed()
{
	local file list=''
	before || return 0
	for file; do
		list="$list${list:+, }$(digest "$file")"
	done
	rule listed.yaml allow "sha256: [$list]"
}

### Records

# Only records that begin here count from now on.
mark()
{
	local load1 load5 load15 tasks
	wc -c <"$records" >"$state/mark"
	read -r load1 load5 load15 tasks last_pid </proc/loadavg
}

# What has been written since the mark; a full disk leaves half a line, which is none.
lines_since_mark()
{
	tail -c "+$(($(cat "$state/mark") + 1))" "$records"
}

since_mark()
{
	lines_since_mark | jq -Rc 'fromjson? // empty'
}

# check_record SELECT CLAIM...: "ok", "none", or which claims are not true of the last record.
check_record()
{
	local select=$1 claim i=0 claims=''
	shift
	for claim; do
		claims="$claims${claims:+, }(if ($claim) then empty else \$ARGS.positional[$i] end)"
		i=$((i + 1))
	done
	lines_since_mark | jq -nRr "[inputs | fromjson? | select($select)] |
		if length == 0 then \"none\"
		else .[-1] | . as \$record | [${claims:-empty}] |
			if length == 0 then \"ok\"
			else \"not \" + join(\", not \") + \" in \" + (\$record | tojson) end
		end" --args "$@" 2>&1
}

record_was_checked()
{
	check_record "$@" >"$state/answer"
	[ "$(cat "$state/answer")" != none ]
}

# expect_record SELECT CLAIM...: a record that the jq filter SELECT selects comes, and each claim,
# a jq filter too, is true of it. Nothing to say where there are no gates.
expect_record()
{
	guarded || return 0
	until_true record_was_checked "$@" || fail "no record with $1; there are:
$(since_mark | jq -c '[.type, .verdict, .rule, .reason, .gate, .module, .syscall]' | tail -n 5)"
	[ "$(cat "$state/answer")" = ok ] || fail "$(cat "$state/answer")"
}

# of FILE: selects the operations on a file's bytes.
of()
{
	printf '(.type == "operation" and .module.sha256? == "%s")' "$(digest "$1")"
}

# denied FILE REASON GATE CLAIM...: the record of a refusal with EPERM, field by field.
denied()
{
	local file=$1 reason=$2 gate=$3
	guarded || return 0
	shift 3
	expect_record "$(of "$file")" '.schema == "modwarden/1"' '.type == "operation"' '.op == "load"' \
		'.verdict == "deny"' '.enforced == true' '.mode == "enforce"' ".reason == \"$reason\"" \
		".gate == \"$gate\"" ".module.size == $(stat -c %s "$file")" '.syscall.exit == -1' \
		'.syscall.errno == "EPERM"' '.syscall.abi == "x86_64"' '.process.comm == "load"' \
		'.process.exe == "/root/load"' '.process.euid == 0' '.container == null' \
		'.policy.generation == 1' '.lost == {}' "$@"
}

# allowed FILE RULE GATE CLAIM...
allowed()
{
	local file=$1 rule=$2 gate=$3
	guarded || return 0
	shift 3
	expect_record "$(of "$file")" '.type == "operation"' '.op == "load"' '.verdict == "allow"' \
		'.enforced == false' '.reason == "rule"' ".rule == \"$rule\"" ".gate == \"$gate\"" \
		".module.size == $(stat -c %s "$file")" '.syscall.exit == 0' '.syscall.errno == null' \
		'.process.exe == "/root/load"' '.lost == {}' "$@"
}

# no_record_but_of FILE: the refusal of FILE, which comes last, is the only record since the mark
# that is of this case: what earlier ones tried is told of late, together with its count.
no_record_but_of()
{
	local others
	guarded || return 0
	gives EPERM finit "$1"
	denied "$1" default content
	others=$(since_mark | jq -c "select(.process.pid > $last_pid and .op? != \"unload\" and ($(of "$1") | not))")
	[ ! "$others" ] || fail "there are other records: $(echo "$others" | head -c 2000)"
}

### modwarden

modwarden_says()
{
	grep -q "$1" "$state/stderr"
}

is_up_or_gone()
{
	modwarden_says 'Ctrl-C or SIGTERM stops' || ! kill -0 "$modwarden" 2>/dev/null
}

comes_up() { patience=1500 until_true is_up_or_gone && modwarden_says 'Ctrl-C or SIGTERM stops'; }

# start_modwarden POLICY [OPTIONS...]: sets modwarden to its pid; false where it did not come up.
# Where appends is set, the records that are there stay; build is a directory with another build.
start_modwarden()
{
	local file=$1
	shift
	[ "$appends" ] || : >"$records"
	: >"$state/stderr" # what the one before said must not be taken for this one's
	wc -c <"$records" >"$state/mark"
	(
		[ ! "$warden_group" ] || echo 0 >"/sys/fs/cgroup/$warden_group/cgroup.procs"
		# shellcheck disable=SC2086 # more than one
		exec $warden_prefix "${build:+$build/}modwarden" run --policy "$file" --mechanism "$mechanism" --accept-race --output "$records" \
			--format json "$@" >/dev/null 2>"$state/stderr"
	) &
	modwarden=$!
	echo $modwarden >"$state/pid"
	comes_up
}

# stop_modwarden: waits for its end and keeps its exit status. One that has been killed has ended.
stop_modwarden()
{
	local status=0
	kill -TERM "$modwarden" 2>/dev/null
	kill -CONT "$modwarden" 2>/dev/null # a case that failed may have stopped it
	wait "$modwarden" 2>/dev/null || status=$?
	echo $status >"$state/exit_status"
}

### The hammer: two processes load and unload a listed module each, while gates come and go

hammer_modules='nls_cp949 nls_cp950'

hammer_start()
{
	local name
	both_processors
	rm -f "$state/hammer.stop"
	hammers=''
	for name in $hammer_modules; do
		$load -p 20000 -w "$state/hammer.stop" cycle "$(signed_copy "$name")" "$name" \
			>"$state/hammer.$name" &
		hammers="$hammers $!"
	done
}

# Adds up what they saw: lines of "ERRNO COUNT".
hammer_stop()
{
	local name
	: >"$state/hammer.stop"
	# shellcheck disable=SC2086 # more than one
	wait $hammers
	for name in $hammer_modules; do
		cut -d ' ' -f 3,4 "$state/hammer.$name"
	done >>"$state/hammer.outcomes"
	one_processor
}
