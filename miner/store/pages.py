"""Long answers by pages: any number of rows in bounded memory, and no transaction stays open between pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Row, Select

from miner.store.database import Database

T = TypeVar("T")
BATCH = 1_000


def batches(values: Iterable[T], size: int = BATCH) -> Iterator[list[T]]:
    """
    >>> list(batches("абвгд", 2))
    [['а', 'б'], ['в', 'г'], ['д']]
    """
    each = iter(values)
    while batch := list(islice(each, size)):
        yield batch


def paged(
    database: Database, query: Select[Any], by: ColumnElement[int], size: int = BATCH
) -> Iterator[Sequence[Row[Any]]]:
    """Pages of the query in the order of ``by``, a unique column and the first that the query names.

    Each page sees what was committed before it, so rows that arrive behind the reader's place are seen as well.
    """
    last: int | None = None
    while True:
        page = query if last is None else query.where(by > last)
        with database.reading() as connection:
            rows = connection.execute(page.order_by(by).limit(size)).all()
        if rows:
            yield rows
        if len(rows) < size:
            return
        last = rows[-1][0]
