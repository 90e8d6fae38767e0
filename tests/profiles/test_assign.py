"""Authors are assigned to groups by evidence."""

import pytest

from miner.errors import BadConfig
from miner.profiles import load_groups
from miner.profiles.assign import assign, overlapping
from miner.profiles.groups import Cue, Group
from miner.records import Disclosure, Document, Membership, Post, Sentiment


def annotated(*posts):
    for number, (author, text, *facts) in enumerate(posts):
        post = Post(f"p{number}", text, author=author, source="forum")
        disclosed = tuple(Disclosure(field, value, 0, 3) for field, value in facts)
        yield post, Document(post.id, 1.0, True, Sentiment("neutral", 1.0), facts=disclosed)


def groups_of(*posts):
    found = {}
    for member in assign(annotated(*posts), load_groups()):
        found.setdefault(member.speaker.partition("@")[0], set()).add(member.group)
    return found


def test_by_what_they_say():
    """Self-description puts an author into a group, and the words that say so are kept."""
    text = "Сам я инвалид третьей группы, работу не найти"
    member = next(m for m in assign(annotated(("u1", text)), load_groups()) if m.group == "disabled")
    assert "инвалид" in text[member.start : member.end]
    assert member.doc_id == "p0"


def test_of_others():
    """A son's disability says nothing of the author."""
    assert "disabled" not in groups_of(("u1", "У меня сын с инвалидностью, сижу с ним")).get("u1", ())


def test_by_disclosures_of_other_posts():
    """What an author discloses in one post holds for the others."""
    assert "pre_retirees" in groups_of(("u1", "Мне 58", ("age", 58)), ("u1", "Нигде не берут"))["u1"]


def test_several_groups():
    """An author may belong to several groups."""
    found = groups_of(("u1", "Живу в деревне, меня сократили весной"))
    assert {"rural", "laid_off"} <= found["u1"]


def test_nobody():
    """Who shows no sign stays unassigned."""
    assert groups_of(("u1", "Сегодня хорошая погода")) == {}


def test_a_cue_for_everyone_is_refused():
    """A cue that nearly every author fits is refused with the share it would take."""
    group = Group(name="all", title="Все", cue=(Cue(says="работ"),))
    with pytest.raises(BadConfig, match=r"all\.toml: cue 1 \(says = 'работ'\) would take 100% of 60 authors"):
        list(assign(annotated(*[(f"u{i}", "ищу работу") for i in range(60)]), {"all": group}))


def test_a_source_may_be_all_of_a_group():
    """A source belongs to its group by the analyst's word: that everybody comes from it is no mistake."""
    group = Group(name="village", title="Село", sources=("forum",), cue=(Cue(says="корова"),))
    found = list(assign(annotated(*[(f"u{i}", "ищу работу") for i in range(60)]), {"village": group}))
    assert [(m.score, m.start, m.end) for m in found] == [(0.6, 0, 0)] * 60


def test_the_last_word_of_an_author_counts():
    """Somebody who was 49 and is 52 now is a pre-retiree, whatever order their posts came in."""
    group = Group(name="older", title="Старше", cue=(Cue(facts={"age": {"from": 51}}),))
    now, then = Post("p1", "мне 52", author="u", date="2026-01-01"), Post("p2", "мне 49", author="u", date="2023-01-01")
    pairs = [
        (post, Document(post.id, 1.0, True, Sentiment("neutral", 1.0), facts=(Disclosure("age", age, 4, 6),)))
        for post, age in ((now, 52), (then, 49))
    ]
    (member,) = assign(pairs, {"older": group})
    assert (member.doc_id, member.start, member.end) == ("p1", 4, 6)


def test_a_post_without_an_author_stands_for_itself():
    (member,) = assign(annotated((None, "Я самозанятая, шью на заказ")), load_groups())
    assert (member.group, member.author, member.doc_id) == ("self_employed", None, "p0")


def test_two_groups_of_the_same_people_are_told():
    """Two groups that overlap entirely are named with the number of their people; a common part is no fault."""
    members = [Membership(f"u{n}", group, 0.9, f"p{n}") for n in range(6) for group in ("one", "two")]
    members += [Membership(f"u{n}", "three", 0.9, f"p{n}") for n in range(3)]
    assert list(overlapping(members)) == [("one", "two", 6)]


def test_examples():
    """Each group hears its people and not its neighbours."""
    said = {
        "released": "полгода как освободился, с судимостью никуда не берут",
        "veterans": "вернулся с СВО, руки нет, куда теперь",
        "self_employed": "Я самозанятая, шью на заказ",
        "migrants": "получила РВП, теперь ищу место",
        "large_families": "мы многодетные, четверо у нас",
        "small_employers": "у меня небольшая пекарня, людей не найти",
        "employers": "я кадровик на заводе, не хватает сварщиков",
        "young_parents": "сижу в декрете второй год",
        "graduates": "закончила колледж летом, без опыта не берут",
        "long_unemployed": "третий год не могу найти работу",
        "career_changers": "в сорок лет меняю профессию",
    }
    for group, text in said.items():
        assert group in groups_of(("u1", text)).get("u1", ()), group
