"""Gender, by the forms in which Russian shows who speaks: «уволилась», «я готов», «сама», «вдова».

A verb in the past tense and a short form show the gender of their subject. Whose subject it is, is read off the words
around: the nearest possible subject to the left decides. Where there is none the author speaks of themselves.

>>> said("Пришла, отстояла очередь и ушла ни с чем"), said("Я готов переехать"), said("Курсы хорошие, я сама не верю")
('f', 'm', 'f')
>>> said("Сходил я на ваши курсы"), said("Я, если честно, устала")
('m', 'f')
>>> said("взяли водителем, утром развёз, вечером собрал")
'm'
>>> said("Жена устроилась, фирма закрылась, меня уволили"), said("Он сказал: «я устал». Подруга пришла и ушла")
(None, None)
>>> said("Пришла отписка"), said("надо, чтоб приходил к восьми")
(None, None)
>>> said("Кофе варила? А где?"), said("сама работа нормальная")
(None, None)
>>> said("предложили меньше, чем десять лет назад у меня была")
"""

from __future__ import annotations

import bisect
import functools
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from miner.nlp.disclosures.claims import HINT, SAID, SHOWN, Claim
from miner.nlp.disclosures.speech import BLANK, Speech
from miner.words import analyser

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

# Pronouns that are somebody else, whatever the gender of the predicate.
OTHERS = frozenset(
    "он она кто никто некто кто-то кто-нибудь каждый каждая любой ты который которая тот та этот эта всякий никакой"
    " весь вся остальной другой другая вы многие".split()
)
ENDS = frozenset('.!?…;:()—–\n"«»') | {"...", "..", "?!", "!!", "!!!", "???", "??", "-"}
MINE = frozenset("я мне меня мной мною мой моя моё мое мои моей моего моему моих моим моем моём мою".split())
YOURS = frozenset("ты тебе тебя тобой твой твоя твою твоей".split())
# A clause of purpose or of somebody: nobody in particular is its subject.
ANYBODY = frozenset("чтоб чтобы кто который которая пусть пускай будто как-будто".split())
RELATIVE = frozenset(("кто", "который", "которая"))
QUOTES = frozenset(("«", '"', "“", "„"))
# Adjectives that go with a subject left out: «сама напутала», «пришла довольная».
NEAR = 4
# The tagger now and then misses the case of these.
RELATIVES_OF = {
    "f": frozenset(
        (
            "мама мать жена сестра дочь дочка подруга бабушка тёща теща свекровь соседка начальница"
            " тётя тетя тётка тетка"
        ).split()
    ),
    "m": frozenset("папа отец муж брат сын сынок друг дед дедушка сосед начальник директор зять дядя батя шеф".split()),
}
LIKE_ME = frozenset("сам сама одна весь вся такая такой какая какой довольная довольный счастливая счастливый".split())
# What may stand between «я» and its adjective.
BESIDE_ME = frozenset("не такая такой же очень уже вся весь тоже слишком вообще вот прям совсем еще ещё".split())
# Passive short forms said of people; of the rest the subject is a thing left unsaid: «указано», «закрыт».
OF_PEOPLE = frozenset(
    "вынужден должен готов рад согласен доволен счастлив уверен благодарен знаком болен"
    " здоров жив прав виноват обязан намерен свободен"
    " прописан зарегистрирован уволен сокращён сокращен трудоустроен разведён разведен"
    " женат записан принят оформлен устроен замучен"
    " расстроен обижен разочарован поражён поражен удивлён удивлен возмущён возмущен напуган"
    " растерян приятно несогласен одинок молод стар"
    " беременный".split()
)

