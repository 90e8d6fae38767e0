import functools
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.language import Language

from miner.errors import BadInput
from miner.nlp import load
from miner.nlp.relevance import Relevance
from miner.nlp.textmodel import TextModel, bank_of, polarity
from miner.nlp.training import relevance as training
from miner.nlp.training.texts import read


@functools.cache
def nlp() -> Language:
    pipeline = load()
    for name in pipeline.pipe_names:
        if name not in {"slovnet", "lemmatizer", "social", "relevance"}:
            pipeline.remove_pipe(name)
    return pipeline


def relevance(text: str) -> float:
    return float(nlp()(text)._.relevance)


@pytest.mark.parametrize(
    "text",
    [
        "Третий месяц стою на бирже, вакансий нет, пособие копейки",
        "Хочу выучиться на сварщика, но курсы только в областном центре",
        "На собеседовании узнали про инвалидность и сразу отказали",
        "Для постановки на учёт подайте заявление на портале, паспорт и трудовая понадобятся на приёме",
    ],
)
def test_an_opinion_or_an_answer_of_the_staff_is_relevant(text: str) -> None:
    """Who tells of their own work, or answers on it, is heard."""
    assert relevance(text) >= 0.5


@pytest.mark.parametrize(
    "text",
    [
        "Продам коляску, состояние отличное, торг. 8 900 000-00-00",
        "ВАКАНСИЯ: швея, 2/2, от 60 000, питание за счёт компании. Резюме на job@example.ru",
        "Розыгрыш! Ставь лайк, делай репост и выиграй наушники 🎁",
        "Тема закрыта, дубль. Модератор",
        "С Новым годом, дорогие! Счастья и здоровья 🎄",
        "ап",
        "Ваша заявка №17 принята. Нажмите 1, чтобы связаться с оператором.",
    ],
)
def test_noise_is_not_relevant(text: str) -> None:
    """Advertisements, vacancies, bots, moderators and flood are left out."""
    assert relevance(text) < 0.5


def test_another_language_is_not_mined() -> None:
    """A text that nobody here reads is answered with relevance 0."""
    assert relevance("I am looking for a job and nobody answers") == 0


def test_what_is_quoted_is_not_weighed() -> None:
    """A reply is judged by its author's own words."""
    quote = "> Продам гараж, торг, звоните 8 900 000-00-00, самовывоз, недорого\n"
    own = "Третий месяц стою на бирже, вакансий нет"
    assert relevance(quote + own) == pytest.approx(relevance(own), abs=0.05)


def test_a_batch_gives_the_answers_of_its_texts() -> None:
    """Texts are judged one by one, however they come."""
    texts = ["", "надоело ждать", "  \n", "Продам гараж", "стою на бирже", "👍"]
    together = [doc._.relevance for doc in nlp().pipe(texts)]
    assert together == pytest.approx([relevance(text) for text in texts], abs=1e-5)


def test_a_saved_component_answers_as_before(tmp_path: Path) -> None:
    """The model travels with the pipeline."""
    component = nlp().get_pipe("relevance")
    component.to_disk(tmp_path / "relevance")
    again = Relevance("again", bank_of(nlp()), tmp_path).from_disk(tmp_path / "relevance")
    doc = nlp()("стою на бирже")
    before = doc._.relevance
    assert again(doc)._.relevance == pytest.approx(before, abs=1e-5)


def test_a_missing_model_is_named(tmp_path: Path) -> None:
    """The message says which file, and what to do."""
    with pytest.raises(BadInput, match=r"model\.npz: no trained model"):
        TextModel.load(tmp_path / "model.npz")
    (tmp_path / "model.npz").write_bytes(b"no archive")
    with pytest.raises(BadInput, match=r"model\.npz: no trained model"):
        TextModel.load(tmp_path / "model.npz")


def test_a_broken_lexicon_of_polarity_is_named(tmp_path: Path) -> None:
    """A section that was lost is told."""
    file = tmp_path / "polarity.toml"
    file.write_text('[positive]\nstrong = "ура"', encoding="utf-8")
    with pytest.raises(BadInput, match=r"polarity\.toml.*weak"):
        polarity(file)


def test_training_learns_and_tells_how_well(tmp_path: Path) -> None:
    """A model trained on two small sets tells their kinds apart, and its card shows each set left out."""
    lines = {
        "one": [("стою на бирже без работы", True), ("пособие маленькое", True), ("продам гараж", False), ("скидка на окна", False)],
        "two": [("работы нет, биржа молчит", True), ("жду пособие", True), ("продам окна", False), ("скидка на гараж", False)],
    }  # fmt: skip
    for name, texts in lines.items():
        rows = [
            f'{{"id": "{name}{i}", "text": "{text}", "relevant": {str(flag).lower()}}}'
            for i, (text, flag) in enumerate(texts)
        ]
        (tmp_path / f"{name}.jsonl").write_text("\n".join(rows), encoding="utf-8")
    table = training.train([tmp_path], tmp_path / "out", seed=1)
    assert "| one | 4 | 2 |" in table
    assert "| two | 4 | 2 |" in table
    assert "miner train relevance" in (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    component = Relevance("own", bank_of(nlp()), tmp_path / "out")
    doc, advert = nlp()("биржа и пособие"), nlp()("продам окна")
    assert component(doc)._.relevance > component(advert)._.relevance


def test_a_line_without_text_is_named(tmp_path: Path) -> None:
    """A mistake in a corpus is told with file and line."""
    (tmp_path / "bad.jsonl").write_text('{"id": "1", "text": "да"}\n{"id": "2"}', encoding="utf-8")
    with pytest.raises(BadInput, match=r"bad\.jsonl:2"):
        read([tmp_path])


@given(st.text(st.characters(max_codepoint=0x2FFF, exclude_categories=["Cs"]), max_size=60))
@settings(max_examples=100, deadline=None)
def test_relevance_is_a_probability(text: str) -> None:
    """Whatever is sent gets a figure from 0 to 1."""
    assert 0 <= relevance(text) <= 1
