// SPDX-License-Identifier: GPL-2.0-or-later
#include "tampering.h"

#include <string.h>

#include "log_filter.h"
#include "record.h"
#include "words.h"

bool tells_of_tampering(const char *type, const char *reason)
{
	if (!strcmp(type, word_of(&log_type_words, LOG_TYPE_TAMPER)))
		return true;
	return !strcmp(type, word_of(&log_type_words, LOG_TYPE_MODULE)) &&
	       !strcmp(reason, word_of(&module_reason_words, RECORD_MODULE_VANISHED));
}
