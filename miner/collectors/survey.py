"""Survey answers from tables: .xlsx, .xls, .ods, .csv; exports of Yandex Forms, Google Forms, Anketolog.

Each open answer is a post with its question as title; closed answers travel with the posts of their respondent as what
the respondent disclosed. Which column is what is guessed, or said in a mapping that ``--suggest`` drafts.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

from pydantic import Field

from miner.collectors import Collector, Options
from miner.collectors import _dates as dates
from miner.collectors._answers import FIELDS, NO_ANSWERS, Value, topic, understood, value
from miner.collectors._tables import Table, read_table
from miner.errors import BadConfig, BadInput
from miner.records import Post

USES = ("text", "date", "author", "skip")


class SurveyOptions(Options):
    """How to read a table when the guess is wrong."""

    text_column: tuple[str, ...] = Field(
        (), description="open question, by its name, its beginning or its number from 1"
    )
    mapping: str | None = Field(None, description="TOML file that says what each column is; --suggest drafts it")
    sheet: str | None = Field(None, description="sheet of the workbook, instead of the first with answers")
    encoding: str | None = Field(None, description="encoding of a .csv, instead of the recognised one")
    date: str | None = Field(None, description="date of the survey, for tables without a time of each answer")


@dataclass(frozen=True, slots=True)
class Column:
    """What a column is used for: "text", "date", "author", "skip" or a field of the profile."""

    use: str
    values: Mapping[str, Value] = field(default_factory=dict)


class Survey(Collector):
    """Yields the answers row by row. Raises BadInput when no column holds open answers."""

    Options: ClassVar[type[Options]] = SurveyOptions
    options: SurveyOptions
    source: ClassVar[str] = "survey"
    target: ClassVar[str] = "FILE"

    def collect(self) -> Iterator[Post]:
        for target in self.targets:
            table = read_table(target, self.options.sheet, self.options.encoding)
            columns = self._columns(target, table)
            self._tell(target, table, columns)
            for number, row in enumerate(table.rows, 1):
                yield from self._row(Path(target).name, number, dict(zip(table.header, row, strict=True)), columns)

    def suggest(self) -> str:
        """The guess for the first file as TOML, with the values of every closed question."""
        table = read_table(self.targets[0], self.options.sheet, self.options.encoding)
        return draft(table, guess(table))

    def _columns(self, target: str, table: Table) -> dict[str, Column]:
        columns = guess(table)
        if self.options.mapping:
            columns |= _mapped(self.options.mapping, target, table)
        if self.options.text_column:
            chosen = {named(target, table, name) for name in self.options.text_column}
            columns = {n: Column("skip") if c.use == "text" and n not in chosen else c for n, c in columns.items()}
            columns |= {name: Column("text") for name in chosen}
        if not any(column.use == "text" for column in columns.values()):
            known = "; ".join(f"{n} {name}" for n, name in enumerate(table.header, 1))
            raise BadInput(f"{target}: no column looks like an open question. Name one with --text-column: {known}.")
        return columns

    def _tell(self, target: str, table: Table, columns: Mapping[str, Column]) -> None:
        name = Path(target).name
        open_ones = [n for n in table.header if columns[n].use == "text"]
        closed = [f"{n} → {columns[n].use}" for n in table.header if columns[n].use in FIELDS]
        answers = [row[table.header.index(n)] for n in open_ones for row in table.rows]
        nothing = sum(not _says_something(a) for a in answers)
        self.context.say(f"{name}: open questions: {'; '.join(open_ones)}")
        if closed:
            self.context.say(f"{name}: what respondents say of themselves: {'; '.join(closed)}")
        self.context.say(f"{name}: {len(answers) - nothing} answers, {nothing} empty or «нет»")
        for n in table.header:
            column = columns[n]
            if column.use in FIELDS and (odd := _not_understood(column, table.column(table.header.index(n)))):
                self.context.say(f"{name}: {n}: not understood: {', '.join(odd[:5])}. Give their values in a mapping.")

    def _row(self, thread: str, number: int, row: Mapping[str, str], columns: Mapping[str, Column]) -> Iterator[Post]:
        who = next((row[n].lower() for n, c in columns.items() if c.use == "author" and row[n]), f"{number}")
        when = next((w for n, c in columns.items() if c.use == "date" and (w := _when(row[n]))), self.options.date)
        known = {c.use: v for n, c in columns.items() if c.use in FIELDS and (v := _value(c, row[n])) is not None}
        open_ones = [(at, n) for at, n in enumerate(row, 1) if columns[n].use == "text" and row[n]]
        answers = [(at, n) for at, n in open_ones if _says_something(row[n])]
        # «Нет» says nothing to mine, but its author is one of those asked: one answer keeps the count of people true.
        for at, question in answers or open_ones[:1]:
            yield self.post(
                id=f"{self.source}:{thread}:{number}:{at}",
                text=row[question],
                author=f"{thread}: {who}" if who == str(number) else who,
                thread=thread,
                date=when,
                title=question,
                disclosed=known or None,
            )


def named(target: str, table: Table, name: str) -> str:
    """The column that the analyst means: by its number from 1, its name, or a beginning that only it has."""
    if name.isdecimal() and name not in table.header:
        if 1 <= int(name) <= len(table.header):
            return table.header[int(name) - 1]
    else:
        wanted = " ".join(name.lower().split())
        exact = [n for n in table.header if n.lower() == wanted]
        starting = [n for n in table.header if n.lower().startswith(wanted)]
        if len(exact or starting) == 1:
            return (exact or starting)[0]
    known = "; ".join(f"{n} {column}" for n, column in enumerate(table.header, 1))
    raise BadInput(f"{target}: no column {name!r}. Known: {known}.")


# Guessing ------------------------------------------------------------------------------------------------------------


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns))


_TIMES = _any(
    r"отметка времени|время (?:создания|отправки|заполнения|начала|окончания|завершения)|дата|^начало|^окончание",
    r"^завершен|timestamp|created|submitted|start|finish",
)
_PEOPLE = _any(r"e-?mail|электронн\w+ почт|^почта|телефон|phone|логин|login|username|имя пользователя")
_PRIVATE = _any(
    r"\bфио\b|фамилия|^(?:ваше )?имя|отчество|\bip\b|снилс|паспорт|контакт|^(?:ваш )?адрес(?! электр)",
    r"vk\b|telegram|ссылка на",
)
_SERVICE = _any(
    r"^(?:id|№|n|#|номер)(?:$|\W)|id ответа|номер анкеты|номер ответа|статус|баллы|score|user.?agent|referr?er",
    r"источник перехода|устройство|браузер|длительность|время на|utm|^язык$|язык анкеты|collector",
)
_OPEN = _any(
    r"почему|расскажите|опишите|напишите|поясните|пожелани|предложени|комментар|своими словами|другое|\?$",
    r"что (?:бы )?(?:вы|вам|для вас|мешает|важн|нужн|не |пом|хот|ещё|еще)|чего|чем |как вы|как бы|какие|каких|какой",
    r"ваш\w* (?:ответ|мнени|вариант|истори)",
)


def guess(table: Table) -> dict[str, Column]:
    """What each column is, by its header and by what stands in it."""
    return {name: Column(_use(name, table.column(n))) for n, name in enumerate(table.header)}


def _use(name: str, cells: Sequence[str]) -> str:
    plain = name.lower().replace("ё", "е")
    given = [cell for cell in cells if cell.strip()]
    if not given or _PRIVATE.search(plain):
        return "skip"
    if _times(given) > 0.8 and (_TIMES.search(plain) or not topic(name)):
        return "date"
    if _PEOPLE.search(plain) and sum(" " not in cell for cell in given) > 0.8 * len(given):
        return "author"
    if _SERVICE.search(plain):
        return "skip"
    asked = topic(name)
    if asked and _short(given) and understood(asked, given) >= 0.6:
        return asked
    return "text" if _is_open(plain, given) else "skip"


def _times(cells: Sequence[str]) -> float:
    return sum(bool(_when(cell)) and bool(re.search(r"\d[./-]\d", cell)) for cell in cells) / len(cells)


def _short(cells: Sequence[str]) -> bool:
    return sum(len(cell.split()) for cell in cells) / len(cells) <= 12


def _is_open(question: str, cells: Sequence[str]) -> bool:
    """Open answers are written in one's own words: long, or each different; choices return."""
    real = [cell for cell in cells if _says_something(cell)]
    if not real or sum(bool(re.fullmatch(r"[\d\s.,:/%+-]+", cell)) for cell in real) > 0.5 * len(real):
        return False
    words = sum(len(cell.split()) for cell in real) / len(real)
    different = len({cell.lower() for cell in real}) / len(real)
    # Ticked boxes are joined in one cell: their parts return even when the whole doesn't.
    parts = Counter(p.strip().lower() for cell in real for p in re.split(r"[,;|\n]\s*", cell))
    returning = sum(n for n in parts.values() if n > 1) / max(1, sum(parts.values()))
    if len(real) >= 5 and (different < 0.5 or returning > 0.7):
        return False
    # «Довольны ли вы?» is answered by yes or no, «почему?» is not.
    if re.search(r"\bли\b", question) and not re.search(r"почему|чем|какие|что", question):
        return words >= 4
    return words >= 4 or (words >= 1.5 and bool(_OPEN.search(question)) and different > 0.6)


