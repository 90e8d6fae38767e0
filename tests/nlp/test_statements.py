import json
import re

import numpy as np
import pytest
import spacy

from miner.errors import BadInput
from miner.nlp import load, shared
from miner.nlp.opinion.choice import choose
from miner.nlp.opinion.model import Model
from miner.nlp.opinion.network import Network, parts
from miner.nlp.opinion.table import tabulate
from miner.nlp.training.corpus import read
from miner.nlp.training.statements import Plan, matched, read_decisions, train
from miner.records import KINDS
from miner.settings import resources

MARK = re.compile(r"\[(pain|desire|value): ([^\]]+)\]")


def plain(marked):
    return MARK.sub(r"\2", marked)


def wanted(marked):
    found, shift = [], 0
    for match in MARK.finditer(marked):
        start = match.start() - shift
        found.append((start, start + len(match[2]), match[1]))
        shift += len(match[0]) - len(match[2])
    return found


def statements(text, nlp=None):
    doc = (nlp or shared())(text)
    return [(span.start_char, span.end_char, span.label_) for span in doc.spans["statements"]]


def similar(one, other):
    return len(one) == len(other) and all(
        a[2] == b[2] and matched([a], [b]) == 1 for a, b in zip(one, other, strict=True)
    )


CLEAR = [
    "Здравствуйте. [pain: Второй месяц задерживают зарплату].",
    "[desire: Хочу найти работу рядом с домом].",
    "[pain: Устала ходить по собеседованиям, везде отказ].",
    "[desire: Мне бы график посвободнее].",
    "[value: Для меня главное — честное отношение и хороший коллектив].",
]


@pytest.mark.parametrize("marked", CLEAR)
def test_clear_statements_are_found_with_their_kind(marked):
    """What a careful reader underlines is found where it stands."""
    assert similar(statements(plain(marked)), wanted(marked))


@pytest.mark.parametrize(
    "text",
    [
        "Подскажите, какие документы нужны для постановки на учёт?",
        "Спасибо большое, всё понятно.",
        "Требуются грузчики, звоните по телефону.",
        "В четверг прошло заседание городской думы.",
        "",
        "   \n ",
        "😀😀",
    ],
)
def test_what_is_no_statement_is_left_alone(text):
    """A question about procedure, thanks, an advertisement, news and nothing at all hold no statement."""
    assert statements(text) == []


def test_words_quoted_from_another_are_nobodys_statement():
    """A reply is attributed to its author, not to the person quoted in it."""
    nlp = shared()
    text = "Второй месяц задерживают зарплату. Хочу найти работу рядом с домом."
    doc = nlp(text)
    assert [span.label_ for span in doc.spans["statements"]] == ["pain", "desire"]
    doc._.quoted = ((0, text.index("Хочу")),)
    nlp.get_pipe("statements")(doc)
    assert [span.label_ for span in doc.spans["statements"]] == ["desire"]


def test_another_language_has_no_statements():
    """Only Russian is mined."""
    doc = shared()("Второй месяц задерживают зарплату.")
    doc._.language = "uk"
    shared().get_pipe("statements")(doc)
    assert len(doc.spans["statements"]) == 0


def test_a_statement_says_why():
    """A researcher reads which cues fired and which words weighed most."""
    doc = shared()("Хочу найти работу рядом с домом.")
    [span] = doc.spans["statements"]
    assert "хочу, мечтаю" in span._.why
    assert any(reason.startswith("о чём: ") and "работа" in reason for reason in span._.why)
    assert any(reason.startswith("слова: ") for reason in span._.why)


def test_spans_are_trimmed_and_never_overlap():
    """A span begins and ends with a word, and two spans share nothing."""
    text = "и вот, денег нет, а зарплату задерживают!!! хочу уволиться, но некуда идти... " * 5
    doc = shared()(text)
    last = 0
    for span in doc.spans["statements"]:
        assert span.start >= last
        assert not span[0].is_punct
        assert span.text[-1] not in ",;:"
        assert 0 <= span._.score <= 1
        last = span.end


def test_batches_do_not_change_the_answer():
    """A post is answered alike alone and among others."""
    texts = [plain(marked) for marked in CLEAR] + ["", "да"]
    together = [[(s.start, s.end, s.label_) for s in doc.spans["statements"]] for doc in shared().pipe(texts)]
    docs = [shared()(text) for text in texts]
    single = [[(s.start, s.end, s.label_) for s in doc.spans["statements"]] for doc in docs]
    assert together == single


def test_ten_thousand_sentences_in_one_text():
    """Work grows with the text, not with its square: a huge text is answered, candidates stay few per token."""
    doc = shared()("Денег нет. Хочу работать! " * 5000)
    assert len(doc.spans["statements"]) > 0
    assert len(list(doc.sents)) == 10_000


