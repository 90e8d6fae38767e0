"""Candidates, decisions and profiles: what stands between the mining and the portrait."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from miner.errors import BadInput
from miner.records import (
    KINDS,
    Candidate,
    Decision,
    Fact,
    FactValue,
    Indicator,
    Line,
    Mined,
    Profile,
    Quote,
    Support,
)
from tests.store.test_posts import json, maybe, texts

numbers = st.integers(0, 2**31 - 1)
shares = st.floats(0, 1)
intervals = st.tuples(shares, shares)
supports = st.builds(Support, *[numbers] * 5, shares, intervals)
quotes = st.builds(Quote, texts, numbers, numbers, texts, texts, maybe, maybe, maybe, maybe, shares)
some_texts = st.lists(texts, max_size=2).map(tuple)
some_quotes = st.lists(quotes, max_size=3).map(tuple)
values = st.builds(FactValue, numbers | texts, numbers, shares, intervals, texts)
facts = st.builds(
    Fact, texts, numbers, st.lists(values, max_size=2).map(tuple), texts, texts, st.booleans(), st.booleans()
)
candidates = st.builds(
    Candidate,
    id=texts,
    group=st.just("rural"),
    kind=st.sampled_from(KINDS),
    text=texts,
    support=supports,
    specificity=shares,
    trend=st.none() | st.floats(-1, 1),
    evidence=some_quotes,
    keywords=some_texts,
    warnings=some_texts,
    why=some_texts,
)
mined = st.builds(
    Mined,
    group=st.just("rural"),
    posts=numbers,
    authors=numbers,
    candidates=st.lists(candidates, max_size=3).map(tuple),
    facts=st.lists(facts, max_size=2).map(tuple),
    notes=some_texts,
)
lines = st.builds(
    Line,
    id=texts,
    kind=st.sampled_from(KINDS),
    text=texts,
    origin=st.sampled_from(("mined", "edited", "manual")),
    support=st.none() | supports,
    quotes=some_quotes,
    warnings=some_texts,
    who=maybe,
    at=maybe,
    accepted=st.booleans(),
    trend=st.none() | shares,
    specificity=st.none() | shares,
)
indicators = st.builds(
    Indicator, texts, texts, st.floats(0, 9), intervals, numbers, st.sampled_from(("share", "per_person"))
)
profiles = st.builds(
    Profile,
    group=st.just("rural"),
    title=texts,
    audience=st.sampled_from(("citizen", "employer")),
    region=maybe,
    made=texts,
    posts=numbers,
    authors=numbers,
    period=st.none() | st.tuples(texts, texts),
    facts=st.lists(facts, max_size=2).map(tuple),
    lines=st.lists(lines, max_size=3).map(tuple),
    notes=some_texts,
    indicators=st.lists(indicators, max_size=2).map(tuple),
)
often = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

QUOTE = Quote("p1", 0, 13, "надоело ждать", "a:1@forum", "2025-02-01", None, "t1", "forum", 0.9)
LINE = Line("rural-1", "pain", "Долго ждёт ответа", "mined", Support(3, 4, 2, 1, 2, 0.3, (0.1, 0.5)), (QUOTE,))
PROFILE = Profile("rural", "Жители сёл", "citizen", None, "2025-03-14", 61, 40, None, (), (LINE,))


def reworded(words: str, **more) -> Profile:
    return dataclasses.replace(PROFILE, lines=(dataclasses.replace(LINE, text=words),), **more)


# Candidates


@often
@given(answer=mined)
def test_an_answer_comes_back_equal(store, answer):
    """Candidates in their order, each with its quotes in theirs, whatever was kept before."""
    store.candidates.replace(answer)
    assert store.candidates.of("rural") == answer


def test_a_group_that_was_never_mined_has_no_answer(store):
    assert store.candidates.of("rural") is None
    store.candidates.replace(Mined("disabled", 0, 0, (), ()))
    assert store.candidates.of("rural") is None
    assert list(store.candidates.groups()) == ["disabled"]


def test_a_candidate_is_found_by_its_id(store):
    wanted, other = (
        Candidate(f"rural-{n}", "rural", "pain", f"Боль {n}", LINE.support, 0.5, None, (QUOTE,)) for n in (1, 2)
    )
    store.candidates.replace(Mined("rural", 5, 3, (other, wanted), ()))
    assert store.candidates.get("rural-1") == wanted
    assert store.candidates.get("rural-3") is None


# Decisions


@often
@given(taken=st.lists(st.builds(Decision, *[texts] * 5, st.dictionaries(texts, json, max_size=2)), max_size=3))
def test_a_decision_comes_back_equal(store, taken):
    """Once, and in the order of the log."""
    new = []
    for decision in taken:
        known = {d.id: d for d in store.decisions.all()}
        if known.get(decision.id, decision) == decision:
            assert store.decisions.append(decision) == (decision.id not in known)
            new += [decision] if decision.id not in known else []
    assert list(store.decisions.all())[-len(new) :] == new or not new


def test_decisions_about_one_line_are_found(store):
    log = [Decision(str(n), "2025-03-14", "anna", "accept", f"rural-{n % 2}", {"n": n}) for n in range(4)]
    for decision in log:
        store.decisions.append(decision)
    assert list(store.decisions.all("rural-1")) == [log[1], log[3]]
    assert list(store.decisions.all("nobody")) == []


def test_decisions_since_another_one_follow_the_log_and_no_clock(store):
    """A decision dated earlier but taken later is among them."""
    log = [Decision(str(n), f"20{25 - n}-01-01", "anna", "accept", "rural-1") for n in range(3)]
    for decision in log:
        store.decisions.append(decision)
    assert list(store.decisions.since("0")) == log[1:]
    assert list(store.decisions.since(None)) == log
    with pytest.raises(BadInput, match="no decision '9'"):
        store.decisions.since("9")


def test_a_decision_is_never_said_anew(store):
    """One id says one thing for ever."""
    store.decisions.append(Decision("1", "2025-03-14", "anna", "accept", "rural-1"))
    with pytest.raises(BadInput, match="only ever appended"):
        store.decisions.append(Decision("1", "2025-03-14", "anna", "reject", "rural-1"))
    assert [d.action for d in store.decisions.all()] == ["accept"]


@pytest.mark.parametrize("command", ["UPDATE decisions SET who = 'me'", "DELETE FROM decisions"])
def test_the_database_itself_refuses_to_rewrite_the_log(store, command):
    """Not even by hand."""
    store.decisions.append(Decision("1", "2025-03-14", "anna", "accept", "rural-1"))
    with pytest.raises(DBAPIError, match="only ever appended"), store.database.writing() as connection:
        connection.execute(text(command))
    assert [d.who for d in store.decisions.all()] == ["anna"]


# Profiles


@often
@given(profile=profiles)
def test_a_profile_comes_back_equal(store, profile):
    """To the last digit of its shares, with the speakers of its quotes; only its number is the store's."""
    saved = store.profiles.save(profile)
    assert saved == dataclasses.replace(profile, version=saved.version)
    assert store.profiles.version("rural", saved.version) == saved


