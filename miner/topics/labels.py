"""A topic's name: a noun phrase that its texts use, in the nominative, with agreement kept.

>>> texts = ["Замучила долгая дорога до работы", "Устал от долгой дороги до работы"]
>>> name(texts, {"дорога": 2, "долгий": 1, "работа": 1})
'долгая дорога до работы'
"""

from __future__ import annotations

import functools
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from miner import words

LONGEST = 5
LEAST_SCORE = 0.05  # analyses less probable than this are not tried
TEXTS = 80
CHARS = 2_000
# The cases that a preposition may take; «с» with the genitive is rarer than errors of reading it so.
CASES = {
    "без": "gent", "для": "gent", "до": "gent", "из": "gent", "от": "gent", "у": "gent", "после": "gent",
    "около": "gent", "к": "datv", "по": "datv", "в": "loct accs", "на": "loct accs", "о": "loct", "об": "loct",
    "при": "loct", "с": "ablt", "со": "ablt", "за": "ablt accs", "под": "ablt", "перед": "ablt", "между": "ablt",
}  # fmt: skip
LIGHT = frozenset(
    "раз вещь дело случай пора сторона образ вид часть ряд счет смысл число качество сожаление итог факт момент"
    " пример место час неделя минута сутки тысяча рубль конец начало новый".split()
)  # fmt: skip
_PIECE = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*|[^\w\s]|\d+")


@dataclass(frozen=True, slots=True)
class Phrase:
    """A noun phrase: ``text`` with its head in the nominative, and the ``lemmas`` of its content words."""

    text: str
    lemmas: tuple[str, ...]


def name(texts: Sequence[str], weights: Mapping[str, float], fallback: Sequence[str] = ()) -> str:
    """Return the phrase that says most of the topic; ``weights`` say how telling each lemma is.

    Without a phrase the telling words themselves are joined.

    >>> name(["учиться бы"], {"учиться": 1.0, "хотеть": 0.5}, ["учиться"])
    'учиться, хотеть'
    """
    support: Counter[tuple[str, ...]] = Counter()
    forms: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
    for text in texts[:TEXTS]:
        found = {(phrase.lemmas, phrase.text) for phrase in phrases(text[:CHARS])}
        for lemmas in {lemmas for lemmas, _ in found}:
            support[lemmas] += 1
        for lemmas, form in found:
            forms[lemmas][form] += 1
    best = max(support, key=lambda lemmas: (worth(lemmas, support, weights), lemmas), default=None)
    if best is None or worth(best, support, weights) <= 0:
        telling = dict.fromkeys((*fallback, *sorted(weights, key=lambda word: -weights[word])))
        return ", ".join(list(telling)[:3])
    return min(forms[best], key=lambda form: (-forms[best][form], form))


def worth(lemmas: tuple[str, ...], support: Mapping[tuple[str, ...], int], weights: Mapping[str, float]) -> float:
    """How much a phrase tells: the weight of its words, how many texts use it, and that it is no bare word."""
    told = sum(weights.get(lemma, 0.0) for lemma in set(lemmas))
    most = max(weights.values(), default=1.0) or 1.0
    empty = sum(weights.get(lemma, 0.0) < 0.1 * most for lemma in lemmas)
    return (told / most - 0.12 * empty) * math.log1p(support[lemmas]) * (0.5 if len(lemmas) == 1 else 1.0)


def phrases(text: str) -> Iterator[Phrase]:
    """Yield the noun phrases of a text, shorter ones too.

    >>> [phrase.text for phrase in phrases("надоели низкие зарплаты")]
    ['низкие зарплаты', 'зарплаты']
    >>> [phrase.text for phrase in phrases("проблемы с вывозом мусора")]
    ['проблемы', 'проблемы с вывозом мусора', 'проблемы с вывозом', 'вывоз', 'вывоз мусора', 'мусор']
    """
    pieces = _PIECE.findall(text)
    plain = [words.plain(piece) for piece in pieces]
    for place, word in enumerate(plain):
        nouns = [noun for noun in readings(word, "NOUN") if is_common(noun)]
        if nouns:
            # «зарплаты» alone may be one or many; «низкие зарплаты» are many.
            yield from built(place, max(nouns, key=lambda noun: len(before(place, noun, plain))), plain)


