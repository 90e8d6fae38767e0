"""Quotes that no exact search finds: pieces of them, or what they say in the third person.

No more than ``RUN`` words of the author follow each other in either. Both are rules, not understanding: a retelling is
plain, and where the rules do not help, words are left out.

>>> pieces("третий месяц хожу отмечаться, а вакансий по моей профессии так и не дали")
'третий месяц хожу … и не дали'
>>> retold("я третий месяц хожу отмечаться, а вакансий по моей профессии так и не дали")
'Вакансий по его профессии … не дали, а третий месяц ходит отмечаться'
>>> retold("мне 49, до райцентра 64 км, работаем без выходных")
'Работают без выходных, до райцентра около 60 км, человеку около 50'
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import Match, SequenceMatcher

from miner.words import analyser

RUN = 3
GAP = "…"
WORD = re.compile(r"[а-яёa-z]+(?:-[а-яёa-z]+)*|\d+|\[[а-яё ]+\]", re.IGNORECASE)
WORD_OR_GAP = re.compile(rf"{WORD.pattern}|{GAP}", re.IGNORECASE)
PIECE = re.compile(rf"{WORD.pattern}|[,.;:!?—–]", re.IGNORECASE)

# Words that carry tone and no content.
FILLERS = frozenset(
    "ну вот же ведь прям прямо блин короче типа значит просто вообще аж уж вроде реально ага эх ох ой кстати собственно"
    " наверное конечно честно извините знаете знаешь понимаете представляете оказывается бывает".split()
)
PERSON = {
    word: person
    for words, person in (
        ("мне", "человеку"),
        ("меня", "человека"),
        ("мной мною", "человеком"),
        ("мой моя моё мое мои моей моего моему моим моих мою моими моем моём", "его"),
        ("мы", "они"),
        ("нам", "им"),
        ("нас", "их"),
        ("нами", "ими"),
        ("наш наша наше наши нашей нашего нашему наших нашим нашу нашем нашими", "их"),
    )
    for word in words.split()
}
AFTER_PREPOSITION = {"нас": "них", "нам": "ним", "нами": "ними"}
# Rounded figures want the genitive plural.
AFTER_FIGURE = {
    "тысяча": "тысяч", "тысячи": "тысяч", "тысячу": "тысяч", "рубль": "рублей", "рубля": "рублей", "год": "лет",
    "года": "лет", "месяц": "месяцев", "месяца": "месяцев", "раз": "раз", "раза": "раз",
}  # fmt: skip
# A clause that begins so leans on the one before it.
LEANING = frozenset(
    "что чтобы чтоб который которая которые которое где когда если потому поэтому как то хоть хотя пока куда так"
    " тогда значит либо или ни кто чем чей сколько столько откуда зачем почему из-за".split()
)
JOINING = frozenset("а и но да зато".split())
# What a retelling can do without.
DENYING = ("не", "ни", "без")
LIGHT = ("ADVB", "PRCL", "INTJ", "PRED", "NPRO", "Apro")


def pieces(text: str) -> str:
    """The beginning and the end of a quote; a quote of ``RUN`` words or fewer is as it is."""
    words = list(WORD.finditer(text))
    if len(words) <= RUN:
        return text
    # At least one word is missing between both, or they would be one run.
    rest = min(RUN, len(words) - RUN - 1)
    tail = text[words[-rest].start() :] if rest else ""
    return f"{text[: words[RUN - 1].end()]} {GAP} {tail}".rstrip()


def retold(text: str) -> str:
    """What a quote says, in the third person: fillers left out, figures rounded, phrases in another order."""
    clauses = [(mark, _moved(words)) for mark, words in _clauses(_third_person(PIECE.findall(text)))]
    told = _joined(_checked(_unlike(_turned(clauses), text), text))
    return told[:1].upper() + told[1:]


def run(shown: str, said: str) -> int:
    """How many words in a row the one has in common with the other; a gap ends a row.

    >>> run("вакансий по профессии не дали", "а вакансий по моей профессии так и не дали")
    2
    """
    return _longest(shown, said).size


def _longest(shown: str, said: str) -> Match:
    return SequenceMatcher(None, _plain(shown, gaps=True), _plain(said), autojunk=False).find_longest_match()


def _plain(text: str, *, gaps: bool = False) -> list[str]:
    return [word.lower().replace("ё", "е") for word in (WORD_OR_GAP if gaps else WORD).findall(text)]


def _third_person(parts: Sequence[str]) -> list[str]:
    told: list[str] = []
    for at, part in enumerate(parts):
        low = part.lower()
        if low in FILLERS or low == "я":
            continue
        opens = not at or parts[at - 1] in {".", "!", "?"}
        plain = low if opens and part[1:].islower() | (len(part) == 1) and not _proper(low) else part
        figure = at and parts[at - 1].isdecimal()
        told.append(
            _figure(part) if part.isdecimal() else AFTER_FIGURE.get(low, low) if figure else _other(low, plain, told)
        )
    return told


def _other(low: str, part: str, told: Sequence[str]) -> str:
    if low in PERSON:
        after = bool(told) and "PREP" in _tag(told[-1])
        return AFTER_PREPOSITION.get(low, PERSON[low]) if after else PERSON[low]
    tag = _tag(low)
    if "VERB" in tag and "1per" in tag:
        found = analyser().parse(low)[0].inflect({"3per", "plur" if "plur" in tag else "sing"})
        return str(found.word) if found else part
    return part


def _tag(word: str) -> str:
    return str(analyser().parse(word.lower())[0].tag)


def _proper(word: str) -> bool:
    return any(mark in _tag(word) for mark in ("Name", "Surn", "Patr", "Geox"))


def _figure(number: str) -> str:
    """A rounded figure.

    >>> _figure("49"), _figure("64"), _figure("3"), _figure("12500")
    ('около 50', 'около 60', 'несколько', 'около 10000')
    """
    value = int(number[:9])
    if value < 10:
        return "несколько"
    digits = 10 ** (len(str(value)) - 1)
    return f"около {round(value / digits) * digits}"


def _clauses(parts: Sequence[str]) -> list[tuple[str, list[str]]]:
    """The clauses, each with the mark that stands before it."""
    clauses: list[tuple[str, list[str]]] = [("", [])]
    for part in parts:
        if WORD.search(part):
            clauses[-1][1].append(part)
        elif clauses[-1][1]:
            clauses.append((part, []))
    return [(mark, words) for mark, words in clauses if words]


def _moved(clause: list[str]) -> list[str]:
    """A clause whose last phrase with a preposition stands in front, or whose first one stands at the end."""
    start = 1 if clause[0].lower() in JOINING | LEANING else 0
    lead, body = clause[:start], clause[start:]
    tags = [_tag(word) for word in body]
    if len(body) <= RUN or not any(mark in tag for tag in tags for mark in ("VERB", "PRTS", "PRED", "ADJS")):
        return clause
    places = [at for at, tag in enumerate(tags) if "PREP" in tag]
    if places and 0 < len(body) - places[-1] <= RUN and places[-1] > 1 and places[-1] - 2 not in places:
        return [*lead, *body[places[-1] :], *body[: places[-1]]]
    if places and places[0] == 0:
        end = next((at for at, tag in enumerate(tags) if "NOUN" in tag), 0) + 1
        while end < len(body) and "gent" in tags[end]:
            end += 1
        if end < len(body) and body[end].lower() not in JOINING and "PREP" not in tags[end]:
            return [*lead, *body[end:], *body[:end]]
    return clause


def _turned(clauses: list[tuple[str, list[str]]]) -> list[str]:
    """The clauses from the last to the first, where none leans on another; a lead «а» or «и» joins two anew."""
    first = [words[0].lower() for _, words in clauses]
    if len(clauses) < 2 or any(_leans(words) for _, words in clauses) or any(mark == ":" for mark, _ in clauses):
        return [part for at, (mark, words) in enumerate(clauses) for part in ((mark, *words) if at else words)]
    bare = [words[1:] if word in JOINING else words for (_, words), word in zip(clauses, first, strict=True)]
    if len(clauses) == 2 and first[1] in JOINING and first[0] not in JOINING:
        bare[0] = [first[1], *bare[0]]
    return [part for words in reversed(bare) if words for part in (",", *words)][1:]


def _leans(clause: Sequence[str]) -> bool:
    """Whether a clause hangs on another: «что …», «в котором …»."""
    return any(word.lower() in LEANING or word.lower().startswith("котор") for word in clause[:2])


def _unlike(parts: Sequence[str], said: str) -> list[str]:
    """The parts with so many words left out that hardly a run of the author's words is longer than ``RUN``."""
    original, kept = _plain(said), list[str]()
    for part in parts:
        kept.append(part)
        if not WORD.search(part) or _row(kept, original) <= RUN:
            continue
        # Rather a word of little content than this one.
        light = next((at for at in range(len(kept) - 2, max(len(kept) - RUN - 3, 0), -1) if _light(kept, at)), None)
        if light is not None and _row([*kept[:light], *kept[light + 1 :]], original) <= RUN:
            del kept[light]
        else:
            # A denial stays, or the retelling would say the opposite.
            kept[-2 if kept[-1].lower().startswith(DENYING) else -1] = GAP
    return kept


