"""`miner sources` and `miner crawl`: nothing is lost, nothing is asked twice, and the next crawl asks for news only."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from threading import Event
from typing import NamedTuple

import pytest
from serving import Site

from miner.store import open_store
from tests.collectors.board import Board

SEED = "/viewforum.php?f=2"


class Asked(NamedTuple):
    path: str


@pytest.fixture(autouse=True)
def _manners(monkeypatch):
    monkeypatch.setenv("MINER_FETCH__ALLOW_HOSTS", "127.0.0.1")
    monkeypatch.setenv("MINER_FETCH__DELAY", "0")


@pytest.fixture
def board():
    """Four threads of five posts, two pages each."""
    made = Board(threads=4, posts=5)
    with Site(made.pages()) as site:
        made.site, made.url = site, site.url
        yield made


@pytest.fixture
def store(tmp_path):
    with open_store(tmp_path / "var") as opened:
        yield opened


@pytest.fixture
def crawl(miner, board):
    """The board as a source; crawling it gives what was said of it, and leaves what was asked in ``board.site.asked``."""
    added = ("sources", "add", "board", "forum", board.url + SEED, "--group", "rural", "--basis", "открытый форум")
    assert miner(*added)[0] == 0

    def run(*more):
        del board.site.asked[:]
        status, out, err = miner("crawl", "board", *more)
        assert status == 0, err
        return out

    return run


def words(store):
    return {post.id.rpartition(":")[2]: post.text for post in store.posts.all()}


# Crawls --------------------------------------------------------------------------------------------------------------


def test_a_crawl_fills_the_store(crawl, board, store):
    """Posts with group and hidden authors, and a ledger line with the legal basis for every request."""
    assert crawl() == "board: 20 new, 0 changed, 0 vanished posts from 9 pages\n"
    posts = list(store.posts.all())
    assert {post.group for post in posts} == {"rural"}
    assert all(store.keys.is_key(post.author) for post in posts)
    lines = list(store.ledger.of_source("board"))
    assert [line.outcome for line in lines] == ["status 404"] + ["fetched"] * 9
    assert {line.basis for line in lines} == {"открытый форум"}
    [run] = store.runs.recent("crawl", "board")
    assert (run.status, run.counts["new"], run.counts["pages"]) == ("done", 20, 9)
    assert {line.run for line in lines} == {run.id}


def test_the_next_crawl_asks_for_news_only(crawl, board, store):
    """The board, the last page of a thread that has grown, and a new thread; where nothing moved, the board alone."""
    crawl()
    assert crawl() == "board: 0 new, 0 changed, 0 vanished posts from 1 pages\n"
    assert board.site.asked == [SEED]
    board.write(2, "Хочу курсы рядом с домом")
    board.write(9, "Новая тема")
    assert "2 new, 0 changed" in crawl()
    assert sorted(board.site.asked) == [SEED, "/viewtopic.php?t=2&start=3", "/viewtopic.php?t=9"]
    assert words(store)["21"] == "Хочу курсы рядом с домом"


def test_boards_are_not_walked_to_their_end_for_nothing(miner, store):
    """Threads that moved stand first: the first page on which none did is the last one asked."""
    board = Board(threads=70, posts=1)
    with Site(board.pages()) as site:
        miner("sources", "add", "board", "forum", site.url + SEED)
        assert "70 new" in miner("crawl")[1]
        del site.asked[:]
        board.write(1)
        assert "1 new" in miner("crawl")[1]
        assert site.asked == [SEED, "/viewtopic.php?t=1", "/viewforum.php?f=2&start=20"]


def test_edited_and_vanished_posts(crawl, board, store):
    """An edit makes a new version; what a page no longer shows is marked, and is back when it is shown again."""
    crawl()
    place = f"{board.url.removeprefix('http://')}:"
    first = board.threads[1].posts
    edited, gone = sorted(first)[3:5]
    first[edited] = "Исправлено: помогли"
    kept = first.pop(gone)
    board.write(1, "Ещё слово")
    assert crawl() == "board: 1 new, 1 changed, 1 vanished posts from 2 pages\n"
    assert [v.text for v in store.posts.versions(f"{place}{edited}")][-1] == "Исправлено: помогли"
    assert len(store.posts.versions(f"{place}{edited}")) == 2
    assert store.posts.vanished([f"{place}{n}" for n in range(1, 30)]) == [f"{place}{gone}"]
    first[gone] = kept
    board.write(1)
    crawl()
    assert store.posts.vanished([f"{place}{gone}"]) == []


def test_the_whole_again(crawl, board, store):
    """Edits in threads that haven't moved, and threads that are gone, are found when everything is asked for again."""
    crawl()
    first = min(board.threads[4].posts)
    board.threads[4].posts[first] = "Иначе"
    assert crawl() == "board: 0 new, 0 changed, 0 vanished posts from 1 pages\n"
    assert crawl("--whole") == "board: 0 new, 1 changed, 0 vanished posts from 9 pages\n"
    del board.threads[4].posts[first]
    assert "0 new, 0 changed, 1 vanished" in crawl("--whole")


