"""Full-text search: every form of a word, marks beside words, and nothing of what is hidden or gone."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import text

from miner.records import Membership, Topic
from miner.store import schema
from miner.store.search import Where
from tests.store.conftest import document, post

SAYINGS = {
    1: "Обещали переобучение за неделю, жду второй месяц",
    2: "Условия переобучения мне так и не объяснили",
    3: "В центре занятости нет вакансий рядом с домом",
    4: "Занятости в центре города хватает",
    5: "з/п маленькая, по-честному",
}


def keep(store, sayings=None, version="v1", **more):
    posts = [post(n, said, **more) for n, said in (sayings or SAYINGS).items()]
    store.posts.add(posts)
    store.documents.save([document(one, one.text.split()[0]) for one in posts], version)


def found(store, asked="", **where):
    return [one.post.id for one in store.search.find(asked, Where(**where))]


@pytest.mark.parametrize(
    ("asked", "ids"),
    [
        ("переобучение", ["p2", "p1"]),
        ("ПЕРЕОБУЧЕНИЕМ", ["p2", "p1"]),
        ("ждать переобучения", ["p1"]),
        ("центр занятости", ["p4", "p3"]),
        ("«центр занятости»", ["p3"]),
        ('"центры занятость"', ["p3"]),
        ("переобучение -условие", ["p1"]),
        ("-переобучение", ["p5", "p4", "p3"]),
        ("переобуч*", ["p2", "p1"]),
        ("зарплата", ["p5"]),
        ("честный", []),
        ("по-честному", ["p5"]),
        ("", ["p5", "p4", "p3", "p2", "p1"]),
        ("?!", ["p5", "p4", "p3", "p2", "p1"]),
        ('"; DROP TABLE posts --', []),
        ("' OR 1=1 NEAR(a b) AND NOT *", []),
        ("= ~ ^ :", ["p5", "p4", "p3", "p2", "p1"]),
    ],
)
def test_what_a_query_finds(store, asked, ids):
    """Words in any form, all of them; side by side in quotation marks; not those after a minus."""
    keep(store)
    assert found(store, asked) == ids


def test_marks_narrow_what_is_found(store):
    keep(store, {1: "переобучение раз"}, group="rural", source="vk", date="2025-01-10")
    keep(store, {2: "переобучение два"}, group="laid_off", source="forum.example.ru", date="2025-01-11")
    keep(store, {3: "переобучение три"}, group="rural", source="forum.example.ru", date="2024-12-31")
    keep(store, {4: "молчание"}, group="rural", source="vk", date="2025-01-12")
    assert found(store, "переобучение") == ["p2", "p1", "p3"]
    assert found(store, "переобучение", groups=("rural",)) == ["p1", "p3"]
    assert found(store, "переобучение", groups=("rural",), source="vk") == ["p1"]
    assert found(store, source="vk") == ["p4", "p1"]
    assert found(store, since=date(2025, 1, 10), until=date(2025, 1, 11)) == ["p2", "p1"]
    assert found(store, "переобучение", until=date(2024, 12, 31)) == ["p3"]
    assert found(store, kind="pain", sentiment="negative", groups=("laid_off",)) == ["p2"]
    assert found(store, kind="value") == []
    assert store.search.sources() == ["forum.example.ru", "vk"]


def test_a_topic_narrows_what_is_found(store):
    """And each statement tells its topic."""
    keep(store)
    members = ("p1:0-7", "p3:0-1")
    store.topics.save([Topic("t1", "обещания", (), members, ()), Topic("t2", "иное", (), ("p2:0-7",), ())])
    assert found(store, topic="t1") == ["p3", "p1"]
    assert found(store, "переобучение", topic="t1") == ["p1"]
    assert found(store, groups=("rural",), topic="t2") == ["p2"]
    [one] = store.search.find("переобучение", Where(topic="t1"))
    assert one.topics == {0: ("t1", "обещания")}


def test_answers_come_by_pages(store):
    """Each post once, in one order, also when others arrive meanwhile."""
    keep(store, dict.fromkeys(range(1, 8), "переобучение"))
    first = store.search.find("переобучение", limit=3)
    keep(store, {8: "переобучение"})
    second = store.search.find("переобучение", before=first[-1].place, limit=3)
    assert [one.post.id for one in (*first, *second)] == ["p7", "p6", "p5", "p4", "p3", "p2"]


def test_hidden_words_find_nothing(store):
    """Neither what is masked nor the name of the mask; the post is shown masked."""
    said = post(1, "звоните Урюпинскому по 89001234567")
    store.posts.add([said])
    store.documents.save([document(said, "звоните", pii={"Урюпинскому": "name", "89001234567": "phone"})], "v1")
    assert found(store, "звонить") == ["p1"]
    for hidden in ("Урюпинскому", "89001234567", "имя", "телефон"):
        assert found(store, hidden) == []
    [one] = store.search.find("звонить")
    assert one.post.text == "звоните [имя******] по [телефон**]"


def test_an_edited_post_is_found_by_its_new_words_only(store):
    """Once it is annotated again."""
    keep(store)
    keep(store, {1: "надоело ждать автобуса"})
    assert found(store, "переобучение") == ["p2"]
    assert found(store, "автобус") == ["p1"]


def test_a_post_that_moves_is_found_in_its_new_group(store):
    keep(store)
    keep(store, group="laid_off")
    store.search.fill()
    assert found(store, "переобучение", groups=("rural",)) == []
    assert found(store, "переобучение", groups=("laid_off",)) == ["p2", "p1"]


def test_people_are_found_in_the_group_they_were_assigned_to(store):
    """And in the next one, when that changes."""
    keep(store, group=None)
    [one] = [p for p in store.posts.all() if p.id == "p1"]
    for group in ("rural", "laid_off"):
        store.memberships.replace([Membership(one.speaker, group, 0.9, "p1", 0, 7)])
        assert found(store, groups=(group, "nobody")) == ["p1"]
    assert found(store, groups=("rural",)) == []


def test_dropped_words_are_found_no_more(store, clock):
    """What was found in them is: statements stay."""
    keep(store)
    clock.move(days=800)
    store.posts.drop_raw(timedelta(days=30))
    store.search.fill()
    assert found(store, "переобучение") == []
    assert found(store, "обещать") == ["p1"]


def test_a_forgotten_author_leaves_no_word_in_the_index(store, workspace, url):
    """In no row and in no byte of the file."""
    keep(store, {1: "скучаю по Урюпинску"}, author="Маша")
    keep(store, {2: "переобучение"})
    store.forget("Маша@forum.example.ru")
    assert found(store, "Урюпинск") == []
    with store.database.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM findable")).scalar_one() == 1
    files = [f.read_bytes() for f in workspace.iterdir() if f.name.startswith("miner.db")]
    assert not any("урюпинск".encode() in data for data in files)
    assert found(store, "переобучение") == ["p2"]


def test_older_databases_become_findable(fresh_url, workspace):
    """The step up leaves rows that wait; filling them makes the search whole."""
    from miner.store import open_store

    with open_store(workspace, fresh_url) as store:
        keep(store)
        before = [(one.place, one.post.id) for one in store.search.find()]
        store.downgrade(schema.revisions()[schema.revisions().index("v0009") - 1])
        store.upgrade()
        assert store.search.waiting() == 5
        assert found(store, "переобучение") == []
        assert store.search.fill() == 5
        assert store.search.waiting() == 0
        assert found(store, "переобучение") == ["p2", "p1"]
        assert [(one.place, one.post.id) for one in store.search.find()] == before
