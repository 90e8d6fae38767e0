"""Flarum, by the JSON:API that its own pages are made from."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from miner.collectors import _dates as dates
from miner.collectors._engines import Engine, Link, Message, Reading, Sheet
from miner.collectors._engines.body import words
from miner.collectors._html import fragment

LIMIT = 50


class Flarum(Engine):
    """Discussions and posts; a tag is a board."""

    name = "Flarum"

    def sign(self, sheet: Sheet) -> float:
        if re.search(
            r'id="flarum-(?:json-payload|content|loading)"|flarum\.core|app\.load\(\{.{0,80}"resources"', sheet.text
        ):
            return 1.0
        return (
            0.9
            if sheet.text.lstrip().startswith('{"links"') and '"type":"' in sheet.text and "/api/" in sheet.url
            else 0.0
        )

    def address(self, url: str, kind: str) -> str:
        parts = urlsplit(url)
        if "/api/" in parts.path:
            return url
        base, _, rest = re.match(r"(.*?)(?=/(?:d|t|tags|all)(?:/|$)|/?$)()(.*)", parts.path).groups()  # type: ignore[union-attr]
        api = f"{parts.scheme}://{parts.netloc}{base}/api"
        if found := re.match(r"/d/(\d+)", rest):
            return f"{api}/posts?filter[discussion]={found[1]}&sort=number&page[offset]=0&page[limit]={LIMIT}"
        tag = re.match(r"/t/([^/?]+)", rest)
        chosen = f"&filter[tag]={quote(tag[1])}" if tag else ""
        del kind
        return f"{api}/discussions?sort=-createdAt{chosen}&page[offset]=0&page[limit]={LIMIT}"

    def read(self, sheet: Sheet) -> Reading:
        data = json.loads(sheet.text)
        items = data.get("data") or []
        after = (data.get("links") or {}).get("next")
        if "/posts?" in sheet.url:
            people = {i["id"]: i.get("attributes", {}) for i in data.get("included", []) if i.get("type") == "users"}
            messages = [m for item in items if (m := _message(item, people, sheet))]
            titles = (
                i.get("attributes", {}).get("title") for i in data.get("included", []) if i.get("type") == "discussions"
            )
            return Reading(title=next(filter(None, titles), None), messages=messages, following=after)
        return Reading(links=list(_threads(items, sheet)), following=after)


def _threads(items: list[Mapping[str, Any]], sheet: Sheet) -> Iterator[Link]:
    base = sheet.url.partition("/api/")[0]
    for item in items:
        told = item.get("attributes", {})
        stamp = f"{told.get('lastPostNumber')} {told.get('lastPostedAt')}"
        yield Link(f"{base}/d/{item['id']}", "thread", stamp)


def _message(item: Mapping[str, Any], people: Mapping[str, Mapping[str, Any]], sheet: Sheet) -> Message | None:
    told = item.get("attributes", {})
    if item.get("type") != "posts" or told.get("contentType") != "comment" or told.get("isHidden"):
        return None
    markup = told.get("contentHtml") or ""
    body = fragment(markup)
    mention = next((a for a in body.iter("a") if "PostMention" in (a.get("class") or "")), None)
    author = (item.get("relationships", {}).get("user", {}).get("data") or {}).get("id")
    person = people.get(str(author), {})
    said = words(body, [*body.iter("blockquote"), *([mention] if mention is not None else [])])
    if not said:
        return None
    return Message(
        native=str(item["id"]),
        text=said,
        author=person.get("displayName") or person.get("username"),
        date=dates.parse(told.get("createdAt") or "", sheet.now),
        answers=mention.get("data-id") if mention is not None else None,
        answers_whom=" ".join(mention.text_content().split()).lstrip("@") if mention is not None else None,
    )
