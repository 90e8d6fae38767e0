"""Одноклассники by the official API: discussions of a group's topics.

Targets: https://ok.ru/group/ID, or https://ok.ru/group/ID/topic/ID. The keys are read from MINER_OK_APPLICATION_KEY,
MINER_OK_ACCESS_TOKEN and MINER_OK_SESSION_SECRET.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlencode, urlsplit

from pydantic import Field

from miner.collectors import Options
from miner.collectors import _dates as dates
from miner.collectors._secrets import key
from miner.collectors._web import WebCollector, WebOptions
from miner.errors import BadInput
from miner.fetch import Closed, Gone, LoginNeeded, Page, Task, Unreachable
from miner.records import Post

WHERE = "Make an application at https://apiok.ru, and give its keys."
COUNT = 100
TRIES = 5


class OkOptions(WebOptions):
    api: str = Field("https://api.ok.ru/fb.do", description="address of the API, for a relay of your own")


class Ok(WebCollector):
    """Yields the topics of a group and their comments. Raises LoginNeeded for keys that aren't taken."""

    Options: ClassVar[type[Options]] = OkOptions
    options: OkOptions
    source: ClassVar[str] = "ok"
    target: ClassVar[str] = "GROUP|TOPIC"
    robots: ClassVar[bool] = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._application = key("MINER_OK_APPLICATION_KEY", where=WHERE)
        self._token = key("MINER_OK_ACCESS_TOKEN", where=WHERE)
        self._secret = key("MINER_OK_SESSION_SECRET", where=WHERE)

    def seeds(self) -> Iterator[Task]:
        for target in self.targets:
            path = urlsplit(target).path if "://" in target else f"/group/{target}"
            found = re.fullmatch(r"/group/?(\d+)(?:/topics?)?(?:/(\d+))?/?", path)
            if not found:
                raise BadInput(
                    f"{target}: no group of ok.ru. Give https://ok.ru/group/ID or https://ok.ru/group/ID/topic/ID."
                )
            yield self._comments(found[2]) if found[2] else self._stream(found[1])

    def ask(self, task: Task) -> Page:
        fields = dict(parse_qsl(task.url.partition("?")[2])) | {"application_key": self._application, "format": "json"}
        signed = fields | {"sig": signature(fields, self._secret), "access_token": self._token}
        for attempt in range(TRIES):
            page = self.fetcher.post(task.url.partition("?")[0], signed, secret=False)
            data = _json(page)
            number = int(data.get("error_code") or 0) if isinstance(data, dict) else 0
            if number == 0:
                return page
            if number not in (1, 2, 9):
                raise _failure(number, str(data.get("error_msg", ""))[:200])
            self.fetcher.pause(task.url, 2.0**attempt)
        raise Unreachable(f"OK: error {number} also after {TRIES} tries. Run again later.")

    def read(self, task: Task, page: Page) -> Iterator[Post]:
        data = _json(page)
        if task.kind == "stream":
            yield from self._read_stream(task, data)
        else:
            yield from self._read_comments(task, data)

    def _call(self, kind: str, data: Mapping[str, Any], **given: Any) -> Task:
        return Task(f"{self.options.api}?{urlencode(given)}", kind, rank=kind == "stream", data=data)

    def _stream(self, group: str, anchor: str = "") -> Task:
        given = {"method": "mediatopic.getTopics", "gid": group, "count": COUNT} | (
            {"anchor": anchor} if anchor else {}
        )
        return self._call("stream", {"group": group}, **given)

    def _comments(self, topic: str, anchor: str = "", count: str = "") -> Task:
        given = {
            "method": "discussions.getComments",
            "discussionId": topic,
            "discussionType": "GROUP_TOPIC",
            "count": COUNT,
        }
        return self._call(
            "comments", {"topic": topic, "count": count}, **given, **({"anchor": anchor} if anchor else {})
        )

    def _read_stream(self, task: Task, data: Mapping[str, Any]) -> Iterator[Post]:
        group = str(task.data["group"])
        topics = data.get("media_topics") or []
        fresh = known = 0
        for topic in topics:
            number = str(topic.get("id"))
            said = " ".join(
                str(part.get("text") or "") for part in topic.get("media") or [] if part.get("type") == "text"
            ).strip()
            count = str((topic.get("discussion_summary") or {}).get("comments_count", ""))
            if said:
                post = self._post(number, number, said, topic, role="staff")
                met = self.context.known(post.id)
                known, fresh = known + met, fresh + (not met)
                yield post
            if count != "0" and self.frontier.recall(f"ok comments {number}") != (count or "?"):
                fresh += 1
                self.frontier.add(self._comments(number, count=count), again=True)
        # The newest stand first, so a page without news is the last that is asked for.
        if topics and (fresh or not known) and data.get("has_more") and data.get("anchor"):
            self.frontier.add(self._stream(group, str(data["anchor"])), again=True)

    def _read_comments(self, task: Task, data: Mapping[str, Any]) -> Iterator[Post]:
        topic = str(task.data["topic"])
        comments = data.get("comments") or []
        for comment in comments:
            said = str(comment.get("text") or "").strip()
            if said and not comment.get("deleted"):
                yield self._post(
                    topic, str(comment["id"]), said, comment, parent=comment.get("reply_to_comment_id") or topic
                )
        if comments and data.get("has_more") and data.get("anchor"):
            self.frontier.add(self._comments(topic, str(data["anchor"]), str(task.data.get("count", ""))), again=True)
        elif count := task.data.get("count"):
            self.frontier.remember(f"ok comments {topic}", str(count))

    def _post(self, topic: str, number: str, said: str, raw: Mapping[str, Any], **more: Any) -> Post:
        stamp = raw.get("date_ms") or raw.get("created_ms")
        written = str(stamp) if stamp else str(raw.get("date") or "")
        parent = more.pop("parent", None)
        return self.post(
            id=f"ok:{topic}:{number}",
            text=said,
            author=str(raw.get("author_id") or raw.get("author_ref") or "") or None,
            url=f"https://ok.ru/discussion/{topic}",
            thread=f"ok:{topic}",
            parent=f"ok:{topic}:{parent}" if parent else None,
            date=dates.parse(written, self.now),
            **more,
        )


def signature(fields: Mapping[str, Any], secret: str) -> str:
    """The signature of a call as https://apiok.ru/dev/methods describes it: sorted fields and the session's secret."""
    said = "".join(f"{name}={fields[name]}" for name in sorted(fields) if name != "access_token")
    return hashlib.md5((said + secret).encode()).hexdigest()  # noqa: S324  # the protocol's own choice


def _json(page: Page) -> Any:
    try:
        return json.loads(page.data)
    except ValueError:
        return {"error_code": 1, "error_msg": "no JSON"}


def _failure(number: int, said: str) -> Exception:
    head = f"OK: error {number}, {said}."
    if number in (100, 101, 102, 103, 104, 401, 402, 403):
        return LoginNeeded(
            f"{head} The keys aren't taken: check MINER_OK_APPLICATION_KEY, _ACCESS_TOKEN, _SESSION_SECRET."
        )
    if number in (10, 200, 210, 300, 453, 455, 458, 500, 511, 600):
        return Gone(f"{head} Closed to us or deleted: leave it out.")
    if number in (3, 4, 8, 11):
        return Closed(f"{head} The quota is spent or the method closed: run again tomorrow; what was read is kept.")
    return Unreachable(f"{head} See https://apiok.ru/dev/errors.")
