"""A profile as it stands before it is a version: what was mined, what people accepted, and what they wrote themselves.

The log of decisions is read once and then only where it grew. Facts are those of the last version; where there is none
yet, they are found once after a mining, which takes a while.
"""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal
from weakref import WeakKeyDictionary

from miner import pipeline
from miner.profiles.build import columns
from miner.records import KINDS, Decision, Kind, Line, Profile, Remark
from miner.review import Standing
from miner.web.boards import Board, Card
from miner.web.desk import Desk, now
from miner.web.versions import etag

if TYPE_CHECKING:
    from miner.store import Store

State = Literal["accepted", "proposed", "removed", "later", "merged"]
OF_BOARD: Mapping[str, State] = {
    "new": "proposed",
    "later": "later",
    "accepted": "accepted",
    "rejected": "removed",
    "merged": "merged",
}


@dataclass(frozen=True, slots=True)
class Item:
    """A line of a draft, or the staff's remark on a characteristic (``field``); ``last`` is what its state rests on."""

    id: str
    group: str
    kind: Kind | None
    field: str | None
    text: str
    said: str
    state: State
    line: Line | None
    who: str | None
    at: str | None
    target: str
    etag: str
    last: Mapping[str, str | None]

    @property
    def own(self) -> bool:
        """Whether the staff wrote it."""
        return self.target.startswith(("line-", "fact-"))


class Drafts:
    """The drafts of all groups of a store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.RLock()
        self._heard = 0
        self._standing = Standing()
        self._about: dict[str, dict[str, Any]] = {}
        self._orders: dict[tuple[str, str], Decision] = {}
        self._found: dict[str, tuple[int, Profile]] = {}

    # -- what people said --

    def own(self, group: str) -> Iterator[Item]:
        """What the staff wrote of a group, in the order in which it was written first."""
        with self._lock:
            self._catch_up()
            yield from [self._own(target) for target, about in self._about.items() if about["group"] == group]

    def find(self, at: Desk, group: str, name: str) -> Item | None:
        """A line or a remark by its id."""
        with self._lock:
            self._catch_up()
            if name in self._about:
                return self._own(name) if self._about[name]["group"] == group else None
        card = at.boards.find(name)
        return _mined(card) if card and card.candidate.group == group else None

    def order(self, group: str, kind: Kind) -> tuple[tuple[str, ...], str | None]:
        """The names of a column's lines in the order that a person gave them, and the id of that decision."""
        with self._lock:
            self._catch_up()
            given = self._orders.get((group, kind))
            return (tuple(given.data["lines"]), given.id) if given else ((), None)

    def order_etag(self, group: str, kind: Kind) -> str:
        return etag("order", group, kind, self.order(group, kind)[1])

    # -- what stands --

    def lines(self, at: Desk, group: str) -> dict[Kind, list[Item]]:
        """The lines that the next version will have, by column."""
        board = at.boards.of(group)
        cards = board.cards if board else {}
        own = {item.id: item for item in self.own(group)}
        said = {name: card.verdict for name, card in cards.items() if card.verdict}
        orders = {kind: self.order(group, kind)[0] for kind in KINDS}
        heads = [card.candidate for card in cards.values()]
        manual = [item.line for item in own.values() if item.line and item.state == "accepted"]
        found: dict[Kind, list[Item]] = {kind: [] for kind in KINDS}
        for line in columns(heads, said, manual, at.settings.profile.lines, orders):
            item = own.get(line.id) or _mined(cards[line.id])
            found[line.kind].append(dataclasses.replace(item, line=line))
        return found

    def removed(self, at: Desk, group: str, limit: int = 20) -> list[Item]:
        """What was taken out of the profile, the latest first."""
        board: Board | None = at.boards.of(group)
        cards = board.cards.values() if board else ()
        gone = [_mined(card) for card in cards if card.state == "rejected"]
        gone += [item for item in self.own(group) if item.kind and item.state == "removed"]
        return sorted(gone, key=lambda item: item.at or "", reverse=True)[:limit]

    def remarks(self, group: str) -> dict[str, list[Item]]:
        """What the staff know of characteristics, by characteristic."""
        found: dict[str, list[Item]] = {}
        for item in self.own(group):
            if item.field and item.state == "accepted":
                found.setdefault(item.field, []).append(item)
        return found

    def today(self, at: Desk, group: str) -> Profile:
        """The profile with its lines and remarks as they stand; facts and figures are the last version's.

        Where there is no version, they are found now, one group at a time. Raises BadInput when nothing was mined.
        """
        base = self._store.profiles.latest(group) or self._fresh(at, group)
        evidence = {line.id: line.quotes for line in base.lines}
        lines = []
        for items in self.lines(at, group).values():
            for line in (item.line for item in items):
                assert line is not None
                quotes = evidence.get(line.id)
                if quotes is None and line.support:
                    candidate = self._store.candidates.get(line.id)
                    quotes = candidate.evidence if candidate else ()
                lines.append(dataclasses.replace(line, quotes=quotes or ()))
        remarks = self.remarks(group)
        facts = tuple(
            dataclasses.replace(fact, remarks=tuple(Remark(i.text, i.who, i.at) for i in remarks.get(fact.field, ())))
            for fact in base.facts
        )
        return dataclasses.replace(
            base, lines=tuple(lines), facts=facts, status="draft", version=0, made=now().date().isoformat(),
            endorsed_by=None, endorsed_at=None,
        )  # fmt: skip

    def _fresh(self, at: Desk, group: str) -> Profile:
        place = self._store.candidates.place()
        known = self._found.get(group)
        if known is None or known[0] != place:
            with at.language:
                known = self._found.get(group)
                if known is None or known[0] != place:
                    made = pipeline.profile(self._store, group, at.settings, made=now().date().isoformat())
                    known = self._found[group] = (place, made)
        return known[1]

    def _own(self, target: str) -> Item:
        about, last = self._about[target], self._standing.last.get(target)
        verdict = self._standing.verdicts.get(target)
        stands = verdict is not None and verdict.action == "manual"
        text = verdict.text if verdict and verdict.text else about["text"]
        who, when = (verdict.who, verdict.at) if verdict else (about["who"], about["at"])
        line = None
        if about["kind"]:
            line = Line(target, about["kind"], text, "manual", who=who, at=when, accepted=True)
        return Item(
            id=target,
            group=about["group"],
            kind=about["kind"],
            field=about["field"],
            text=text,
            said=text,
            state="accepted" if stands else "removed",
            line=line,
            who=who,
            at=when,
            target=target,
            etag=etag(target, text, last),
            last={target: last},
        )

    def _catch_up(self) -> None:
        if self._store.decisions.place() == self._heard:
            return
        for place, decision in self._store.decisions.after(self._heard):
            self._heard = place
            data = decision.data
            if decision.action == "order":
                self._orders[data["group"], data["kind"]] = decision
            elif decision.action == "manual":
                about = {"group": data.get("group"), "kind": data.get("kind"), "field": data.get("field")}
                known = self._about.setdefault(decision.target, about)
                known |= {"text": data.get("text") or "", "who": decision.who, "at": decision.at}
                self._standing.add(decision)
            elif decision.target in self._about:
                self._standing.add(decision)


