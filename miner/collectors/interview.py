"""Interviews and focus groups from transcripts: .docx, .odt, .rtf, .txt, .pdf, .srt, .vtt, .html.

Every turn is a post with its speaker's role; only clients' turns are evidence. The question before a turn is its title.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from pydantic import Field

from miner.collectors import Collector, Options
from miner.collectors._dates import find
from miner.collectors._header import is_footer
from miner.collectors._lines import Line, read_lines
from miner.collectors._participants import Facts, of_header, told
from miner.collectors._roles import Part, roles
from miner.collectors._speakers import Talk, cut, key, role_word, strength
from miner.errors import BadInput
from miner.jsonl import valid_date
from miner.records import Post

QUESTION = 500


class InterviewOptions(Options):
    """How to read transcripts when the guess is wrong."""

    interviewer: tuple[str, ...] = Field((), description="speaker who asks, as the transcript names them")
    client: tuple[str, ...] = Field((), description="speaker who answers; their turns are evidence")
    staff: tuple[str, ...] = Field((), description="speaker who works for the service or only observes")
    date: str | None = Field(None, description="date of the talk (2025-05-14), instead of the one in the header")
    encoding: str | None = Field(None, description="encoding of a text file, instead of the recognised one")


class Interview(Collector):
    """Yields the turns of each file in order. Raises BadInput when a file is unreadable or nobody speaks in it."""

    Options: ClassVar[type[Options]] = InterviewOptions
    options: InterviewOptions
    source: ClassVar[str] = "interview"
    target: ClassVar[str] = "FILE"

    def collect(self) -> Iterator[Post]:
        if self.options.date and not valid_date(self.options.date):
            raise BadInput(f"--date {self.options.date!r} is no ISO 8601 date such as 2025-05-14.")
        for target, thread in zip(self.targets, _threads(self.targets), strict=True):
            yield from self._file(target, thread)

    def _file(self, target: str, thread: str) -> Iterator[Post]:
        talk = cut(read_lines(target, self.options.encoding))
        if talk is None:
            raise BadInput(
                f"{target}: no speakers found. Begin each turn with its speaker and a colon («Интервьюер: …», «Р: …»), "
                "make the questions bold, or put speakers and text into two columns of a table."
            )
        texts = [text_of(turn.lines) for turn in talk.turns]
        names: dict[str, str] = {}
        for turn in talk.turns:
            names.setdefault(turn.speaker, turn.label)
        parts = roles(
            [(turn.speaker, text) for turn, text in zip(talk.turns, texts, strict=True)],
            names,
            self._given(target, names),
        )
        if "client" not in parts.values():
            raise BadInput(
                f"{target}: nobody answers. Speakers: {', '.join(names.values())}. Name the client with --client."
            )
        asks = [names[s] for s, part in parts.items() if part in ("interviewer", "moderator")]
        self.context.say(f"{thread}: {len(texts)} turns; asks: {', '.join(asks) or 'nobody'}")
        facts = _facts(talk, [s for s, part in parts.items() if part == "client"], names)
        date = self.options.date or find(" ".join(talk.header)) or find(_spaced(Path(target).stem))
        question: str | None = None
        for number, (turn, text) in enumerate(zip(talk.turns, texts, strict=True), 1):
            part = parts[turn.speaker]
            if part in ("interviewer", "moderator"):
                question = " ".join(text.split())[:QUESTION] or question
            if not text:
                continue
            yield self.post(
                id=f"{self.source}:{thread}:{number:04}",
                text=text,
                author=f"{thread}: {turn.speaker}",
                thread=thread,
                date=date,
                role=part,
                title=question if part == "client" else None,
                question=question if part == "client" else None,
                # A label that is a person's name is never written.
                speaker=turn.label if role_word(turn.label) or strength(turn.label) >= 2 else None,
                at=turn.stamp or _clock(turn.lines[0].start) or None,
                disclosed=(facts.get(turn.speaker) or None) if part == "client" else None,
            )

    def _given(self, target: str, names: Mapping[str, str]) -> dict[str, Part]:
        asked: list[tuple[Part, tuple[str, ...]]] = [
            ("interviewer", self.options.interviewer),
            ("client", self.options.client),
            ("staff", self.options.staff),
        ]
        given: dict[str, Part] = {}
        for part, wanted in asked:
            for name in wanted:
                if key(name) not in names:
                    known = ", ".join(names.values())
                    raise BadInput(f"{target}: no speaker named {name!r}. Speakers: {known}.")
                given[key(name)] = part
        return given


def _threads(targets: Sequence[str]) -> list[str]:
    """A thread of each file: its name, numbered where two folders hold files of one name."""
    seen: dict[str, int] = {}
    threads = []
    for target in targets:
        name = "stdin" if target == "-" else Path(target).name
        seen[name] = seen.get(name, 0) + 1
        threads.append(name if seen[name] == 1 else f"{name}~{seen[name]}")
    return threads


def _spaced(stem: str) -> str:
    return stem.replace("_", " ")


def _clock(milliseconds: int | None) -> str:
    if milliseconds is None:
        return ""
    seconds = milliseconds // 1000
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def _facts(talk: Talk, clients: Sequence[str], names: Mapping[str, str]) -> dict[str, Facts]:
    """What the header and the labels' notes say of each client."""
    header = "\n".join(talk.header)
    facts: dict[str, Facts] = {}
    for speaker in clients:
        known: dict[str, Any] = {}
        for mention in re.finditer(
            rf"(?<!\w){_loosely(names[speaker])}(?![\w\d])\s*[—–:(,-]+\s*([^;)\n]+)", header, re.IGNORECASE
        ):
            known = told(mention[1]) | known
        for turn in talk.turns:
            if turn.speaker == speaker and turn.note:
                known = told(turn.note) | known
        if len(clients) == 1:
            introduced = (line.partition(":") for line in talk.header)
            for who, _, what in introduced:
                known = (told(what) if role_word(who) == "answers" else {}) | known
            known = of_header(list(talk.header)) | known
        facts[speaker] = known
    return facts


