"""People whose posts came without a group, and the groups that they were assigned to."""

from __future__ import annotations

import dataclasses

import pytest

from miner.records import Fact, Membership, Profile, Quote
from tests.store.conftest import document, post

PROFILE = Profile("rural", "Жители сёл", "citizen", None, "2025-03-14", 2, 2, None, (), ())


@pytest.fixture
def stray(store):
    """Masha has written p1 and p2, nobody knows who p3; none of them came with a group. p4 did."""
    named = [post(1, "живу в деревне", author="Маша"), post(2, "ждать надоело", author="Маша"), post(3, author=None)]
    posts = [*(dataclasses.replace(p, group=None) for p in named), post(4)]
    store.posts.add(posts)
    store.documents.save([document(p) for p in posts], "v1")
    return store


def members(store, group="rural"):
    first, _, third = [p.speaker for p, _ in store.documents.of_group(None, "v1")]
    return [Membership(first, group, 0.9, "p1", 0, 14), Membership(third, group, 0.6, "p3")]


def test_memberships_come_back_equal(stray):
    """The surest first; the groups whose people changed are told, and nothing when nothing did."""
    assert stray.memberships.replace(members(stray)) == ["rural"]
    assert stray.memberships.all("rural") == members(stray)
    assert stray.memberships.replace(members(stray)) == []
    assert stray.memberships.counts() == {"rural": 2}
    assert stray.memberships.replace([]) == ["rural"]
    assert stray.memberships.all() == []


def test_posts_of_members(stray):
    """All posts of an author, and a post without an author by itself; not those that came with a group."""
    stray.memberships.replace(members(stray))
    assert [p.id for p, _ in stray.documents.of_members("rural", "v1")] == ["p1", "p2", "p3"]
    assert list(stray.documents.of_members("disabled", "v1")) == []


def test_a_forgotten_author_is_a_member_no_more(stray):
    """Neither of a group, nor quoted behind a characteristic of a profile in force."""
    stray.memberships.replace(members(stray))
    (masha, nobody) = stray.memberships.all()
    quotes = tuple(Quote(m.doc_id, 0, 4, "живу", m.speaker) for m in (masha, nobody))
    kept = stray.profiles.save(dataclasses.replace(PROFILE, facts=(Fact("region", 2, (), quotes=quotes),)))
    assert stray.profiles.version("rural", kept.version).facts[0].quotes == quotes
    stray.forget(masha.author)
    assert [m.doc_id for m in stray.memberships.all()] == ["p3"]
    assert [q.doc_id for q in stray.profiles.version("rural", kept.version).facts[0].quotes] == ["p3"]
