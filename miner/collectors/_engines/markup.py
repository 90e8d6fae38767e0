"""An engine told by selectors: where its posts, authors, dates, quotes and links are."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from miner.collectors import _dates as dates
from miner.collectors._engines import Engine, Link, Message, Reading, Sheet
from miner.collectors._engines.body import answered, words
from miner.collectors._engines.paging import following
from miner.collectors._html import selector
from miner.collectors._web import canonical

# What the pattern below can't do without; looked for once a page.
_STAFF_WORDS = ("модератор", "администратор", "редактор форума", "moderator", "admin")
_STAFF = re.compile(r"(?i)\b(?:модератор|администратор|супермодератор|moderator|administrator|admin|редактор форума)\b")
_AD_NAMES = re.compile(r"(?i)^(?:реклама|adbot|ad bot|advertisement|google adsense|яндекс\.?директ|sponsor(?:ed)?)\b")
# A clock that runs: what it says changes though nothing has happened.
_RUNNING = re.compile(r"назад|\bago\b|только что|just now")
_DIGITS = re.compile(r"\d+")
_STAMPS = (".lastpost a[href]", "a.lastpost", "[data-time]", "time[datetime]", "abbr[title]")


@dataclass(frozen=True, slots=True)
class Markup:
    """Selectors (CSS; several by comma, the first that finds something counts).

    ``post`` finds the blocks; the others are looked for inside a block, but ``board``, ``thread``, ``next`` and
    ``title`` on the page. ``number`` is the attribute or link that carries the post's number.
    """

    post: str
    body: str
    author: str = ""
    date: str = ""
    link: str = ""
    rank: str = ""
    quote: str = "blockquote"
    quote_head: str = ""
    drop: str = ""
    board: str = ""
    thread: str = ""
    stamp: str = ""
    row: str = ""
    next: str = "a[rel=next], link[rel=next]"
    title: str = "h1, h2"
    number: str = r"(\d+)\D*$"


@dataclass(frozen=True)
class Marked(Engine):
    """Reads pages of an engine by its markup. ``signs`` are patterns of the page's source and what each is worth."""

    name: str
    markup: Markup
    signs: tuple[tuple[str, float], ...] = ()
    cookies: str = field(default="")

    def sign(self, sheet: Sheet) -> float:
        found = sum(worth for pattern, worth in self.signs if re.search(pattern, sheet.text))
        if self.cookies and any(re.search(self.cookies, name) for name in sheet.cookies):
            found += 0.5
        return min(1.0, found)

    def read(self, sheet: Sheet) -> Reading:
        mark = self.markup
        low = sheet.text.lower()
        ranked = bool(mark.rank) and any(word in low for word in _STAFF_WORDS)
        messages = [m for block in _all(sheet.tree, mark.post) if (m := self._message(block, sheet, ranked=ranked))]
        links = [] if messages else list(self._links(sheet))
        return Reading(
            title=_text(_first(sheet.tree, mark.title)) or None,
            messages=messages,
            links=links,
            following=following(_each(sheet.tree, mark.next), sheet.tree, sheet.url),
        )

    def _message(self, block: Any, sheet: Sheet, *, ranked: bool) -> Message | None:
        mark = self.markup
        body = _first(block, mark.body)
        if body is None:
            return None
        author = self._author(block)
        if author and _AD_NAMES.match(author):
            return None
        # Most posts are plain text, in which there is nothing to look for.
        plain = len(body) == 0
        quotes = [] if plain else _outermost(_all(body, mark.quote))
        heads = [] if plain else _all(body, mark.quote_head)
        number, whom = answered([*heads, *quotes])
        said = words(body, [*quotes, *heads, *([] if plain else _all(body, mark.drop))])
        link = _first(block, mark.link) if mark.link else None
        href = link.get("href") if link is not None else None
        native = self._native(block, body, href)
        if not said or not (native or author):
            return None
        return Message(
            native=native or "",
            text=said,
            author=author,
            date=_date(block, mark.date, sheet),
            url=_absolute(href, sheet.url)
            if href
            else (f"{canonical(sheet.url)}#{block.get('id')}" if block.get("id") else None),
            answers=number,
            answers_whom=whom,
            staff=ranked and any(_STAFF.search(_text(r)) for r in _all(block, mark.rank)),
        )

    def _author(self, block: Any) -> str | None:
        if name := (block.get("data-author") or "").strip():
            return str(name)
        return (_text(_first(block, self.markup.author)) or None) if self.markup.author else None

    def _native(self, block: Any, body: Any, href: str | None) -> str | None:
        for value in (
            block.get("data-pk"),
            block.get("id"),
            block.get("data-content"),
            block.get("data-node-id"),
            body.get("id"),
            href,
        ):
            if value and (found := re.search(self.markup.number, value)):
                return found[1]
        return None

    def _links(self, sheet: Sheet) -> Iterator[Link]:
        mark = self.markup
        for anchor in _all(sheet.tree, mark.board) if mark.board else ():
            if href := anchor.get("href"):
                yield Link(_absolute(href, sheet.url), "board")
        rows = set(_all(sheet.tree, mark.row))
        for anchor in _all(sheet.tree, mark.thread) if mark.thread else ():
            if href := anchor.get("href"):
                yield Link(_absolute(href, sheet.url), "thread", self._stamp(anchor, rows, sheet))

    def _stamp(self, anchor: Any, rows: set[Any], sheet: Sheet) -> str | None:
        """What in the thread's row changes with a new post: the last post's link, its time, the count of replies."""
        row = next(
            (p for p in anchor.iterancestors() if p in rows or (not rows and p.tag in ("tr", "li", "article"))), None
        )
        if row is None:
            return None
        for css in filter(None, (self.markup.stamp, *_STAMPS)):
            for found in reversed(_all(row, css)):
                if found is not anchor and (stamp := _stamp_of(found, sheet)):
                    return f"{stamp} {_replies(row)}".strip()[-200:]
        return " ".join(_text(row).split())[-160:] or None


