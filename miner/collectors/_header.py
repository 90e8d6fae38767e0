"""Where a transcript's header ends and the talk begins, and where the talk ends.

«Интервьюер: Петрова А.» and «Респондент: женщина, 45 лет» above the talk introduce people, they are no turns.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from miner.collectors._participants import description

if TYPE_CHECKING:
    from miner.collectors._speakers import Marked

_LIST = re.compile(r"(?i)\s*(?:присутств\w+|участв\w+|участники|состав(?: группы)?|респонденты)\b")
_FOOTER = re.compile(
    r"(?i)\W*(?:(?:конец|окончание)\s+(?:записи|интервью|беседы|фокус-группы|расшифровки|файла)|"
    r"(?:запись|интервью|беседа)\s+(?:окончен[ао]|завершен[ао]|завершён[ао]|закончен[ао])|"
    r"расшифров(?:ка|ал|ала|щик)\s*[:–—-].*|конец)\W*"
)


def header_end(marked: Sequence[Marked]) -> int:
    """How many lines introduce the talk."""
    labelled = [number for number, (_, label) in enumerate(marked) if label]
    end = labelled[0]
    for number in labelled:
        label = marked[number][1]
        assert label
        listed = any(_LIST.match(line.text) for line, _ in marked[:number])
        introduces = description(label.text) and (listed or number < 12)
        if not introduces or (_said_later(marked, number) == 0):
            return min(number, len(marked) - 1)
        end = number + 1
    return labelled[0] if end >= len(marked) else end


def _said_later(marked: Sequence[Marked], number: int) -> int:
    from miner.collectors._speakers import key

    label = marked[number][1]
    assert label
    return sum(1 for _, other in marked[number + 1 :] if other and key(other.name) == key(label.name))


def is_footer(text: str) -> bool:
    """Whether a line closes the transcript.

    >>> is_footer("(Конец записи)"), is_footer("Конец месяца, и снова без денег")
    (True, False)
    """
    return bool(_FOOTER.fullmatch(text))
