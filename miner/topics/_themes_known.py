"""Well-known themes: what config/lexicons/themes and annotated examples teach about ways of putting one thing.

A text is seen from four sides: navec vectors of its words, its letters, its lemmas, and the stems of the lexicon that
it contains. Kernel ridge regression over the four (one-against-rest, closed form) tells how much a text sounds like
each theme. It fits in a second, so an edit of the lexicon works from the next run on, without training.
"""

from __future__ import annotations

import functools
import json
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from miner.errors import BadInput
from miner.records import KINDS, Kind
from miner.settings import resources
from miner.topics import _themes_text as text

# Measured by leaving each group of the training corpora out in turn, see models/themes/README.md.
_RIDGE = 1.0
_ALIKE = (0.4, 0.3, 0.3, 0.3)


@dataclass(frozen=True, slots=True)
class Known:
    """A table of the lexicon."""

    name: str
    kind: Kind
    wording: str
    stems: tuple[str, ...]
    says: tuple[str, ...]
    opposite: str | None = None


@dataclass(frozen=True, slots=True)
class Example:
    """A text of people and the theme it belongs to; ``corpus`` is where it comes from."""

    text: str
    kind: Kind
    theme: str
    corpus: str = ""


def read_lexicon(folder: Path | None = None) -> tuple[Known, ...]:
    """The themes of config/lexicons/themes. Raises BadInput naming the file and table that can't be used."""
    home = folder or resources() / "config" / "lexicons" / "themes"
    return tuple(known for kind in KINDS for known in _read_kind(home / f"{kind}.toml", kind))


