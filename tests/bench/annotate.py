"""`miner annotate` beside the plain natasha loop, on the same posts, in turns, in one process."""

import itertools
import json
import multiprocessing
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
WARMING = 5_000
GOALS = {"times_natasha": 4.0, "two_workers": 1.8, "worker_memory_mb": 700}


def posts(count, half=None):
    """Posts put together from the texts of the corpora, or from one ``half`` of them (0 or 1): for load only."""
    files = sorted((ROOT / "corpora").rglob("*.jsonl"))
    texts = [json.loads(line)["text"] for file in files for line in file.read_text("utf-8").split("\n") if line]
    texts = texts if half is None else texts[half::2]
    draw = random.Random(7)
    draw.shuffle(texts)
    for number in range(count):
        # No text comes twice before all have come.
        text = texts[number] if number < len(texts) else f"{draw.choice(texts)} {draw.choice(texts)}"
        yield Post(str(number), text)


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


def memory_mb(process="self", kind="Rss"):
    """Megabytes that a process holds; ``Pss`` shares out what several of them hold together."""
    with open(f"/proc/{process}/smaps_rollup", encoding="ascii") as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith(f"{kind}:")) >> 10


def worker_memory_mb(batch, workers=2):
    """The most that a worker of ``miner annotate --workers`` held, looked at after every hundred documents."""
    most = {"rss": 0, "pss": 0}
    for number, _ in enumerate(annotate_apart(batch, Settings(), workers=workers)):
        if number % 100 == 0:
            for kind in most:
                held = [memory_mb(child.pid, kind.title()) for child in multiprocessing.active_children()]
                most[kind] = max(most[kind], *held, 0)
    return most


def components(annotator, batch):
    """The share of each component in the time of a batch; the first read of a batch is cold, the second warm."""
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
    sample = list(posts(ROUNDS * 300 + 300, half=1))
    plain, annotator = natasha_loop(), Annotator(load(), Nlp())
    plain(sample[:50])
    list(annotator.annotate(posts(WARMING, half=0)))
    cold = components(annotator, sample[-300:])
    rates = {"natasha": [], "miner": [], "known": []}
    for part in range(ROUNDS):
        batch = sample[part * 300 : part * 300 + 300]
        spent, words = timed(lambda b=batch: plain(b))
        rates["natasha"].append(words / spent)
        spent, _ = timed(lambda b=batch: list(annotator.annotate(b)))
        rates["miner"].append(words / spent)
        spent, _ = timed(lambda b=batch: list(annotator.annotate(b)))
        rates["known"].append(words / spent)
    ratios = [m / n for m, n in zip(rates["miner"], rates["natasha"], strict=True)]
    known = [k / n for k, n in zip(rates["known"], rates["natasha"], strict=True)]
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
        "times_natasha_known": round(statistics.median(known), 2),
        "tokens_per_second": {name: round(statistics.median(values)) for name, values in rates.items()},
        "two_workers": round(one / two, 2),
        "memory_mb": memory_mb(),
        "worker_memory_mb": worker_memory_mb(many),
        "microseconds_per_post": curve,
        "share_of_time": {"cold": cold, "warm": components(annotator, sample[-300:])},
        "goals": GOALS,
    }
