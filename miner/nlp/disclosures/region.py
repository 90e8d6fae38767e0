"""Where the author lives, as they call the place, in the nominative.

>>> said("Живу в Омске, работы нет"), said("я из Нижнего Тагила"), said("у нас в Вологде зарплаты смешные")
(['Омск'], ['Нижний Тагил'], ['Вологда'])
>>> said("Мы тут, в Ветлуге. Мне бы пешком"), said("проживаю в г. Ржев"), said("Ищу работу, город Шуя")
(['Ветлуга'], ['Ржев', 'Ржев'], ['Шуя'])
>>> said("зовут в Кемерово"), said("сестра живёт в Твери"), said("хочу уехать в Казань"), said("живу в общаге")
([], [], [], [])
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from miner.nlp.disclosures import places
from miner.nlp.disclosures.claims import HINT, SAID, SHOWN, Claim
from miner.nlp.disclosures.people import SOMEBODY
from miner.nlp.disclosures.speech import Speech

KIND = r"(?:г\. ?|гор\. ?|город[еа]? |сел[еоа] |с\. ?|деревн[еюия] |пос[её]лк[еа] |пос[её]лок |пгт\.? ?|станиц[еы] )?"
PLACE = (
    r"([А-ЯЁ][а-яё]+(?:-[А-ЯЁа-яё]+){0,2}(?: [А-ЯЁ][а-яё]+|(?= (?:област|кра[йеяю]|район)))?(?: (?:област[иь]"
    r"|кра[йеяю]|район[еа]?))?)"
)
LIVE = (
    r"(?:[Жж]ив[уёе]м?|[Пп]рожил[аи]?|[Пп]роживаю|[Пп]роживаем|[Пп]рописан[аы]?|[Оо]стаюсь"
    r"|[Оо]стал(?:ся|ась|ись)|[Зз]ар[еи]гистрирован[аы]?|[Рр]аботаю|[Мм]ы(?: с \w+)?|[Уу] нас"
    r"|[Ззд]десь|[Тт]ут|[Сс]ижу|[Уу] меня|[Яя])"
)
MOVED = r"(?:[Пп]ереехал[аи]?|[Пп]еребрал(?:ся|ась|ись)|[Оо]сел[аи]?|[Вв]ернул(?:ся|ась|ись)|[Пп]риехал[аи]?)"
RULES = [
    (SHOWN, "loct", re.compile(rf"\b(?:[Сс]ейчас|[Тт]еперь|[Пп]ока)(?: мы| я| жив\w+)? в {KIND}{PLACE}")),
    (
        SAID,
        "loct",
        re.compile(
            rf"\b{LIVE}(?:,? (?:тут|здесь|сейчас|пока|теперь|уже|с \w+|один|одна|сам|сама|всю жизнь"
            rf"|пару лет)){{0,2}},? (?:в|во) {KIND}{PLACE}"
        ),
    ),
    (SHOWN, "loct", re.compile(rf"\b(?:[Вв]|[Вв]о) (?:нашем|нашей|своем|своём|моем|моём) {KIND}{PLACE}")),
    (
        HINT,
        "gent",
        re.compile(
            rf"\b(?:[Яя]|[Мм]ы|[Сс]ам[аи]?|[Рр]одом|[Пп]ишу(?: вам)?|[Пп]ривет|[Зз]дравствуйте)(?: (?:сам"
            rf"|сама|сами|вообще|родом|тоже|тут))? из {KIND}{PLACE}"
        ),
    ),
    (
        SHOWN,
        "accs",
        re.compile(
            rf"\b{MOVED}(?: (?:с|со) [\w-]+)?(?: (?:сюда|обратно|недавно|осенью|весной|зимой|летом"
            rf"|год назад|по программе))?(?: из [А-ЯЁ][\w-]+)?(?: \([^()]{{1,30}}\))?,? (?:в|во) {KIND}{PLACE}"
        ),
    ),
    (
        SAID,
        "nomn",
        re.compile(
            rf"\b(?:[Гг]ород|г\.|[Рр]егион:?|[Жж]ив[уеё]м?:? в г\.|[Пп]роживаю:? в г\.|[Жж]ительница"
            rf"|[Жж]итель) ?{PLACE}"
        ),
    ),
    (
        SHOWN,
        "nomn",
        re.compile(
            rf"(?:[Цц]ентр занятости|ЦЗН|[Бб]иржа(?: труда)?|[Цц]ентре занятости)(?: населения)? (?:города "
            rf"|г\. ?)?{PLACE}(?=[ ,.!?]|$)"
        ),
    ),
    (
        SHOWN,
        "gent",
        re.compile(rf"(?:[Цц]ентр|[Цц]ентра|[Цц]ентре) занятости(?: населения)? (?:города |г\. ?)?{PLACE}"),
    ),
    (SAID, "gent", re.compile(rf"\b(?:[Жж]ительница|[Жж]итель) (?:города |г\. ?)?{PLACE}")),
]
# A capital letter after a word that leads to a place.
LIKELY = re.compile(
    r"(?:\b[вВ]о?|из|г\.|[Гг]ород[аеу]?|[Рр]егион:?|занятости(?: населения)?|ЦЗН|[Бб]ирж\w(?: труда)?"
    r"|жител\w+|наш\w\w?|сво[её][мй]|мо[её][мй]"
    r"|сел[еоа]|деревн\w|пос[её]лк?[еа]?к?|пгт\.?|станиц[еы]) ?[А-ЯЁ]"
)
NOT_NOW = re.compile(r"\b(?:хоч|хотел|мечта|уе[дх]|зовут|предлага|раньше|когда-то|если|бы)\w*[^.!?]{0,25}$")


def find(speech: Speech) -> Iterator[Claim]:
    text = speech.text
    if not LIKELY.search(text):
        return
    for strength, case, rule in RULES:
        for match in rule.finditer(text):
            start, end = match.span(1)
            if (
                "¤" in speech.plain[start:end]
                or SOMEBODY.search(clause(speech, match.start()))
                or NOT_NOW.search(speech.before(match.start(), 30))
            ):
                continue
            located = speech.located(start)
            if name := places.normalised(match[1], case, located=located) or (
                places.normalised(match[1], "nomn") if case == "loct" else None
            ):
                yield Claim("region", name, start, end, strength)


def clause(speech: Speech, at: int) -> str:
    """What stands before a place in its clause."""
    return re.split(r"[,;:—–()]", speech.before(at, 30))[-1]


def said(text: str) -> list[str | int]:
    return [claim.value for claim in find(Speech(text))]
