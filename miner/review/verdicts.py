"""What the log of decisions says today, and of which candidates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from miner.records import Candidate, Decision, Kind

# A candidate of a later run is the one that was decided on when it shares this much of the smaller one's evidence.
COMMON = 0.5

Place = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The last word on a target: who said it and when, with the words and the evidence it was said about.

    ``host`` is the evidence of the line named by ``into``, so that it is known again after a refit.
    """

    target: str
    action: str
    who: str
    at: str
    text: str | None = None
    reason: str | None = None
    into: str | None = None
    group: str | None = None
    kind: Kind | None = None
    evidence: frozenset[Place] = frozenset()
    host: frozenset[Place] = frozenset()


class Standing:
    """The verdicts in force while a log grows; ``last`` is the id of the last decision on each target."""

    def __init__(self) -> None:
        self.verdicts: dict[str, Verdict] = {}
        self.last: dict[str, str] = {}
        self._stacks: dict[str, list[Decision]] = defaultdict(list)

    def add(self, decision: Decision) -> None:
        stack = self._stacks[decision.target]
        if decision.action != "undo":
            stack.append(decision)
        elif stack:
            stack.pop()
        self.last[decision.target] = decision.id
        if stack:
            self.verdicts[decision.target] = _verdict(stack)
        else:
            self.verdicts.pop(decision.target, None)


def verdicts(decisions: Iterable[Decision]) -> dict[str, Verdict]:
    """The standing verdict on each target; ``undo`` takes back the last one that still stood.

    >>> log = [Decision("1", "2026-01-01", "А", "accept", "c1"), Decision("2", "2026-01-02", "Б", "reject", "c1"),
    ...        Decision("3", "2026-01-03", "Б", "undo", "c1")]
    >>> verdicts(log)["c1"].action
    'accept'
    """
    standing = Standing()
    for decision in decisions:
        standing.add(decision)
    return dict(standing.verdicts)


def _verdict(stack: Sequence[Decision]) -> Verdict:
    last = stack[-1]
    # The evidence may have been kept by an earlier decision on the same candidate.
    about = next((d.data for d in reversed(stack) if d.data.get("evidence")), last.data)
    return Verdict(
        target=last.target,
        action=last.action,
        who=last.who,
        at=last.at,
        text=last.data.get("text"),
        reason=last.data.get("reason"),
        into=last.data.get("into"),
        group=about.get("group"),
        kind=about.get("kind"),
        evidence=_places_of(about.get("evidence", ())),
        host=_places_of(last.data.get("host", ())),
    )


def _places_of(pairs: Iterable[Sequence[Any]]) -> frozenset[Place]:
    return frozenset((str(doc), int(start)) for doc, start in pairs)


def settle(
    candidates: Sequence[Candidate],
    standing: Mapping[str, Verdict],
    places: Mapping[str, frozenset[Place]] | None = None,
) -> dict[str, Verdict]:
    """The verdict on each candidate that has one, by candidate id.

    A candidate is known by its id, else by the evidence it shares with the one decided on, each verdict finding the
    candidate nearest to it: a refit gives new ids, and a rejected line stays rejected. ``places`` are those of the
    candidates' quotes, where they are known without the quotes.
    """
    found = {c.id: standing[c.id] for c in candidates if c.id in standing}
    used = {verdict.target for verdict in found.values()}
    pairs = [
        (share, candidate.id, verdict)
        for verdict in standing.values()
        if verdict.evidence and verdict.target not in used
        for candidate in candidates
        if candidate.id not in found and candidate.group == verdict.group and candidate.kind == verdict.kind
        if (share := _common(_places(candidate, places), verdict)) >= COMMON
    ]
    for _, candidate_id, verdict in sorted(pairs, key=lambda pair: (-pair[0], pair[1], pair[2].target)):
        found.setdefault(candidate_id, verdict)
    return found


def _places(candidate: Candidate, known: Mapping[str, frozenset[Place]] | None) -> frozenset[Place]:
    if known is not None:
        return known.get(candidate.id, frozenset())
    return frozenset((quote.doc_id, quote.start) for quote in candidate.evidence)


def _common(own: frozenset[Place], verdict: Verdict) -> float:
    return len(own & verdict.evidence) / min(len(own), len(verdict.evidence)) if own else 0.0
