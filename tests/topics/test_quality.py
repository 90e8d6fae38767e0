from __future__ import annotations

import random
from dataclasses import replace

from miner.records import Post
from miner.settings import Settings
from miner.topics.model import Assignment, fit
from miner.topics.quality import measure

from .conftest import posts


def test_topics_of_plain_themes_are_coherent_apart_and_stable(corpus):
    result = fit(corpus, Settings())
    quality = measure(corpus, result, Settings())
    assert [topic.topic for topic in quality.topics] == [topic.id for topic in result.topics]
    assert quality.stability > 0.8
    assert quality.without <= 0.1
    assert sum(bool(topic.weak) for topic in quality.topics) <= 1


def test_topics_drawn_by_lot_are_marked_weak(corpus):
    """Texts dealt at random into the topics neither hold together nor come back with another seed."""
    result = fit(corpus, Settings())
    names = [topic.id for topic in result.topics]
    chance = random.Random(1)
    dealt = tuple(Assignment(post.id, chance.choice(names), 1.0) for post in corpus)
    quality = measure(corpus, replace(result, assignments=dealt), Settings(), seeds=2)
    assert quality.stability < 0.2
    assert all("при другом начале счёта тема распадается" in topic.weak for topic in quality.topics)
    assert all("тема сливается с соседней" in topic.weak for topic in quality.topics if topic.separation < 0)
    assert any(topic.separation < 0 for topic in quality.topics)


def test_no_topics_have_no_quality_but_an_answer():
    texts = [Post(str(n), "") for n in range(3)]
    quality = measure(texts, fit(texts, Settings()), Settings())
    assert quality.to_json() == {"topics": [], "stability": 1.0, "without_topic": 1.0}


def test_quality_is_the_same_twice():
    texts = posts(40)
    result = fit(texts, Settings())
    assert measure(texts, result, Settings(), seeds=2) == measure(texts, result, Settings(), seeds=2)
