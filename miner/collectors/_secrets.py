"""Keys of official interfaces, from the environment alone: they never stand in a file or on a command line."""

from __future__ import annotations

import os

from miner.errors import BadInput


def key(*names: str, where: str) -> str:
    """The first of the named variables that is set. Raises BadInput that says where to get a key."""
    for name in names:
        if value := os.environ.get(name, "").strip():
            return value
    raise BadInput(f"{names[0]} isn't set in the environment. {where}")
