#!/bin/bash
# What `make demo` shows: one module is listed and loads, another is not and does not.
set -u

bold='' plain=''
. /root/demo.env
[[ ! ${DEMO_COLOUR-} ]] || bold=$'\e[1m' plain=$'\e[0m'

title() { printf '\n%s# %s%s\n' "$bold" "$*" "$plain"; }

# Shows a command, runs it, and says with what it ended.
show()
{
	printf '$ %s\n' "$*"
	"$@"
	local status=$?
	((status == 0)) || printf '(exit status %d)\n' "$status"
	return $status
}

expect_failure() { ! show "$@" || { echo "demo: that should have been refused" >&2; exit 1; }; }
expect() { show "$@" || { echo "demo: that should have worked" >&2; exit 1; }; }

# Uncompressed copies, so that each way to load them hands over the same bytes.
find_module()
{
	local file
	file=$(modinfo -n "$1")
	xz -dc "$file" >"/root/$1.ko" 2>/dev/null || cp "$file" "/root/$1.ko"
}

cd /root || exit 1
find_module ifb
find_module dummy

title "Without modwarden anything goes"
expect insmod dummy.ko
expect rmmod dummy

title "A policy: the modules whose digests are in this file, and nothing else"
sha256sum ifb.ko >listed.sha256
cat >policy.yaml <<'END'
version: 1
mode: enforce
default: deny
rules:
  - name: listed
    allow: load
    module: ifb
    digests: listed.sha256
END
show cat policy.yaml listed.sha256
expect modwarden policy check policy.yaml

title "modwarden takes the gates"
echo '$ modwarden run --policy policy.yaml --format text --output records.txt &'
modwarden run --policy policy.yaml --accept-race --format text --output records.txt 2>stderr.txt &
warden=$!
until grep -q 'SIGTERM stops' stderr.txt; do
	kill -0 $warden 2>/dev/null || { cat stderr.txt; exit 1; }
	sleep 0.2
done
cat stderr.txt

title "The listed module loads"
expect insmod ifb.ko
expect rmmod ifb

title "The unlisted one is refused: EPERM"
expect_failure insmod dummy.ko

title "... also under the listed one's file name"
mkdir -p copy && cp dummy.ko copy/ifb.ko
expect_failure insmod copy/ifb.ko

title "... also with the listed one's name inside, for its digest is another"
expect /root/forge rename dummy.ko renamed.ko ifb
expect_failure insmod renamed.ko

title "... also from memory, by init_module(2), where there is no file to look at"
show /root/load init dummy.ko | tee outcome.txt
grep -q EPERM outcome.txt || exit 1

title "What modwarden wrote"
kill $warden
wait $warden
cat records.txt

title "modwarden is gone, and with it the gates"
expect insmod dummy.ko
