"""What stands behind a line: people, places, months, how special, how strongly put, and what to beware of."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from miner.mappers import Context
from miner.records import Quote, Support, Theme
from miner.shares import wilson

_MONTHS_FOR_TREND = 6
_STRONG = re.compile(
    r"!!|\b(очень|совсем|вообще|ужас\w*|кошмар\w*|невозможно|никак\w*|ни разу|нигде|никто|никому|сил нет|надоел\w*|"
    r"достал\w*|задолбал\w*|больше всего|главн\w+|обязательно|мечта\w+|любой ценой|принципиально|ненавиж\w+|"
    r"обожаю|всегда|никогда|каждый раз|постоянно|вечно|безумно|страшно|реально|капец|жесть)\b|\b[А-ЯЁ]{4,}\b"
)


def support(theme: Theme, context: Context) -> Support:
    """Distinct people count, not messages."""
    authors = len(speakers(theme.quotes))
    total = max(context.authors, authors)
    low, high = wilson(authors, total)
    return Support(
        authors=authors,
        statements=len(theme.quotes),
        threads=len({q.thread or q.url or q.doc_id for q in theme.quotes}),
        sources=len({q.source for q in theme.quotes if q.source}),
        months=len({q.date[:7] for q in theme.quotes if q.date}),
        share=authors / total if total else 0.0,
        ci=(low, high),
    )


def speakers(quotes: Sequence[Quote]) -> set[str]:
    return {quote.speaker for quote in quotes}


def specificity(keywords: Sequence[str], words: Mapping[str, int], background: Mapping[str, int]) -> float:
    """How much more this group says a theme's words than the others: mean z of the log-odds.

    Informative Dirichlet prior: the words' counts in all groups together, scaled to a tenth of the group's
    (Monroe, Colaresi and Quinn 2008, "Fightin' Words"). 0 when there is nothing to compare with.

    >>> round(specificity(["трактор"], {"трактор": 9, "работа": 50}, {"трактор": 1, "работа": 300}), 1)
    3.8
    >>> specificity(["трактор"], {"трактор": 9}, {})
    0.0
    """
    here, elsewhere = sum(words.values()), sum(background.values())
    if not here or not elsewhere or not keywords:
        return 0.0
    scale = here / (10 * (here + elsewhere))
    prior_total = scale * (here + elsewhere)
    scores = []
    for word in keywords:
        ours, theirs = words.get(word, 0), background.get(word, 0)
        prior = scale * (ours + theirs)
        if not prior:
            continue
        odds = math.log((ours + prior) / (here + prior_total - ours - prior))
        odds -= math.log((theirs + prior) / (elsewhere + prior_total - theirs - prior))
        scores.append(odds / math.sqrt(1 / (ours + prior) + 1 / (theirs + prior)))
    return sum(scores) / len(scores) if scores else 0.0


def trend(quotes: Sequence[Quote], months: Mapping[str, int]) -> float | None:
    """The share of people who say it in the last third of the months less that in the first third.

    None when the group was heard in fewer than six months or by fewer than five people in either third.
    """
    heard = sorted(month for month, people in months.items() if people)
    if len(heard) < _MONTHS_FOR_TREND:
        return None
    third = len(heard) // 3
    said: Counter[str] = Counter()
    for _, month in {(q.speaker, q.date[:7]) for q in quotes if q.date}:
        said[month] += 1
    early, late = heard[:third], heard[-third:]
    people = [sum(months[m] for m in part) for part in (early, late)]
    if min(people) < 5:
        return None
    shares = [sum(said[m] for m in part) / n for part, n in zip((early, late), people, strict=True)]
    return shares[1] - shares[0]


def intensity(quotes: Sequence[Quote]) -> float:
    """The share of quotes that put it strongly."""
    return sum(bool(_STRONG.search(q.quote)) for q in quotes) / len(quotes) if quotes else 0.0


def warnings(theme: Theme, context: Context) -> Iterator[str]:
    authors = len(speakers(theme.quotes))
    if authors < context.min_authors:
        yield f"менее {context.min_authors} авторов"
    for name, places in (
        ("одного источника", [q.source for q in theme.quotes if q.source]),
        ("одного обсуждения", [q.thread for q in theme.quotes if q.thread]),
    ):
        if place := _carries_most(places, len(theme.quotes)):
            yield f"больше половины из {name}: {place}"
    if theme.copies:
        yield f"копий и повторов: {theme.copies}, посчитаны один раз"
    if theme.against:
        yield _divided(theme, context)


def _carries_most(places: Sequence[str | None], total: int) -> str | None:
    if total < 3 or not places:
        return None
    place, count = Counter(places).most_common(1)[0]
    return place if count * 2 > total else None


def _divided(theme: Theme, context: Context) -> str:
    pro, contra = speakers(theme.quotes), speakers(theme.against)
    total = max(context.authors, len(pro | contra))
    if len(contra) * 4 >= len(pro):
        return f"мнения разделились: так считают {_percent(len(pro), total)}, наоборот – {_percent(len(contra), total)}"
    return f"есть и обратное мнение: {_percent(len(contra), total)}"


def _percent(count: int, total: int) -> str:
    return f"{round(100 * count / total)} %"
