"""Who says which line of a transcript, whatever habit its writer had.

A habit is a way to mark a new speaker; the one that explains most of the document is taken. A label counts when it
names a role, is a numbered or lettered mark, or is a name that keeps coming back: «Потом:» at the head of a line is
no speaker.

>>> label_of("[00:01:02] Участник 2 (жен., 54): Мне тяжело.")
Label(name='Участник 2', note='жен., 54', text='Мне тяжело.', stamp='00:01:02')
>>> label_of("Ольга (00:10): Да")
Label(name='Ольга', note='', text='Да', stamp='00:10')
>>> label_of("В 12:30 пришла") is None
True
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from miner.collectors._lines import Line
from miner.collectors._participants import is_name

ASKS = tuple(
    """
    интервьюер интервьюэр интервьювер интервьер исследовател ведущ модератор журналист корреспондент вопрос
    социолог интервь инт мод вед исслед interviewer moderator question host int mod
    """.split()
)
ANSWERS = tuple(
    """
    респондент информант участни клиент ответ собеседни опрашиваем соискател безработн гость гостья слушател
    мужчин женщин мама мать отец папа работодател предпринимател заявител граждан выпускни пенсионер
    предпенсионер студент респ инф уч respondent participant interviewee answer client resp
    """.split()
)
STAFF = tuple(
    """
    специалист консультант инспектор сотрудни эксперт работник оператор психолог наблюдател ассистент переводчик
    помощник куратор
    """.split()
)
# What a recording program calls whom it doesn't know.
UNKNOWN = ("спикер", "speaker", "голос", "говорящ", "неизвестн", "unknown", "диктор", "voice", "собеседник", "персона")
# Abbreviations count only as whole words: «Инт.», but not «Интернет».
_SHORT = {"инт", "мод", "вед", "исслед", "респ", "инф", "уч", "int", "mod", "resp", "интервь"}
NO_SPEAKER = set(
    """
    дата место время город группа тема проект длительность возраст пол образование профессия должность продолжительность
    присутствуют присутствовали участвуют участвовали состав итог итоги вывод выводы примечание примечания комментарий
    плюсы минусы пример например цитата адрес телефон расшифровка расшифровал расшифровала запись файл формат название
    код номер метод методика цель заказчик регион сайт важно внимание нет да ну так вот короче значит потом итак первое
    второе третье главное честно результат причина опыт стаж семья дети доход источник ссылка участники респонденты
    date place time duration topic note transcript
    """.split()
)
TIME = r"(?:\d{1,2}:)?\d{1,3}:\d{2}(?:[.,]\d{1,3})?"
_STAMP = rf"[\[(<{{]?\s*({TIME})(?:\s*(?:-->|[-–—])\s*{TIME})?\s*[\])>}}]?"
_START = re.compile(rf"^[\s>•*#_]*(?:\d{{1,4}}[.)]\s+)?(?:[-–—•]\s*)?(?:{_STAMP}\s*[-–—:|,]?\s*)?(?:[-–—•]\s*)?")
_HEAD = re.compile(r"^((?:[^:：\n]|(?<=\d):(?=\d\d)){1,90}?)[*_]*\s*[:：](?!\d|//|[)(])[*_]*\s*(.*)$", re.DOTALL)
_END_STAMP = re.compile(rf"\s*{_STAMP}\s*$")
_NOTE = re.compile(r"^(.*?)\s*[(\[]([^()\[\]]{1,70})[)\]]\s*$")
_CODE = re.compile(r"[А-ЯЁA-Z]{1,2}\.?\s?-?\d{0,2}\.?|[А-ЯЁA-Z]\.\s?[А-ЯЁA-Z]\.?")
_NUMBERED = re.compile(r"[А-ЯЁA-Zа-яёa-z.]{2,14}\s*[№#-]?\s*\d{1,3}")


@dataclass(frozen=True, slots=True)
class Label:
    """The head of a line: who, what is said of them, what they say, when."""

    name: str
    note: str
    text: str
    stamp: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """What one speaker says until the next begins. ``label`` is the speaker as the transcript names them."""

    speaker: str
    label: str
    lines: tuple[Line, ...]
    note: str = ""
    stamp: str = ""


@dataclass(frozen=True, slots=True)
class Talk:
    """A transcript cut up: what stands before the talk, and the turns."""

    header: tuple[str, ...]
    turns: tuple[Turn, ...]


def label_of(text: str) -> Label | None:
    """The label of a line in the habit «Имя (примечание): текст», timecodes before or after it."""
    start = _START.match(text)
    rest = text[start.end() :] if start else text
    head = _HEAD.match(rest)
    if not head:
        return None
    name, note, stamp = _named(head[1])
    return Label(name, note, head[2].strip(), (start and start[1]) or stamp) if name else None


def _named(head: str) -> tuple[str, str, str]:
    """Name, note and timecode of a head: «Участник 2 (жен., 54) 00:12»."""
    stamp = ""
    if end := _END_STAMP.search(head):
        stamp, head = end[1], head[: end.start()]
    name, note = head.strip(" *_.-–—<>«»\"'|,"), ""
    if noted := _NOTE.match(name):
        name, note = noted[1], noted[2]
    elif "," in name and strength(name.partition(",")[0]) >= 2:
        name, _, note = name.partition(",")
    return name.strip(" .,"), note.strip(), stamp


def key(name: str) -> str:
    """One speaker in all spellings.

    >>> key("УЧАСТНИК №2"), key("Участник  2."), key("И.")
    ('участник 2', 'участник 2', 'и')
    """
    plain = re.sub(r"[№#.*_]", " ", name.lower().replace("ё", "е"))
    return " ".join(re.sub(r"(?<=[а-яa-z])[ -]*(?=\d)", " ", plain).split())


def role_word(name: str) -> str | None:
    """What the label itself says of the role: "asks", "answers", "staff", "unknown" or None.

    >>> role_word("Модератор"), role_word("Участница 3"), role_word("Карьерный консультант"), role_word("Ольга")
    ('asks', 'answers', 'staff', None)
    """
    for word in re.findall(r"[а-яa-z]+", key(name)):
        for role, stems in (("staff", STAFF), ("asks", ASKS), ("answers", ANSWERS), ("unknown", UNKNOWN)):
            if any(word == stem if stem in _SHORT else word.startswith(stem) for stem in stems):
                return role
    return None


def strength(name: str) -> int:
    """How much a label looks like a speaker: 3 certain, 2 a mark, 1 may be a name, 0 not at all."""
    words = name.split()
    if not words or len(words) > 5 or len(name) > 60 or key(name) in NO_SPEAKER or not words[0][0].isalpha():
        return 0
    if role_word(name) and len(words) <= 4:
        return 3 if name[0].isupper() or len(words) <= 2 else 0
    if key(words[0]) in NO_SPEAKER:
        return 0
    if _NUMBERED.fullmatch(name) or _CODE.fullmatch(name):
        return 2
    return 1 if len(words) <= 3 and all(w[0].isupper() for w in words) and re.fullmatch(r"[\w .’'-]+", name) else 0


# Habits --------------------------------------------------------------------------------------------------------------

Marked = tuple[Line, Label | None]
Habit = Callable[[Sequence[Line]], list[Marked]]


def given(lines: Sequence[Line]) -> list[Marked]:
    """The file says who talks: columns of a table."""
    return [(line, Label(*_named(line.speaker)[:2], line.text) if line.speaker else None) for line in lines]


def colon(lines: Sequence[Line]) -> list[Marked]:
    """«Интервьюер: текст», also «Интервьюер:» alone above the text."""
    return [(line, label_of(line.text)) for line in lines]


def bold_lead(lines: Sequence[Line]) -> list[Marked]:
    """A bold name before plain text, with or without any sign between."""
    marked: list[Marked] = []
    for line in lines:
        label = None
        if line.lead and len(line.lead) <= 60:
            start = _START.match(line.lead)
            name, note, stamp = _named(line.lead[start.end() if start else 0 :].rstrip(": "))
            rest = line.text[line.text.find(line.lead) + len(line.lead) :].lstrip(" :.–—-\t")
            label = Label(name, note, rest, (start and start[1]) or stamp) if name else None
        marked.append((line, label))
    return marked


_DASHED = re.compile(
    r"^((?:[А-ЯЁA-Z]\.?(?:\s?\d{1,2})?|[А-ЯЁа-яёA-Za-z]{3,20}\.?(?:\s№?\d{1,2})?)(?:\s*\([^)]{1,40}\))?)"
    r"(?:\s*[–—|]\s*|\s+-\s+|\t\s*|\.\s+|\s*/\s+|\s{2,})(\S.*)$",
    re.DOTALL,
)


def dash(lines: Sequence[Line]) -> list[Marked]:
    """«Модератор — текст», «И. текст», a tab after the name."""
    marked: list[Marked] = []
    for line in lines:
        start = _START.match(line.text)
        match = _DASHED.match(line.text[start.end() if start else 0 :])
        name, note, _ = _named(match[1]) if match else ("", "", "")
        label = Label(name, note, match[2], (start and start[1]) or "") if match and strength(name) >= 2 else None
        marked.append((line, label))
    return marked


def alone(lines: Sequence[Line]) -> list[Marked]:
    """A name on its own line, often with a timecode, and the text below it."""
    marked: list[Marked] = []
    for line in lines:
        text, label = line.text.rstrip(": "), None
        if len(text) <= 60 and not re.search(r"[.!?…,;]$", text):
            start = _START.match(text)
            name, note, stamp = _named(text[start.end() if start else 0 :])
            stamp = (start and start[1]) or stamp
            if strength(name) >= (1 if stamp or line.bold else 2):
                label = Label(name, note, "", stamp)
        marked.append((line, label))
    return marked


def running(lines: Sequence[Line]) -> list[Marked]:
    """All turns in one paragraph: «И: Как дела? Р: Плохо. И: Почему?»."""
    marked: list[Marked] = []
    for line in lines:
        rest, label = line.text, label_of(line.text)
        while True:
            said = label.text if label else rest
            ahead = _next_label(said, None)
            body = replace(line, text=ahead[0] if ahead else said, lead="")
            marked.append((body, replace(label, text=body.text) if label else None))
            if ahead is None:
                break
            rest, label = "", ahead[1]
    return marked


def bold_questions(lines: Sequence[Line]) -> list[Marked]:
    """Bold paragraphs are questions, plain ones answers."""
    talk = [line for line in lines if not line.heading]
    asked = [line for line in talk if line.bold and line.text.rstrip().endswith("?")]
    if len(asked) < 2 or len(asked) * 2 < sum(line.bold for line in talk):
        return [(line, None) for line in lines]
    return _by(lines, lambda line: line.bold)


def dialogue(lines: Sequence[Line]) -> list[Marked]:
    """Every turn opens with a dash and two people take turns."""
    dashed = [line for line in lines if re.match(r"[-–—]\s*[^-–—\s]", line.text)]
    if len(dashed) < 4 or len(dashed) * 2 < len(lines):
        return [(line, None) for line in lines]
    marked: list[Marked] = []
    turn = 0
    for line in lines:
        label = None
        if match := re.match(r"[-–—]\s*(?=[^-–—\s])", line.text):
            label = Label(f"Голос {turn % 2 + 1}", "", line.text[match.end() :])
            turn += 1
        marked.append((line, label))
    return marked


def questions(lines: Sequence[Line]) -> list[Marked]:
    """Lines that are a question, each followed by its answer."""
    asked = [_is_question(line.text) for line in lines]
    first = asked.index(True) if True in asked else len(lines)
    answered = sum(a and not b for a, b in itertools.pairwise(asked))
    if sum(asked) < 3 or answered < 0.7 * sum(asked) or first > 4:
        return [(line, None) for line in lines]
    return _by(lines, lambda line: _is_question(line.text))


def _is_question(text: str) -> bool:
    return text.rstrip(" »\"'").endswith("?") and len(text) < 400


def _by(lines: Sequence[Line], asks: Callable[[Line], bool]) -> list[Marked]:
    marked: list[Marked] = []
    last: str | None = None
    for line in lines:
        name = "Вопрос" if asks(line) else "Ответ"
        if line.heading or (last is None and name == "Ответ"):
            marked.append((line, None))
            continue
        text = re.sub(r"^\s*\d{1,3}[.)]\s+", "", line.text) if name == "Вопрос" else line.text
        marked.append((line, Label(name, "", text) if name != last else None))
        last = name
    return marked


HABITS: list[Habit] = [given, colon, bold_lead, alone, dash, running, bold_questions, dialogue, questions]


def cut(lines: Sequence[Line]) -> Talk | None:
    """The talk of a transcript in the habit that fits it best, None when nobody is marked as speaking."""
    lines = list(_with_times(lines))
    best: list[Marked] | None = None
    score = 0.0
    for habit in HABITS:
        marked = _accepted(habit(lines), lines, sure=habit in (given, bold_questions, dialogue, questions))
        labels = [label for _, label in marked if label]
        people = {key(label.name) for label in labels}
        if len(people) < 2:
            continue
        # An earlier habit is the more certain one; a later has to explain clearly more of the document.
        if best is None or len(labels) > 1.5 * score:
            best, score = marked, float(len(labels))
    return None if best is None else _talk(best)


def _with_times(lines: Sequence[Line]) -> Iterator[Line]:
    """A timecode on its own line belongs to the name above it, or else to the line below."""
    held: Line | None = None
    stamp = ""
    for line in lines:
        if re.fullmatch(_STAMP, line.text.strip()) and line.start is None:
            if held is not None and strength(_named(held.text.rstrip(":"))[0]):
                held = replace(held, text=f"{held.text.rstrip(':')} {line.text.strip()}")
            else:
                stamp = line.text.strip() + " "
            continue
        if held is not None:
            yield held
        held, stamp = replace(line, text=stamp + line.text) if stamp else line, ""
    if held is not None:
        yield held


def _accepted(marked: list[Marked], lines: Sequence[Line], *, sure: bool) -> list[Marked]:
    """Only labels that are speakers: certain ones, marks and names that return, names that the header lists."""
    count = Counter(key(label.name) for _, label in marked if label)
    top = " ".join(line.text for line in lines[:15]).lower()
    total = sum(n for k, n in count.items())
    mostly = total >= 0.6 * len(lines)

    def accepted(label: Label) -> bool:
        power, times = strength(label.name), count[key(label.name)]
        if sure:
            return bool(label.name)
        if power >= 3:
            return True
        if power == 2:
            return times >= 2 or mostly
        if power == 1:
            named = is_name(label.name)
            return (times >= 2 and named) or times >= 3 or (named and (mostly or top.count(key(label.name)) >= 2))
        return False

    return [(line, label if label and accepted(label) else None) for line, label in marked]


def _talk(marked: list[Marked]) -> Talk:
    from miner.collectors._header import header_end

    first = header_end(marked)
    header = tuple(line.text for line, _ in marked[:first])
    names = {key(label.name) for _, label in marked if label}
    turns: list[Turn] = []
    for line, label in marked[first:]:
        if label:
            body = replace(line, text=label.text, lead="", speaker=None)
            turns.append(Turn(key(label.name), label.name, (body,), label.note, label.stamp))
        elif turns and not _aside(line):
            last = turns[-1]
            turns[-1] = replace(last, lines=(*last.lines, line))
    return Talk(header, tuple(_merged(part for turn in turns for part in _inline(turn, names))))


_ASIDE = re.compile(
    r"[(\[<][^()\[\]]{1,120}[)\]>][.\s]*|[*_=~–—-]{3,}|(?:Блок|Раздел|Часть|Тема|Секция)\s*№?\s*\d+\b.{0,80}"
)


def _aside(line: Line) -> bool:
    """A remark of the transcriber or a heading: nobody says it."""
    return line.heading or bool(_ASIDE.fullmatch(line.text.strip()))


def _inline(turn: Turn, names: set[str]) -> Iterator[Turn]:
    """A paragraph may hold several turns: «…как вы? Р: Плохо. И: Почему?»."""
    lines: list[Line] = []
    current = turn
    for line in turn.lines:
        rest = line
        while cut_at := _next_label(rest.text, names):
            before, label = cut_at
            if before:
                lines.append(replace(rest, text=before))
            yield replace(current, lines=tuple(lines))
            current, lines = Turn(key(label.name), label.name, (), label.note, label.stamp), []
            rest = replace(rest, text=label.text, lead="")
        lines.append(rest)
    yield replace(current, lines=tuple(lines))


_SENTENCE_END = re.compile(r"[.!?…»)\]]\s+(?=(?:\d{1,4}[.)]\s|[\[(<]?\d{1,2}:\d\d|[А-ЯЁA-Z][^:\n]{0,60}:))")


def _next_label(text: str, names: set[str] | None) -> tuple[str, Label] | None:
    for match in _SENTENCE_END.finditer(text):
        label = label_of(text[match.end() :])
        if label and (names is None or key(label.name) in names) and (strength(label.name) >= 2 or is_name(label.name)):
            return text[: match.end()].rstrip(), label
    return None


def _merged(turns: Iterator[Turn]) -> Iterator[Turn]:
    """Cues of one speaker in a row are one turn; so are paragraphs that the writer labelled again."""
    last: Turn | None = None
    for turn in turns:
        if last is not None and last.speaker == turn.speaker:
            last = replace(last, lines=last.lines + turn.lines, note=last.note or turn.note)
            continue
        if last is not None:
            yield last
        last = turn
    if last is not None:
        yield last
