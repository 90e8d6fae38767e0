"""An author's right to be forgotten."""

from __future__ import annotations

import dataclasses

import pytest
from sqlalchemy import text

from miner.errors import BadInput
from miner.records import Candidate, Mined, Quote, Support, Topic
from miner.store import Added, Forgotten
from tests.store.conftest import document, post
from tests.store.test_lines import PROFILE
from tests.store.test_posts import ids


@pytest.fixture
def full(store):
    """Masha has written p1 and p2, and is quoted wherever a person can be quoted."""
    posts = [post(1, "надоело ездить в Урюпинск", author="Маша"), post(2, "ждать надоело", author="Маша"), post(3)]
    store.posts.add([dataclasses.replace(posts[0], text="прежде ездила в Кологрив"), *posts[1:]])
    store.posts.add(posts)
    store.documents.save([document(p, "надоело") for p in posts], "v1")
    said = list(store.documents.quotes("rural", "v1"))
    support = Support(2, 3, 1, 1, 1, 0.5, (0.1, 0.9))
    line = Candidate("rural-1", "rural", "pain", "Устал ездить", support, 0.5, None, tuple(said))
    store.candidates.replace(Mined("rural", 3, 2, (line,), ()))
    profile = dataclasses.replace(PROFILE.lines[0], quotes=tuple(said))
    store.profiles.save(dataclasses.replace(PROFILE, lines=(profile,)))
    store.profiles.endorse("rural", 1, "anna")
    store.topics.save([Topic("t1", "дорога", (), ("p1", "p2#0-5", "p3"), ("p1", "p3"))])
    return store


def test_every_trace_of_an_author_goes(full):
    """Posts and their former versions, annotations, quotes of candidates and of profiles in force, topics."""
    assert full.forget("Маша@forum.example.ru") == Forgotten(posts=2, quotes=4)
    assert ids(full.posts.all()) == ["p3"]
    assert full.posts.versions("p1") == []
    assert [d.id for _, d in full.documents.of_group("rural", "v1")] == ["p3"]
    [line] = full.candidates.of("rural").candidates
    [shown] = full.profiles.current("rural").lines
    assert [q.doc_id for q in line.evidence] == [q.doc_id for q in shown.quotes] == ["p3"]
    assert full.topics.load() == [Topic("t1", "дорога", (), ("p3",), ("p3",))]


def test_no_row_and_no_byte_is_left(full, workspace, url):
    """Whatever looks into the tables, or into the files, finds nothing of them."""
    key = full.keys.key("forum.example.ru", "Маша")
    tables = "posts post_versions statements entities candidate_quotes profile_quotes topic_members forgotten".split()

    def traces(*words):
        with full.database.reading() as connection:
            rows = [str(row) for name in tables for row in connection.execute(text(f"SELECT * FROM {name}"))]
        files = [f.read_bytes() for f in workspace.iterdir() if f.name.startswith("miner.db")]
        return [w for w in words if any(w in row for row in rows) or any(w.encode() in data for data in files)]

    words = (key, "Урюпинск", "Кологрив")
    assert traces(*words) == list(words)
    full.forget("Маша@forum.example.ru")
    assert traces(*words) == []


def test_an_author_is_also_named_by_key(full):
    key = full.keys.key("forum.example.ru", "Маша")
    assert full.forget(key).posts == 2
    assert full.forget(key) == Forgotten(0, 0)


def test_the_next_crawl_brings_none_back(full):
    """Under the same name, or under the key."""
    key = full.keys.key("forum.example.ru", "Маша")
    full.forget("Маша@forum.example.ru")
    new = [post(1, author="Маша"), post(7, author=" Маша"), post(8, author=key), post(9, author="Даша")]
    assert full.posts.add(new) == Added(new=1, forgotten=3)
    assert ids(full.posts.all()) == ["p3", "p9"]


def test_a_namesake_elsewhere_stays(full):
    full.posts.add([post(5, author="Маша", source="vk")])
    full.forget("Маша@forum.example.ru")
    assert ids(full.posts.all()) == ["p3", "p5"]


def test_a_name_with_an_at_sign_belongs_to_the_last_one(store):
    store.posts.add([post(1, author="masha@example.ru", source="vk")])
    assert store.forget("masha@example.ru@vk").posts == 1


@pytest.mark.parametrize("who", ["Маша", "a:0123", "@vk", " @vk", "a:" + "0" * 48])
def test_whoever_is_no_author_is_refused(full, who):
    """Nothing is removed by a slip of the pen."""
    with pytest.raises(BadInput, match="NAME@SOURCE"):
        full.forget(who)
    assert full.posts.count() == 3


def test_quotes_kept_after_the_posts_were_gone_go_as_well(store):
    """A profile may quote a post that the store no longer has."""
    key = store.keys.key("vk", "Маша")
    quote = Quote("old", 0, 5, "ждать", f"{key}@vk", source="vk")
    store.profiles.save(dataclasses.replace(PROFILE, lines=(dataclasses.replace(PROFILE.lines[0], quotes=(quote,)),)))
    assert store.forget("Маша@vk") == Forgotten(posts=0, quotes=1)
