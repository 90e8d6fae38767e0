"""The model files, found in the natasha package without importing it (it drags pymorphy2 behind it)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from slovnet.const import REL, SHAPE, TAG
from slovnet.exec.model import NER, Morph, Syntax
from slovnet.exec.pack import Pack

from miner.errors import BadInput
from miner.words import NAVEC, Navec, natasha_folder, navec

MORPHOLOGY = "slovnet_morph_news_v1.tar"
SYNTAX = "slovnet_syntax_news_v1.tar"
ENTITIES = "slovnet_ner_news_v1.tar"
NAMES = (NAVEC, MORPHOLOGY, SYNTAX, ENTITIES)


def find(folder: Path | None = None) -> dict[str, Path]:
    """Return the models' paths: in ``folder``, else in the natasha package. Raises BadInput if one is missing."""
    folders = [folder] if folder else [natasha_folder() / "data" / kind for kind in ("emb", "model")]
    found = {name: home / name for home in folders for name in NAMES if (home / name).is_file()}
    if missing := [name for name in NAMES if name not in found]:
        place = folder or "the natasha package"
        raise BadInput(f"{place}: no model file {', '.join(missing)}. Install natasha, or name a folder that has them.")
    return found


class ModelFile:
    """One slovnet model: its ``weights`` as slovnet names them, ``labels`` of its answers, ``shapes`` it knows."""

    def __init__(self, path: Path, kind: Any, labels: str) -> None:
        with Pack(str(path)) as pack:
            pack.load_meta().check_protocol()
            empty = pack.load_model(kind)
            self.weights = empty.inject_arrays(dict(pack.load_arrays(empty.weights)))
            self.labels: list[str] = pack.load_vocab(labels).items
            self.shapes: dict[str, int] = pack.load_vocab(SHAPE).item_ids


def load(paths: dict[str, Path]) -> tuple[Navec, ModelFile, ModelFile, ModelFile]:
    """Read words, morphology, syntax and entities: about 0.4 seconds."""
    return (
        navec() if paths[NAVEC].is_relative_to(natasha_folder()) else Navec(paths[NAVEC]),
        ModelFile(paths[MORPHOLOGY], Morph, TAG),
        ModelFile(paths[SYNTAX], Syntax, REL),
        ModelFile(paths[ENTITIES], NER, TAG),
    )
