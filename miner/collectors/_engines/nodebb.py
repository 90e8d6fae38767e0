"""NodeBB, by the read API that mirrors its pages under /api."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from miner.collectors import _dates as dates
from miner.collectors._engines import Engine, Link, Message, Reading, Sheet
from miner.collectors._engines.body import words
from miner.collectors._html import fragment


class NodeBB(Engine):
    """Categories, topics, posts."""

    name = "NodeBB"

    def sign(self, sheet: Sheet) -> float:
        if re.search(
            r"nodebb\.min\.js|(?i:powered by.{0,80}nodebb)|\"relative_path\":|component=\"topic\"", sheet.text[:200_000]
        ):
            return 0.95
        return 0.9 if sheet.text.startswith("{") and re.search(r'"(?:tid|cid)":', sheet.text[:4000]) else 0.0

    def address(self, url: str, kind: str) -> str:
        del kind
        parts = urlsplit(url)
        if "/api/" in parts.path or parts.path.endswith("/api"):
            return url
        base, rest = re.match(r"(.*?)(/(?:topic|category|categories)(?:/.*)?)?/?$", parts.path).groups()  # type: ignore[union-attr]
        # A link to a post of a topic, /topic/5/name/12, is the topic.
        rest = re.sub(r"^(/topic/\d+/[^/]+)/\d+$", r"\1", rest or "/categories")
        query = f"?{parts.query}" if parts.query else ""
        return f"{parts.scheme}://{parts.netloc}{base}/api{rest}{query}"

    def read(self, sheet: Sheet) -> Reading:
        data = json.loads(sheet.text)
        base = sheet.url.partition("/api")[0]
        pages = data.get("pagination") or {}
        after = pages.get("next") or {}
        following = None
        if after.get("active"):
            following = f"{sheet.url.partition('?')[0]}?page={after['page']}"
        if "posts" in data and "tid" in data:
            messages = [m for post in data["posts"] if (m := _message(post, base, sheet))]
            return Reading(title=_plain(data.get("title")), messages=messages, following=following)
        links = [
            Link(f"{base}/topic/{t['slug']}", "thread", f"{t.get('postcount')} {t.get('lastposttime')}")
            for t in data.get("topics") or []
            if not t.get("deleted")
        ]
        boards = [*(data.get("categories") or []), *(data.get("children") or [])]
        links += [
            Link(f"{base}/category/{board['slug']}", "board")
            for board in boards
            if board.get("slug") and not board.get("disabled")
        ]
        return Reading(links=links, following=following)


def _message(post: Mapping[str, Any], base: str, sheet: Sheet) -> Message | None:
    if post.get("deleted") or not post.get("content"):
        return None
    body = fragment(post["content"])
    said = words(body, list(body.iter("blockquote")))
    if not said:
        return None
    person = post.get("user") or {}
    stamp = post.get("timestampISO") or str(post.get("timestamp") or "")
    return Message(
        native=str(post["pid"]),
        text=said,
        author=person.get("displayname") or person.get("username"),
        date=dates.parse(stamp, sheet.now),
        url=f"{base}/post/{post['pid']}",
        answers=str(post["toPid"]) if post.get("toPid") else None,
    )


def _plain(title: Any) -> str | None:
    import html

    return html.unescape(title) if isinstance(title, str) else None
