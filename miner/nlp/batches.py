"""Docs taken together by how many words they have, so that long posts need no more memory than short ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sized
    from typing import TypeVar

    Text = TypeVar("Text", bound=Sized)

TOKENS = 40_000


def batches(stream: Iterable[Text], docs: int, tokens: int = TOKENS) -> Iterator[list[Text]]:
    """Yield lists of at most ``docs`` docs; one that reaches ``tokens`` words is full.

    >>> list(batches(["аб", "в", "где", "ж"], 3, 3))
    [['аб', 'в'], ['где'], ['ж']]
    """
    batch: list[Text] = []
    size = 0
    for doc in stream:
        batch.append(doc)
        size += len(doc)
        if len(batch) >= docs or size >= tokens:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
