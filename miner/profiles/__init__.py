"""Profiles: what was mined about a client group becomes its portrait.

    group = find_group("rural")
    profile = build(mined, group, made="2025-03-14")

``groups`` are the files of config/groups, ``template`` says which characteristics a profile shows, ``build`` puts
facts and lines together, ``assign`` finds whose posts they are, ``compare`` and ``status`` look back over the years.
"""

from miner.profiles.build import build
from miner.profiles.groups import Group, find_group, load_groups

__all__ = ["Group", "build", "find_group", "load_groups"]
