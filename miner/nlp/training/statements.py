"""Training of the statement model: a linear model and recurrent networks, judged on groups left out.

Files stand for groups. They are dealt into folds; what is reported, the thresholds and the calibration come from texts
whose whole file the models had not seen. Then everything is trained once more on all texts.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from miner import jsonl
from miner.errors import BadInput
from miner.nlp.cues import CUES
from miner.nlp.opinion.choice import choose
from miner.nlp.opinion.lexicon import Lexicon
from miner.nlp.opinion.linear import BUCKETS, Linear, cues_of
from miner.nlp.opinion.model import Model, Settings, together
from miner.nlp.opinion.network import Network as Runtime
from miner.nlp.opinion.network import Seen, bits, kept, marks_of
from miner.nlp.opinion.words import Words
from miner.nlp.training.arithmetic import one_thread
from miner.nlp.training.corpus import CLASS, Corpus, Text, likeness, parse, read
from miner.nlp.training.matrix import matrix
from miner.records import KINDS, TONES

if TYPE_CHECKING:
    from miner.nlp.training.teacher import Lesson

Report = dict[str, Any]
SAME = 0.5  # from this likeness on a candidate is the annotated span; between none and it nobody is asked
LINEAR_SHARE = 0.4
GRID = np.arange(0.2, 0.56, 0.04)
POINTS = 12


@dataclass(frozen=True, slots=True)
class Plan:
    """How to train. ``networks`` is how many recurrent networks are weighed together; 0 leaves a linear model. With
    ``encoder``, a folder or a hub name, a transformer takes the networks' place.
    """

    seed: int = 42
    folds: int = 5
    networks: int = 1
    epochs: int = 9
    rate: float = 2e-3
    batch: int = 1500
    regularisation: float = 0.1
    encoder: str | None = None


@one_thread()
def train(
    corpora: Sequence[Path],
    out: Path,
    *,
    seed: int = 42,
    plan: Plan | None = None,
    decisions: Path | None = None,
    encoder: str | None = None,
    lesson: Lesson | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> Report:
    """Train on annotated files, write the model and its scores to ``out``, and return the scores.

    ``decisions`` is a file of people's decisions on statements (see ``read_decisions``); with it the report has the
    scores without them too. A ``lesson`` adds posts that a language model labelled; what is scored, and what sets
    thresholds and calibration, are people's texts all the same. Raises BadInput for a file that is no corpus.
    """
    from miner.nlp import load

    plan = plan or Plan(seed=seed)
    if encoder:
        plan = replace(plan, encoder=encoder, networks=0)
    texts = read(corpora)
    decided = read_decisions(decisions) if decisions else []
    nlp = load()
    for name in nlp.pipe_names:
        if name not in {"slovnet", "lemmatizer"}:
            nlp.disable_pipe(name)
    corpus = parse(nlp, texts + decided + (lesson.texts if lesson else []))
    tell(f"{len(texts)} texts, {len(decided)} decisions, {len(corpus.candidates)} candidates")
    report: Report = {"texts": len(texts), "decisions": len(decided), "plan": plan_of(plan)}
    if decided:
        without = cross(Examples.of(parse(nlp, texts)), plan, tell)
        report["without decisions"] = without.scores()
    examples = Examples.of(corpus)
    judged = cross(examples, plan, tell)
    report |= judged.scores()
    if lesson:
        from miner.nlp.training.teacher import card, compare

        before = cross(Examples.of(parse(nlp, texts + decided)), plan, tell)
        report["teacher"] = compare(lesson, judged, before)
    linear, *networks = fit(examples, np.arange(len(corpus.texts)), plan)
    settings = Settings(judged.weights, tuple(judged.thresholds.tolist()), judged.calibration(), bool(plan.encoder))
    model = Model(linear, [network if plan.encoder else Runtime(network) for network in networks], settings)
    model.write(out)
    jsonl.write_json(out / "scores.json", report)
    if lesson:
        card(report["teacher"], out)
    tell(json.dumps(report["left out"], ensure_ascii=False))
    return report


def plan_of(plan: Plan) -> dict[str, Any]:
    return {name: getattr(plan, name) for name in plan.__dataclass_fields__}


@dataclass(frozen=True, slots=True)
class Examples:
    """A corpus with what is to be learnt of each candidate: its class, and whether it is asked at all."""

    corpus: Corpus
    owner: np.ndarray
    label: np.ndarray
    asked: np.ndarray
    matrix: Any
    seen: Seen
    tags: np.ndarray
    tagged: np.ndarray

    @classmethod
    def of(cls, corpus: Corpus) -> Examples:
        kind, ratio, same = likeness(corpus)
        owner = corpus.table.doc[corpus.candidates.start]
        found = (ratio >= SAME) & same
        tags, tagged = token_tags(corpus)
        known = tagged[corpus.candidates.start] & tagged[corpus.candidates.stop - 1]
        lexicon, words = Lexicon(corpus.strings), Words(corpus.strings, BUCKETS)
        features = matrix(corpus, words)
        cue_at, cues = cues_of(corpus.table, words, words.look_up(corpus.table))
        return cls(
            corpus=corpus,
            owner=owner,
            label=np.where(found, kind, 0),
            asked=(found | ~same) & known,
            matrix=features,
            seen=Seen(lexicon, lexicon.look_up(corpus.table), cue_at, cues),
            tags=tags,
            tagged=tagged,
        )


def token_tags(corpus: Corpus) -> tuple[np.ndarray, np.ndarray]:
    """Return for each token 0 outside of statements, 2k-1 where one of class k begins, 2k inside; and whether anybody
    looked: of a text with a decision only what was decided is known.
    """
    tags, looked = np.zeros(len(corpus.table), np.int64), np.ones(len(corpus.table), bool)
    for number, text in enumerate(corpus.texts):
        rows = np.arange(corpus.table.first[number], corpus.table.first[number + 1])
        for start, stop, kind in text.gold:
            inside = rows[(corpus.begin[rows] >= start) & (corpus.end[rows] <= stop)]
            tags[inside] = 2 * CLASS[kind]
            tags[inside[:1]] -= 1
        if text.looked is not None:
            start, stop = text.looked
            looked[rows] = (corpus.begin[rows] < stop) & (corpus.end[rows] > start)
    return tags, looked


def folds(texts: Sequence[Text], count: int) -> np.ndarray:
    """Deal whole files into folds of like size; a file larger than a fold, and decisions, are dealt text by text."""
    sizes = Counter(text.fold for text in texts)
    load, home = [0] * count, {}
    for name, size in sorted(sizes.items(), key=lambda item: (-item[1], item[0])):
        if size * count <= len(texts) and name not in (DECISIONS, TEACHER):
            home[name] = load.index(min(load))
            load[home[name]] += size
    return np.array([home.get(text.fold, number % count) for number, text in enumerate(texts)])


def fit(examples: Examples, texts: np.ndarray, plan: Plan) -> list[Any]:
    """Return a Linear and the weights of each network, trained on the texts of these numbers."""
    linear = fit_linear(examples, texts, plan)
    if plan.encoder:
        return [linear, fit_encoder(examples, texts, plan, plan.encoder)]
    return [linear, *(fit_network(examples, texts, plan, number) for number in range(plan.networks))]


def fit_linear(examples: Examples, texts: np.ndarray, plan: Plan) -> Linear:
    from sklearn.linear_model import LogisticRegression

    chosen = np.flatnonzero(np.isin(examples.owner, texts) & examples.asked)
    labels = examples.label[chosen]
    if missing := [kind for kind in KINDS if CLASS[kind] not in labels]:
        raise BadInput(f"no {', no '.join(missing)} among {len(texts)} texts: a model needs examples of every kind.")
    model = LogisticRegression(C=plan.regularisation, max_iter=100, tol=1e-3, random_state=plan.seed)
    model.fit(examples.matrix[chosen], labels)
    # As it will be saved, so that what is judged is what is shipped.
    return Linear(examples.corpus.strings, model.coef_.T.astype(np.float16), model.intercept_)


def fit_network(examples: Examples, texts: np.ndarray, plan: Plan, number: int) -> dict[str, np.ndarray]:
    import torch
    from torch.nn import functional

    from miner.nlp.training.network import Network, Shape, Vocabulary, batches

    torch.manual_seed(plan.seed + number)
    random = np.random.default_rng(plan.seed + number)
    corpus, table = examples.corpus, examples.corpus.table
    vocabulary = Vocabulary(examples.seen.lexicon.seen)
    marks = torch.from_numpy(signs(examples))
    label, tags = torch.from_numpy(examples.label), torch.from_numpy(examples.tags)
    relevant = torch.tensor([float(text.relevant) for text in corpus.texts])
    tone = torch.tensor([TONES.index(text.tone) if text.tone in TONES else 1 for text in corpus.texts])
    whole = np.array([text.looked is None for text in corpus.texts])
    blocks = np.searchsorted(examples.owner, np.arange(len(corpus.texts) + 1))
    network = Network(Shape())
    optimiser = torch.optim.AdamW(network.parameters(), lr=plan.rate, weight_decay=0.01)
    steps = plan.epochs * sum(1 for _ in batches(table, texts, plan.batch, random))
    average: dict[str, Any] = {}
    step = 0
    network.train()
    for epoch in range(plan.epochs):
        for batch in batches(table, texts, plan.batch, random):
            warm = min(1.0, (step + 1) / (0.1 * steps))
            for group in optimiser.param_groups:
                group["lr"] = plan.rate * warm * 0.5 * (1 + math.cos(math.pi * step / steps))
            states = network.encode(vocabulary, examples.seen.rows, marks, batch, 0.1)
            text = network.text(states, batch)
            chosen = np.concatenate([np.arange(blocks[t], blocks[t + 1]) for t in batch.texts])
            where = np.repeat(np.arange(len(batch.texts)), np.diff(blocks)[batch.texts])
            asked = examples.asked[chosen]
            chosen, where = chosen[asked], where[asked]
            losses = []
            if len(chosen):
                first = table.first[batch.texts][where]
                places = (corpus.candidates.start[chosen] - first, corpus.candidates.stop[chosen] - first)
                logits = network.clauses(states, text, *(torch.from_numpy(rows) for rows in (where, *places)))
                losses.append(functional.cross_entropy(logits, label[chosen]))
            looked = batch.inside & examples.tagged[batch.tokens]
            if looked.any():
                told = network.tags(network.drop(states))[torch.from_numpy(looked)]
                losses.append(0.5 * functional.cross_entropy(told, tags[batch.tokens[looked]]))
            if (read_whole := whole[batch.texts]).any():
                own, pooled = batch.texts[read_whole], network.drop(text)[torch.from_numpy(read_whole)]
                losses.append(
                    0.2 * functional.binary_cross_entropy_with_logits(network.relevant(pooled)[:, 0], relevant[own])
                )
                losses.append(0.1 * functional.cross_entropy(network.tone(pooled), tone[own]))
            if losses:
                optimiser.zero_grad()
                torch.stack(losses).sum().backward()  # type: ignore[no-untyped-call]
                torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
                optimiser.step()
            step += 1
            if epoch >= plan.epochs // 2:
                # The mean of the last steps generalises better than the last step (Polyak and Juditsky 1992).
                for name, value in network.state_dict().items():
                    average[name] = average[name] * 0.99 + value * 0.01 if name in average else value.clone()
    return kept({name: value.numpy() for name, value in (average or network.state_dict()).items()})


def fit_encoder(examples: Examples, texts: np.ndarray, plan: Plan, name: str) -> Any:
    """Return a ClauseTransformer: the encoder of that name, fine-tuned with its head."""
    import torch
    from torch.nn import functional

    from miner.nlp.opinion.transformer import ClauseTransformer

    torch.manual_seed(plan.seed)
    model = ClauseTransformer.of(name)
    own = [weight for key, weight in model.named_parameters() if not key.startswith("encoder.")]
    optimiser = torch.optim.AdamW([{"params": model.encoder.parameters(), "lr": 3e-5}, {"params": own, "lr": 1e-3}])
    table, found, label = examples.corpus.table, examples.corpus.candidates, torch.from_numpy(examples.label)
    for _ in range(plan.epochs):
        model.train()
        for block, states, text, low in model.blocks(table, found, examples.seen, texts):
            asked = np.flatnonzero(examples.asked[block])
            if not len(asked):
                continue
            block = block[asked]  # noqa: PLW2901
            logits = model.clauses(states, text, found.start[block] - low, found.stop[block] - low)
            optimiser.zero_grad()
            functional.cross_entropy(logits, label[block]).backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
    return model.eval()


def signs(examples: Examples) -> np.ndarray:
    """Return (tokens, MARKS + cues): the layout before each token and the cues that begin with it."""
    cues = np.zeros((len(examples.corpus.table), len(CUES)), np.float32)
    np.add.at(cues, (examples.seen.cue_at, examples.seen.cues), 1)
    return np.concatenate([bits(marks_of(examples.corpus.table, examples.corpus.candidates.units)), cues], axis=1)


@dataclass(frozen=True, slots=True)
class Judged:
    """Answers to texts whose files were left out. ``opinions`` is (models, candidates, 4)."""

    examples: Examples
    opinions: list[np.ndarray]
    weights: tuple[float, ...]
    thresholds: np.ndarray

    @property
    def probabilities(self) -> np.ndarray:
        return together(self.opinions, self.weights)

    def scores(self) -> Report:
        """The report's figures: per file left out, and of each model alone."""
        table: Report = {}
        for name, weights in alone(self.weights).items():
            probabilities = together(self.opinions, weights)
            chosen = best_thresholds(self.examples, probabilities)
            table[name] = micro(self.examples.corpus, spans(self.examples, probabilities, chosen))
        found = self.found()
        texts = self.examples.corpus.texts
        groups = {name: np.array([text.fold == name for text in texts]) for name in sorted({t.fold for t in texts})}
        return {
            "models": table,
            "left out": {name: micro(self.examples.corpus, found, which) for name, which in groups.items()},
            "thresholds": [round(float(value), 3) for value in self.thresholds],
            "calibration error": round(self.calibration_error(), 4),
        }

    def found(self) -> dict[int, list[tuple[int, int, str]]]:
        """The chosen spans of each text."""
        return spans(self.examples, self.probabilities, self.thresholds)

    def hits(self) -> Iterator[tuple[int, float, bool]]:
        """Yield ``(class, raw probability, right)`` of each chosen span."""
        kind, _, same = likeness(self.examples.corpus)
        probabilities = self.probabilities
        found = self.examples.corpus.candidates
        taught = np.array([text.fold == TEACHER for text in self.examples.corpus.texts])[self.examples.owner]
        for place, chosen in choose(probabilities, self.thresholds, found.start, found.stop, found.sizes):
            if taught[place]:
                continue
            yield chosen, float(probabilities[place, chosen]), bool(same[place] and kind[place] == chosen)

    def calibration(self) -> tuple[tuple[tuple[float, ...], tuple[float, ...]], ...]:
        """For each kind points from raw probability to the share of right ones, never falling (isotonic regression)."""
        hits = list(self.hits())
        return tuple(isotonic([(raw, right) for kind, raw, right in hits if kind == CLASS[name]]) for name in KINDS)

    def calibration_error(self) -> float:
        """Mean distance of score and share of right ones over ten bins (expected calibration error)."""
        points, hits = self.calibration(), list(self.hits())
        if not hits:
            return 0.0
        score = np.array([np.interp(raw, *points[kind - 1]) for kind, raw, _ in hits])
        right = np.array([right for *_, right in hits])
        bins = np.minimum((score * 10).astype(int), 9)
        return float(sum(abs((score - right)[bins == b].sum()) for b in range(10)) / len(hits))


