import functools
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.language import Language

from miner.errors import BadInput
from miner.nlp import load
from miner.nlp.social import Lexicon, cyrillic, quotes


@functools.cache
def nlp() -> Language:
    pipeline = load()
    for name in pipeline.pipe_names:
        if name not in {"slovnet", "lemmatizer", "social"}:
            pipeline.remove_pipe(name)
    return pipeline


def read(text: str) -> dict[str, str]:
    return {token.text: token.norm_ for token in nlp()(text)}


@pytest.mark.parametrize(
    ("text", "theirs"),
    [
        ("> денег нет\nа у меня есть", ["> денег нет"]),
        ("&gt; денег нет\nа у меня есть", ["&gt; денег нет"]),
        ("[quote=Оля]надоело[/quote] держись", ["[quote=Оля]надоело[/quote]"]),
        ("[quote]а [quote]б[/quote] в[/quote] я", ["[quote]а [quote]б[/quote] в[/quote]"]),
        ("[quote]надоело\n\nмне нет", ["[quote]надоело"]),
        ("<blockquote class='x'>надоело</blockquote>мне нет", ["<blockquote class='x'>надоело</blockquote>"]),
        ("Ольга писал(а):\nнадоело\nждать\n\nмне нет", ["Ольга писал(а):\nнадоело\nждать"]),
        ("Иван написал:\nнадоело\nмне нет", ["Иван написал:\nнадоело"]),
        ("Оля писала: «надоело ждать»\nмне нет", ["Оля писала: «надоело ждать»"]),
        ("я писал заявление: три раза", []),
        ("надоело ждать", []),
        ("зарплата > 50 тысяч", []),
    ],
)
def test_reply_quotes_are_not_the_authors_words(text: str, theirs: list[str]) -> None:
    """A quote is marked from its sign to its end, and nothing else is."""
    assert [text[start:stop] for start, stop in quotes(text)] == theirs


def test_a_doc_carries_quotes_and_language() -> None:
    """The component writes what it found on the doc, and leaves the text alone."""
    text = "> надоело\nА мне ответили за день)"
    doc = nlp()(text)
    assert doc.text == text
    assert doc._.quoted == ((0, 9),)
    assert doc._.language == "ru"
    assert nlp()("Дуже довго чекаю на відповідь")._.language == "uk"


@pytest.mark.parametrize(
    ("text", "word", "norm"),
    [
        ("это ооочень долго", "ооочень", "очень"),
        ("ждуууу ответа", "ждуууу", "жду"),
        ("дружный коооллектив", "коооллектив", "коллектив"),
        ("длинный список", "длинный", "длинный"),
        ("ЗП копейки", "ЗП", "зарплата"),
        ("щас приду", "щас", "сейчас"),
        ("стою в ЦЗН", "ЦЗН", "центр занятости"),
        ("сижу тк не зовут", "тк", "так как"),
        ("по ТК положено", "ТК", "трудовой кодекс"),
        ("ура 👍🏽", "👍🏽", "👍"),
        ("смотри http://example.ru/a", "http", "<url>"),
        ("[b]да[/b]", "[", "<markup>"),
    ],
)
def test_a_word_is_read_as_it_was_meant(text: str, word: str, norm: str) -> None:
    """Drawled, abbreviated and misspelt words have the norm of the word behind them."""
    assert norm in read(text)[word]


def test_a_smile_is_no_bracket() -> None:
    """«привет)» ends in a smile, «(шучу)» stands in brackets."""
    assert read("привет)")[")"] == ":)"
    assert [token.norm_ for token in nlp()("ура)))")] == ["ура", ":)", "<rest>", "<rest>"]
    assert read("да (шучу) нет")[")"] == ")"
    assert read("жаль(")["("] == ":("


@pytest.mark.parametrize(
    ("text", "lemma"), [("жду з/п", "зарплата"), ("ищу рaбoту", "работа"), ("зп маленькая", "зарплата")]
)
def test_the_lemma_is_put_right(text: str, lemma: str) -> None:
    """Where signs or Latin letters misled the lemmatizer, the lemma is the meant word's."""
    assert lemma in [token.lemma_ for token in nlp()(text)]


def test_a_word_in_latin_stays_one() -> None:
    """Only letters that look alike are exchanged."""
    assert cyrillic("рaбoтa") == "работа"
    assert cyrillic("IT-отдел") is None
    assert cyrillic("wifi") is None


def test_an_address_is_one_thing_to_all_its_tokens() -> None:
    """No token of a handle or a link is taken for a word."""
    doc = nlp()("пишите @ivan_ivanov или на example.ru/a?b")
    assert {token.lemma_ for token in doc} == {"писать", "<handle>", "или", "на", "<url>"}


def test_a_broken_lexicon_is_named(tmp_path: Path) -> None:
    """The message says which file and which section is wrong."""
    file = tmp_path / "social.toml"
    file.write_text("[words]\nзп = 3", encoding="utf-8")
    with pytest.raises(BadInput, match=r"social\.toml"):
        Lexicon.read(file)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\0\0 \0",
        "\u200f\u202eработа\u202c",
        "😀" * 500,
        "рaбoтa" * 300,
        ")" * 5_000,
        "[quote]" * 2_000,
        "> " * 3_000,
        "a@" * 3_000,
    ],
)
def test_odd_texts_are_answered(text: str) -> None:
    """Nothing that comes from the internet stops the pipeline or changes the text."""
    assert nlp()(text).text == text


def test_a_megabyte_in_one_token_is_answered() -> None:
    """The longest word there is costs no more than its length."""
    social = nlp().get_pipe("social")
    for piece in ("ж", "жa", "[", ")", "1"):
        doc = nlp().make_doc(piece * (1_000_000 // len(piece)) if piece in "ж1" else piece * 20_000)
        assert social(doc)._.language in {"ru", "und"}


@given(st.text(st.sampled_from("аб ёя.АБaeo@#[]/<>()&:;=\n\0\u200f👍5«»"), max_size=80))
@settings(max_examples=150, deadline=None)
def test_quotes_lie_in_the_text_in_order(text: str) -> None:
    """Quotes never overlap and never leave the text, and the doc keeps it."""
    doc = nlp()(text)
    edges = [edge for span in doc._.quoted for edge in span]
    assert edges == sorted(edges)
    assert all(0 <= edge <= len(text) for edge in edges)
    assert doc.text == text