MOTHER = (
    "мать|мама|женщина|девушка|баба|бабушка|бабка|вдова|пенсионерка|предпенсионерка|студентка"
    "|домохозяйка|дура|жена|незамужняя"
)
FATHER = "отец|папа|мужик|мужчина|парень|дед|дедушка|вдовец|пенсионер|студент|муж|предпенсионер|дурак|батя|пацан"
SOME = (
    r"(?: (?:же|вот|ведь|тоже|просто|уже|сам|сама|одна|один|не|теперь|такая|такой|еще|работающ\w+"
    r"|молод\w+|многодетн\w+|взросл\w+|прост\w+)){0,3}"
)
# Words that name the speaker's gender by themselves.
MOTHERS, FATHERS = tuple(MOTHER.split("|")), tuple(FATHER.split("|"))
HERS = (
    "ница",
    "щица",
    "чица",
    "истка",
    "ерша",
    "ткачиха",
    "швея",
    "медсестра",
    "няня",
    "повариха",
    "портниха",
    "доярка",
    "мать я",
)
# Words that name the speaker's gender by themselves: how sure, which, what must occur to be tried, the pattern.
WORD_RULES = [
    (SAID, "f", MOTHERS, re.compile(rf"\b(?:я|как),?{SOME} (?:{MOTHER})\b(?! говор)")),
    (SAID, "m", FATHERS, re.compile(rf"\b(?:я|как),?{SOME} (?:{FATHER})\b(?! говор)")),
    (
        SAID,
        "f",
        HERS,
        re.compile(
            r"\bя,? (?:\w+,? )?(?:\w{3,}(?:ница|щица|чица|нщица|истка|ерша)|ткачиха|швея|медсестра"
            r"|няня|повариха|портниха|доярка)\b"
            r"|\b(?:ткачиха|швея|медсестра|няня|\w{3,}(?:щица|чица)|учительница|воспитательница|продавщица|мать) я\b"
        ),
    ),
    (
        SHOWN,
        "f",
        ("одиноч", "замуж", "одной", "самой", "одну", "саму"),
        re.compile(
            r"\b(?:мать|мама)[ -]одиночка\b|\bзамужем\b|\bвышла замуж\b|\bмне (?:одной|самой)\b"
            r"|\bменя (?:одну|саму)\b|\bмной самой\b"
        ),
    ),
    (
        SHOWN,
        "m",
        ("одиноч", "женат", "женился", "одному", "самому", "одного", "самого"),
        re.compile(
            r"\bотец[ -]одиночка\b|\b(?:я |не )женат\b|(?<!он )\bженат\b|\bженился\b|\bмне (?:одному"
            r"|самому)\b|\bменя (?:одного|самого)\b"
        ),
    ),
    (
        SHOWN,
        "f",
        ("одна", "довольная", "счастливая", "злая", "голодная"),
        re.compile(
            r"\b(?:одна (?:с|воспитываю|ращу|тяну|поднимаю|живу|одинешенька)|живу одна|тяну одна"
            r"|ращу одна|воспитываю одна"
            r"|(?:ушла|вышла|пришла|сижу|хожу|стою) (?:довольная|счастливая|злая|голодная))\b"
        ),
    ),
    (
        SHOWN,
        "m",
        ("один", "довольный", "счастливый", "злой", "голодный"),
        re.compile(
            r"\b(?:один (?:воспитываю|ращу|тяну|поднимаю|живу)|живу один|тяну один|ращу один"
            r"|(?:ушел|вышел|пришел|сижу|хожу|стою) (?:довольный|счастливый|злой|голодный))\b"
        ),
    ),
    (
        SHOWN,
        "f",
        ("вдова", "мать ", "мама "),
        re.compile(
            r"(?:^|[,.!?;:] ?)(?:ну |вот |уже |сама )?(?:вдова|(?:мать|мама) (?:двоих|троих|четверых"
            r"|пятерых|шестерых))\b"
        ),
    ),
    (
        SHOWN,
        "m",
        ("вдовец", "отец ", "папа "),
        re.compile(
            r"(?:^|[,.!?;:] ?)(?:ну |вот |уже |сам )?(?:вдовец|(?:отец|папа) (?:двоих|троих|четверых"
            r"|пятерых|шестерых))\b"
        ),
    ),
]


