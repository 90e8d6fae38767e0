"""Idempotency-Key: a request that is sent again, because its answer was lost, is carried out once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import Header, Request, Response
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool

from miner.store import Reply
from miner.store.columns import digest
from miner.web.access import COOKIE, desk
from miner.web.problems import Problem

HEADER = "Idempotency-Key"
KEPT_HEADERS = ("content-type", "etag", "location")
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias=HEADER,
        min_length=1,
        max_length=200,
        pattern=r"^[\x21-\x7e]+$",
        description="The same key with the same request is carried out once, for a day.",
    ),
]


class Once(APIRoute):
    """A route whose unsafe methods honour Idempotency-Key."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def once(request: Request) -> Response:
            key = request.headers.get(HEADER)
            if key is None or request.method in {"GET", "HEAD"} or len(key) > 200:  # too long a key is refused later
                return await handle(request)
            # The secret stands for the person: the answer to one is never shown to another.
            who = request.headers.get("authorization") or request.cookies.get(COOKIE) or ""
            asked = hashlib.sha256(f"{request.method} {request.url}\n".encode() + await request.body()).digest()[:16]
            replies = desk(request).store.replies
            owner = digest("reply", who).hex()
            known = await run_in_threadpool(replies.begin, owner, key, asked)
            if known is not None:
                return _again(known)
            try:
                response = await handle(request)
            except BaseException:
                await run_in_threadpool(replies.abandon, owner, key)
                raise
            if response.status_code < 300 and isinstance(response.body, bytes):
                kept = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
                await run_in_threadpool(
                    replies.finish, owner, key, response.status_code, kept, response.body.decode("utf-8")
                )
            else:
                await run_in_threadpool(replies.abandon, owner, key)
            return response

        return once


def _again(known: Reply) -> Response:
    if not known.same:
        raise Problem(422, f"Этот {HEADER} уже был у другого запроса. Для нового запроса возьмите новый ключ.")
    if known.status is None:
        raise Problem(
            409, "Этот запрос ещё выполняется. Повторите через несколько секунд.", headers={"Retry-After": "2"}
        )
    return Response(known.body, known.status, {**known.headers, "Idempotency-Replayed": "true"})
