"""Telegram: public channels by their web preview, and exports of Telegram Desktop (result.json, messages.html).

Channels give what their owners write; a group's export gives people with replies. Service messages are left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

from pydantic import Field

from miner.charset import decode
from miner.collectors import Options
from miner.collectors import _dates as dates
from miner.collectors._engines.body import words
from miner.collectors._html import document
from miner.collectors._lines import read_bytes
from miner.collectors._web import WebCollector, WebOptions, text
from miner.errors import BadInput
from miner.fetch import Gone, Page, Task
from miner.records import Post

MAX_EXPORT = 512 * 1024 * 1024
_CHANNEL = re.compile(r"(?:https?://)?(?:www\.)?(?:t\.me|telegram\.me)/(?:s/)?(\w{4,32})/?(?:\?.*)?")


class TelegramOptions(WebOptions):
    limit: int | None = Field(None, description="how many messages of a channel to read, the newest first", ge=1)


class Telegram(WebCollector):
    """Yields the messages of a page or an export, oldest first. Raises SourceGone when a channel has no preview."""

    Options: ClassVar[type[Options]] = TelegramOptions
    options: TelegramOptions
    source: ClassVar[str] = "telegram"
    target: ClassVar[str] = "CHANNEL_URL|EXPORT"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._files = [t for t in self.targets if not re.match(r"https?://|@|t\.me/", t)]
        self._read = 0

    def seeds(self) -> Iterator[Task]:
        for target in self.targets:
            if target not in self._files:
                yield Task(_preview(target), kind="channel")

    def collect(self) -> Iterator[Post]:
        for target in self._files:
            yield from self._export(target)
        if len(self._files) < len(self.targets):
            yield from super().collect()

    # Channels --------------------------------------------------------------------------------------------------------

    def read(self, task: Task, page: Page) -> Iterator[Post]:
        tree = document(text(page))
        blocks = tree.xpath("//div[contains(@class, 'tgme_widget_message ') and @data-post]")
        channel = _name(task.url)
        if not blocks:
            if task.data.get("before"):
                return
            raise Gone(
                f"{task.url}: no public preview: the channel is gone, private, or its owner switched the preview off. "
                "Export it with Telegram Desktop and give result.json."
            )
        title = _text(tree, "tgme_channel_info_header_title") or channel
        numbers = []
        news = False
        for block in blocks:
            number = block.get("data-post").rpartition("/")[2]
            numbers.append(int(number) if number.isdecimal() else 0)
            body = next(iter(block.xpath(".//div[contains(@class, 'tgme_widget_message_text') and contains(@class, 'js-message_text')]")), None)  # fmt: skip  # noqa: E501
            if body is None or "service_message" in (block.get("class") or ""):
                continue
            post = self._message(block, body, channel, number, title)
            news = news or not self.context.known(post.id)
            self._read += 1
            yield post
        # The preview shows the newest messages and walks back by the oldest number of a page.
        before = min(numbers)
        more = self.options.limit is None or self._read < self.options.limit
        if before > 1 and news and more:
            seed = task.url.partition("?")[0]
            self.frontier.add(Task(f"{seed}?before={before}", "channel", data={"before": before}), again=True)

    def _message(self, block: Any, body: Any, channel: str, number: str, title: str) -> Post:
        reply = next(iter(block.xpath(".//a[contains(@class, 'tgme_widget_message_reply')]/@href")), None)
        when = next(iter(block.xpath(".//time[@datetime]/@datetime")), None)
        author = _text(block, "tgme_widget_message_from_author") or _text(block, "tgme_widget_message_owner_name")
        forwarded = _text(block, "tgme_widget_message_forwarded_from_name")
        return self.post(
            id=f"telegram:{channel}:{number}",
            text=words(body),
            author=author or channel,
            url=f"https://t.me/{channel}/{number}",
            thread=f"telegram:{channel}",
            parent=f"telegram:{channel}:{reply.rpartition('/')[2].partition('?')[0]}" if reply else None,
            date=dates.parse(when, self.now) if when else None,
            title=title,
            forwarded=bool(forwarded) or None,
        )

    # Exports ---------------------------------------------------------------------------------------------------------

    def _export(self, target: str) -> Iterator[Post]:
        data = read_bytes(target, MAX_EXPORT)
        content = decode(data)[0].lstrip("\ufeff \r\n")
        if content.startswith("{"):
            yield from self._json(target, content)
        elif re.search(r"<div class=\"message (?:default|service)", content):
            yield from self._html(target, content)
        else:
            raise BadInput(
                f"{target}: no Telegram export. Export the chat in Telegram Desktop as JSON, give result.json."
            )

    def _json(self, target: str, content: str) -> Iterator[Post]:
        try:
            data = json.loads(content)
        except (ValueError, RecursionError) as error:
            raise BadInput(f"{target}: no JSON: {error}. Export the chat again.") from error
        chats = data["chats"]["list"] if isinstance(data.get("chats"), dict) else [data]
        if not all(isinstance(chat, dict) and isinstance(chat.get("messages"), list) for chat in chats):
            raise BadInput(
                f"{target}: no messages in it. Export the chat in Telegram Desktop as JSON, give result.json."
            )
        for chat in chats:
            yield from self._chat(chat)

    def _chat(self, chat: Mapping[str, Any]) -> Iterator[Post]:
        place = f"telegram:{chat.get('id') or _slug(str(chat.get('name') or 'chat'))}"
        for message in chat["messages"]:
            if not isinstance(message, dict) or message.get("type") != "message":
                continue
            said = _plain(message.get("text_entities") or message.get("text"))
            if not said.strip():
                continue
            reply = message.get("reply_to_message_id")
            yield self.post(
                id=f"{place}:{message.get('id')}",
                text=said,
                author=str(message.get("from_id") or message.get("from") or "") or None,
                thread=place,
                parent=f"{place}:{reply}" if reply else None,
                date=_stamp(message),
                title=chat.get("name"),
                forwarded=bool(message.get("forwarded_from")) or None,
            )

    def _html(self, target: str, content: str) -> Iterator[Post]:
        tree = document(content)
        title = _text(tree, "page_header") or Path(target).parent.name
        place = f"telegram:{_slug(title)}"
        author: str | None = None
        for block in tree.xpath(
            "//div[contains(concat(' ', @class, ' '), ' message ') and contains(@class, 'default')]"
        ):
            # A message «joined» to the one above is by the same person and doesn't repeat the name.
            own = block.xpath("./div[contains(@class, 'body')]/div[contains(@class, 'from_name')]")
            author = " ".join((own[0].text or "").split()) if own else author
            body = next(iter(block.xpath("./div[contains(@class, 'body')]/div[@class='text']")), None)
            if body is None:
                continue
            when = next(iter(block.xpath(".//div[contains(@class, 'date')]/@title")), "")
            reply = re.search(
                r"message(\d+)", next(iter(block.xpath(".//div[contains(@class, 'reply_to')]//a/@href")), "")
            )
            yield self.post(
                id=f"{place}:{block.get('id', '').removeprefix('message')}",
                text=words(body),
                author=author,
                thread=place,
                parent=f"{place}:{reply[1]}" if reply else None,
                date=dates.parse(when.partition(" UTC")[0], self.now),
                title=title,
            )


def _preview(target: str) -> str:
    """The web preview of a channel.

    >>> _preview("https://t.me/rabota_news"), _preview("@rabota_news")
    ('https://t.me/s/rabota_news', 'https://t.me/s/rabota_news')
    """
    if target.startswith("@"):
        return f"https://t.me/s/{target[1:]}"
    if match := _CHANNEL.fullmatch(target):
        return f"https://t.me/s/{match[1]}"
    parts = urlsplit(target)
    if "/s/" in parts.path and parts.hostname not in ("t.me", "telegram.me"):
        return target.partition("?")[0]
    raise BadInput(f"{target}: no channel. Give https://t.me/NAME, @NAME, or the file result.json of an export.")


def _name(url: str) -> str:
    return urlsplit(url).path.rstrip("/").rpartition("/")[2]


def _slug(name: str) -> str:
    return re.sub(r"\W+", "-", name.lower()).strip("-")[:60] or "chat"


def _text(node: Any, name: str) -> str:
    found = node.xpath(f".//*[contains(@class, '{name}')]")
    return " ".join(found[0].text_content().split()) if found else ""


def _plain(said: Any) -> str:
    """The text of a message, which an export cuts into pieces where it has links.

    >>> _plain(["Надоело ", {"type": "bold", "text": "ждать"}])
    'Надоело ждать'
    """
    if isinstance(said, str):
        return said
    pieces = said if isinstance(said, list) else []
    return "".join(p if isinstance(p, str) else str(p.get("text") or "") for p in pieces if isinstance(p, (str, dict)))


def _stamp(message: Mapping[str, Any]) -> str | None:
    from datetime import UTC, datetime

    seconds = str(message.get("date_unixtime") or "")
    if seconds.isdecimal():
        return datetime.fromtimestamp(int(seconds), UTC).isoformat()
    date = message.get("date")
    return date if isinstance(date, str) and re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:]{8}", date) else None
