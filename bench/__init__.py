# SPDX-License-Identifier: GPL-2.0-only
"""The scale: what a frame, a MiB or a request costs in instructions, with napier and with
in-tree igb, in the same lab with the same kernel and the same peer.

`python3 -m bench` weighs and writes docs/performance.md; `--check` compares with what was
committed.  How it is done and what it cannot show is told there (bench/prose.md).
"""
