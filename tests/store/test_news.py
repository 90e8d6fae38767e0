"""What has come since somebody was last here."""

from __future__ import annotations

from datetime import timedelta

from miner.records import Topic
from miner.store import Event, TopicState
from tests.store.conftest import post


def test_posts_that_have_come_since(store, clock):
    """By group; an edited one is not new."""
    store.posts.add([post(n) for n in range(20)])
    then = clock.now
    clock.move(hours=1)
    store.posts.add([post(1, "другие слова"), post(30), post(31, group=None), post(32, group="laid_off")])
    clock.move(hours=1)
    store.posts.add([post(33)])
    assert store.posts.arrived(then) == {"rural": 2, None: 1, "laid_off": 1}
    assert store.posts.arrived(then + timedelta(hours=1)) == {"rural": 1}
    assert store.posts.arrived(clock.now) == {}
    assert sum(store.posts.arrived(then - timedelta(days=1)).values()) == 24
    assert store.posts.arrived(then - timedelta(days=1), most=5) == {"rural": 5}


def test_nothing_has_come_to_an_empty_store(store, clock):
    assert store.posts.arrived(clock.now) == {}
    assert store.topics.changes(clock.now) == {}
    assert store.topics.loose() == (0, 0)


def test_what_refits_did_since(store, clock):
    """By event, of all refits after a moment."""
    topics = [Topic("t1", "дорога", (), (), ()), Topic("t2", "ожидание", (), (), ())]
    store.topics.save(topics, [Event("born", (), ("t1",)), Event("born", (), ("t2",))], state=TopicState({}))
    then = clock.now
    clock.move(hours=1)
    store.topics.save(topics[:1], [Event("continued", ("t1",), ("t1",)), Event("dormant", ("t2",), ())])
    store.topics.join({"a:1-2": "t1", "b:1-2": None}, sureness=0.5)
    assert store.topics.changes(then) == {"continued": 1, "dormant": 1}
    assert store.topics.changes(then - timedelta(hours=1)) == {"born": 2, "continued": 1, "dormant": 1}
    assert store.topics.loose() == (2, 1)