def is_common(noun: Any) -> bool:
    return noun.normal_form not in LIGHT and not any(mark in noun.tag for mark in ("Name", "Surn", "Patr"))


def built(place: int, noun: Any, plain: Sequence[str]) -> Iterator[Phrase]:
    """Yield the phrases whose head is the noun: with its adjectives, then with what follows it."""
    adjectives = before(place, noun, plain)
    tails = list(after(place, plain))
    seen = set()
    for used in (adjectives, []) if adjectives else ([],):
        for tail in ([], *tails):
            head = nominative(noun, used)
            if head is None or len(used) + 1 + len(tail) > LONGEST:
                continue
            text = " ".join([*head, *tail])
            lemmas = tuple(
                words.lemma(word)[0]
                for word in (*(a.word for a in used), noun.word, *tail)
                if not words.is_stop(*words.lemma(word))
            )
            if lemmas and text not in seen:
                seen.add(text)
                yield Phrase(text, lemmas)


def before(place: int, noun: Any, plain: Sequence[str]) -> list[Any]:
    """Return the adjectives that stand before the noun and agree with it, in their order."""
    found: list[Any] = []
    while place > 0 and len(found) < 2:
        place -= 1
        agreeing = next((a for a in readings(plain[place], "ADJF") if words.agree(a.tag, noun.tag)), None)
        if agreeing is None or "Apro" in agreeing.tag or "Anum" in agreeing.tag:
            break
        found.insert(0, agreeing)
    return found


def after(place: int, plain: Sequence[str]) -> Iterator[list[str]]:
    """Yield what may follow a noun, the longest first: a genitive, or a preposition with its noun phrase."""
    if place + 1 >= len(plain):
        return
    following = plain[place + 1]
    cases = CASES.get(following)
    start = place + 1 if cases is None else place + 2
    group = noun_group(start, plain, cases or "gent")
    if group is None:
        return
    lead = [] if cases is None else [following]
    further = noun_group(start + len(group), plain, "gent")
    if further and len(further) == 1:
        yield [*lead, *group, *further]
    yield [*lead, *group]


def noun_group(start: int, plain: Sequence[str], cases: str) -> list[str] | None:
    """Return the words of «adjective* noun» at that place when they stand in one of the cases."""
    for end in range(start, min(start + 3, len(plain))):
        noun = next((n for n in readings(plain[end], "NOUN") if n.tag.case in cases.split()), None)
        if noun is None:
            continue
        own = before(end, noun, plain)
        if len(own) >= end - start and noun.normal_form not in LIGHT:
            return list(plain[start : end + 1])
    return None


@functools.lru_cache(maxsize=100_000)
def readings(word: str, part: str) -> tuple[Any, ...]:
    """Return the probable analyses of a word as that part of speech; none when another part is far more probable."""
    if len(word) < 2 or not word[0].isalpha():
        return ()
    analyses = words.analyser().parse(word)
    found = tuple(a for a in analyses if part == a.tag.POS and a.score >= LEAST_SCORE)
    share = sum(a.score for a in analyses if part == a.tag.POS)
    return found if share >= 0.4 else ()


def nominative(noun: Any, adjectives: Iterable[Any]) -> list[str] | None:
    """Return adjectives and noun in the nominative of the noun's own number."""
    number = noun.tag.number or "sing"
    head = inflected(noun, frozenset(("nomn", number)))
    if head is None:
        return None
    forms = []
    for adjective in adjectives:
        marks = {"nomn", number} | ({noun.tag.gender} if number == "sing" and noun.tag.gender else set())
        form = inflected(adjective, frozenset(marks))
        if form is None:
            return None
        forms.append(form.word)
    return [*forms, head.word]


@functools.lru_cache(maxsize=100_000)
def inflected(analysis: Any, marks: frozenset[str]) -> Any:
    return analysis.inflect(marks)
