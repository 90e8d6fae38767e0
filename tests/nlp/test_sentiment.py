import functools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.language import Language
from spacy.tokens import Span

from miner.nlp import load
from miner.nlp.extensions import STATEMENTS
from miner.nlp.sentiment import Sentiment, around
from miner.nlp.textmodel import bank_of, highest
from miner.records import TONES


@functools.cache
def nlp() -> Language:
    pipeline = load()
    for name in pipeline.pipe_names:
        if name not in {"slovnet", "lemmatizer", "social", "entities", "sentiment"}:
            pipeline.remove_pipe(name)
    return pipeline


def tone(text: str) -> str:
    return str(nlp()(text)._.sentiment[0])


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Ужасное отношение, нахамили и выгнали", "negative"),
        ("Третий месяц без денег, сил больше нет((", "negative"),
        ("Отличный центр, всё быстро, спасибо большое!", "positive"),
        ("Ура, взяли на работу, я счастлива)))", "positive"),
        ("Приём ведётся с 9 до 18, документы подаются через портал", "neutral"),
        ("Подскажите, какие документы нужны?", "neutral"),
    ],
)
def test_how_an_author_sounds(text: str, label: str) -> None:
    """Plain cases of each tone are told apart."""
    assert tone(text) == label


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Боялась зря, всё прошло отлично", "positive"),
        ("Напрасно волновалась, сотрудница оказалась замечательной", "positive"),
        ("Страшно было только до двери, а там все приветливые, спасибо", "positive"),
        ("Ага, помогли они, как же. Третий месяц «помогают»", "negative"),
        ("Прям осчастливили, дали вакансию за 12 тысяч, Карл!", "negative"),
        ("Молодцы, чё. Потеряли мои документы второй раз", "negative"),
        ("Ну просто прекрасно: очередь на два часа, а талонов нет", "negative"),
        ("Ничего хорошего сказать не могу", "negative"),
        ("Нет претензий, всё сделали быстро", "positive"),
        ("Никакой помощи, одни отписки", "negative"),
        ("Записался на курсы, начинаются в понедельник", "neutral"),
    ],
)
def test_what_is_meant_is_heard(text: str, label: str) -> None:
    """Idle fears, irony and denials are heard as they are meant, not word by word."""
    assert tone(text) == label


@pytest.mark.parametrize(
    ("text", "name", "label"),
    [
        ("Спасибо Марине Ивановой, всё объяснила", "Марине Ивановой", "positive"),
        ("ЦЗН молодцы, нашли мне работу за неделю", "ЦЗН", "positive"),
        ("Налоговая замучила отписками", "Налоговая", "negative"),
        ("Еду в Тверь", "Тверь", "neutral"),
    ],
)
def test_how_an_author_sounds_of_somebody(text: str, name: str, label: str) -> None:
    """Each entity has the tone in which its sentence speaks of it."""
    assert {ent.text: ent._.sentiment for ent in nlp()(text).ents}[name] == label


def test_an_idle_fear_is_no_fear() -> None:
    """«боялась зря» weighs for the author, «боялась» against."""
    component = nlp().get_pipe("sentiment")
    batch = component.bank.batch(
        [nlp()("боялась зря"), nlp()("боялась"), nlp()("боялась утром, зря не ела"), nlp()("зря. боялась")]
    )
    words = [nlp().vocab.strings[int(lemma)] for lemma in component.bank.lemmas[batch.words]]
    first = [flag for word, flag in zip(words, batch.negated, strict=True) if word == "бояться"]
    assert first[:2] == [True, False]


def test_a_fear_that_came_true_is_one() -> None:
    """«боялась не зря» is no idle fear."""
    bank = nlp().get_pipe("sentiment").bank
    batch = bank.batch([nlp()("боялась не зря"), nlp()("боялась зря")])
    assert [bool(batch.negated[start]) for start in batch.first[:-1]] == [False, True]


def test_a_negation_reaches_two_words() -> None:
    """In «не очень хорошо» the last word is denied, in «не знаю, но хорошо» it is not."""
    bank = nlp().get_pipe("sentiment").bank
    batch = bank.batch([nlp()("не очень хорошо"), nlp()("хорошо")])
    assert batch.negated.tolist() == [False, True, True, False]


def test_sentences_and_statements_have_tones_of_their_own() -> None:
    """A bad sentence beside a good one is heard as such."""
    doc = nlp().make_doc("Сотрудница прекрасная, спасибо огромное! Но денег нет, это ужас и позор.")
    for name, pipe in nlp().pipeline:
        if name == "sentiment":
            doc.spans[STATEMENTS] = [Span(doc, 7, 10, label="pain")]
        doc = pipe(doc)
    good, bad = doc.sents
    assert good._.sentiment == "positive"
    assert bad._.sentiment == "negative"
    assert doc.spans[STATEMENTS][0]._.sentiment in TONES


def test_an_entity_is_heard_in_its_sentence_only() -> None:
    """The words around an entity end with its sentence."""
    doc = nlp()("Погода ужасная. Помогла Мария Иванова, спасибо. Всё плохо.")
    (person,) = [ent for ent in doc.ents if ent.label_ == "PER"]
    assert around(person).text.strip() == "Помогла Мария Иванова, спасибо."
    assert {ent._.sentiment for ent in doc.ents} <= {"negative", "neutral", "positive"}


def test_the_strongest_words_are_found_in_any_stretch() -> None:
    """Stretches may overlap, be empty, or reach the end."""
    bank = nlp().get_pipe("sentiment").bank
    from miner.nlp.textmodel import NEGATIVE, POSITIVE, WORD_FIGURES

    own = np.zeros((4, len(WORD_FIGURES)), np.float32)
    own[1, POSITIVE], own[3, NEGATIVE] = 1, 0.5
    peaks = highest(own, np.array([0, 2, 1, 4]), np.array([4, 4, 2, 4]))
    assert peaks.tolist() == [[1, 0.5], [0, 0.5], [1, 0], [0, 0]]
    assert bank is bank_of(nlp())


def test_a_saved_component_answers_as_before(tmp_path: Path) -> None:
    """The models travel with the pipeline."""
    component = nlp().get_pipe("sentiment")
    component.to_disk(tmp_path / "sentiment")
    again = Sentiment("again", bank_of(nlp()), tmp_path).from_disk(tmp_path / "sentiment")
    doc = nlp()("Ужас, а не центр занятости")
    label, score = doc._.sentiment
    # Words read together or alone differ by rounding.
    assert again(doc)._.sentiment == (label, pytest.approx(score, abs=1e-5))


@pytest.mark.parametrize("text", ["", " ", "\0", "👍", "[quote]только чужое[/quote]"])
def test_a_text_without_own_words_has_a_tone(text: str) -> None:
    """Nothing to read is answered all the same."""
    label, score = nlp()(text)._.sentiment
    assert label in TONES
    assert 0 <= score <= 1


@given(st.lists(st.sampled_from("ужас хорошо не зря боялась ) ( ! . спасибо 👍 \n ЦЗН Иван".split(" ")), max_size=15))
@settings(max_examples=80, deadline=None)
def test_every_span_gets_a_known_tone(words: list[str]) -> None:
    """Docs, sentences and entities speak the same four words."""
    doc = nlp()(" ".join(words))
    assert doc._.sentiment[0] in TONES
    assert all(span._.sentiment in TONES for span in (*doc.sents, *doc.ents))
