"""Discourse forums by their JSON: a forum, a category or a topic.

Give the address of any page of the forum; posts come with whom they answer.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar
from urllib.parse import urlsplit

from miner.collectors import _dates as dates
from miner.collectors._engines.body import words
from miner.collectors._html import fragment
from miner.collectors._web import WebCollector, host
from miner.fetch import Gone, NotFetched, Page, Task, Unreadable
from miner.records import Post

BATCH = 20


class Discourse(WebCollector):
    """Yields the posts of topics, in order. A topic that hasn't grown isn't asked for again."""

    source: ClassVar[str] = "discourse"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._shown: dict[str, list[str]] = {}

    def seeds(self) -> Iterator[Task]:
        for target in self.targets:
            parts = urlsplit(target)
            path = parts.path.rstrip("/")
            base = re.match(r"(.*?)/t/(?:[^/]+/)?(\d+)(?:/\d+)?$", path)
            if base:
                topic = f"{parts.scheme}://{parts.netloc}{base[1]}/t/{base[2]}.json"
                yield Task(topic, "topic", data={"base": f"{parts.scheme}://{parts.netloc}{base[1]}"})
                continue
            category = re.match(r"(.*?)(/c/.+)$", path)
            folder = category[1] if category else re.sub(r"/(?:latest|top|categories)$", "", path)
            home = f"{parts.scheme}://{parts.netloc}{folder}"
            listing = f"{home}{category[2]}.json" if category else f"{home}/latest.json"
            yield Task(listing, "list", rank=1, data={"base": home})

    def read(self, task: Task, page: Page) -> Iterator[Post]:
        try:
            data = json.loads(page.data)
        except ValueError:
            raise Unreadable(f"{task.url}: no Discourse answers here. Try `miner collect forum`.") from None
        base = str(task.data["base"])
        if "topic_list" in data:
            self._list(data["topic_list"], base)
        elif "post_stream" in data:
            yield from self._topic(data, base, task)
        else:
            raise Unreadable(f"{task.url}: no Discourse answers here. Try `miner collect forum`.")

    def failed(self, task: Task, error: NotFetched) -> None:
        """A topic that is gone has vanished with all its posts."""
        if isinstance(error, Gone) and task.kind == "topic":
            topic = task.url.partition("/posts.json")[0].removesuffix(".json")
            self.context.shown(self.options.source or host(topic), topic, (), True)
        super().failed(task, error)

    def _list(self, listing: Mapping[str, Any], base: str) -> None:
        moved = False
        for topic in listing.get("topics") or []:
            stamp = f"{topic.get('highest_post_number')} {topic.get('last_posted_at')}"
            url = f"{base}/t/{topic['id']}.json"
            if self.frontier.recall(f"stamp {url}") != stamp:
                moved = True
                self.frontier.add(Task(url, "topic", data={"base": base, "stamp": stamp}), again=True)
        # Topics that moved stand first, so a page on which nothing moved is the last one with news.
        if moved and (more := listing.get("more_topics_url")):
            path, _, query = more.partition("?")
            suffix = "" if path.endswith(".json") else ".json"
            self.frontier.add(
                Task(f"{_root(base)}{path}{suffix}?{query}", "list", rank=1, data={"base": base}), again=True
            )

    def _topic(self, data: Mapping[str, Any], base: str, task: Task) -> Iterator[Post]:
        """The posts that a page holds; those it only lists are asked for twenty at a time, as the site itself does."""
        stream = data["post_stream"]
        shown = stream.get("posts") or []
        number = data.get("id") or task.data.get("topic")
        title = data.get("title") or task.data.get("title")
        posts = [post for raw in shown if (post := self._post(raw, number, title, base))]
        yield from posts
        topic = f"{base}/t/{number}"
        if task.data.get("left") is None:
            self._shown[topic] = []
        if topic in self._shown:
            self._shown[topic] += [post.id for post in posts]
        seen = {raw["id"] for raw in shown}
        left = [n for n in stream.get("stream") or task.data.get("left") or [] if n not in seen]
        if left:
            wanted, rest = left[:BATCH], left[BATCH:]
            query = "&".join(f"post_ids[]={n}" for n in wanted)
            carried = dict(task.data) | {"left": rest, "topic": number, "title": title}
            self.frontier.add(Task(f"{base}/t/{number}/posts.json?{query}", "topic", data=carried), again=True)
            return
        # Where a crawl was cut off within a topic, its first posts aren't known here: the next time will tell.
        if ids := self._shown.pop(topic, None):
            self.context.shown(self.options.source or host(base), topic, ids, True)
        if stamp := task.data.get("stamp"):
            self.frontier.remember(f"stamp {topic}.json", str(stamp))

    def _post(self, raw: Mapping[str, Any], topic: Any, title: str | None, base: str) -> Post | None:
        if raw.get("post_type", 1) != 1 or raw.get("hidden") or raw.get("deleted_at") or not raw.get("cooked"):
            return None
        body = fragment(raw["cooked"])
        quotes = body.xpath(".//aside[contains(@class, 'quote')] | .//blockquote | .//div[@class='meta']")
        said = words(body, quotes)
        if not said:
            return None
        place = host(base)
        answered = raw.get("reply_to_post_number")
        person = (raw.get("reply_to_user") or {}).get("username")
        return self.post(
            id=f"{place}:{topic}:{raw['post_number']}",
            text=said,
            author=raw.get("username"),
            source=place,
            url=f"{base}/t/{topic}/{raw['post_number']}",
            thread=f"{base}/t/{topic}",
            parent=f"{place}:{topic}:{answered}" if answered else None,
            date=dates.parse(raw.get("created_at") or "", self.now),
            title=title,
            role="moderator" if raw.get("moderator") or raw.get("admin") else "client",
            answers=self.hide(person, self.options.source or place) if person else None,
        )


def _root(base: str) -> str:
    parts = urlsplit(base)
    return f"{parts.scheme}://{parts.netloc}"
