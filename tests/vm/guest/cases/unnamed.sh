# shellcheck shell=dash disable=SC2016 # the single quotes hold jq programs
# Files without a name, and files that change while the kernel reads them.

judges_a_sealed_memfd_by_its_bytes()
{
	local good bad
	good=$(unsigned_copy nls_cp737)
	bad=$(unsigned_copy nls_cp437)
	listed "$good"
	loads nls_cp737 sealed "$good"
	allowed "$good" "$case" name '.syscall.name == "finit_module"' '.module.memfd == true'
	denies nls_cp437 sealed "$bad"
	denied "$bad" default content '.module.memfd == true' '.module.path == "/memfd:module"' \
		'.module.deleted == true' '.module.filesystem == "tmpfs"' '.module.name == "nls_cp437"'
}

judges_a_file_that_never_had_a_name_by_its_bytes()
{
	local good bad
	good=$(unsigned_copy nls_cp737)
	bad=$(unsigned_copy nls_cp437)
	listed "$good"
	loads nls_cp737 tmpfile "$good"
	allowed "$good" "$case" name '.module.deleted == true' '.module.memfd == false'
	denies nls_cp437 tmpfile "$bad"
	denied "$bad" default content '.module.deleted == true' '.module.memfd == false' \
		".module.path | test(\"^$modules/#[0-9]+$\")" '.module.filesystem == "tmpfs"'
}

# _without_name FILE PATH: opens a copy of it at this path, as descriptor 9, and removes the copy.
_without_name()
{
	mkdir -p "${2%/*}"
	cp "$1" "$2"
	exec 9<"$2"
	rm "$2"
}

judges_a_deleted_file_by_its_bytes()
{
	local good bad path=$modules/$case.gone.ko
	good=$(unsigned_copy nls_cp737)
	bad=$(unsigned_copy nls_cp437)
	listed "$good"
	_without_name "$good" "$path"
	loads nls_cp737 finit /proc/self/fd/9
	allowed "$good" "$case" name '.module.deleted == true' ".module.path == \"$path\""
	_without_name "$bad" "$path"
	denies nls_cp437 finit /proc/self/fd/9
	denied "$bad" default content '.module.deleted == true' '.module.memfd == false' \
		".module.path == \"$path\""
}

# The path is a hint: it is the one that the file had, and another file may have it now.
a_path_rule_holds_for_a_deleted_file_by_the_path_it_had()
{
	local file path=$modules/$case/listed.ko
	file=$(unsigned_copy nls_cp437)
	allow "path: $path"
	_without_name "$file" "$path"
	cp "$(unsigned_copy nls_cp737)" "$path"
	loads nls_cp437 finit /proc/self/fd/9
	allowed "$file" "$case" name '.module.deleted == true' ".module.path == \"$path\""
	_without_name "$file" "$path.other"
	denies nls_cp437 finit /proc/self/fd/9
	expect_record "$(of "$file") and .verdict == \"deny\"" '.reason == "default"' \
		'.gate == "content"' '.module.deleted == true' ".module.path == \"$path.other\""
}

# The kernel ends it before any gate, listed or not.
leaves_a_file_that_is_open_for_writing_to_the_kernel()
{
	local file=$modules/$case.ko
	cp "$(unsigned_copy nls_cp437)" "$file"
	exec 9>>"$file"
	gives ETXTBSY finit "$file"
	exec 9>&-
	no_record_but_of "$(unsigned_copy nls_cp437)"
}

# A memfd's own descriptor does not count as open for writing: the kernel reads it while others write.

# _two_contents NAME: sets one and other, which differ in one byte. The kernel says which one it got:
# without "intree=Y" it taints.
_two_contents()
{
	local at
	one=$(unsigned_copy "$1")
	other=$modules/$case.other.ko
	[ ! -e "$other" ] || return 0
	at=$(strings -t d "$one" | sed -n 's/^ *\([0-9]*\) intree=Y$/\1/p')
	[ "$at" ] || fail "$1 does not say that it is in the tree"
	cp "$one" "$other"
	printf x | dd of="$other" bs=1 seek="$at" conv=notrunc 2>/dev/null
}

