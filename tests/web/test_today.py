"""Сегодня: what is new, what waits, the profiles against the target and the year, crawls that need somebody."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest
from sqlalchemy import update

from miner.records import Decision, Mined, Post, Topic
from miner.store import Event, Source
from miner.store.tables import UserRow
from tests.store.test_lines import PROFILE
from tests.web.conftest import fill, lines


def clock():
    """The time of the test, not that of its module."""
    return dt.datetime.now(tz=dt.UTC)


def been_here(store, ago):
    """Everybody's visit before this one was so long ago."""
    with store.database.writing() as connection:
        connection.execute(update(UserRow).values(visited_at=clock(), visited_before=clock() - ago))


def told(anyone, role="admin"):
    return anyone(role).get("/api/v1/today").json()


def days_ago(days):
    return (clock() - dt.timedelta(days=days)).isoformat(timespec="seconds")


def test_the_first_visit_hears_of_a_week(anyone):
    answer = told(anyone)
    assert answer["first"]
    assert answer["news"]["posts"] == {"rural": 18}
    assert answer["news"]["refreshed"] == ["rural"]


def test_news_begin_with_the_last_visit(anyone, store):
    """What was there before is no news; what others did since is."""
    been_here(store, dt.timedelta(hours=2))
    with store.database.writing() as connection:
        connection.exec_driver_sql(f"UPDATE posts SET first_seen = '{days_ago(3)[:19].replace('T', ' ')}'")
    store.posts.add([Post(f"new{n}", "привет", "Оля", "vk", group=group) for n, group in enumerate((None, "rural"))])
    store.decisions.append(Decision("d1", days_ago(1), "author", "accept", "rural-pain-0", {"group": "rural"}))
    now = clock().isoformat(timespec="seconds")
    store.decisions.append(Decision("d2", now, "author", "reject", "rural-pain-1", {"group": "rural"}))
    store.decisions.append(Decision("d3", now, "researcher", "later", "rural-pain-2", {"group": "rural"}))
    store.topics.save([Topic("t1", "дорога", (), (), ())], [Event("born", (), ("t1",)), Event("born", (), ("t2",))])
    store.profiles.save(dataclasses.replace(PROFILE, made=now))
    crawl = store.runs.start("crawl", "vk", "w:1")
    store.runs.finish(crawl, {})
    news = told(anyone, "researcher")["news"]
    assert news == {
        "posts": {"": 1, "rural": 1},
        "decisions": {"author": 1},
        "refreshed": ["rural"],
        "topics": {"born": 2},
        "crawls": 1,
        "versions": {"rural": 1},
    }
    page = anyone("researcher").get("/").text
    assert "группа ещё не ясна: 1" in page
    assert "2 новые темы".replace(" ", "\xa0", 1) in page
    assert "author: 1\xa0решение" in page


def test_nothing_new(anyone, store):
    been_here(store, dt.timedelta(seconds=-60))
    assert "Ничего нового" in anyone("author").get("/").text


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("author", {("candidates", "rural", 8), ("draft", "rural", 1)}),
        ("analyst", {("annotation", None, 1)}),
        ("researcher", {("topics", None, 3)}),
        ("admin", {("candidates", "rural", 8), ("draft", "rural", 1), ("annotation", None, 1), ("topics", None, 3)}),
    ],
)
def test_what_waits_depends_on_the_role(anyone, store, role, expected):
    """An author's lines and drafts, an analyst's unread posts, a researcher's statements without a topic."""
    from miner.store import TopicState

    store.decisions.append(Decision("d1", days_ago(1), "anna", "accept", "rural-pain-0", {"group": "rural"}))
    store.profiles.save(PROFILE)
    store.posts.add([Post("unread", "привет", "Оля", "vk")])
    store.documents.count_pending("v1")
    store.topics.save([], state=TopicState({}, texts=9))
    store.topics.join({f"x:{n}-1": None for n in range(3)}, sureness=0.0)
    waiting = {(w["what"], w["group"], w["count"]) for w in told(anyone, role)["waiting"]}
    assert waiting == expected
    assert anyone(role).get("/").status_code == 200


def test_profiles_against_target_and_year(anyone, store):
    """A profile counts while neither it nor its evidence is older than a year; the oldest comes first."""
    day = days_ago(10)[:10]
    for group, made, period in (
        ("rural", days_ago(30), (days_ago(60)[:10], day)),
        ("disabled", days_ago(400), (days_ago(500)[:10], days_ago(390)[:10])),
        ("school_leavers", days_ago(20), (days_ago(600)[:10], days_ago(380)[:10])),
    ):
        store.profiles.save(dataclasses.replace(PROFILE, group=group, made=made, period=period))
    store.profiles.endorse("rural", 1, "anna")
    for _ in range(2):
        answer = told(anyone)
        assert (answer["ready"], answer["target"]) == (1, 10)
        rows = [(g["group"], g["age"], g["evidence_age"], g["stale"]) for g in answer["groups"] if g["version"]]
        assert rows == [("disabled", 400, 390, True), ("rural", 30, 10, False), ("school_leavers", 20, 380, True)]
    assert {g["group"]: g["status"] for g in answer["groups"]}["rural"] == "current"
    page = anyone("author").get("/").text
    assert "Портреты: 1 из 10" in page
    assert page.count("пора обновить") == 2


def test_crawls_that_need_somebody(anyone, store):
    """Failing and paused ones, with what to do; those that somebody paused on purpose don't."""
    for name in ("fine", "failing", "given-up", "resting"):
        store.sources.add(Source(name, "forum", ("https://forum.example.ru/",)))
    run = store.runs.start("crawl", "failing", "w:1")
    store.runs.fail(run, "https://forum.example.ru/: 404, there is no such page any more.")
    store.sources.failed("failing", "404", pause_after=5)
    store.sources.failed("given-up", "robots.txt forbids /", pause_after=1)
    store.sources.pause("resting", "вручную, analyst")
    crawls = {c["source"]: c for c in told(anyone, "analyst")["crawls"]}
    assert set(crawls) == {"failing", "given-up"}
    assert (crawls["failing"]["failures"], crawls["failing"]["what"]) == (1, "Страницы больше нет.")
    assert (crawls["given-up"]["paused"], crawls["given-up"]["said"]) == (True, "robots.txt forbids /")
    assert told(anyone, "author")["crawls"] == []
    page = anyone("analyst").get("/").text
    assert "1\xa0сбой подряд" in page
    assert "Проверьте адрес" in page


def test_mined_again_is_news(anyone, store):
    fill(store, "laid_off", 1)
    store.candidates.replace(Mined("laid_off", 9, 10, tuple(lines("laid_off", 1)), ()))
    assert told(anyone, "author")["news"]["refreshed"] == ["laid_off", "rural"]
