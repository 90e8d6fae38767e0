"""An optional language model behind an OpenAI-compatible address. Nothing here is imported unless it is switched on.

Only words with personal data hidden leave the machine, only after a person of the workspace agreed, and whatever comes
back is checked: the answer's form by a schema, a span letter by letter.

client = connect(settings)
client.ask(question, Answer)
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterator
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING

from miner.errors import BadConfig

if TYPE_CHECKING:
    from miner.llm.client import Client
    from miner.settings import Llm, Settings

# The folder of a workspace where the consent and the answers lie.
FOLDER = "llm"
_REHEARSED: ContextVar[list[Client] | None] = ContextVar("rehearsed", default=None)


def connect(settings: Settings) -> Client:
    """The one client of this process for the settings' workspace.

    Raises BadConfig without an address or a model, NoConsent when nobody of the workspace agreed. Within a
    ``rehearsal`` the client asks nothing, counts what it would, and needs no consent.
    """
    mistakes = [
        f"llm.{name} is empty: a language model needs it. Set MINER_LLM_{name.upper()}, or llm.{name} in miner.toml."
        for name in ("url", "model")
        if not getattr(settings.llm, name)
    ]
    if mistakes:
        raise BadConfig(mistakes)
    rehearsed = _REHEARSED.get()
    if rehearsed is not None:
        if not rehearsed:
            rehearsed.append(_client(settings.llm, settings.home, dry=True))
        return rehearsed[0]
    from miner.llm import consent

    consent.check(settings.home / FOLDER, settings.llm.url)
    return _connected(settings.llm, settings.home.resolve())


@contextlib.contextmanager
def rehearsal() -> Iterator[list[Client]]:
    """Within the block nobody is asked. The list holds the client that counted, once there was something to count."""
    counted: list[Client] = []
    before = _REHEARSED.set(counted)
    try:
        yield counted
    finally:
        _REHEARSED.reset(before)


@functools.lru_cache(maxsize=8)
def _connected(settings: Llm, workspace: Path) -> Client:
    return _client(settings, workspace, dry=False)


def _client(settings: Llm, workspace: Path, *, dry: bool) -> Client:
    from miner.llm.answers import Answers
    from miner.llm.client import Client

    return Client(settings, Answers(workspace / FOLDER), dry=dry)
