"""What collectors of pages share: manners from the settings, the crawl loop, one address for one page, plain text."""

from __future__ import annotations

import contextlib
import functools
import re
from abc import abstractmethod
from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from pydantic import Field

from miner.charset import decode
from miner.collectors import AnyOptions, Collector, Options
from miner.errors import BadInput
from miner.fetch import Closed, Fetcher, MemoryFrontier, NotFetched, Page, Policy, Refused, Task
from miner.fetch.fetcher import polite
from miner.fetch.frontier import Frontier
from miner.records import Post
from miner.settings import HOURS, Fetch, load_settings


class WebOptions(Options):
    """The manners of one source; what is left out comes from the settings."""

    delay: float | None = Field(None, description="seconds between two requests to one host", ge=0)
    pages: int | None = Field(None, description="budget of this run, in requests", ge=1)
    megabytes: int | None = Field(None, description="budget of this run, in megabytes", ge=1)
    hours: str | None = Field(
        None, description="hours of the day in which it may be asked, such as 22-6", pattern=HOURS.pattern
    )
    basis: str | None = Field(None, description="legal basis of collecting, for the ledger")
    ignore_robots: bool = Field(False, description="ask in spite of robots.txt, with the owner's consent")
    allow_host: tuple[str, ...] = Field((), description="host on a private network that may be asked all the same")


class WebCollector(Collector):
    """Asks for pages until the frontier is empty. A member says where to begin and how to read a page."""

    Options: ClassVar[type[Options]] = WebOptions
    options: WebOptions
    target: ClassVar[str] = "URL"
    robots: ClassVar[bool] = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fetcher: Fetcher = self.context.fetcher or Fetcher(policy(self.options, load_settings().fetch))
        self.frontier: Frontier = self.context.frontier or MemoryFrontier()
        self.now = datetime.now()  # noqa: DTZ005  # pages say «вчера» by a clock that they don't name

    @classmethod
    def asking(cls, options: AnyOptions, settings: Fetch, **lent: Any) -> Fetcher:
        """A fetcher with the manners of the settings and of the source; ``lent`` is for the fetcher, as its ledger."""
        assert isinstance(options, WebOptions)
        return Fetcher(policy(options, settings), **lent)

    @abstractmethod
    def seeds(self) -> Iterator[Task]:
        """Where to begin."""

    @abstractmethod
    def read(self, task: Task, page: Page) -> Iterator[Post]:
        """The posts of a page; what it links to goes into the frontier."""

    def collect(self) -> Iterator[Post]:
        seeds = list(self.seeds())
        for seed in seeds:
            # A wrong address is the analyst's mistake, one found on a page isn't.
            try:
                self.fetcher.check(seed.url)
            except Refused as error:
                raise BadInput(str(error)) from error
            self.frontier.add(seed, again=True)
        begun = {seed.url for seed in seeds}
        failure: NotFetched | None = None
        done = 0
        with contextlib.closing(self._answers()) as answers:
            for task, answer in answers:
                try:
                    page = answer()
                    if not page.unchanged:
                        yield from self.read(task, page)
                except Closed as error:
                    self.frontier.release(task)
                    self.unfinished = str(error)
                    self.context.say(str(error))
                    return
                except NotFetched as error:
                    self.failed(task, error)
                    failure = error if task.url in begun else failure
                else:
                    done += 1
                    self.frontier.done(task, page.validator)
        if failure is not None and not done:
            raise failure

    def _answers(self) -> Generator[tuple[Task, Callable[[], Page]]]:
        """The tasks in their turn, each with what gives its page.

        Where nothing is to be waited for, the next page is on its way while this one is read; a host is asked one thing
        at a time all the same.
        """
        if self.fetcher.policy.delay:
            while (task := self.frontier.take()) is not None:
                yield task, functools.partial(self.ask, task)
            return
        ahead: deque[tuple[Task, Future[Page]]] = deque()
        with ThreadPoolExecutor(1, "ahead") as asking:
            try:
                while True:
                    while len(ahead) < 2 and (following := self.frontier.take()) is not None:
                        ahead.append((following, asking.submit(self.ask, following)))
                    if not ahead:
                        return
                    task, page = ahead.popleft()
                    yield task, page.result
            finally:
                for task, _ in ahead:
                    self.frontier.release(task)

    def failed(self, task: Task, error: NotFetched) -> None:
        """What becomes of an address that gave nothing; the crawl goes on."""
        self.frontier.failed(task, str(error))
        self.context.say(str(error))

    def ask(self, task: Task) -> Page:
        return self.fetcher.get(task.url, validator=self.frontier.validator(task.url), robots=self.robots)


