"""What a year changed in a profile."""

import dataclasses
import datetime as dt

import pytest

from miner.profiles import load_groups
from miner.profiles.compare import compare
from miner.profiles.status import review, standing
from miner.records import Line, Profile, Quote, Support
from miner.shares import wilson


def line(name, text, authors, people=100, quotes=()):
    support = Support(authors, authors, 1, 1, 1, authors / people, wilson(authors, people))
    evidence = tuple(Quote(q, 0, 5, "слова", f"u{q}") for q in quotes)
    return Line(name, "pain", text, "mined", support, evidence)


def profile(*lines, made="2026-03-01", **more):
    return Profile("rural", "Жители сёл", "citizen", None, made, 200, 100, ("2025-01-01", made), (), lines, **more)


def changes(now, before):
    return {change.line.text: change.what for change in compare(profile(*now), profile(*before))}


def test_new_and_gone():
    """A line that was not there is new, one that is no longer there is gone."""
    assert changes([line("a", "Нет вакансий", 9)], [line("b", "Плохие дороги", 9)]) == {
        "Нет вакансий": "new",
        "Плохие дороги": "gone",
    }


@pytest.mark.parametrize(("then", "today", "what"), [(10, 40, "grown"), (40, 10, "faded"), (20, 25, "same")])
def test_grown_and_faded(then, today, what):
    """A share has changed when the interval of the difference leaves out zero; a few people more are no news."""
    assert changes([line("a", "Нет вакансий", today)], [line("a", "Нет вакансий", then)]) == {"Нет вакансий": what}


def test_reworded_by_common_quotes():
    """A line with other words and another id is the same one when the same people are quoted."""
    now, before = line("b", "Некуда устроиться в селе", 9, quotes="xyz"), line("a", "Нет вакансий", 9, quotes="xyw")
    assert changes([now], [before]) == {"Некуда устроиться в селе": "reworded"}


def test_manual_lines_have_no_interval():
    """A line from the staff's experience is compared by its words alone."""
    manual = Line("m", "pain", "Стесняются просить", "manual", who="отдел")
    (change,) = compare(profile(manual), profile(dataclasses.replace(manual, id="n")))
    assert (change.what, change.ci) == ("same", None)


def test_older_than_a_year():
    """A profile made, or whose evidence ended, more than a year ago is flagged."""
    groups = load_groups()
    today = dt.date(2026, 3, 2)
    fresh, old = profile(version=1), profile(made="2024-12-01", version=1)
    assert not standing(groups["rural"], fresh, today).stale
    assert standing(groups["rural"], old, today).stale
    rows = list(review(groups, {"rural": old, "disabled": dataclasses.replace(fresh, group="disabled")}, today))
    assert rows[-1] == "готовы и не старше года: 1 из 10"
    assert any(row.startswith("Жители сёл") and "пора обновить" in row for row in rows)
