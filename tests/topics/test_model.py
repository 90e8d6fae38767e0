from __future__ import annotations

from collections import Counter

import pytest

from miner.errors import BadInput
from miner.records import Post
from miner.settings import Encoder, Settings
from miner.topics import model
from miner.topics.model import dumps, fit, share_without

from .conftest import THEMES, posts


def groups(result, corpus):
    """How many texts of each theme each topic has."""
    table = {}
    for given, post in zip(result.assignments, corpus, strict=True):
        table.setdefault(given.topic, Counter())[post.group] += 1
    return table


def test_plain_themes_are_found_without_saying_how_many(corpus):
    result = fit(corpus, Settings())
    table = groups(result, corpus)
    right = sum(max(counts.values()) for counts in table.values())
    assert right >= 0.9 * len(corpus)
    assert len(THEMES) <= len(result.topics) <= 2 * len(THEMES)
    assert share_without(result.assignments) <= 0.1


def test_the_same_texts_and_seed_give_the_same_bytes(corpus):
    assert dumps(fit(corpus, Settings())) == dumps(fit(corpus, Settings()))


def test_a_topics_file_has_what_the_interfaces_promise(corpus):
    written = fit(corpus, Settings()).to_json()
    assert set(written) >= {"assignments", "topics", "lineage"}
    assert set(written["assignments"][0]) == {"id", "topic", "probability"}
    assert set(written["topics"][0]) == {"id", "label", "keywords", "size", "representative"}
    assert {event["event"] for event in written["lineage"]} == {"born"}
    ids = {post.id for post in corpus}
    for topic in written["topics"]:
        assert topic["size"] == sum(a["topic"] == topic["id"] for a in written["assignments"])
        assert topic["representative"]
        assert set(topic["representative"]) <= ids
    assert all(0 <= a["probability"] <= 1 for a in written["assignments"])


def test_the_views_of_bertopic_speak_of_our_topics(corpus):
    result = fit(corpus, Settings())
    names = {topic.id for topic in result.topics}
    assert result.model is not None
    tree = result.model.hierarchy()
    assert len(tree) == len(names) - 1
    assert {name for row in tree["Topics"] for name in row} == names
    dates = [f"2025-0{1 + number % 3}-01" for number in range(len(corpus))]
    over_time = result.model.over_time(dates)
    assert set(over_time["Topic"]) <= names
    assert over_time["Frequency"].sum() == sum(a.topic is not None for a in result.assignments)
    per_group = result.model.per_group([post.group for post in corpus])
    assert set(per_group["Class"]) == set(THEMES)
    (nearest, cosine), *_ = result.model.find("на чём доехать до работы")
    assert groups(result, corpus)[nearest].most_common(1)[0][0] == "дорога"
    assert cosine > 0.3
    assert result.model.find("!!!") == []


def test_few_texts_give_groups_of_near_equal_ones_and_say_so():
    few = [Post("1", "нет опыта"), Post("2", "опыта нет!"), Post("3", "низкая зарплата"), Post("4", "далеко ездить")]
    result = fit(few, Settings())
    assert [a.topic for a in result.assignments] == ["t1", "t1", None, None]
    assert any("Текстов мало (4" in note for note in result.notes)


@pytest.mark.parametrize("count", [1, 25])
def test_equal_texts_are_one_topic_or_a_single_text_none(count):
    result = fit([Post(str(n), "автобус не ходит") for n in range(count)], Settings())
    assert {a.topic for a in result.assignments} == ({None} if count == 1 else {"t1"})


@pytest.mark.parametrize("text", ["", "   ", "😡😡😡", "и в на", "12345"])
def test_texts_without_words_have_no_topic(text):
    result = fit([Post(str(n), text) for n in range(30)], Settings())
    assert {a.topic for a in result.assignments} == {None}
    assert result.topics == ()


def test_no_texts_give_no_topics():
    assert fit([], Settings()).to_json()["topics"] == []


def test_empty_texts_do_not_disturb_the_others(corpus):
    result = fit([*corpus, Post("empty", ""), Post("smile", ")))")], Settings())
    assert [a.topic for a in result.assignments[-2:]] == [None, None]
    assert share_without(result.assignments[:-2]) <= 0.1


def test_a_text_of_a_hundred_thousand_words_is_one_text_among_others(corpus):
    result = fit([*corpus, Post("long", "автобус не ходит и дорога долгая " * 20_000)], Settings())
    assert result.assignments[-1].topic is not None
    assert groups(result, [*corpus, Post("long", "", group="дорога")])[result.assignments[-1].topic]["дорога"] > 5


def test_thousands_of_spam_copies_are_one_topic_of_their_own_and_leave_the_others_alone(corpus):
    """Ten thousand copies that differ in a number and a word or two fold into one."""
    words = "быстрый кредит онлайн без справок и поручителей одобрение за пять минут оформи заявку на сайте банка сегодня".split()
    spam = [Post(f"s{n}", f"{' '.join(words)} звони 900-{n:05d} {words[n % len(words)]}") for n in range(10_000)]
    result = fit([*corpus, *spam], Settings())
    given = {a.id: a.topic for a in result.assignments}
    of_spam = Counter(given[post.id] for post in spam)
    (topic, count), *_ = of_spam.most_common(1)
    assert count == len(spam)
    assert topic is not None
    assert topic not in {given[post.id] for post in corpus}


def test_beyond_the_sample_the_rest_is_assigned_in_batches(monkeypatch, corpus):
    monkeypatch.setattr(model, "SAMPLE", 100)
    monkeypatch.setattr(model, "BATCH", 60)
    many = posts(300)
    result = fit(many, Settings())
    assert len(result.assignments) == 300
    assert sum(max(counts.values()) for counts in groups(result, many).values()) >= 0.85 * 300
    assert sum(len(topic.members) for topic in result.topics) == sum(a.topic is not None for a in result.assignments)


def test_a_sample_keeps_every_group_its_share():
    many = [Post(str(n), "а", group="редкая" if n % 10 == 0 else "частая") for n in range(1000)]
    rows = model.stratified(many, 100, 1)
    assert len(set(rows.tolist())) == 100
    assert sum(many[row].group == "редкая" for row in rows) == 10


def test_an_unknown_encoder_is_bad_input(monkeypatch, corpus, tmp_path):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(BadInput, match=r"encoder\.name"):
        fit(corpus, Settings(encoder=Encoder(name=str(tmp_path / "nowhere"))))


def test_a_previous_file_without_registry_is_bad_input(corpus):
    with pytest.raises(BadInput, match=r"carries no registry.*leave --previous out"):
        fit(corpus, Settings(), {"assignments": []})
