"""config/lexicons/wording.toml and the wordings of config/lexicons/themes, read once."""

from __future__ import annotations

import functools
import re
import tomllib
from dataclasses import dataclass
from re import Pattern

from miner.errors import BadInput
from miner.records import KINDS, Kind
from miner.settings import resources


@dataclass(frozen=True, slots=True)
class Lexicon:
    """config/lexicons/wording.toml, compiled."""

    chatter: Pattern[str]
    dropped: Pattern[str]
    slang: Pattern[str]
    words: dict[str, str]
    openings: tuple[tuple[str, Kind, Pattern[str], str], ...]
    good: dict[Kind, Pattern[str]]


@functools.lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """Raises BadInput when config/lexicons/wording.toml can't be used."""
    file = resources() / "config" / "lexicons" / "wording.toml"
    try:
        raw = tomllib.loads(file.read_text(encoding="utf-8"))
        chatter = "|".join(sorted(_listed(raw["chatter"]), key=len, reverse=True))
        return Lexicon(
            chatter=re.compile(rf"(?i)(?:^|(?<=[\s,]))(?:{chatter})(?=[\s,]|$)"),
            dropped=re.compile(rf"(?i)^(?:{'|'.join(_listed(raw['openings_dropped']))})(?=[\s,])[\s,]*"),
            slang=re.compile(rf"\b(?:{'|'.join(_listed(raw['slang']))})\b"),
            words=dict(raw["words"]),
            openings=tuple((o["name"], o["kind"], re.compile(o["pattern"]), o["to"]) for o in raw["opening"]),
            good={kind: re.compile(rf"(?i)^(?:{'|'.join(_listed(raw['good'][kind]))})") for kind in KINDS},
        )
    except (OSError, KeyError, tomllib.TOMLDecodeError, re.error) as error:
        raise BadInput(f"{file}: can't be used: {error}. Mend it; its head says what the keys mean.") from error


def _listed(text: str) -> list[str]:
    return [word for line in text.split("|") if (word := line.strip())]


@functools.lru_cache(maxsize=1)
def known_wordings() -> dict[tuple[Kind, str], str]:
    """(kind, name of a well-known theme) → its line."""
    home = resources() / "config" / "lexicons" / "themes"
    return {
        (kind, name): table["wording"]
        for kind in KINDS
        for name, table in tomllib.loads((home / f"{kind}.toml").read_text(encoding="utf-8")).items()
    }
