"""Posts that say again what an earlier one said: reposts, and copies of one text on several forums.

MinHash with banding: Broder, 1997; Leskovec, Rajaraman, Ullman: Mining of Massive Datasets, ch. 3. A library's index
keeps Python objects for every hash; this one keeps a hundred bytes and eight numbers a post, for groups of a million.
"""

from __future__ import annotations

import re
import zlib

import numpy as np

# Shorter texts of different people are alike because people say the same, not because they copy.
WORDS = 15
HASHES = 24
BAND = 3
# Three consecutive words are a shingle; copies share most of them although a greeting or a link differs.
SHINGLE = 3
ALIKE = 0.55
_PRIME = (1 << 31) - 1
_CHANCE = np.random.default_rng(3)
_FACTORS = _CHANCE.integers(1, _PRIME, HASHES, dtype=np.uint64)
_SHIFTS = _CHANCE.integers(0, _PRIME, HASHES, dtype=np.uint64)
_WORD = re.compile(r"\w+")


class Reposts:
    """Posts in the order of their arrival, whatever their source.

    >>> text = "Стою на учёте третий месяц, вакансий рядом с домом нет, автобус ходит два раза в день, ждать надоело."
    >>> seen = Reposts()
    >>> seen.copied("forum:1", text), seen.copied("vk:7", "Репост! " + text.upper()), seen.copied("vk:8", "Надоело")
    (None, 'forum:1', None)
    """

    def __init__(self) -> None:
        self._bands: dict[int, int] = {}
        self._sketches = np.empty((64, HASHES), np.uint32)
        self._ids: list[str] = []

    def copied(self, name: str, text: str) -> str | None:
        """The id of the earlier post that this one copies. Otherwise it is remembered, and the answer is None."""
        words = _WORD.findall(text.lower().replace("ё", "е"))
        if len(words) < WORDS:
            return None
        mine = _sketch(words)
        # A chance meeting of two hashes does no harm: whoever meets is compared.
        keys = [hash((at, mine[at : at + BAND].tobytes())) for at in range(0, HASHES, BAND)]
        for other in {self._bands[key] for key in keys if key in self._bands}:
            if np.count_nonzero(self._sketches[other] == mine) >= ALIKE * HASHES:
                return self._ids[other]
        number = len(self._ids)
        if number == len(self._sketches):
            self._sketches = np.concatenate([self._sketches, np.empty_like(self._sketches)])
        self._sketches[number] = mine
        self._ids.append(name)
        for key in keys:
            self._bands.setdefault(key, number)
        return None


def _sketch(words: list[str]) -> np.ndarray:
    shingles = {
        zlib.crc32(" ".join(words[at : at + SHINGLE]).encode("utf-8", "surrogatepass"))
        for at in range(len(words) - SHINGLE + 1)
    }
    hashes = np.fromiter(shingles, np.uint64, len(shingles))
    least: np.ndarray = ((hashes[:, None] * _FACTORS + _SHIFTS) % _PRIME).min(0).astype(np.uint32)
    return least
