"""Client groups: one file of config/groups each, written by a profile author."""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from miner.errors import BadConfig
from miner.profiles.template import complaint, template_of
from miner.settings import resources


class Span(BaseModel):
    """A condition on a number: at least, at most."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    low: int = Field(0, alias="from")
    high: int = Field(10**9, alias="to")


class Cue(BaseModel):
    """One sign that an author belongs to the group: what they say of themselves, or what they disclosed.

    ``says`` is a regular expression over the text in lower case with «ё» written «е»; ``unless`` takes the sign back.
    ``facts`` are disclosures of one author, all of which have to hold.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    says: str | None = None
    unless: str | None = None
    facts: dict[str, Span | tuple[str | int, ...]] = {}
    score: float = Field(0.9, gt=0, le=1)

    @field_validator("says", "unless")
    @classmethod
    def _compiles(cls, pattern: str | None) -> str | None:
        if pattern is None:
            return None
        try:
            compiled = re.compile(pattern)
        except re.error as error:
            raise ValueError(f"no regular expression: {error}") from error
        if compiled.search("") is not None:
            raise ValueError("matches every text, even an empty one: name the words that the group says of itself")
        return pattern

    @model_validator(mode="after")
    def _says_something(self) -> Cue:
        if self.says is None and not self.facts:
            raise ValueError("a cue needs says or facts")
        return self


class Group(BaseModel):
    """A client group: its title, its audience, the signs of its members and what its profile has to tell."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    title: str = Field(min_length=1)
    kind: Literal["citizen", "employer"] = "citizen"
    aliases: tuple[str, ...] = ()
    region: str | None = None
    sources: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    enable: tuple[str, ...] = ()
    cue: tuple[Cue, ...] = ()


def load_groups(*folders: Path) -> dict[str, Group]:
    """The groups of config/groups and of ``folders``, by name; a later folder wins.

    Raises BadConfig with every mistake of every file.
    """
    traits = template_of(*folders).traits
    groups: dict[str, Group] = {}
    mistakes: list[str] = []
    for folder in [resources() / "config" / "groups", *folders]:
        for file in sorted(folder.glob("[!_]*.toml")):
            found = read_group(file)
            if isinstance(found, Group):
                groups[found.name] = found
                mistakes += [
                    f"{file}: {name!r}: no such characteristic. Known: {', '.join(traits)}."
                    for name in (*found.required, *found.enable)
                    if name not in traits
                ]
            else:
                mistakes += found
    mistakes += _shared_aliases(groups)
    if mistakes:
        raise BadConfig(mistakes)
    return groups


def read_group(file: Path) -> Group | list[str]:
    """The group of one file, or every mistake in it; read again only when the file has changed."""
    try:
        seen = file.stat()
    except OSError as error:
        return [f"{file}: no TOML: {error}"]
    return _read_group(file, seen.st_mtime_ns, seen.st_size)


@functools.lru_cache(maxsize=512)
def _read_group(file: Path, *seen: int) -> Group | list[str]:
    del seen
    try:
        raw: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        return [f"{file}: no TOML: {error}"]
    if "name" in raw:
        return [f"{file}: name: no such key: the file's own name is the group's"]
    try:
        return Group.model_validate({"name": file.stem, **raw})
    except ValidationError as error:
        return [complaint(str(file), e, Group if len(e["loc"]) == 1 else Cue) for e in error.errors()]


def find_group(name: str, groups: dict[str, Group] | None = None) -> Group:
    """The group of that name, alias or title; an unknown name gives a plain group with that title."""
    known = load_groups() if groups is None else groups
    if name in known:
        return known[name]
    wanted = name.strip().casefold()
    for group in known.values():
        if wanted in {group.title.casefold(), *(alias.casefold() for alias in group.aliases)}:
            return group
    return Group(name=name, title=name[:1].upper() + name[1:] or "Без названия")


def _shared_aliases(groups: dict[str, Group]) -> Iterator[str]:
    owner: dict[str, str] = {}
    for group in groups.values():
        for alias in {group.title.casefold(), *(a.casefold() for a in group.aliases)}:
            if alias in owner:
                yield f"{group.name}.toml: {alias!r} already names the group {owner[alias]!r}: names are unique"
            owner.setdefault(alias, group.name)
