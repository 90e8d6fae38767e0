"""Quotes that no exact search finds."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from miner.exporters._retell import GAP, RUN, pieces, retold, run

WORDS = st.lists(
    st.sampled_from(
        "я мне не на в и а но что работу дали очередь село, ждём. хожу 49 справки: опять нет (да) …".split()
    ),
    max_size=30,
)
SAID = [
    "Колхоз разобрали на кирпич, лесопилка сгорела, остались магазин да почта, и там штат укомплектован на сто лет",
    "сын настроил мне вход по лицу, а кабинет говорит «лицо не распознано»",
    "В школе физрук и тот полставки",
    "Заказчик с договором приходит, а я в нём ни слова, сын-шестиклассник вслух разбирает",
    "ездим с напарником по очереди. а платят в конверте, и тот через раз",
]


@pytest.mark.parametrize("how", [pieces, retold])
@settings(deadline=None)  # a dictionary of words is read on first use
@given(words=WORDS)
def test_no_run_of_the_authors_words_is_long(how, words):
    """Whatever is said, no more than three words in a row remain of it."""
    said = " ".join(words)
    assert run(how(said), said) <= RUN


@pytest.mark.parametrize("said", SAID)
def test_people_are_retold(said):
    """Nothing long of the author's remains, and something is still told."""
    told = retold(said)
    assert run(told, said) <= RUN
    assert len(told.replace(GAP, "").split()) >= len(said.split()) // 2


@pytest.mark.parametrize(
    "said", ["лицо не распознано в кабинете", "работы нет и не будет никогда", "я в нём ни слова не понял"]
)
def test_a_denial_is_never_lost(said):
    """A retelling may leave things out, but never the «не»."""
    denials = {"не", "ни", "нет"}
    assert denials & set(retold(said).lower().replace(",", "").split()) == denials & set(said.split())


def test_the_author_becomes_somebody():
    """First person becomes third, and figures are rounded."""
    assert retold("Мне 54, хожу отмечаться, нам платят мало") == "Им платят мало, ходит отмечаться, человеку около 50"


@pytest.mark.parametrize("said", ["", "нет", "работы нет нигде", "!!!", "😡"])
def test_a_few_words_find_nobody(said):
    """What is as short as a run stays as it is in pieces."""
    assert pieces(said) == said
