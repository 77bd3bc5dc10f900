/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What each part of fault uses: to give up, and time. */
#ifndef FAULT_BASICS_H
#define FAULT_BASICS_H

#define PATIENCE 20    /* seconds in which what was let go is gone, and a record comes */
#define TEXT_MAX 65536 /* of what a command says */

/* It could not try: says why, by errno, and exits with 3. */
__attribute__((noreturn)) void die(const char *what);

/* Seconds. */
double now(void);
void nap(void);

#endif
