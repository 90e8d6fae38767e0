"""VK by its official API: walls with comments, discussion boards, search for a phrase.

Targets: an address or a short name (https://vk.com/name, club1, -1), a board's topic (https://vk.com/topic-1_2), all
topics of a group (https://vk.com/board1), a post with its comments (https://vk.com/wall-1_2), or search:PHRASE. The
token is read from MINER_VK_TOKEN.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlencode, urlsplit

from pydantic import Field

from miner.collectors import Options
from miner.collectors import _dates as dates
from miner.collectors._secrets import key
from miner.collectors._web import WebCollector, WebOptions
from miner.errors import BadInput
from miner.fetch import Closed, Gone, LoginNeeded, NotFetched, Page, Task, Unreachable
from miner.jsonl import valid_date
from miner.records import Post

VERSION = "5.199"
# `execute` runs at most this many calls.
BATCH = 25
COUNT = 100
TRIES = 5
# Seconds to wait by error: too many per second, flood control, an internal error.
WAITS = {6: 1.0, 9: 30.0, 10: 2.0}
WHERE = "Make an application at https://dev.vk.com, and give its service token."
_MENTION = re.compile(r"\[(?:id|club|public)\d+(?::bp-?\d+_\d+)?\|([^\]]{1,100})\]")


class VkOptions(WebOptions):
    """What to read of VK."""

    since: str | None = Field(None, description="leave out what is older than this date (2025-01-31)")
    no_comments: bool = Field(False, description="read the posts of walls without their comments")
    api: str = Field("https://api.vk.com/method", description="address of the API, for a relay of your own")


class Refusal(NotFetched):
    """VK gives no access to one thing; the others are read."""

    outcome = "closed to us"


class _TooLarge(NotFetched):
    """The answers to a batch are too large together."""


class Vk(WebCollector):
    """Yields posts and comments. Raises LoginNeeded for a token that isn't taken, Closed when VK wants a pause."""

    Options: ClassVar[type[Options]] = VkOptions
    options: VkOptions
    source: ClassVar[str] = "vk"
    target: ClassVar[str] = "OWNER"
    robots: ClassVar[bool] = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._token = key("MINER_VK_TOKEN", "VK_TOKEN", where=WHERE)
        self._since = self.options.since
        if self._since and not valid_date(self._since):
            raise BadInput(f"--since {self.options.since!r} is no date such as 2025-01-31.")

    def seeds(self) -> Iterator[Task]:
        for target in self.targets:
            yield self._seed(target)

    def ask(self, task: Task) -> Page:
        """The answer to a call. VK says what is wrong in the answer itself, so its errors become ours here."""
        method, _, query = task.url.rpartition("/")[2].partition("?")
        fields: dict[str, Any] = dict(parse_qsl(query))
        if code := task.data.get("code"):
            fields = {"code": code}
        wait = 0.0
        for _ in range(TRIES):
            if wait:
                self.fetcher.pause(task.url, wait)
            page = self.fetcher.post(task.url, fields | {"access_token": self._token, "v": VERSION}, secret=False)
            error = _error(page)
            if error is None:
                return page
            number, said = int(error.get("error_code", 0)), str(error.get("error_msg", ""))[:200]
            if number not in WAITS:
                raise self._failure(number, said, method, task)
            wait = max(WAITS[number], 2 * wait)
        if number == 9:
            raise Closed(f"VK {method}: error 9, flood control. Run again in an hour; what was read is kept.")
        raise Unreachable(f"VK {method}: error {number}, {said}, also after {TRIES} tries. Run again later.")

    def _failure(self, number: int, said: str, method: str, task: Task) -> NotFetched | BadInput:
        """What an error code means to the analyst, after https://dev.vk.com/reference/errors."""
        head = f"VK {method}: error {number}, {said}."
        if number == 5:
            return LoginNeeded(f"{head} The token isn't taken: set a valid MINER_VK_TOKEN.")
        if number == 13:
            return _TooLarge(head)
        if number == 14:
            return Closed(f"{head} VK wants a captcha solved: run again later, with a longer --delay.")
        if number == 29:
            return Closed(f"{head} The day's quota of this method is spent: run again tomorrow; what was read is kept.")
        if number in (15, 30, 200, 203, 212):
            return self._skipped(task, Refusal(f"{head} Closed to us: ask the owner, or leave it out."))
        if number == 18:
            return self._skipped(task, Gone(f"{head} The page was deleted or blocked: leave it out."))
        if number in (100, 113):
            return self._skipped(task, Gone(f"{head} VK doesn't know it: check the target."))
        return Unreachable(f"{head} See https://dev.vk.com/reference/errors.")

    def _skipped(self, task: Task, error: NotFetched) -> NotFetched:
        self.fetcher.skip(task.url, error.outcome, str(error))
        return error

    def failed(self, task: Task, error: NotFetched) -> None:
        """A batch whose answers are too large together is asked for in halves."""
        wanted = [tuple(part) for part in task.data.get("wanted", [])]
        if isinstance(error, _TooLarge) and len(wanted) > 1:
            for half in (wanted[: len(wanted) // 2], wanted[len(wanted) // 2 :]):
                self._batch(str(task.data["owner"]), half)
            self.frontier.done(task)
            return
        super().failed(task, error)

    def read(self, task: Task, page: Page) -> Iterator[Post]:
        answer = json.loads(page.data)["response"]
        if task.kind == "comments":
            yield from self._read_comments(task, answer, _partial(page))
            return
        yield from READERS[task.kind](self, task, answer)

    # Where to begin --------------------------------------------------------------------------------------------------

    def _call(
        self, method: str, kind: str, data: Mapping[str, Any] | None = None, *, rank: int = 1, **given: Any
    ) -> Task:
        return Task(f"{self.options.api}/{method}?{urlencode(given)}", kind, rank=rank, data=data or {})

    def _seed(self, target: str) -> Task:
        if target.startswith("search:"):
            return self._call("newsfeed.search", "search", q=target.removeprefix("search:"), count=200)
        parts = urlsplit(target)
        # A post that is opened over its wall stands in the query: https://vk.com/rabota?w=wall-1_2
        name = parts.path.strip("/") if "://" in target else target.removeprefix("@")
        name = dict(parse_qsl(parts.query)).get("w", name).partition("/")[0]
        if topic := re.fullmatch(r"topic-(\d+)_(\d+)", name):
            return self._topic(topic[1], topic[2])
        if post := re.fullmatch(r"wall(-?\d+)_(\d+)", name):
            return self._call("wall.getById", "post", {"owner": post[1]}, posts=f"{post[1]}_{post[2]}")
        if board := re.fullmatch(r"board(\d+)", name):
            return self._call(
                "board.getTopics", "topics", {"group": board[1]}, group_id=board[1], count=COUNT, offset=0
            )
        if wall := re.fullmatch(r"(?:wall)?(-?\d+)|(?:club|public|event)(\d+)|id(\d+)", name):
            return self._wall(wall[1] or (f"-{wall[2]}" if wall[2] else wall[3]), 0)
        if not re.fullmatch(r"[\w.]{2,64}", name):
            raise BadInput(
                f"{target}: no page of VK. Give https://vk.com/name, club1, wall-1_2, topic-1_2, or search:PHRASE."
            )
        return self._call("utils.resolveScreenName", "name", screen_name=name)

    def _wall(self, owner: str, offset: int, below: int | None = None) -> Task:
        data = {"owner": owner, "offset": offset, "below": below}
        return self._call("wall.get", "wall", data, owner_id=owner, count=COUNT, offset=offset)

    def _topics(self, group: Any, offset: int) -> Task:
        given = {"group_id": group, "count": COUNT, "offset": offset}
        return self._call("board.getTopics", "topics", {"group": group}, **given)

    def _topic(self, group: Any, topic: Any, start: int = 0) -> Task:
        begin = {"start_comment_id": start} if start else {}
        data = {"group": group, "topic": topic, "start": start}
        given = {"group_id": group, "topic_id": topic, "count": COUNT, "sort": "asc"} | begin
        return self._call("board.getComments", "topic", data, rank=0, **given)

    # What comes back -------------------------------------------------------------------------------------------------

    def _resolved(self, task: Task, answer: Any) -> Iterator[Post]:
        if not answer:
            name = dict(parse_qsl(task.url.partition("?")[2])).get("screen_name")
            raise Gone(f"{name}: VK knows no such name. Check the target.")
        owner = f"{'-' if answer['type'] in ('group', 'page', 'event') else ''}{answer['object_id']}"
        self.frontier.add(self._wall(owner, 0), again=True)
        yield from ()

    def _read_wall(self, task: Task, answer: Mapping[str, Any]) -> Iterator[Post]:
        owner, below = str(task.data["owner"]), task.data.get("below")
        # VK counts from the newest post: one that is written meanwhile moves the others on, so those seen are left out.
        items = [i for i in answer.get("items", []) if below is None or i["id"] < below or i.get("is_pinned")]
        old = 0
        fresh = known = 0
        talked: list[tuple[int, int]] = []
        for item in items:
            if self._too_old(item):
                old += not item.get("is_pinned")
                continue
            post = self._post(item, owner, f"{owner}_{item['id']}")
            count = (item.get("comments") or {}).get("count", 0)
            if count and self.frontier.recall(f"vk comments {owner}_{item['id']}") != str(count):
                talked.append((item["id"], count))
            if post:
                met = self.context.known(post.id)
                known, fresh = known + met, fresh + (not met)
                yield post
        if talked and not self.options.no_comments:
            self._batch(owner, [(post, count, 0) for post, count in talked])
        ids = [i["id"] for i in items if not i.get("is_pinned")]
        # The newest stand first, so a page on which nothing is new and nobody has answered is the last with news.
        if ids and (fresh or talked or not known) and len(answer.get("items", [])) >= COUNT and old < len(ids):
            self.frontier.add(self._wall(owner, int(task.data["offset"]) + COUNT, min(ids)), again=True)

    def _read_post(self, task: Task, answer: Any) -> Iterator[Post]:
        owner = str(task.data["owner"])
        items = answer.get("items", []) if isinstance(answer, Mapping) else answer
        if not items:
            shown = f"wall{task.url.rpartition('=')[2]}"
            raise self._skipped(task, Gone(f"{shown}: VK shows no such post. Check the target."))
        for item in items:
            if post := self._post(item, owner, f"{owner}_{item['id']}"):
                yield post
            count = (item.get("comments") or {}).get("count", 0)
            moved = self.frontier.recall(f"vk comments {owner}_{item['id']}") != str(count)
            if count and moved and not self.options.no_comments:
                self._batch(owner, [(item["id"], count, 0)])

    def _batch(self, owner: str, wanted: Sequence[tuple[int, int, int]]) -> None:
        """Ask for the comments of many posts at once; ``wanted`` are post, count, offset."""
        for start in range(0, len(wanted), BATCH):
            part = wanted[start : start + BATCH]
            calls = ",".join(
                f"API.wall.getComments({{owner_id:{owner},post_id:{post},count:{COUNT},offset:{offset},"
                'sort:"asc",thread_items_count:10})'
                for post, _, offset in part
            )
            name = "-".join(f"{post}.{offset}.{count}" for post, count, offset in part)
            url = f"{self.options.api}/execute?comments={owner}_{name}"
            data = {"owner": owner, "wanted": [list(p) for p in part], "code": f"return [{calls}];"}
            self.frontier.add(Task(url, "comments", rank=0, data=data), again=True)

    def _read_comments(self, task: Task, answers: Sequence[Any], errors: Iterator[str]) -> Iterator[Post]:
        owner = str(task.data["owner"])
        more: list[tuple[int, int, int]] = []
        for (post, count, offset), answer in zip(task.data["wanted"], answers, strict=False):
            # A single call of a batch that fails gives false in its place.
            if not isinstance(answer, Mapping):
                told = next(errors, "no comments")
                self.fetcher.skip(f"{self.options.api}/wall.getComments?post={owner}_{post}", Refusal.outcome, told)
                continue
            items = answer.get("items", [])
            for item in items:
                yield from self._comment(item, owner, post)
            if len(items) >= COUNT:
                more.append((post, count, offset + COUNT))
            else:
                self.frontier.remember(f"vk comments {owner}_{post}", str(count))
        if more:
            self._batch(owner, more)

    def _comment(self, item: Mapping[str, Any], owner: str, post: int) -> Iterator[Post]:
        said = self._post(item, owner, f"{owner}_{post}", f"{owner}_{item.get('reply_to_comment') or post}")
        if said:
            yield said
        thread = item.get("thread") or {}
        for reply in thread.get("items", []):
            yield from self._comment(reply, owner, post)
        if thread.get("count", 0) > len(thread.get("items", [])):
            self.frontier.add(self._branch(owner, post, item["id"], 0), again=True)

    def _branch(self, owner: str, post: int, comment: int, offset: int) -> Task:
        data = {"owner": owner, "post": post, "comment": comment, "offset": offset}
        given = {"owner_id": owner, "post_id": post, "comment_id": comment, "count": COUNT, "offset": offset}
        return self._call("wall.getComments", "branch", data, rank=0, sort="asc", **given)

    def _read_branch(self, task: Task, answer: Mapping[str, Any]) -> Iterator[Post]:
        owner, post = str(task.data["owner"]), int(task.data["post"])
        items = answer.get("items", [])
        for item in items:
            yield from self._comment(item, owner, post)
        if len(items) >= COUNT:
            offset = int(task.data["offset"]) + COUNT
            self.frontier.add(self._branch(owner, post, int(task.data["comment"]), offset), again=True)

    def _read_topics(self, task: Task, answer: Mapping[str, Any]) -> Iterator[Post]:
        group = task.data["group"]
        items = answer.get("items", [])
        for topic in items:
            stamp = f"{topic.get('comments')} {topic.get('updated')}"
            if self.frontier.recall(f"vk topic {group}_{topic['id']}") != stamp:
                start = int(self.frontier.recall(f"vk last {group}_{topic['id']}") or 0)
                begin = self._topic(group, topic["id"], start)
                data = dict(begin.data) | {"title": topic.get("title"), "stamp": stamp}
                self.frontier.add(Task(begin.url, begin.kind, rank=0, data=data), again=True)
        if len(items) >= COUNT:
            offset = int(dict(parse_qsl(task.url.partition("?")[2])).get("offset", 0)) + COUNT
            self.frontier.add(self._topics(group, offset), again=True)
        yield from ()

    def _read_topic(self, task: Task, answer: Mapping[str, Any]) -> Iterator[Post]:
        group, topic = task.data["group"], task.data["topic"]
        place = f"-{group}_{topic}"
        items = [i for i in answer.get("items", []) if i["id"] > int(task.data.get("start") or 0)]
        for item in items:
            if post := self._post(item, f"-{group}", f"topic{place}", None, task.data.get("title"), f"topic{place}"):
                yield post
        if items:
            last = items[-1]["id"]
            self.frontier.remember(f"vk last {group}_{topic}", str(last))
            if len(answer.get("items", [])) >= COUNT:
                following = self._topic(group, topic, last)
                self.frontier.add(
                    Task(following.url, following.kind, rank=0, data=dict(task.data) | {"start": last}), again=True
                )
                return
        if task.data.get("stamp"):
            self.frontier.remember(f"vk topic {group}_{topic}", str(task.data["stamp"]))

    def _read_search(self, task: Task, answer: Mapping[str, Any]) -> Iterator[Post]:
        for item in answer.get("items", []):
            owner = str(item.get("owner_id"))
            if not self._too_old(item) and (post := self._post(item, owner, f"{owner}_{item['id']}")):
                yield post
        if after := answer.get("next_from"):
            query = dict(parse_qsl(task.url.partition("?")[2])) | {"start_from": after}
            self.frontier.add(self._call("newsfeed.search", "search", **query), again=True)

    # Posts -----------------------------------------------------------------------------------------------------------

    def _too_old(self, item: Mapping[str, Any]) -> bool:
        written = dates.parse(str(item.get("date") or ""), self.now)
        return bool(self._since and written and written[:10] < self._since[:10])

    def _post(
        self,
        item: Mapping[str, Any],
        owner: str,
        thread: str,
        parent: str | None = None,
        title: str | None = None,
        place: str | None = None,
    ) -> Post | None:
        said = _MENTION.sub(r"\1", item.get("text") or "").strip()
        if not said or item.get("deleted"):
            return None
        author = item.get("from_id") or item.get("owner_id")
        anchor = f"?post={item['id']}" if place else ""
        # A comment's address is its wall post's with the comment marked.
        url = f"https://vk.com/wall{thread}" + (f"?reply={item['id']}" if parent else "")
        return self.post(
            id=f"vk:{place or owner}_{item['id']}",
            text=said,
            author=str(author) if author else None,
            url=f"https://vk.com/{place}{anchor}" if place else url,
            thread=f"vk:{thread}",
            parent=f"vk:{parent}" if parent else None,
            date=dates.parse(str(item.get("date") or ""), self.now),
            title=title,
            # What a community writes on its own wall is the community's word.
            role="staff" if str(author).startswith("-") else "client",
            likes=(item.get("likes") or {}).get("count"),
            marked_as_ads=bool(item.get("marked_as_ads")) or None,
        )


READERS: dict[str, Callable[[Vk, Task, Any], Iterator[Post]]] = {
    "name": Vk._resolved,  # noqa: SLF001  # the table of this very class
    "wall": Vk._read_wall,  # noqa: SLF001
    "post": Vk._read_post,  # noqa: SLF001
    "branch": Vk._read_branch,  # noqa: SLF001
    "topics": Vk._read_topics,  # noqa: SLF001
    "topic": Vk._read_topic,  # noqa: SLF001
    "search": Vk._read_search,  # noqa: SLF001
}


# Errors of one call of a batch that hold for all of it: wait, a captcha, a spent quota, a token that isn't taken.
_COMMON = frozenset((5, 6, 9, 10, 14, 29))


def _error(page: Page) -> Mapping[str, Any] | None:
    """What VK says is wrong with the call, or with all calls of a batch."""
    try:
        data = json.loads(page.data)
    except ValueError:
        return {"error_code": 10, "error_msg": "no JSON"}
    if not isinstance(data, dict) or ("response" not in data and "error" not in data):
        return {"error_code": 10, "error_msg": "no answer"}
    single = [e for e in data.get("execute_errors") or [] if isinstance(e, Mapping) and e.get("error_code") in _COMMON]
    error = data.get("error") or next(iter(single), None)
    return error if isinstance(error, Mapping) else None


def _partial(page: Page) -> Iterator[str]:
    """The errors of those calls of a batch that failed, in the order of the calls."""
    for error in json.loads(page.data).get("execute_errors") or []:
        yield f"error {error.get('error_code')}, {str(error.get('error_msg', ''))[:200]}"
