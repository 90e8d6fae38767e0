"""Mail addresses and handles.

>>> said(emails, "пишите masha.k@example.ru или petr собака example точка ru")
['masha.k@example.ru', 'petr собака example точка ru']
>>> said(handles, "стучите @katya_01, канал не мой: t.me/katya_01; почта a@example.ru; @gosuslugi молчит")
['@katya_01', 't.me/katya_01']
>>> said(emails, "у меня собака, скалодром и сон"), said(handles, "@ 12 часов")
([], [])
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from miner.records import Mask

EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[^\W_][\w-]{0,62}(?:\.[^\W_][\w-]{0,62}){1,4}")
AT = r"(?:собака|собачка|[\[(]\s?(?:at|собака|собачка)\s?[\])])"
DOT = r"[^\S\n]?(?:\.|[^\S\n]точка[^\S\n])[^\S\n]?"
SPOKEN_EMAIL = re.compile(
    rf"(?<![\w.+-])[a-z0-9][\w.+-]{{0,63}}[^\S\n]?{AT}[^\S\n]?[\w-]{{1,63}}{DOT}(?:ru|com|ру|ком|рф|net|нет|org)\b",
    re.IGNORECASE,
)
HANDLE = re.compile(r"(?<![\w@./])@[^\W\d][\w.]{1,31}(?<!\.)")
PAGE = re.compile(
    r"(?<![\w.])(?:https?://)?(?:www\.|m\.)?(?:t\.me|vk\.com|vk\.ru|ok\.ru/profile|instagram\.com)/(?!\+|joinchat|wall|club|public|event|topic|video|feed|away)"
    r"[a-z0-9_][\w.]{2,31}(?<!\.)(?![\w/])",
    re.IGNORECASE,
)
# Handles of services, not of people.
INSTITUTION = re.compile(
    r"gosuslug|rabota_?ros|trudvsem|mintrud|rostrud|sfr_|_sfr|mfc_|_mfc|mos_?ru|pravitel|prokurat|rospotreb|_bot$|bot$|news|novosti|official|kanal|channel|support",
    re.IGNORECASE,
)


def emails(text: str) -> Iterator[Mask]:
    for pattern, sign in ((EMAIL, "@"), (SPOKEN_EMAIL, "соба"), (SPOKEN_EMAIL, "at")):
        if sign in text:
            yield from (Mask(m.start(), m.end(), "email") for m in pattern.finditer(text))


def handles(text: str) -> Iterator[Mask]:
    if "@" in text:
        yield from personal(HANDLE, text)
    if "/" in text:
        yield from personal(PAGE, text)


def personal(pattern: re.Pattern[str], text: str) -> Iterator[Mask]:
    return (Mask(m.start(), m.end(), "handle") for m in pattern.finditer(text) if not INSTITUTION.search(m.group()))


def said(find: Callable[[str], Iterable[Mask]], text: str) -> list[str]:
    return [text[mask.start : mask.end] for mask in find(text)]
