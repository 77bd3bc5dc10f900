// SPDX-License-Identifier: GPL-2.0-or-later
#include "moment.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define SECONDS_MAX (100LL * 366 * 24 * 60 * 60) /* that a duration may go back */

struct cursor {
	const char *at, *end;
};

/* As many digits as said; -1: there are not. */
static int digits(struct cursor *cursor, unsigned int count)
{
	int value = 0;

	if (cursor->end - cursor->at < (ptrdiff_t)count)
		return -1;
	for (; count; count--, cursor->at++) {
		if (*cursor->at < '0' || *cursor->at > '9')
			return -1;
		value = value * 10 + (*cursor->at - '0');
	}
	return value;
}

static bool skip(struct cursor *cursor, const char *one_of)
{
	if (cursor->at == cursor->end || !*cursor->at || !strchr(one_of, *cursor->at))
		return false;
	cursor->at++;
	return true;
}

static bool in_range(int value, int min, int max)
{
	return value >= min && value <= max;
}

static int days_of_month(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && is_leap);
}

static bool read_date(struct cursor *cursor, struct tm *tm)
{
	int year = digits(cursor, 4);
	int month = skip(cursor, "-") ? digits(cursor, 2) : -1;
	int day = skip(cursor, "-") ? digits(cursor, 2) : -1;

	if (!in_range(year, 1970, 9999) || !in_range(month, 1, 12) ||
	    !in_range(day, 1, days_of_month(year, month)))
		return false;
	tm->tm_year = year - 1900;
	tm->tm_mon = month - 1;
	tm->tm_mday = day;
	return true;
}

/* Behind a second. */
static bool read_fraction(struct cursor *cursor, int64_t *microseconds)
{
	int64_t unit = MOMENT_SECOND / 10;
	const char *first;

	*microseconds = 0;
	if (!skip(cursor, "."))
		return true;
	first = cursor->at;
	for (; cursor->at < cursor->end && *cursor->at >= '0' && *cursor->at <= '9'; cursor->at++) {
		*microseconds += (*cursor->at - '0') * unit;
		unit /= 10;
	}
	return cursor->at > first;
}

/* HH:MM, and perhaps :SS and a fraction. */
static bool read_clock(struct cursor *cursor, struct tm *tm, int64_t *microseconds)
{
	*microseconds = 0;
	tm->tm_hour = digits(cursor, 2);
	tm->tm_min = skip(cursor, ":") ? digits(cursor, 2) : -1;
	tm->tm_sec = 0;
	if (!in_range(tm->tm_hour, 0, 23) || !in_range(tm->tm_min, 0, 59))
		return false;
	if (!skip(cursor, ":"))
		return true;
	tm->tm_sec = digits(cursor, 2);
	return in_range(tm->tm_sec, 0, 60) && read_fraction(cursor, microseconds);
}

/* Z, or what the clock is ahead of it. False: none is there. */
static bool read_zone(struct cursor *cursor, int64_t *ahead)
{
	int sign, hours, minutes;

	*ahead = 0;
	if (skip(cursor, "Zz"))
		return true;
	if (cursor->at == cursor->end || (*cursor->at != '+' && *cursor->at != '-'))
		return false;
	sign = *cursor->at++ == '-' ? -1 : 1;
	hours = digits(cursor, 2);
	minutes = skip(cursor, ":") ? digits(cursor, 2) : -1;
	*ahead = sign * (hours * 60 + minutes) * 60 * MOMENT_SECOND;
	return in_range(hours, 0, 23) && in_range(minutes, 0, 59);
}

int moment_of_rfc3339(const char *text, size_t size, int64_t *moment)
{
	struct cursor cursor = { text, text + size };
	int64_t microseconds, ahead;
	struct tm tm = {};

	if (!read_date(&cursor, &tm) || !skip(&cursor, "Tt ") ||
	    !read_clock(&cursor, &tm, &microseconds) || !read_zone(&cursor, &ahead) ||
	    cursor.at != cursor.end)
		return -EINVAL;
	*moment = timegm(&tm) * MOMENT_SECOND + microseconds - ahead;
	return 0;
}

static int of_local(struct tm *tm, int64_t microseconds, int64_t *moment)
{
	time_t seconds;

	tm->tm_isdst = -1;
	seconds = mktime(tm);
	if (seconds == (time_t)-1)
		return -EINVAL;
	*moment = seconds * MOMENT_SECOND + microseconds;
	return 0;
}

