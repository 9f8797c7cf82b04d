# SPDX-License-Identifier: GPL-2.0-only
"""The static checks: what is wrong here without running anything.

`check/run` runs them all.  Each checker is first let loose on check/seeds, a repository
in miniature with a defect for everybody, and only counts if it finds what was put there.
"""
