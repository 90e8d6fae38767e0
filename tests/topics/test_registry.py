from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from miner.errors import BadInput
from miner.records import Decision
from miner.settings import Settings, Topics
from miner.topics.model import fit
from miner.topics.registry import Registry

from .conftest import posts


def decision(number: int, action: str, target: str, **data) -> Decision:
    return Decision(f"d{number}", "2025-03-14T10:00:00", "аналитик", action, target, data)


def seeded(seed: int) -> Settings:
    return Settings(topics=Topics(seed=seed))


def stored(registry: Registry, result) -> Registry:
    """The registry as another process reads it from the topics file."""
    return Registry.from_json(json.loads(json.dumps(result.to_json(), ensure_ascii=False)))


def given_topics(result) -> dict[str, str | None]:
    return {a.id: a.topic for a in result.assignments}


@pytest.fixture
def registry(corpus):
    fresh = Registry()
    fresh.result = fresh.fit(corpus, Settings())
    return fresh


def test_a_refit_with_new_posts_and_another_seed_keeps_ids_and_texts(corpus):
    """At least 95 % of texts in continued topics keep their topic."""
    first = fit(corpus, Settings())
    second = fit([*corpus, *posts(12, seed=5, start=60)], seeded(7), first.to_json())
    continued = {event.before[0] for event in second.lineage if event.event == "continued"}
    before, after = given_topics(first), given_topics(second)
    kept = [before[text] == after[text] for text in before if before[text] in continued]
    assert len(continued) >= 0.7 * len(first.topics)
    assert sum(kept) >= 0.95 * len(kept)


def test_new_posts_join_topics_that_are_known(corpus):
    first = fit(corpus, Settings())
    more = posts(20, seed=9, start=60)
    second = fit([*corpus, *more], Settings(), first.to_json())
    known = {topic.id for topic in first.topics}
    assert sum(given_topics(second)[post.id] in known for post in more) >= 16


def test_topics_are_recognised_by_their_centres_when_no_text_is_shared(corpus):
    first = fit(corpus, Settings())
    second = fit(posts(60, seed=3, start=1000), Settings(), first.to_json())
    assert sum(event.event == "continued" for event in second.lineage) >= 3


def test_a_topic_whose_texts_are_gone_is_dormant_and_its_id_is_never_used_again(corpus):
    first = fit(corpus, Settings())
    road = next(a.topic for a, post in zip(first.assignments, corpus, strict=True) if post.group == "дорога")
    second = fit([post for post in corpus if post.group != "дорога"], Settings(), first.to_json())
    assert any(event.event == "dormant" and event.before == (road,) for event in second.lineage)
    assert road not in {topic.id for topic in second.topics}
    third = fit(corpus, Settings(), second.to_json())
    assert any(topic.id == road for topic in third.topics)


def test_posts_are_assigned_at_once_without_a_refit(registry, corpus):
    more = posts(20, seed=11, start=500)
    themes = {}
    for a, post in zip(registry.result.assignments, corpus, strict=True):
        themes.setdefault(a.topic, post.group)
    found = registry.assign(more, Settings())
    assert sum(themes.get(a.topic) == post.group for a, post in zip(found, more, strict=True)) >= 15


def test_a_name_and_a_description_survive_refits(registry, corpus):
    registry.decide(decision(1, "rename", "t1", label="Трудно добираться"))
    again = stored(registry, registry.fit(corpus, seeded(3))).fit(corpus[:50], seeded(4))
    assert next(t.label for t in again.topics if t.id == "t1") == "Трудно добираться"


def test_merged_topics_stay_one_and_undoing_parts_them_again(registry, corpus):
    before = registry.view()
    registry.decide(decision(1, "merge", "t1", topics=["t2"]))
    more = [*corpus, *posts(12, seed=8, start=60)]
    after = given_topics(registry.fit(more, seeded(5)))
    assert {after[text] for text, topic in before.items() if topic in {"t1", "t2"}} == {"t1"}
    registry.decide(decision(2, "undo", "d1"))
    apart = given_topics(registry.fit(more, seeded(6)))
    assert {apart[text] for text, topic in before.items() if topic == "t2"} == {"t2"}


def test_a_split_makes_a_topic_that_stays_apart_and_undo_brings_the_texts_home(registry, corpus):
    own = [text for text, topic in registry.view().items() if topic == "t1"]
    made = registry.decide(decision(1, "split", "t1", texts=own[:3], label="Отдельно")).data["topic"]
    again = stored(registry, registry.fit(corpus, seeded(9)))
    after = given_topics(again.fit(corpus, seeded(10)))
    assert {after[text] for text in own[:3]} == {made}
    assert {after[text] for text in own[3:]} == {"t1"}
    again.decide(decision(2, "undo", "d1"))
    assert {given_topics(again.fit(corpus, Settings()))[text] for text in own} == {"t1"}