def _loosely(name: str) -> str:
    return r"\s*№?\s*".join(re.escape(part) for part in re.findall(r"\d+|[^\W\d]+", name))


# A turn's text -------------------------------------------------------------------------------------------------------

_HYPHEN = re.compile(r"(\w+)[-\u2010]$")
_KEPT = {"то", "либо", "нибудь", "таки", "ка", "де"}


def text_of(lines: Sequence[Line]) -> str:
    """What a speaker said, lines broken by the page's edge joined again.

    >>> text_of([Line("Я три месяца искала рабо-"), Line("ту и ничего"), Line("не нашла.")])
    'Я три месяца искала работу и ничего не нашла.'
    >>> text_of([Line("Кто-"), Line("то обещал перезвонить.")])
    'Кто-то обещал перезвонить.'
    """
    body = [line for line in lines if line.text.strip()]
    while body and is_footer(body[-1].text):
        body = body[:-1]
    text = ""
    for line, before in zip(body, [None, *body], strict=False):
        text = line.text.strip() if before is None else _joined(text, line, before)
    return re.sub(r"[ \t]+", " ", text).strip()


def _joined(text: str, line: Line, before: Line) -> str:
    following = line.text.strip()
    if (broken := _HYPHEN.search(text)) and following[:1].islower():
        head = re.match(r"\w+", following)
        return (text if _keeps_hyphen(broken[1], head[0] if head else "") else text[:-1]) + following
    ended = re.search(r"[.!?…:;»\")\]]$", text)
    flows = before.start is not None or not ended or following[:1].islower()
    return text + (" " if flows else "\n") + following


def _keeps_hyphen(left: str, right: str) -> bool:
    if right.lower() in _KEPT or left.lower() in ("кое", "по", "во", "из"):
        return True
    from miner.words import known

    return not known(left + right) and known(left) and known(right)
