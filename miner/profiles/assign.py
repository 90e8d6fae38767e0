"""Who belongs to which client group: authors are assigned by what they say of themselves, to several where true."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from miner.errors import BadConfig
from miner.profiles.groups import Cue, Group, Span
from miner.records import Disclosure, Document, Post

# A cue that fits more of the authors than this tells nothing about a group.
EVERYONE = 0.8
ENOUGH_TO_JUDGE = 50
FROM_SOURCE = 0.6


@dataclass(frozen=True, slots=True)
class Membership:
    """An author's place in a group: how sure (0..1), and the words of the post that say so."""

    speaker: str
    group: str
    score: float
    doc_id: str
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Sign:
    score: float
    doc_id: str
    start: int = 0
    end: int = 0


def assign(
    annotated: Iterable[tuple[Post, Document]], groups: Mapping[str, Group], *, threshold: float = 0.5
) -> Iterator[Membership]:
    """Yield the memberships of authors, the surest sign of each; who shows no sign is in no group.

    Raises BadConfig when a group's cue takes nearly everyone, with the share it would take.
    """
    authors: dict[str, list[tuple[Post, Document]]] = defaultdict(list)
    for post, document in annotated:
        if post.role == "client":
            authors[post.speaker].append((post, document))
    found = {
        (speaker, name): list(signs(posts, group))
        for speaker, posts in authors.items()
        for name, group in groups.items()
    }
    _refuse_everyone(found, len(authors), groups)
    for (speaker, name), seen in found.items():
        if not seen:
            continue
        best = max(seen, key=lambda sign: sign.score)
        score = 1.0
        for cue_score in {sign.score for sign in seen}:
            score *= 1 - cue_score
        if 1 - score >= threshold:
            yield Membership(speaker, name, round(1 - score, 4), best.doc_id, best.start, best.end)


def signs(posts: Sequence[tuple[Post, Document]], group: Group) -> Iterator[Sign]:
    """Every sign that the author of these posts belongs to the group."""
    disclosed: dict[str, tuple[Disclosure, str]] = {}
    for post, document in sorted(posts, key=lambda pair: pair[0].date or ""):
        disclosed |= {fact.field: (fact, post.id) for fact in document.facts}
        if post.source and post.source in group.sources:
            yield Sign(FROM_SOURCE, post.id)
    for cue in group.cue:
        if cue.facts and not all(_holds(disclosed.get(field), wanted) for field, wanted in cue.facts.items()):
            continue
        if cue.says is None:
            fact, doc_id = disclosed[next(iter(cue.facts))]
            yield Sign(cue.score, doc_id, fact.start, fact.end)
            continue
        for post, _ in posts:
            if said := heard(post.text, cue):
                yield Sign(cue.score, post.id, *said)


def heard(text: str, cue: Cue) -> tuple[int, int] | None:
    r"""Where the text says what the cue listens for.

    >>> heard("Сам я инвалид, третья группа", Cue(says=r"\bя инвалид"))
    (4, 13)
    >>> heard("У меня сын инвалид", Cue(says=r"\bу меня.*инвалид", unless="сын")) is None
    True
    """
    low = text.lower()
    # A letter that grows in lower case would shift the offsets.
    plain = (low if len(low) == len(text) else text).replace("ё", "е")
    found = re.search(cue.says or "", plain)
    if not found or (cue.unless and re.search(cue.unless, plain)):
        return None
    return found.span()


def _holds(disclosed: tuple[Disclosure, str] | None, wanted: Span | tuple[str | int, ...]) -> bool:
    if disclosed is None:
        return False
    value = disclosed[0].value
    if isinstance(wanted, Span):
        return isinstance(value, int) and wanted.low <= value <= wanted.high
    return value in wanted


def _refuse_everyone(
    found: Mapping[tuple[str, str], Sequence[Sign]], authors: int, groups: Mapping[str, Group]
) -> None:
    if authors < ENOUGH_TO_JUDGE:
        return
    mistakes = []
    for name in groups:
        share = sum(bool(seen) for (_, group), seen in found.items() if group == name) / authors
        if share > EVERYONE:
            mistakes.append(
                f"{name}.toml: its cues take {share:.0%} of {authors} authors: a cue names what only the group says"
            )
    if mistakes:
        raise BadConfig(mistakes)
