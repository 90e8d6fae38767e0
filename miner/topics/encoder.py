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

import bisect
import functools
import json
import math
import warnings
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.base.modules import InputModule

from miner import words
from miner.errors import BadInput

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

# Nouns carry the topic, verbs and adjectives colour it.
PART_WEIGHTS = {"NOUN": 1.0, "PROPN": 0.5, "VERB": 0.7, "ADJ": 0.8, "ADV": 0.5, "X": 1.0}
LSA_DIMENSIONS = 100
# How much of the squared length of a vector is the corpus's own space.
LSA_SHARE = 0.5
SEED = 42
ALPHABET = "абвгдежзийклмнопрстуфхцчшщъыьэюя"


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


class NavecEmbedding(InputModule):  # type: ignore[misc]
    """idf-weighted lemmas in navec's space without the common component, joined with an LSA of the corpus."""

    config_keys = ("lsa_share", "documents", "counts")
    save_in_root = True

    def __init__(self, lsa_share: float = LSA_SHARE, documents: int = 0, counts: dict[str, int] | None = None) -> None:
        super().__init__()
        self.lsa_share = lsa_share
        self.documents = documents
        self.counts = counts or {}
        self.vocabulary = {form: row for row, form in enumerate(self.counts)}
        self.register_buffer("mean", torch.zeros(words.DIMENSIONS))
        self.register_buffer("common", torch.zeros(0, words.DIMENSIONS))
        self.register_buffer("lsa", torch.zeros(0, 0))

    def learn(self, texts: Sequence[str]) -> Self:
        """Take word weights, common component and the corpus's own space from the texts."""
        from scipy.sparse import csr_matrix
        from sklearn.decomposition import TruncatedSVD

        bags = [Counter(words.content(text)) for text in texts]
        frequencies = Counter(form for bag in bags for form in {form for form, _ in bag})
        self.documents = sum(1 for bag in bags if bag)
        self.counts = dict(sorted(frequencies.items()))
        self.vocabulary = {form: row for row, form in enumerate(self.counts)}
        if not self.documents:
            return self
        vectors = self.navec_part(self.preprocess(texts)).numpy()
        vectors = vectors[np.abs(vectors).sum(1) > 0]
        if len(vectors) > 2:
            mean = vectors.mean(0)
            self.mean = torch.from_numpy(mean)
            _, _, components = np.linalg.svd(vectors - mean, full_matrices=False)
            self.common = torch.from_numpy(np.ascontiguousarray(components[:1]))
        size = min(LSA_DIMENSIONS, len(self.counts) - 1, self.documents - 1)
        if size >= 2:
            features = self.preprocess(texts)
            edges = np.append(features["lsa_offsets"].numpy(), len(features["lsa_rows"]))
            table: csr_matrix = csr_matrix(
                (features["lsa_weights"].numpy(), features["lsa_rows"].numpy(), edges),
                shape=(len(texts), len(self.counts)),
            )
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # a corpus of equal texts has no variance to divide by
                svd = TruncatedSVD(size, random_state=SEED).fit(table)
            self.lsa = torch.from_numpy(np.ascontiguousarray(svd.components_.T.astype(np.float32)))
        return self

    def weight(self, form: str, part: str) -> float:
        seen = self.counts.get(form, 0)
        idf = math.log((self.documents + 1) / (seen + 1)) + 1 if self.documents else 1.0
        return idf * PART_WEIGHTS.get(part, 0.5)

    def preprocess(self, inputs: Sequence[str], prompt: str | None = None, **_: Any) -> dict[str, torch.Tensor]:
        """Return bags of words: rows into ``matrix`` and into the corpus's vocabulary, with weights and offsets."""
        distinct: dict[str, int] = {}
        vectors: list[np.ndarray] = []
        rows, weights, offsets = [], [], []
        lsa_rows, lsa_weights, lsa_offsets = [], [], []
        for text in inputs:
            offsets.append(len(rows))
            lsa_offsets.append(len(lsa_rows))
            for (form, part), count in Counter(words.content((prompt or "") + text)).items():
                weight = self.weight(form, part) * (1 + math.log(count))
                if form not in distinct:
                    distinct[form] = len(distinct)
                    vectors.append(vector(form))
                rows.append(distinct[form])
                weights.append(weight)
                if form in self.vocabulary:
                    lsa_rows.append(self.vocabulary[form])
                    lsa_weights.append(weight)
        matrix = np.stack(vectors) if vectors else np.zeros((1, words.DIMENSIONS), np.float32)
        return {
            "matrix": torch.from_numpy(matrix),
            "rows": torch.tensor(rows, dtype=torch.long),
            "weights": torch.tensor(weights, dtype=torch.float32),
            "offsets": torch.tensor(offsets, dtype=torch.long),
            "lsa_rows": torch.tensor(lsa_rows, dtype=torch.long),
            "lsa_weights": torch.tensor(lsa_weights, dtype=torch.float32),
            "lsa_offsets": torch.tensor(lsa_offsets, dtype=torch.long),
        }

    def navec_part(self, features: dict[str, torch.Tensor]) -> torch.Tensor:
        sums = bag_sums(features["rows"], features["matrix"], features["offsets"], features["weights"])
        return unit(sums)

    def forward(self, features: dict[str, torch.Tensor], **_: Any) -> dict[str, torch.Tensor]:
        general = self.navec_part(features)
        worded = general.abs().sum(1, keepdim=True) > 0
        centred = general - self.mean
        centred = centred - centred @ self.common.T @ self.common
        general = unit(centred * worded)
        if self.lsa.shape[0]:
            own = bag_sums(features["lsa_rows"], self.lsa, features["lsa_offsets"], features["lsa_weights"])
            general = torch.cat([general * math.sqrt(1 - self.lsa_share), unit(own) * math.sqrt(self.lsa_share)], dim=1)
        features["sentence_embedding"] = unit(general)
        return features

    def get_embedding_dimension(self) -> int:
        return words.DIMENSIONS + (self.lsa.shape[1] if self.lsa.shape[0] else 0)

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
    def load(cls, model_name_or_path: str, subfolder: str = "", **kwargs: Any) -> Self:
        from safetensors.torch import load_file

        given = {name: kwargs.get(name) for name in ("token", "cache_folder", "revision", "local_files_only")}
        module = cls(**cls.load_config(model_name_or_path, subfolder, **given))
        path = cls.load_file_path(model_name_or_path, "model.safetensors", subfolder, **given)
        for name, value in load_file(path).items():
            setattr(module, name, value)
        return module


