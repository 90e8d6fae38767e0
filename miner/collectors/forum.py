"""Forums by address: phpBB, vBulletin, XenForo, Invision, SMF, MyBB, FluxBB, Misago, Flarum, NodeBB and unknown ones.

Give a forum, a board or a thread; boards lead to threads, threads to their pages. What has been read isn't asked again:
a thread is reopened at its last page when its row on the board shows that it has grown.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

from pydantic import Field

from miner.collectors import Options
from miner.collectors._engines import Engine, Link, Message, Reading, Sheet
from miner.collectors._engines.known import detect, sheet
from miner.collectors._html import selector
from miner.collectors._web import WebCollector, WebOptions, canonical, host, text
from miner.errors import BadConfig, BadInput
from miner.fetch import Gone, LoginNeeded, NotFetched, Page, Task, Unreadable
from miner.records import Post

# Posts of these readers are numbered within their page at best.
_LOCAL = ("repeated blocks", "schema.org", "selectors")
_SURE = 0.45
BOARD, THREAD = "board", "thread"


class ForumOptions(WebOptions):
    """How to read a forum that isn't recognised."""

    selectors: str | Mapping[str, Any] | None = Field(
        None, description="TOML file with selectors of an unknown forum; --suggest drafts it"
    )
    depth: int = Field(8, description="how many boards deep to go", ge=0, le=50)


