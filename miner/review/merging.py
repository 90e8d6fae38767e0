"""Lines that people merged: the one that stays gets the people and quotes of those that say the same."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence

from miner.records import Candidate, Quote, Support
from miner.review.verdicts import COMMON, Verdict
from miner.shares import wilson


def merged(candidates: Sequence[Candidate], said: Mapping[str, Verdict], people: int) -> Iterator[Candidate]:
    """Yield the candidates, hosts with everything that was merged into them; ``people`` are those of the group.

    ``said`` are the verdicts by candidate id. A host is known by its id, else by the quotes it had when it was chosen.
    """
    guests: dict[str, list[Candidate]] = {}
    for candidate in candidates:
        verdict = said.get(candidate.id)
        if verdict and verdict.action == "merge" and (host := _host(candidate, verdict, candidates)):
            guests.setdefault(host.id, []).append(candidate)
    for candidate in candidates:
        own = guests.get(candidate.id)
        yield _together(candidate, own, people) if own else candidate


def _host(guest: Candidate, verdict: Verdict, candidates: Sequence[Candidate]) -> Candidate | None:
    others = [c for c in candidates if c.id != guest.id]
    for other in others:
        if other.id == verdict.into:
            return other
    shares = [(_common(other, verdict), other) for other in others if verdict.host]
    best = max(shares, key=lambda pair: pair[0], default=(0.0, None))
    return best[1] if best[0] >= COMMON else None


def _common(candidate: Candidate, verdict: Verdict) -> float:
    own = {(quote.doc_id, quote.start) for quote in candidate.evidence}
    return len(own & verdict.host) / min(len(own), len(verdict.host)) if own else 0.0


def _together(host: Candidate, guests: Sequence[Candidate], people: int) -> Candidate:
    quotes: dict[tuple[str, int], Quote] = {}
    for candidate in (host, *guests):
        for quote in candidate.evidence:
            quotes.setdefault((quote.doc_id, quote.start), quote)
    every = tuple(quotes.values())
    authors = max(len({q.speaker for q in every}), host.support.authors)
    total = max(people, authors)
    support = Support(
        authors=authors,
        statements=max(len(every), host.support.statements),
        threads=max(len({q.thread or q.url or q.doc_id for q in every}), host.support.threads),
        sources=max(len({q.source for q in every if q.source}), host.support.sources),
        months=max(len({q.date[:7] for q in every if q.date}), host.support.months),
        share=authors / total if total else 0.0,
        ci=wilson(authors, total),
    )
    return dataclasses.replace(host, evidence=every, support=support)
