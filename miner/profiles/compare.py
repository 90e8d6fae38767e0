"""What a year changed: the lines of two versions of a profile, side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from miner.records import KINDS, Line, Profile
from miner.shares import newcombe

What = Literal["new", "grown", "faded", "gone", "reworded", "same"]
WORDS: dict[What, str] = {
    "new": "новая",
    "grown": "выросла",
    "faded": "ослабла",
    "gone": "исчезла",
    "reworded": "сказана иначе",
    "same": "без перемен",
}
# Two wordings this alike say the same; two lines with this share of common quotes are one.
ALIKE = 0.75
COMMON = 0.3


@dataclass(frozen=True, slots=True)
class Change:
    """A line now and before; ``difference`` is the change of its share with its 95 % interval, where both are known."""

    what: What
    now: Line | None
    before: Line | None
    difference: float | None = None
    ci: tuple[float, float] | None = None

    @property
    def line(self) -> Line:
        line = self.now or self.before
        assert line
        return line

    def told(self) -> str:
        """One row for a reader.

        >>> Change("gone", None, Line("p1", "pain", "Нет вакансий", "mined")).told()
        'исчезла: Нет вакансий'
        """
        text = f"{WORDS[self.what]}: {self.line.text}"
        if self.what == "reworded" and self.before:
            text += f" (было: {self.before.text})"
        if self.difference is not None and self.ci is not None:
            points, low, high = (round(100 * part) for part in (self.difference, *self.ci))
            text += f" ({points:+d} п. п., от {low:+d} до {high:+d})".replace("-", "−").replace("+0", "0")
        return text


def compare(now: Profile, before: Profile) -> Iterator[Change]:
    """Yield a change per line, kind by kind: lines of ``now`` in their order, then those that are gone.

    A line is the same one by its id, else by common quotes, else by its wording. It has grown or faded when the
    interval of the difference of shares leaves out zero.
    """
    for kind in KINDS:
        left = list(before.of(kind))
        pairs: list[tuple[Line, Line | None]] = []
        for line in now.of(kind):
            match = _match(line, left)
            if match:
                left.remove(match)
            pairs.append((line, match))
        for line, match in pairs:
            yield _change(line, match, now.authors, before.authors) if match else Change("new", line, None)
        yield from (Change("gone", None, line) for line in left)


def _match(line: Line, others: Sequence[Line]) -> Line | None:
    for other in others:
        if other.id == line.id:
            return other
    by_quotes = max(others, key=lambda other: _common(line, other), default=None)
    if by_quotes and _common(line, by_quotes) >= COMMON:
        return by_quotes
    by_words = max(others, key=lambda other: _alike(line.text, other.text), default=None)
    return by_words if by_words and _alike(line.text, by_words.text) >= ALIKE else None


def _common(one: Line, other: Line) -> float:
    ours, theirs = ({(q.doc_id, q.start) for q in line.quotes} for line in (one, other))
    return len(ours & theirs) / min(len(ours), len(theirs)) if ours and theirs else 0.0


def _alike(one: str, other: str) -> float:
    return SequenceMatcher(None, one.lower(), other.lower()).ratio()


def _change(line: Line, before: Line, people: int, people_before: int) -> Change:
    difference, ci = None, None
    what: What = "same" if line.text == before.text else "reworded"
    if line.support and before.support:
        difference = line.support.share - before.support.share
        ci = newcombe(line.support.authors, people, before.support.authors, people_before)
        if ci[0] > 0:
            what = "grown"
        elif ci[1] < 0:
            what = "faded"
    return Change(what, line, before, difference, ci)
