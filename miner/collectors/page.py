"""Articles and the comments below them, from ordinary pages; many pages by sitemap or selector.

The article is the site's own text and has the role of staff; comments are people's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, ClassVar
from urllib.parse import urlsplit

from pydantic import Field

from miner.collectors import Options
from miner.collectors import _dates as dates
from miner.collectors._engines.known import sheet
from miner.collectors._engines.repeated import Repeated
from miner.collectors._engines.structured import Structured, fingerprint
from miner.collectors._web import WebCollector, WebOptions, canonical, host, text
from miner.errors import BadInput
from miner.fetch import Page as Answer
from miner.fetch import Task, Unreadable
from miner.fetch.fetcher import PAGES, PAGES_MORE
from miner.records import Post

_SITEMAP = re.compile(r"<loc>\s*(?:<!\[CDATA\[)?\s*([^<\]\s]{8,2000})", re.IGNORECASE)


class PageOptions(WebOptions):
    """Which pages of a site, and what of them."""

    follow: str | None = Field(None, description="CSS selector of links to further pages")
    match: str | None = Field(None, description="regular expression that addresses from a sitemap must match")
    comments_only: bool = Field(False, description="leave the articles themselves out")


class Page(WebCollector):
    """Yields the article and its comments of each page. Raises Unreadable for a page without either."""

    Options: ClassVar[type[Options]] = PageOptions
    options: PageOptions
    source: ClassVar[str] = "page"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        try:
            self._match = re.compile(self.options.match or "")
        except re.error as error:
            raise BadInput(f"--match {self.options.match!r}: no regular expression: {error}.") from error

    def seeds(self) -> Iterator[Task]:
        for target in self.targets:
            kind = "sitemap" if urlsplit(target).path.endswith((".xml", ".xml.gz")) else "page"
            yield Task(canonical(target), kind, rank=0 if kind == "page" else 1)

    def ask(self, task: Task) -> Answer:
        packed = (
            ("application/gzip", "application/x-gzip", "application/octet-stream") if task.kind == "sitemap" else ()
        )
        kinds = (*PAGES, *PAGES_MORE, *packed)
        return self.fetcher.get(task.url, validator=self.frontier.validator(task.url), kinds=kinds)

    def read(self, task: Task, page: Answer) -> Iterator[Post]:
        if task.kind == "sitemap":
            self._sitemap(task, page)
            return
        source = text(page)
        seen = sheet(page.url, source, self.now)
        if self.options.follow:
            self._follow(seen)
        place = host(page.url)
        comments = list(self._comments(seen, place))
        article = None if self.options.comments_only else self._article(source, seen, place)
        if article:
            yield article
        yield from comments
        if not (article or comments or self.options.follow):
            raise Unreadable(f"{task.url}: neither an article nor comments. Try `miner collect forum` or `feed`.")

    def _article(self, source: str, seen: Any, place: str) -> Post | None:
        import trafilatura

        found: Any = trafilatura.bare_extraction(source, url=seen.url, include_comments=False, with_metadata=True)
        # The heading is the title already.
        said = (found.text or "").strip().removeprefix(found.title or "").strip() if found is not None else ""
        if len(said) < 80:
            return None
        return self.post(
            id=f"{place}:{fingerprint(None, seen.url)}",
            text=said,
            author=found.author or None,
            source=place,
            url=seen.url,
            thread=seen.url,
            date=dates.parse(found.date or "", self.now),
            title=found.title or None,
            role="staff",
        )

    def _comments(self, seen: Any, place: str) -> Iterator[Post]:
        """Comments that the page describes as such, or else the block that repeats, when it is surely comments."""
        for engine in (Structured(), Repeated()):
            reading = engine.read(seen)
            told = [m for m in reading.messages if m.author]
            if told and (engine.name == "schema.org" or (reading.sure >= 0.7 and len(told) > 1)):
                name = f"{place}:{fingerprint(None, seen.url)[:8]}:"
                for message in told:
                    yield self.post(
                        id=name + message.native,
                        text=message.text,
                        author=message.author,
                        source=place,
                        url=message.url or seen.url,
                        thread=seen.url,
                        parent=name + message.answers if message.answers else None,
                        date=message.date,
                        title=reading.title,
                    )
                return

    def _sitemap(self, task: Task, page: Answer) -> None:
        import gzip
        import io

        data = page.data
        if data.startswith(b"\x1f\x8b"):
            limit = self.fetcher.policy.max_bytes
            with gzip.GzipFile(fileobj=io.BytesIO(data)) as packed:
                data = packed.read(limit + 1)
            if len(data) > limit:
                raise Unreadable(f"{task.url}: unpacks to more than {limit // 2**20} MB. Raise fetch.max_bytes.")
        addresses = [a.replace("&amp;", "&") for a in _SITEMAP.findall(data.decode("utf-8", "replace"))]
        if not addresses:
            raise Unreadable(f"{task.url}: no sitemap. Give the address of a sitemap.xml or of a page.")
        for address in addresses:
            nested = urlsplit(address).path.endswith((".xml", ".xml.gz"))
            if host(address) == host(task.url) and (
                (nested and task.depth < 3) or (not nested and self._match.search(address))
            ):
                self.frontier.add(
                    Task(canonical(address), "sitemap" if nested else "page", task.depth + nested, nested), again=nested
                )

    def _follow(self, seen: Any) -> None:
        from miner.collectors._engines.markup import _all

        try:
            links = _all(seen.tree, self.options.follow or "")
        except Exception as error:
            raise BadInput(f"--follow {self.options.follow!r}: no CSS selector: {error}.") from error
        for link in links:
            href = canonical(link.get("href") or "", seen.url)
            if host(href) == host(seen.url):
                self.frontier.add(Task(href))
