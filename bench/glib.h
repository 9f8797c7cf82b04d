/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * In GLib's place for qemu-plugin.h, which names two of its types in functions that the scale
 * does not call.  With this GLib need not be installed.
 */
#ifndef BENCH_GLIB_H
#define BENCH_GLIB_H

typedef struct _GArray GArray;
typedef struct _GByteArray GByteArray;

#endif /* BENCH_GLIB_H */