def _checked(parts: list[str], said: str) -> list[str]:
    """The promise kept: while a run is too long, its last word goes."""
    flat = [word for part in parts for word in part.split()]
    while (found := _longest(" ".join(flat), said)).size > RUN:
        words = [at for at, word in enumerate(flat) for _ in _plain(word, gaps=True)]
        last = words[found.a + RUN]
        flat[last - 1 if flat[last].lower().startswith(DENYING) else last] = GAP
    kept: list[str] = []
    for part in [*flat, ""]:
        if part == GAP or not WORD.search(part):
            # What led to a word that is missing, or no longer follows, goes with it.
            while kept and _leads(kept[-1]):
                kept.pop()
            if not kept or not part or (not WORD.search(kept[-1]) and (part == GAP) == (kept[-1] == GAP)):
                continue
        kept.append(part)
    return kept


def _leads(word: str) -> bool:
    low = word.lower()
    return not low.startswith(DENYING) and (low in JOINING | LEANING or "PREP" in _tag(low))


def _row(parts: Sequence[str], original: Sequence[str]) -> int:
    """How many words at the end of the parts stand so in the original; a gap ends a row."""
    after_gap = len(parts) - parts[::-1].index(GAP) if GAP in parts else 0
    words = _plain(" ".join(parts[after_gap:]))
    for size in range(min(len(words), RUN + 1), 0, -1):
        if any(list(original[at : at + size]) == words[-size:] for at in range(len(original) - size + 1)):
            return size
    return 0


def _light(parts: Sequence[str], at: int) -> bool:
    word = parts[at].lower()
    if not WORD.fullmatch(word) or word.startswith(DENYING) or "PREP" in _tag(parts[at - 1]):
        return False
    return any(mark in _tag(word) for mark in LIGHT)


def _joined(parts: Sequence[str]) -> str:
    text = re.sub(r"\s+([,.;:!?])", r"\1", " ".join(parts))
    return re.sub(r"(?<=[.!?] )[а-яё]", lambda m: m.group().upper(), text).strip(" ,;:–—")
