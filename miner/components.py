"""Open families: a file in the folder is the registration.

>>> names("mappers")
['desire', 'pain', 'value']
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from typing import Any

from miner.errors import UnknownComponent

FAMILIES = ("collectors", "mappers", "exporters")


def names(family: str) -> list[str]:
    """The members of a family, by the names of their files; nothing is imported but the family itself."""
    package = importlib.import_module(f"miner.{family}")
    return sorted(m.name for m in pkgutil.iter_modules(package.__path__) if not m.name.startswith("_"))


def load(family: str, name: str) -> type[Any]:
    """The one public class that the member's file defines. Raises UnknownComponent with the known names."""
    known = names(family)
    if name not in known:
        raise UnknownComponent(f"no {family.removesuffix('s')} named {name!r}. Known: {', '.join(known)}.")
    base = importlib.import_module(f"miner.{family}").Base
    module = importlib.import_module(f"miner.{family}.{name}")
    own = [
        cls
        for _, cls in inspect.getmembers(module, inspect.isclass)
        if cls.__module__ == module.__name__ and issubclass(cls, base) and not cls.__name__.startswith("_")
    ]
    if len(own) != 1:
        raise UnknownComponent(
            f"miner/{family}/{name}.py must define exactly one public {base.__name__}, it defines {len(own)}."
        )
    return own[0]
