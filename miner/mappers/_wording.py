"""The line of a theme, by the first way that will do; ``why`` tells the rules and the quote.

A well-known theme has its wording in config/lexicons/themes. Otherwise the clauses of the central quotes are rewritten,
what passes every check is judged by how well it reads and how many others of the theme say the same, and the best is
taken. A language model may be let to propose a wording: one that is fit for a line goes before the rewritten ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from miner.mappers import Context
from miner.mappers._checks import CHECKS, REWRITTEN, WORDS, complaint, disagreeing
from miner.mappers._lexicon import known_wordings, lexicon
from miner.mappers._person import parses
from miner.mappers._rewriting import clauses, rewritten
from miner.mappers._shared import Shared
from miner.records import Kind, Quote, Theme

# How much a theme sounds like a well-known one, and how well a rewritten clause reads.
_SURE, _LIKELY, _PERHAPS = 0.25, 0.2, 0.12
_READS_VERY_WELL, _READS_WELL, _READS = 0.95, 0.75, 0.65
# A piece that depends on nothing before it.
_LOOSE = re.compile(r"(?i), (?!что|чтобы|где|куда|котор|когда|как|если|чем|сколько|откуда|почему|а не|кто|кому)")
_DOUBTFUL = 0.5
_CENTRAL, _FARTHER = 5, 12
# What it counts that the other quotes say the same.
_SHARED = 0.75


@dataclass(frozen=True, slots=True)
class Wording:
    """A line and how it came about; ``quality`` (0..1) is how well it reads."""

    text: str
    quality: float
    why: tuple[str, ...]


def word(theme: Theme, context: Context) -> Wording | None:
    """The theme's wording, by the first of these that will do.

    That of the well-known theme when it is sure; what is proposed, if it is fit for a line; that of the well-known
    theme when it is likely; the best rewriting of a central clause; that of the theme it may be. The last three are to
    be checked, unless the rewriting reads very well. None when there is nothing: better no line than a list of words.
    """
    known = known_wordings().get((theme.kind, theme.known or ""))
    source = _source(theme.quotes[0])
    if known and theme.sureness >= _SURE:
        return Wording(known, 1.0, ("формулировка известной темы", source))
    proposed = " ".join((context.propose(theme) or "").split()).rstrip(".") if context.propose else ""
    if not proposed:
        return _by_rules(theme, context, known)
    if against := unfit(proposed):
        ruled = _by_rules(theme, context, known)
        return ruled and replace(ruled, why=(*ruled.why, f"предложение языковой модели отклонено: {against}"))
    return Wording(proposed[:1].upper() + proposed[1:], _READS_WELL, ("предложено языковой моделью по цитатам", source))


def unfit(text: str) -> str | None:
    """What speaks against a line that somebody proposes; None when nothing does.

    >>> unfit("Боится, что возраст помешает трудоустройству"), unfit("Боюсь не найти работу"), unfit("Нет денег")
    (None, 'говорит от первого лица', 'слов 2, а нужно от 3 до 12')
    """
    return complaint(text, CHECKS)


def _by_rules(theme: Theme, context: Context, known: str | None) -> Wording | None:
    best = _best_rewritten(theme, context)
    source = _source(theme.quotes[0])
    likely = known and Wording(known, _DOUBTFUL, ("похоже на известную тему, проверьте по цитатам", source))
    if likely and theme.sureness >= _LIKELY:
        return likely
    if best and best.quality >= _READS_WELL:
        return best if best.quality >= _READS_VERY_WELL else replace(best, quality=_DOUBTFUL)
    if best and best.quality >= _READS and theme.sureness < _PERHAPS:
        return replace(best, quality=_DOUBTFUL)
    return likely or (best and replace(best, quality=_DOUBTFUL))


def _best_rewritten(theme: Theme, context: Context) -> Wording | None:
    """The best line of the central quotes; of the farther ones only when no central one reads well."""
    said = Shared(theme.quotes)
    best: Wording | None = None
    for quotes in (theme.quotes[:_CENTRAL], theme.quotes[_CENTRAL:_FARTHER]):
        offers = [offer for quote in quotes for offer in offered(quote, theme.kind, context, said)]
        best = max([*offers, *([best] if best else [])], key=lambda o: (round(o.quality, 6), o.text), default=None)
        if best and best.quality >= _READS_WELL:
            break
    return best


def offered(quote: Quote, kind: Kind, context: Context, said: Shared | None = None) -> Iterator[Wording]:
    """The lines that a quote's clauses suggest, each with the rules that made it; only what passes every check."""
    for clause in clauses(quote.quote):
        draft = rewritten(clause, kind, context.parse)
        if complaint(draft.text, REWRITTEN) or not _plainly_of(draft.text, kind):
            continue
        if not disagreeing(context.parse(draft.text)):
            quality = _fluency(draft.text) + (_SHARED * said.share(draft.text, quote.speaker) if said else 0.0)
            yield Wording(draft.text, max(0.0, min(1.0, quality)), (*draft.rules, _source(quote)))


def _plainly_of(text: str, kind: Kind) -> bool:
    """«Боится …», «Хочет …», «Ценит …»; of a pain also «Платят мало», «Желающих нет» and «Автобус не ходит»."""
    if lexicon().good[kind].match(text):
        return True
    forms = [form.lower() for form in WORDS.findall(text)]
    tags = [parses(form)[0].tag for form in forms[:5] if form[0].isalpha()]
    impersonal = bool(tags) and {"VERB", "3per", "plur"} in tags[0]
    denied = " не " in text.split(",", maxsplit=1)[0] and any({"NOUN", "nomn"} in tag for tag in tags[:2])
    return kind == "pain" and ("нет" in forms or impersonal or denied)


def _fluency(text: str) -> float:
    return 0.7 + (0.05 if 4 <= len(WORDS.findall(text)) <= 9 else 0.0) - 0.1 * len(_LOOSE.findall(text))


def _source(quote: Quote) -> str:
    return f"цитата: «{quote.quote}»"
