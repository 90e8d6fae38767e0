from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from miner.records import ROLES, Post
from miner.store import Added, open_store
from tests.store.conftest import document, post

ids = lambda posts: [p.id for p in posts]  # noqa: E731


def test_new_posts_are_kept_in_the_order_of_their_arrival(store):
    """Posts come back as they came, whatever the size of the batches."""
    given_ = [post(n) for n in range(2_345)]
    assert store.posts.add(given_) == Added(new=2_345)
    assert ids(store.posts.all()) == ids(given_)


def test_the_same_posts_again_change_nothing(store):
    """A second import of one file is no news."""
    given_ = [post(n) for n in range(5)]
    store.posts.add(given_)
    assert store.posts.add(given_) == Added(same=5)
    assert store.posts.count() == 5


def test_an_edited_post_gets_a_new_version(store):
    """What was said before stays readable, the present words are the post."""
    store.posts.add([post(1, "надоело ждать"), post(2)])
    assert store.posts.add([post(1, "уже не жду")]) == Added(changed=1)
    store.posts.add([post(1, "снова жду", title="Ответ")])
    assert [(p.text, p.title) for p in store.posts.versions("p1")] == [
        ("надоело ждать", None),
        ("уже не жду", None),
        ("снова жду", "Ответ"),
    ]
    assert ids(store.posts.all()) == ["p1", "p2"]


def test_other_circumstances_are_no_new_version(store):
    """More likes, another group: the words are the same, so nothing has to be read again."""
    store.posts.add([post(1, extra={"likes": 3})])
    assert store.posts.add([post(1, extra={"likes": 4}, group="disabled")]) == Added(updated=1)
    [now] = store.posts.all()
    assert (now.extra, now.group, len(store.posts.versions("p1"))) == ({"likes": 4}, "disabled", 1)


def test_one_id_twice_in_a_call_is_an_edit(store):
    """The later of two posts with one id wins."""
    assert store.posts.add([post(1, "раз"), post(1, "два"), post(1, "два")]) == Added(new=1, changed=1, same=1)
    assert [p.text for p in store.posts.all()] == ["два"]


def test_names_of_authors_are_nowhere_in_the_database(store, workspace, url):
    """A name becomes a key before anything is written; the key stays when the post comes back."""
    store.posts.add([post(1, author="Мария Иванова")])
    [kept] = store.posts.all()
    assert store.keys.is_key(kept.author)
    assert kept.author == store.keys.key("forum.example.ru", "Мария Иванова")
    assert store.posts.add([kept]) == Added(same=1)
    if url.startswith("sqlite"):
        files = [file.read_bytes() for file in workspace.iterdir() if file.name.startswith("miner.db")]
        assert not any("Иванова".encode() in data for data in files)
        assert any("надоело".encode() in data for data in files)


def test_groups_are_counted(store):
    """Posts without a group count in the whole only."""
    store.posts.add([post(1), post(2, group="disabled"), post(3, group=None), post(4)])
    assert store.posts.groups() == ["disabled", "rural"]
    assert [store.posts.count(g) for g in ("rural", "disabled", "nobody", None)] == [2, 1, 0, 4]
    assert ids(store.posts.of_group("rural")) == ["p1", "p4"]
    assert ids(store.posts.of_group(None)) == ["p3"]


def test_a_crawl_asks_what_is_known(store):
    store.posts.add([post(1), post(2)])
    assert store.posts.known("p1")
    assert not store.posts.known("p3")
    assert ids(store.posts.get(["p2", "p3", "p1"])) == ["p1", "p2"]


def test_a_vanished_post_is_marked_and_may_come_back(store):
    """What its site no longer shows was said all the same; the mark goes when the post is seen again."""
    store.posts.add([post(n, thread="t1") for n in range(3)])
    assert store.posts.vanish(["p0", "p1", "unknown"]) == 2
    assert store.posts.vanish(["p0"]) == 0
    assert store.posts.count() == 3
    assert store.posts.of_thread("forum.example.ru", "t1") == ["p2"]
    assert store.posts.add([post(0, thread="t1")]) == Added(updated=1)
    assert store.posts.vanished(["p0", "p1", "p2"]) == ["p1"]


def test_copies_are_found_across_sources(store):
    """A repost differs in case and spaces at most."""
    store.posts.add([post(1, "Всё надоело"), post(2, "все  надоело\n", source="vk"), post(3, "не надоело")])
    assert store.posts.copies(post(9, "ВСЁ НАДОЕЛО")) == ["p1", "p2"]