_OF: WeakKeyDictionary[Store, Drafts] = WeakKeyDictionary()
_MAKING = threading.Lock()


def drafts(at: Desk) -> Drafts:
    """The drafts of the desk's store."""
    store = at.store
    with _MAKING:
        return _OF.setdefault(store, Drafts(store))


def titles(at: Desk) -> dict[str, str]:
    """The groups that were mined or have a profile, with their titles, in the order of the titles."""
    from miner.profiles import find_group, load_groups

    found = dict(at.boards.groups())
    if more := [name for name in at.store.profiles.groups() if name not in found]:
        known = load_groups()
        found |= {name: find_group(name, known).title for name in more}
    return dict(sorted(found.items(), key=lambda pair: pair[1]))


def names(items: Sequence[Item]) -> list[str]:
    """What an order calls the lines, so that it holds after a refit."""
    return [item.target for item in items]


def differs(today: Mapping[Kind, Sequence[Item]], version: Profile | None) -> bool:
    """Whether the lines of a draft are others than those of a version."""
    if version is None:
        return True
    return any(
        [(i.id, i.text, i.state == "accepted") for i in today[kind]]
        != [(line.id, line.text, line.accepted) for line in version.of(kind)]
        for kind in KINDS
    )


def _mined(card: Card) -> Item:
    verdict = card.verdict
    return Item(
        id=card.candidate.id,
        group=card.candidate.group,
        kind=card.candidate.kind,
        field=None,
        text=card.text,
        said=card.candidate.text,
        state=OF_BOARD[card.state],
        line=None,
        who=verdict.who if verdict else None,
        at=verdict.at if verdict else None,
        target=card.target,
        etag=card.etag,
        last=dict(card.last),
    )
