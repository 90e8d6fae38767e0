"""From what people said to a line of a profile: third person, short, no chatter. Every step is a named rule.

A well-known theme has its wording in config/lexicons/themes. Otherwise the clauses of the central quotes are rewritten,
each is judged by how well it reads, and the best is taken; ``why`` tells the rules and the quote. A language model
may be let to propose a wording: one that is fit for a line goes before the rewritten ones.
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from re import Pattern
from typing import Any

from miner.errors import BadInput
from miner.mappers import Context
from miner.mappers._person import first_person, parses, third
from miner.records import Kind, Quote, Theme, Word
from miner.settings import resources
from miner.words import analyser

_SURE = 0.25
_READS_WELL = 0.7
# So well that even a likely well-known wording is no better.
_READS_BETTER = 0.9
_CENTRAL = 12
_NAMED: dict[Kind, str] = {"pain": "Сложности", "desire": "Пожелания", "value": "Ценности"}
_SHORTEST, _LONGEST = 3, 12
_CLAUSE = re.compile(r"[^.!?…;:()«»\"\n—–]+")
_COMMA = re.compile(r",\s*")
_WORDS = re.compile(r"[А-Яа-яЁёA-Za-z0-9%]+(?:[-/][А-Яа-яЁёA-Za-z0-9]+)*")
_UNFIT_END = frozenset("и а но или что чтобы как если когда где с в на по от за для не бы к у о из без это то".split())
# Brackets of hidden data, addresses, several sentences.
_NO_LINE = re.compile(r"[^А-Яа-яЁёA-Za-z0-9 ,:%/«»\"()№–—-]|//")
# Words that point at something only the quote's neighbours explain.
_POINTING = frozenset(
    "он она они его её ее их им ей там тут туда это этот эта эти этого этой этом то тот та те такой".split()
)
_ADDRESS = frozenset("ты вы вам вас тебе тебя ваш ваши твой".split())


@dataclass(frozen=True, slots=True)
class Wording:
    """A line and how it came about; ``quality`` (0..1) is how well it reads."""

    text: str
    quality: float
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """A clause on its way to a line, with the rules that changed it."""

    text: str
    kind: Kind
    rules: tuple[str, ...] = field(default=())

    def after(self, text: str, rule: str) -> Draft:
        return self if text == self.text else Draft(text, self.kind, (*self.rules, rule))


@dataclass(frozen=True, slots=True)
class Lexicon:
    """config/lexicons/wording.toml, compiled."""

    chatter: Pattern[str]
    dropped: Pattern[str]
    slang: Pattern[str]
    words: dict[str, str]
    openings: tuple[tuple[str, Kind, Pattern[str], str], ...]


def word(theme: Theme, context: Context) -> Wording:
    """The theme's wording, by the first of these that will do.

    That of the well-known theme when it is sure; what is proposed, if it is fit for a line; the best rewriting of a
    central clause when it reads well; that of the well-known theme which is likely, to be checked; the theme's
    keywords, to be worded by a person.
    """
    known = known_wordings().get((theme.kind, theme.known or ""))
    source = _source(theme.quotes[0])
    if known and theme.sureness >= _SURE:
        return Wording(known, 1.0, ("формулировка известной темы", source))
    proposed = " ".join((context.propose(theme) or "").split()).rstrip(".") if context.propose else ""
    if not proposed:
        return _by_rules(theme, context, known)
    if complaint := unfit(proposed):
        ruled = _by_rules(theme, context, known)
        return replace(ruled, why=(*ruled.why, f"предложение языковой модели отклонено: {complaint}"))
    return Wording(proposed[:1].upper() + proposed[1:], _READS_WELL, ("предложено языковой моделью по цитатам", source))


def unfit(text: str) -> str | None:
    """What speaks against a line that somebody proposes; None when nothing does.

    >>> unfit("Боится, что возраст помешает трудоустройству"), unfit("Боюсь не найти работу"), unfit("Нет денег")
    (None, 'говорит от первого лица', 'слов 2, а нужно от 3 до 12')
    """
    words = _WORDS.findall(text)
    count = len(words)
    if not _SHORTEST <= count <= _LONGEST:
        return f"слов {count}, а нужно от {_SHORTEST} до {_LONGEST}"
    if 2 * sum(bool(re.match("[А-Яа-яЁё]", word)) for word in words) <= count:
        return "не по-русски"
    if next(first_person(text), None):
        return "говорит от первого лица"
    if lexicon().slang.search(text.lower()):
        return "жаргон"
    return "знаки, которых в строке не бывает" if _NO_LINE.search(text) else None


def _by_rules(theme: Theme, context: Context, known: str | None) -> Wording:
    source = _source(theme.quotes[0])
    keywords = frozenset(w.removeprefix("не_") for w in theme.keywords)
    offers = [
        offer
        for rank, quote in enumerate(theme.quotes[:_CENTRAL])
        for offer in rewritten(quote, theme.kind, context, keywords, rank)
    ]
    best = max(offers, key=lambda o: (round(o.quality, 6), o.text), default=None)
    if best and best.quality >= (_READS_BETTER if known else _READS_WELL):
        return best
    if known:
        return Wording(known, 0.5, ("похоже на известную тему, проверьте по цитатам", source))
    named = ", ".join(w for w in theme.keywords if not w.startswith("не_") and len(w) > 2) or theme.label
    return Wording(f"{_NAMED[theme.kind]}: {named}", 0.0, ("ключевые слова: переписать цитаты не удалось", source))


def rewritten(
    quote: Quote, kind: Kind, context: Context, keywords: frozenset[str] = frozenset(), rank: int = 0
) -> Iterator[Wording]:
    """The lines that a quote's clauses suggest, each with the rules that made it."""
    for clause in clauses(quote.quote):
        draft = Draft(clause, kind)
        words = context.parse(clause)
        for rule in RULES:
            draft = rule(draft, words if draft.text == clause else ())
        count = len(_WORDS.findall(draft.text))
        if _SHORTEST <= count <= _LONGEST:
            quality = _quality(draft, keywords) - 0.015 * rank
            yield Wording(draft.text, max(0.0, min(1.0, quality)), (*draft.rules, _source(quote)))


