"""The trained model of statements: a folder of arrays, read into numbers for candidates."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from miner import jsonl
from miner.errors import BadInput
from miner.nlp.opinion.lexicon import Lexicon
from miner.nlp.opinion.linear import Linear, features
from miner.nlp.opinion.network import REMEMBERED_WORDS, Network, Seen, kept

if TYPE_CHECKING:
    from spacy.strings import StringStore

    from miner.nlp.clauses import Candidates
    from miner.nlp.opinion.table import Table

FORMAT = "miner-statements/3"
META, LINEAR, NETWORK = "model.json", "linear.npz", "network-{}.npz"
SMALLEST = 1e-5


@dataclass(frozen=True, slots=True)
class Reading:
    """What the model made of a table: ``probabilities`` (candidates, 4), and what it saw, to tell why."""

    probabilities: np.ndarray
    linear: Linear
    rows: np.ndarray
    cue_at: np.ndarray
    cues: np.ndarray


@dataclass(frozen=True, slots=True)
class Settings:
    """What training decided: weights of the linear model and of each network, from where a candidate of each kind
    counts, and for each kind points ``(raw, share)``: how often people agreed with spans chosen at ``raw``.
    """

    weights: tuple[float, ...]
    thresholds: tuple[float, ...]
    calibration: tuple[tuple[tuple[float, ...], tuple[float, ...]], ...]
    encoder: bool = False


class Opinion(Protocol):
    """What weighs in beside the linear model: a small network, or a transformer."""

    def __call__(self, table: Table, found: Candidates, seen: Seen) -> np.ndarray: ...

    def forget(self) -> None: ...

    def write(self, folder: Path) -> None: ...


class Model:
    """Several opinions in one: a linear model and recurrent networks, their logarithms weighed together."""

    def __init__(self, linear: Linear, networks: Sequence[Opinion], settings: Settings) -> None:
        self.linear, self.networks, self.settings = linear, list(networks), settings
        self.thresholds = np.array(settings.thresholds)
        self.lexicon = Lexicon(linear.words.strings)

    def __call__(self, table: Table, found: Candidates) -> Reading:
        seen = features(table, self.linear.words, found.start, found.stop)
        opinions = [softmax(self.linear.logits(table, found.start, found.stop, seen))]
        if self.networks:
            if len(self.lexicon.seen) > REMEMBERED_WORDS:
                self.lexicon = Lexicon(self.lexicon.strings)
                for network in self.networks:
                    network.forget()
            words = Seen(self.lexicon, self.lexicon.look_up(table), seen.cue_at, seen.cues)
            opinions += [network(table, found, words) for network in self.networks]
        return Reading(together(opinions, self.settings.weights), self.linear, seen.rows, seen.cue_at, seen.cues)

    def score(self, probability: float, kind: int) -> float:
        """Return how often people agree with a span of this class (1 is pain) at this raw probability."""
        raw, share = self.settings.calibration[kind - 1]
        return float(np.interp(probability, raw, share))

    @classmethod
    def read(cls, folder: Path, strings: StringStore) -> Model:
        """Raises BadInput when the folder holds no model of this version."""
        try:
            meta = json.loads((folder / META).read_text(encoding="utf-8"))
            if meta["format"] != FORMAT:
                raise BadInput(f"{folder / META}: format {meta['format']!r} is not {FORMAT!r}. Train the model again.")
            calibration = tuple((tuple(raw), tuple(share)) for raw, share in meta["calibration"])
            encoder = bool(meta.get("encoder"))
            settings = Settings(tuple(meta["weights"]), tuple(meta["thresholds"]), calibration, encoder)
            with np.load(folder / LINEAR) as arrays:
                linear = Linear(strings, arrays["weights"], arrays["bias"])
            networks: list[Opinion] = []
            if encoder:
                from miner.nlp.opinion.transformer import ClauseTransformer

                networks.append(ClauseTransformer.read(folder))
            for number in range(len(settings.weights) - 1 - encoder):
                with np.load(folder / NETWORK.format(number)) as arrays:
                    networks.append(Network(arrays))
            return cls(linear, networks, settings)
        except (OSError, ValueError, KeyError) as error:
            raise BadInput(f"{folder}: no statement model in it ({error}). Run `miner train statements`.") from error

    def write(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        linear = {"weights": self.linear.weights.astype(np.float16), "bias": self.linear.bias}
        arrays: dict[str, dict[str, Any]] = {LINEAR: linear}
        small = [network for network in self.networks if isinstance(network, Network)]
        arrays |= {NETWORK.format(number): kept(network.weights) for number, network in enumerate(small)}
        for network in self.networks:
            network.write(folder)
        for name, values in arrays.items():
            with jsonl.whole_file(folder / name) as beside, beside.open("wb") as stream:
                np.savez_compressed(stream, **values)
        settings = self.settings
        jsonl.write_json(
            folder / META,
            {
                "format": FORMAT,
                "encoder": settings.encoder,
                "weights": list(settings.weights),
                "thresholds": list(settings.thresholds),
                "calibration": [[list(raw), list(share)] for raw, share in settings.calibration],
            },
        )


def softmax(logits: np.ndarray) -> np.ndarray:
    """Return rows that sum to one."""
    powers = np.exp(logits - logits.max(1, keepdims=True))
    probabilities: np.ndarray = powers / powers.sum(1, keepdims=True)
    return probabilities


def together(opinions: Sequence[np.ndarray], weights: Sequence[float]) -> np.ndarray:
    """Return the weighed geometric mean of probabilities: what one model rules out stays ruled out."""
    total = sum(weight * np.log(opinion + SMALLEST) for weight, opinion in zip(weights, opinions, strict=True))
    return softmax(np.asarray(total))
