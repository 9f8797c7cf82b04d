/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Filling the model from a source. Each function finds what it can; what it
 * cannot have stays unknown, and is noted as missing where a user would miss it.
 */
#ifndef NP_READ_H
#define NP_READ_H

#include "model/sample.h"
#include "source/source.h"

/* Files: sysfs.c, irqs.c, aer.c. */
void np_read_sysfs(struct np_source *src, struct np_port *port);
void np_read_irqs(struct np_source *src, struct np_port *port);
void np_read_aer(struct np_source *src, struct np_port *port);

/* Netlink: ethnl.c, ethstats.c, netdev.c, link.c, qdisc.c. */
void np_read_link(struct np_source *src, struct np_port *port);
void np_read_ethtool(struct np_source *src, struct np_port *port);
void np_read_ethstats(struct np_source *src, struct np_port *port);
void np_read_netdev(struct np_source *src, struct np_port *port);
void np_read_qdiscs(struct np_source *src, struct np_port *port);

/* SIOCETHTOOL: ioctl.c. */
void np_read_ioctl(struct np_source *src, struct np_port *port);

/* All of it: port.c. */
struct np_port *np_read_port(struct np_source *src, const char *name);
char **np_read_names(struct np_source *src);
char *np_read_name(struct np_source *src, uint64_t ifindex);

/* What interfaces share, part by part: cpus.c, sockets.c, tasks.c. */
void np_read_cpus(struct np_source *src, struct np_host *host);
void np_read_sockets(struct np_source *src, struct np_host *host);
void np_read_tasks(struct np_source *src, struct np_host *host);
void np_read_owners(struct np_source *src, const struct np_window *window,
		    struct np_host *host);

/* What interfaces share: host.c. The host and interfaces at one time: sample.c. */
struct np_host *np_read_host(struct np_source *src);
struct np_sample *np_read_sample(struct np_source *src, char *const *names,
				 struct np_error *error);

#endif
