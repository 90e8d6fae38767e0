"""People without a group are assigned at the cost of what is new, and as if all of them had been heard again."""

from __future__ import annotations

import dataclasses
import random

import pytest

from miner import pipeline
from miner.profiles.assign import assign
from miner.settings import Settings
from miner.store.pages import batches
from tests.store.conftest import (  # noqa: F401  # fixtures
    backend,
    clock,
    document,
    laid_out,
    post,
    store,
    url,
    workspace,
)

VERSION = pipeline.version(Settings())
SAID = [
    "Сам я инвалид третьей группы, работу не найти",
    "Я самозанятая, шью на заказ",
    "Живу в деревне, автобус не ходит",
    "Я студент, учусь на последнем курсе",
    "надоело ждать ответа",
    "спасибо всем",
]


def said(chance, number, people=40):
    """A post without a group, whose author is always the same; one in eight has none, one in four tells an age."""
    author = None if number % 8 == 0 else f"автор {random.Random(number).randrange(people)}"
    given = dataclasses.replace(post(number, chance.choice(SAID)), author=author, group=None)
    return given, {"age": chance.choice((19, 33, 56))} if chance.random() < 0.25 else {}


def bring(store, pairs):  # noqa: F811
    store.posts.add(given for given, _ in pairs)
    waiting = {given.id for given in store.documents.pending(VERSION)}
    # A batch of as many posts as a test has is best looked up by walking them all.
    for batch in batches((pair for pair in pairs if pair[0].id in waiting), 20):
        store.documents.save((document(given, facts=facts) for given, facts in batch), VERSION)


def assign_new(store):  # noqa: F811
    marks = store.documents.fresh(None)
    changed = pipeline.assign(store, Settings(), marks)
    store.documents.known(marks)
    return changed


def everybody(store):  # noqa: F811
    heard = store.documents.of_group(None, VERSION)
    return sorted(assign(heard, pipeline.groups_of(store)), key=lambda m: (m.group, m.speaker))


def kept(store):  # noqa: F811
    return sorted(store.memberships.all(), key=lambda m: (m.group, m.speaker))


@pytest.fixture
def read(store, monkeypatch):  # noqa: F811
    """How many posts were read to assign people, all of them and those of some."""
    counts = {"all": 0, "some": 0}

    def counting(name, of):
        def reading(*given):
            for pair in of(*given):
                counts[name] += 1
                yield pair

        return reading

    monkeypatch.setattr(store.documents, "of_group", counting("all", store.documents.of_group))
    monkeypatch.setattr(store.documents, "of_writers", counting("some", store.documents.of_writers))
    return counts


@pytest.mark.parametrize("seed", range(3))
def test_some_by_some_is_as_all_at_once(store, seed):  # noqa: F811
    """New people, further words of known ones, edits and a forgotten author; what is said to have changed has."""
    chance = random.Random(seed)
    bring(store, [said(chance, n) for n in range(200)])
    assign_new(store)
    for first in range(200, 240, 8):
        before = {m.group: set() for m in kept(store)}
        for member in kept(store):
            before[member.group].add(member.speaker)
        bring(store, [said(chance, n) for n in (*range(first, first + 6), chance.randrange(200))])
        changed = assign_new(store)
        assert kept(store) == everybody(store)
        after = {m.group: set() for m in kept(store)}
        for member in kept(store):
            after[member.group].add(member.speaker)
        assert changed == {g for g in {*before, *after} if before.get(g) != after.get(g)}
    author = next(m.author for m in kept(store) if m.author)
    store.forget(author)
    bring(store, [said(chance, n) for n in range(240, 244)])
    assign_new(store)
    assert kept(store) == everybody(store)


def test_only_those_who_wrote_are_heard(store, read):  # noqa: F811
    """A day's few posts cost what their authors ever wrote, however many others there are."""
    chance = random.Random(7)
    bring(store, [said(chance, n) for n in range(300)])
    assign_new(store)
    assert read == {"all": 300, "some": 0}
    pair = dataclasses.replace(post(300, SAID[0]), author="автор 7", group=None), {}
    bring(store, [pair])
    assign_new(store)
    assert read["all"] == 300
    assert 1 <= read["some"] <= 30


def test_another_rule_is_applied_to_everybody(store, read, workspace):  # noqa: F811
    """An analyst changes a group: those who wrote long ago belong to it, too."""
    chance = random.Random(7)
    bring(store, [said(chance, n) for n in range(100)])
    assign_new(store)
    folder = workspace / "groups"
    folder.mkdir()
    (folder / "grateful.toml").write_text('title = "Благодарные"\n[[cue]]\nsays = "спасибо всем"\n', encoding="utf-8")
    assert assign_new(store) == {"grateful"}
    assert read == {"all": 200, "some": 0}
    assert kept(store) == everybody(store)


def test_everybody_is_heard_again_when_the_store_has_grown(store, read):  # noqa: F811
    """By a quarter: then it shows whether a cue takes nearly everyone."""
    chance = random.Random(7)
    bring(store, [said(chance, n) for n in range(100)])
    assign_new(store)
    bring(store, [said(chance, n) for n in range(100, 124)])
    assign_new(store)
    assert read["all"] == 100
    bring(store, [said(chance, n) for n in range(124, 127)])
    assign_new(store)
    assert read["all"] == 227