def isotonic(points: Sequence[tuple[float, bool]]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """
    >>> isotonic([])
    ((0.0, 1.0), (0.0, 1.0))
    """
    if len(points) < 2 * POINTS:
        return (0.0, 1.0), (0.0, 1.0)
    from sklearn.isotonic import IsotonicRegression

    raw, right = np.array([p for p, _ in points]), np.array([r for _, r in points], float)
    # Shrunk towards one half, so that few examples never make a certainty.
    curve = IsotonicRegression(y_min=0.02, y_max=0.98, out_of_bounds="clip").fit(raw, right)
    knots = np.unique(np.quantile(raw, np.linspace(0, 1, POINTS)).round(4))
    return tuple(knots.tolist()), tuple(curve.predict(knots).round(4).tolist())


def cross(examples: Examples, plan: Plan, tell: Callable[[str], None]) -> Judged:
    """Train with each fold left out in turn, and answer its texts."""
    corpus = examples.corpus
    fold = folds(corpus.texts, plan.folds)
    others = 1 if plan.encoder else plan.networks
    opinions = [np.zeros((len(corpus.candidates), 4)) for _ in range(1 + others)]
    for number in range(plan.folds):
        if not (fold == number).any():
            continue
        models = fit(examples, np.flatnonzero(fold != number), plan)
        theirs = fold[examples.owner] == number
        for opinion, model in zip(opinions, models, strict=True):
            opinion[theirs] = ask(examples, model)[theirs]
        tell(f"fold {number + 1} of {plan.folds}")
    weights = ensemble(others)
    thresholds = best_thresholds(examples, together(opinions, weights))
    return Judged(examples, opinions, weights, thresholds)


def ask(examples: Examples, model: Any) -> np.ndarray:
    from miner.nlp.opinion.model import softmax

    corpus = examples.corpus
    if isinstance(model, Linear):
        return softmax(model(corpus.table, corpus.candidates.start, corpus.candidates.stop))
    if not isinstance(model, dict):
        return np.asarray(model(corpus.table, corpus.candidates, examples.seen))
    return Runtime(model)(corpus.table, corpus.candidates, examples.seen)


def ensemble(networks: int) -> tuple[float, ...]:
    return (1.0,) if not networks else (LINEAR_SHARE, *[(1 - LINEAR_SHARE) / networks] * networks)


def alone(weights: tuple[float, ...]) -> Mapping[str, tuple[float, ...]]:
    """Each model by itself, and all together."""
    single = {
        ("linear" if number == 0 else f"network {number}"): tuple(float(n == number) for n in range(len(weights)))
        for number in range(len(weights))
    }
    return {**single, "together": weights}


def spans(
    examples: Examples, probabilities: np.ndarray, thresholds: np.ndarray
) -> dict[int, list[tuple[int, int, str]]]:
    """Return the spans of each text that are chosen by these thresholds."""
    corpus = examples.corpus
    found: dict[int, list[tuple[int, int, str]]] = {}
    start, stop = corpus.candidates.start, corpus.candidates.stop
    for place, kind in choose(probabilities, thresholds, start, stop, corpus.candidates.sizes):
        span = int(corpus.begin[start[place]]), int(corpus.end[stop[place] - 1]), KINDS[kind - 1]
        found.setdefault(int(examples.owner[place]), []).append(span)
    return found


def best_thresholds(examples: Examples, probabilities: np.ndarray) -> np.ndarray:
    """Return one threshold for all kinds, that with the best mean F1 over the files, then each kind's own near it.

    Every file counts the same, however many texts it has: no register shall set the threshold of the others.
    """
    texts = examples.corpus.texts
    names = sorted({text.fold for text in texts if text.looked is None and text.fold != TEACHER})
    groups = [np.array([text.fold == name and bool(text.looked is None) for text in texts]) for name in names]

    def f1(thresholds: np.ndarray) -> float:
        found = spans(examples, probabilities, thresholds)
        return float(np.mean([micro(examples.corpus, found, group)["f1"] for group in groups]))

    best = np.full(len(KINDS), max(GRID, key=lambda value: f1(np.full(len(KINDS), value))))
    top = f1(best)
    for kind in range(len(KINDS)):
        for shift in (-0.08, -0.04, 0.04, 0.08):
            other = best.copy()
            other[kind] += shift
            # A hair's breadth is chance.
            if (score := f1(other)) > top + 0.002:
                best, top = other, score
    return best


def micro(corpus: Corpus, found: Mapping[int, Sequence[tuple[int, int, str]]], which: Any = None) -> Report:
    """Micro F1 over the kinds, and of spans whatever their kind, by the yardstick's rule of one place."""
    counts = dict.fromkeys(("hit", "any", "found", "gold"), 0)
    for number, text in enumerate(corpus.texts):
        if text.looked is not None or not (text.fold != TEACHER if which is None else which[number]):
            continue
        mine = found.get(number, ())
        counts["gold"] += len(text.gold)
        counts["found"] += len(mine)
        counts["any"] += matched(text.gold, mine)
        counts["hit"] += sum(
            matched([g for g in text.gold if g[2] == kind], [m for m in mine if m[2] == kind]) for kind in KINDS
        )
    return {
        "f1": f_score(counts["hit"], counts["found"], counts["gold"]),
        "any": f_score(counts["any"], counts["found"], counts["gold"]),
        "gold": counts["gold"],
        "found": counts["found"],
    }


def f_score(hit: int, found: int, gold: int) -> float:
    return round(2 * hit / (found + gold), 3) if found + gold else 0.0


def matched(gold: Sequence[tuple[int, int, str]], mine: Sequence[tuple[int, int, str]]) -> int:
    """How many annotated spans have a found one in the same place: half of the shorter, a third of the longer."""
    used: set[int] = set()
    for start, stop, _ in gold:
        best = (0, -1)
        for number, (begin, end, _) in enumerate(mine):
            shared = min(stop, end) - max(start, begin)
            short, long = sorted((stop - start, end - begin))
            if number not in used and shared > 0 and shared >= 0.5 * short and shared >= 0.33 * long:
                best = max(best, (shared, number))
        if best[0]:
            used.add(best[1])
    return len(used)


DECISIONS = "decisions"
# No file has such a name.
TEACHER = "(teacher)"


def read_decisions(file: Path) -> list[Text]:
    """Read people's decisions on statements as texts of which only the decided span is known.

    A line has ``text``, ``start``, ``end``, ``kind`` and ``decision``: accepted, rejected, or relabelled with the right
    one as ``new_kind``. Raises BadInput that names file, line and rule.
    """
    texts = []
    for number, line, complaint in jsonl.read_objects(file):
        where = f"{file}:{number}"
        if complaint or not isinstance(line, dict):
            raise BadInput(f"{where}: {complaint or 'no JSON object'}.")
        text, start, stop, decision = (line.get(name) for name in ("text", "start", "end", "decision"))
        if not isinstance(text, str) or not isinstance(start, int) or not isinstance(stop, int):
            raise BadInput(f"{where}: a decision has text, start and end.")
        if not 0 <= start < stop <= len(text):
            raise BadInput(f"{where}: {start}..{stop} is no span of a text of {len(text)} characters.")
        if decision not in {"accepted", "rejected", "relabelled"}:
            raise BadInput(f"{where}: decision {decision!r} is none of accepted, rejected, relabelled.")
        kind = line.get("new_kind" if decision == "relabelled" else "kind")
        if decision != "rejected" and kind not in CLASS:
            raise BadInput(f"{where}: kind {kind!r} is none of {', '.join(KINDS)}.")
        gold = () if decision == "rejected" else ((start, stop, str(kind)),)
        texts.append(Text(where, DECISIONS, text, gold, relevant=True, looked=(start, stop)))
    return texts


def linear_only(plan: Plan) -> Plan:
    """The plan without networks: seconds instead of minutes."""
    return replace(plan, networks=0)
