from __future__ import annotations

from miner.records import Topic
from miner.store import Event

WAITING = Topic("t1", "ожидание", ("ждать", "ответ"), ("p1", "p2", "p3#4-11"), ("p2",))
PAY = Topic("t2", "зарплата", ("платить",), ("p4",), ("p4",))


def test_topics_come_back_equal(store):
    """In the order of the refit, each with its texts in theirs."""
    store.topics.save([PAY, WAITING])
    assert store.topics.load() == [PAY, WAITING]


def test_scopes_have_topics_of_their_own(store):
    """One id may mean two things in two groups."""
    other = Topic("t1", "дорога", (), ("p9",), ())
    store.topics.save([WAITING], scope="rural")
    store.topics.save([other], scope="disabled")
    assert store.topics.load(scope="rural") == [WAITING]
    assert store.topics.load(scope="disabled") == [other]
    assert store.topics.load() == []


def test_a_topic_that_a_refit_lost_lies_dormant(store):
    """Its name is kept, so that it is known when it wakes."""
    store.topics.save([WAITING, PAY])
    store.topics.save([PAY])
    assert store.topics.load() == [PAY]
    assert store.topics.load(dormant=True) == [PAY, Topic("t1", "ожидание", ("ждать", "ответ"), (), ("p2",))]
    store.topics.save([WAITING, PAY])
    assert store.topics.load(dormant=True) == [WAITING, PAY]


def test_the_lineage_only_grows(store, clock):
    """Each refit adds what it did."""
    store.topics.save([WAITING, PAY], [Event("born", (), ("t1",)), Event("born", (), ("t2",))])
    clock.move(days=7)
    store.topics.save([PAY], [Event("merged", ("t1", "t2"), ("t2",))])
    told = store.topics.lineage()
    assert [(e.event, e.before, e.after) for e in told] == [
        ("born", (), ("t1",)),
        ("born", (), ("t2",)),
        ("merged", ("t1", "t2"), ("t2",)),
    ]
    assert told[-1].at == clock.now
