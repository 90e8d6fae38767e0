"""Webhooks: messages about new candidates are taken from the store, signed, and posted to addresses that are safe."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
import time
from types import TracebackType
from typing import Self

import requests
import structlog

from miner.errors import MinerError
from miner.fetch import NotFetched
from miner.fetch.address import Guard
from miner.fetch.fetcher import Policy, guarded_session
from miner.store import Delivery, Store
from miner.web.desk import Desk

SIGNATURE = "X-Miner-Signature"
PAUSE = 5.0
TIMEOUT = 10.0


def sign(secret: str, body: bytes, at: int) -> str:
    """The value of X-Miner-Signature: HMAC-SHA256 over ``time.body``.

    >>> sign("s", b"{}", 1)
    't=1,v1=b253639bcd705ed1cda3073f66104f16988bd40272584dea7d0d345ae93e61cc'
    """
    made = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={made}"


def deliver(store: Store, guard: Guard) -> int:
    """Post every message that is due; returns how many were taken. What fails is tried again later."""
    taken = 0
    while (delivery := store.webhooks.take()) is not None:
        taken += 1
        store.webhooks.settle(delivery, *_posted(delivery, guard))
    return taken


def _posted(delivery: Delivery, guard: Guard) -> tuple[int | None, str | None]:
    body = json.dumps({"id": delivery.id, **delivery.body}, ensure_ascii=False).encode()
    headers = {
        "Content-Type": "application/json",
        SIGNATURE: sign(delivery.secret, body, int(time.time())),
        "X-Miner-Delivery": str(delivery.id),
    }
    try:
        guard.check(delivery.url)
        with guarded_session(guard, Policy()) as session:
            # A redirect could lead anywhere; whoever receives messages gives the address itself.
            answer = session.post(
                delivery.url, data=body, headers=headers, timeout=TIMEOUT, allow_redirects=False, stream=True
            )
            status = answer.status_code
            answer.close()
    except (requests.RequestException, NotFetched) as error:
        return None, str(error)[:300]
    return (status, None) if 200 <= status < 300 else (status, f"HTTP {status}")


class Postman:
    """A thread that delivers while the service runs. Several services share the work: a message is leased."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._guard = Guard(desk.settings.fetch.allow_hosts)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._walk, daemon=True, name="postman")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join(timeout=TIMEOUT + PAUSE)

    def _walk(self) -> None:
        while not self._stop.is_set():
            try:
                deliver(self._desk.store, self._guard)
            except MinerError as error:
                structlog.get_logger().warning("webhooks wait", why=str(error))
            self._stop.wait(PAUSE)
