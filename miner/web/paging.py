"""Pages by cursor: opaque to who asks, stable while others write."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel

from miner.web.problems import Problem

T = TypeVar("T")
Limit = Annotated[int, Query(ge=1, le=200, description="How many at most.")]
Cursor = Annotated[
    str | None, Query(max_length=200, pattern="^[A-Za-z0-9_-]+$", description="``next`` of the page before.")
]


class Page(BaseModel, Generic[T]):
    """``next`` is null on the last page."""

    items: list[T]
    next: str | None = None


def cursor(*place: Any) -> str:
    """
    >>> read_cursor(cursor(17, "b"), 2)
    [17, 'b']
    """
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def read_cursor(given: str, parts: int) -> list[Any]:
    """Raises Problem 422 for anything but a cursor of ours."""
    try:
        place = json.loads(base64.urlsafe_b64decode(given + "=" * (-len(given) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        place = None
    if not isinstance(place, list) or len(place) != parts:
        raise Problem(422, "Курсор не отсюда: возьмите поле next предыдущей страницы.")
    return place


def number(given: str | None, first: int) -> int:
    """The number that a page goes on from; ``first`` without a cursor."""
    if given is None:
        return first
    (value,) = read_cursor(given, 1)
    if not isinstance(value, int) or isinstance(value, bool) or not -1 <= value < 2**63:
        raise Problem(422, "Курсор не отсюда: возьмите поле next предыдущей страницы.")
    return value


def cut(found: Sequence[T], limit: int) -> tuple[Sequence[T], bool]:
    """The page, asked for with one more than its size, and whether something follows."""
    return found[:limit], len(found) > limit
