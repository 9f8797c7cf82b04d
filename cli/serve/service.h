/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a program that stays has to do with the system around it: sockets that
 * it is given or makes, who is told that it works, rights that it gives up.
 */
#ifndef NP_SERVICE_H
#define NP_SERVICE_H

#include "base/base.h"

int np_service_inherited(struct np_error *error);
int np_service_listen(const char *address, struct np_error *error);
void np_service_notify(const char *state);
uint64_t np_service_watchdog(void);
int np_service_drop(bool change_user, struct np_error *error);

#endif
