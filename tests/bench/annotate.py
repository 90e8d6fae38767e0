"""`miner annotate` beside the plain natasha loop, on the same posts, in turns, in one process."""

import itertools
import json
import os
import random
import statistics
import time
import warnings
from pathlib import Path

from miner.nlp import load
from miner.nlp.annotator import Annotator
from miner.nlp.workers import annotate_apart
from miner.records import Post
from miner.settings import Nlp, Settings

ROOT = Path(__file__).parents[2]
ROUNDS = 5
GOALS = {"times_natasha": 4.0, "two_workers": 1.8, "worker_memory_mb": 700}


def posts(count, half=None):
    """Posts put together from the texts of the corpora, or from one ``half`` of them (0 or 1): for load only."""
    files = sorted((ROOT / "corpora").rglob("*.jsonl"))
    texts = [json.loads(line)["text"] for file in files for line in file.read_text("utf-8").split("\n") if line]
    texts = texts if half is None else texts[half::2]
    draw = random.Random(7)
    for number in range(count):
        yield Post(str(number), " ".join(draw.choice(texts) for _ in range(1 if number < len(texts) else 2)))


def natasha_loop():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import natasha

    embedding = natasha.NewsEmbedding()
    segmenter, vocab = natasha.Segmenter(), natasha.MorphVocab()
    morph, syntax = natasha.NewsMorphTagger(embedding), natasha.NewsSyntaxParser(embedding)
    ner = natasha.NewsNERTagger(embedding)

    def run(batch):
        words = 0
        for post in batch:
            doc = natasha.Doc(post.text)
            doc.segment(segmenter)
            doc.tag_morph(morph)
            doc.parse_syntax(syntax)
            doc.tag_ner(ner)
            for token in doc.tokens:
                token.lemmatize(vocab)
            words += len(doc.tokens)
        return words

    return run


def timed(work):
    begin = time.perf_counter()
    result = work()
    return time.perf_counter() - begin, result


def memory_mb():
    with open("/proc/self/statm", encoding="ascii") as numbers:
        return int(numbers.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") >> 20


def components(annotator, batch):
    """Seconds of each component over the batch."""
    docs = [annotator.nlp.make_doc(post.text) for post in batch]
    spent = {"tokenizer": timed(lambda: [annotator.nlp.make_doc(post.text) for post in batch])[0]}
    for name, component in annotator.nlp.pipeline:
        if hasattr(component, "pipe"):
            spent[name], docs = timed(lambda c=component, d=docs: list(c.pipe(d, batch_size=500)))
        else:
            spent[name], docs = timed(lambda c=component, d=docs: [c(doc) for doc in d])
    total = sum(spent.values())
    return {name: round(part / total, 3) for name, part in spent.items()}


def measure():
    # What was read for warming up is not measured: caches know the language by then, not the texts.
    sample = list(posts(1_500, half=1))
    plain, annotator = natasha_loop(), Annotator(load(), Nlp())
    plain(sample[:50])
    list(annotator.annotate(posts(1_500, half=0)))
    rates = {"natasha": [], "miner": []}
    for part in range(ROUNDS):
        batch = sample[part * 300 : part * 300 + 300]
        spent, words = timed(lambda b=batch: plain(b))
        rates["natasha"].append(words / spent)
        spent, _ = timed(lambda b=batch: list(annotator.annotate(b)))
        rates["miner"].append(words / spent)
    ratios = [m / n for m, n in zip(rates["miner"], rates["natasha"], strict=True)]
    many = list(posts(10_000))
    one, two = (timed(lambda w=w: sum(1 for _ in annotate_apart(many, Settings(), workers=w)))[0] for w in (1, 2))
    curve = {}
    for count in (1_000, 5_000, 25_000):
        stream = itertools.islice(itertools.cycle(many), count)
        spent, _ = timed(lambda s=stream: sum(1 for _ in annotator.annotate(s)))
        curve[count] = round(1e6 * spent / count)
    return {
        "times_natasha": round(statistics.median(ratios), 2),
        "times_natasha_range": [round(min(ratios), 2), round(max(ratios), 2)],
        "tokens_per_second": {name: round(statistics.median(values)) for name, values in rates.items()},
        "two_workers": round(one / two, 2),
        "memory_mb": memory_mb(),
        "microseconds_per_post": curve,
        "share_of_time": components(annotator, sample),
        "goals": GOALS,
    }
