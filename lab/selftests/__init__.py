# SPDX-License-Identifier: GPL-2.0-only
"""The kernel's own driver selftests, run against the lab's port (`make selftests`).

build.py makes them from the kernel's source package, output.py reads what they print,
table.py holds what is expected of each, runner.py runs them.  Nothing of the kernel's is
kept in this tree.
"""
