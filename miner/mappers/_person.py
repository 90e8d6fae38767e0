"""First person to third: verbs, pronouns, past tense and short adjectives.

>>> third("боюсь, что не потяну"), third("устала одна"), third("ищем работу рядом со своим домом")
('боится, что не потянет', 'устал один', 'ищет работу рядом со своим домом')
>>> third("мой опыт никому не нужен")
'его опыт никому не нужен'
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from typing import Any

from miner.records import Word
from miner.words import analyser

_TOKEN = re.compile(r"[А-Яа-яЁё]+(?:-[А-Яа-яЁё]+)*|[^А-Яа-яЁё]+")
_NOUN_SUBJECTS = ("nsubj", "nsubj:pass")
# Forms of «я» and «мы», and of the second and third person singular.
_PRONOUNS = {
    "я": ("ты", "он"), "мы": ("ты", "он"), "меня": ("тебя", "его"), "нас": ("тебя", "его"),
    "мне": ("тебе", "ему"), "нам": ("тебе", "ему"), "мной": ("тобой", "ним"), "мною": ("тобою", "ним"),
    "нами": ("тобой", "ним"),
}  # fmt: skip
_AFTER_PREPOSITION = {"его": "него", "ему": "нему"}
_PREPOSITIONS = frozenset("у от для без из с со к ко на в во о об обо за под над перед передо при про через по".split())
_POSSESSIVE = ("мой", "наш")
_PREDICATES = frozenset("готовый согласный должный рад уверенный один сам вынужденный намеренный способный".split())


@functools.lru_cache(maxsize=50_000)
def parses(word: str) -> tuple[Any, ...]:
    return tuple(analyser().parse(word))


def third(text: str, words: Sequence[Word] = ()) -> str:
    """Speak of the author as «он»: 3rd person singular, masculine past. ``words`` of a parser settle who acts."""
    return _rewritten(text, 3, words)


def hinges_on_syntax(text: str) -> bool:
    """Whether ``third`` asks who acts at all: parsing is slow, and most clauses need none.

    >>> hinges_on_syntax("устала ждать"), hinges_on_syntax("боюсь не потянуть")
    (True, False)
    """
    forms = (piece.group().lower() for piece in _TOKEN.finditer(text))
    found = any(form[0].isalpha() and (best := parses(form)[:1]) and _speaks_of_author(best[0]) for form in forms)
    return found and not _names_somebody(text)


def second(text: str, words: Sequence[Word] = ()) -> str:
    """Speak to the author as «ты», gender kept.

    >>> second("я опять засыпала"), second("почему я терплю ?")
    ('ты опять засыпала', 'почему ты терпишь ?')
    """
    return _rewritten(text, 2, words)


def _rewritten(text: str, person: int, words: Sequence[Word]) -> str:
    others = _others(words)
    somebody = _names_somebody(text)
    pieces = list(_TOKEN.finditer(text))
    me = any(_surely_me(piece.group().lower()) for piece in pieces)
    said, before = [], ""
    for piece in pieces:
        token = piece.group()
        if token[0].isalpha():
            new = _word(token, person, before, me=me, acted_by_other=somebody or piece.start() in others)
            before = token.lower()
            said.append(_cased(new, token))
        else:
            before = "" if token.strip() else before
            said.append(token)
    return "".join(said)


def _names_somebody(text: str) -> bool:
    """Whether a woman or a thing of that gender may be the subject: «рука родная была», but not «устала за ночь»."""
    forms = re.findall(r"[а-яё-]+", text.lower())
    return any(
        {"NOUN", "nomn", "femn", "sing"} in parses(form)[0].tag and before not in _PREPOSITIONS
        for before, form in zip(["", *forms], forms, strict=False)
        if form.strip("-")
    )


def _surely_me(low: str) -> bool:
    return low == "я" or (low[0].isalpha() and all("1per" in p.tag for p in parses(low)))


def _others(words: Sequence[Word]) -> set[int]:
    """Starts of the predicates that somebody else is the subject of."""
    taken = {
        words[word.head].start
        for word in words
        if word.rel in _NOUN_SUBJECTS and word.head >= 0 and word.lemma not in ("я", "мы")
    }
    for word in words:
        if word.rel in ("conj", "xcomp", "cop") and word.head >= 0 and words[word.head].start in taken:
            taken.add(word.start)
    return taken


def _word(token: str, person: int, before: str, *, me: bool, acted_by_other: bool) -> str:
    low = token.lower()
    if low in _PRONOUNS:
        new = _PRONOUNS[low][person - 2]
        return _AFTER_PREPOSITION.get(new, new) if before in _PREPOSITIONS else new
    found = parses(low)
    best = found[0] if found else None
    if best is None:
        return token
    if best.normal_form in _POSSESSIVE and "Apro" in best.tag:
        if person == 3:
            return "его"
        return _inflected(parses("твой")[0], best.tag.case, best.tag.gender, best.tag.number, best.tag.animacy) or token
    verb = next((p for p in found if "VERB" in p.tag and "1per" in p.tag and p.score >= 0.1), None)
    # «вызову» is also a call in the dative; beside «я» it is a verb.
    if verb is not None and (verb is best or me or "NOUN" not in best.tag):
        return _inflected(verb, f"{person}per", "sing") or token
    if person == 3 and not acted_by_other and _speaks_of_author(best):
        return _inflected(best, "masc", "sing") or token
    return token


def _speaks_of_author(parse: Any) -> bool:
    past = "VERB" in parse.tag and "past" in parse.tag and "femn" in parse.tag
    short = "ADJS" in parse.tag or "PRTS" in parse.tag or ("Apro" in parse.tag and "nomn" in parse.tag)
    return past or (short and "femn" in parse.tag and parse.normal_form in _PREDICATES)


def _inflected(parse: Any, *grammemes: str | None) -> str | None:
    form = parse.inflect({str(g) for g in grammemes if g})
    return str(form.word) if form else None


def _cased(new: str, old: str) -> str:
    return new[:1].upper() + new[1:] if old[:1].isupper() else new


def first_person(text: str) -> Iterator[str]:
    """What still speaks in the first person.

    >>> list(first_person("меня не берут, а я хочу"))
    ['меня', 'я', 'хочу']
    """
    for piece in _TOKEN.finditer(text):
        low = piece.group().lower()
        found = parses(low) if low[0].isalpha() else ()
        if low in _PRONOUNS or (found and "VERB" in found[0].tag and "1per" in found[0].tag):
            yield low
