"""Texts as vectors: always a SentenceTransformer, by default one made of navec's words and the corpus at hand.

>>> texts = ["зарплата маленькая", "платят копейки", "автобус не ходит", "дорога до работы долгая"]
>>> model = fit(encoder(), texts)
>>> vectors = model.encode(texts, show_progress_bar=False)
>>> len(vectors)
4

``encoder(name)`` gives the model, ``fit(model, texts)`` a model that also knows the corpus; a model from a hub or a
folder comes back from ``fit`` as it is. Vectors of the embedded model have length 1 (0 for a text without words).
"""

from __future__ import annotations

import json
import math
import warnings
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any, Self

import numpy as np
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.base.modules import InputModule

from miner.errors import BadInput
from miner.topics import lexicon
from miner.topics.lexicon import terms

# Nouns carry the topic, verbs and adjectives colour it.
PART_WEIGHTS = {"NOUN": 1.0, "PROPN": 0.5, "VERB": 0.7, "ADJ": 0.8, "ADV": 0.5, "X": 1.0}
LSA_DIMENSIONS = 100
# With so many texts the corpus's own space has half of its greatest share.
LSA_DOCUMENTS = 600
# Texts of fewer telling words than this say nothing of which words belong together.
SHORT_TEXT = 4
SEED = 42


