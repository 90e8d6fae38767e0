"""Word lists that analysts edit, in ``config/lexicons``."""

from __future__ import annotations

import functools
import re
import tomllib
from typing import Any

from miner.settings import resources
from miner.words import analyser


@functools.cache
def lexicon(name: str) -> dict[str, Any]:
    with (resources() / "config" / "lexicons" / f"{name}.toml").open("rb") as file:
        return tomllib.load(file)


def plain(text: str) -> str:
    return text.lower().replace("ё", "е")


@functools.cache
def professions() -> dict[str, str]:
    """Names of callings, plain, as they are said → as a profile says them."""
    names = lexicon("professions")
    return {plain(name): name for name in names["professions"]} | {
        plain(said): meant for said, meant in names["colloquial"].items()
    }


@functools.lru_cache(maxsize=20_000)
def profession(phrase: str, case: str) -> str | None:
    """The calling that a plain phrase in a grammatical case ("nomn", "ablt") begins with.

    >>> profession("поваром", "ablt"), profession("начальник отдела кадров", "nomn"), profession("повару", "ablt")
    ('повар', 'начальник отдела кадров', None)
    >>> profession("баристой ровно два", "ablt"), profession("зубной техник", "nomn"), profession("стол", "nomn")
    ('бариста', 'зубной техник', None)
    """
    words = re.findall(r"[\w-]+", phrase)[:5]
    for size in range(len(words), 0, -1):
        head = words[:size]
        if found := as_named(head, case):
            return found
    return None


def as_named(words: list[str], case: str) -> str | None:
    """Compare with the list after the words that inflect, adjectives and the first noun, got their base form."""
    known = professions()
    if case == "nomn":
        return known.get(" ".join(words))
    base, agreed = [], False
    for word in words:
        if agreed:
            base.append([word])
            continue
        forms, noun = [], False
        for analysis in analyser().parse(word):
            if case in analysis.tag and analysis.tag.POS in {"NOUN", "ADJF", "PRTF"} and "plur" not in analysis.tag:
                forms.append(plain(nominative(analysis)))
                noun = noun or analysis.tag.POS == "NOUN"
        if not forms:
            return known.get(" ".join(words)) if words == ["бариста"] else None
        base.append(forms)
        agreed = noun
    if not agreed:
        # «рабочим», «вожатой»: adjectives that are callings.
        return next((known[form] for form in base[0] if len(words) == 1 and form in known), None)
    for first in base[0]:
        for name in combinations(first, base[1:]):
            if name in known:
                return known[name]
    return None


def combinations(first: str, rest: list[list[str]]) -> list[str]:
    names = [first]
    for forms in rest:
        names = [f"{name} {form}" for name in names for form in forms]
    return names[:20]


def nominative(analysis: Any) -> str:
    wanted = {"nomn", "sing"}
    inflected = analysis.inflect(wanted)
    return str(inflected.word if inflected else analysis.normal_form)
