"""Who belongs to which client group: authors are assigned by what they say of themselves, to several where true."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations

from miner.errors import BadConfig
from miner.profiles.groups import Cue, Group, Span
from miner.records import Document, Membership, Post

# A cue that fits more of the authors than this tells nothing about a group.
EVERYONE = 0.9
ENOUGH_TO_JUDGE = 50
FROM_SOURCE = 0.6
# Two groups with this share of common people are one group under two names.
ALIKE = 0.9
ENOUGH_TO_COMPARE = 5

# How sure, and where it is said.
Sign = tuple[float, str, int, int]


class Person:
    """What an author let know so far: the last word on each characteristic, and the cues that were heard."""

    def __init__(self) -> None:
        self.facts: dict[str, tuple[str, str | int, str, int, int]] = {}
        self.said: dict[tuple[str, int], tuple[str, int, int]] = {}
        self.sources: dict[str, str] = {}

    def hear(self, post: Post, document: Document, groups: Mapping[str, Group]) -> None:
        day = post.date or ""
        for fact in document.facts:
            if day >= self.facts.get(fact.field, ("",))[0]:
                self.facts[fact.field] = (day, fact.value, post.id, fact.start, fact.end)
        text = plain(post.text)
        for name, group in groups.items():
            if post.source and post.source in group.sources:
                self.sources.setdefault(name, post.id)
            for at, cue in enumerate(group.cue):
                if cue.says and (name, at) not in self.said and (span := _heard(text, cue)):
                    self.said[name, at] = (post.id, *span)

    def signs(self, group: Group) -> Iterator[tuple[int | None, Sign]]:
        """Every sign of belonging to the group, with the number of its cue; None is the source."""
        if group.name in self.sources:
            yield None, (FROM_SOURCE, self.sources[group.name], 0, 0)
        for at, cue in enumerate(group.cue):
            if not all(self._holds(field, wanted) for field, wanted in cue.facts.items()):
                continue
            if cue.says is None:
                yield at, (cue.score, *self.facts[next(iter(cue.facts))][2:])
            elif place := self.said.get((group.name, at)):
                yield at, (cue.score, *place)

    def _holds(self, field: str, wanted: Span | tuple[str | int, ...]) -> bool:
        if field not in self.facts:
            return False
        value = self.facts[field][1]
        if isinstance(wanted, Span):
            return isinstance(value, int) and wanted.low <= value <= wanted.high
        return value in wanted


def assign(
    annotated: Iterable[tuple[Post, Document]],
    groups: Mapping[str, Group],
    *,
    threshold: float = 0.5,
    everybody: bool = True,
) -> Iterator[Membership]:
    """Yield the memberships of authors, the surest sign of each; who shows no sign is in no group.

    Raises BadConfig when a cue takes nearly everyone, with the share it would take; of some people, not ``everybody``,
    that can't be told.
    """
    people: dict[str, Person] = defaultdict(Person)
    for post, document in annotated:
        if post.role == "client":
            people[post.speaker].hear(post, document, groups)
    found = {
        (speaker, name): signs
        for speaker, person in people.items()
        for name, group in groups.items()
        if (signs := list(person.signs(group)))
    }
    if everybody:
        _refuse_everyone(
            Counter((name, at) for (_, name), signs in found.items() for at, _ in signs), len(people), groups
        )
    for (speaker, name), signs in found.items():
        score, doc_id, start, end = max((sign for _, sign in signs), key=lambda sign: sign[0])
        doubt = 1.0
        for cue_score in {sign[0] for _, sign in signs}:
            doubt *= 1 - cue_score
        if 1 - doubt >= threshold:
            yield Membership(speaker, name, round(max(score, 1 - doubt), 4), doc_id, start, end)


def overlapping(members: Iterable[Membership]) -> Iterator[tuple[str, str, int]]:
    """Yield pairs of groups that are the same people, with their number: one of the two says nothing new."""
    people: dict[str, set[str]] = defaultdict(set)
    for member in members:
        people[member.group].add(member.speaker)
    for one, other in combinations(sorted(people), 2):
        common, either = people[one] & people[other], people[one] | people[other]
        if len(common) >= ENOUGH_TO_COMPARE and len(common) >= ALIKE * len(either):
            yield one, other, len(common)


def heard(text: str, cue: Cue) -> tuple[int, int] | None:
    r"""Where the text says what the cue listens for.

    >>> heard("Сам я инвалид, третья группа", Cue(says=r"\bя инвалид"))
    (4, 13)
    >>> heard("У меня сын инвалид", Cue(says=r"\bу меня.*инвалид", unless="сын")) is None
    True
    """
    return _heard(plain(text), cue)


def plain(text: str) -> str:
    """What cues are matched against: lower case, «ё» written «е», as long as the text."""
    low = text.lower()
    # A letter that grows in lower case would shift the offsets.
    return (low if len(low) == len(text) else text).replace("ё", "е")


def _heard(text: str, cue: Cue) -> tuple[int, int] | None:
    found = re.search(cue.says or "", text)
    if not found or (cue.unless and re.search(cue.unless, text)):
        return None
    return found.span()


def _refuse_everyone(taken: Mapping[tuple[str, int | None], int], authors: int, groups: Mapping[str, Group]) -> None:
    """A source belongs to its group by the analyst's word; only cues are judged."""
    if authors < ENOUGH_TO_JUDGE:
        return
    mistakes = [
        f"{name}.toml: cue {at + 1} ({_named(groups[name].cue[at])}) would take {count / authors:.0%} of {authors} "
        "authors: a cue names what only the group says. If all of them are the group, import them with that group."
        for (name, at), count in taken.items()
        if at is not None and count > EVERYONE * authors
    ]
    if mistakes:
        raise BadConfig(mistakes)


def _named(cue: Cue) -> str:
    return f"says = {cue.says!r}" if cue.says else f"facts: {', '.join(cue.facts)}"
