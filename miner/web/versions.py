"""ETag and If-Match: whoever changes something says which version was seen, so that nobody overwrites unseen."""

from __future__ import annotations

import hashlib
import json
from typing import Annotated, Any

from fastapi import Header

from miner.web.problems import Problem

IfMatch = Annotated[
    str | None,
    Header(alias="If-Match", max_length=200, description="The ETag of the version that the decision was made on."),
]


def etag(*parts: Any) -> str:
    """A strong tag of a version.

    >>> etag("c1", "Долго ждёт") == etag("c1", "Долго ждёт") != etag("c1", "Долго ждал")
    True
    """
    body = json.dumps(parts, ensure_ascii=False, sort_keys=True, default=str)
    return f'"{hashlib.sha256(body.encode("utf-8", "surrogatepass")).hexdigest()[:20]}"'


def check_match(given: str | None, current: str, *, now: Any, yours: Any) -> None:
    """Raise Problem 428 without If-Match, 409 with both versions when the current one is another."""
    if given is None:
        raise Problem(428, "Пришлите заголовок If-Match с ETag версии, которую вы видели.", headers={"ETag": current})
    if given.strip() not in {current, "*"}:
        raise conflict(current, now=now, yours=yours)


def conflict(current: str, *, now: Any, yours: Any) -> Problem:
    return Problem(
        409,
        "Это изменили после того, как вы его открыли. Сравните обе версии и решите ещё раз.",
        headers={"ETag": current},
        current=now,
        yours=yours,
    )
