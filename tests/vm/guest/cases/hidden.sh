# shellcheck shell=dash disable=SC2016 # the single quotes hold jq programs
# Modules that hide once they are loaded. What is known of them is known from their load.

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
