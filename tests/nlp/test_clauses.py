import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from miner.nlp import shared
from miner.nlp.clauses import candidates, clauses, edges
from miner.nlp.opinion.table import tabulate


def units(text):
    return [span.text for span in clauses(shared()(text))]


def candidate_texts(text):
    doc = shared()(text)
    table = tabulate([doc])
    found = candidates(table)
    place = table.place
    return {doc[int(place[a]) : int(place[b - 1]) + 1].text for a, b in zip(found.start, found.stop, strict=True)}


@pytest.mark.parametrize(
    "marked",
    [
        "[работы нет] а [пособие задерживают]",
        "[пошла бы на курсы], да [ребенка деть некуда]",
        "[Зарплата 15 тысяч]. [Как жить?]",
        "[трое детей], [муж без работы]",
        "[А уезжать я не собираюсь], [тут отец лежит].",
        "у меня вопрос: [кто поможет безработным]",
    ],
)
def test_thoughts_are_among_the_candidates(marked):
    """What stands in brackets is a candidate, without the joiner before it and the signs after it."""
    wanted = set(re.findall(r"\[(.+?)\]", marked))
    assert wanted <= candidate_texts(re.sub(r"[\[\]]", "", marked))


def test_a_run_on_text_is_cut_without_any_sign():
    """Several thoughts that run on are several units."""
    assert len(units("меня уволили денег нет искать работу сил не осталось")) >= 2


def test_joiners_that_open_a_sentence_stay_with_it():
    """«А денег нет» begins with its «А», as its author wrote it; in mid-sentence the joiner is left out."""
    assert units("А денег нет.") == ["А денег нет"]
    assert units("работаю много, а денег нет")[-1] == "денег нет"


@pytest.mark.parametrize("text", ["", "   ", "\n\n", "!!!", "😡😡😡", "—"])
def test_a_text_without_words_has_no_clause(text):
    """Nothing is made of nothing."""
    assert not [span for span in units(text) if any(letter.isalpha() for letter in span)]


@settings(max_examples=40, deadline=None)
@given(st.text(alphabet="аеинтхоч ,.!?—()\n:«»", max_size=80))
def test_candidates_stay_within_a_sentence_and_grow_with_the_text(text):
    """Any text gives ordered rows; there are never more than six runs per unit."""
    table = tabulate([shared()(text)])
    found = candidates(table)
    assert len(found) <= 6 * len(edges(table))
    assert (found.start < found.stop).all()
    assert all(table.sentence[a] == table.sentence[b - 1] for a, b in zip(found.start, found.stop, strict=True))
