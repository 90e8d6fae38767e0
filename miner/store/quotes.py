"""Quotes behind lines: rows of their own, so that those of one person can be found and taken out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from miner.records import Quote
from miner.store.columns import digest
from miner.store.pages import AnyRow

FIELDS = ("doc_id", "start", "stop", "quote", "speaker", "date", "url", "thread", "source", "score")


def quote_line(quote: Quote) -> dict[str, Any]:
    return {
        "doc_id": quote.doc_id,
        "doc": digest(quote.doc_id),
        "start": quote.start,
        "stop": quote.end,
        "quote": quote.quote,
        "speaker": quote.speaker,
        "voice": voice(quote.speaker),
        "date": quote.date,
        "url": quote.url,
        "thread": quote.thread,
        "source": quote.source,
        "score": quote.score,
    }


def voice(speaker: str) -> bytes:
    """Stands for the author of a quote, whatever the source.

    >>> voice("a:0123@vk") == voice("a:0123@ok") == voice("a:0123")
    True
    """
    return digest(speaker.partition("@")[0])


def columns(table: Any) -> list[Any]:
    return [getattr(table, name) for name in FIELDS]


def by_line(rows: Iterable[AnyRow | Sequence[Any]]) -> dict[int, list[Quote]]:
    """Rows of a line's number and a quote's columns."""
    found: dict[int, list[Quote]] = defaultdict(list)
    for line, *quote in rows:
        found[line].append(Quote(*quote))
    return found
