from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from miner.errors import BadInput
from miner.topics.encoder import encoder, fit

TEXTS = [
    "зарплата маленькая, не прожить",
    "платят копейки, оклад смешной",
    "автобус до райцентра не ходит",
    "дорога до работы три часа",
    "электричку отменили, добраться не на чем",
    "оклад ниже прожиточного минимума",
]


def encoded(model, texts):
    return model.encode(texts, show_progress_bar=False)


def test_close_meanings_lie_closer_than_far_ones_even_without_common_words():
    """«Платят копейки» lies closer to «оклад ниже минимума» than to «электричку отменили»."""
    vectors = encoded(fit(encoder(), TEXTS), TEXTS)
    assert vectors[1] @ vectors[5] > vectors[1] @ vectors[4]


def test_vectors_have_length_one_and_a_text_without_words_has_none():
    vectors = encoded(fit(encoder(), TEXTS), ["оклад", "", "😡 !!!", "в и на"])
    assert np.allclose(np.linalg.norm(vectors, axis=1), [1, 0, 0, 0], atol=1e-5)


def test_a_typo_and_an_unknown_ending_lie_at_the_word_that_was_meant():
    model = fit(encoder(), TEXTS)
    meant, typo, other = encoded(model, ["электричка", "элктричка", "прожить"])
    assert meant @ typo > 0.4 > meant @ other


def test_a_fitted_model_survives_saving(tmp_path: Path):
    """What is stored comes back equal, through the ordinary SentenceTransformer of a folder."""
    model = fit(encoder(), TEXTS)
    model.save(str(tmp_path / "model"))
    assert np.array_equal(encoded(encoder(str(tmp_path / "model")), TEXTS), encoded(model, TEXTS))


def test_fitting_leaves_the_model_given_as_it_was():
    model = encoder()
    before = encoded(model, TEXTS)
    fit(model, TEXTS)
    assert np.array_equal(encoded(model, TEXTS), before)


def test_a_local_folder_with_another_transformer_is_used_as_it_is(tmp_path: Path):
    tiny = tiny_transformer(tmp_path / "tiny")
    model = encoder(str(tiny))
    assert fit(model, TEXTS) is model
    assert encoded(model, TEXTS).shape == (len(TEXTS), 16)


def test_a_missing_model_says_what_may_be_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(BadInput, match=r"encoder\.name = '.*nowhere'.*Give navec, a folder"):
        encoder(str(tmp_path / "nowhere"))


def tiny_transformer(folder: Path) -> Path:
    """A BERT of two thousand random numbers: real, and tiny."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import BertConfig, BertModel, BertTokenizerFast

    torch.manual_seed(1)
    words = folder / "words"
    words.mkdir(parents=True)
    letters = [chr(code) for code in range(ord("а"), ord("я") + 1)]
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters, *(f"##{letter}" for letter in letters)]
    (words / "vocab.txt").write_text("\n".join(vocabulary), encoding="utf-8")
    BertTokenizerFast(str(words / "vocab.txt")).save_pretrained(words)
    shape = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    BertModel(BertConfig(vocab_size=len(vocabulary), **shape)).save_pretrained(words)
    transformer = Transformer(str(words))
    SentenceTransformer(modules=[transformer, Pooling(16)]).save(str(folder / "model"))
    return folder / "model"
