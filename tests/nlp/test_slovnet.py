"""Our runtime over natasha's models gives natasha's own answers."""

import json
import warnings
from pathlib import Path

import pytest

from miner.nlp import load
from miner.nlp.slovnet.component import restore_sentences

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "eval"
EQUAL = 0.9999


@pytest.fixture(scope="module")
def natasha():
    # natasha drags pymorphy2 behind it, which speaks to an old setuptools.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import natasha

        embedding = natasha.NewsEmbedding()
        tools = (
            natasha.Segmenter(),
            natasha.NewsMorphTagger(embedding),
            natasha.NewsSyntaxParser(embedding),
            natasha.NewsNERTagger(embedding),
        )

        def annotate(text):
            segmenter, morph, syntax, ner = tools
            doc = natasha.Doc(text)
            doc.segment(segmenter)
            doc.tag_morph(morph)
            doc.parse_syntax(syntax)
            doc.tag_ner(ner)
            return doc

        yield annotate


@pytest.fixture(scope="module")
def pipeline():
    nlp = load()
    nlp.select_pipes(enable=["slovnet"])
    return nlp


def theirs(doc):
    for sentence in doc.sents:
        index = {token.id: at for at, token in enumerate(sentence.tokens)}
        for at, token in enumerate(sentence.tokens):
            feats = "|".join(f"{k}={v}" for k, v in sorted((token.feats or {}).items()))
            head = index.get(token.head_id, at)
            yield token.start, token.stop, token.pos, feats, head - at, token.rel


def ours(doc):
    for sentence in doc.sents:
        words = [token for token in sentence if not token.is_space]
        index = {token.i: at for at, token in enumerate(words)}
        for at, token in enumerate(words):
            feats = "|".join(sorted(str(token.morph).split("|"))) if token.morph else ""
            head = index.get(token.head.i, at)
            yield token.idx, token.idx + len(token), token.pos_, feats, head - at, token.dep_


def compare(texts, natasha, nlp):
    """How many words and entities there are, and those that differ."""
    total, differing = 0, []
    for text, doc in zip(texts, nlp.pipe(texts), strict=True):
        other = natasha(text)
        left, right = list(theirs(other)), list(ours(doc))
        total += len(left)
        if len(left) != len(right):
            differing += [(text[:60], len(left), len(right))] * max(len(left), len(right))
        else:
            differing += [(a, b) for a, b in zip(left, right, strict=True) if a != b]
        spans = {(s.start, s.stop, s.type) for s in other.spans}
        found = {(e.start_char, e.end_char, e.label_) for e in doc.ents}
        total += len(spans)
        differing += sorted(spans ^ found)
    return total, differing


def texts_of(folder):
    files = sorted(folder.glob("*.jsonl"))
    return [json.loads(line)["text"] for file in files for line in file.read_text(encoding="utf-8").split("\n") if line]


@pytest.mark.parametrize("folder", [ROOT / "corpora" / "demo", SHARED / "train", SHARED / "dev"], ids=lambda f: f.name)
def test_same_answers(folder, natasha, pipeline):
    """Tokens, parts of speech, features, heads, relations and named entities are natasha's on at least 99.99 %."""
    if not folder.is_dir():
        pytest.skip(f"{folder} is not here")
    total, differing = compare(texts_of(folder), natasha, pipeline)
    assert total > 3000
    assert 1 - len(differing) / total >= EQUAL, differing[:20]


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\n\n",
        ")))",
        "😂😂",
        "а" * 3000,
        "Привет\x00мир",
        "рaбoтa с латиницей",
        "\u202eсправа налево",
        "a" * 70000,
    ],
    ids=range(10),
)
def test_hostile_texts(text, pipeline):
    """Whatever a text is, the answer holds every character of it."""
    doc = pipeline(text)
    assert doc.text == text


def test_a_post_reads_the_same_alone_and_among_others(pipeline):
    """Batches change nothing."""
    texts = texts_of(ROOT / "corpora" / "demo")[:40]
    together = [list(ours(doc)) for doc in pipeline.pipe(texts)]
    assert together == [list(ours(pipeline(text))) for text in texts]


def test_sentences_survive_bytes(pipeline):
    """A Doc that travelled through bytes has razdel's sentences again."""
    from spacy.tokens import Doc

    doc = pipeline("Надоело ждать. Третий месяц без ответа! Что делать?")
    back = restore_sentences(Doc(pipeline.vocab).from_bytes(doc.to_bytes()))
    assert [s.text for s in back.sents] == [s.text for s in doc.sents]


def test_saved_pipeline_loads(pipeline, tmp_path):
    """`nlp.to_disk` and `spacy.load` give the same pipeline."""
    import spacy

    pipeline.to_disk(tmp_path / "ru")
    again = spacy.load(tmp_path / "ru")
    text = "Хочу пройти обучение, но курсы только в областном центре."
    assert list(ours(again(text))) == list(ours(pipeline(text)))