class Shape(NamedTuple):
    """What the features of a word say, read once per distinct set of features. Genders are "f", "m" or ""."""

    word: str  # in lower case
    predicate: str  # the gender that a verb in the past or a short form shows
    short: bool
    noun: str  # "nom", "acc" or ""
    gender: str
    animate: bool
    first: bool  # a verb of the first person
    adjective: str  # the gender of an adjective in the nominative singular
    modifier: bool
    preposition: bool
    worth: bool  # a predicate or an adjective that may be the author's


GENDER = {"Fem": "f", "Masc": "m"}
SHAPES: dict[int, dict[int, Shape]] = {}
# Odd, so that multiplication loses nothing.
MIXERS = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9], np.uint64)
REMEMBERED = 300_000
PAST = re.compile(r"(?:л|ла|лся|лась)$")


def find(speech: Speech) -> Iterator[Claim]:
    for strength, gender, signs, rule in WORD_RULES:
        if speech.mentions(*signs):
            for match in rule.finditer(speech.plain):
                yield Claim("gender", gender, match.start(), match.end(), strength)
    if speech.doc is not None:
        yield from weighed(Reader(speech.doc, speech.plain).claims())


def weighed(claims: Iterator[Claim]) -> Iterator[Claim]:
    """Forms with a subject left out count together: a gender that they show thrice as often as the other stands."""
    hints: dict[str, list[Claim]] = {"f": [], "m": []}
    for claim in claims:
        if claim.strength == HINT:
            hints[str(claim.value)].append(claim)
        else:
            yield claim
    few, many = sorted(hints.values(), key=len)
    yield from many if len(many) >= 3 * len(few) else (*few, *many)


