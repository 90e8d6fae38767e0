"""Forums nobody has described: the block that repeats, each with a person, a time and words, is the post.

Blocks are elements of one tag and class under one parent. A pattern is judged by how many of its blocks have a time,
an author's link and text, and by how much of the page's text it holds.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from miner.collectors import _dates as dates
from miner.collectors._engines import Engine, Link, Message, Reading, Sheet
from miner.collectors._engines.body import answered, words
from miner.collectors._engines.markup import _STAFF, _absolute, _all, _outermost, _text
from miner.collectors._engines.paging import following
from miner.collectors._engines.structured import NEXT, fingerprint


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


_AUTHORS = _any("author|user|nick|login|poster|member|avatar|profile|name")
_PROFILES = _any(
    r"/(?:u|users?|members?|profile|author|people|id|account|@)[/=-]?|/@",
    r"member\.php|profile\.php|[?&](?:u|uid)=\d+",
)
_BODIES = _any("content|body|text|message|comment|markdown|markup|post-?html|entry")
_CHROME = _any(
    "avatar|signature|footer|actions?|buttons?|controls?|share|like|vote|meta|badge|rank|tools?|menu",
    "reply-?link|report|permalink",
)
_QUOTES = "blockquote, .quote, .quotebox, .bbcode_quote"
_THREADS = _any(
    r"/(?:t|topics?|threads?|discussions?|questions?|viewtopic|showthread)(?:[/._-]|\.php|$)",
    r"[?&](?:t|topic|tid|thread)=\d+",
)
_BOARDS = _any(
    r"/(?:c|f|category|categories|forums?|boards?|sections?|tags?)[/._-]",
    r"viewforum|forumdisplay|[?&](?:f|board|fid|forum)=\d+",
)
_NOT_PAGES = _any(
    r"login|logout|register|signup|sign-?in|search|rss|feed|print|reply|edit|delete|report|new[-_/]?(?:topic|thread|post)",
    r"create|publish|attach|download|mailto:|javascript:|/admin|\.(?:png|jpe?g|gif|zip|pdf|css|js)(?:$|\?)",
)


@dataclass(frozen=True, slots=True)
class Pattern:
    """A kind of block on a page and how sure it is that these are posts."""

    selector: str
    blocks: Sequence[Any]
    sure: float


class Repeated(Engine):
    """The last resort; its readings say how sure they are."""

    name = "repeated blocks"

    def sign(self, sheet: Sheet) -> float:
        del sheet
        return 0.05

    def read(self, sheet: Sheet) -> Reading:
        pattern = find(sheet)
        messages = [m for block in pattern.blocks if (m := _message(block, sheet))] if pattern else []
        return Reading(
            title=_text(next(iter(_all(sheet.tree, "h1")), None))
            or _text(next(iter(_all(sheet.tree, "title")), None))
            or None,
            messages=messages,
            links=() if messages else tuple(_links(sheet)),
            following=following(_all(sheet.tree, NEXT), sheet.tree, sheet.url),
            sure=pattern.sure if pattern else 0.0,
        )


def find(sheet: Sheet) -> Pattern | None:
    """The pattern that looks most like posts, None when nothing does."""
    groups: dict[tuple[Any, str], list[Any]] = defaultdict(list)
    for node in sheet.tree.iter("div", "article", "li", "tr", "section", "table", "dl", "tbody"):
        groups[node.getparent(), _kind(node)].append(node)
    whole = max(1, len(_text(sheet.tree)))
    judged = [Pattern(kind, blocks, _sure(blocks, whole, sheet)) for (_, kind), blocks in groups.items()]
    # What stands alone may be the frame around the posts: it counts only where nothing repeats.
    for several in (True, False):
        found = (p for p in judged if (len(p.blocks) > 1) is several and p.sure >= 0.45)
        best = max(found, key=lambda p: (round(p.sure, 2), -_depth(p.blocks[0])), default=None)
        if best is not None:
            return best
    return None


def _kind(node: Any) -> str:
    classes = [
        c
        for c in (node.get("class") or "").split()
        if not re.search(r"\d|odd|even|first|last|alt|active|unread|new|is-|js-", c)
    ]
    return ".".join([node.tag, *sorted(classes)[:3]])


def _depth(node: Any) -> int:
    return sum(1 for _ in node.iterancestors())


def _sure(blocks: Sequence[Any], whole: int, sheet: Sheet) -> float:
    """How much a pattern looks like posts, 0..1."""
    sample = blocks if len(blocks) <= 12 else [*blocks[:6], *blocks[-6:]]
    if len(_text(sample[0])) > 200_000:
        return 0.0
    texts = [len(_text(block)) for block in sample]
    if sum(texts) / len(texts) < 15:
        return 0.0
    dated = sum(_when(block, sheet) is not None for block in sample) / len(sample)
    signed = sum(_who(block) is not None for block in sample) / len(sample)
    once = sum(len(_times(block)) <= 4 for block in sample) / len(sample)
    spoken = sum(len(_said(block)) >= 2 for block in sample) / len(sample)
    bodies = [body for block in sample if (body := _body(block)) is not None]
    linked = sum(len(_text(a)) for body in bodies for a in _all(body, "a")) / max(1, sum(len(_text(b)) for b in bodies))
    share = min(1.0, sum(len(_text(b)) for b in blocks) / whole * 1.5)
    many = min(1.0, (len(blocks) + 1) / 4)
    score = 0.3 * dated + 0.3 * signed + 0.15 * spoken + 0.15 * share + 0.1 * many
    # A list of threads is made of links; a post is made of words.
    return score * once * (1.0 if linked < 0.35 else 0.4) * (1.0 if dated > 0.5 and signed > 0.5 else 0.6)


def _times(block: Any) -> list[Any]:
    found = _all(block, "time, [datetime], abbr[title], [class*=date], [class*=time], [class*=ago]")
    return _outermost(found)


def _when(block: Any, sheet: Sheet) -> str | None:
    # What is written for machines or as a hint is exact where the words say «5 minutes ago».
    for node in block.iter():
        for name in ("datetime", "data-time", "data-timestamp", "title"):
            value = node.get(name) if isinstance(node.tag, str) else None
            if value and len(value) < 80 and re.search(r"\d", value) and (date := dates.parse(value, sheet.now)):
                return date
    for node in _times(block):
        said = _text(node)
        if said and len(said) < 80 and (date := dates.parse(said, sheet.now)):
            return date
    for node in block.iter("span", "small", "p", "div", "td", "a", "em", "i"):
        said = (node.text or "").strip() if len(node) == 0 else ""
        if 6 <= len(said) <= 60 and re.search(r"\d", said) and (date := dates.parse(said, sheet.now)):
            return date
    return None


def _who(block: Any) -> str | None:
    """The author: a link to a profile, or an element called author."""
    quoted = set(_all(block, _QUOTES))
    for anchor in block.iter("a"):
        name = _text(anchor)
        if 0 < len(name) <= 60 and _is_profile(anchor.get("href") or "") and not quoted & set(anchor.iterancestors()):
            return name
    for node in block.iter("span", "strong", "b", "div", "h3", "h4", "h5", "td", "cite", "a", "p"):
        if _AUTHORS.search(node.get("class") or node.get("rel") or "") and not quoted & set(node.iterancestors()):
            name = _text(node)
            if 0 < len(name) <= 40 and any(c.isalpha() for c in name):
                return name
    return None


def _is_profile(href: str) -> bool:
    return bool(_PROFILES.search(href)) and not _NOT_PAGES.search(href)


def _body(block: Any) -> Any:
    """The element of a block that holds what was said: called so, or the one with most words of its own."""
    named = [
        node
        for node in block.iter("div", "section", "article", "p", "td", "blockquote", "dd", "span")
        if _BODIES.search(node.get("class") or node.get("itemprop") or "")
        and node is not block
        and not _CHROME.search(node.get("class") or "")
    ]
    if named:
        # The innermost of the named ones that still holds most of the words.
        most = max(_words_of(node) for node in named)
        large = [node for node in named if _words_of(node) >= 0.6 * most]
        return max(large, key=_depth) if most else None
    inner = [
        node for node in block.iter("div", "td", "p", "dd", "section") if not _CHROME.search(node.get("class") or "")
    ]
    return max(
        inner,
        key=lambda node: sum(len(t) for t in node.xpath("./text()|./p//text()|./br/following-sibling::text()")),
        default=None,
    )


def _words_of(node: Any) -> int:
    """How much is said in an element; buttons and links around it say nothing."""
    return len(_text(node)) - sum(len(_text(anchor)) for anchor in _all(node, "a"))


def _said(block: Any) -> str:
    body = _body(block)
    if body is None:
        return ""
    chrome = [
        n
        for n in body.iter()
        if isinstance(n.tag, str) and n is not body and re.search(r"signature|edit(?:ed|-info)", n.get("class") or "")
    ]
    return words(body, [*_all(body, _QUOTES), *chrome])


def _message(block: Any, sheet: Sheet) -> Message | None:
    body = _body(block)
    said = _said(block)
    if body is None or not said:
        return None
    who = _who(block)
    number, whom = answered(_outermost(_all(body, _QUOTES)))
    # An id such as «m-3» may count within the page; a database key doesn't.
    keys = (block.get("data-pk"), block.get("data-id"), block.get("data-post-id"))
    native = next((m[1] for value in keys if value and (m := re.search(r"(\d+)\D*$", value))), None)
    link = next(
        (a.get("href") for a in block.iter("a") if re.search(r"#\w*\d+$|/(?:post|comment)s?/\d+", a.get("href") or "")),
        None,
    )
    if native is None and link and (found := re.search(r"(\d+)\D*$", link)):
        native = found[1]
    return Message(
        native=native or fingerprint(f"{who} {_when(block, sheet)}", said),
        text=said,
        author=who,
        date=_when(block, sheet),
        url=_absolute(link, sheet.url) if link else None,
        answers=number,
        answers_whom=whom,
        staff=any(_STAFF.fullmatch(_text(n)) for n in block.iter("span", "div", "em", "small")),
    )


def _links(sheet: Sheet) -> Iterator[Link]:
    """Links that repeat in a list and lead to threads or boards of this site."""
    lists = Counter(_kind(row) for row in sheet.tree.iter("tr", "li", "article", "div"))
    for anchor in sheet.tree.iter("a"):
        href = anchor.get("href") or ""
        label = _text(anchor)
        if not href or href.startswith("#") or len(label) < 2 or _NOT_PAGES.search(href) or _PROFILES.search(href):
            continue
        row = next((p for p in anchor.iterancestors("tr", "li", "article", "div") if lists[_kind(p)] > 1), None)
        if any(p.tag in ("nav", "header", "footer") for p in anchor.iterancestors()):
            continue
        if _THREADS.search(href):
            yield Link(
                _absolute(href, sheet.url).partition("#")[0], "thread", _text(row)[-160:] if row is not None else None
            )
        elif _BOARDS.search(href):
            yield Link(_absolute(href, sheet.url).partition("#")[0], "board")
