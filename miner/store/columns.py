"""How values of records lie in columns of both databases, so that what was stored comes back equal."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect, LargeBinary, Text, TypeDecorator
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.types import TypeEngine

# Neither database keeps a half of a surrogate pair, PostgreSQL no NUL either; texts of the internet have both,
# and offsets count them. U+F8FE (private use) announces one of them as four hexadecimal digits.
_MARK = "\uf8fe"
_UNFIT = re.compile("[\x00\ud800-\udfff\uf8fe]")
_KEPT = re.compile("\uf8fe([0-9a-f]{4})")


def fit(text: str) -> str:
    r"""Text that both databases can hold.

    >>> fit("да\x00нет") == "да\uf8fe0000нет"
    True
    """
    return _UNFIT.sub(lambda m: f"{_MARK}{ord(m[0]):04x}", text) if _UNFIT.search(text) else text


def unfit(text: str) -> str:
    r"""The inverse of ``fit``.

    >>> unfit(fit("\ud83d \x00 \uf8fe0000")) == "\ud83d \x00 \uf8fe0000"
    True
    """
    return _KEPT.sub(lambda m: chr(int(m[1], 16)), text) if _MARK in text else text


def digest(*parts: str | None) -> bytes:
    """Sixteen bytes that stand for texts of any length in an index; PostgreSQL's index rows end at 2.7 kB."""
    told = []
    for part in parts:
        data = b"" if part is None else b"+" + part.encode("utf-8", "surrogatepass")
        told += [len(data).to_bytes(8, "big"), data]
    return hashlib.blake2b(b"".join(told), digest_size=16).digest()


class Words(TypeDecorator[str]):
    """Any Python string."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        del dialect
        return None if value is None else fit(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        del dialect
        return None if value is None else unfit(value)


class Packed(TypeDecorator[Any]):
    """A JSON value as text: floats come back exactly, and no database looks into it."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        del dialect
        return None if value is None else fit(json.dumps(value, ensure_ascii=False, separators=(",", ":")))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        del dialect
        return None if value is None else json.loads(unfit(value))


class Moment(TypeDecorator[datetime]):
    """A point in time with its zone; SQLite has no zones, so it lies there in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        del dialect
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r}: a stored moment needs a time zone, such as datetime.now(UTC)")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Lexemes(TypeDecorator[Sequence[str]]):
    """Words in their order, to be searched: PostgreSQL's tsvector, in SQLite a text that FTS5 takes in; never read."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(TSVECTOR() if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: Sequence[str] | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        if dialect.name != "postgresql":
            return " ".join(value)
        return " ".join(f"{quoted(word)}:{place}" for place, word in enumerate(value, 1))


def quoted(lexeme: str) -> str:
    """A lexeme as tsvector and tsquery read it.

    >>> quoted("д'артаньян")
    "'д''артаньян'"
    """
    return "'" + lexeme.replace("\\", "\\\\").replace("'", "''") + "'"


Digest = LargeBinary(16)
