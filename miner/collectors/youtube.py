"""YouTube comments by the official Data API: a video, or the videos of a channel.

The key is read from MINER_YOUTUBE_KEY.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlencode, urlsplit

from pydantic import Field

from miner.collectors import Options
from miner.collectors import _dates as dates
from miner.collectors._secrets import key
from miner.collectors._web import WebCollector, WebOptions
from miner.errors import BadInput
from miner.fetch import Closed, Gone, LoginNeeded, Page, Task, Unreachable
from miner.fetch.fetcher import PAGES
from miner.records import Post

WHERE = "Make a key for the YouTube Data API v3 at https://console.cloud.google.com."
_VIDEO = re.compile(r"[\w-]{11}")
_CHANNEL = re.compile(r"UC[\w-]{22}")


class YoutubeOptions(WebOptions):
    api: str = Field("https://www.googleapis.com/youtube/v3", description="address of the API, for a relay of your own")


class Youtube(WebCollector):
    """Yields comments with their replies. Raises Closed when the day's quota is spent; what was read is kept."""

    Options: ClassVar[type[Options]] = YoutubeOptions
    options: YoutubeOptions
    source: ClassVar[str] = "youtube"
    target: ClassVar[str] = "VIDEO|CHANNEL"
    robots: ClassVar[bool] = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._key = key("MINER_YOUTUBE_KEY", "YOUTUBE_API_KEY", where=WHERE)

    def seeds(self) -> Iterator[Task]:
        for target in self.targets:
            name, value = _named(target)
            if name == "video":
                yield self._threads(value)
            else:
                field = {"channel": "id", "handle": "forHandle"}[name]
                yield self._call("channels", "channel", {"part": "contentDetails", field: value})

    def ask(self, task: Task) -> Page:
        # The key goes into a header, so that no address and no ledger line carries it.
        headers = {"X-Goog-Api-Key": self._key}
        try:
            return self.fetcher.get(task.url, headers=headers, kinds=PAGES, robots=False, errors=True)
        except Gone:
            raise Gone(f"{task.url}: YouTube knows no such thing any more. Check the target.") from None

    def read(self, task: Task, page: Page) -> Iterator[Post]:
        data = json.loads(page.data) if page.data.strip() else {}
        if error := data.get("error"):
            raise _failure(task, error)
        if task.kind == "channel":
            for item in data.get("items", []):
                uploads = item["contentDetails"]["relatedPlaylists"]["uploads"]
                listing = {"part": "contentDetails", "playlistId": uploads, "maxResults": 50}
                self.frontier.add(self._call("playlistItems", "videos", listing), again=True)
            if not data.get("items"):
                raise Gone(f"{task.url}: YouTube knows no such channel. Check the target.")
        elif task.kind == "videos":
            for item in data.get("items", []):
                self.frontier.add(self._threads(item["contentDetails"]["videoId"]), again=True)
        elif task.kind == "threads":
            news = False
            for thread in data.get("items", []):
                news = self._moved(thread) or news
                yield from self._thread(thread)
            # The newest stand first, so a page without news is the last that is asked for.
            if not news:
                return
        else:
            for item in data.get("items", []):
                yield from self._comment(item, str(task.data["video"]))
        if after := data.get("nextPageToken"):
            url = re.sub(r"&pageToken=[^&]*", "", task.url) + "&" + urlencode({"pageToken": after})
            self.frontier.add(Task(url, task.kind, data=task.data), again=True)

    def _call(self, method: str, kind: str, given: Mapping[str, Any], data: Mapping[str, Any] | None = None) -> Task:
        return Task(f"{self.options.api}/{method}?{urlencode(given)}", kind, data=data or {})

    def _threads(self, video: str) -> Task:
        given = {
            "part": "snippet,replies",
            "videoId": video,
            "maxResults": 100,
            "order": "time",
            "textFormat": "plainText",
        }
        return self._call("commentThreads", "threads", given)

    def _moved(self, thread: Mapping[str, Any]) -> bool:
        """Whether a comment is new or was answered since."""
        count = str(thread["snippet"].get("totalReplyCount", 0))
        name = f"youtube count {thread['id']}"
        moved = self.frontier.recall(name) != count or not self.context.known(f"youtube:{thread['id']}")
        self.frontier.remember(name, count)
        return moved

    def _thread(self, thread: Mapping[str, Any]) -> Iterator[Post]:
        told = thread["snippet"]
        video = told["videoId"]
        yield from self._comment(told["topLevelComment"], video)
        replies = (thread.get("replies") or {}).get("comments", [])
        if told.get("totalReplyCount", 0) > len(replies):
            # The thread shows some of its replies only; then all of them are asked for.
            given = {"part": "snippet", "parentId": thread["id"], "maxResults": 100, "textFormat": "plainText"}
            if self.frontier.recall(f"youtube replies {thread['id']}") != str(told["totalReplyCount"]):
                self.frontier.add(self._call("comments", "replies", given, {"video": video}), again=True)
                self.frontier.remember(f"youtube replies {thread['id']}", str(told["totalReplyCount"]))
            return
        for reply in replies:
            yield from self._comment(reply, video)

    def _comment(self, item: Mapping[str, Any], video: str) -> Iterator[Post]:
        told = item["snippet"]
        said = (told.get("textOriginal") or told.get("textDisplay") or "").strip()
        if not said:
            return
        author = (told.get("authorChannelId") or {}).get("value") or told.get("authorDisplayName")
        parent = told.get("parentId")
        yield self.post(
            id=f"youtube:{item['id']}",
            text=said,
            author=author,
            url=f"https://www.youtube.com/watch?v={video}&lc={item['id']}",
            thread=f"youtube:{video}",
            parent=f"youtube:{parent}" if parent else None,
            date=dates.parse(told.get("publishedAt") or "", self.now),
            likes=told.get("likeCount") or None,
        )


