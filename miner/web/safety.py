"""Headers that keep hostile text harmless: nothing runs inline, nothing comes from elsewhere, nobody frames us."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# An exported portrait brings its own style with it, and is shown beside its editor.
PORTRAIT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; frame-ancestors 'self'; "
    # Its scripts, had it any, would be refused by default-src; the sandbox keeps it a stranger to our pages.
    "sandbox allow-popups allow-scripts"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
# A body larger than this is refused before it is read; uploads of files have a route of their own.
MOST = 1_048_576
MOST_UPLOADED = 20_971_520
_UPLOADS = ("/uploads", "/uploads/preview")


class Safely:
    """Sets the headers where a route has not set its own, and refuses bodies that are too large."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        most = MOST_UPLOADED if scope["path"].endswith(_UPLOADS) else MOST
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > most:
                # What was read is dropped; the handler sees a client that went away.
                return {"type": "http.disconnect"}
            return message

        async def safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        length = next((int(v) for n, v in scope["headers"] if n == b"content-length" and v.isdigit()), 0)
        if length > most:
            await _too_large(scope, safely)
            return
        await self.app(scope, counted, safely)


async def _too_large(scope: Scope, send: Send) -> None:
    import json

    body = {"type": "about:blank", "title": "Слишком много за один раз", "status": 413, "instance": scope["path"]}
    data = json.dumps(body, ensure_ascii=False).encode()
    headers = [(b"content-type", b"application/problem+json"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": data})