def test_a_thread_that_is_gone(crawl, board, store):
    """What it said is marked as vanished; the address tells why it gave nothing."""
    crawl()
    gone = board.threads[2].posts
    board.site.pages["/viewforum.php"] = board.listing(Asked(SEED))
    board.threads[2].posts = {}
    assert "0 new, 0 changed, 5 vanished" in crawl("--whole")
    place = f"{board.url.removeprefix('http://')}:"
    assert store.posts.vanished([f"{place}{n}" for n in range(1, 30)]) == [f"{place}{n}" for n in gone]


def test_a_thread_that_moves_to_another_board(miner, store):
    """It is the same thread there: nothing of it is asked for again, nothing of it is twice or vanished."""
    board = Board(threads=4, posts=5)
    listed = {"2": board.listing, "3": (200, {}, board.listing(Asked(SEED + "&start=99")))}

    def listing(request):
        page = listed[request.path.partition("f=")[2][:1]]
        return page(request) if callable(page) else page

    with Site(board.pages() | {"/viewforum.php": listing}) as site:
        miner("sources", "add", "board", "forum", site.url + SEED, site.url + "/viewforum.php?f=3")
        assert "20 new" in miner("crawl")[1]
        del site.asked[:]
        listed["2"], listed["3"] = listed["3"], lambda request: board.listing(request).replace("f=2", "f=3")
        said = miner("crawl")
        assert "0 new, 0 changed, 0 vanished" in said[1], said
    assert not [path for path in site.asked if "viewtopic" in path]
    assert store.posts.count() == 20


def test_a_thread_that_redirects_to_its_new_place(miner, store):
    """Its posts keep their names, since they keep their numbers."""
    board = Board(threads=2, posts=3)
    with Site(board.pages()) as site:
        miner("sources", "add", "board", "forum", site.url + SEED)
        miner("crawl")
        board.write(1, "Уже в другом разделе")
        site.pages["/moved.php"] = lambda request: board.thread(Asked("/viewtopic.php?t=1&start=3"))
        site.pages["/viewtopic.php"] = (301, {"Location": "/moved.php"}, "")
        assert "1 new, 0 changed" in miner("crawl")[1]
        assert "redirect" in [line.outcome for line in store.ledger.of_source("board")]
    assert store.posts.count() == 7


def test_a_thread_that_grew_shorter(crawl, board, store):
    """Its last page is gone, so it is read from its first, and what it lost is marked."""
    crawl()
    posts = board.threads[2].posts
    for number in sorted(posts)[1:]:
        del posts[number]
    board.write(2, "Снова о том же")
    assert "1 new, 0 changed, 4 vanished" in crawl()
    assert [p for p in board.site.asked if "t=2" in p] == ["/viewtopic.php?t=2&start=3", "/viewtopic.php?t=2"]


def test_a_budget_ends_a_crawl_and_the_next_goes_on(miner, board, store):
    """What it did is kept; the same command reads the rest, nothing twice."""
    miner("sources", "add", "board", "forum", board.url + SEED, "--pages", "4")
    # robots.txt is one of the four.
    said = [miner("crawl")[1] for _ in range(3)]
    assert "addresses left: the budget of 4 requests is spent" in said[0]
    assert len(words(store)) == 20
    assert max(board.site.counts().values()) == 1


def test_hours_in_which_nothing_may_be_asked(miner, board):
    hour = (time.localtime().tm_hour + 2) % 24
    miner("sources", "add", "board", "forum", board.url + SEED, "--hours", f"{hour}-{(hour + 1) % 24}")
    status, out, _ = miner("crawl")
    assert status == 0
    assert "1 addresses left: only asked from" in out
    assert board.site.asked == []


def test_one_source_in_trouble_does_not_stop_the_others(miner, board, store):
    """What failed is told at the end; after five failures in a row the source is paused, with the reason."""
    miner("sources", "add", "a", "forum", board.url + "/gone")
    miner("sources", "add", "b", "forum", board.url + SEED)
    status, out, err = miner("crawl")
    assert status == 1
    assert "b: 20 new" in out
    assert "a: http" in err
    assert "there is no such page any more" in err
    for _ in range(4):
        miner("crawl", "a")
    assert "paused: http" in miner("sources", "list")[1]
    assert miner("crawl", "a")[0] == 2


