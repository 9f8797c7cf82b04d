/* SPDX-License-Identifier: GPL-2.0-only */
/* So that there is such a layer. */