def _says_something(answer: str) -> bool:
    """Whether an answer is more than «нет» or a dash.

    >>> [_says_something(a) for a in ("-", "Нет.", "НЕ ЗНАЮ", "нет транспорта", "👍")]
    [False, False, False, True, False]
    """
    plain = " ".join(answer.lower().replace("ё", "е").split()).strip(" .!")
    return bool(plain) and plain not in NO_ANSWERS and any(c.isalpha() for c in plain)


def _when(cell: str) -> str | None:
    return dates.parse(cell, datetime.now()) if cell and len(cell) < 40 else None  # noqa: DTZ005  # forms give local time


def _value(column: Column, cell: str) -> Value | None:
    return column.values[cell] if cell in column.values else value(column.use, cell)


def _not_understood(column: Column, cells: Sequence[str]) -> list[str]:
    return [c for c in dict.fromkeys(cells) if c and _says_something(c) and _value(column, c) is None]


# The mapping ---------------------------------------------------------------------------------------------------------


def _mapped(path: str, target: str, table: Table) -> dict[str, Column]:
    try:
        raw = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInput(f"{path}: can't be read: {error.strerror}. Draft it with --suggest.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"{path}: no TOML: {error}. Draft it with --suggest.") from error
    mistakes: list[str] = [
        f"{path}: {key}: no such table. Known: columns."
        for key, part in raw.items()
        if key != "columns" or not isinstance(part, dict)
    ]
    columns: dict[str, Column] = {}
    given = raw.get("columns", {})
    for name, entry in given.items() if isinstance(given, dict) else ():
        complaint = _complaint(entry)
        if complaint is None and name not in table.header:
            complaint = f"no such column in {target}. Known: {'; '.join(table.header)}."
        if complaint:
            mistakes.append(f"{path}: columns.{name!r}: {complaint}")
            continue
        columns[name] = Column(entry["use"], entry.get("values", {}))
    if mistakes:
        raise BadConfig(mistakes)
    return columns


def _complaint(entry: Any) -> str | None:
    if not isinstance(entry, dict) or not isinstance(entry.get("use"), str):
        return 'a column needs use = "…".'
    if entry["use"] not in (*USES, *FIELDS):
        return f"use = {entry['use']!r}: none of {', '.join((*USES, *FIELDS))}."
    if unknown := set(entry) - {"use", "values"}:
        return f"no such key: {', '.join(sorted(unknown))}. Known: use, values."
    values = entry.get("values", {})
    if not isinstance(values, dict) or not all(isinstance(v, (str, int)) for v in values.values()):
        return "values is a table of answers and what they mean."
    return None


def draft(table: Table, columns: Mapping[str, Column]) -> str:
    """A mapping to correct: every column, and for closed ones every answer with what it means."""
    lines = [
        f"# What each column is. use: {', '.join(USES)}, or a field of the profile:",
        f"# {', '.join(FIELDS)}.",
        "# text: open question; date: time of the answer; author: keeps one person together, is never written.",
    ]
    for number, name in enumerate(table.header):
        column = columns[name]
        lines += ["", f"[columns.{_quoted(name)}]", f'use = "{column.use}"']
        if column.use in FIELDS:
            answers = [a for a in dict.fromkeys(table.column(number)) if a][:40]
            meanings = [(a, _value(column, a)) for a in answers]
            # An answer that stands for itself needs no line.
            if any(m is not None and str(m).lower() != a.lower() for a, m in meanings):
                lines += [f"[columns.{_quoted(name)}.values]", *(_meaning(a, m) for a, m in meanings)]
    return "\n".join(lines) + "\n"


def _meaning(answer: str, value: Value | None) -> str:
    if value is None:
        return f"# {_quoted(answer)} = ?"
    return f"{_quoted(answer)} = {value if isinstance(value, int) else _quoted(value)}"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(f"\\u{ord(c):04x}" if ord(c) < 32 or ord(c) == 127 else c for c in escaped) + '"'