def test_a_saved_pipeline_is_whole(tmp_path):
    """``nlp.to_disk`` keeps the model beside the pipeline, and ``spacy.load`` brings the same answers back."""
    nlp = load()
    text = plain(CLEAR[0])
    before = statements(text, nlp)
    nlp.to_disk(tmp_path / "ru")
    again = spacy.load(tmp_path / "ru")
    assert again.get_pipe("statements").folder.is_relative_to(tmp_path)
    assert statements(text, again) == before != []


def test_a_folder_without_a_model_is_named(tmp_path):
    """The error says which folder, and the way out."""
    with pytest.raises(BadInput, match="miner train statements"):
        Model.read(tmp_path, shared().vocab.strings)


def test_the_shipped_model_is_calibrated_in_order():
    """A higher raw probability never means a lower score, and scores are probabilities."""
    model = Model.read(resources() / "models" / "statements", shared().vocab.strings)
    for kind in (1, 2, 3):
        scores = [model.score(raw, kind) for raw in np.linspace(0, 1, 50)]
        assert scores == sorted(scores)
        assert 0 <= scores[0] < scores[-1] <= 1


def test_the_network_reads_long_texts_in_parts():
    """A long text is cut at sentences, no part is longer than asked."""
    table = tabulate([shared()("Денег нет совсем. " * 100), shared()("Да.")])
    starts = parts(table, longest=30)
    assert np.diff(starts).max() <= 30
    assert set(table.first.tolist()) <= set(starts.tolist())


def test_the_choice_takes_what_promises_most_together():
    """Two clauses that are much surer than the whole win over it; where the whole is as sure, it stays whole."""
    start, stop, units = np.array([0, 4, 0]), np.array([4, 8, 8]), np.array([1, 1, 2])
    apart = np.array([[0.1, 0.9, 0, 0], [0.1, 0.9, 0, 0], [0.4, 0.6, 0, 0]])
    whole = np.array([[0.2, 0.8, 0, 0], [0.3, 0.7, 0, 0], [0.15, 0.85, 0, 0]])
    assert list(choose(apart, np.full(3, 0.4), start, stop, units)) == [(0, 1), (1, 1)]
    assert list(choose(whole, np.full(3, 0.4), start, stop, units)) == [(2, 1)]


# A tiny corpus to train on: enough to learn that these words mean these kinds.
THINGS = ["зарплату", "пособие", "выплату", "аванс", "премию", "пенсию", "отпускные", "стипендию"]
MARKED = (
    [f"[pain: Опять задерживают {thing}]. Сегодня вторник." for thing in THINGS]
    + [f"[desire: Хочу получать {thing} вовремя]. Погода хорошая." for thing in THINGS]
    + [f"[value: Для меня важна честность, а не {thing}]. Идёт дождь." for thing in THINGS]
)


def write_corpus(file, marked):
    lines = []
    for number, text in enumerate(marked):
        spans = [{"span": match[2], "kind": match[1], "item": "-"} for match in MARK.finditer(text)]
        lines.append(json.dumps({"id": f"{file.stem}-{number}", "text": plain(text), "statements": spans}))
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def corpora(tmp_path_factory):
    folder = tmp_path_factory.mktemp("corpora")
    return [write_corpus(folder / f"group_{n}.jsonl", MARKED[n::3]) for n in range(3)]


QUICK = Plan(folds=3, networks=1, epochs=2, regularisation=10)


def test_training_writes_a_model_that_finds_what_it_was_shown(corpora, tmp_path):
    """`miner train statements` makes a folder that the component reads, with scores of groups left out."""
    report = train(corpora, tmp_path / "model", plan=QUICK)
    assert set(report["left out"]) == {"group_0", "group_1", "group_2"}
    assert report["models"]["together"]["gold"] == len(MARKED)
    nlp = load()
    nlp.replace_pipe("statements", "miner_statements", config={"model": str(tmp_path / "model")})
    assert similar(statements("Опять задерживают зарплату. Сегодня среда.", nlp), [(0, 26, "pain")])


def test_the_same_seed_gives_the_same_model(corpora, tmp_path):
    """Training is reproducible, to the last bit."""
    for name in ("one", "two"):
        train(corpora, tmp_path / name, plan=QUICK)
    for file in ("linear.npz", "network-0.npz"):
        with np.load(tmp_path / "one" / file) as one, np.load(tmp_path / "two" / file) as two:
            assert all((one[name] == two[name]).all() for name in one)