class Forum(WebCollector):
    """Yields the posts of boards and threads. Raises a child of NotFetched when the start gives nothing."""

    Options: ClassVar[type[Options]] = ForumOptions
    options: ForumOptions
    source: ClassVar[str] = "forum"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._engines: dict[str, Engine] = {}
        self._last: dict[str, tuple[str, ...]] = {}
        self._shown: dict[str, list[str]] = {}
        self._given = selectors(self.options.selectors) if self.options.selectors else None

    def seeds(self) -> Iterator[Task]:
        for target in self.targets:
            yield Task(canonical(target), kind="seed", rank=2)

    def read(self, task: Task, page: Page) -> Iterator[Post]:
        seen = sheet(page.url, text(page), self.now, page.cookies)
        engine, reading = self._reading(seen, task)
        if engine is None:
            # The page is the shell of an application; what it shows lies behind its API.
            return
        if reading.messages:
            yield from self._thread(task, seen, engine, reading)
        else:
            self._board(task, seen, engine, reading)

    def suggest(self) -> str:
        """Selectors for the first target, how sure they are, and the posts they find."""
        from miner.collectors._engines.repeated import find

        page = self.fetcher.get(canonical(self.targets[0]))
        seen = sheet(page.url, text(page), self.now, page.cookies)
        engine, reading = self._reading(seen, Task(page.url, data={"suggest": True}))
        name = engine.name if engine else "an application"
        shown = [f"#   {m.author}, {m.date}: {' '.join(m.text.split())[:70]}" for m in reading.messages[:3]]
        head = [
            f"# {page.url}",
            f"# read as {name}, {reading.sure:.0%} sure; {len(reading.messages)} posts, such as",
            *shown,
        ]
        pattern = find(seen)
        block = pattern.selector if pattern else "div.post"
        return "\n".join([*head, *(f'{key} = "{value}"' for key, value in (_DRAFT | {"post": block}).items()), ""])

    # Reading ---------------------------------------------------------------------------------------------------------

    def _reading(self, seen: Sheet, task: Task) -> tuple[Engine | None, Reading]:
        """The page by the engine of its host, or by the next that makes something of it."""
        known = self._given or self._engines.get(host(seen.url))
        for engine in self._candidates(seen, known):
            address = engine.address(seen.url, task.kind)
            if address != seen.url and seen.text.lstrip()[:1] not in ("{", "["):
                self._engines.setdefault(host(seen.url), engine)
                self.frontier.add(Task(address, task.kind, task.depth, task.rank, task.data), again=True)
                return None, Reading()
            try:
                reading = engine.read(seen)
            except (ValueError, KeyError, TypeError, AttributeError):
                # Another site's JSON, or markup that only looks familiar.
                continue
            if reading.messages and reading.sure < _SURE:
                continue
            if reading.messages or reading.links:
                if host(seen.url) not in self._engines:
                    self._engines[host(seen.url)] = engine
                    sure = f", {reading.sure:.0%} sure" if reading.messages else ""
                    self.context.say(f"{host(seen.url)}: {engine.name}{sure}")
                return engine, reading
        raise self._nothing(seen, task)

    def _candidates(self, seen: Sheet, known: Engine | None) -> Iterator[Engine]:
        if known:
            yield known
        # Looking for signs costs more than reading, so it is done only where the known engine fails.
        if not self._given:
            yield from (engine for engine in detect(seen) if engine is not known)

    def _nothing(self, seen: Sheet, task: Task) -> LoginNeeded | Unreadable:
        if wall := wall_of(seen):
            error: LoginNeeded | Unreadable = LoginNeeded(
                f"{seen.url}: {wall} instead of the page. Ask the owner for access."
            )
        else:
            error = Unreadable(
                f"{seen.url}: no posts and no threads found. Look at it with --suggest, give --selectors."
            )
        self.fetcher.skip(seen.url, error.outcome, str(error))
        del task
        return error

    def _board(self, task: Task, seen: Sheet, engine: Engine, reading: Reading) -> None:
        moved = known = 0
        for link in reading.links:
            if host(link.url) != host(seen.url):
                continue
            if link.kind == BOARD:
                if task.depth < self.options.depth:
                    url = engine.address(link.url.partition("#")[0], BOARD)
                    self.frontier.add(Task(url, BOARD, task.depth + 1, rank=1), again=True)
            elif self._open(engine, link):
                moved += 1
            else:
                known += 1
        # The threads that moved stand first, so a page on which nothing moved is the last one with news.
        if reading.following and reading.following != seen.url and (moved or not known):
            self.frontier.add(Task(reading.following, BOARD, task.depth, rank=1), again=True)

    def _open(self, engine: Engine, link: Link) -> bool:
        """A new thread from its first page; one that has grown from its last; one that hasn't, not at all."""
        thread = canonical(link.url)
        stamp = link.stamp or ""
        if stamp and self.frontier.recall(f"stamp {thread}") == stamp:
            return False
        first = engine.address(thread, THREAD)
        begin = self.frontier.recall(f"last {thread}") or first
        self.frontier.add(Task(begin, THREAD, data={"thread": thread, "stamp": stamp, "first": first}), again=True)
        return True

    def _thread(self, task: Task, seen: Sheet, engine: Engine, reading: Reading) -> Iterator[Post]:
        thread = str(task.data.get("thread") or task.url)
        numbers = tuple(f"{m.native} {hash(m.text)}" for m in reading.messages)
        # A forum that answers a page too many with its last one would be read for ever.
        if task.data.get("page", 1) > 1 and self._last.get(thread) == numbers:
            self.fetcher.skip(seen.url, "repeated", "the same posts as on the page before")
            return
        self._last[thread] = numbers
        local = engine.name in _LOCAL
        posts = [self._post(m, thread, reading.title or task.data.get("title"), seen, local) for m in reading.messages]
        yield from posts
        page = int(task.data.get("page", 1))
        whole = task.data.get("whole") if page > 1 else task.url == task.data.get("first", thread)
        if page == 1:
            self._shown[thread] = []
        if thread in self._shown:
            self._shown[thread] += [post.id for post in posts]
        data = dict(task.data) | {"thread": thread, "page": page + 1, "title": reading.title, "whole": whole}
        following = reading.following
        if following and following != seen.url and host(following) == host(seen.url):
            self.frontier.add(Task(following, THREAD, data=data), again=True)
            return
        self._last.pop(thread, None)
        # Where a crawl was cut off within a thread, the pages before aren't known here: the next time will tell.
        if ids := self._shown.pop(thread, None):
            self.context.shown(str(posts[0].source), thread, ids, bool(whole))
        self.frontier.remember(f"last {thread}", task.url)
        if task.data.get("stamp"):
            self.frontier.remember(f"stamp {thread}", str(task.data["stamp"]))

    def failed(self, task: Task, error: NotFetched) -> None:
        """A thread whose last page is gone is read anew, since it is shorter now; without a first page it vanished."""
        thread, first = task.data.get("thread"), task.data.get("first")
        if isinstance(error, Gone) and thread and first:
            if task.url != first:
                self.frontier.remember(f"last {thread}", "")
                self.frontier.add(Task(str(first), THREAD, data=dict(task.data) | {"page": 1}), again=True)
            else:
                self.context.shown(self.options.source or host(str(thread)), str(thread), (), True)
        super().failed(task, error)

    def _post(self, message: Message, thread: str, title: str | None, seen: Sheet, local: bool) -> Post:
        from miner.collectors._engines.structured import fingerprint

        place = host(seen.url)
        name = f"{place}:{fingerprint(None, thread)[:8]}:" if local or not message.native else f"{place}:"
        whom = message.answers_whom
        return self.post(
            id=name + (message.native or fingerprint(message.author, message.text)),
            text=message.text,
            author=message.author,
            source=place,
            url=message.url or seen.url,
            thread=thread,
            parent=name + message.answers if message.answers else None,
            date=message.date,
            title=title,
            role="moderator" if message.staff else "client",
            answers=self.hide(whom, self.options.source or place) if whom else None,
        )