def test_a_moved_text_a_noisy_one_and_a_rejected_topic_stay_so(registry, corpus):
    text = next(text for text, topic in registry.view().items() if topic == "t1")
    registry.decide(decision(1, "move", text, topic="t2"))
    noisy = next(text for text, topic in registry.view().items() if topic == "t3")
    registry.decide(decision(2, "noise", noisy))
    lost = [text for text, topic in registry.view().items() if topic == "t4"]
    registry.decide(decision(3, "reject", "t4"))
    result = registry.fit([*corpus, *posts(12, seed=8, start=60)], seeded(12))
    after = given_topics(result)
    assert after[text] == "t2"
    assert after[noisy] is None
    assert {after[text] for text in lost} == {None}
    assert "t4" not in {topic.id for topic in result.topics}


@pytest.mark.parametrize(
    ("bad", "complaint"),
    [
        (decision(1, "paint", "t1"), "no action 'paint'. Known: rename"),
        (decision(1, "rename", "t99", label="а"), "no topic 't99'"),
        (decision(1, "rename", "t1"), "rename needs 'label'"),
        (decision(1, "move", "nobody", topic="t1"), "no text 'nobody'"),
        (decision(1, "undo", "d7"), "no decision 'd7'"),
    ],
)
def test_a_decision_that_names_nothing_known_is_refused_and_changes_nothing(registry, bad, complaint):
    before = registry.to_json()
    with pytest.raises(BadInput, match=complaint):
        registry.decide(bad)
    assert registry.to_json() == before


def test_a_registry_comes_back_equal_from_its_file(registry, corpus):
    registry.decide(decision(1, "merge", "t1", topics=["t2"]))
    result = registry.fit(corpus, Settings())
    read = stored(registry, result)
    assert read.entries == registry.entries
    assert read.base == registry.base
    assert read.view() == registry.view()
    assert read.log == registry.log


ACTIONS = st.tuples(
    st.sampled_from(["rename", "merge", "split", "move", "pin", "reject", "noise", "undo", "fit"]),
    st.integers(0, 10_000),
    st.integers(0, 10_000),
)


def choose(registry: Registry, number: int, action: str, one: int, other: int) -> Decision | None:
    """A decision of that kind on what a reader sees, if there is anything for it."""
    shown = registry.view()
    topics = sorted({topic for topic in shown.values() if topic})
    texts = sorted(shown)
    if action == "undo":
        return decision(number, "undo", registry.log[one % len(registry.log)].id) if registry.log else None
    if not topics or (action == "merge" and len(topics) < 2):
        return None
    topic = topics[one % len(topics)]
    second = topics[(one + 1 + other % max(len(topics) - 1, 1)) % len(topics)]
    own = sorted(text for text, name in shown.items() if name == topic)
    return {
        "rename": decision(number, "rename", topic, label=f"Имя {number}"),
        "merge": decision(number, "merge", topic, topics=[second]),
        "split": decision(number, "split", topic, texts=own[: 1 + other % len(own)]),
        "move": decision(number, "move", texts[other % len(texts)], topic=topic),
        "pin": decision(number, "pin", topic),
        "reject": decision(number, "reject", topic),
        "noise": decision(number, "noise", texts[other % len(texts)]),
    }[action]


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(ACTIONS, min_size=1, max_size=6))
def test_no_refit_loses_a_decision(steps):
    """Whatever people decide: a refit with new posts and another seed shows every decided text and name as before."""
    corpus = posts(45)
    registry = Registry()
    registry.fit(corpus, Settings())
    for number, (action, one, other) in enumerate(steps):
        if action == "fit":
            corpus = [*corpus, *posts(9, seed=one, start=len(corpus))]
            registry = stored(registry, registry.fit(corpus, seeded(one % 100)))
        elif made := choose(registry, number, action, one, other):
            registry.decide(made)
    overlay = registry.overlay()
    shown = registry.view()
    again = registry.fit([*corpus, *posts(9, seed=77, start=len(corpus))], seeded(99))
    after = given_topics(again)
    assert {text: after[text] for text in overlay.fixed} == {text: shown[text] for text in overlay.fixed}
    for gone, into in overlay.into.items():
        assert not any(topic == gone for topic in after.values()), (gone, into)
    assert not set(after.values()) & overlay.rejected
    for topic in again.topics:
        if topic.id in overlay.names:
            assert topic.label == overlay.names[topic.id]
