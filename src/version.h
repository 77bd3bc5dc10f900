/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MODWARDEN_VERSION_H
#define MODWARDEN_VERSION_H

#define MODWARDEN_VERSION "0.1.0"

#endif
