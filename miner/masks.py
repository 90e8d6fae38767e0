"""Personal data hidden in a text, for readers and for the store.

>>> from miner.records import Mask
>>> text = "Пишите: masha@example.ru, Мария"
>>> mask(text, [Mask(8, 24, "email")])
'Пишите: [почта], Мария'
>>> mask_same_length(text, [Mask(8, 24, "email")])
'Пишите: [почта*********], Мария'
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from miner.records import Mask

NAMES = {
    "phone": "телефон",
    "email": "почта",
    "name": "имя",
    "handle": "ник",
    "snils": "СНИЛС",
    "inn": "ИНН",
    "card": "карта",
    "passport": "паспорт",
    "address": "адрес",
}
OTHER = "скрыто"


def mask(text: str, masks: Iterable[Mask]) -> str:
    """The text as a reader may see it: «[телефон]» stands for a phone number."""
    return _replaced(text, masks, lambda span: f"[{NAMES.get(span.label, OTHER)}]")


def mask_same_length(text: str, masks: Iterable[Mask]) -> str:
    """The text as it may be stored: as long as it was, so that offsets into it stay true.

    >>> mask_same_length("кв. 5", [Mask(0, 5, "address")])
    '*****'
    """
    return _replaced(text, masks, _padded)


def _padded(span: Mask) -> str:
    size = span.end - span.start
    name = NAMES.get(span.label, OTHER)
    return f"[{name.ljust(size - 2, '*')}]" if size >= len(name) + 2 else "*" * size


def _replaced(text: str, masks: Iterable[Mask], shown: Callable[[Mask], str]) -> str:
    """Overlapping spans are hidden as one; spans reach at most to the ends of the text."""
    parts, done = [], 0
    for span in disjoint(masks, len(text)):
        parts += [text[done : span.start], shown(span)]
        done = span.end
    return "".join((*parts, text[done:]))


def disjoint(masks: Iterable[Mask], length: int) -> list[Mask]:
    """Masks in order, within ``length`` characters; those that overlap become one with the label of the longest.

    >>> disjoint([Mask(4, 9, "name"), Mask(0, 5, "phone"), Mask(20, 30, "card")], 12)
    [Mask(start=0, end=9, label='phone')]
    """
    kept: list[Mask] = []
    for each in sorted(masks, key=lambda m: (m.start, -m.end)):
        span = Mask(max(0, each.start), min(length, each.end), each.label)
        if span.start >= span.end:
            continue
        if kept and span.start < kept[-1].end:
            last = kept[-1]
            label = max(last, span, key=lambda m: m.end - m.start).label
            kept[-1] = Mask(last.start, max(last.end, span.end), label)
        else:
            kept.append(span)
    return kept
