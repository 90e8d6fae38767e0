"""The model files, found in the natasha package without importing it (it drags pymorphy2 behind it)."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
from navec.tar import Tar
from navec.vocab import Vocab
from slovnet.const import REL, SHAPE, TAG
from slovnet.exec.model import NER, Morph, Syntax
from slovnet.exec.pack import Pack

from miner.errors import BadInput

NAVEC = "navec_news_v1_1B_250K_300d_100q.tar"
MORPHOLOGY = "slovnet_morph_news_v1.tar"
SYNTAX = "slovnet_syntax_news_v1.tar"
ENTITIES = "slovnet_ner_news_v1.tar"
NAMES = (NAVEC, MORPHOLOGY, SYNTAX, ENTITIES)


def find(folder: Path | None = None) -> dict[str, Path]:
    """Return the models' paths: in ``folder``, else in the natasha package. Raises BadInput if one is missing."""
    folders = [folder] if folder else natasha_folders()
    found = {name: home / name for home in folders for name in NAMES if (home / name).is_file()}
    if missing := [name for name in NAMES if name not in found]:
        place = folder or "the natasha package"
        raise BadInput(f"{place}: no model file {', '.join(missing)}. Install natasha, or name a folder that has them.")
    return found


def natasha_folders() -> list[Path]:
    spec = importlib.util.find_spec("natasha")
    locations = list(spec.submodule_search_locations or ()) if spec else []
    return [Path(location) / "data" / kind for location in locations for kind in ("emb", "model")]


class Words:
    """navec: ``ids`` of 250 thousand word forms, and their vectors of 300 numbers, kept quantised (25 MB)."""

    def __init__(self, path: Path) -> None:
        with Tar(str(path)) as tar:
            vocab = Vocab.from_file(tar.load("vocab.bin"))
            quantised = tar.load("pq.bin").read()
        self.ids: dict[str, int] = vocab.word_ids
        self.unknown: int = vocab.unk_id
        vectors, parts, centroids = (int(n) for n in np.frombuffer(quantised, np.uint32, 4)[[0, 2, 3]])
        head = 4 * 4
        self.indexes = np.frombuffer(quantised, np.uint8, vectors * parts, head).reshape(vectors, parts)
        codes = np.frombuffer(quantised, np.float32, offset=head + vectors * parts)
        self.codes = codes.reshape(parts, centroids, -1)
        self.parts = np.arange(parts)

    def vectors(self, ids: np.ndarray) -> np.ndarray:
        """Return (words, 300) float32."""
        vectors: np.ndarray = self.codes[self.parts, self.indexes[ids]].reshape(len(ids), -1)
        return vectors


class ModelFile:
    """One slovnet model: its ``weights`` as slovnet names them, ``labels`` of its answers, ``shapes`` it knows."""

    def __init__(self, path: Path, kind: Any, labels: str) -> None:
        with Pack(str(path)) as pack:
            pack.load_meta().check_protocol()
            empty = pack.load_model(kind)
            self.weights = empty.inject_arrays(dict(pack.load_arrays(empty.weights)))
            self.labels: list[str] = pack.load_vocab(labels).items
            self.shapes: dict[str, int] = pack.load_vocab(SHAPE).item_ids


def load(paths: dict[str, Path]) -> tuple[Words, ModelFile, ModelFile, ModelFile]:
    """Read words, morphology, syntax and entities: about 0.4 seconds."""
    return (
        Words(paths[NAVEC]),
        ModelFile(paths[MORPHOLOGY], Morph, TAG),
        ModelFile(paths[SYNTAX], Syntax, REL),
        ModelFile(paths[ENTITIES], NER, TAG),
    )
