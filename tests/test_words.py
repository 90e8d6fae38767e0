from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from miner import words
from miner.errors import BadInput


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ЦЗН-е", "цзн-е"),
        ("з/п 15000р.", "з/п 15000 р"),
        ("Ёлку-то!!! жааалко", "елку-то жалко"),
        ("hr-менеджер", "hr-менеджер"),
        ("", ""),
        ("😡 …", ""),
    ],
)
def test_tokens(text, expected):
    assert " ".join(words.tokens(text)) == expected


@given(st.text())
def test_any_text_has_tokens_that_are_their_own_tokens(text):
    found = words.tokens(text)
    assert [token for one in found for token in words.tokens(one)] == found


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("детей", ("ребенок", "NOUN")),
        ("уволилась", ("уволиться", "VERB")),
        ("лучшую", ("хороший", "ADJ")),
        ("зп", ("зарплата", "NOUN")),
        ("2025", ("2025", "NUM")),
    ],
)
def test_lemmas(form, expected):
    assert words.lemma(form) == expected


def test_vectors_of_near_words_are_near():
    near = words.navec()
    one, other, far = (v / np.linalg.norm(v) for v in (near["зарплата"], near["оклад"], near["автобус"]))
    assert one @ other > 0.4 > one @ far


def test_missing_vectors_say_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setattr(words, "natasha_folder", lambda: tmp_path)
    words.navec.cache_clear()
    with pytest.raises(BadInput, match="Install natasha again"):
        words.navec()
    words.navec.cache_clear()


def test_words_need_neither_spacy_nor_natasha():
    """The foundation stays light: importing it loads no heavy library."""
    heavy = "{'spacy', 'torch', 'natasha', 'pymorphy2', 'sklearn', 'pymorphy3'}"
    code = f"import sys, miner.words; print(sorted({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
