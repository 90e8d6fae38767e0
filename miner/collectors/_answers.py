"""Closed answers into disclosures: «Женский» is gender f, «35–44 года» the middle of the band.

>>> value("gender", "Женский"), value("age", "35–44 года"), value("age", "старше 60"), value("age", "не скажу")
('f', 40, 60, None)
>>> value("unemployed_months", "больше года"), value("unemployed_months", "2 года"), value("children", "двое детей")
(12, 24, 2)
>>> value("income", "На еду хватает, но одежду купить трудно"), value("education", "Среднее специальное")
('clothes_hard', 'vocational')
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

Value = str | int

_NUMBERS = {
    word: number
    for number, words in enumerate(
        ("один одна одного", "два две двое двух", "три трое трёх трех", "четыре четверо", "пять пятеро"), 1
    )
    for word in words.split()
}


def value(field: str, answer: str) -> Value | None:
    """What an answer discloses, None when it doesn't say."""
    said = " ".join(answer.lower().replace("ё", "е").split()).strip(" .")
    if not said or said in NO_ANSWERS:
        return None
    # A place keeps its capitals.
    return _place(answer) if field == "region" else READERS[field](said)


NO_ANSWERS = frozenset(
    """- -- --- – — . .. ... _ / + нет no none ничего никаких никакие нету не было отсутствуют отсутствует
    n/a na н/д н/о""".split()
) | {
    "нет ответа",
    "не было",
    "не знаю",
    "затрудняюсь ответить",
    "затрудняюсь",
    "отказ от ответа",
    "пропущено",
    "нет таких",
    "не хочу отвечать",
    "предпочитаю не отвечать",
}


def _words(pairs: Sequence[tuple[str, Value]]) -> Callable[[str], Value | None]:
    compiled = [(re.compile(pattern), meaning) for pattern, meaning in pairs]

    def read(said: str) -> Value | None:
        return next((meaning for pattern, meaning in compiled if pattern.search(said)), None)

    return read


def _number(low: int, high: int) -> Callable[[str], Value | None]:
    """A number between bounds, or the middle of a band of them."""

    def read(said: str) -> Value | None:
        numbers = [int(n) for n in re.findall(r"\d{1,6}", re.sub(r"(?<=\d)[ \xa0](?=\d{3}\b)", "", said))]
        numbers = numbers or [n for word in re.findall(r"\w+", said) if (n := _NUMBERS.get(word)) is not None]
        if not numbers:
            return 0 if low == 0 and re.match(r"(?:нет|без)\b", said) else None
        if len(numbers) > 1:
            found = (numbers[0] + numbers[1] + 1) // 2
        elif re.search(r"(?:^до|младше|менее|меньше|моложе)\s", said):
            found = numbers[0] - 1
        else:
            found = numbers[0]
        return found if low <= found <= high else None

    return read


def _months(said: str) -> Value | None:
    if "полгода" in said:
        return 6
    if "полтора года" in said:
        return 18
    if re.search(r"\bгода?\b", said) and not re.search(r"\d|два|две|три|четыре|пять", said):
        return 12
    found = _number(0, 600)(said)
    if isinstance(found, int) and re.search(r"\b(?:год|года|лет)\b", said) and not re.search(r"месяц|мес\b", said):
        return found * 12
    return found


def _as_said(said: str) -> Value | None:
    return said[:200]


def _place(said: str) -> Value | None:
    place = re.sub(r"^(?:[гГ]\.|[гГ]ород|[гГ])\s*(?=[А-ЯЁа-яё])", "", " ".join(said.split()).strip(" ."))[:100]
    return place[:1].upper() + place[1:] or None