def test_decisions_of_people_are_training_data(corpora, tmp_path):
    """What people rejected is unlearnt; the report shows the scores before and after."""
    text = "Опять задерживают зарплату"
    decision = {"text": text, "start": 0, "end": len(text), "kind": "pain", "decision": "rejected"}
    file = tmp_path / "decisions.jsonl"
    file.write_text("\n".join(json.dumps({**decision, "text": text + "!" * n}) for n in range(1, 5)), encoding="utf-8")
    report = train(corpora, tmp_path / "model", plan=Plan(folds=3, networks=0), decisions=file)
    assert report["decisions"] == 4
    assert "models" in report["without decisions"]


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"decision": "maybe"}, "none of accepted, rejected, relabelled"),
        ({"end": 99}, "no span of a text"),
        ({"start": None}, "text, start and end"),
        ({"decision": "relabelled", "new_kind": "joy"}, "none of pain, desire, value"),
    ],
)
def test_a_bad_decision_is_named(tmp_path, change, complaint):
    """File, line and the broken rule are told."""
    file = tmp_path / "decisions.jsonl"
    good = {"text": "денег нет", "start": 0, "end": 9, "kind": "pain", "decision": "accepted"}
    file.write_text(json.dumps(good | change), encoding="utf-8")
    with pytest.raises(BadInput, match=complaint) as error:
        read_decisions(file)
    assert f"{file}:1" in str(error.value)


def test_a_span_that_is_not_in_the_text_is_named(tmp_path):
    """An annotated span is copied from the text letter by letter, else file and line are told."""
    file = tmp_path / "bad.jsonl"
    file.write_text(json.dumps({"id": "1", "text": "денег нет", "statements": [{"span": "нет денег", "kind": "pain"}]}))
    with pytest.raises(BadInput, match="letter by letter"):
        read([file])


def test_numpy_answers_as_torch_does():
    """The runtime network gives PyTorch's probabilities without PyTorch."""
    import torch

    from miner.nlp.training.corpus import Text, parse
    from miner.nlp.training.network import Network as Trained
    from miner.nlp.training.network import Shape, Vocabulary, batches
    from miner.nlp.training.statements import Examples, signs

    nlp = shared()
    texts = [Text(str(n), "x", plain(marked), (), relevant=True) for n, marked in enumerate(MARKED)]
    examples = Examples.of(parse(nlp, texts))
    torch.manual_seed(0)
    trained = Trained(Shape(word=16, state=8, clause=8, pieces=4, lemmas=4)).eval()
    [batch] = batches(examples.corpus.table, np.arange(len(texts)), 100_000)
    table, found = examples.corpus.table, examples.corpus.candidates
    with torch.no_grad():
        states = trained.encode(
            Vocabulary(examples.seen.lexicon.seen), examples.seen.rows, torch.from_numpy(signs(examples)), batch, 0
        )
        order = np.argsort(batch.texts)
        where = order[examples.owner]
        first = table.first[examples.owner]
        places = [torch.from_numpy(rows) for rows in (where, found.start - first, found.stop - first)]
        theirs = trained.clauses(states, trained.text(states, batch), *places).softmax(1).numpy()
    ours = Network({name: value.numpy() for name, value in trained.state_dict().items()})(table, found, examples.seen)
    assert np.abs(ours - theirs).max() < 1e-3
    assert set(KINDS) == {"pain", "desire", "value"}


@pytest.fixture(scope="module")
def tiny_encoder(tmp_path_factory):
    """A transformer with random weights and a vocabulary of letters."""
    from transformers import BertConfig, BertModel, BertTokenizerFast

    folder = tmp_path_factory.mktemp("encoder")
    letters = [chr(code) for code in range(ord("а"), ord("я") + 1)]
    tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters, *(f"##{letter}" for letter in letters), ".", ","]
    (folder / "vocab.txt").write_text("\n".join(tokens), encoding="utf-8")
    BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(folder)
    config = BertConfig(
        vocab_size=len(tokens), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16
    )
    BertModel(config).save_pretrained(folder)
    return folder


def test_a_transformer_can_take_the_networks_place(corpora, tiny_encoder, tmp_path):
    """`miner train statements --encoder` trains a head on any encoder; the folder it writes serves the component."""
    train(corpora, tmp_path / "model", plan=QUICK, encoder=str(tiny_encoder))
    nlp = load()
    nlp.replace_pipe("statements", "miner_statements", config={"model": str(tmp_path / "model")})
    text = "Опять задерживают зарплату. Сегодня среда. " * 60
    assert statements(text, nlp)
    nlp.get_pipe("statements").to_disk(tmp_path / "copy")
    again = Model.read(tmp_path / "copy", nlp.vocab.strings)
    assert again.settings.encoder


def test_an_unknown_encoder_is_named(corpora, tmp_path):
    """The error says which encoder, and what would be one."""
    with pytest.raises(BadInput, match="Give a folder"):
        train(corpora, tmp_path / "model", plan=QUICK, encoder=str(tmp_path / "nowhere"))
