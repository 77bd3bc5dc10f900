// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Lines of the audit trail and of rules files, and the messages of the netlink group: a record reads
 * the same from either, what a stranger sends is not even looked at, and a rule is one or an error.
 */
#include "../../src/audit_netlink.c"

#include "fuzz.h"

#include "audit_line.h"

static void require_sighting(const struct audit_sighting *sighting)
{
	require(memchr(sighting->keys, '\0', sizeof(sighting->keys)));
}

static void sight(const char *text, size_t size)
{
	static const char prefix[] = "type=SYSCALL msg=";
	struct audit_sighting as_payload = {}, as_line = {};
	char *line = malloc(sizeof(prefix) + size);
	struct audit_parser *parser = NULL;
	int payload, r;

	require(line && !audit_parser_new(&parser));
	payload = audit_parse_payload(parser, text, size, &as_payload);
	require(payload == 1 || payload == -EBADMSG);
	memcpy(line, prefix, sizeof(prefix) - 1);
	memcpy(line + sizeof(prefix) - 1, text, size);
	r = audit_parse_line(parser, line, sizeof(prefix) - 1 + size, &as_line);
	require(r == 1 || r == 0 || r == -EBADMSG);
	if (payload == 1) {
		require_sighting(&as_payload);
		if (!memchr(text, '\n', size) && !memchr(text, '\0', size) && r == 1)
			require(!memcmp(&as_payload, &as_line, sizeof(as_line)));
	}
	audit_parse_line(parser, text, size, &as_line);
	audit_parser_free(parser);
	free(line);
}

struct heard {
	const struct audit_netlink *netlink;
	int records, lost;
};

static void on_record(const char *payload, size_t size, void *arg)
{
	struct heard *heard = arg;
	const char *bytes = heard->netlink->bytes;

	require(payload >= bytes && payload + size <= bytes + sizeof(heard->netlink->bytes));
	heard->records++;
	sight(payload, size);
}

static void on_lost(void *arg)
{
	((struct heard *)arg)->lost++;
}

static void hear(struct input_bytes *input)
{
	struct audit_netlink *netlink = calloc(1, sizeof(*netlink));
	struct heard heard = { .netlink = netlink };
	struct sockaddr_nl sender = { .nl_family = AF_NETLINK };
	uint8_t shape = take_byte(input);
	size_t size = input->size;

	require(netlink);
	netlink->calls = (struct audit_netlink_calls){ on_record, on_lost, &heard };
	if (shape & 1)
		sender.nl_pid = take_byte(input);
	if (shape & 2)
		sender.nl_family = take_byte(input);
	size = input->size < sizeof(netlink->bytes) ? input->size : sizeof(netlink->bytes);
	take_bytes(input, netlink->bytes, size);
	if (shape & 4)
		netlink->header.nlmsg_type = AUDIT_SYSCALL;
	take(netlink, &sender, size, shape & 8 ? MSG_TRUNC : 0);
	require(heard.records + heard.lost <= 1);
	if (sender.nl_pid || sender.nl_family != AF_NETLINK)
		require(!netlink->is_fed && !heard.records && !heard.lost);
	free(netlink);
}

static void rule(const char *text, size_t size)
{
	char *copy = copy_of(text, size, true);
	struct audit_line line = {};

	if (strlen(copy) <= AUDIT_LINE_MAX &&
	    !audit_line_parse(&line, copy, audit_arch_here())) {
		require(line.kind != AUDIT_LINE_RULE || line.data);
		require(line.kind != AUDIT_LINE_ERROR || *line.error);
		require(memchr(line.error, '\0', sizeof(line.error)));
		require(memchr(line.key, '\0', sizeof(line.key)));
	}
	audit_line_clear(&line);
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input_bytes input = { data, size };
	uint8_t kind = take_byte(&input);

	switch (kind % 3) {
	case 0:
		sight((const char *)input.data, input.size);
		break;
	case 1:
		hear(&input);
		break;
	default:
		rule((const char *)input.data, input.size);
	}
	return 0;
}
