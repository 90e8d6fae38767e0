"""Long answers by pages: any number of rows in bounded memory, and no transaction stays open between pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Row, Select

from miner.store.database import Database

T = TypeVar("T")
# A query and a row of any number of columns.
Query = Select[*tuple[Any, ...]]
AnyRow = Row[*tuple[Any, ...]]
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
    database: Database,
    query: Query,
    by: ColumnElement[int],
    *same: ColumnElement[int],
    size: int = BATCH,
) -> Iterator[Sequence[AnyRow]]:
    """Pages of the query in the order of ``by``: unique numbers from 0 on, and what the query names first.

    ``same`` are columns joined to it: PostgreSQL would read a table joined from its beginning on for each page, if it
    weren't told that there, too, only what follows the last page counts. Each page sees what was committed before it.
    """
    last = -1
    while True:
        further = [column > last for column in (by, *same)]
        with database.reading() as connection:
            rows = connection.execute(query.where(*further).order_by(by).limit(size)).all()
        if rows:
            yield rows
        if len(rows) < size:
            return
        last = rows[-1][0]
