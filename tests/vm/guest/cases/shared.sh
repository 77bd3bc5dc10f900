# shellcheck shell=dash disable=SC2016 # the single quotes hold jq programs
# Since 6.5 the kernel lets concurrent finit_module calls of one file share one read and one outcome.

_inherited() { printf '.op? == "load" and .reason == "inherited" and .container == null and .verdict == "%s"' "$1"; }

# What the kernel refuses before it looks at the file is no follower, whatever became of others.
a_refusal_of_the_kernels_own_is_not_inherited()
{
	local file
	file=$(unsigned_copy sch_gred)
	denies sch_gred finit "$file"
	gives EINVAL finit "$file" '' 4096
	no_record_but_of "$file"
}

# A container loops on the host's module file. What it is denied, the host is denied with it.
a_shared_verdict_is_told_with_its_leader()
{
	local file=$modules/$case.ko denied shared rounds=60 looper leader
	# Long enough in the gates that two of them meet there.
	[ -e "$file" ] || { cp "$(unsigned_copy nls_cp936)" "$file" && truncate -s 1M "$file"; }
	kernel_is_at_least 6 5 || rounds=6
	rule prior.yaml deny 'container: any' "sha256: $(digest "$file")"
	listed "$file"
	if unguarded; then
		loads nls_cp936 finit "$file"
		return
	fi
	# A program is skipped for a task that runs where another one is preempted in the middle of it.
	both_processors
	rm -f "$state/stop"
	_in_cgroup "$_container_group" taskset 1 $load -w "$state/stop" finit "$file" >"$state/container" &
	looper=$!
	taskset 2 $load -n $rounds cycle "$file" nls_cp936 >"$state/host"
	: >"$state/stop"
	wait $looper
	denied=$(awk '$3 == "EPERM" { n += $4 } END { print n + 0 }' "$state/host")
	echo "of $rounds loads by the host $denied were denied; in the container: $(tr "\n" ";" <"$state/container")"
	# Without a leader's record nothing explains them; with one, each is accounted for.
	until_true _sum_is_at_least "$(_inherited deny)" "$denied" || true
	shared=$(_sum "$(_inherited deny)")
	[ "$shared" = "$denied" ] || fail "the host was denied $denied times, and $shared are told of"
	[ "$denied" -gt 0 ] || {
		! kernel_is_at_least 6 5 || fail 'no verdict was shared: make more rounds'
		return 0
	}
	expect_record "$(_inherited deny)" '.enforced == true' '.gate == "exit"' ".rule == \"$case\"" \
		'.syscall.errno == "EPERM"' ".module.path == \"$file\"" '.process.exe == "/root/load"' '.leader != null'
	leader=$(since_mark | jq -r "select($(_inherited deny)) | .leader" | tail -n 1)
	# That of the attempt itself, or the one under which it was counted.
	expect_record ".id == \"$leader\"" ".container.id == \"$_container\"" '.verdict == "deny"' '.leader == null'
}
