"""What employers say of their firm: headcount, industry, legal form; and the self-employed of themselves.

>>> said("Я начальник отдела кадров, машиностроение, нас шестьсот сорок человек")
[('headcount', 640), ('industry', 'машиностроение')]
>>> said("ООО, пятьсот человек. Скажу непопулярное"), said("У нас 180 человек, кадровик я одна")
([('headcount', 500), ('legal_form', 'ООО')], [('headcount', 180)])
>>> said("Акционерное общество, химия, восемьсот пятьдесят человек"), said("я самозанятая, шью на заказ")
([('headcount', 850), ('industry', 'химия'), ('legal_form', 'АО')], [('legal_form', 'самозанятый')])
>>> said("открыл ИП весной")
[('legal_form', 'ИП')]
>>> said("ООО СтройВектор не платит зарплату"), said("нас в очереди сорок человек")
([], [])
>>> said("хочу открыть ИП"), said("устроился на завод")
([], [])
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

from miner.nlp.disclosures.claims import HINT, SAID, SHOWN, Claim
from miner.nlp.disclosures.lexicons import lexicon, plain
from miner.nlp.disclosures.numerals import NUMBER, either, value
from miner.nlp.disclosures.people import SOMEBODY
from miner.nlp.disclosures.speech import Speech

PEOPLE = r"(?:человек|чел\.?|сотрудников|работников|ставок|голов|штатных единиц|душ)"
OURS = r"(?:нас|у нас(?: в штате| работает| трудится)?|в штате|по штату|штат|коллектив|численность|работает)"
HEADCOUNT = [
    (
        SAID,
        re.compile(
            rf"\b{OURS}(?: (?:уже|сейчас|всего|около|примерно|больше|там|где-то))?"
            rf"[ ,:—–-]{{1,3}}({NUMBER}) {PEOPLE}(?! (?:в очеред"
            rf"|уволил|сократил|пришл|на место))"
        ),
    ),
    (SAID, re.compile(rf"\b({NUMBER}) {PEOPLE} (?:по штату|в штате|в сезон|персонала|у нас|работает|нас)\b")),
    (SAID, re.compile(rf"\b({NUMBER}) нас\b(?=[.,!])")),
]
IN_CARD = re.compile(rf"(?:^|[,.:—–] ?)(?:ну,? )?(?:это )?({NUMBER}) {PEOPLE}(?=[,.!—–:]|$| по штату| в)")
FIRM = (
    "кадров",
    "производств",
    "предприяти",
    "организац",
    "директор по",
    "отдел подбора",
    "ооо",
    "акционерн",
    "агрохолдинг",
    "мы набира",
    "персонал",
)
OPENING = 120
COUNTED = ("человек", "чел", "сотрудник", "работник", "ставок", "голов", "душ", "штатных")
SHORT_FORMS = frozenset(("ип", "ооо", "ао", "пао", "зао"))
LAID_OFF = re.compile(
    r"\b(?:сократил|уволил|закрыл|очеред|на улиц|на место|собесед|на курс|в группе|в классе|пришло|собралось)\w*"
)
FORMS = [
    (
        "самозанятый",
        SAID,
        re.compile(
            r"\b(?:я|сам|сама|как|теперь|уже|работаю(?: как)?|оформлен[а]? как|стал[а]?|мы|тоже)"
            r"(?:,? \w+)? самозанят(?:ый"
            r"|ая|ой|ым)\b|\b(?:оформил[а]?|открыл[а]?|зарегистрировал[а]?|взял[а]?) (?:себе )?самозанят\w+"
            r"|(?:^|[.!?,] ?)самозанят(?:ый|ая)(?=[,.!]| с )|\bплачу (?:налог|нпд)[^.!?]{0,20}самозанят\w+"
        ),
    ),
    (
        "ИП",
        SAID,
        re.compile(
            r"\b(?:я|у меня(?: свое| свой)?|мое|мы|я сам|как|сам|сама)(?: —| -)? ип\b(?! (?:закры"
            r"|отказ))|\b(?:открыл[а]?|оформил[а]?|зарегистрировал[а]?|веду|держу) (?:свое |себе )?ип\b"
            r"|(?:^|[.!?,] ?)ип(?=,)|\bип у меня\b"
            r"|\bиндивидуальный предприниматель я\b|\bя,? индивидуальный предприниматель\b"
        ),
    ),
    (
        "ООО",
        SAID,
        re.compile(
            r"\b(?:мы|у нас|наше|мое|обычное|маленькое|небольшое|работодатель)(?:,? \w+)?,? ооо\b(?! [«\"¤])"
            r"|(?:^|[.!?] ?)(?:ну,? )?ооо(?=,)"
        ),
    ),
    (
        "АО",
        SAID,
        re.compile(
            r"\b(?:мы|у нас|наше|работаю в)(?: \w+)? (?:ао|пао|зао)\b(?! [«\"¤])|(?:^|[.!?,] ?)(?:ну,? )?(?:ао"
            r"|пао|зао|акционерное общество)(?=,)"
        ),
    ),
]
WISH = re.compile(
    r"\b(?:один|двое|кто|зарегистрируюсь|хочу|хотел\w*|бы|если|думаю|планирую|собираюсь"
    r"|мечтаю|может|чтобы?|можно|закрыл\w*)\b[^.!?;]{0,40}$"
)


@functools.cache
def industries() -> tuple[dict[str, str], re.Pattern[str]]:
    """Names of industries, plain → as a profile says them, and the pattern of a card's segment."""
    names = lexicon("industries")
    said_as = {plain(name): name for name in names["industries"]}
    said_as |= {plain(said): meant for said, meant in names["stands_for"].items()}
    return said_as, re.compile(
        rf"(?:^|[.!?,:—–] ?|\bмы |\bнаша отрасль |\bотрасль )(?:ну,? )?(?:мы )?({either(said_as)})(?=[,.!?:—–]| —|$)"
    )


