"""Which region of Russia a place lies in, by the gazetteer ``config/lexicons/places.toml``.

>>> region_of("Твери"), region_of("г. Набережные Челны"), region_of("Башкирия"), region_of("Париж")
('Тверская область', 'Республика Татарстан', 'Республика Башкортостан', None)
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from miner.errors import BadInput
from miner.settings import resources
from miner.words import analyser

WORD = re.compile(r"[а-яa-z]+(?:-[а-яa-z]+)*", re.IGNORECASE)
# What may stand before or after a name and is no part of it.
KINDS = frozenset(
    ("г", "гор", "город", "городе", "города", "городу", "пос", "поселок", "с", "село", "д", "деревня", "пгт")
)
SHORT = {"обл": "область", "респ": "республика", "ао": "автономный округ", "р-н": "район"}
ENDING = re.compile(r"(?<=\w\w\w)(?:[оеыи]м[иу]?|[оеы]го|[оеыи][йх]|[ао]я|[ая]ми|[ая][хм]|[уо]ю|[аеиоуыэюяйь])$")
LONGEST = 100

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """``exact`` gives the region of each name of the file; the others find the name by the words of a case form."""

    regions: tuple[str, ...]
    exact: Mapping[str, str]
    names: Mapping[str, str]
    lemmas: Mapping[Key, str]
    stems: Mapping[Key, str]

    def find(self, place: str) -> str | None:
        """Return the name that the file has for a place in any case form, or None."""
        words = tuple(plain(place[:LONGEST]))
        if not words:
            return None
        return self.names.get(" ".join(words)) or self.lemmas.get(lemmas(words)) or self.stems.get(stems(words))

    def region(self, place: str) -> str | None:
        name = self.find(place)
        return None if name is None else self.exact[name]


def region_of(place: str) -> str | None:
    """Return one of Russia's 89 regions for a city, a region or what people call them, in any case form, or None."""
    return _region(place)


def name_of(place: str) -> str | None:
    """Return the dictionary form of a known place: «Твери» → «Тверь»."""
    return gazetteer().find(place)


@functools.lru_cache(maxsize=50_000)
def _region(place: str) -> str | None:
    return gazetteer().region(place)


@functools.cache
def gazetteer() -> Gazetteer:
    return read(resources() / "config" / "lexicons" / "places.toml")


def read(path: Path) -> Gazetteer:
    """Raises BadInput naming the file, the place and the rule."""
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadInput(f"{path}: can't be read as TOML: {error}. Mend the file.") from error
    exact: dict[str, str] = {}
    for region, cities in tables["regions"].items():
        exact[region] = region
        for city in filter(None, (city.strip() for city in cities.split(","))):
            exact.setdefault(city, region)
    for city, region in tables.get("first", {}).items():
        if region not in tables["regions"]:
            raise BadInput(f"{path}: first.{city}: {region!r} is no region of [regions].")
        exact[city] = region
    for alias, meant in tables.get("aliases", {}).items():
        if meant not in exact:
            raise BadInput(f"{path}: aliases.{alias}: {meant!r} is neither a region nor a city of this file.")
        exact.setdefault(alias, exact[meant])
    names: dict[str, str] = {}
    by_lemma: dict[Key, str] = {}
    by_stem: dict[Key, str] = {}
    for name in exact:
        words = tuple(plain(name))
        names.setdefault(" ".join(words), name)
        by_lemma.setdefault(lemmas(words), name)
        if len(words) > 1 or "-" in words[0]:
            by_stem.setdefault(stems(words), name)
    return Gazetteer(tuple(tables["regions"]), exact, names, by_lemma, by_stem)


def plain(place: str) -> Iterator[str]:
    """Yield the words of a name, lower case, ё as е, without «г.» and the like, «обл.» as «область»."""
    words = WORD.findall(place.lower().replace("ё", "е"))
    for index, word in enumerate(words):
        if word in KINDS and len(words) > 1 and index == 0:
            continue
        yield from SHORT.get(word, word).split()


@functools.lru_cache(maxsize=50_000)
def lemmas(words: Key) -> Key:
    """Return the dictionary forms of the words of a name, the same for every case form of it."""
    return tuple(lemma(word) for word in words)


def stems(words: Key) -> Key:
    """Return the words without their endings: for names that the dictionary has not («Ленинске-Кузнецком»)."""
    return tuple(ENDING.sub("", part) for word in words for part in word.split("-"))


@functools.lru_cache(maxsize=50_000)
def lemma(word: str) -> str:
    analyses = parse(word)
    if not analyses:
        return word
    place = next((a for a in analyses if "Geox" in a.tag), None)
    adjective = next((a for a in analyses if a.tag.POS == "ADJF"), None)
    noun = next((a for a in analyses if a.tag.POS == "NOUN"), None)
    best = place or adjective or noun or analyses[0]
    return str(best.normal_form).replace("ё", "е")


def parse(word: str) -> list[Any]:
    """Return pymorphy3's analyses of a word, none for letters that it cannot name."""
    try:
        return list(analyser().parse(word))
    except ValueError:
        # It asks Unicode for the name of every letter, and some have none.
        return []
