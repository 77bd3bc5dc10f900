/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The style and the script of a report's page, as they stand in src/report/. */
#ifndef MODWARDEN_REPORT_ASSETS_H
#define MODWARDEN_REPORT_ASSETS_H

extern const char report_style[];
extern const char report_script[];

#endif
