"""Comments of WordPress sites by their REST interface.

Give the address of the site or of one article.
"""

from __future__ import annotations

import html as entities
import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import urlsplit

from miner.collectors import _dates as dates
from miner.collectors._engines.body import words
from miner.collectors._html import fragment
from miner.collectors._web import WebCollector, host
from miner.fetch import Page, Task, Unreadable
from miner.records import Post

LIMIT = 100


class Wordpress(WebCollector):
    """Yields comments, oldest first, each with the article as thread. Raises Unreadable"
    " where the interface is closed."""

    source: ClassVar[str] = "wordpress"

    def seeds(self) -> Iterator[Task]:
        for target in self.targets:
            parts = urlsplit(target)
            slug = parts.path.strip("/").rpartition("/")[2].removesuffix(".html")
            home = f"{parts.scheme}://{parts.netloc}"
            if slug:
                yield Task(f"{home}/wp-json/wp/v2/posts?slug={slug}&_fields=id,title", "article", data={"home": home})
            else:
                yield self._begin({"home": home})

    def read(self, task: Task, page: Page) -> Iterator[Post]:
        home = str(task.data["home"])
        try:
            data = json.loads(page.data)
        except ValueError:
            data = None
        if not isinstance(data, list):
            raise Unreadable(f"{task.url}: WordPress doesn't answer here. Try `miner collect page` or `feed`.")
        if task.kind == "article":
            for article in data:
                carried = {"home": home, "article": article["id"], "title": _title(article)}
                self.frontier.add(self._begin(carried), again=True)
            if not data:
                raise Unreadable(
                    f"{task.url}: no article of that address. Give the site, or the article's own address."
                )
            return
        for raw in data:
            if post := self._comment(raw, home, task.data.get("title")):
                yield post
        if data and (last := _earlier(data[-1].get("date"))):
            self.frontier.remember(f"after {home} {task.data.get('article')}", last)
        number = int(task.data.get("page", 1))
        if number < int(page.headers.get("X-WP-TotalPages") or 0):
            url = _comments(home, number + 1, task.data.get("article"), task.data.get("after"))
            self.frontier.add(Task(url, "comments", data=dict(task.data) | {"page": number + 1}), again=True)

    def _begin(self, data: Mapping[str, Any]) -> Task:
        """The first page of comments: all, or those written after the last that is known."""
        home, article = str(data["home"]), data.get("article")
        after = self.frontier.recall(f"after {home} {article}")
        carried = dict(data) | {"page": 1, "after": after}
        return Task(_comments(home, 1, article, after), "comments", data=carried)

    def _comment(self, raw: Mapping[str, Any], home: str, title: str | None) -> Post | None:
        markup = (raw.get("content") or {}).get("rendered") or ""
        if raw.get("type", "comment") != "comment" or not markup.strip():
            return None
        body = fragment(markup)
        said = words(body, list(body.iter("blockquote")))
        if not said:
            return None
        place = host(home)
        return self.post(
            id=f"{place}:{raw['id']}",
            text=said,
            author=raw.get("author_name") or None,
            source=place,
            url=raw.get("link"),
            thread=f"{home}/?p={raw.get('post')}",
            parent=f"{place}:{raw['parent']}" if raw.get("parent") else None,
            date=dates.parse(raw.get("date_gmt", "") + "Z" if raw.get("date_gmt") else raw.get("date") or "", self.now),
            title=title,
        )


def _earlier(date: Any) -> str | None:
    """A second before, since two people may write within one.

    >>> _earlier("2024-01-12T15:40:00")
    '2024-01-12T15:39:59'
    """
    try:
        return (datetime.fromisoformat(date) - timedelta(seconds=1)).isoformat()
    except (TypeError, ValueError, OverflowError):
        return None


def _comments(home: str, page: int, article: Any = None, after: str | None = None) -> str:
    chosen = (f"&post={article}" if article else "") + (f"&after={after}" if after else "")
    fields = "id,post,parent,author_name,date,date_gmt,content,link,type"
    return f"{home}/wp-json/wp/v2/comments?per_page={LIMIT}&page={page}&order=asc{chosen}&_fields={fields}"


def _title(article: Mapping[str, Any]) -> str | None:
    return entities.unescape((article.get("title") or {}).get("rendered") or "") or None