def clauses(text: str) -> Iterator[str]:
    """Sentences' parts and runs of their comma-separated pieces, at most three pieces long.

    >>> list(clauses("Ну, боюсь, что не возьмут"))
    ['Ну', 'Ну, боюсь', 'Ну, боюсь, что не возьмут', 'боюсь', 'боюсь, что не возьмут', 'что не возьмут']
    """
    for sentence in _CLAUSE.finditer(text):
        pieces = [p.strip() for p in _COMMA.split(sentence.group()) if p.strip()]
        for start in range(len(pieces)):
            for stop in range(start + 1, min(start + 3, len(pieces)) + 1):
                yield ", ".join(pieces[start:stop])


# Rules, in the order in which they work.


def without_chatter(draft: Draft, words: Sequence[Word]) -> Draft:
    """«ну вот, если честно, денег нет» → «денег нет»."""
    del words
    text = lexicon().chatter.sub(" ", draft.text)
    previous = None
    while previous != text:
        previous = text
        text = lexicon().dropped.sub("", text.strip(" ,-"))
    return draft.after(_tidy(text), "убраны вводные слова")


def in_plain_words(draft: Draft, words: Sequence[Word]) -> Draft:
    """«з/п маленькая» → «зарплата маленькая»."""
    del words
    return draft.after(_WORDS.sub(lambda found: _plain_word(found.group()), draft.text), "разговорные слова заменены")


def opened(draft: Draft, words: Sequence[Word]) -> Draft:
    """«мне бы рядом с домом» → «хочет рядом с домом», by the table of config/lexicons/wording.toml."""
    del words
    low = draft.text.lower()
    for name, kind, pattern, to in lexicon().openings:
        if kind == draft.kind and (found := pattern.match(low)):
            rest = draft.text[found.end() :]
            return draft.after(_tidy(f"{to} {_in_past(rest) if to.endswith('чтобы') else rest}"), name)
    return draft


