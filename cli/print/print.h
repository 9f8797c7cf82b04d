/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The model for people and for programs.
 */
#ifndef NP_PRINT_H
#define NP_PRINT_H

#include <jansson.h>
#include <stdio.h>

#include "model/burst.h"
#include "model/explain.h"
#include "model/finding.h"
#include "model/ledger.h"
#include "model/port.h"
#include "source/source.h"

/* For other files of print/. */
void np_put_text(json_t *object, const char *name, const char *text);
void np_put_number(json_t *object, const char *name, uint64_t value);
json_t *np_json_values(const struct np_value *values, size_t count);

json_t *np_json_port(const struct np_port *port);
json_t *np_json_explained(const struct np_explained *one);
json_t *np_json_explained_port(const struct np_port *port,
			       const struct np_explanations *all);
json_t *np_json_book(const struct np_book *book);
json_t *np_json_ledger(const struct np_ledger *ledger);
json_t *np_json_socket_drops(const struct np_window *window);
json_t *np_json_document(const char *schema, struct np_source *src);
int np_json_write(json_t *document, bool pretty);

void np_put_bool(json_t *object, const char *name, uint64_t value);
void np_put_object(json_t *object, const char *name, json_t *part);

json_t *np_json_bursts_start(const struct np_bursts *all);
json_t *np_json_burst(const struct np_bursts *all, const struct np_burst *burst);
json_t *np_json_heat(const struct np_bursts *all, size_t port, size_t tick);
json_t *np_json_bursts_summary(const struct np_bursts *all);

void np_show_bursts_head(FILE *out);
void np_show_burst(FILE *out, const struct np_bursts *all,
		   const struct np_burst *burst);
void np_show_bursts_summary(FILE *out, const struct np_bursts *all);
void np_show_heatmap(FILE *out, const struct np_burst_port *port,
		     uint64_t tick);
int np_svg_heatmap(FILE *out, const struct np_bursts *all);

void np_show_port(FILE *out, const struct np_port *port);

void np_show_explained(FILE *out, const char *name,
		       const struct np_explained *one);
void np_show_explained_port(FILE *out, const struct np_port *port,
			    const struct np_explanations *all);
void np_show_book(FILE *out, const struct np_book *book);
void np_show_books(FILE *out);

json_t *np_json_host(const struct np_host *host);
json_t *np_json_changes(json_t *before, json_t *after);
json_t *np_json_changed(const char *name, const struct np_port *before,
			const struct np_port *after, json_t *was, json_t *is);
json_t *np_json_gained(const json_t *was, const json_t *is, double seconds);
bool np_json_is_same(const json_t *document);
void np_show_diff(FILE *out, const json_t *document);

json_t *np_json_finding(const struct np_finding *one);
void np_json_findings(json_t *document, const struct np_findings *all);
void np_show_finding(FILE *out, const struct np_finding *one);
void np_show_findings(FILE *out, const struct np_findings *all,
		      const struct np_window *window);

void np_show_ledger(FILE *out, const struct np_ledger *ledger);
void np_show_socket_drops(FILE *out, const struct np_window *window);

#endif
