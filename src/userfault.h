/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A page that makes whoever touches it wait until it is released (userfaultfd(2)). */
#ifndef MODWARDEN_USERFAULT_H
#define MODWARDEN_USERFAULT_H

struct userfault;

/* Returns 0, or a negative errno where the kernel has or allows no userfaultfd. */
int userfault_new(struct userfault **ret);
void userfault_free(struct userfault **fault);

void *userfault_address(const struct userfault *fault);

/* Waits up to a second for somebody to touch the page; -ETIMEDOUT. */
int userfault_wait(struct userfault *fault);

/* Fills the page with zeros and lets the waiting go on. */
void userfault_release(struct userfault *fault);

#endif
