"""A look at an address before it becomes a source: who would read it, what five posts look like, what robots.txt says.

The address is hostile input. The guard checks it and wherever it leads; requests, bytes and seconds are few; files of
this machine are never read. The look runs in a thread of its own, and whoever waits for it waits no longer than LIMIT.
"""

from __future__ import annotations

import concurrent.futures
import dataclasses
import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from miner.collectors import Context, configure
from miner.components import load
from miner.errors import BadInput, MinerError
from miner.fetch import Fetcher, Guard, MemoryFrontier, NotFetched, Refused
from miner.web.problems import Problem
from miner.web.troubles import Trouble, explained

if TYPE_CHECKING:
    from miner.fetch.fetcher import Policy
    from miner.records import Post
    from miner.settings import Settings

LIMIT = 30.0
POSTS = 5
REQUESTS = 12
BYTES = 3 * 2**20
CHARACTERS = 600
# Looks at the same time; each holds a thread.
AT_ONCE = 2

COLLECTORS = {
    "forum": "форум",
    "discourse": "форум Discourse",
    "wordpress": "комментарии сайта WordPress",
    "page": "страницы с комментариями",
    "feed": "лента RSS или Atom",
    "telegram": "канал Telegram",
    "vk": "ВКонтакте",
    "ok": "Одноклассники",
    "youtube": "комментарии YouTube",
}
HOSTS = {
    "vk": ("vk.com", "vk.ru"),
    "ok": ("ok.ru",),
    "youtube": ("youtube.com", "youtu.be"),
    "telegram": ("t.me", "telegram.me"),
}
GUESSED = ("schema.org", "repeated blocks")
AGENT = "miner"


@dataclass(frozen=True, slots=True)
class Shown:
    """A post as it was parsed, its author a key, contacts in its text hidden."""

    text: str
    author: str | None
    date: str | None
    title: str | None
    url: str | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What robots.txt says: ``allowed`` or not, in words, and the seconds between requests that it asks for."""

    allowed: bool
    said: str
    delay: float = 0.0


@dataclass(frozen=True, slots=True)
class Preview:
    """``collector`` reads the address, ``engine`` says as what; without posts there is ``trouble``."""

    address: str
    name: str
    collector: str | None
    engine: str
    posts: tuple[Shown, ...]
    robots: Verdict | None
    trouble: Trouble | None


_room = threading.BoundedSemaphore(AT_ONCE)


def look(address: str, settings: Settings, hide: Callable[[str, str], str], *, limit: float = LIMIT) -> Preview:
    """Look at an address for at most ``limit`` seconds.

    Raises Problem 422 for an address that may not be asked, 429 while others look.
    """
    place = checked(address, settings)
    room = _room
    if not room.acquire(blocking=False):
        raise Problem(429, "Сейчас проверяют другие адреса. Попробуйте через полминуты.", headers={"Retry-After": "30"})
    done: concurrent.futures.Future[Preview] = concurrent.futures.Future()

    def work() -> None:
        try:
            done.set_result(_look(place, settings, hide, limit))
        except BaseException as error:  # noqa: BLE001  # whoever waits hears of it
            done.set_exception(error)
        finally:
            room.release()

    threading.Thread(target=work, name="preview", daemon=True).start()
    try:
        return done.result(limit + 2)
    except concurrent.futures.TimeoutError:
        slow = f"{place}: no answer within {limit:.0f} s"
        return Preview(place, name_for(place), None, "", (), None, explained(slow))


def checked(address: str, settings: Settings) -> str:
    """The address as it is asked for. Raises Problem 422 for anything but a public page's."""
    place = "".join(address.split())
    if place and "://" not in place and not place.startswith("/"):
        place = f"https://{place}"
    try:
        Guard(settings.fetch.allow_hosts).check(place)
    except Refused as error:
        trouble = explained(str(error))
        assert trouble is not None
        raise Problem(422, f"{trouble.what} {trouble.todo}", said=str(error)) from error
    return place


def name_for(address: str) -> str:
    """A name for a source, from its address.

    >>> name_for("https://www.forum.example.ru/viewforum.php?f=5"), name_for("https://t.me/s/rabota_kostroma")
    ('forum.example.ru-viewforum-5', 't.me-rabota_kostroma')
    """
    parts = urlsplit(address)
    words = re.findall(r"\w+", re.sub(r"\.(?:php|html?|aspx?)\b", "", parts.path) + " " + parts.query)
    kept = [word for word in words if len(word) > 1 or word.isdecimal()][-2:]
    return "-".join([(parts.hostname or "").removeprefix("www."), *kept])[:60].strip("-.")