def test_changed_groups_are_those_with_new_or_edited_posts(store):
    store.posts.add([post(1), post(2, group="disabled"), post(3, group=None)])
    before = store.posts.stamp()
    assert store.posts.changed_groups(before) == []
    store.posts.add([post(1), post(2, "совсем другое", group="disabled"), post(4, group=None)])
    assert store.posts.changed_groups(before) == ["disabled"]
    assert store.posts.changed_groups(0) == ["disabled", "rural"]


def test_raw_words_are_dropped_when_they_are_old(store):
    """Statements and counts stay; a later crawl doesn't bring the words back."""
    old, edited, new = post(1, date="2023-01-31"), post(2, date="2023-05-01"), post(3, date="2025-03-01T10:00:00+03:00")
    store.posts.add([old, dataclasses.replace(edited, text="прежние слова"), new])
    store.posts.add([edited])
    store.documents.save([document(p, "надоело ждать") for p in (old, edited, new)], "v1")
    assert store.posts.drop_raw(timedelta(days=365)) == 2
    assert store.posts.drop_raw(timedelta(days=365)) == 0
    assert [p.text for p in store.posts.all()] == ["", "", new.text]
    assert [p.text for p in store.posts.versions("p2")] == [""]
    assert store.posts.add([old, dataclasses.replace(edited, text="новые слова")]) == Added(same=2)
    assert [p.text for p in store.posts.all()] == ["", "", new.text]
    found = [(d.id, d.statements[0].text) for _, d in store.documents.of_group("rural", "v1")]
    assert found == [("p1", "надоело ждать"), ("p2", "надоело ждать"), ("p3", "надоело ждать")]


def test_the_last_annotation_of_dropped_words_holds_under_every_version(store):
    """A new pipeline can't read what is gone, and must not lose what was found there."""
    old, new = post(1, date="2023-01-31"), post(2)
    store.posts.add([old, new])
    for version in ("v1", "v2"):
        store.documents.save([document(old, "надоело ждать"), document(new, "надоело")], version)
    store.posts.drop_raw(timedelta(days=365))
    assert ids(store.documents.pending("v3")) == ["p2"]
    store.documents.save([document(new, "ждать")], "v3")
    assert [(d.id, d.statements[0].text) for _, d in store.documents.of_group("rural", "v3")] == [
        ("p1", "надоело ждать"),
        ("p2", "ждать"),
    ]


def test_a_post_of_any_length_is_kept(store):
    """Ids, threads and texts of the internet know no limit."""
    long = post(1, "слово " * 200_000, thread="https://forum.example.ru/" + "я" * 5_000)
    long = dataclasses.replace(long, id="https://forum.example.ru/?" + "ы" * 9_000, author=None)
    store.posts.add([long])
    assert list(store.posts.all()) == [long]
    assert store.posts.known(long.id)


# Halves of surrogate pairs and NUL among them: neither database likes them, the internet has them.
texts = st.text(st.characters(exclude_categories=()), max_size=40)
maybe = st.none() | texts
json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
posts = st.builds(
    Post,
    id=texts,
    text=texts,
    author=st.none(),
    source=maybe,
    url=maybe,
    thread=maybe,
    parent=maybe,
    date=maybe,
    title=maybe,
    group=maybe,
    role=st.sampled_from(ROLES),
    extra=st.dictionaries(texts, json, max_size=3),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(given_=st.lists(posts, max_size=4, unique_by=lambda p: p.id))
def test_what_is_stored_comes_back_equal(store, given_):
    """Any post that Python can hold."""
    store.posts.add(given_)
    assert {p.id: p for p in store.posts.get(ids(given_))} == {p.id: p for p in given_}
    assert sum(store.posts.add([p]).same for p in given_) == len(given_)


def test_another_workspace_sees_the_same_posts(workspace, url, tmp_path):
    """What one process wrote, the next one reads."""
    with open_store(workspace, url) as first:
        first.posts.add([post(1)])
    with open_store(workspace, url) as second:
        assert ids(second.posts.all()) == ["p1"]


@pytest.mark.parametrize("name", ["", None])
def test_a_post_without_an_author_stands_for_itself(store, name):
    store.posts.add([post(1, author=name)])
    assert [p.speaker for p in store.posts.all()] == ["post p1"]