def encoder(name: str = "navec") -> SentenceTransformer:
    """Return the model of that name: "navec" is built in, otherwise a local folder or a name on a hub.

    Raises BadInput when there is no such model.
    """
    if name == "navec":
        return SentenceTransformer(modules=[NavecEmbedding()], device="cpu")
    if is_ours(Path(name)):
        return SentenceTransformer(modules=[NavecEmbedding.load(name)], device="cpu")
    try:
        return SentenceTransformer(name, device="cpu")
    except (OSError, ValueError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise BadInput(
            f"encoder.name = {name!r}: no such model: {reason}. Give navec, a folder with a SentenceTransformer, "
            "or a model's name on a hub that is reachable."
        ) from error


def fit(model: SentenceTransformer, texts: Sequence[str]) -> SentenceTransformer:
    """Return a model that also knows the corpus: its word weights, its common component, its own space beside navec's.

    The model given stays as it was. A model that is not ours is returned as it is.
    """
    first = model[0]
    if not isinstance(first, NavecEmbedding):
        return model
    return SentenceTransformer(modules=[NavecEmbedding().learn(texts)], device="cpu")


def is_ours(folder: Path) -> bool:
    # SentenceTransformer imports foreign modules only with trust_remote_code, which must stay off for folders and hubs.
    try:
        modules = json.loads((folder / "modules.json").read_text(encoding="utf-8"))
        return [module["type"] for module in modules] == [f"{NavecEmbedding.__module__}.{NavecEmbedding.__name__}"]
    except (OSError, ValueError, KeyError, TypeError):
        return False


class NavecEmbedding(InputModule):
    """Weighted lemmas in navec's space (see ``lexicon``), joined with an LSA of the corpus.

    The weight of a lemma: its part of speech, times the geometric mean of its rarity in Russian and in the corpus.
    """

    config_keys: list[str] = ["documents", "counts"]  # noqa: RUF012  # as the library declares it
    save_in_root = True

    def __init__(self, documents: int = 0, counts: dict[str, int] | None = None) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.documents = documents
        self.counts = counts or {}
        self.vocabulary = {form: row for row, form in enumerate(self.counts)}
        self.register_buffer("mean", torch.zeros(lexicon.lexicon().width))
        self.register_buffer("lsa", torch.zeros(0, 0))

    def learn(self, texts: Sequence[str]) -> Self:
        """Take word weights, the common component and the corpus's own space from the texts."""
        bags = [terms(text) for text in texts]
        frequencies = Counter(form for bag in bags for form in {form for form, _ in bag})
        self.documents = sum(1 for bag in bags if bag)
        self.counts = dict(sorted(frequencies.items()))
        self.vocabulary = {form: row for row, form in enumerate(self.counts)}
        if self.documents < 3:
            return self
        features = self.features(bags)
        vectors = self.general(features)
        self.mean = vectors[vectors.abs().sum(1) > 0].mean(0)
        # A word of one text binds nothing together, and costs most of the room.
        if median(len(bag) for bag in bags) < SHORT_TEXT:
            return self
        size = min(LSA_DIMENSIONS, sum(count > 1 for count in self.counts.values()) - 1, self.documents - 1)
        if size >= 2:
            self.lsa = torch.from_numpy(own_space(features, len(texts), len(self.counts), size))
        return self

    @property
    def lsa_share(self) -> float:
        """How much of the squared length of a vector is the corpus's own space: the more texts, the more it knows."""
        many = self.documents**2
        return 0.5 * many / (many + LSA_DOCUMENTS**2) if self.lsa.shape[0] else 0.0

    def weight(self, form: str, part: str) -> float:
        rarity = lexicon.rarity(form)
        if self.documents:
            own = math.log((self.documents + 1) / (self.counts.get(form, 0) + 1)) + 1
            rarity = math.sqrt(rarity * own)
        return rarity * PART_WEIGHTS.get(part, 0.5)

    def preprocess(  # type: ignore[override]  # texts only, no pictures or sounds
        self, inputs: Sequence[str], prompt: str | None = None, **_: Any
    ) -> dict[str, torch.Tensor]:
        return self.features([terms((prompt or "") + text) for text in inputs])

    def features(self, bags: Sequence[Sequence[tuple[str, str]]]) -> dict[str, torch.Tensor]:
        """Return bags of words: rows into ``matrix`` and into the corpus's vocabulary, with weights and offsets."""
        distinct: dict[str, int] = {}
        vectors: list[np.ndarray] = []
        rows: list[int] = []
        weights: list[float] = []
        offsets: list[int] = []
        lsa_rows: list[int] = []
        lsa_weights: list[float] = []
        lsa_offsets: list[int] = []
        for bag in bags:
            offsets.append(len(rows))
            lsa_offsets.append(len(lsa_rows))
            for (form, part), count in Counter(bag).items():
                weight = self.weight(form, part) * (1 + math.log(count))
                if form not in distinct:
                    distinct[form] = len(distinct)
                    vectors.append(lexicon.vector(form))
                rows.append(distinct[form])
                weights.append(weight)
                if form in self.vocabulary:
                    lsa_rows.append(self.vocabulary[form])
                    lsa_weights.append(weight)
        matrix = np.stack(vectors) if vectors else np.zeros((1, len(self.mean)), np.float32)
        return {
            "matrix": torch.from_numpy(matrix),
            "rows": torch.tensor(rows, dtype=torch.long),
            "weights": torch.tensor(weights, dtype=torch.float32),
            "offsets": torch.tensor(offsets, dtype=torch.long),
            "lsa_rows": torch.tensor(lsa_rows, dtype=torch.long),
            "lsa_weights": torch.tensor(lsa_weights, dtype=torch.float32),
            "lsa_offsets": torch.tensor(lsa_offsets, dtype=torch.long),
        }

    def general(self, features: dict[str, torch.Tensor]) -> torch.Tensor:
        """Return the texts in navec's space, of length 1; zeros for a text without known words."""
        return unit(bag_sums(features["rows"], features["matrix"], features["offsets"], features["weights"]))

    def forward(self, features: dict[str, torch.Tensor], **_: Any) -> dict[str, torch.Tensor]:
        general = self.general(features)
        worded = general.abs().sum(1, keepdim=True) > 0
        vectors = unit((general - self.mean) * worded)
        if self.lsa.shape[0]:
            own = bag_sums(features["lsa_rows"], self.lsa, features["lsa_offsets"], features["lsa_weights"])
            share = self.lsa_share
            vectors = torch.cat([vectors * math.sqrt(1 - share), unit(own) * math.sqrt(share)], dim=1)
        features["sentence_embedding"] = unit(vectors)
        return features

    def get_embedding_dimension(self) -> int:
        return len(self.mean) + (self.lsa.shape[1] if self.lsa.shape[0] else 0)

    @property
    def max_seq_length(self) -> float:
        return math.inf

    def save(self, output_path: str, *_: Any, **__: Any) -> None:
        from safetensors.torch import save_file

        folder = Path(output_path)
        config = json.dumps(self.get_config_dict(), ensure_ascii=False)
        (folder / self.config_file_name).write_text(config, encoding="utf-8")
        save_file({name: value.contiguous() for name, value in self.state_dict().items()}, folder / "model.safetensors")

    @classmethod
    def load(  # type: ignore[override]  # what is left out goes into kwargs
        cls, model_name_or_path: str, subfolder: str = "", **kwargs: Any
    ) -> Self:
        from safetensors.torch import load_file

        given: dict[str, Any] = {
            name: kwargs[name] for name in ("token", "cache_folder", "revision", "local_files_only") if kwargs.get(name)
        }
        module = cls(**cls.load_config(model_name_or_path, subfolder, **given))
        path = cls.load_file_path(model_name_or_path, "model.safetensors", subfolder, **given)
        if path is None:
            raise BadInput(f"{model_name_or_path}: no model.safetensors in it. Save the model again.")
        for name, value in load_file(path).items():
            setattr(module, name, value)
        return module


def own_space(features: dict[str, torch.Tensor], texts: int, words: int, size: int) -> np.ndarray:
    """Return (words, size) float32: latent semantic analysis of the texts' weighted lemmas, rows of length 1."""
    from scipy.sparse import csr_matrix
    from sklearn.decomposition import TruncatedSVD
    from sklearn.preprocessing import normalize

    edges = np.append(features["lsa_offsets"].numpy(), len(features["lsa_rows"]))
    table = csr_matrix(
        (features["lsa_weights"].numpy(), features["lsa_rows"].numpy(), edges), shape=(texts, words), dtype=np.float32
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a corpus of equal texts has no variance to divide by
        svd = TruncatedSVD(size, random_state=SEED).fit(normalize(table))
    return np.ascontiguousarray(svd.components_.T.astype(np.float32))


def bag_sums(rows: torch.Tensor, matrix: torch.Tensor, offsets: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    """Return the weighted sum of the matrix's rows per bag; an empty bag gives zeros."""
    if not len(rows):
        return torch.zeros(len(offsets), matrix.shape[1])
    return torch.nn.functional.embedding_bag(rows, matrix, offsets, mode="sum", per_sample_weights=weights)


def unit(vectors: torch.Tensor) -> torch.Tensor:
    return torch.nn.functional.normalize(vectors, dim=1)
