"""Client indicators of a group."""

from __future__ import annotations

import pytest

from miner.errors import BadConfig
from miner.profiles.indicators import indicators, load_rules, mentions
from miner.records import Document, Post, Sentiment, Statement


def spoken(*said, kind="pain"):
    """Annotated posts of authors: (author, date, text, pains in it)."""
    for number, (author, date, text, *pains) in enumerate(said):
        post = Post(f"p{number}", text, author=author, source="forum", date=date)
        found = tuple(Statement(post.id, 0, len(pain), pain, kind, 0.9, "negative") for pain in pains)
        yield post, Document(post.id, 1.0, True, Sentiment("negative", 1.0), statements=found)


def tone(posts):
    return ["positive" if "спасибо" in post.text.lower() else "negative" for post in posts]


def measured(*said):
    return {i.name: i for i in indicators(list(spoken(*said)), tone, min_people=2)}


def test_content_are_those_whose_tone_towards_the_service_is_good():
    """Only sentences that name the service count, and people, not messages."""
    found = measured(
        ("a", None, "Спасибо центру занятости! А жить не на что."),
        ("a", None, "Спасибо ЦЗН ещё раз."),
        ("b", None, "В службе занятости нахамили."),
        ("c", None, "Погода плохая."),
    )["satisfaction"]
    assert (found.value, found.n) == (0.5, 2)
    assert found.ci[0] < 0.5 < found.ci[1]


def test_effort_counts_complaints_about_procedure_per_person():
    """A pain about papers or queues is effort, one about wages is not; who never complained counts too."""
    found = measured(
        ("a", None, "…", "опять справку требуют", "очередь на два часа"),
        ("b", None, "…", "зарплата маленькая"),
    )["effort"]
    assert (found.value, found.n, found.unit) == (1.0, 2, "per_person")
    assert found.ci[0] < 1 < found.ci[1]


@pytest.mark.parametrize(
    ("text", "met"),
    [
        ("Устроилась в школу, довольна.", 1),
        ("Пособие назначили за неделю.", 1),
        ("Вакансию закрыли за три дня, нашли работника.", 1),
        ("Никуда не устроилась.", 0),
        ("Хочу, чтобы помогли найти работу.", 0),
        ("Сосед нашёл работу, а я нет.", 0),
    ],
)
def test_a_need_is_met_when_the_author_says_so(text, met):
    """Neither a wish, nor a refusal, nor a neighbour's luck."""
    found = measured(("a", None, text, "работы нет"), ("b", None, "жду", "работы нет"))["resolved"]
    assert (found.value * 2, found.n) == (met, 2)


def test_a_trend_is_told_when_chance_does_not_explain_it():
    """The last year against the one before; None without two years, 0 for what chance alone may do."""
    happy, angry = "Спасибо службе занятости.", "Служба занятости не помогла."
    years = [(f"a{n}", "2026-02-01", happy) for n in range(20)] + [(f"b{n}", "2025-01-01", angry) for n in range(20)]
    assert measured(*years)["satisfaction"].trend == 1.0
    assert measured(*years[:20])["satisfaction"].trend is None
    level = [(f"{y}{n}", f"{y}-02-01", happy if n % 2 else angry) for y in (2025, 2026) for n in range(20)]
    assert measured(*level)["satisfaction"].trend == 0.0


def test_nobody_said_anything():
    """A group with no posts has indicators without data, not a division by zero."""
    assert [(i.n, i.enough) for i in indicators([], tone)] == [(0, False)] * 3


def test_a_mention_keeps_its_author_and_day():
    post = Post("p", "Дождь. Был на бирже труда. Ушёл.", author="a", source="vk", date="2026-01-01")
    (named,) = mentions(post, load_rules().service)
    assert (named.text, named.speaker, named.date) == ("Был на бирже труда.", "a@vk", "2026-01-01")


def test_a_rule_that_hears_everything_is_refused(tmp_path):
    text = "[service]\nsays = ['цзн']\n[effort]\nsays = ['(справк)?']\n[resolved]\nsays = ['(']\n"
    (tmp_path / "rules.toml").write_text(text, encoding="utf-8")
    with pytest.raises(BadConfig) as caught:
        load_rules(tmp_path / "rules.toml")
    told = "\n".join(caught.value.mistakes)
    assert "effort.says" in told
    assert "matches every text" in told
    assert "resolved.says" in told