def test_a_source_that_is_crawled_already(miner, board, store):
    """Two crawls of one source would ask twice; one whose process died is taken over at once."""
    miner("sources", "add", "board", "forum", board.url + SEED)
    store.runs.start("crawl", "board", "another-machine:1")
    status, _, err = miner("crawl", "board")
    assert status == 1
    assert "crawl board runs already" in err
    store.runs.cancel("crawl", "board")
    dead = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, text=True, check=True
    )
    store.runs.start("crawl", "board", f"{os.uname().nodename}:{dead.stdout.strip()}")
    assert "20 new" in miner("crawl", "board")[1]


def test_a_file_as_a_source(miner, tmp_path, store):
    """Surveys and interviews are sources, too."""
    (tmp_path / "anketa.csv").write_text("Возраст;Что мешает найти работу?\n51;Автобус ходит раз в день\n", "utf-8")
    assert miner("sources", "add", "anketa", "survey", "anketa.csv", "--group", "rural")[0] == 0
    assert "1 new" in miner("crawl", "anketa")[1]
    assert "0 new" in miner("crawl", "anketa")[1]


def test_a_stop_is_heard(board, tmp_path, monkeypatch):
    """Between two pages, also while the crawl waits for the host; what was read stays, the rest is left for later."""
    from miner import pipeline
    from miner.settings import load_settings
    from miner.store import Source

    monkeypatch.setenv("MINER_FETCH__DELAY", "600")
    stop = Event()
    board.site.pages["/viewforum.php"] = lambda request: (stop.set(), board.listing(request))[1]
    with open_store(tmp_path / "var") as store:
        store.sources.add(Source("board", "forum", (board.url + SEED,), {"ignore_robots": True}))
        outcome = pipeline.crawl(store, "board", load_settings(), stop=stop.is_set)
    assert outcome.unfinished == "stopped as asked. Run again to go on."
    assert (outcome.pages, outcome.due) == (1, 4)


def test_a_source_that_is_removed_while_it_is_crawled(board, tmp_path, monkeypatch):
    """The crawl ends and says so; no address of the source is left."""
    from miner import crawling
    from miner.errors import SourceGone
    from miner.settings import load_settings
    from miner.store import Source

    monkeypatch.setattr(crawling, "_LOOK", 0.0)
    with open_store(tmp_path / "var") as store:
        board.site.pages["/viewforum.php"] = lambda request: (store.sources.remove("board"), board.listing(request))[1]
        store.sources.add(Source("board", "forum", (board.url + SEED,)))
        with pytest.raises(SourceGone, match="was removed while it was crawled"):
            crawling.crawl(store, "board", load_settings())
        assert store.crawls.counts("board") == {"due": 0, "done": 0, "failed": 0}


# Sources -------------------------------------------------------------------------------------------------------------


def test_the_life_of_a_source(miner, store):
    """Added, listed, shown, paused, resumed, removed."""
    added = miner(
        "sources", "add", "f", "forum", "https://forum.example.ru/", "--group", "rural", "--basis", "открыто",
        "--schedule", "каждый день в 03:00", "--timezone", "Europe/Moscow", "--hours", "22-6", "--delay", "2",
        "--pages", "100", "--megabytes", "50", "--option", "depth=3", "--option", "allow_host=a.local",
        "--option", "allow-host=b.local",
    )  # fmt: skip
    assert added[0] == 0, added[2]
    source = store.sources.get("f")
    assert (source.group, source.basis, source.schedule, source.timezone) == (
        "rural", "открыто", "каждый день в 03:00", "Europe/Moscow",
    )  # fmt: skip
    assert dict(source.options) == {
        "delay": 2.0, "pages": 100, "megabytes": 50, "hours": "22-6", "depth": 3, "allow_host": ["a.local", "b.local"],
    }  # fmt: skip
    assert "f     forum      rural  0     0    active" in miner("sources", "list")[1]
    assert miner("sources", "pause", "f", "--reason", "владелец просил")[0] == 0
    shown = miner("sources", "show", "f")[1]
    assert "state: paused: владелец просил" in shown
    assert "hours: 22-6" in shown
    status, _, err = miner("crawl", "f")
    assert status == 2
    assert "miner sources resume f" in err
    assert miner("sources", "resume", "f")[0] == 0
    assert miner("sources", "remove", "f")[0] == 0
    status, _, err = miner("sources", "show", "f")
    assert status == 2
    assert "no source named 'f'" in err