def given(draft: Draft, words: Sequence[Word]) -> Draft:
    """«дайте место в саду» → «хочет, чтобы дали место в саду»; «пошла бы на курсы» → «готов пойти на курсы»."""
    del words
    first, _, rest = draft.text.partition(" ")
    if draft.kind != "desire" or not rest or not first.isalpha():
        return draft
    for parse in parses(first.lower())[:3]:
        if "impr" in parse.tag and "plur" in parse.tag:
            past = parse.inflect({"past", "plur"}) or _past_of(parse.normal_form)
            if past:
                return draft.after(f"хочет, чтобы {past.word} {rest}", "просьба → хочет, чтобы")
        if "past" in parse.tag and "sing" in parse.tag and re.match(r"бы?\b", rest):
            infinitive = parse.normal_form
            return draft.after(_tidy(f"готов {infinitive} {re.sub(r'^бы?', '', rest)}"), "глагол с «бы» → готов")
    return draft


def in_third_person(draft: Draft, words: Sequence[Word]) -> Draft:
    """«боюсь не потянуть» → «боится не потянуть»; «я» and a «у меня» at the beginning fall away."""
    text = third(draft.text, words)
    text = re.sub(r"(?i)^(?:(?:он|его|ему|у него|для него)\s+)+", "", text)
    text = re.sub(r"(?i)(?<=[а-яё]) он(?= [а-яё])", "", text) if " я " in f" {draft.text.lower()} " else text
    return draft.after(_tidy(text), "первое лицо → третье")


def as_a_line(draft: Draft, words: Sequence[Word]) -> Draft:
    """A capital letter and no full stop."""
    del words
    text = _tidy(draft.text)
    return Draft(text[:1].upper() + text[1:], draft.kind, draft.rules)


RULES = [without_chatter, in_plain_words, opened, given, in_third_person, as_a_line]


# How well a line reads.

_OPENS_WELL: dict[Kind, Pattern[str]] = {
    "pain": re.compile(
        r"(?i)^(бо[яи]тся|не |нет |трудно|тяжело|сложно|устал|невозможно|негде|некуда|нечем|некому|опасается|стыдно|"
        r"страшно|отказыва|мало|нужн|потерял|приходится|сталкивается|стесняется|чувствует|считает|никто|никуда|нигде)"
    ),
    "desire": re.compile(
        r"(?i)^(хочет|ищет|мечтает|просит|надеется|планирует|нужн|готов|желает|ждёт|стремится|собирается)"
    ),
    "value": re.compile(
        r"(?i)^(ценит|любит|важн|главн|готов|привык|всегда|не любит|предпочитает|умеет|считает|дорожит|стремится|"
        r"старается|верит|доверяет|рассчитывает|надеется|уважает|сам |лучше|нравится|лишь|никогда|работает|хочет|"
        r"не боится)"
    ),
}


def _quality(draft: Draft, keywords: frozenset[str]) -> float:
    text = draft.text
    forms = [w.lower() for w in _WORDS.findall(text)]
    lemmas = {parses(f)[0].normal_form for f in forms if f[0].isalpha() and parses(f)}
    quality = 0.35
    quality += 0.3 if _OPENS_WELL[draft.kind].match(text) else 0.0
    quality += 0.1 * min(2, len(lemmas & keywords))
    quality += 0.05 if 4 <= len(forms) <= 9 else 0.0
    quality += 0.1 if _has_predicate(forms) else -0.25
    quality -= 0.3 * len(list(first_person(text)))
    quality -= 0.12 * sum(f in _POINTING for f in forms)
    quality -= 0.4 * any(f in _ADDRESS for f in forms)
    quality -= 0.5 if lexicon().slang.search(text.lower()) else 0.0
    quality -= 0.15 * len(re.findall(r"\d+", text))
    quality -= 0.3 if re.search(r"[A-ZА-ЯЁ]", text[1:]) else 0.0
    quality -= 0.3 if forms[-1] in _UNFIT_END else 0.0
    quality -= 0.2 if re.match(r"(?i)(что|который|как|когда|если|где|чтобы|потому|бы|же|ли|б)\b", text) else 0.0
    return quality if _OPENS_WELL[draft.kind].match(text) else min(quality, 0.6)


