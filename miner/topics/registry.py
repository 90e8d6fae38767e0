"""Topics that keep their identity: permanent ids, refits matched to what was known, decisions that no refit loses.

A registry holds what the machine assigned (``base``) and an append-only log of people's decisions. What a reader sees
is the base with the decisions laid over it, so that a decision can be undone at any time. In a refit the topics of the
reader's view are matched to the new groups; texts stay in topics that go on, decided texts stay where people put them,
and new texts join whichever topic of their group is nearest.

>>> from miner.records import Post
>>> registry = Registry()
>>> posts = [Post(str(i), text) for i, text in enumerate(["нет опыта", "опыта нет", "низкая зарплата"])]
>>> result = registry.fit(posts, Settings())
>>> decision = registry.decide(Decision("d1", "2025-03-14", "аналитик", "rename", "t1", {"label": "Мало опыта"}))
>>> registry.fit(posts, Settings()).topics[0].label
'Мало опыта'
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from miner.errors import BadInput
from miner.records import Decision, Json, Topic
from miner.settings import Settings
from miner.topics import cluster, labels, model
from miner.topics.folding import MOST_CHARS
from miner.topics.model import Assignment, Event, Fitted, Grouping, Text, TopicsResult

VERSION = 1
ACTIONS = ("rename", "describe", "merge", "split", "move", "pin", "reject", "noise", "undo")
# A group goes on a topic when it holds at least this share of the topic's texts that are still there …
OVERLAP = 0.3
# … or, when none is still there, when its centre lies this near to the topic's.
ALIKE = 0.6
# A part of a topic becomes a topic of its own when it holds this share of it and is mostly made of it.
SPLIT = 0.3
MERGED = 0.7
DIGITS = 4


@dataclass(frozen=True, slots=True)
class Entry:
    """A topic as the registry remembers it: ``centre`` in the space of the encoder that knows no corpus."""

    id: str
    centre: tuple[float, ...] = ()
    label: str = ""
    keywords: tuple[str, ...] = ()
    parent: str | None = None
    dormant: bool = False

    def to_json(self) -> Json:
        return {
            "id": self.id,
            "centre": list(self.centre),
            "label": self.label,
            "keywords": list(self.keywords),
            "parent": self.parent,
            "dormant": self.dormant,
        }

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Entry:
        return cls(raw["id"], tuple(raw["centre"]), raw["label"], tuple(raw["keywords"]), raw["parent"], raw["dormant"])


@dataclass(frozen=True, slots=True)
class Overlay:
    """What the decisions in force say: texts put somewhere (None is noise), topics merged, rejected, named, pinned."""

    fixed: Mapping[str, str | None]
    into: Mapping[str, str]
    rejected: frozenset[str]
    names: Mapping[str, str]
    descriptions: Mapping[str, str]
    pinned: frozenset[str]
    decided: frozenset[str]
    active: frozenset[str]

    def root(self, topic: str) -> str:
        while topic in self.into:
            topic = self.into[topic]
        return topic


class Registry:
    """Topics with permanent ids ``t1``, ``t2`` …; ids are never used again."""

    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {}
        self.base: dict[str, str] = {}
        self.log: list[Decision] = []
        self.next = 1

    # -- what people decide --

    def decide(self, decision: Decision) -> Decision:
        """Append a decision to the log and return it as stored: a split has got the id of its new topic in ``data``.

        Actions and their ``target`` and ``data``: rename (topic; label), describe (topic; description), merge (topic;
        topics that join it), split (topic; texts that leave it, label), move (text; topic), pin (topic: its texts
        stay), reject (topic: its texts have none), noise (text), undo (decision). Raises BadInput, and then nothing
        has changed.
        """
        if complaint := self.complaint(decision):
            raise BadInput(f"decision {decision.id!r}: {complaint}")
        data = dict(decision.data)
        if decision.action == "split":
            # Whoever decides elsewhere, while a fit runs, brings an id that no fit can give.
            data["topic"] = data.get("topic") or self.new_id()
            self.entries[data["topic"]] = Entry(data["topic"], parent=decision.target)
        if decision.action == "pin":
            shown = self.view()
            data["texts"] = sorted(text for text, topic in shown.items() if topic == decision.target)
        stored = replace(decision, data=data)
        self.log.append(stored)
        return stored

    def recall(self, decision: Decision) -> bool:
        """Append a decision as ``decide`` has stored it elsewhere, in case it isn't in the log. True when it wasn't."""
        if any(known.id == decision.id for known in self.log):
            return False
        if decision.action == "split":
            new = str(decision.data["topic"])
            self.entries.setdefault(new, Entry(new, parent=decision.target))
        self.log.append(decision)
        return True

    def complaint(self, decision: Decision) -> str | None:
        if decision.action not in ACTIONS:
            return f"no action {decision.action!r}. Known: {', '.join(ACTIONS)}."
        if any(known.id == decision.id for known in self.log):
            return "a decision with this id is in the log already, ids are unique."
        if decision.action == "undo":
            known = {d.id for d in self.log}
            return None if decision.target in known else f"no decision {decision.target!r} in the log to undo."
        topics = [str(t) for t in decision.data.get("topics", ())] if decision.action == "merge" else []
        texts = [str(t) for t in decision.data.get("texts", ())] if decision.action == "split" else []
        if decision.action in {"move", "noise"}:
            texts.append(decision.target)
        else:
            topics.append(decision.target)
        if decision.action == "move":
            topics.append(str(decision.data.get("topic")))
        needed = {"rename": "label", "describe": "description", "merge": "topics", "split": "texts", "move": "topic"}
        if (key := needed.get(decision.action)) and not decision.data.get(key):
            return f"{decision.action} needs {key!r} in its data."
        if unknown := [topic for topic in topics if topic not in self.entries]:
            return f"no topic {unknown[0]!r}. Topics are named t1 … t{self.next - 1}."
        if unknown := [text for text in texts if text not in self.base and text not in self.overlay().fixed]:
            return f"no text {unknown[0]!r} in the last fit with a topic."
        return None

    def new_id(self) -> str:
        self.next += 1
        return f"t{self.next - 1}"

    def in_force(self) -> Iterator[Decision]:
        """Yield the decisions that are not undone, in their order; an undo can itself be undone."""
        undone: set[str] = set()
        for decision in reversed(self.log):
            if decision.action == "undo" and decision.id not in undone:
                undone.add(decision.target)
        yield from (d for d in self.log if d.action != "undo" and d.id not in undone)

    def overlay(self) -> Overlay:
        fixed: dict[str, str | None] = {}
        into: dict[str, str] = {}
        rejected, pinned, decided, active = set(), set(), set(), set()
        names: dict[str, str] = {}
        descriptions: dict[str, str] = {}

        def root(topic: str) -> str:
            while topic in into:
                topic = into[topic]
            return topic

        for decision in self.in_force():
            target, data = decision.target, decision.data
            if decision.action in {"move", "noise"}:
                fixed[target] = str(data["topic"]) if decision.action == "move" else None
                continue
            decided.add(target)
            if decision.action == "rename":
                names[root(target)] = str(data["label"])
            elif decision.action == "describe":
                descriptions[root(target)] = str(data["description"])
            elif decision.action == "merge":
                for other in map(str, data["topics"]):
                    decided.add(other)
                    if root(other) != root(target):
                        into[root(other)] = root(target)
            elif decision.action == "split":
                active.add(str(data["topic"]))
                decided.add(str(data["topic"]))
                fixed.update({str(text): str(data["topic"]) for text in data["texts"]})
                if data.get("label"):
                    names[str(data["topic"])] = str(data["label"])
            elif decision.action == "pin":
                pinned.add(target)
                fixed.update({str(text): target for text in data["texts"]})
            elif decision.action == "reject":
                rejected.add(target)
        return Overlay(
            fixed,
            into,
            frozenset(root(topic) for topic in rejected),
            names,
            descriptions,
            frozenset(pinned),
            frozenset(decided) | {topic for topic in fixed.values() if topic},
            frozenset(active),
        )

    def unit(self, text: str, overlay: Overlay) -> str | None:
        """Return the topic that a text counts to, rejected ones included; None for noise and texts without one."""
        topic = overlay.fixed[text] if text in overlay.fixed else self.base.get(text)
        while topic is not None and self.entries[topic].parent and topic not in overlay.active:
            # Its split was undone, so its texts are where they came from.
            topic = self.entries[topic].parent
        return None if topic is None else overlay.root(topic)

    def view(self, texts: Sequence[str] | None = None) -> dict[str, str | None]:
        """Return the topic that a reader sees for each text, of the last fit unless others are named."""
        overlay = self.overlay()
        shown = {}
        for text in texts if texts is not None else {**self.base, **overlay.fixed}:
            topic = self.unit(text, overlay)
            shown[text] = None if topic in overlay.rejected else topic
        return shown

    # -- fits --

    def fit(self, texts: Sequence[Text], settings: Settings) -> TopicsResult:
        """Find the topics of the texts anew and match them to those known; decisions in force still hold."""
        grouping = model.group(texts, settings)
        ids = [text.id for text in texts]
        first = not self.entries
        before = self.view(ids)
        lineage = self.match(texts, grouping, first=first)
        overlay = self.overlay()
        after = self.view(ids)
        names = sorted({topic for topic in after.values() if topic is not None}, key=number)
        place = {name: index for index, name in enumerate(names)}
        numbers = np.array([place.get(after[text] or "", -1) for text in ids], np.int64)
        result = self.describe(texts, grouping, numbers, names, overlay)
        if first:
            lineage = [Event("born", (), (topic.id,)) for topic in result.topics]
        notes = list(self.notes(texts, before if not first else {}, after))
        return replace(result, lineage=tuple(lineage), notes=tuple(notes), state=self.to_json(after))

    def notes(
        self, texts: Sequence[Text], before: Mapping[str, str | None], after: Mapping[str, str | None]
    ) -> Iterator[str]:
        if len(texts) < cluster.FEW:
            yield f"Текстов мало ({len(texts)}, для тем нужно {cluster.FEW}): показаны группы почти одинаковых текстов."
        without = sum(topic is None for topic in after.values())
        if texts and without:
            yield f"Без темы: {without} из {len(texts)}."
        moved = sum(1 for text, topic in before.items() if topic and after.get(text) != topic)
        if moved:
            yield f"Тему сменили {moved} прежних текстов."

    def describe(
        self,
        texts: Sequence[Text],
        grouping: Grouping,
        numbers: np.ndarray,
        names: Sequence[str],
        overlay: Overlay,
    ) -> TopicsResult:
        """Name the topics by their texts and remember where they lie."""
        rows = grouping.sample
        bodies = [texts[row].text[:MOST_CHARS] for row in rows]
        own = numbers[rows]
        vectors = grouping.vectors
        middle = cluster.centres(vectors, own, len(names))
        probabilities = np.where(numbers >= 0, grouping.probabilities, 0.0)
        probabilities[rows] = model.sureness(vectors, middle, own)
        fitted = Fitted([texts[row] for row in rows], own, names, vectors, grouping.encoder) if names else None
        keywords, weights = described(fitted, len(texts))
        central = fitted.representative() if fitted else {}
        near = fitted.representative(labels.TEXTS) if fitted else {}
        body = {texts[row].id: text for row, text in zip(rows, bodies, strict=True)}
        self.remember(grouping.general, own, names)
        found: dict[str, list[str]] = {name: [] for name in names}
        for text, label in zip(texts, numbers.tolist(), strict=True):
            if label >= 0:
                found[names[label]].append(text.id)
        topics = []
        for name in names:
            label = overlay.names.get(name) or labels.name(
                [body[text] for text in near[name]], weights.get(name, {}), keywords.get(name, ())
            )
            self.entries[name] = replace(self.entries[name], label=label, keywords=keywords.get(name, ()))
            topics.append(Topic(name, label, keywords.get(name, ()), tuple(found[name]), central.get(name, ())))
        topics.sort(key=lambda topic: (-len(topic.members), number(topic.id)))
        assignments = tuple(
            Assignment(text.id, names[label] if label >= 0 else None, round(float(sure), 4))
            for text, label, sure in zip(texts, numbers.tolist(), probabilities, strict=True)
        )
        return TopicsResult(assignments, tuple(topics), model=fitted)

    def remember(self, general: np.ndarray, own: np.ndarray, names: Sequence[str]) -> None:
        middle = cluster.centres(general, own, len(names))
        present = set(names)
        for place, name in enumerate(names):
            centre = tuple(round(float(value), DIGITS) for value in middle[place])
            self.entries[name] = replace(self.entries[name], centre=centre, dormant=False)
        for name in self.entries:
            if name not in present:
                self.entries[name] = replace(self.entries[name], dormant=True)

    # -- matching --

    def match(self, texts: Sequence[Text], grouping: Grouping, *, first: bool) -> list[Event]:
        """Give the groups of a fit permanent ids and set ``base``; returns what happened to the topics known."""
        overlay = self.overlay()
        ids = [text.id for text in texts]
        units = [self.unit(text, overlay) for text in ids]
        groups = grouping.labels
        count = int(groups.max(initial=-1)) + 1
        known = sorted({overlay.root(name) for name in self.entries if self.is_live(name, overlay)}, key=number)
        table = np.zeros((count, len(known)))
        column = {name: place for place, name in enumerate(known)}
        for group_, unit_ in zip(groups.tolist(), units, strict=True):
            if group_ >= 0 and unit_ in column:
                table[group_, column[unit_]] += 1
        sizes = Counter(unit_ for unit_ in units if unit_ is not None)
        owner = self.owners(table, known, sizes, grouping)
        events = [] if first else list(self.changes(table, known, sizes, owner, overlay))
        splits = {group_: event.before[0] for group_, event in events if event.event == "split"}
        merges = {event.before[1]: event.before[0] for _, event in events if event.event == "merged"}
        for group_ in range(count):
            if group_ not in owner:
                owner[group_] = self.new_id()
                self.entries[owner[group_]] = Entry(owner[group_])
        candidates = self.candidates(table, known, sizes, owner)
        places = self.choose(texts, units, grouping, owner, candidates)
        for row, text in enumerate(ids):
            unit_, group_ = units[row], int(groups[row])
            if text in overlay.fixed:
                continue
            if unit_ is None:
                if group_ >= 0:
                    self.base[text] = places[row]
                continue
            if group_ in splits and splits[group_] == unit_:
                self.base[text] = owner[group_]
            elif unit_ in merges:
                self.base[text] = merges[unit_]
        return [] if first else list(lineage(events, known, sizes, owner))

    def is_live(self, name: str, overlay: Overlay) -> bool:
        return not self.entries[name].parent or name in overlay.active

    def owners(
        self,
        table: np.ndarray,
        known: Sequence[str],
        sizes: Mapping[str, int],
        grouping: Grouping,
    ) -> dict[int, str]:
        """Return which group goes on which topic, by optimal assignment on shared texts and likeness of centres."""
        from scipy.optimize import linear_sum_assignment

        if not table.size:
            return {}
        totals = np.array([sizes.get(name, 0) for name in known], np.float64)
        overlap = table / np.maximum(totals, 1)
        rows = grouping.sample
        middle = cluster.centres(grouping.general, grouping.labels[rows], len(table))
        width = middle.shape[1]
        centres = np.zeros((len(known), width), np.float32)
        for place, name in enumerate(known):
            if len(self.entries[name].centre) == width:
                centres[place] = self.entries[name].centre
        likeness = centred(middle, centres)
        merit = np.where(totals > 0, overlap + 0.01 * likeness, 0.3 * likeness)
        possible = np.where(totals > 0, overlap >= OVERLAP, likeness >= ALIKE)
        pairs = zip(*linear_sum_assignment(np.where(possible, merit, 0), maximize=True), strict=True)
        return {int(group_): known[int(topic)] for group_, topic in pairs if possible[group_, topic]}

    def changes(
        self,
        table: np.ndarray,
        known: Sequence[str],
        sizes: Mapping[str, int],
        owner: Mapping[int, str],
        overlay: Overlay,
    ) -> Iterator[tuple[int, Event]]:
        """Yield the splits and merges that the machine sees; a topic that people decided on is left whole."""
        taken = {name: group_ for group_, name in owner.items()}
        old = table.sum(1)
        free = [name for name in known if not self.is_decided(name, overlay)]
        for group_ in range(len(table)):
            if group_ in owner or not old[group_]:
                continue
            place = int(table[group_].argmax())
            name, shared = known[place], table[group_].max()
            if name in free and name in taken and shared >= SPLIT * sizes[name] and shared >= 0.5 * old[group_]:
                yield group_, Event("split", (name,), (name,))
        for place, name in enumerate(known):
            if name in taken or name not in free or not sizes.get(name):
                continue
            group_ = int(table[:, place].argmax())
            if group_ in owner and table[group_, place] >= MERGED * sizes[name]:
                yield group_, Event("merged", (owner[group_], name), (owner[group_],))

    def is_decided(self, name: str, overlay: Overlay) -> bool:
        return any(overlay.root(topic) == name for topic in overlay.decided)

    def candidates(
        self, table: np.ndarray, known: Sequence[str], sizes: Mapping[str, int], owner: Mapping[int, str]
    ) -> dict[int, list[str]]:
        """Return the topics that a new text of a group may join: the group's own, and others mostly within it."""
        found = {group_: [name] for group_, name in owner.items()}
        taken = set(owner.values())
        for place, name in enumerate(known):
            if name not in taken and sizes.get(name) and len(table):
                group_ = int(table[:, place].argmax())
                if table[group_, place] >= 0.5 * sizes[name]:
                    found[group_].append(name)
        return found

    def choose(
        self,
        texts: Sequence[Text],
        units: Sequence[str | None],
        grouping: Grouping,
        owner: Mapping[int, str],
        candidates: Mapping[int, Sequence[str]],
    ) -> list[str]:
        """Return a topic for each row: of its group's candidates the one whose texts lie nearest."""
        chosen = [owner.get(int(group_), "") for group_ in grouping.labels]
        divided = {group_ for group_, names in candidates.items() if len(names) > 1}
        rows = [row for row, group_ in enumerate(grouping.labels.tolist()) if group_ in divided]
        if not rows:
            return chosen
        vectors = model.encode(grouping.encoder, [texts[row].text[:MOST_CHARS] for row in rows])
        names = sorted({name for group_ in divided for name in candidates[group_]}, key=number)
        own = np.array([names.index(units[row] or "") if units[row] in names else -1 for row in rows], np.int64)
        middle = cluster.centres(vectors, own, len(names))
        for place, row in enumerate(rows):
            group_ = int(grouping.labels[row])
            allowed = candidates[group_]
            chosen[row] = max(allowed, key=lambda name: (float(vectors[place] @ middle[names.index(name)]), name))
        return chosen

    def assign(self, texts: Sequence[Text], settings: Settings) -> list[Assignment]:
        """Give new texts their topics at once, without a refit; a text that is near to none has none."""
        overlay = self.overlay()
        names = [n for n, e in self.entries.items() if e.centre and not e.dormant and self.is_live(n, overlay)]
        vectors = general_vectors([text.text[:MOST_CHARS] for text in texts], settings)
        if not names:
            return [Assignment(text.id, None, 0.0) for text in texts]
        places, sure = model.assign(vectors, np.array([self.entries[name].centre for name in names], np.float32))
        for text, place in zip(texts, places.tolist(), strict=True):
            if place >= 0:
                self.base.setdefault(text.id, names[place])
        shown = self.view([text.id for text in texts])
        return [
            Assignment(text.id, shown[text.id], round(float(p), 4) if shown[text.id] else 0.0)
            for text, p in zip(texts, sure, strict=True)
        ]

    # -- files --

    def to_json(self, shown: Mapping[str, str | None] | None = None) -> Json:
        """Return the state; ``base`` leaves out what the ``shown`` assignments say already."""
        shown = shown or {}
        return {
            "version": VERSION,
            "next": self.next,
            "topics": [entry.to_json() for entry in self.entries.values()],
            "base": {text: topic for text, topic in self.base.items() if shown.get(text) != topic},
            "decisions": [decision.to_json() for decision in self.log],
        }

    @classmethod
    def from_json(cls, previous: Mapping[str, Any] | None) -> Registry:
        """Read the JSON of a topics file. Raises BadInput when it carries no registry."""
        registry = cls()
        if previous is None:
            return registry
        try:
            state = previous["registry"]
            if state["version"] != VERSION:
                raise BadInput(f"topics file of version {state['version']}, this program reads version {VERSION}.")
            registry.next = int(state["next"])
            registry.entries = {raw["id"]: Entry.from_json(raw) for raw in state["topics"]}
            shown = {a["id"]: a["topic"] for a in previous.get("assignments", ())}
            registry.base = {text: topic for text, topic in shown.items() if topic is not None} | dict(state["base"])
            registry.log = [Decision(**raw) for raw in state["decisions"]]
        except (KeyError, TypeError, ValueError) as error:
            raise BadInput(
                f"the previous topics file carries no registry ({type(error).__name__}: {error}). "
                "Give a file that `miner topics` wrote, or leave --previous out."
            ) from error
        return registry