def policy(options: WebOptions, asked: Fetch) -> Policy:
    """The manners of the settings with what the source asks for."""
    return polite(
        Policy(
            contact=asked.contact,
            delay=asked.delay,
            timeout=asked.timeout,
            retries=asked.retries,
            patience=asked.patience,
            max_bytes=asked.max_bytes,
            pages=asked.pages,
            total_bytes=asked.total_bytes,
            hours=_span(asked.hours),
            robots=asked.robots and not options.ignore_robots,
            allow_hosts=(*asked.allow_hosts, *options.allow_host),
        ),
        delay=options.delay,
        pages=options.pages,
        total_bytes=options.megabytes and options.megabytes * 2**20,
        hours=_span(options.hours),
        basis=options.basis,
    )


def _span(hours: str | None) -> tuple[int, int] | None:
    """Hours as the settings write them.

    >>> _span("22-6")
    (22, 6)
    """
    start, _, end = (hours or "").partition("-")
    return (int(start), int(end)) if end else None


def text(page: Page) -> str:
    """The page as text, in the encoding it is really in."""
    declared = page.declared
    if declared is None and (
        meta := re.search(rb"<meta[^>]{1,200}?charset=[\"']?([\w-]+)", page.data[:4096], re.IGNORECASE)
    ):
        declared = meta[1].decode("ascii")
    return decode(page.data, declared)[0]


def host(url: str) -> str:
    return urlsplit(url).netloc.lower().removeprefix("www.")


# One address for one page --------------------------------------------------------------------------------------------

# Sessions, sort orders, highlights and jumps: the page behind them is the same.
_NOISE = frozenset(
    """
    sid s phpsessid sessionid session jsessionid zenid hilit highlight sk sd st sort sortby sort_by sort_key sortorder
    order orderby daysprune prune view postdays postorder styleid style theme mode postcount nojs fbclid yclid gclid _ga
    print from
    """.split()
)
_SESSION_IN_PATH = re.compile(r";(?:jsessionid|sid)=\w+|/s[0-9a-f]{32}(?=/|$)", re.IGNORECASE)


@functools.lru_cache(maxsize=4096)
def canonical(url: str, base: str = "") -> str:
    """The one address of a page, whatever session or sort order the link carried.

    >>> canonical("./viewtopic.php?f=2&t=5&sid=0123456789abcdef&start=0#p9", "https://example.ru/forum/index.php")
    'https://example.ru/forum/viewtopic.php?t=5'
    >>> canonical("https://EXAMPLE.ru/threads/x.5/?page=2&order=asc")
    'https://example.ru/threads/x.5/?page=2'
    """
    parts = urlsplit(_joined(base, url.strip()))
    path = _path(parts.path)
    pairs = _pairs(parts.query)
    names = {name.lower() for name, _ in pairs}
    kept = [(n, v) for n, v in pairs if not _noise(n.lower(), v, names)]
    query = _query(kept)
    first = parts.query.partition("&")[0]
    if first and "=" not in first:
        # Some engines use a bare query as the path: showthread.php?7-name, index.php?threads/name.5/
        query = "&".join([first, *filter(None, [urlencode(kept[1:] if kept and kept[0][0] == first else kept)])])
    return urlunsplit((parts.scheme.lower(), parts.netloc.lower(), path, query, ""))


def _joined(base: str, url: str) -> str:
    """``urljoin``; the commonest link, a file of the same folder, is joined without taking everything apart."""
    if _NEIGHBOUR.match(url):
        folder = _FOLDER.match(base)
        if folder:
            return folder[0] + url.removeprefix("./")
    return urljoin(base, url)


_NEIGHBOUR = re.compile(r"(?:\./)?[\w-]+\.\w+(?:[?#]|$)")
_FOLDER = re.compile(r"https?://[^/?#]+/(?:[^?#]*/)?")
_SIMPLE = re.compile(r"(?:[\w-]+=[\w.-]*(?:&|$))*", re.ASCII)


@functools.lru_cache(maxsize=4096)
def _path(path: str) -> str:
    """Jumps to the first unread or the last post of a thread are that thread."""
    path = _SESSION_IN_PATH.sub("", path) or "/"
    return re.sub(r"(?<=[^/])/(?:new|last|latest|unread|goto-new|getnewpost|getlastpost)/?$", "/", path)


def _pairs(query: str) -> list[tuple[str, str]]:
    if _SIMPLE.fullmatch(query):
        return [(name, value) for name, _, value in (pair.partition("=") for pair in query.split("&") if pair)]
    return parse_qsl(query, keep_blank_values=True)


def _query(pairs: list[tuple[str, str]]) -> str:
    said = "&".join(f"{name}={value}" for name, value in pairs)
    return said if _SIMPLE.fullmatch(said) else urlencode(pairs, safe="/,.[];:")


def _noise(name: str, value: str, names: set[str]) -> bool:
    if name == "f" and "t" in names:
        return True
    if (name in ("start", "st") and value == "0") or (name == "page" and value in ("", "0", "1")):
        return True
    # SMF's «topic=5.0;all» and Invision's «st=20» are pages, not noise.
    if name == "st" and value.isdecimal():
        return False
    return name in _NOISE or name.startswith("utm_")
