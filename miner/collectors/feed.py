"""RSS and Atom feeds, of articles or of comments.

A feed of comments gives people's words; an entry of articles gives its summary or content.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any, ClassVar

from miner.collectors import _dates as dates
from miner.collectors._engines.body import words
from miner.collectors._html import fragment
from miner.collectors._web import WebCollector, host
from miner.fetch import Page, Task, Unreadable
from miner.fetch.fetcher import PAGES, PAGES_MORE
from miner.records import Post


class Feed(WebCollector):
    """Yields the entries, oldest first. Raises Unreadable for what is no feed."""

    source: ClassVar[str] = "feed"

    def seeds(self) -> Iterator[Task]:
        yield from (Task(target) for target in self.targets)

    def ask(self, task: Task) -> Page:
        kinds = (*PAGES, *PAGES_MORE, "application/octet-stream", "binary/octet-stream")
        return self.fetcher.get(task.url, validator=self.frontier.validator(task.url), kinds=kinds)

    def read(self, task: Task, page: Page) -> Iterator[Post]:
        import feedparser  # type: ignore[import-untyped]

        headers = {"content-type": page.kind + (f"; charset={page.declared}" if page.declared else ""), "content-location": page.url}  # fmt: skip  # noqa: E501
        feed = feedparser.parse(page.data, response_headers=headers, sanitize_html=False)
        if not feed.get("version") and not feed.entries:
            found = _linked(page)
            hint = f" The page names one: {found}" if found else " Look for «RSS» on the site."
            raise Unreadable(f"{task.url}: no feed.{hint}")
        for entry in reversed(feed.entries):
            if post := self._entry(entry, feed.feed.get("title"), page):
                yield post

    def _entry(self, entry: Any, title: str | None, page: Page) -> Post | None:
        contents = [c.get("value", "") for c in entry.get("content", [])]
        said = _plain(max([*contents, entry.get("summary", "")], key=len))
        if not said:
            return None
        link = entry.get("link")
        key = entry.get("id") or link or said
        place = host(page.url)
        reply = entry.get("thr_in-reply-to") or {}
        parent = reply.get("ref")
        return self.post(
            id=f"{place}:{_digest(key)}",
            text=said,
            author=entry.get("author"),
            source=place,
            url=link,
            # A comment's address is its article's with a fragment.
            thread=(reply.get("href") or link or page.url).partition("#")[0],
            parent=f"{place}:{_digest(parent)}" if parent else None,
            date=self._date(entry),
            title=entry.get("title") or title,
        )

    def _date(self, entry: Any) -> str | None:
        from calendar import timegm

        for name in ("published_parsed", "updated_parsed"):
            if entry.get(name):
                return dates.parse(str(timegm(entry[name])), self.now)
        return dates.parse(entry.get("published") or entry.get("updated") or "", self.now)


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:16]


def _plain(markup: str) -> str:
    return words(fragment(markup)) if markup.strip() else ""


def _linked(page: Page) -> str | None:
    import re
    from urllib.parse import urljoin

    found = re.search(rb"<link[^>]{1,200}application/(?:rss|atom)\+xml[^>]{0,300}", page.data)
    href = re.search(rb"href=[\"']([^\"']{1,500})", found[0]) if found else None
    return urljoin(page.url, href[1].decode("utf-8", "replace")) if href else None