def _read_kind(file: Path, kind: Kind) -> Iterable[Known]:
    try:
        tables: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInput(f"{file}: can't be read: {error.strerror}. Install miner again, or restore the file.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"{file}: no TOML: {error}. Mend the line.") from error
    for name, table in tables.items():
        if not isinstance(table, dict) or not isinstance(table.get("wording"), str):
            raise BadInput(f"{file}: [{name}]: wording is missing. A theme is a table with wording, stems and says.")
        opposite = table.get("opposite")
        if opposite is not None and opposite not in tables:
            raise BadInput(f"{file}: [{name}]: opposite = {opposite!r}: no such theme. Known: {', '.join(tables)}.")
        stems = tuple(str(table.get("stems", "")).split())
        yield Known(name, kind, table["wording"], stems, tuple(table.get("says", ())), opposite)


def read_examples(file: Path | None = None) -> tuple[Example, ...]:
    """The annotated examples of models/themes, none when it isn't there."""
    path = file or resources() / "models" / "themes" / "examples.jsonl"
    if not path.is_file():
        return ()
    lines = path.read_text(encoding="utf-8").splitlines()
    return tuple(Example(**json.loads(line)) for line in lines if line.strip())


class Stems:
    """Finds the lexicon's stems in a text: ``bag`` counts, for each theme, how telling its hits are."""

    def __init__(self, lexicon: Sequence[Known], texts: Iterable[str]) -> None:
        self._parts = [(i, text.plain_stem(stem)) for i, known in enumerate(lexicon) for stem in known.stems]
        self._parts = [(theme, parts) for theme, parts in self._parts if parts]
        self._starts: dict[str, list[int]] = defaultdict(list)
        for number, (_, parts) in enumerate(self._parts):
            self._starts[parts[0][:2]].append(number)
        self._known_forms: dict[str, tuple[int, ...]] = {}
        self._themes = len(lexicon)
        seen: Counter[int] = Counter()
        total = 0
        for each in texts:
            total += 1
            seen.update(self._hits(each))
        self._weight = [float(np.log((total + 1) / (seen[n] + 1))) / 7 for n in range(len(self._parts))]

    def bag(self, each: str) -> np.ndarray:
        row = np.zeros(self._themes, dtype=np.float32)
        for number in self._hits(each):
            row[self._parts[number][0]] += self._weight[number]
        return text.unit(row)

    @functools.lru_cache(maxsize=20_000)  # noqa: B019  # one instance lives as long as the process
    def _hits(self, each: str) -> frozenset[int]:
        forms = text.plain(each).split()
        found = set()
        for place, form in enumerate(forms):
            for number in self._begun(form):
                parts = self._parts[number][1]
                rest = forms[place : place + len(parts)]
                if len(rest) == len(parts) and all(f.startswith(p) for f, p in zip(rest, parts, strict=True)):
                    found.add(number)
        return frozenset(found)

    def _begun(self, form: str) -> tuple[int, ...]:
        """The stems whose first word this form may be; remembered, since people use the same words."""
        if form not in self._known_forms:
            some = self._starts.get(form[:2], ())
            self._known_forms[form] = tuple(n for n in some if form.startswith(self._parts[n][1][0]))
        return self._known_forms[form]


class Sides:
    """The four sides of some texts, ready to be compared."""

    def __init__(self, words: np.ndarray, letters: Any, lemmas: Any, stems: np.ndarray) -> None:
        self.parts = (words, letters, lemmas, stems)

    def alike(self, other: Sides, weights: Sequence[float]) -> np.ndarray:
        """(n, m) weighted sum of cosines."""
        total = np.zeros((self.parts[0].shape[0], other.parts[0].shape[0]), dtype=np.float32)
        for weight, ours, theirs in zip(weights, self.parts, other.parts, strict=True):
            product = ours @ theirs.T
            total += weight * (product.toarray() if hasattr(product, "toarray") else product)
        return total

    def take(self, rows: Sequence[int]) -> Sides:
        return Sides(*(part[list(rows)] for part in self.parts))


class Themes:
    """The lexicon and the examples, fitted. ``sounds`` is the answer for new texts."""

    def __init__(self, lexicon: Sequence[Known], examples: Sequence[Example]) -> None:
        from sklearn.feature_extraction.text import TfidfVectorizer

        self.lexicon = {(known.kind, known.name): known for known in lexicon}
        own = [Example(said, k.kind, k.name) for k in lexicon for said in (*k.says, k.wording)]
        self._examples = [*own, *(e for e in examples if (e.kind, e.theme) in self.lexicon)]
        texts = [e.text for e in self._examples]
        self._rarity = text.rarity(text.content(t) for t in texts)
        self._letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True, min_df=2).fit(texts)
        self._lemmas = TfidfVectorizer(analyzer=text.content, sublinear_tf=True).fit(texts)
        self._stems = Stems(lexicon, texts)
        vectors = self._vectors(texts)
        self._mean = vectors.mean(axis=0)
        # What all texts of the field share says nothing of the theme (Arora et al. 2017).
        self._common = np.linalg.svd(vectors - self._mean, full_matrices=False)[2][:1]
        self._sides = self.sides(texts)
        self._fitted: dict[Kind, tuple[tuple[str, ...], Sides, np.ndarray]] = {}

    def sides(self, texts: Sequence[str]) -> Sides:
        vectors = self._vectors(texts) - self._mean
        vectors = text.unit(vectors - (vectors @ self._common.T) @ self._common).astype(np.float32)
        stems = np.array([self._stems.bag(t) for t in texts], dtype=np.float32)
        return Sides(vectors, self._letters.transform(texts), self._lemmas.transform(texts), stems)

    def _vectors(self, texts: Sequence[str]) -> np.ndarray:
        return np.array([text.vectors().text(text.content(t), self._rarity) for t in texts])

    def sounds(self, sides: Sides, kind: Kind) -> tuple[tuple[str, ...], np.ndarray]:
        """The names of a kind's themes and (texts, themes): about 1 when a text sounds just like a theme, 0 if not."""
        names, seen, weights = self._fit(kind)
        return names, sides.alike(seen, (1, 1, 1, 1)) @ weights

    def hints(self, sides: Sides, kind: Kind, names: Sequence[str]) -> np.ndarray:
        """(texts, themes): whether a text has one of a theme's stems; of a theme without stems nothing is asked."""
        order = list(self.lexicon)
        columns = [order.index((kind, name)) for name in names]
        bare = [not self.lexicon[kind, name].stems for name in names]
        found: np.ndarray = (sides.parts[3][:, columns] > 0) | np.array(bare)
        return found

    def _fit(self, kind: Kind) -> tuple[tuple[str, ...], Sides, np.ndarray]:
        if kind not in self._fitted:
            rows = [i for i, e in enumerate(self._examples) if e.kind == kind]
            names = tuple(sorted({self._examples[i].theme for i in rows}))
            wanted = np.zeros((len(rows), len(names)), dtype=np.float32)
            wanted[range(len(rows)), [names.index(self._examples[i].theme) for i in rows]] = 1
            seen = self._sides.take(rows)
            kernel = seen.alike(seen, (1, 1, 1, 1)) + _RIDGE * np.eye(len(rows), dtype=np.float32)
            self._fitted[kind] = names, seen, np.linalg.solve(kernel, wanted - wanted.mean(axis=0)).astype(np.float32)
        return self._fitted[kind]

    def alike(self, sides: Sides, other: Sides) -> np.ndarray:
        return sides.alike(other, _ALIKE)


@functools.lru_cache(maxsize=1)
def shared() -> Themes:
    """The themes of this installation, fitted once a process (about three seconds)."""
    return Themes(read_lexicon(), read_examples())
