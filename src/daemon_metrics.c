// SPDX-License-Identifier: GPL-2.0-or-later
/* What the daemon tells over HTTP to whoever monitors it. */
#include "daemon_state.h"

#include "boottime.h"
#include "control_status.h"
#include "http_server.h"
#include "log.h"
#include "metrics.h"
#include "version.h"

/* Of the loop's priorities: after all else, of which each is 1 (LOOP_PRIORITIES / 2). */
#define PRIORITY (DAEMON_LOOP_PRIORITIES - 1)
#define LOOK_NS  (100ULL * 1000 * 1000)

static uint32_t count_exceptions(const struct gates *gates)
{
	__u8 digests[MW_EXCEPTIONS_MAX][MW_DIGEST_SIZE];
	uint64_t until[MW_EXCEPTIONS_MAX], now = boottime_now();
	size_t n = gates_exceptions(gates, digests, until);
	uint32_t count = 0;

	for (size_t i = 0; i < n; i++)
		count += until[i] > now;
	return count;
}

static struct metrics metrics_of(struct daemon *daemon)
{
	struct control_view view;
	int64_t offset = boottime_offset();

	daemon_look(&view, daemon);
	return (struct metrics){
		.version = MODWARDEN_VERSION,
		.node = view.node,
		.kernel = view.kernel,
		.plan = daemon->plan,
		.mode = control_mode_now(&view),
		.mode_source = control_mode_source(&view),
		.policy_mode = view.policy->image->mode,
		.started = (int64_t)view.started + offset,
		.loaded = (int64_t)view.loaded + offset,
		.refused = view.refused,
		.is_refused = daemon->source.is_refused,
		.is_missing = view.is_missing,
		.is_locked = view.is_locked,
		.persists = view.persists,
		.is_guarded = view.is_guarded,
		.is_output_lost = daemon->is_output_lost,
		.failing = view.failing,
		.exceptions = count_exceptions(view.gates),
		.policy = view.policy,
		.tally = control_tally(daemon->control),
		.lost = recorder_lost(view.recorder),
		.counters = gates_counters(view.gates),
		.audit = view.audit,
		.names = daemon_name_counts(daemon),
		.name_restarts = daemon_name_restarts(daemon),
	};
}

static unsigned int print_metrics(FILE *out, void *arg)
{
	const struct metrics metrics = metrics_of(arg);

	metrics_print(&metrics, out);
	return 200;
}

static unsigned int print_readiness(FILE *out, void *arg)
{
	const struct metrics metrics = metrics_of(arg);

	return metrics_print_readiness(&metrics, out) ? 200 : 503;
}

/* Who answers is alive. */
static unsigned int print_health(FILE *out, void *arg)
{
	(void)arg;
	fputs("{\"alive\":true}\n", out);
	return 200;
}

static const struct http_page pages[] = {
	{ "/metrics", "text/plain; version=0.0.4; charset=utf-8", print_metrics },
	{ "/healthz", "application/json", print_health },
	{ "/readyz", "application/json", print_readiness },
};

static int listen_for_requests(struct daemon *daemon)
{
	const struct http_options options = {
		.pages = pages,
		.page_count = sizeof(pages) / sizeof(pages[0]),
		.arg = daemon,
		.priority = PRIORITY,
	};
	int fd = http_address_listen(&daemon->options->listen);

	return fd < 0 ? fd : http_server_new(&daemon->http, daemon->loop, fd, &options);
}

void daemon_open_metrics(struct daemon *daemon)
{
	const struct http_address *address = &daemon->options->listen;
	char text[HTTP_ADDRESS_SIZE];
	int error, before = daemon->not_listening;

	if (!address->size || daemon->http)
		return;
	http_address_format(address, text);
	error = listen_for_requests(daemon);
	daemon->not_listening = error;
	if (error && error != before)
		log_warning("metrics: cannot listen at '%s': %s; it is tried again each second",
			    text, http_address_problem(error));
	if (!error)
		log_info("metrics: at http://%s/metrics%s", text,
			 http_address_is_loopback(address)
				 ? ""
				 : ", for whoever reaches it: without encryption, and nobody is "
				   "asked who they are");
}

void daemon_look_at_metrics(const struct daemon *daemon, struct control_view *view)
{
	static char text[HTTP_ADDRESS_SIZE];

	if (!daemon->options->listen.size)
		return;
	http_address_format(&daemon->options->listen, text);
	view->listen = text;
	view->not_listening = daemon->http ? NULL : http_address_problem(daemon->not_listening);
}

void daemon_serve_meanwhile(struct daemon *daemon)
{
	uint64_t now = boottime_now();

	if (!daemon->http || now - daemon->http_looked < LOOK_NS)
		return;
	daemon->http_looked = now;
	http_server_look(daemon->http);
}