class Reader:
    """Reads a parsed text word by word: ``shapes`` and ``words`` are parallel to its tokens."""

    def __init__(self, doc: Doc, plain: str) -> None:
        self.doc, self.plain = doc, plain
        table = doc.to_array(["LOWER", "POS", "MORPH"]) if len(doc) else np.zeros((0, 3), np.uint64)
        known = SHAPES.setdefault(id(doc.vocab), {})
        if len(known) > REMEMBERED:
            known.clear()
        keys = (table * MIXERS).sum(1, dtype=np.uint64).tolist()
        for i, key in enumerate(keys):
            if key not in known:
                known[key] = shape(doc[i])
        self.shapes = [known[key] for key in keys]
        self.mine: set[int] = set()

    @functools.cached_property
    def words(self) -> list[str]:
        return [found.word for found in self.shapes]

    @functools.cached_property
    def starts(self) -> list[int]:
        """Where sentences start, and the end of the text."""
        return [*np.flatnonzero(self.doc.to_array(["SENT_START"]) == 1).tolist(), len(self.doc)]

    def sentence(self, i: int) -> tuple[int, int]:
        place = bisect.bisect_right(self.starts, i)
        return (self.starts[place - 1] if place else 0), self.starts[min(place, len(self.starts) - 1)]

    def claims(self) -> Iterator[Claim]:
        for i, found in enumerate(self.shapes):
            if not found.worth:
                continue
            gender = found.predicate or self.himself(i)
            if not gender:
                continue
            token = self.doc[i]
            if self.plain[token.idx] == BLANK:
                continue
            if strength := self.author(i, gender):
                self.mine.add(i)
                yield Claim("gender", gender, token.idx, token.idx + len(token), strength)

    def himself(self, i: int) -> str:
        """«сама», unless it goes with a noun: «сама работа»; an adjective of «я»: «я не яркая»."""
        following = self.shapes[i + 1] if i + 1 < len(self.shapes) else None
        if following and (following.noun or following.adjective):
            return ""
        if self.words[i] in {"сам", "сама"}:
            # «ноутбук сам выключается», «купи сама»: somebody else unless the first person is near.
            start, stop = self.sentence(i)
            near = range(max(start, i - NEAR), min(stop, i + NEAR + 1))
            first = any(self.shapes[j].first or self.words[j] in MINE or j in self.mine for j in near)
            return self.shapes[i].adjective if first else ""
        before = self.words[max(0, i - 3) : i]
        if "я" in before and BESIDE_ME.issuperset(before[before.index("я") + 1 :]):
            return self.shapes[i].adjective
        return ""

    def author(self, i: int, gender: str) -> int:
        """How surely the author is the subject of a predicate: SAID, HINT or 0."""
        start, stop = self.sentence(i)
        if self.is_had(i, start, stop):
            return 0
        right = self.to_the_right(i, gender, stop)
        if right is not None:
            return right
        left, clause = self.to_the_left(i, gender, start)
        if left is not None:
            return left
        found = self.shapes[i]
        if not ANYBODY.isdisjoint(self.words[clause : clause + 3]):
            return 0
        if found.short and normal_form(self.words[i]) not in OF_PEOPLE:
            return 0
        sentence = self.words[start:stop]
        personal = not MINE.isdisjoint(sentence)
        if not YOURS.isdisjoint(sentence) or ("?" in sentence[-1] and not personal):
            return 0
        return HINT if personal or not self.somebody_before(start, gender) else 0

    def is_had(self, i: int, start: int, stop: int) -> bool:
        """«меньше, чем у меня была»: the subject is what the author had."""
        near = self.words[max(start, i - NEAR) : min(stop, i + NEAR + 1)]
        return (
            self.words[i] in {"был", "была"}
            and "я" not in near
            and any(pair in {("у", "меня"), ("у", "нас")} for pair in pairwise(near))
        )

    def is_subject(self, j: int, i: int, gender: str) -> bool:
        """Whether the word ``j`` could be the subject of the predicate ``i`` of its clause."""
        word, found = self.words[j], self.shapes[j]
        if word in RELATIVES_OF[gender]:
            return True
        if found.noun == "nom":
            # «специалист извинилась»: a calling may be a woman's.
            return found.gender == gender or (gender == "f" and found.gender == "m" and found.animate)
        if found.noun == "acc":
            # The accusative of things looks like the nominative: «отказ пришёл», but «прошёл курс».
            return (
                j < i
                and found.gender == gender == "m"
                and not found.animate
                and self.bare(j)
                and is_intransitive(self.words[i])
            )
        return found.adjective == gender and word not in LIKE_ME

    def bare(self, j: int) -> bool:
        """Whether no preposition governs the noun ``j``."""
        while j and self.shapes[j - 1].modifier:
            j -= 1
        return not j or not self.shapes[j - 1].preposition

    def to_the_right(self, i: int, gender: str, stop: int) -> int | None:
        """A subject after its predicate within the clause: «сходил я», «пришла отписка»."""
        for j in range(i + 1, stop):
            word, found = self.words[j], self.shapes[j]
            if word in QUOTES and j == i + 1 and is_intransitive(self.words[i]):
                return 0
            if word == "," or word in ENDS or found.predicate:
                return None
            if j == i + 1 and self.doc[j].is_upper and len(word) > 1:
                return 0
            if word == "я":
                return SAID
            if (
                word in OTHERS
                or (word == "один" and not self.words[i].startswith("остал"))
                or self.is_subject(j, i, gender)
            ):
                return 0
        return None

    def to_the_left(self, i: int, gender: str, start: int) -> tuple[int | None, int]:
        """The nearest possible subject before a predicate, and where the clause of the predicate begins."""
        same, clause = True, start
        for j in range(i - 1, start - 1, -1):
            word, found = self.words[j], self.shapes[j]
            if word == "," or word in ENDS:
                if same:
                    clause = min(j + 1, i)
                same = False
            elif word == "я":
                return SAID, clause
            elif j in self.mine or found.first:
                return (HINT if ANYBODY.isdisjoint(self.words[clause : clause + 3]) else 0), clause
            elif (
                (word in OTHERS and (same or word not in RELATIVE))
                or (word == "один" and same)
                or (word == "одна" and j == i - 1)
                or (
                    self.is_subject(j, i, gender)
                    if same
                    else found.noun == "nom" and found.animate and found.gender == gender
                )
            ):
                return 0, clause
        return None, clause

    def somebody_before(self, start: int, gender: str) -> bool:
        """Whether the sentence before speaks of somebody of the gender."""
        if not start:
            return False
        for j in range(*self.sentence(start - 1)):
            word, found = self.words[j], self.shapes[j]
            if word == "я" or j in self.mine or found.first:
                return False
            if word in {"он", "она"} or (found.noun == "nom" and found.animate and found.gender == gender):
                return True
        return False