def test_versions_are_numbered_by_group(store):
    saved = [store.profiles.save(reworded(words)) for words in ("раз", "два")]
    other = store.profiles.save(dataclasses.replace(PROFILE, group="disabled"))
    assert [p.version for p in (*saved, other)] == [1, 2, 1]
    assert [(h.version, h.status, h.made) for h in store.profiles.list("rural")] == [
        (1, "draft", "2025-03-14"),
        (2, "draft", "2025-03-14"),
    ]
    assert list(store.profiles.groups()) == ["disabled", "rural"]


def test_the_same_profile_again_is_the_same_version(store):
    """Building twice from the same evidence makes no second draft."""
    first = store.profiles.save(PROFILE)
    store.profiles.endorse("rural", 1, "anna", "2025-03-15")
    again = store.profiles.save(dataclasses.replace(PROFILE, version=9))
    assert (first.version, again.version, again.status) == (1, 1, "current")
    # A quote is what a profile says as well.
    other = dataclasses.replace(LINE, quotes=())
    assert store.profiles.save(dataclasses.replace(PROFILE, lines=(other,))).version == 2


def test_a_draft_becomes_current_when_a_person_endorses_it(store):
    """The version before it is archived."""
    for words in ("раз", "два"):
        store.profiles.save(reworded(words))
    assert store.profiles.current("rural") is None
    first = store.profiles.endorse("rural", 1, "anna", "2025-03-15")
    assert (first.status, first.endorsed_by, first.endorsed_at) == ("current", "anna", "2025-03-15")
    store.profiles.endorse("rural", 2, "boris")
    assert store.profiles.current("rural").lines[0].text == "два"
    assert store.profiles.current("rural").endorsed_at == "2025-03-14T09:26:53+00:00"
    assert [(h.version, h.status, h.endorsed_by) for h in store.profiles.list("rural")] == [
        (1, "archived", "anna"),
        (2, "current", "boris"),
    ]


@pytest.mark.parametrize(("number", "said"), [(1, "is current; only a draft"), (7, "no version 7. Known: 1")])
def test_only_a_draft_can_be_endorsed(store, number, said):
    store.profiles.save(PROFILE)
    store.profiles.endorse("rural", 1, "anna")
    with pytest.raises(BadInput, match=said):
        store.profiles.endorse("rural", number, "boris")


def test_a_version_is_found_by_its_day(store):
    for day in ("2024-03-01", "2024-09-01T12:00:00", "2025-03-01"):
        store.profiles.save(dataclasses.replace(PROFILE, made=day))
    found = [store.profiles.on("rural", day) for day in ("2023-12-31", "2024-09-01", "2025-02-28", "2026-01-01")]
    assert [p and p.version for p in found] == [None, 2, 2, 3]
    assert store.profiles.latest("rural").version == 3
    assert store.profiles.latest("nobody") is None


@pytest.mark.parametrize("column", ["body = '{}'", '"number" = 7', "made = '1999-01-01'"])
def test_the_database_itself_refuses_to_rewrite_a_version(store, column):
    """Not even by hand."""
    saved = store.profiles.save(PROFILE)
    with pytest.raises(DBAPIError, match="never changes"), store.database.writing() as connection:
        connection.execute(text(f"UPDATE profiles SET {column}"))
    assert store.profiles.version("rural", 1) == saved
