// SPDX-License-Identifier: GPL-2.0-or-later
#include "audit_trail.h"

#include "audit_file.h"
#include "audit_netlink.h"
#include "cleanup.h"

#include <errno.h>
#include <string.h>

struct audit_trail {
	struct audit_parser *parser;
	struct audit_netlink *netlink;
	struct audit_file *file; /* also where nobody knows whether the group is fed, until it is */
	bool is_first;           /* network namespace, for sure */
	int netlink_error;
	int file_error;
	uint64_t overruns;
	audit_sighting_fn *sighted;
	void *arg;
	char why[160];
};

static bool has_multicast(const struct audit_trail *trail)
{
	return trail->netlink && (trail->is_first || audit_netlink_is_fed(trail->netlink));
}

static void take(struct audit_trail *trail, int parsed, const struct audit_sighting *sighting)
{
	if (parsed > 0)
		trail->sighted(sighting, trail->arg);
	else if (parsed < 0)
		trail->overruns++;
}

static void take_record(const char *payload, size_t size, void *arg)
{
	struct audit_trail *trail = arg;
	struct audit_sighting sighting;

	/* It would tell of the same. */
	audit_file_free(trail->file);
	trail->file = NULL;
	take(trail, audit_parse_payload(trail->parser, payload, size, &sighting), &sighting);
}

static void take_line(const char *line, size_t size, void *arg)
{
	struct audit_trail *trail = arg;
	struct audit_sighting sighting;

	if (!has_multicast(trail))
		take(trail, audit_parse_line(trail->parser, line, size, &sighting), &sighting);
}

static void count_lost(void *arg)
{
	struct audit_trail *trail = arg;

	trail->overruns++;
}

static void count_lost_line(void *arg)
{
	struct audit_trail *trail = arg;

	if (!has_multicast(trail))
		trail->overruns++;
}

static void open_netlink(struct audit_trail *trail, struct event_base *base)
{
	const struct audit_netlink_calls calls = { take_record, count_lost, trail };
	enum audit_namespace where = audit_namespace();

	trail->is_first = where == AUDIT_NAMESPACE_FIRST;
	trail->netlink_error = where == AUDIT_NAMESPACE_OTHER
				       ? -ENONET
				       : audit_netlink_new(&trail->netlink, base, &calls);
}

static void open_file(struct audit_trail *trail, struct event_base *base,
		      const struct audit_trail_settings *settings)
{
	const struct audit_file_calls calls = { take_line, count_lost_line, trail };
	auto_free char *path = NULL;

	if (!settings->log_file)
		trail->file_error = audit_file_path(settings->config, &path);
	if (!trail->file_error)
		trail->file_error =
			audit_file_new(&trail->file, base, settings->log_file ?: path, &calls);
}

int audit_trail_new(struct audit_trail **ret, struct event_base *base,
		    const struct audit_trail_settings *settings, audit_sighting_fn *sighted,
		    void *arg)
{
	struct audit_trail *trail = calloc(1, sizeof(*trail));

	if (!trail || audit_parser_new(&trail->parser)) {
		free(trail);
		return -ENOMEM;
	}
	trail->sighted = sighted;
	trail->arg = arg;
	if (settings->only_file)
		trail->netlink_error = -ECANCELED;
	else
		open_netlink(trail, base);
	if (!has_multicast(trail))
		open_file(trail, base, settings);
	if (trail->netlink_error == -ENOMEM || trail->file_error == -ENOMEM) {
		audit_trail_free(trail);
		return -ENOMEM;
	}
	*ret = trail;
	return 0;
}

void audit_trail_free(struct audit_trail *trail)
{
	if (!trail)
		return;
	audit_netlink_free(trail->netlink);
	audit_file_free(trail->file);
	audit_parser_free(trail->parser);
	free(trail);
}

void audit_trail_read(struct audit_trail *trail)
{
	if (trail->netlink)
		audit_netlink_read(trail->netlink);
	if (trail->file)
		audit_file_read(trail->file);
}

enum audit_trail_source audit_trail_source(const struct audit_trail *trail)
{
	if (has_multicast(trail))
		return AUDIT_TRAIL_MULTICAST;
	return trail->file && !audit_file_error(trail->file) ? AUDIT_TRAIL_FILE : AUDIT_TRAIL_NONE;
}

static const char *netlink_problem(int error)
{
	switch (-error) {
	case 0:
		return "nothing has come from the kernel's multicast group: perhaps this is not "
		       "the first network namespace";
	case ECANCELED:
		return "only the log file is to be read";
	case ENONET:
		return "not in the first network namespace, the only one that is fed";
	case EPERM:
	case EACCES:
		return "the multicast group needs CAP_AUDIT_READ";
	case EPROTONOSUPPORT:
	case ECONNREFUSED:
		return "this kernel has no audit, or it is off (audit=0)";
	default:
		return strerror(-error);
	}
}

const char *audit_trail_why(const struct audit_trail *trail)
{
	char *why = ((struct audit_trail *)trail)->why;
	int error = trail->file ? audit_file_error(trail->file) : trail->file_error;

	if (has_multicast(trail))
		return "";
	snprintf(why, sizeof(trail->why), "%s%s%s", netlink_problem(trail->netlink_error),
		 error ? "; the log file: " : "",
		 error == -ENODATA ? "auditd writes none"
		 : error           ? strerror(-error)
				   : "");
	return why;
}

uint64_t audit_trail_overruns(const struct audit_trail *trail)
{
	return trail->overruns;
}
