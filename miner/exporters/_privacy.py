"""The last look at a quote before it leaves: personal data hidden once more, links checked, the text cut on request.

Collected texts are masked when they are annotated. This pass knows nothing of that one, so that one mistake isn't two.
"""

from __future__ import annotations

import dataclasses
import hashlib
import re
from urllib.parse import urlsplit

from miner.exporters import Quotes
from miner.exporters._retell import pieces, retold
from miner.records import Quote

HIDDEN = "[скрыто]"

_DIGIT = r"\d[\s\-()–]{0,2}"
_RULES = [
    # Addresses of mail and pages, then handles: a mail has an @ as well.
    re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
    re.compile(r"(?:https?://|www\.)\S+|\b(?:vk\.com|t\.me|ok\.ru)/\S+", re.IGNORECASE),
    re.compile(r"(?<!\w)@[A-Za-z_]\w{2,}"),
    # Phones, СНИЛС, cards, passports: nine digits or more in a row, whatever stands between them.
    re.compile(rf"(?<![\w\d])\+?(?:{_DIGIT}){{8,}}\d(?!\d)"),
    re.compile(r"\b\d{3}-\d{2}-\d{2}\b|\b\d{2}-\d{2}-\d{2}\b"),
    re.compile(r"\b(?:паспорт\w*|серия)\s*:?\s*(?:№\s*)?\d{2}\s?\d{2}\s*(?:№\s*)?\d{0,6}", re.IGNORECASE),
    # «Иванова Мария Петровна», «Марии Петровны Ивановой», «Мария Петровна».
    re.compile(
        r"(?:\b[А-ЯЁ][а-яё]+\s+)?\b[А-ЯЁ][а-яё]+\s+"
        r"[А-ЯЁ][а-яё]+(?:ович|евич|ьич|овн|евн|ичн)(?:а|у|ы|ой|ою|е|ем|ом)?\b(?:\s+[А-ЯЁ][а-яё]+\b)?"
    ),
    re.compile(r"\b[А-ЯЁ][а-яё]+\s+[А-ЯЁ]\.\s?[А-ЯЁ]\."),
    re.compile(
        r"\b(?:ул|улиц[аеуы]|проспект\w*|пр-т|переул\w+)\.?\s+[А-ЯЁ][\w-]+,?\s+(?:д|дом)\.?\s*\d+\w?(?:,?\s*кв\.?\s*\d+)?"
    ),
]


# No format has a place for control characters and halves of surrogate pairs, and Word refuses files that hold them.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")


def tidy(text: str) -> str:
    """Text that every format can hold."""
    return _FORBIDDEN.sub("", text)


def hide(text: str) -> str:
    """The text without what points at a private person.

    >>> hide("Пишите на masha@example.ru или звоните +7 900 000-12-34, Мария Петровна")
    'Пишите на [скрыто] или звоните [скрыто], [скрыто]'
    >>> hide("сто двадцать откликов за 2024 год, ответили на 4")
    'сто двадцать откликов за 2024 год, ответили на 4'
    """
    text = tidy(text)
    for rule in _RULES:
        text = rule.sub(HIDDEN, text)
    return text


def quotable(text: str, how: Quotes) -> str:
    """The quote as it may be shown; empty when quotes are not wanted.

    >>> quotable("третий месяц хожу отмечаться, а вакансий по моей профессии так и не дали", "short")
    'третий месяц хожу … и не дали'
    """
    if how == "none":
        return ""
    clean = _balanced(" ".join(hide(text).split()))
    if how == "short":
        return pieces(clean)
    return retold(clean) if how == "paraphrased" else clean


def traceless(quote: Quote, how: Quotes) -> Quote:
    """The quote as it may be handed on: its words as ``quotable`` says, and where they stand only with whole words."""
    if how == "whole":
        return dataclasses.replace(quote, quote=quotable(quote.quote, how), url=link(quote.url), speaker="")
    opaque = hashlib.sha256(quote.doc_id.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return dataclasses.replace(
        quote,
        doc_id=opaque,
        quote=quotable(quote.quote, how),
        url=None,
        thread=None,
        date=(quote.date or "")[:7] or None,
        speaker="",
    )


def _balanced(text: str) -> str:
    """The text without a quotation mark at its edge whose partner was left outside.

    >>> _balanced("откройте приложение»"), _balanced("сказал «нет»")
    ('откройте приложение', 'сказал «нет»')
    """
    if text.count("»") > text.count("«"):
        text = text.removesuffix("»")
    elif text.count("«") > text.count("»"):
        text = text.removeprefix("«")
    return text


def link(url: str | None) -> str | None:
    """The address if it is one that a browser opens as a page.

    >>> link("javascript:alert(1)"), link("https://forum.example.ru/t/5")
    (None, 'https://forum.example.ru/t/5')
    """
    if not url:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in {"http", "https"} and parts.netloc else None