_change_rounds=10

# _change HOW: loads it while it changes; what came of it all is in $state/changed.
_change()
{
	both_processors
	$load -n $_change_rounds changing "$1" "$one" "$other" nls_cp437 >"$state/attempt" ||
		fail 'could not try'
	cat "$state/attempt" >>"$state/changed"
	changes=$((changes + _change_rounds))
}

# _changed_into ERRNO: how often.
_changed_into()
{
	awk -v errno="$1" '$3 == errno { n += $4 } END { print n + 0 }' "$state/changed"
}

# _change_until COMMAND HOW: until it is true.
_change_until()
{
	local tries=0
	: >"$state/changed"
	changes=0
	until "$1"; do
		tries=$((tries + 1))
		[ $tries -le 20 ] || fail "$changes loads: $(cat "$state/changed")"
		_change "$2"
	done
}

_both_outcomes() { [ "$(_changed_into 0)" -gt 0 ] && [ "$(_changed_into EPERM)" -gt 0 ]; }

_both_digests()
{
	[ "$changes" -gt 0 ] || return 1
	until_true _sum_is_at_least '.module.memfd? == true' "$changes" || fail 'records are missing'
	[ "$(since_mark | jq -r 'select(.module.memfd? == true) | .module.sha256' | sort -u | wc -l)" = 2 ]
}

# _no_changed_record_but CLAIM: each record of a memfd is as the jq filter CLAIM says.
_no_changed_record_but()
{
	local wrong
	wrong=$(since_mark | jq -c --arg one "$(digest "$one")" --arg other "$(digest "$other")" \
		"select(.module.memfd? == true and ($1 | not))" | head -n 1)
	[ ! "$wrong" ] || fail "there is a record $wrong"
}

# _judges_a_changing_memfd HOW: either all of its bytes are listed, or it does not get in.
_judges_a_changing_memfd()
{
	local one other changes
	_two_contents nls_cp437
	listed "$one"
	if unguarded; then
		: >"$state/changed"
		_change "$1"
		[ "$(_changed_into 0)" = $_change_rounds ] || fail "it gave $(cat "$state/changed")"
		return
	fi
	_change_until _both_outcomes "$1"
	[ $(($(_changed_into 0) + $(_changed_into EPERM))) = "$changes" ] ||
		fail "it gave $(cat "$state/changed")"
	until_true _sum_is_at_least '.module.memfd? == true' "$changes" || fail 'records are missing'
	_no_changed_record_but 'if .module.sha256 == $one
		then .verdict == "allow" and .syscall.errno == null and (.module.taints | index("out_of_tree") | not)
		else .module.sha256 == $other and .verdict == "deny" and .syscall.errno == "EPERM" end'
	[ "$(_sum '.module.memfd? == true and .verdict == "deny"')" = "$(_changed_into EPERM)" ] ||
		fail "the records tell of $(_sum '.module.memfd? == true and .verdict == "deny"') denials, not $(_changed_into EPERM)"
}

judges_a_memfd_that_is_written_meanwhile()
{
	_judges_a_changing_memfd fd
}

judges_a_memfd_that_is_mapped_and_written_meanwhile()
{
	_judges_a_changing_memfd map
}

# Both are listed; the taint, which the kernel made of the bytes that it linked, tells which ones.
records_the_digest_of_what_the_kernel_received()
{
	local one other changes
	_two_contents nls_cp437
	listed "$one" "$other"
	guarded || return 0
	_change_until _both_digests map
	[ "$(_changed_into 0)" = "$changes" ] || fail "it gave $(cat "$state/changed")"
	_no_changed_record_but '.verdict == "allow" and .module.sha256 ==
		if .module.taints | index("out_of_tree") then $other else $one end'
}
