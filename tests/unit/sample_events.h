/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Events as the gates would write them, for the tests of the record side. */
#ifndef TEST_SAMPLE_EVENTS_H
#define TEST_SAMPLE_EVENTS_H

#include <stdio.h>
#include <string.h>

#include "operation.h"
#include "record.h"

#define SAMPLE_CONTAINER "4f3c2b1a0d9e8f7a6b5c4d3e2f1a0b9c8d7e6f5a4b3c2d1e0f9a8b7c6d5e4f3a"
#define SAMPLE_POD       "0b2f4c1e_7d3a_4e59_9c66_2f1e8d7c6b5a"
#define SAMPLE_SECOND    1000000000ULL

#define SET_TEXT(field, text) snprintf(field, sizeof(field), "%s", text)

static inline struct mw_decision_event sample_decision(uint64_t seq, enum mw_verdict verdict,
						       bool enforced)
{
	static const char cmdline[] = "insmod\0/tmp/it's evil.ko\0debug=1";
	struct mw_decision_event event = {
		.event = { MW_EVENT_DECISION, sizeof(event), seq, 83917261533123 },
		.ruling = { .generation = 1,
			    .rule = MW_RULE_NONE,
			    .verdict = verdict,
			    .reason = MW_REASON_DEFAULT,
			    .gate = MW_GATE_CONTENT,
			    .mode = enforced ? MW_MODE_ENFORCE : MW_MODE_MONITOR,
			    .enforced = enforced },
		.facts = { .known = 0x7ff,
			   .auid = 1000,
			   .op = MW_OP_LOAD,
			   .source = MW_SOURCE_FILE,
			   .digest_count = 1,
			   .name_source = MW_NAME_ELF,
			   .signature = MW_SIGNATURE_ABSENT,
			   .size = 13824,
			   .module = "evil",
			   .filesystem = "tmpfs",
			   .loader = "/usr/bin/kmod",
			   .path = "/tmp/evil.ko" },
		.caller = { .pid = 4242,
			    .tid = 4242,
			    .ppid = 4200,
			    .auid = 1000,
			    .session = 3,
			    .ancestor_count = 2,
			    .caps = 0x1ffffffffff,
			    .cgroup_id = 77,
			    .exe_inode = 1234,
			    .exe_device = 8 << 20 | 1,
			    .syscall = MW_SYSCALL_FINIT_MODULE,
			    .abi = MW_ABI_NATIVE,
			    .cmdline_size = sizeof(cmdline),
			    .comm = "insmod",
			    .tty = "pts0",
			    .params = "debug=1",
			    .ancestors = { { 4200, "bash" }, { 1, "systemd" } } },
	};

	for (int i = 0; i < MW_DIGEST_SIZE; i++)
		event.facts.digest[0][i] = 0x9f ^ (i * 37);
	memcpy(event.caller.cmdline, cmdline, sizeof(cmdline));
	SET_TEXT(event.facts.container, SAMPLE_CONTAINER);
	SET_TEXT(event.caller.cgroup,
		 "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" SAMPLE_POD
		 ".slice/cri-containerd-" SAMPLE_CONTAINER ".scope");
	return event;
}

static inline struct mw_outcome sample_outcome(const struct mw_decision_event *decision,
					       int64_t exit)
{
	const struct mw_facts *facts = &decision->facts;
	struct mw_outcome event = {
		.event = { MW_EVENT_OUTCOME, sizeof(event), decision->event.seq,
			   decision->event.time },
		.ruling = decision->ruling,
		.exit = exit,
		.size = facts->size,
		.tid = decision->caller.tid,
		.uid = facts->uid,
		.op = facts->op,
		.source = facts->source,
		.name_source = facts->name_source,
		.signature = facts->signature,
		.is_signed = facts->is_signed,
		.digest_count = facts->digest_count,
	};

	memcpy(event.digest, facts->digest, sizeof(event.digest));
	memcpy(event.module, facts->module, sizeof(event.module));
	if (!exit) {
		event.loaded = 1;
		event.taints = 1 << 12 | 1 << 13;
		SET_TEXT(event.srcversion, "533BB7E5866E52F63B9ACCB");
	}
	return event;
}

static inline const char *sample_rule_name(uint32_t generation, uint16_t rule, void *arg)
{
	(void)arg;
	if (generation != 1)
		return NULL;
	return rule == 0 ? "distro" : rule == 1 ? "no-socket-tricks" : NULL;
}

static inline const char *sample_policy_sha256(uint32_t generation, void *arg)
{
	(void)arg;
	return generation == 1 ? "ab12cd34ef56ab12cd34ef56ab12cd34ef56ab12cd34ef56ab12cd34ef56ab12"
			       : NULL;
}

static inline struct record_context sample_context(void)
{
	return (struct record_context){
		.node = "worker-3",
		.boot_id = "5f0c1d2e-8a41-4c8f-9b1c-2f4e5d6c7b8a",
		.boottime_offset = 1790859377000000000,
		.generation = 1,
		.rule_name = sample_rule_name,
		.policy_sha256 = sample_policy_sha256,
	};
}

#endif
