/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records as the Open Cybersecurity Schema Framework has them: class 1002, Kernel Extension
 * Activity, with the profiles host, security_control and container. What goes where is told in
 * modwarden-records(5).
 */
#ifndef MODWARDEN_OCSF_H
#define MODWARDEN_OCSF_H

#include <jansson.h>

#define OCSF_VERSION "1.7.0"

/*
 * 0: *event is a new object; NULL: the record is no operation, and the class is not for it.
 * -ENOMEM.
 */
int ocsf_of(const json_t *record, json_t **event);

#endif