def number(name: str) -> tuple[int, str]:
    digits = name.removeprefix("t")
    return (int(digits) if digits.isdecimal() else 0, name)


def centred(groups: np.ndarray, topics: np.ndarray) -> np.ndarray:
    """Return cosines of centres after taking away what all centres share."""
    worded = np.abs(topics).sum(1) > 0
    shared = np.concatenate([groups, topics[worded]]).mean(0)
    one, other = groups - shared, np.where(worded[:, None], topics - shared, 0)
    lengths = np.linalg.norm(one, axis=1)[:, None] * np.linalg.norm(other, axis=1)[None]
    return np.asarray(one @ other.T / np.maximum(lengths, 1e-9))


def general_vectors(bodies: Sequence[str], settings: Settings) -> np.ndarray:
    """Return vectors in the space that no corpus changes, so that centres of different fits compare."""
    from miner.topics.encoder import encoder

    return model.encode(encoder(settings.encoder.name), bodies)


def described(fitted: Fitted | None, count: int) -> tuple[dict[str, tuple[str, ...]], dict[str, dict[str, float]]]:
    """Return the keywords of each topic, telling and unlike one another, and how telling each lemma is for it."""
    if fitted is None or count < 2:
        return {}, {}
    weights = fitted.weights()
    return {name: model.unlike(list(words.items())) for name, words in weights.items()}, weights


def lineage(
    events: Sequence[tuple[int, Event]], known: Sequence[str], sizes: Mapping[str, int], owner: Mapping[int, str]
) -> Iterator[Event]:
    """Yield one event for each topic known before or born now, in the order of ids."""
    changed = set()
    for group_, event in events:
        if event.event == "split":
            yield Event("split", event.before, (event.before[0], owner[group_]))
            changed.update({event.before[0], owner[group_]})
        else:
            yield event
            changed.update(event.before)
    for name in known:
        if name not in changed:
            alive = sizes.get(name) or name in owner.values()
            yield Event("continued", (name,), (name,)) if alive else Event("dormant", (name,), ())
    for name in sorted(set(owner.values()) - set(known) - changed, key=number):
        yield Event("born", (), (name,))