def _look(place: str, settings: Settings, hide: Callable[[str, str], str], limit: float) -> Preview:
    heard: list[str] = []
    deadline = time.monotonic() + limit
    trouble: Trouble | None = None
    robots: Verdict | None = None
    with _fetcher(settings, limit, deadline) as fetcher:
        official = next((name for name, hosts in HOSTS.items() if _is_of(place, hosts)), None)
        try:
            robots = _robots(fetcher, place, official)
            likely = [official] if official else list(_likely(fetcher, place))
        except MinerError as error:
            return Preview(place, name_for(place), official, "", (), robots, explained(str(error)))
        for name in likely:
            try:
                posts = _posts(name, place, fetcher, hide, heard.append)
            except (NotFetched, BadInput) as error:
                trouble = trouble or explained(str(error))
                if time.monotonic() > deadline:
                    break
                continue
            if posts:
                return Preview(place, name_for(place), name, _engine(name, heard), posts, robots, None)
    trouble = trouble or explained(f"{place}: no posts and no threads found")
    return Preview(place, name_for(place), official, "", (), robots, trouble)


def _fetcher(settings: Settings, limit: float, deadline: float) -> Fetcher:
    """A fetcher that is soon done: few requests and bytes, no second tries."""
    from miner.collectors._web import WebOptions, policy

    manners: Policy = policy(WebOptions(), settings.fetch)
    timeout = min(manners.timeout, 5.0, limit / 4)  # a body may take four times as long
    few = dataclasses.replace(
        manners,
        timeout=timeout,
        retries=0,
        patience=5.0,
        pages=REQUESTS,
        max_bytes=min(manners.max_bytes, BYTES),
        total_bytes=3 * BYTES,
        max_redirects=3,
    )
    return Fetcher(few, stop=lambda: time.monotonic() > deadline)


def _robots(fetcher: Fetcher, place: str, official: str | None) -> Verdict:
    if official and not load("collectors", official).robots:
        return Verdict(True, "Читаем через официальный API: robots.txt к нему не относится.")
    if not fetcher.policy.robots:
        return Verdict(True, "Настройки велят не спрашивать robots.txt.")
    rules = fetcher.robots(place)
    delay = rules.delay(AGENT)
    if rules.word == "unreachable":
        return Verdict(False, "robots.txt не читается. Пока он не ответит, сайт спрашивать нельзя.")
    if not rules.allows(place, AGENT):
        return Verdict(False, "robots.txt запрещает этот адрес.")
    pause = f" Просит паузу {delay:g} с между запросами." if delay else ""
    word = "robots.txt у сайта нет: запретов нет." if rules.word == "none" else "robots.txt разрешает этот адрес."
    return Verdict(True, word + pause, delay)


def _likely(fetcher: Fetcher, place: str) -> Iterator[str]:
    """Who may read a page, the likeliest first."""
    from miner.collectors._engines.known import detect, sheet
    from miner.collectors._web import text

    kinds = ("text/", "application/")
    page = fetcher.get(place, kinds=kinds)
    head = page.data[:4096].lower()
    if re.search(rb"<rss\b|<feed\b|<rdf:rdf\b", head):
        yield "feed"
        return
    source = text(page)
    if re.search(r"name=[\"']generator[\"'][^>]{0,40}Discourse|data-discourse-setup", source):
        yield "discourse"
    seen = sheet(page.url, source, datetime.now(), page.cookies)  # noqa: DTZ005  # as collectors read pages
    known = [engine for engine in detect(seen) if engine.name not in GUESSED]
    if known:
        yield "forum"
    if "wp-json" in source or "wp-content" in source:
        yield "wordpress"
    yield "page"
    if not known:
        yield "forum"


def _posts(
    name: str, place: str, fetcher: Fetcher, hide: Callable[[str, str], str], say: Callable[[str], None]
) -> tuple[Shown, ...]:
    kind: Any = load("collectors", name)
    lent = Context(hide=hide, say=say, fetcher=fetcher, frontier=MemoryFrontier())
    collector = kind((place,), configure(kind.Options, {}), lent)
    return tuple(map(shown, islice(collector.collect(), POSTS)))


def shown(post: Post) -> Shown:
    """A post as people may see it before it is annotated."""
    from miner.exporters._privacy import hide, link

    text = hide(post.text)
    cut = text if len(text) <= CHARACTERS else f"{text[:CHARACTERS].rstrip()}…"
    author = f"автор {post.author.removeprefix('a:')[:6]}" if post.author else None
    return Shown(cut, author, post.date, hide(post.title)[:200] if post.title else None, link(post.url))


def _engine(name: str, heard: list[str]) -> str:
    """What the reader says that it recognised: «phpBB, 97 % sure»."""
    if name == "forum":
        for note in heard:
            if match := re.fullmatch(r"\S+: (.+?)(?:, (\d+)% sure)?", note):
                sure = f", уверенность {match[2]} %" if match[2] else ""
                if match[1] in GUESSED:
                    return f"форум неизвестного движка, сообщения найдены по разметке{sure}"
                return f"форум, движок {match[1]}{sure}"
    return COLLECTORS[name]


def _is_of(place: str, hosts: tuple[str, ...]) -> bool:
    host = (urlsplit(place).hostname or "").lower()
    return any(host == name or host.endswith(f".{name}") for name in hosts)