READERS: dict[str, Callable[[str], Value | None]] = {
    "age": _number(10, 110),
    "gender": _words([(r"^ж|^f|female|женщ", "f"), (r"^м|^m|male|мужч", "m")]),
    "marital": _words(
        [
            (r"не замуж|не женат|холост|не в браке|не состою", "single"),
            (r"развед|развод", "divorced"),
            (r"вдов", "widowed"),
            (r"замуж|женат|в браке|состою в", "married"),
        ]
    ),
    "children": _number(0, 20),
    "disability_group": _words([(r"\b3\b|\biii\b|трет", 3), (r"\b2\b|\bii\b|втор", 2), (r"\b1\b|\bi\b|перв", 1)]),
    "education": _words(
        [
            (r"высш|вуз|бакалавр|магистр|университет|институт", "higher"),
            (r"специальн|профессиональн|техникум|колледж|училищ|\bспо\b|\bпту\b", "vocational"),
            (r"средн|школ|общее|11|9 класс", "school"),
            (r"нет образ|без образ", "none"),
        ]
    ),
    "occupation": _as_said,
    "region": _place,
    "unemployed_months": _months,
    "income": _words(
        [
            (
                r"не хватает даже на|не хватает на (?:еду|продукты|питание)|едва хватает на (?:еду|продукты)",
                "food_short",
            ),
            (
                r"(?:не могу|трудно|сложно|затруднительн|не хватает|проблем)\w*.{0,40}крупн",
                "large_appliances",
            ),
            (r"крупн\w+ бытов\w+.{0,40}(?:нет|не |затрудн|трудно)", "large_appliances"),
            (r"мелк\w+ бытов|одежд\w+.{0,20}хвата\w+.{0,60}(?:техник|холодильник|телевизор)", "small_appliances"),
            (r"(?:кроме|исключением).{0,40}(?:жиль|квартир|дач|машин|недвижим)|ни в чем себе", "all_but_housing"),
            (r"одежд", "clothes_hard"),
            (r"техник|холодильник", "large_appliances"),
        ]
    ),
    "headcount": _number(0, 1_000_000),
    "industry": _as_said,
    "legal_form": _words(
        [(r"\bип\b|индивидуальн", "ИП"), (r"\bооо\b", "ООО"), (r"\b[зпо]?ао\b", "АО"), (r"самозанят", "самозанятый")]
    ),
    "channel": _as_said,
    "info_source": _as_said,
    "mobility": _as_said,
    "goal": _as_said,
}
FIELDS = tuple(READERS)

# What a closed question asks for, by its words.
_TOPICS: tuple[tuple[str, str], ...] = (
    ("gender", r"\bпол\b|gender|\bsex\b"),
    ("age", r"возраст|сколько (?:вам )?(?:полных )?лет|\bage\b|год рождения"),
    ("disability_group", r"групп\w+ инвалидности|инвалидност"),
    ("children", r"сколько .{0,20}дет|количество детей|число детей|несовершеннолетн\w+ дет|наличие детей"),
    ("marital", r"семейн\w+ положени"),
    ("education", r"образовани"),
    ("unemployed_months", r"(?:сколько|как долго|давно).{0,40}(?:без работы|ищете|не работа)|срок безработицы"),
    ("income", r"материальн|доход|хватает .{0,20}(?:денег|средств)|финансов\w+ положени"),
    ("headcount", r"числен\w+ (?:сотрудник|работник|персонал)|сколько .{0,20}(?:сотрудник|работник)"),
    ("industry", r"отрасл|сфера деятельности|вид деятельности"),
    ("legal_form", r"правов\w+ форм|форма собственности"),
    ("region", r"(?:где|в каком).{0,20}(?:жив|прожив)|место жительства|населенн\w+ пункт"),
    ("region", r"ваш\w? (?:город|регион|район)|^город|^регион"),
    ("occupation", r"профессия|специальность|кем (?:вы )?(?:работ|труд)|должность"),
    ("channel", r"(?:как|каким способом|каким образом).{0,30}(?:связ|общат|получать информацию)|способ связи|канал"),
    ("info_source", r"откуда .{0,30}узна|источник\w? информации|где .{0,20}ищете (?:информацию|вакансии|работу)"),
    ("mobility", r"готовы .{0,20}(?:переех|переезд|ездить)|переезд"),
)  # fmt: skip


def topic(question: str) -> str | None:
    """The field that a question asks for.

    >>> [topic(q) for q in ("Ваш пол", "Сколько вам полных лет?", "Что мешает найти работу?")]
    ['gender', 'age', None]
    """
    plain = question.lower().replace("ё", "е")
    return next((field for field, pattern in _TOPICS if re.search(pattern, plain)), None)


def understood(field: str, answers: Sequence[str], values: Mapping[str, Value] | None = None) -> float:
    """The share of the given answers that say something for the field; «нет» is no answer here."""
    given = [a for a in answers if a.lower().strip(" .") not in NO_ANSWERS | {""}]
    if not given:
        return 1.0
    return sum((values or {}).get(a) is not None or value(field, a) is not None for a in given) / len(given)
