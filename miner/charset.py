"""Bytes into text: what encoding a file or a page is really in, whatever it claims."""

from __future__ import annotations

import codecs
import re

BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# The old Russian encodings put the same letters on different bytes: only the right one makes words.
RUSSIAN = ("cp1251", "koi8-r", "cp866", "mac_cyrillic", "iso8859-5")
_COMMON = re.compile("(?:ст|но|то|на|ен|ов|ни|ра|во|ко|не|ро|по|пр|та|ть|ре|го|ер|ли|ет|ал|ит|ел|ор|ан|ол|ес|ат|ла)")
_CYRILLIC = re.compile("[а-яёА-ЯЁ]")
_SHOUT_INSIDE = re.compile("[а-яё][А-ЯЁ]")
# Letters of other Slavic alphabets, box drawing and controls: rare in Russian text, common where the guess is wrong.
_ODD = re.compile("[\u0080-\u009f\u2500-\u25ff\ufffd\x00-\x08\x0e-\x1f]|[Ђ-Џђ-џЎўҐґ]")
# A word half Latin, half Cyrillic is a Western text read in a Russian encoding.
_HALF = re.compile("[a-zA-Z][а-яА-Я]|[а-яА-Я][a-zA-Z]")
_SAMPLE = 200_000


def decode(data: bytes, declared: str | None = None) -> tuple[str, str]:
    """The text of ``data`` and the encoding it was in. A declared encoding counts only as far as the bytes agree.

    >>> decode("Надоело ждать".encode("cp1251"), "utf-8")
    ('Надоело ждать', 'cp1251')
    >>> decode("надоело".encode("utf-16-le"))
    ('надоело', 'utf-16-le')
    """
    for bom, name in BOMS:
        if data.startswith(bom):
            return data.decode(name, "replace"), name
    if wide := _wide(data):
        return data.decode(wide, "replace"), wide
    if (text := _utf8(data)) is not None:
        return text, "utf-8"
    found = _russian(data[:_SAMPLE]) or _known(declared) or _guess(data[:_SAMPLE])
    return data.decode(found, "replace"), found


def _wide(data: bytes) -> str | None:
    # Russian in UTF-16 has 04 in every other byte, spaces and digits have 00 there; no single-byte text does.
    if len(data) < 4 or len(data) % 2:
        return None
    sample = data[: _SAMPLE - _SAMPLE % 2]
    for name, high in (("utf-16-le", sample[1::2]), ("utf-16-be", sample[::2])):
        if high.count(0) + high.count(4) > 0.9 * len(high) and 0 in high + b"\0":
            try:
                text = sample.decode(name)
            except UnicodeDecodeError:
                continue
            if "\x00" not in text and sum(c.isalpha() or c.isspace() for c in text) > 0.5 * len(text):
                return name
    return None


def _utf8(data: bytes) -> str | None:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("utf-8", "replace")
    # A few broken bytes in good UTF-8 (a cut page, a mixed quotation) don't make it another encoding.
    broken, good = text.count("\ufffd"), len(_CYRILLIC.findall(text))
    return text if broken <= max(3, good // 50) and good > 10 * broken else None


def _russian(data: bytes) -> str | None:
    scored = sorted(((_russianness(data.decode(name, "replace")), name) for name in RUSSIAN), reverse=True)
    return scored[0][1] if scored[0][0] > 0 else None


def _russianness(text: str) -> float:
    """How much a text looks like Russian words rather than their letters shuffled."""
    foreign = sum(ord(c) > 127 for c in text) or 1
    if len(_CYRILLIC.findall(text)) < 0.5 * foreign:
        return 0.0
    lower = sum("а" <= c <= "я" for c in text)
    odd = 2 * len(_SHOUT_INSIDE.findall(text)) + 3 * len(_ODD.findall(text)) + 2 * len(_HALF.findall(text))
    return len(_COMMON.findall(text.lower())) + 0.2 * lower - odd


def _known(name: str | None) -> str | None:
    try:
        return codecs.lookup(name).name if name else None
    except LookupError:
        return None


def _guess(data: bytes) -> str:
    from charset_normalizer import from_bytes

    best = from_bytes(data).best()
    return best.encoding if best else "utf-8"
