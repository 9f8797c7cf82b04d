/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The model for people and for programs.
 */
#ifndef NP_PRINT_H
#define NP_PRINT_H

#include <jansson.h>
#include <stdio.h>

#include "model/port.h"

json_t *np_json_port(const struct np_port *port);
json_t *np_json_document(const char *schema);
int np_json_write(json_t *document, bool pretty);

void np_show_port(FILE *out, const struct np_port *port);

#endif
