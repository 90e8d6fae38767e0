"""Forums of every engine, and of none, become posts; what was read isn't asked again."""

from __future__ import annotations

import pytest
from serving import Clock, Site

from miner.collectors import Context, configure
from miner.collectors.forum import Forum
from miner.fetch import Fetcher, MemoryFrontier, Policy

from .forums import ENGINES


class Crawl:
    """A crawl of a test's site, on a clock that costs no time; ``again`` crawls with the memory of the first time."""

    def __init__(self, site, collector=Forum, **options):
        self.site, self.collector, self.options = site, collector, options
        self.heard, self.ledger, self.frontier = [], [], MemoryFrontier()
        self.known = lambda _post: False

    def run(self, *paths, hide=lambda source, name: name):
        clock = Clock()
        fetcher = Fetcher(
            Policy(allow_hosts=("127.0.0.1",), timeout=5, retries=0),
            ledger=self.ledger.append,
            clock=clock,
            sleep=clock.sleep,
        )
        context = Context(hide=hide, say=self.heard.append, known=self.known, fetcher=fetcher, frontier=self.frontier)
        made = self.collector(
            [self.site.url + path for path in paths], configure(self.collector.Options, self.options), context
        )
        posts = list(made.collect())
        self.frontier.again()
        return posts


@pytest.fixture(params=ENGINES)
def engine(request):
    return request.param


@pytest.fixture
def forum(engine):
    made = ENGINES[engine]()
    with Site(made.pages) as site:
        site.start = made.start
        yield site


def test_board_thread_and_pages(engine, forum):
    """A board leads to its thread, the thread to its pages; the author's words are all there and nothing else."""
    crawl = Crawl(forum)
    posts = crawl.run(forum.start)
    assert [p.text for p in posts] == [
        "Надоело ждать ответа.\nТретий месяц без работы.",
        "У меня то же самое, никто не звонит.",
        "Хочу курсы рядом с домом.",
    ]
    assert any(said.endswith(f": {engine}") for said in crawl.heard)


def test_who_when_and_where(engine, forum):
    posts = Crawl(forum).run(forum.start)
    assert [p.author for p in posts][:2] == ["Света", "Олег"]
    assert [p.date[:16] for p in posts[:2]] == ["2024-01-12T15:40", "2024-01-13T09:05"]
    assert posts[2].date is not None
    place = forum.url.removeprefix("http://")
    assert [p.id for p in posts] == [f"{place}:101", f"{place}:102", f"{place}:103"]
    assert len({p.thread for p in posts}) == 1
    assert {p.title for p in posts} == {"Ждём"} or engine in (
        "vBulletin 3",
        "vBulletin 4",
        "IPB 3",
        "SMF 2",
        "MyBB",
        "FluxBB",
        "PunBB",
        "Invision 4",
    )
    assert posts[0].title == "Ждём"
    assert all(p.url and p.url.startswith(forum.url) for p in posts)
    assert "sid=" not in str([p.to_json() for p in posts])


def test_who_is_answered(engine, forum):
    """A quote is not the author's text, but says whom and what they answer."""
    second = Crawl(forum).run(forum.start)[1]
    assert second.extra["answers"] == "Света"
    linked = engine not in ("phpBB 2", "IPB 3", "FluxBB", "PunBB", "Misago")
    assert second.parent == (f"{forum.url.removeprefix('http://')}:101" if linked else None)


def test_names_are_hidden(forum):
    posts = Crawl(forum).run(forum.start, hide=lambda source, name: f"#{len(source)}{len(name)}")
    assert "Света" not in str([p.to_json() for p in posts])
    assert "Олег" not in str([p.to_json() for p in posts])


def test_a_second_crawl_asks_the_board_alone(engine, forum):
    """Nothing has moved, so nothing but the board is asked for."""
    crawl = Crawl(forum)
    crawl.run(forum.start)
    del forum.asked[:]
    crawl.run(forum.start)
    boards = 2 if engine == "phpBB 2" else 1
    assert len(forum.asked) == boards


def test_a_thread_that_has_grown_is_read_from_its_last_page(forum):
    crawl = Crawl(forum)
    crawl.run(forum.start)
    del forum.asked[:]
    board = forum.pages[forum.start]
    for old, new in (("103", "104"), ("14 ", "15 "), ("14.01", "15.01"), ("1705215600", "1705302000")):
        board = board.replace(old, new)
    for path in list(forum.pages):
        if forum.pages[path] == forum.pages[forum.start]:
            forum.pages[path] = board
    posts = crawl.run(forum.start)
    assert [p.text for p in posts] == ["Хочу курсы рядом с домом."]


def test_a_thread_alone(forum):
    thread = next(path for path in forum.pages if (path != forum.start and "forum" not in path.lower()) or "7" in path)
    assert len(Crawl(forum).run(thread)) == 3
