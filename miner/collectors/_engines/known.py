"""All engines, and which of them a page is of."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from datetime import datetime

from miner.collectors._engines import Engine, Sheet
from miner.collectors._html import document


@functools.cache
def engines() -> Sequence[Engine]:
    """The engines in the order in which a draw is settled, the last resorts at the end."""
    from miner.collectors._engines import fluxbb, invision, misago, mybb, phpbb, smf, vbulletin, xenforo
    from miner.collectors._engines.flarum import Flarum
    from miner.collectors._engines.nodebb import NodeBB
    from miner.collectors._engines.repeated import Repeated
    from miner.collectors._engines.structured import Structured

    families = (phpbb, vbulletin, xenforo, invision, smf, mybb, fluxbb, misago)
    marked: list[Engine] = [engine for family in families for engine in family.ENGINES]
    return (*marked, Flarum(), NodeBB(), Structured(), Repeated())


def detect(sheet: Sheet) -> list[Engine]:
    """The engines that a page may be of, the surest first."""
    signed = [(engine.sign(sheet), engine) for engine in engines()]
    return [engine for sign, engine in sorted(signed, key=lambda pair: -pair[0]) if sign > 0]


def sheet(url: str, text: str, now: datetime, cookies: tuple[str, ...] = ()) -> Sheet:
    """A page as engines read it. A page that can't be parsed has an empty tree."""
    json = text.lstrip()[:1] in ("{", "[")
    return Sheet(url, text, document("" if json else text), now, cookies)
