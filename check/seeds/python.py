# SPDX-License-Identifier: GPL-2.0-only
"""An import for nothing, a type that is wrong, one that is missing, and no format."""

import os


def number() -> int:
    return 'one'


def untyped(x):
    return  x
