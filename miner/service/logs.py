"""Logs: one line of JSON a fact, on standard error. Facts have names, numbers and ids; never what people wrote.

What other libraries log goes through the same pipe. Messages of unexpected errors may quote a text, so they stay
behind: their type and where they happened are told.
"""

from __future__ import annotations

import logging
import re
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog

_Event = MutableMapping[str, Any]
# What a careless line could hold of a person: an address, a phone, a key, whatever stands after «?» in an address.
_PRIVATE = [
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), "[e-mail]"),
    (re.compile(r"(?<![\w.:-])\+?\d[\d ()-]{8,}\d(?![\w.:-])"), "[number]"),
    (re.compile(r"\ba:[0-9a-z]{16,}\b"), "[author]"),
    (re.compile(r"(https?://[^\s?\"']+)\?[^\s\"']*"), r"\1?…"),
]
_LONGEST = 300


def set_up(level: str = "INFO", stream: TextIO | None = None) -> None:
    """Send every log line of this process to ``stream`` (standard error) as JSON."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _where,
        _unnamed,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in ("uvicorn", "uvicorn.error", "huey"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    # Who asked for which page is nobody's business; alembic tells each step of the migrations.
    logging.getLogger("uvicorn.access").disabled = True
    for name in ("alembic", "httpx", "urllib3", "charset_normalizer"):
        logging.getLogger(name).setLevel(logging.WARNING)


def _where(_logger: Any, _method: str, event: _Event) -> _Event:
    """An error as its type and its place, without its message."""
    error = event.pop("exc_info", None)
    if error:
        raised = (
            error if isinstance(error, BaseException) else (error if isinstance(error, tuple) else sys.exc_info())[1]
        )
        kind, trace = type(raised), getattr(raised, "__traceback__", None)
        event["error"] = kind.__name__
        event["where"] = [f"{f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(trace)[-6:]]
    return event


def _unnamed(_logger: Any, _method: str, event: _Event) -> _Event:
    for key, value in event.items():
        if isinstance(value, str):
            event[key] = private(value)
    return event


def private(text: str) -> str:
    """A line without what might tell of a person, at most 300 characters.

    >>> private("503 from https://forum.example.ru/search?user=Ivan, ivan@example.ru, +7 900 000-12-34")
    '503 from https://forum.example.ru/search?… [e-mail], [number]'
    """
    for pattern, instead in _PRIVATE:
        text = pattern.sub(instead, text)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