def bag_sums(rows: torch.Tensor, matrix: torch.Tensor, offsets: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    """Return the weighted sum of the matrix's rows per bag; an empty bag gives zeros."""
    if not len(rows):
        return torch.zeros(len(offsets), matrix.shape[1])
    return torch.nn.functional.embedding_bag(rows, matrix, offsets, mode="sum", per_sample_weights=weights)


def unit(vectors: torch.Tensor) -> torch.Tensor:
    return torch.nn.functional.normalize(vectors, dim=1)


@functools.lru_cache(maxsize=200_000)
def vector(form: str) -> np.ndarray:
    """Return the word's vector of length 1: its own, else of the nearest words by spelling, else zeros."""
    known = words.navec()
    found = [known[near] for near in neighbours(form)]
    if not found:
        return np.zeros(words.DIMENSIONS, np.float32)
    total = np.sum(found, 0)
    return np.asarray(total / (np.linalg.norm(total) or 1.0), np.float32)


def neighbours(form: str) -> list[str]:
    """Return the navec words that stand for a form: itself, else parts, a mended typo, or words with its beginning.

    >>> neighbours("зарплата"), neighbours("контракт-онлайн"), neighbours("зарплтаа")
    (['зарплата'], ['контракт', 'онлайн'], ['зарплата'])
    """
    known = words.navec().ids
    if form in known:
        return [form]
    if "-" in form:
        return [near for part in form.split("-") if part for near in neighbours(part)]
    return mended(form) or beginnings(form)


def mended(form: str) -> list[str]:
    """Return navec's words of the dictionary at one edit from the form, for forms long enough to be sure."""
    if len(form) < 5:
        return []
    known = words.navec().ids
    found = sorted({word for word in edits(form) if word in known and words.known(word)})
    return sorted({words.lemma(word)[0] for word in found} & known.keys())[:3]


def edits(form: str) -> Iterable[str]:
    for place in range(len(form) + 1):
        head, tail = form[:place], form[place:]
        if tail:
            yield head + tail[1:]
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]
        for letter in ALPHABET:
            yield head + letter + tail
            if tail:
                yield head + letter + tail[1:]


def beginnings(form: str) -> list[str]:
    """Return the few navec words that share the longest beginning with the form, at least 5 letters and 60 % of it."""
    ordered = words.navec().words
    for length in range(len(form), max(4, math.ceil(len(form) * 0.6)) - 1, -1):
        start = bisect.bisect_left(ordered, form[:length])
        found = [word for word in ordered[start : start + 8] if word.startswith(form[:length])]
        if found:
            return found
    return []
