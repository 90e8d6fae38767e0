"""Whatever the internet sends is answered: with spans that lie in the text, in bounded memory, never with a crash."""

import resource
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from miner.nlp import shared
from miner.nlp.annotator import Annotator
from miner.records import TONES, Post
from miner.settings import Nlp

FRAGMENTS = (
    *("\0", "\0\0 ", "\u200f", "\u202e", "\u202c", "\u2066", "\ufeff", "\u00ad", "\u200b", "\u00a0", "\u2028", "\x1b[0m"),
    *("рaбoтa", "зaрплaта", "Hадоело", "щac", "ждууууу", "ОЧЕНЬ", "з/п", "т.к.", "и т. д.", "е\u0301" * 9, "Ё", "ǅ", "ß", "İ"),
    *("😀", "👍🏽", "👩‍👩‍👧", "🇷🇺", "((((", ")))", ":-D", "¯\\_(ツ)_/¯", "…", "!!!!", "?!", "—", "№", "½", "٣", "²"),
    *("[b]", "[/b]", "[quote]", "[/quote]", "[quote=Оля]", "[url=http://a.ru]", "[id1|Оля]", "[*]", "[", "]"),
    *("<br>", "<b", "</p>", "<blockquote>", "</blockquote>", "&nbsp;", "&gt; ", "&#0;", "&#x1F600;", "<script>", "<!--"),
    *("> ", "\n> ", ">> ", "«", "»", '"', "„", "“", "Ольга писал(а):\n", "Иван пишет: «", "\nЦитата:\n", "\n\n", "\r\n", "\t"),
    *("@ivan_i", "#работа", "http://example.ru/?a=%D0", "www.", "a@b.ru", "8 900 000-62-18", "+7(900)", "112-233-445 95"),
    *("Иванов Пётр Ильич", "И.И.", "в Твери", "ЦЗН", "пособие", "мне 54", "двое детей", "я уволилась", "5" * 30, "-" * 30),
    *("надоело ждать", "хочу работать", "денег нет", "боялась зря", "не", " ", " ", " ", ". ", ", ", "\n", "а" * 70, "A" * 70),
    *("ქართული", "עברית", "العربية", "汉字", "हिन्दी", "\U0010fffd", "\ue000", "\ufffd", "\U000e0041", "\u0488", "\U00017000", "работа\U00017001"),
)  # fmt: skip
TEXTS = st.one_of(
    st.lists(st.sampled_from(FRAGMENTS), max_size=40).map("".join),
    st.text(max_size=60),
    st.lists(st.one_of(st.sampled_from(FRAGMENTS), st.text(max_size=8)), max_size=25).map("".join),
    st.builds(lambda piece, times: piece * times, st.sampled_from(FRAGMENTS), st.integers(0, 300)),
)
ROOT = Path(__file__).parents[2]
GROWTH_MB = 400
SIZE = 1_000_000
HUGE = {
    "one letter": "ж" * SIZE,
    "two alphabets": "жa" * (SIZE // 10),
    "a figure": "1" * SIZE,
    "nothing": "\0" * SIZE,
    "blanks": " " * SIZE,
    "lines": "\n" * SIZE,
    "a letter with accents": "е" + "\u0301" * SIZE,
    "emoji": "😀" * (SIZE // 10),
    "families": "👩‍👩‍👧" * (SIZE // 50),
    "right to left": "\u202e\u200fработа " * (SIZE // 100),
    "ten thousand sentences": "".join(f"Жду ответа {number} раз. " for number in range(10_000)),
    "quotes in quotes": "[quote=а]" * 10_000 + "боль" + "[/quote]" * 10_000,
    "quotes never closed": '«„"[quote]<blockquote>' * 5_000,
    "answers to answers": "> > > а\n" * 10_000,
    "markup": "<b><i>&nbsp;[url]" * 5_000,
    "an address": "http://" + "a/" * (SIZE // 2),
    "handles": "@a" * (SIZE // 20),
    "names": "Иванов Иван Иванович " * 3_000,
    "numbers in words": "двадцать пять " * 5_000,
}


def check(text):
    """One post in, one document out, and all of it points into the text."""
    (doc,) = Annotator(shared(), Nlp(), tokens=True).annotate([Post("1", text)])
    check_spans(doc, text)
    check_words(doc, text)


def check_spans(doc, text):
    assert 0 <= doc.relevance <= 1
    assert doc.sentiment.label in TONES
    assert 0 <= doc.sentiment.score <= 1
    for span in (*doc.entities, *doc.statements, *doc.facts, *doc.pii):
        assert 0 <= span.start < span.end <= len(text)
    for span in (*doc.entities, *doc.statements):
        assert span.text == text[span.start : span.end]
    for spans in (doc.entities, doc.statements, doc.pii):
        edges = [edge for span in spans for edge in (span.start, span.end)]
        assert edges == sorted(edges)
    doc.to_json()


def check_words(doc, text):
    words = [word for sentence in doc.sentences for word in sentence]
    assert [word["text"] for word in words] == [text[word["start"] : word["end"]] for word in words]
    assert [word["start"] for word in words] == sorted(word["start"] for word in words)
    assert all(0 <= word["head"] <= len(sentence) for sentence in doc.sentences for word in sentence)
    read = {place for word in words for place in range(word["start"], word["end"])}
    assert all(place in read or text[place].isspace() for place in range(len(text)))


def check_huge(name):
    """A document of words is as large as they are many; without them it is bounded."""
    check("Надоело ждать ответа. Иванов Пётр Ильич, 8 900 000-62-18, мне 54 года")
    before = peak_mb()
    (doc,) = Annotator(shared(), Nlp()).annotate([Post("1", HUGE[name])])
    check_spans(doc, HUGE[name])
    assert peak_mb() - before < GROWTH_MB, peak_mb() - before


def peak_mb():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10


@given(TEXTS)
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_text_is_answered(text):
    """Every text has a document whose offsets are true."""
    check(text)


@pytest.mark.slow
def test_ten_thousand_texts_are_answered():
    """So do ten thousand of them, and what is remembered of them stays small."""
    check("Надоело ждать ответа. Иванов Пётр Ильич, 8 900 000-62-18, мне 54 года")
    before = peak_mb()

    @given(TEXTS)
    @settings(max_examples=10_000, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    def answered(text):
        check(text)

    answered()
    assert peak_mb() - before < GROWTH_MB


@pytest.mark.parametrize("name", HUGE)
@pytest.mark.slow
def test_a_huge_text_is_answered_in_bounded_memory(name):
    """A megabyte of anything takes a few hundred megabytes at most, whatever it is made of."""
    code = "import sys; from tests.nlp.test_bad_input import check_huge; check_huge(sys.argv[1])"
    done = subprocess.run([sys.executable, "-c", code, name], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