def test_a_source_from_a_file(miner, tmp_path, store):
    """As config/sources/example.toml has it, selectors of an unknown forum among it."""
    from miner.settings import resources

    example = (resources() / "config" / "sources" / "example.toml").read_text(encoding="utf-8")
    (tmp_path / "one.toml").write_text(example + '\n[selectors]\npost = "p.q"\nbody = "s"\n', encoding="utf-8")
    assert miner("sources", "add", "--file", "one.toml", "--option", "depth=1")[0] == 0
    source = store.sources.get("example")
    assert source.options["selectors"] == {"post": "p.q", "body": "s"}
    assert (source.options["depth"], source.options["hours"], source.schedule) == (1, "22-6", "каждый день в 03:00")
    assert miner("sources", "add", "--file", "one.toml")[0] == 2
    assert miner("sources", "add", "--file", "one.toml", "--replace")[0] == 0
    assert store.sources.get("example").options["depth"] == 3


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("f",), "no collector given"),
        (("f", "forun", "https://example.ru"), "no collector named 'forun'"),
        (("f", "forum", "http://10.0.0.1/"), "a private address isn't asked"),
        (("f", "forum", "ftp://example.ru/"), "only http and https"),
        (("f", "forum", "https://example.ru", "--hours", "25-3"), "--hours '25-3'"),
        (("f", "forum", "https://example.ru", "--option", "dept=3"), "no option --dept. Known: --group"),
        (("f", "forum", "https://example.ru", "--option", "depth"), "NAME=VALUE is needed"),
        (("--file", "none.toml"), "can't be read"),
        (("--file", "bad.toml"), "collectr: no such key. Known: name, collector"),
    ],
)
def test_sources_that_cannot_be(miner, tmp_path, store, given, said):
    """Refused with the rule, and nothing is added."""
    (tmp_path / "bad.toml").write_text('collectr = "forum"\n', encoding="utf-8")
    status, _, err = miner("sources", "add", *given)
    assert status == 2
    assert said in err
    assert store.sources.list() == []


def test_no_source_yet(miner):
    status, _, err = miner("crawl")
    assert status == 2
    assert "miner sources add" in err


# kill -9 -------------------------------------------------------------------------------------------------------------


def killed(tmp_path, kills, seed):
    """Kill `miner crawl` so many times, each shortly after a page was asked for, then let it end; how often it was."""
    chance = random.Random(seed)
    board = Board(threads=24, posts=8)
    workspace = tmp_path / "var"
    environment = os.environ | {"MINER_WORKSPACE": str(workspace)}
    miner = Path(sys.executable).with_name("miner")
    left, asked_enough = [0], Event()

    def counted(page):
        def answer(request):
            left[0] -= 1
            if left[0] <= 0:
                asked_enough.set()
            return page(request)

        return answer

    with Site({path: counted(page) for path, page in board.pages().items()}) as site:
        added = [miner, "sources", "add", "board", "forum", site.url + SEED]
        subprocess.run(added, env=environment, check=True, capture_output=True)
        with open_store(workspace) as store:
            for kill in range(kills + 1):
                done = _done(store)
                del site.asked[:]
                # There are 74 pages; the last crawl isn't killed.
                left[0] = chance.randint(1, 120 // kills) if kill < kills else 10**6
                asked_enough.clear()
                with subprocess.Popen([miner, "crawl"], env=environment, stderr=subprocess.PIPE, text=True) as process:
                    while process.poll() is None and not asked_enough.wait(0.02):
                        pass
                    if kill < kills:
                        time.sleep(chance.uniform(0, 0.02))
                        process.send_signal(signal.SIGKILL)
                    trouble = process.stderr.read()
                assert process.returncode in (0, -signal.SIGKILL), trouble
                assert not done & {site.url + path for path in site.asked}
                if process.returncode == 0:
                    break
            found = {post.id.rpartition(":")[2]: post.text for post in store.posts.all()}
            assert store.posts.count() == len(found)
    assert found == {str(n): said for thread in board.threads.values() for n, said in thread.posts.items()}
    return kill


def _done(store):
    from sqlalchemy import text

    with store.database.reading() as connection:
        return set(connection.execute(text("SELECT url FROM frontier WHERE state = 'done'")).scalars())


def test_kill_9_loses_nothing(tmp_path):
    """Eight kills: no post is missing, none is twice, no page that was done is asked for again."""
    assert killed(tmp_path, kills=8, seed=1) == 8


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 7))
def test_kill_9_at_fifty_moments(tmp_path, seed):
    """Five crawls, each killed ten times."""
    killed(tmp_path, kills=10, seed=seed)
