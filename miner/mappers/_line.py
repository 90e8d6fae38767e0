"""One theme, one line: the work that pain, desire and value share."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence

from miner.mappers import Context, _evidence
from miner.mappers._wording import Wording, word
from miner.records import Candidate, Theme

Pattern = Callable[[str], str | None]


def line(
    theme: Theme, context: Context, wordings: Callable[[Theme, Context], Wording | None] = word
) -> Iterator[Candidate]:
    """The candidate of a theme. One person's voice gives none, since a profile speaks of a group; nor do quotes that
    can't be worded.
    """
    if len(_evidence.speakers(theme.quotes)) < min(2, context.min_authors):
        return
    wording = wordings(theme, context)
    if wording is None:
        return
    yield Candidate(
        id=hashlib.sha256(f"candidate\n{theme.id}".encode()).hexdigest()[:12],
        group=theme.group,
        kind=theme.kind,
        text=wording.text,
        support=_evidence.support(theme, context),
        specificity=_evidence.specificity(theme.keywords, context.words, context.background),
        trend=_evidence.trend(theme.quotes, context.months),
        evidence=theme.quotes,
        keywords=theme.keywords,
        warnings=(*_evidence.warnings(theme, context), *_unsure(wording)),
        why=_why(theme, wording),
        against=theme.against,
        intensity=_evidence.intensity(theme.quotes),
    )


def _unsure(wording: Wording) -> Sequence[str]:
    return () if wording.quality >= 0.6 else ("формулировку проверьте по цитатам",)


def _why(theme: Theme, wording: Wording) -> tuple[str, ...]:
    known: Sequence[str] = (f"известная тема: {theme.known} ({theme.sureness:.2f})",) if theme.sureness else ()
    return (*known, *wording.why)
