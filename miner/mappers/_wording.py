"""From what people said to a line of a profile: third person, short, no chatter. Every step is a named rule."""

from __future__ import annotations

import re
from dataclasses import dataclass

from miner.mappers import Context
from miner.records import Quote, Theme

_CHATTER = re.compile(
    r"^(?:(?:ну|да|вот|так|короче|в общем|значит|честно говоря|если честно|и|а|но|знаете|как бы|типа|блин|люди|"
    r"девочки|мужики|ребята)\b[\s,–—-]*)+",
    re.IGNORECASE,
)
_LIMIT = 12


@dataclass(frozen=True, slots=True)
class Wording:
    """A line and how it came about; ``quality`` (0..1) is how well it reads."""

    text: str
    quality: float
    why: tuple[str, ...]


def word(theme: Theme, context: Context) -> Wording:
    """The theme's wording: that of its central quotes whose rewriting reads best."""
    del context
    offers = [shorten(quote) for quote in theme.quotes[:5]]
    return max(offers, key=lambda o: o.quality)


def shorten(quote: Quote) -> Wording:
    body = _CHATTER.sub("", quote.quote.strip()).strip(" .,!?…–—-")
    words = body.split()
    text = " ".join(words[:_LIMIT])
    text = text[:1].upper() + text[1:]
    quality = 1.0 if 3 <= len(words) <= _LIMIT else 0.5
    return Wording(text, quality, (f"цитата: «{quote.quote}»", "убраны вводные слова"))