/* The first moment of the day that is so many days away from that of now. */
static int of_day(int64_t now, int days, struct tm *tm)
{
	time_t seconds = now / MOMENT_SECOND;

	if (!localtime_r(&seconds, tm))
		return -EINVAL;
	tm->tm_mday += days;
	tm->tm_hour = tm->tm_min = tm->tm_sec = 0;
	return 0;
}

static int of_local_date(const char *text, int64_t *moment)
{
	struct cursor cursor = { text, text + strlen(text) };
	int64_t microseconds = 0;
	struct tm tm = {};

	if (!read_date(&cursor, &tm))
		return -EINVAL;
	if (skip(&cursor, "Tt ") && !read_clock(&cursor, &tm, &microseconds))
		return -EINVAL;
	return cursor.at == cursor.end ? of_local(&tm, microseconds, moment) : -EINVAL;
}

static int of_clock(const char *text, int64_t now, int64_t *moment)
{
	struct cursor cursor = { text, text + strlen(text) };
	struct tm tm = {}, clock = {};
	int64_t microseconds;

	if (!read_clock(&cursor, &clock, &microseconds) || cursor.at != cursor.end ||
	    of_day(now, 0, &tm))
		return -EINVAL;
	tm.tm_hour = clock.tm_hour;
	tm.tm_min = clock.tm_min;
	tm.tm_sec = clock.tm_sec;
	return of_local(&tm, microseconds, moment);
}

/* -30m */
static int of_duration(const char *text, int64_t now, int64_t *moment)
{
	static const char units[] = "smhdw";
	static const int64_t seconds[] = { 1, 60, 3600, 86400, 7 * 86400 };
	const char *c = text + 1, *unit;
	int64_t value = 0;

	if (*text != '-')
		return -EINVAL;
	for (; *c >= '0' && *c <= '9' && value <= SECONDS_MAX; c++)
		value = value * 10 + (*c - '0');
	unit = *c ? strchr(units, *c) : NULL;
	if (c == text + 1 || !unit || c[1] || value * seconds[unit - units] > SECONDS_MAX)
		return -EINVAL;
	*moment = now - value * seconds[unit - units] * MOMENT_SECOND;
	return 0;
}

static int of_word(const char *text, int64_t now, int64_t boot, int64_t *moment)
{
	struct tm tm;

	if (!strcmp(text, "now"))
		*moment = now;
	else if (!strcmp(text, "boot"))
		*moment = boot;
	else if (!strcmp(text, "today"))
		return of_day(now, 0, &tm) ?: of_local(&tm, 0, moment);
	else if (!strcmp(text, "yesterday"))
		return of_day(now, -1, &tm) ?: of_local(&tm, 0, moment);
	else
		return -EINVAL;
	return 0;
}

int moment_parse_at(const char *text, int64_t now, int64_t boot, int64_t *moment)
{
	if (!of_word(text, now, boot, moment) || !of_duration(text, now, moment) ||
	    !moment_of_rfc3339(text, strlen(text), moment) || !of_local_date(text, moment) ||
	    !of_clock(text, now, moment))
		return 0;
	return -EINVAL;
}

static int64_t clock_of(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return time.tv_sec * MOMENT_SECOND + time.tv_nsec / 1000;
}

int64_t moment_now(void)
{
	return clock_of(CLOCK_REALTIME);
}

int moment_parse(const char *text, int64_t *moment)
{
	int64_t now = moment_now();

	return moment_parse_at(text, now, now - clock_of(CLOCK_BOOTTIME), moment);
}

static void format(int64_t moment, const char *how, char text[MOMENT_SIZE])
{
	time_t seconds = moment / MOMENT_SECOND - (moment % MOMENT_SECOND < 0);
	struct tm tm;

	*text = '\0';
	if (gmtime_r(&seconds, &tm) && tm.tm_year < 9000)
		strftime(text, MOMENT_SIZE, how, &tm);
}

void moment_format(int64_t moment, char text[MOMENT_SIZE])
{
	int64_t microseconds = moment % MOMENT_SECOND;
	size_t size;

	format(moment, "%FT%T", text);
	size = strlen(text);
	snprintf(text + size, MOMENT_SIZE - size, ".%06dZ",
		 (int)(microseconds < 0 ? microseconds + MOMENT_SECOND : microseconds));
}

void moment_format_short(int64_t moment, char text[MOMENT_SIZE])
{
	format(moment, "%F %TZ", text);
}