def _named(target: str) -> tuple[str, str]:
    """What a target is.

    >>> _named("https://youtu.be/abcdefghijk"), _named("https://www.youtube.com/@rabota")
    (('video', 'abcdefghijk'), ('handle', '@rabota'))
    """
    parts = urlsplit(target)
    path = parts.path.strip("/")
    video = parse_qs(parts.query).get("v", [""])[0] or re.sub(r"^(?:shorts|live|embed)/", "", path)
    if _VIDEO.fullmatch(video) and not path.startswith("@"):
        return "video", video
    channel = path.removeprefix("channel/")
    if _CHANNEL.fullmatch(channel):
        return "channel", channel
    if path.startswith("@"):
        return "handle", path.partition("/")[0]
    raise BadInput(
        f"{target}: no video and no channel. Give https://www.youtube.com/watch?v=…, …/@name or …/channel/UC…."
    )


def _failure(task: Task, error: Mapping[str, Any]) -> Exception:
    reason = next((e.get("reason") for e in error.get("errors", [])), "") or error.get("status", "")
    head = f"YouTube {task.url.rpartition('/')[2].partition('?')[0]}: {reason}."
    if reason in ("quotaExceeded", "dailyLimitExceeded", "rateLimitExceeded", "userRateLimitExceeded"):
        return Closed(f"{head} The quota is spent: run again tomorrow; what was read is kept.")
    if reason in (
        "keyInvalid",
        "accessNotConfigured",
        "forbidden",
        "badRequest",
        "API_KEY_INVALID",
        "PERMISSION_DENIED",
    ):
        return LoginNeeded(f"{head} The key isn't taken: check MINER_YOUTUBE_KEY and that the API is enabled.")
    if reason == "commentsDisabled":
        return LoginNeeded(f"{head} The owner has switched comments off: leave the video out.")
    if reason in ("videoNotFound", "channelNotFound", "playlistNotFound", "commentThreadNotFound"):
        return Gone(f"{head} It was deleted: leave it out.")
    return Unreachable(f"{head} {str(error.get('message', ''))[:200]} Run again later.")