def _stamp_of(node: Any, sheet: Sheet) -> str:
    """What a mark of the last post says without a clock that runs: «5 minutes ago» changes by itself."""
    said = [str(node.get(name)) for name in ("data-time", "datetime", "title") if node.get(name)]
    if href := node.get("href"):
        said.append(canonical(href) + " " + href.partition("#")[2])
    text = _text(node)
    if len(text) < 120 and not _RUNNING.search(text) and (date := dates.parse(text, sheet.now)):
        said.append(date)
    return " ".join(said)


def _replies(row: Any) -> str:
    """The first count in a row: replies stand before views, and views change without a word being said."""
    cells = (_text(node) for node in _all(row, "td, dd, [class*=repl], [class*=comments], [class*=answers]"))
    return next((m[0] for cell in cells if len(cell) < 30 and (m := re.match(r"\d+", cell))), "")


def _absolute(href: str, base: str) -> str:
    page, _, fragment = href.partition("#")
    return canonical(page, base) + (f"#{fragment}" if fragment else "")


@functools.cache
def _alternatives(css: str) -> tuple[Any, ...]:
    return tuple(selector(part.strip()) for part in re.split(r",(?![^\[(]*[\])])", css) if part.strip())


def _all(node: Any, css: str) -> list[Any]:
    """All elements in the order of the page, each once."""
    return list(selector(css)(node)) if css else []


def _each(node: Any, css: str) -> Iterator[Any]:
    """What the first alternative finds, then the second's: looked for when it is needed."""
    return (found for find in (_alternatives(css) if css else ()) for found in find(node))


def _first(node: Any, css: str) -> Any:
    """The first element of the first alternative that finds one: earlier alternatives are the surer ones."""
    for find in _alternatives(css) if css else ():
        if found := find(node):
            return found[0]
    return None


def _outermost(nodes: list[Any]) -> list[Any]:
    chosen = set(nodes)
    return [node for node in nodes if not any(parent in chosen for parent in node.iterancestors())]


def _text(node: Any) -> str:
    return " ".join(node.text_content().split()) if node is not None else ""


def _date(block: Any, css: str, sheet: Sheet) -> str | None:
    for node in _each(block, css):
        for name in ("datetime", "data-time", "data-timestamp", "title", ""):
            value = node.get(name) if name else _text(node)
            if value and (found := dates.parse(value, sheet.now)):
                return found
    return None
