/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The module that the daemon keeps out. */
#ifndef FAULT_MODULE_H
#define FAULT_MODULE_H

/* What loading it gives: 0, and it is unloaded again, or an errno. */
int module_try(void);

#endif
