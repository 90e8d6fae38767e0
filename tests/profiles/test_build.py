"""Building a profile."""

from __future__ import annotations

import dataclasses

from miner.profiles import build, find_group
from miner.records import Mined


def profile(mined, **more):
    return build(mined, find_group("rural"), made="2025-03-14", **more)


def test_the_head_follows_the_template(mined):
    """Region comes first and goal last, whatever order the facts were found in."""
    head = [fact.field for fact in profile(mined).facts if fact.section == "head"]
    assert head[:3] == ["region", "age", "gender"]
    assert head[-1] == "goal"


def test_a_gap_is_shown(mined):
    """A characteristic of the head that nobody told of is there, with n 0."""
    assert profile(mined).fact("education").n == 0


def test_numbers_become_bands(mined):
    """Ages are shown in bands, in the order of the scale, with counts of their people."""
    age = profile(mined).fact("age")
    assert [(v.label, v.authors) for v in age.values] == [("18–24 лет", 1), ("25–34 лет", 2), ("45–54 лет", 5)]


def test_rare_places_are_one_answer(mined):
    """A village that one person named is not printed: it would point at that person."""
    labels = [v.label for v in profile(mined).fact("region").values]
    assert labels == ["Чухлома", "другое"]


def test_few_disclosures_are_not_a_distribution(mined):
    """Under the set n a characteristic is marked as not enough."""
    assert not profile(mined).fact("children").enough
    assert profile(mined, min_disclosures=2).fact("children").enough


def test_a_group_may_be_divided_over_its_goal(mined):
    """Two camps of about one size are told as such; sex never is."""
    assert profile(mined).fact("goal").divided
    assert not profile(mined).fact("gender").divided


def test_only_the_best_lines_are_proposed(mined):
    """``lines`` limits each column, best first."""
    assert [line.text for line in profile(mined, lines=1).of("pain")] == ["Плохое транспортное сообщение"]


def test_the_period_is_that_of_the_evidence(mined):
    assert profile(mined).period == ("2024-01-11", "2024-02-11")


def test_a_group_without_posts_has_an_empty_portrait():
    """Nothing mined is no mistake: the head is all gaps, the columns are empty."""
    empty = profile(Mined("rural", 0, 0, (), ()))
    assert not empty.lines
    assert empty.period is None
    assert {fact.n for fact in empty.facts} == {0}


def test_a_line_stands_once(mined):
    """Two themes that found the same words give one line of the page; the one with more people stays."""
    first = next(c for c in mined.candidates if c.kind == "pain")
    twin = dataclasses.replace(first, id="twin", support=dataclasses.replace(first.support, authors=2))
    made = build(
        dataclasses.replace(mined, candidates=(*mined.candidates, twin)), find_group("rural"), made="2025-03-14"
    )
    assert [line.id for line in made.lines if line.text == first.text] == [first.id]
