"""Decisions outlive refits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from miner.errors import BadInput
from miner.records import Candidate, Quote, Support
from miner.review import decide, settle, verdicts


def candidate(name, places, text="Нет вакансий", kind="pain", group="rural"):
    quotes = tuple(Quote(doc, start, start + 5, "слова", doc) for doc, start in places)
    return Candidate(name, group, kind, text, Support(2, 2, 1, 1, 1, 0.5, (0.1, 0.9)), 0.0, None, quotes)


def log(*steps):
    return [
        decide(action, c.id, who="А", at=f"2026-01-{day:02}", candidate=c, **data)
        for day, (action, c, data) in enumerate(steps, 1)
    ]


def test_rejected_stays_rejected_under_a_new_id():
    """A refit gives the line another id and one more quote: it is still the rejected one."""
    before = candidate("old", [("a", 0), ("b", 7)])
    after = candidate("new", [("a", 0), ("b", 7), ("c", 3)])
    other = candidate("other", [("x", 0)])
    settled = settle([after, other], verdicts(log(("reject", before, {}))))
    assert {name: v.action for name, v in settled.items()} == {"new": "reject"}


def test_another_kind_is_another_line():
    """Quotes of a pain say nothing of a desire."""
    before, after = candidate("old", [("a", 0)]), candidate("new", [("a", 0)], kind="desire")
    assert settle([after], verdicts(log(("reject", before, {})))) == {}


def test_undo():
    """Undo takes back the last word, and the one before stands again."""
    line = candidate("c", [("a", 0)])
    steps = log(("accept", line, {}), ("edit", line, {"text": "Мало вакансий"}), ("undo", line, {}))
    assert verdicts(steps)["c"].action == "accept"
    assert verdicts(log(("accept", line, {}), ("undo", line, {}))) == {}


@pytest.mark.parametrize(
    ("action", "who", "data", "said"),
    [
        ("like", "А", {}, "no action 'like'"),
        ("accept", " ", {}, "Say who decides"),
        ("edit", "А", {}, "needs the words"),
        ("edit", "А", {"text": "а" * 3000}, "has room for 300"),
    ],
)
def test_bad_decisions(action, who, data, said):
    """A decision that can't be obeyed is refused with the rule."""
    with pytest.raises(BadInput, match=said):
        decide(action, "c", who=who, at="2026-01-01", **data)


@given(st.lists(st.sampled_from(["accept", "reject", "later", "undo"]), max_size=30))
def test_undo_is_a_stack(actions):
    """Whatever the order of decisions and undos, the verdict is the last decision not taken back."""
    line = candidate("c", [("a", 0)])
    stack = []
    for action in actions:
        if action != "undo":
            stack.append(action)
        elif stack:
            stack.pop()
    found = verdicts(log(*[(action, line, {}) for action in actions]))
    assert [v.action for v in found.values()] == stack[-1:]