def find(speech: Speech) -> Iterator[Claim]:
    yield from headcount(speech)
    if not speech.words.isdisjoint(SHORT_FORMS) or speech.mentions("самозанят", "акционерн", "индивидуальный предприн"):
        yield from legal_form(speech)


def headcount(speech: Speech) -> Iterator[Claim]:
    """How many people work there; with it, or with a calling of the personnel office, the industry."""
    firm = speech.mentions(*FIRM)
    if speech.counts and speech.mentions("человек", "чел", "сотрудник", "работник", " нас", "ставок", "голов"):
        found = [(strength, match) for strength, rule in HEADCOUNT for match in rule.finditer(speech.plain)]
        for strength, match in found:
            number = value(match[1])
            start, stop = speech.before(match.start(), 60), speech.after(match.end(), 40)
            if number and number > 1 and not LAID_OFF.search(start + " " + stop):
                firm = True
                yield Claim("headcount", number, match.start(), match.end(), strength)
    opening = speech.plain[:OPENING]
    card = IN_CARD.search(opening) if speech.counts and any(word in opening for word in COUNTED) else None
    if not firm and not (card and industries()[1].search(opening)):
        return
    yield from industry(speech)
    if card:
        number = value(card[1])
        if number and number > 2 and not LAID_OFF.search(speech.after(card.end(), 40)):
            yield Claim("headcount", number, card.start(), card.end(), HINT)


def industry(speech: Speech) -> Iterator[Claim]:
    """The industry is asked for only where somebody speaks for a firm."""
    names, pattern = industries()
    for match in pattern.finditer(speech.plain[:250]):
        yield Claim("industry", names[match[1]], match.start(1), match.end(1), SHOWN)


def legal_form(speech: Speech) -> Iterator[Claim]:
    for form, strength, rule in FORMS:
        for match in rule.finditer(speech.plain):
            before = re.split(r"[;:()]", speech.before(match.start(), 40))[-1]
            if not WISH.search(before + match.group()) and not SOMEBODY.search(re.split(r",", before)[-1]):
                yield Claim("legal_form", form, match.start(), match.end(), strength)


def said(text: str) -> list[tuple[str, str | int]]:
    from miner.nlp.disclosures.claims import decide

    return sorted((fact.field, fact.value) for fact in decide(find(Speech(text))))
