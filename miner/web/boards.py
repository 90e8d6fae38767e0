"""What stands on whose word today: each group's candidates with their verdicts, kept in step with the store.

The log of decisions is read once and then only where it grew; candidates are read again after a mining.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from miner.records import Candidate, Decision, Kind
from miner.review import Standing, Verdict, settle
from miner.store import Store
from miner.web.versions import etag

State = Literal["new", "later", "accepted", "rejected", "merged"]
STATES: tuple[State, ...] = ("new", "later", "accepted", "rejected", "merged")
OF_ACTION: dict[str, State] = {
    "accept": "accepted",
    "edit": "accepted",
    "reject": "rejected",
    "later": "later",
    "merge": "merged",
}


@dataclass(frozen=True, slots=True)
class Card:
    """A candidate (without its quotes), its verdict, and ``last``: the last decisions that both rest on."""

    number: int
    candidate: Candidate
    verdict: Verdict | None
    last: tuple[tuple[str, str | None], ...]

    @property
    def state(self) -> State:
        return OF_ACTION.get(self.verdict.action, "new") if self.verdict else "new"

    @property
    def text(self) -> str:
        """The wording in force."""
        edited = self.verdict.text if self.verdict and self.verdict.action == "edit" else None
        return edited or self.candidate.text

    @property
    def target(self) -> str:
        """What a decision has to name to be about this candidate, also after a refit."""
        return self.verdict.target if self.verdict else self.candidate.id

    @property
    def etag(self) -> str:
        return etag(self.candidate.id, self.candidate.text, self.last)


class Board:
    """The candidates of one group with the verdicts on them."""

    def __init__(self, group: str, candidates: Sequence[Candidate], store: Store, standing: Standing) -> None:
        self.group = group
        self.candidates = {c.id: (number, c) for number, c in enumerate(candidates)}
        self._store = store
        self.settle(standing)

    def settle(self, standing: Standing) -> None:
        """Find the candidates that the verdicts speak of; their quotes are asked for only where ids don't tell."""
        mine = {t: v for t, v in standing.verdicts.items() if v.group == self.group}
        strange = any(target not in self.candidates and verdict.evidence for target, verdict in mine.items())
        places = self._store.candidates.places(self.group) if strange else {}
        heads = [candidate for _, candidate in self.candidates.values()]
        settled = settle(heads, mine, places)
        self.cards = {c.id: _card(number, c, settled.get(c.id), standing) for number, c in self.candidates.values()}

    def concerned(self, decision: Decision) -> bool:
        """Whether a decision is about a candidate of this board, perhaps under its id before a refit."""
        resting = any(c.verdict and c.verdict.target == decision.target for c in self.cards.values())
        return resting or decision.target in self.cards or decision.data.get("group") == self.group

    def hear(self, target: str, standing: Standing) -> None:
        """Take in a decision on a target."""
        card = self.cards.get(target)
        if card is None or (card.verdict and card.verdict.target != target):
            self.settle(standing)
            return
        verdict = standing.verdicts.get(target)
        self.cards[target] = _card(card.number, card.candidate, verdict, standing)

    def counts(self) -> Counter[State]:
        return Counter(card.state for card in self.cards.values())

    def page(
        self, *, kind: Kind | None = None, state: State | None = None, after: int = -1, limit: int = 50
    ) -> list[Card]:
        """Cards in their order from the one after that number on."""
        found = (
            card
            for card in self.cards.values()
            if card.number > after
            and (kind is None or card.candidate.kind == kind)
            and (state is None or card.state == state)
        )
        return [card for card, _ in zip(found, range(limit), strict=False)]


class Boards:
    """The boards of all groups, in step with the store whenever they are asked for."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.RLock()
        self._standing = Standing()
        self._heard = 0
        self._mined = -1
        self._groups: dict[str, str] = {}
        self._boards: dict[str, Board] = {}

    def groups(self) -> dict[str, str]:
        """The groups that were mined, with their titles, in the order of the titles."""
        from miner.profiles import find_group, load_groups

        with self._lock:
            self._catch_up()
            if not self._groups:
                known = load_groups()
                titles = {name: find_group(name, known).title for name in self._store.candidates.groups()}
                self._groups = dict(sorted(titles.items(), key=lambda pair: pair[1]))
            return self._groups

    def of(self, group: str) -> Board | None:
        """None when the group was never mined."""
        with self._lock:
            self._catch_up()
            if group not in self._boards:
                heads = self._store.candidates.heads(group)
                if not heads and group not in self.groups():
                    return None
                self._boards[group] = Board(group, heads, self._store, self._standing)
            return self._boards[group]

    def find(self, candidate: str) -> Card | None:
        """The card of a candidate, whichever group it is of."""
        group = self._store.candidates.group_of(candidate)
        board = self.of(group) if group is not None else None
        return board.cards.get(candidate) if board else None

    def _catch_up(self) -> None:
        mined = self._store.candidates.place()
        if mined != self._mined:
            self._boards, self._groups, self._mined = {}, {}, mined
        if self._store.decisions.place() == self._heard:
            return
        for place, decision in self._store.decisions.after(self._heard):
            self._standing.add(decision)
            self._heard = place
            for board in self._boards.values():
                if board.concerned(decision):
                    board.hear(decision.target, self._standing)


def _card(number: int, candidate: Candidate, verdict: Verdict | None, standing: Standing) -> Card:
    names = {candidate.id, verdict.target} if verdict else {candidate.id}
    return Card(number, candidate, verdict, tuple((name, standing.last.get(name)) for name in sorted(names)))