def shape(token: Token) -> Shape:
    feats = token.morph.to_dict()
    gender = GENDER.get(feats.get("Gender", ""), "") if feats.get("Number") == "Sing" else ""
    case = {"Nom": "nom", "Acc": "acc"}.get(feats.get("Case", ""), "")
    past = feats.get("Tense") == "Past" and feats.get("VerbForm") == "Fin"
    tagged = gender if past or feats.get("Variant") == "Short" else ""
    predicate, short = shown(token.lower_, tagged)
    nominal = not predicate and bool(gender) and token.pos_ in {"NOUN", "PROPN"}
    adjective = gender if case == "nom" and not predicate and token.pos_ in {"ADJ", "DET", "PRON"} else ""
    return Shape(
        word=token.lower_,
        predicate=predicate,
        short=short,
        noun=case if nominal else "",
        gender=gender,
        animate=feats.get("Animacy") == "Anim",
        first=feats.get("Person") == "1" and feats.get("Number") == "Sing" and token.pos_ == "VERB" and not predicate,
        adjective=adjective,
        modifier=token.pos_ in {"ADJ", "DET", "NUM"},
        preposition=token.pos_ == "ADP",
        worth=bool(predicate or adjective),
    )


def shown(form: str, tagged: str) -> tuple[str, bool]:
    """The gender that a form shows as a predicate and whether it is a short form; ``tagged`` is what the tagger thinks.

    The tagger takes «планёрки» for a verb and «Записалась» at the start of a sentence for a name now and then; the
    dictionary knows better.

    >>> shown("записалась", ""), shown("планёрки", "m"), shown("готова", "f"), shown("пила", "")
    (('f', False), ('', False), ('f', True), ('', False))
    """
    if not tagged and not PAST.search(form):
        return "", False
    analyses = analyser().parse(form)
    verbs = [a for a in analyses if a.tag.POS in {"VERB", "PRTS", "ADJS"} and ("past" in a.tag or a.tag.POS != "VERB")]
    verbs = [a for a in verbs if "sing" in a.tag and ("femn" in a.tag or "masc" in a.tag)]
    if not verbs or (not tagged and (len(verbs) < len(analyses) or not verbs[0].is_known)):
        return "", False
    genders = {"f" if "femn" in a.tag else "m" for a in verbs}
    if tagged and tagged not in genders:
        return "", False
    return tagged or min(genders), all(a.tag.POS != "VERB" for a in verbs)


@functools.lru_cache(maxsize=20_000)
def is_intransitive(form: str) -> bool:
    """
    >>> is_intransitive("пришёл"), is_intransitive("купил")
    (True, False)
    """
    return form not in {"прошёл", "прошел"} and any(
        "intr" in analysis.tag for analysis in analyser().parse(form) if analysis.tag.POS == "VERB"
    )


@functools.lru_cache(maxsize=20_000)
def normal_form(form: str) -> str:
    """The masculine short form of a short form: «согласна» → «согласен».

    >>> normal_form("согласна"), normal_form("уволена")
    ('согласен', 'уволен')
    """
    for analysis in analyser().parse(form):
        if analysis.tag.POS in {"PRTS", "ADJS"} and (masculine := analysis.inflect({"masc", "sing"})):
            return str(masculine.word)
    return form


def said(text: str) -> str | int | None:
    from miner.nlp.disclosures.claims import decide
    from miner.nlp.disclosures.examples import tagged

    return next((fact.value for fact in decide(find(Speech(text, (), tagged(text))))), None)
