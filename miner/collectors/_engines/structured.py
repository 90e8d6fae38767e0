"""Pages that say of themselves what they hold: schema.org as JSON-LD or microdata."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from miner.collectors import _dates as dates
from miner.collectors._engines import Engine, Message, Reading, Sheet
from miner.collectors._engines.body import words
from miner.collectors._engines.markup import _absolute, _all, _text
from miner.collectors._engines.paging import following
from miner.collectors._html import fragment

_POSTS = ("DiscussionForumPosting", "SocialMediaPosting", "Comment", "Question", "Answer", "Review", "UserComments")
_TEXTS = ("text", "articleBody", "commentText", "reviewBody", "description")
_SIGN = re.compile(
    r"schema\.org/?.{0,40}(?:DiscussionForumPosting|Comment|Question|Answer|Review)|\"(?:DiscussionForumPosting|QAPage)\""
)
NEXT = "link[rel=next], a[rel=next]"
_SCRIPT = re.compile(r"<script[^>]{1,200}application/ld\+json[^>]{0,100}>(.*?)</script>", re.DOTALL | re.IGNORECASE)


class Structured(Engine):
    """Reads schema.org postings; it finds no boards, for these pages seldom describe them."""

    name = "schema.org"

    def sign(self, sheet: Sheet) -> float:
        return 0.3 if _SIGN.search(sheet.text) else 0.0

    def read(self, sheet: Sheet) -> Reading:
        items = [*_linked(sheet), *_micro(sheet)]
        messages: dict[str, Message] = {}
        for item in items:
            message = _message(item, sheet)
            if message:
                messages.setdefault(message.native, message)
        titles = (str(item.get("headline") or item.get("name") or "") for item in items)
        return Reading(
            title=next(filter(None, titles), None) or _text(_first_heading(sheet)) or None,
            messages=tuple(messages.values()),
            following=following(_all(sheet.tree, NEXT), sheet.tree, sheet.url),
            sure=0.9 if len(messages) > 1 else 0.6,
        )


def _first_heading(sheet: Sheet) -> Any:
    return next(iter(_all(sheet.tree, "h1")), None)


# JSON-LD -------------------------------------------------------------------------------------------------------------


def _linked(sheet: Sheet) -> Iterator[Mapping[str, Any]]:
    for script in _SCRIPT.findall(sheet.text):
        try:
            data = json.loads(script.strip().removeprefix("<!--").removesuffix("-->"), strict=False)
        except (ValueError, RecursionError):
            continue
        yield from _postings(data, 0)


def _postings(data: Any, depth: int) -> Iterator[Mapping[str, Any]]:
    if depth > 30:
        return
    if isinstance(data, list):
        for part in data:
            yield from _postings(part, depth + 1)
    elif isinstance(data, dict):
        if _is_posting(data.get("@type")):
            yield data
        for key, value in data.items():
            if isinstance(value, (dict, list)) and key not in ("author", "publisher", "image"):
                yield from _postings(value, depth + 1)


def _is_posting(kind: Any) -> bool:
    kinds = kind if isinstance(kind, list) else [kind]
    return any(isinstance(k, str) and k.rpartition("/")[2] in _POSTS for k in kinds)


def _message(item: Mapping[str, Any], sheet: Sheet) -> Message | None:
    said = next((item[name] for name in _TEXTS if isinstance(item.get(name), str) and item[name].strip()), None)
    if said is None:
        return None
    text = _plain(said) if "<" in said and not item.get("_micro") else said.strip()
    author = _named(item.get("author") or item.get("creator"))
    date, url = item.get("datePublished") or item.get("dateCreated"), item.get("url")
    parent = item.get("parentItem")
    number = str(item.get("identifier") or item.get("@id") or url or "")
    native = (re.search(r"(\d+)\D*$", number) or [""])[0].strip("/#") if number else ""
    if not native:
        native = fingerprint(author, text)
    return Message(
        native=native,
        text=text,
        author=author,
        date=dates.parse(date, sheet.now) if isinstance(date, str) else None,
        url=_absolute(url, sheet.url) if isinstance(url, str) else None,
        answers=_parent(parent),
    )


def _parent(parent: Any) -> str | None:
    where = parent.get("url") or parent.get("@id") if isinstance(parent, dict) else parent
    found = re.search(r"(\d+)\D*$", where) if isinstance(where, str) else None
    return found[1] if found else None


def _named(author: Any) -> str | None:
    if isinstance(author, list):
        author = author[0] if author else None
    name = author.get("name") if isinstance(author, dict) else author
    return name.strip() if isinstance(name, str) and name.strip() else None


def _plain(markup: str) -> str:
    return words(fragment(markup))


def fingerprint(author: str | None, text: str) -> str:
    """A stable number for a post that has none."""
    return hashlib.sha256(f"{author}\0{text}".encode()).hexdigest()[:16]


# Microdata -----------------------------------------------------------------------------------------------------------


def _micro(sheet: Sheet) -> Iterator[Mapping[str, Any]]:
    for node in _all(sheet.tree, "[itemtype]"):
        if _is_posting((node.get("itemtype") or "").rstrip("/")):
            yield _item(node)


def _item(node: Any) -> dict[str, Any]:
    item: dict[str, Any] = {"_micro": True, "identifier": node.get("id") or ""}
    stack = list(reversed(node))
    while stack:
        child = stack.pop()
        if not isinstance(child.tag, str):
            continue
        name = child.get("itemprop")
        if name and name not in item:
            if name in ("author", "creator"):
                inner = next(iter(_all(child, "[itemprop=name]")), None)
                item[name] = {"name": _text(inner if inner is not None else child)}
            elif name in _TEXTS:
                item[name] = words(child, _all(child, "blockquote, .quote"))
            else:
                item[name] = child.get("content") or child.get("datetime") or child.get("href") or _text(child)
        # A posting inside a posting is its own item.
        if child.get("itemtype") is None:
            stack.extend(reversed(child))
    return item