# Walls ---------------------------------------------------------------------------------------------------------------

_CAPTCHA = (
    r"g-recaptcha|h-captcha|smart-?captcha|cf-challenge|challenge-platform|captcha|Just a moment\.\.\.",
    r"Проверка браузера|не робот",
)
_LOGIN = (
    r"type=[\"']password[\"']|Вы не вошли|You are not logged in|must be logged in|требуется авторизация",
    r"необходимо (?:войти|авторизоваться|зарегистрироваться)",
)
_WALLS = (("a captcha", "|".join(_CAPTCHA)), ("a login form", "|".join(_LOGIN)))


def wall_of(seen: Sheet) -> str | None:
    """What stands before the page: a captcha or a login form."""
    return next((name for name, pattern in _WALLS if re.search(pattern, seen.text[:300_000], re.IGNORECASE)), None)


# Selectors of the analyst --------------------------------------------------------------------------------------------

_DRAFT = {
    "post": "div.post",
    "body": ".content, .text, .message",
    "author": ".author, .username",
    "date": "time, .date",
    "link": "a[href*='#']",
    "quote": "blockquote, .quote",
    "drop": ".signature",
    "board": "",
    "thread": "",
    "next": "a[rel=next]",
    "title": "h1",
}


def selectors(given: str | Mapping[str, Any]) -> Engine:
    """The engine that a TOML file (or a source's table) of selectors describes. Raises BadConfig with every mistake."""
    from dataclasses import fields

    from miner.collectors._engines.markup import Marked, Markup

    path, raw = (given, _read(given)) if isinstance(given, str) else ("selectors", given)
    known = [f.name for f in fields(Markup)]
    mistakes = [f"{path}: {key}: no such key. Known: {', '.join(known)}." for key in raw if key not in known]
    mistakes += [
        f"{path}: {key}: missing, a forum can't be read without it." for key in ("post", "body") if not raw.get(key)
    ]
    for key, value in raw.items():
        if not isinstance(value, str):
            mistakes.append(f"{path}: {key} = {value!r}: a selector is a string in quotes.")
        elif key in known and key != "number" and value:
            try:
                selector(value)
            except Exception as error:  # noqa: BLE001  # cssselect has several errors without a common parent
                mistakes.append(f"{path}: {key} = {value!r}: no CSS selector: {error}.")
    if mistakes:
        raise BadConfig(mistakes)
    return Marked("selectors", Markup(**raw))


def _read(path: str) -> Mapping[str, Any]:
    try:
        return tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInput(f"{path}: can't be read: {error.strerror}. Draft it with --suggest.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"{path}: no TOML: {error}. Draft it with --suggest.") from error
