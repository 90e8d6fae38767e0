"""Forum engines: what a page of each looks like, read into one shape. A file here is an engine or a family of them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Message:
    """A post as a page shows it. ``native`` is its number on the forum; ``answers`` the number it replies to."""

    native: str
    text: str
    author: str | None = None
    date: str | None = None
    url: str | None = None
    answers: str | None = None
    answers_whom: str | None = None
    staff: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """Another page: a board, a thread, or the next page of this one. ``stamp`` changes when the thread has grown."""

    url: str
    kind: Literal["board", "thread"]
    stamp: str | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What a page holds. ``sure`` says how sure the reader is of its posts, 0..1."""

    title: str | None = None
    messages: Sequence[Message] = ()
    links: Sequence[Link] = ()
    following: str | None = None
    sure: float = 1.0


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page to read: its address, its text, its parsed tree (None for JSON), when it was read."""

    url: str
    text: str
    tree: Any
    now: datetime
    cookies: tuple[str, ...] = ()


class Engine(ABC):
    """One forum engine. ``sign`` says how much a page looks like it; the surest engine reads."""

    name: str

    @abstractmethod
    def sign(self, sheet: Sheet) -> float:
        """0 for a page of another engine, 1 for an unmistakable one."""

    @abstractmethod
    def read(self, sheet: Sheet) -> Reading:
        """What the page holds."""

    def address(self, url: str, kind: str) -> str:
        """Where the page behind a link is really read, such as an API."""
        del kind
        return url
