"""What the log of decisions says today, and of which candidates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from miner.records import Candidate, Decision, Kind

# A candidate of a later run is the one that was decided on when it shares this much of the smaller one's evidence.
COMMON = 0.5

Place = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The last word on a target: who said it and when, with the words and the evidence it was said about."""

    target: str
    action: str
    who: str
    at: str
    text: str | None = None
    reason: str | None = None
    group: str | None = None
    kind: Kind | None = None
    evidence: frozenset[Place] = frozenset()


def verdicts(decisions: Iterable[Decision]) -> dict[str, Verdict]:
    """The standing verdict on each target; ``undo`` takes back the last one that still stood.

    >>> log = [Decision("1", "2026-01-01", "А", "accept", "c1"), Decision("2", "2026-01-02", "Б", "reject", "c1"),
    ...        Decision("3", "2026-01-03", "Б", "undo", "c1")]
    >>> verdicts(log)["c1"].action
    'accept'
    """
    stacks: dict[str, list[Decision]] = defaultdict(list)
    for decision in decisions:
        if decision.action == "undo":
            if stacks[decision.target]:
                stacks[decision.target].pop()
        else:
            stacks[decision.target].append(decision)
    return {target: _verdict(stack) for target, stack in stacks.items() if stack}


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
        group=about.get("group"),
        kind=about.get("kind"),
        evidence=frozenset((str(doc), int(start)) for doc, start in about.get("evidence", ())),
    )


def settle(candidates: Sequence[Candidate], standing: Mapping[str, Verdict]) -> dict[str, Verdict]:
    """The verdict on each candidate that has one, by candidate id.

    A candidate is known by its id, else by the evidence it shares with the one decided on, each verdict finding the
    candidate nearest to it: a refit gives new ids, and a rejected line stays rejected.
    """
    found = {c.id: standing[c.id] for c in candidates if c.id in standing}
    pairs = [
        (share, candidate.id, verdict)
        for verdict in standing.values()
        if verdict.evidence and verdict not in found.values()
        for candidate in candidates
        if candidate.id not in found and candidate.group == verdict.group and candidate.kind == verdict.kind
        if (share := _common(candidate, verdict)) >= COMMON
    ]
    for _, candidate_id, verdict in sorted(pairs, key=lambda pair: (-pair[0], pair[1], pair[2].target)):
        found.setdefault(candidate_id, verdict)
    return found


def _common(candidate: Candidate, verdict: Verdict) -> float:
    own = {(quote.doc_id, quote.start) for quote in candidate.evidence}
    return len(own & verdict.evidence) / min(len(own), len(verdict.evidence)) if own else 0.0
