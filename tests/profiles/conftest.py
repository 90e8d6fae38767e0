"""A small mined group, invented: a dozen rural people."""

from __future__ import annotations

import pytest

from miner.records import Candidate, Fact, FactValue, Mined, Quote, Support
from miner.shares import wilson


def candidate(name, kind, text, authors, of=40, quotes=(), **more):
    support = Support(authors, authors + 1, authors, 2, 3, authors / of, wilson(authors, of))
    evidence = tuple(
        Quote(f"p{name}-{at}", 0, len(said), said, f"u{at}", f"2024-0{1 + at % 9}-11", f"https://forum.example.ru/{at}")
        for at, said in enumerate(quotes)
    )
    return Candidate(f"rural-{name}", "rural", kind, text, support, 0.5, None, evidence, **more)


def fact(name, counts, n=None):
    n = n or sum(counts.values())
    values = (FactValue(v, c, c / n, wilson(c, n)) for v, c in sorted(counts.items(), key=lambda pair: -pair[1]))
    return Fact(name, n, tuple(values))


@pytest.fixture
def mined():
    return Mined(
        group="rural",
        posts=61,
        authors=40,
        candidates=(
            candidate(
                "p1",
                "pain",
                "Плохое транспортное сообщение",
                12,
                quotes=["автобус два раза в неделю", "до райцентра пешком"],
            ),
            candidate("p2", "pain", "В селе нет рабочих мест", 9, quotes=["лесопилку закрыли, работы нет"]),
            candidate("d1", "desire", "Найти работу рядом с домом", 8, quotes=["хоть бы в школу истопником"]),
            candidate(
                "v1", "value", "Дорожит родными местами", 2, quotes=["никуда не поеду"], warnings=("мало людей",)
            ),
        ),
        facts=(
            fact("gender", {"f": 14, "m": 10}),
            fact("age", {49: 2, 52: 3, 19: 1, 34: 2}),
            fact("region", {"Чухлома": 3, "Кологрив": 1, "Макарьев": 1}),
            fact("goal", {"найти работу": 6, "своё дело": 5}),
            fact("children", {3: 2}),
        ),
    )
