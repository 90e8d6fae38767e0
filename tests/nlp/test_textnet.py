import functools
from pathlib import Path

import numpy as np
import pytest
from spacy.language import Language

from miner.errors import BadInput
from miner.nlp.textmodel import Bank, Batch, bank_of
from miner.nlp.textnet import TextNet
from miner.nlp.training.textnet import Network, Tasks, Words, fit_network, frozen
from miner.nlp.training.texts import Example, prepare, tags

TEXTS = ["надоело ждать ответа", "ура, взяли на работу)", "", "не хочу", "продам гараж " * 40]


@functools.cache
def nlp() -> Language:
    return prepare()


@functools.cache
def read() -> tuple[Bank, Batch]:
    bank = bank_of(nlp())
    return bank, bank.batch([nlp()(text) for text in TEXTS])


def test_numpy_gives_the_answers_of_torch() -> None:
    """What was trained is what runs, for texts of any length."""
    import torch

    torch.manual_seed(1)
    bank, batch = read()
    network = Network(3).eval()
    with torch.no_grad():
        wanted = network(Words(bank), batch, np.arange(len(TEXTS)))[0].numpy()
    found = frozen(network, ("a", "b", "c")).logits(bank, batch)
    assert np.allclose(found, wanted, atol=1e-4)


def test_a_text_is_read_alike_alone_and_in_a_batch() -> None:
    """No word of a neighbour is read with a text's own."""
    bank, batch = read()
    net = frozen(Network(2), ("a", "b"))
    together = net.logits(bank, batch)
    for number, text in enumerate(TEXTS):
        assert np.allclose(net.logits(bank, bank.batch([nlp()(text)]))[0], together[number], atol=1e-4)


def test_a_network_learns_and_is_kept(tmp_path: Path) -> None:
    """Two kinds of text are told apart after training, and after a journey through a file."""
    bank, batch = read()
    known = np.array([0, 1, -1, 0, 1])
    tasks = Tasks(known, known, ("x", "y"), ("a", "b"), np.ones(5), np.ones(5), np.full(len(batch.words), -1))
    net = fit_network(bank, batch, tasks, np.array([0, 1, 3, 4]), epochs=15, seed=1)
    assert net.logits(bank, batch).argmax(1)[[0, 1, 3, 4]].tolist() == [0, 1, 0, 1]
    net.save(tmp_path / "net.npz")
    again = TextNet.load(tmp_path / "net.npz")
    assert again.labels == ("a", "b")
    assert np.allclose(again.logits(bank, batch), net.logits(bank, batch), atol=0.05)


def test_a_missing_network_is_named(tmp_path: Path) -> None:
    """The message says which file, and what to do."""
    with pytest.raises(BadInput, match=r"net\.npz: no trained model"):
        TextNet.load(tmp_path / "net.npz")


def test_words_know_the_statement_they_stand_in() -> None:
    """Annotated spans become classes of words; a text without annotation says nothing."""
    texts = ["денег нет, хочу работу", "денег нет"]
    docs = [nlp()(text) for text in texts]
    batch = bank_of(nlp()).batch(docs)
    spans = ((0, 9, "pain"), (11, 22, "desire"))
    examples = [Example(texts[0], "a", spans=spans), Example(texts[1], "a")]
    assert tags(examples, docs, batch).tolist() == [1, 1, 0, 2, 2, -1, -1]