def _has_predicate(forms: Sequence[str]) -> bool:
    signs = ("VERB", "INFN", "PRED", "ADJS", "PRTS")
    return any(
        f in ("нет", "нужен", "главное", "важно") or (parses(f) and str(parses(f)[0].tag.POS) in signs) for f in forms
    )


def _source(quote: Quote) -> str:
    return f"цитата: «{quote.quote}»"


def _tidy(text: str) -> str:
    text = re.sub(r"[^\w\s,%/-]+", " ", text)
    text = re.sub(r"(?:\s*,)+", ",", re.sub(r"\s+", " ", text))
    return text.strip(" ,-–—")


def _plain_word(form: str) -> str:
    low = form.lower()
    words = lexicon().words
    if low in words:
        return words[low]
    found = parses(low)
    if found and found[0].normal_form in words and " " not in words[found[0].normal_form]:
        target = parses(words[found[0].normal_form])[0]
        grammemes = {str(g) for g in (found[0].tag.case, found[0].tag.number) if g}
        inflected = target.inflect(grammemes)
        return str(inflected.word) if inflected else form
    return form


def _in_past(text: str) -> str:
    """After «чтобы» a verb stands in the past tense.

    >>> _in_past(" дети учатся рядом"), _in_past(" медсестра приходит")
    (' дети учились рядом', ' медсестра приходила')
    """
    gender = "masc"
    for found in _WORDS.finditer(text):
        best = parses(found.group().lower())[0]
        if "NOUN" in best.tag and "nomn" in best.tag and "sing" in best.tag:
            gender = str(best.tag.gender or gender)
        if "VERB" in best.tag and "3per" in best.tag:
            number = str(best.tag.number)
            past = best.inflect({"past", number} | ({gender} if number == "sing" else set()))
            return text[: found.start()] + past.word + text[found.end() :] if past else text
    return text


def _past_of(infinitive: str) -> Any:
    verb = next((p for p in analyser().parse(infinitive) if "INFN" in p.tag), None)
    return verb.inflect({"past", "plur"}) if verb else None


@functools.lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """Raises BadInput when config/lexicons/wording.toml can't be used."""
    file = resources() / "config" / "lexicons" / "wording.toml"
    try:
        raw = tomllib.loads(file.read_text(encoding="utf-8"))
        chatter = "|".join(sorted((w.strip() for w in raw["chatter"].split("|") if w.strip()), key=len, reverse=True))
        slang = "|".join(w.strip() for w in raw["slang"].split("|") if w.strip())
        openings = tuple((o["name"], o["kind"], re.compile(o["pattern"]), o["to"]) for o in raw["opening"])
        return Lexicon(
            chatter=re.compile(rf"(?i)(?:^|(?<=[\s,]))(?:{chatter})(?=[\s,]|$)"),
            dropped=re.compile(rf"(?i)^(?:{raw['openings_dropped']})(?=[\s,])[\s,]*"),
            slang=re.compile(rf"\b(?:{slang})\b"),
            words=dict(raw["words"]),
            openings=openings,
        )
    except (OSError, KeyError, tomllib.TOMLDecodeError, re.error) as error:
        raise BadInput(f"{file}: can't be used: {error}. Mend it; its head says what the keys mean.") from error


@functools.lru_cache(maxsize=1)
def known_wordings() -> dict[tuple[Kind, str], str]:
    """(kind, name of a well-known theme) → its line."""
    home = resources() / "config" / "lexicons" / "themes"
    kinds: tuple[Kind, ...] = ("pain", "desire", "value")
    return {
        (kind, name): table["wording"]
        for kind in kinds
        for name, table in tomllib.loads((home / f"{kind}.toml").read_text(encoding="utf-8")).items()
    }
