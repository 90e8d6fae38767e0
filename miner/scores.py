"""How well annotations and candidates agree with a gold corpus.

A gold post has ``statements`` [{span, kind, item}], ``facts`` {field: value}, ``pii`` [substring], ``sentiment`` and
``relevant``. Two spans are in the same place when they share half of the shorter and a third of the longer one.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from miner.errors import BadInput
from miner.records import KINDS

TOP = 10  # candidates read per kind: one page of a profile
MIN_AUTHORS = 3  # an item is there to be found when this many people voice it

Json = Mapping[str, Any]


class Place(NamedTuple):
    """A gold statement: where it is, its kind and the item it belongs to."""

    start: int
    end: int
    kind: str
    item: str


class Counts(NamedTuple):
    """Of ``gold`` things, ``hit`` are among the ``predicted`` ones."""

    hit: int = 0
    predicted: int = 0
    gold: int = 0

    def __add__(self, other: Any) -> Counts:
        return Counts(*(a + b for a, b in zip(self, other, strict=True)))

    @property
    def f1(self) -> float:
        return 2 * self.hit / (self.predicted + self.gold) if self.hit else 0.0

    def to_json(self) -> dict[str, float]:
        """Precision, recall and F1, rounded to thousandths.

        >>> Counts(3, 4, 6).to_json()
        {'p': 0.75, 'r': 0.5, 'f1': 0.6, 'gold': 6, 'predicted': 4}
        """
        return {
            "p": round(self.hit / self.predicted, 3) if self.predicted else 0.0,
            "r": round(self.hit / self.gold, 3) if self.gold else 0.0,
            "f1": round(self.f1, 3),
            "gold": self.gold,
            "predicted": self.predicted,
        }


def places(post: Json) -> Iterator[Place]:
    """The gold statements of a post; a span that is named twice takes its next occurrence.

    >>> list(places({"text": "ждать, ждать", "statements": [{"span": "ждать", "kind": "pain", "item": "P1"}] * 2}))
    [Place(start=0, end=5, kind='pain', item='P1'), Place(start=7, end=12, kind='pain', item='P1')]
    """
    last: dict[str, int] = {}
    for statement in post.get("statements", ()):
        span = statement["span"]
        start = post["text"].find(span, last.get(span, -1) + 1)
        if start < 0:
            raise BadInput(f"post {post.get('id')}: span {span[:60]!r} is not in the text: spans are verbatim.")
        last[span] = start
        yield Place(start, start + len(span), statement["kind"], statement.get("item", ""))


def shared(a: Sequence[Any], b: Sequence[Any]) -> int:
    """Characters that two spans have in common."""
    return int(max(0, min(a[1], b[1]) - max(a[0], b[0])))


def same_place(a: Sequence[Any], b: Sequence[Any]) -> bool:
    """
    >>> same_place((0, 10), (5, 15)), same_place((0, 10), (0, 31))
    (True, False)
    """
    common, one, other = shared(a, b), a[1] - a[0], b[1] - b[0]
    return bool(common >= 0.5 * min(one, other) and common >= 0.33 * max(one, other))


def matched(gold: Sequence[Sequence[Any]], predicted: Sequence[Sequence[Any]]) -> int:
    """How many gold spans find a predicted one of their own, each taking the one that covers it most."""
    used: set[int] = set()
    for place in gold:
        free = [(shared(place, p), i) for i, p in enumerate(predicted) if i not in used and same_place(place, p)]
        if free:
            used.add(max(free)[1])
    return len(used)


def of_annotations(gold: Iterable[Json], predicted: Mapping[str, Json]) -> dict[str, Any]:
    """Scores of annotated posts (``Document.to_json``, by id) against gold posts."""
    kinds: dict[str, Counts] = defaultdict(Counts)
    fields: dict[str, Counts] = defaultdict(Counts)
    facts = noise = Counts()
    tones: Counter[tuple[str | None, str | None]] = Counter()
    found = masked = personal = wrongly = posts = missing = 0
    for post in gold:
        posts += 1
        mined = predicted.get(post["id"], {})
        missing += post["id"] not in predicted
        for kind, counts in _statement_counts(post, mined):
            kinds[kind] += counts
        for field, counts in _fact_counts(post, mined):
            fields[field] += counts
            facts += counts
        spans = [(post["text"].index(x), post["text"].index(x) + len(x)) for x in post.get("pii", ())]
        masks = [(m["start"], m["end"]) for m in mined.get("pii", ())]
        found += sum(sum(shared(s, m) for m in masks) >= 0.8 * (s[1] - s[0]) for s in spans)
        wrongly += sum(not any(shared(s, m) for s in spans) for m in masks)
        masked, personal = masked + len(masks), personal + len(spans)
        is_noise, called = not post.get("relevant", True), not mined.get("relevant", True)
        noise += Counts(is_noise and called, called, is_noise)
        tones[post.get("sentiment"), (mined.get("sentiment") or {}).get("label")] += 1
    micro = sum((kinds[kind] for kind in KINDS), Counts())
    return {
        "posts": posts,
        "not_answered": missing,
        "statements": {
            **{kind: kinds[kind].to_json() for kind in KINDS},
            "any_kind": kinds["any_kind"].to_json(),
            "micro": micro.to_json(),
            "macro_f1": round(sum(kinds[kind].to_json()["f1"] for kind in KINDS) / 3, 3),
        },
        "facts": facts.to_json(),
        "facts_by_field": {field: fields[field].to_json() for field in sorted(fields)},
        "pii": {
            "recall": round(found / personal, 3) if personal else None,
            "gold": personal,
            "masked": masked,
            "masked_wrongly": wrongly,
        },
        "noise": noise.to_json(),
        "sentiment_macro_f1": _tone_f1(tones),
    }


def _statement_counts(post: Json, mined: Json) -> Iterator[tuple[str, Counts]]:
    gold = list(places(post))
    said = [(s["start"], s["end"], s["kind"]) for s in mined.get("statements", ()) if s["kind"] in KINDS]
    for kind in KINDS:
        own, guessed = [g for g in gold if g.kind == kind], [p for p in said if p[2] == kind]
        yield kind, Counts(matched(own, guessed), len(guessed), len(own))
    yield "any_kind", Counts(matched(gold, said), len(said), len(gold))


def _fact_counts(post: Json, mined: Json) -> Iterator[tuple[str, Counts]]:
    want = {(field, _plain(value)) for field, value in post.get("facts", {}).items()}
    have = {(fact["field"], _plain(fact["value"])) for fact in mined.get("facts", ())}
    for field in {name for name, _ in want | have}:
        own, guessed = {w for w in want if w[0] == field}, {h for h in have if h[0] == field}
        yield field, Counts(len(own & guessed), len(guessed), len(own))


def _plain(value: object) -> str:
    return str(value).strip().lower().replace("ё", "е")


def _tone_f1(tones: Counter[tuple[str | None, str | None]]) -> float | None:
    labels = sorted({gold for gold, _ in tones if gold})
    if not labels:
        return None
    scores = [
        Counts(
            tones[label, label],
            sum(n for (_, said), n in tones.items() if said == label),
            sum(n for (gold, _), n in tones.items() if gold == label),
        ).to_json()["f1"]
        for label in labels
    ]
    return round(sum(scores) / len(scores), 3)


def of_candidates(gold: Iterable[Json], items: Iterable[str], mined: Json) -> dict[str, Any]:
    """Scores of mined candidates (``Mined.to_json``): which items of the gold posts the first ten of a kind recover.

    A candidate is right when at least half of its evidence lies on statements of one item of its kind; the second
    candidate of one item is a repeat.
    """
    posts = {post["id"]: post for post in gold}
    spans = {name: list(places(post)) for name, post in posts.items()}
    authors: dict[str, set[str]] = defaultdict(set)
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    for name, own in spans.items():
        for place in own:
            authors[place.item].add(posts[name].get("author", name))
            kinds[place.item][place.kind] += 1
    present = {item for item in items if len(authors[item]) >= MIN_AUTHORS}
    scores: dict[str, Any] = {}
    rows: list[dict[str, Any]] = []
    recovered_all: set[str] = set()
    supports: list[tuple[int, int]] = []
    right_all = shown_all = 0
    for kind in KINDS:
        wanted = {item for item in present if kinds[item].most_common(1)[0][0] == kind}
        shown = [c for c in mined["candidates"] if c["kind"] == kind][:TOP]
        recovered: set[str] = set()
        right = 0
        for candidate in shown:
            item, purity = _item_of(candidate, kind, spans)
            fresh = item is not None and purity >= 0.5 and item[1] and item[0] not in recovered
            good = item is not None and purity >= 0.5 and item[1]
            if good and item:
                recovered.add(item[0])
            if fresh and item:
                right += 1
                supports.append((candidate["support"]["authors"], len(authors[item[0]])))
            rows.append(
                {
                    "kind": kind,
                    "text": candidate["text"],
                    "item": item[0] if item else None,
                    "purity": round(purity, 2),
                    "evidence": len(candidate["evidence"]),
                    "verdict": "right" if fresh else "repeat" if good else "wrong",
                }
            )
        scores[kind] = {
            "recall": round(len(recovered & wanted) / len(wanted), 3) if wanted else None,
            "wanted": len(wanted),
            "precision": round(right / len(shown), 3) if shown else 0.0,
            "shown": len(shown),
        }
        recovered_all |= recovered & wanted
        right_all, shown_all = right_all + right, shown_all + len(shown)
    recall, precision = len(recovered_all) / max(1, len(present)), right_all / max(1, shown_all)
    scores["all"] = {
        "recall": round(recall, 3),
        "precision": round(precision, 3),
        "f1": round(2 * recall * precision / (recall + precision), 3) if recall + precision else 0.0,
        "rank_agreement": round(spearman(supports), 3) if len(supports) > 2 else None,
    }
    return {"group": mined.get("group"), "scores": scores, "candidates": rows}


def _item_of(candidate: Json, kind: str, spans: Mapping[str, Sequence[Place]]) -> tuple[tuple[str, bool] | None, float]:
    """The item that most of the evidence lies on, whether it is of the candidate's kind, and the share of it."""
    votes: Counter[Place | tuple[str, str] | None] = Counter()
    for quote in candidate["evidence"]:
        at = (quote["start"], quote["end"])
        touched = [(shared(at, place), place) for place in spans.get(quote["doc_id"], ()) if shared(at, place)]
        best = max(touched)[1] if touched else None
        votes[(best.item, best.kind) if best else None] += 1
    if not votes:
        return None, 0.0
    top, count = votes.most_common(1)[0]
    return (None if top is None else (str(top[0]), top[1] == kind)), count / votes.total()


def spearman(pairs: Sequence[tuple[float, float]]) -> float:
    """Spearman's rank correlation; 0 when one side does not vary.

    >>> round(spearman([(1, 10), (2, 20), (3, 15)]), 2)
    0.5
    """
    from scipy.stats import spearmanr

    xs, ys = zip(*pairs, strict=True)
    if len(set(xs)) < 2 or len(set(ys)) < 2:
        return 0.0
    return float(spearmanr(xs, ys).statistic)
