"""From what a person said to a line of a profile: third person, no chatter, no side clauses; each step a named rule.

>>> rewritten("Ну я, короче, боюсь что меня не возьмут", "pain").text
'Боится, что не возьмут'
>>> rewritten("дайте место в детском саду", "desire").rules
('просьба → хочет, чтобы',)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from miner.mappers._checks import WORDS
from miner.mappers._lexicon import lexicon
from miner.mappers._person import hinges_on_syntax, parses, third
from miner.records import Kind, Word
from miner.words import analyser

Parse = Callable[[str], Sequence[Word]]

_SENTENCE = re.compile(r"[^.!?…;:()«»\"\n—–]+")
_COMMA = re.compile(r",\s*")
# A piece that begins like this is a thought of its own, or a simile.
_APART = re.compile(
    r"(?i)(?:но|зато|поэтому|потому|хотя|так как|ведь|то|тогда|а(?! не\b)|как|будто|словно|ну|да|вот|пусть)\b"
)
# What would follow from a wish is no wish: «если бы возили, я бы поехала».
_RESULT = re.compile(r"(?i)(?:и |то |тогда )?(?:я|мы)\b.*\bбы?\b")


@dataclass(frozen=True, slots=True)
class Draft:
    """A clause on its way to a line, with the rules that changed it."""

    text: str
    kind: Kind
    parse: Parse
    rules: tuple[str, ...] = ()

    def after(self, text: str, rule: str) -> Draft:
        return self if text == self.text else replace(self, text=text, rules=(*self.rules, rule))


def rewritten(clause: str, kind: Kind, parse: Parse = lambda _: ()) -> Draft:
    """The line that a clause gives. A parser settles who acts."""
    draft = Draft(clause, kind, parse)
    for rule in RULES:
        draft = rule(draft)
    return draft


def clauses(text: str) -> Iterator[str]:
    """Parts of sentences, and runs of their comma-separated pieces, at most three pieces long; no questions.

    >>> list(clauses("Ну, боюсь, что не возьмут, а дома дети. Кому я нужна?"))
    ['Ну', 'Ну, боюсь', 'Ну, боюсь, что не возьмут', 'боюсь', 'боюсь, что не возьмут', 'что не возьмут', 'а дома дети']
    """
    for sentence in _SENTENCE.finditer(text):
        if text[sentence.end() :].startswith("?"):
            continue
        pieces = [p.strip() for p in _COMMA.split(sentence.group()) if p.strip()]
        for start in range(len(pieces)):
            if _RESULT.match(pieces[start]) and any(" бы " in f" {piece} " for piece in pieces[:start]):
                continue
            for stop in range(start + 1, min(start + 3, len(pieces)) + 1):
                if stop > start + 1 and _APART.match(pieces[stop - 1]):
                    break
                run = ", ".join(pieces[start:stop])
                # «не деньги мешками, а …» says only what is not.
                if not (pieces[stop : stop + 1] and pieces[stop].startswith("а ") and _denies_a_thing(run)):
                    yield run


def _denies_a_thing(run: str) -> bool:
    denied = re.findall(r"(?i)\bне ([а-яё-]+)", run)
    return any(not {"VERB", "PRED", "GRND"} & set(parses(form.lower())[0].tag.grammemes) for form in denied)


# Rules, in the order in which they work.


def without_chatter(draft: Draft) -> Draft:
    """«ну вот, если честно, денег нет» → «денег нет»."""
    text = lexicon().chatter.sub(" ", draft.text)
    previous = None
    while previous != text:
        previous = text
        text = lexicon().dropped.sub("", text.strip(" ,-"))
    return draft.after(_tidy(text), "убраны вводные слова")


def in_plain_words(draft: Draft) -> Draft:
    """«з/п маленькая» → «зарплата маленькая»."""
    return draft.after(WORDS.sub(lambda found: _plain_word(found.group()), draft.text), "разговорные слова заменены")


def opened(draft: Draft) -> Draft:
    """«мне бы рядом с домом» → «хочет рядом с домом», by the table of config/lexicons/wording.toml."""
    low = draft.text.lower()
    for name, kind, pattern, to in lexicon().openings:
        if kind == draft.kind and (found := pattern.match(low)):
            rest = draft.text[found.end() :]
            return draft.after(_tidy(f"{to} {_in_past(rest) if to.endswith('чтобы') else rest}"), name)
    return draft


def asked(draft: Draft) -> Draft:
    """«дайте место в саду» → «хочет, чтобы дали место в саду»."""
    first, _, rest = draft.text.partition(" ")
    if draft.kind == "desire" and rest and first.isalpha() and first.lower() != "давайте":
        for parse in parses(first.lower())[:3]:
            past = {"impr", "plur", "excl"} in parse.tag and _past_of(parse)
            if past:
                rest = " ".join(form for form in rest.split() if form.lower() not in _OTHERS)
                return draft.after(f"хочет, чтобы {past} {rest}", "просьба → хочет, чтобы")
    return draft


_UNSAID = frozenset("я мы куда хоть лучше хорошо если вот скорее лишь теперь".split())
_OTHERS = frozenset(("кто", "кто-то", "кто-нибудь"))


def wished(draft: Draft) -> Draft:
    """«найти бы работу» → «хочет найти работу»; «доплачивали бы за дорогу» → «хочет, чтобы доплачивали за дорогу»;
    «я бы в училище пошёл» → «хочет пойти в училище»; «взял бы кто в цех» → «хочет, чтобы взяли в цех»;
    «группу бы для матерей» → «хочет группу для матерей».
    """
    found = re.search(r"(?i)\bбы?\b", draft.text)
    if draft.kind != "desire" or not found or "хочет" in draft.text or "," in draft.text[: found.start()]:
        return draft
    before, after = draft.text[: found.start()].split(), draft.text[found.end() :].split()
    others = _OTHERS & {form.lower() for form in after[:2]}
    forms = [form for form in (*before, *after) if form.lower() not in _UNSAID | others]
    for place, form in enumerate(forms[: len(before) + 4]):
        verb = next(
            (
                p
                for p in parses(form.lower().strip(","))[:2]
                if "INFN" in p.tag or ("VERB" in p.tag and "past" in p.tag)
            ),
            None,
        )
        if verb is None or verb.normal_form == "быть":
            continue
        rest = " ".join(forms[:place] + forms[place + 1 :])
        mine = "INFN" in verb.tag or (
            "sing" in verb.tag and not others and (place == 0 or before[:1] in (["я"], ["Я"]))
        )
        if mine:
            wish = "согласен" if verb.normal_form == "согласиться" else f"хочет {verb.normal_form}"
            return draft.after(_tidy(f"{wish} {rest}"), "с «бы» → хочет")
        if "plur" in verb.tag or others:
            return draft.after(_tidy(f"хочет, чтобы {_past_of(verb) or form} {rest}"), "с «бы» → хочет, чтобы")
    if before and any({"NOUN", "accs"} in p.tag for p in parses(before[-1].lower())):
        return draft.after(_tidy(f"хочет {' '.join(forms)}"), "с «бы» → хочет")
    return draft


def in_third_person(draft: Draft) -> Draft:
    """«боюсь не потянуть» → «боится не потянуть», «у меня нет денег» → «нет денег»: who it is goes unsaid."""
    text = _tidy(_SELF.sub(" ", draft.text))
    words = draft.parse(text) if hinges_on_syntax(text) else ()
    return draft.after(third(text, words), "первое лицо → третье")


# «я», «у меня», «мне», «мой»; not «со мной», which a line can't do without.
_BOUND = "".join(rf"(?<!\b{word} )" for word in "со ко за от на про без до обо по из об о в во к с над перед".split())
_SELF = re.compile(
    rf"(?i)(?<![\w-])(?:(?:у|для) (?:меня|нас)(?: самой| самого)?|"
    rf"{_BOUND}(?:я|мы|мне|нам|меня|нас|наш\w{{0,3}})(?! (?:не будет|не было|нет)\b)|"
    r"мо[йяёе]|мою(?= \w+[уюь]\b)|моего|моей|моему|моём|моем|моих|моим|моими|мои)(?![\w-])"
)


def verb_first(draft: Draft) -> Draft:
    """«сидеть без дела не может» → «не может сидеть без дела»."""
    found = _VERB_LAST.fullmatch(draft.text)
    if not found:
        return draft
    what, verb = found[1] or found[3], found[2] or found[4]
    return draft.after(f"{verb} {what[:1].lower()}{what[1:]}", "глагол вперёд")


_VERB_LAST = re.compile(
    r"(?i)((?:[^ ,]+ ){0,4}[^ ,]+) "
    r"(не (?:может|умеет|любит|хочет|боится|привык|хватает|видит|нужн[аоы]|надо)|любит|умеет|привык|ценит|боится|"
    r"невозможно|трудно|тяжело|сложно|страшно|негде|некому|некуда|нечем|нужн[аоы]?)|((?:[^ ,]+ )?[^ ,]+) (нет)"
)


def wish_first(draft: Draft) -> Draft:
    """«хочет вечером подрабатывать» → «хочет подрабатывать вечером»."""
    first, *forms = draft.text.split() or [""]
    place = next((i for i, form in enumerate(forms[:4]) if "INFN" in parses(form.lower().strip(","))[0].tag), 0)
    between, verb = forms[:place], forms[place : place + 1]
    if first.lower() not in ("хочет", "готов", "мечтает") or not place or "," in " ".join((first, *between, *verb)):
        return draft
    if between[-1] == "не":
        between, verb = between[:-1], ["не", *verb]
    return draft.after(" ".join((first, *verb, *between, *forms[place + 1 :])), "глагол к «хочет»")


def punctuated(draft: Draft) -> Draft:
    """«ищет где возьмут» → «ищет, где возьмут»."""
    return draft.after(_NO_COMMA.sub(r"\1, \2", draft.text), "запятая перед придаточным")


_ALONE = "".join(
    rf"(?<!\b{word})" for word in "потому такой только даже лишь или при про для без под над как если что когда".split()
)
_NO_COMMA = re.compile(
    rf"(?i)\b(\w{{3,}}){_ALONE} (чтобы|что|где|куда|откуда|если|когда|пока|котор(?:ый|ая|ое|ые|ого|ую)|"
    r"зачем|почему|кто|кому|сколько|но|а|чем)\b(?!-| угодно| попало| то\b)"
)


def as_a_line(draft: Draft) -> Draft:
    """A capital letter and no full stop."""
    text = _tidy(draft.text)
    return replace(draft, text=text[:1].upper() + text[1:])


RULES = [
    without_chatter,
    in_plain_words,
    opened,
    asked,
    wished,
    in_third_person,
    verb_first,
    wish_first,
    punctuated,
    as_a_line,
]


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
    for found in WORDS.finditer(text):
        best = parses(found.group().lower())[0]
        if "NOUN" in best.tag and "nomn" in best.tag and "sing" in best.tag:
            gender = str(best.tag.gender or gender)
        if "VERB" in best.tag and "3per" in best.tag:
            number = str(best.tag.number)
            past = best.inflect({"past", number} | ({gender} if number == "sing" else set()))
            return text[: found.start()] + past.word + text[found.end() :] if past else text
    return text


def _past_of(verb: Any) -> str | None:
    """The plural of the past tense: of nobody in particular."""
    past = verb.inflect({"past", "plur"})
    if past is None:
        infinitive = next((p for p in analyser().parse(verb.normal_form) if "INFN" in p.tag), None)
        past = infinitive.inflect({"past", "plur"}) if infinitive else None
    return str(past.word) if past else None
