"""Posts and records as lines of JSON: read with exact complaints, written whole or not at all."""

from __future__ import annotations

import contextlib
import json
import os
import re
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from miner.errors import BadInput, NotWritable
from miner.records import ROLES, Post

MAX_LINE = 64 * 1024 * 1024
_TEXT_FIELDS = ("author", "source", "url", "thread", "parent", "date", "title", "group")
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(slots=True)
class Skipped:
    """Lines left out on request: ``(file, line number, reason)``."""

    lines: list[tuple[str, int, str]] = field(default_factory=list)

    def report(self) -> str:
        rows = [f"  {file}:{line}: {reason}" for file, line, reason in self.lines]
        return "\n".join([f"skipped {len(rows)} bad line{'s' if len(rows) != 1 else ''}:", *rows])


def valid_date(value: str) -> bool:
    """ISO 8601, a date or a date with time.

    >>> valid_date("2025-03-14"), valid_date("2025-03-14T10:00:00+03:00"), valid_date("вчера")
    (True, True, False)
    """
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def check_post(raw: object) -> str | None:
    """The first rule that a line breaks, or None.

    >>> check_post({"id": "1"})
    'field text is missing: a post needs id and text'
    >>> check_post({"id": "1", "text": "да", "date": "вчера"})
    "field date: 'вчера' is no ISO 8601 date such as 2025-03-14"
    """
    if not isinstance(raw, dict):
        return f"a post is a JSON object, this is {type(raw).__name__}"
    for name in ("id", "text"):
        if raw.get(name) is None:
            return f"field {name} is missing: a post needs id and text"
        if not isinstance(raw[name], str):
            return f"field {name}: {raw[name]!r} is {type(raw[name]).__name__}, a string is needed"
    if not raw["id"].strip():
        return "field id is empty: a post needs id and text"
    for name in _TEXT_FIELDS:
        if raw.get(name) is not None and not isinstance(raw[name], str):
            return f"field {name}: {str(raw[name])[:60]!r} is {type(raw[name]).__name__}, a string is needed"
    if raw.get("date") is not None and not valid_date(raw["date"]):
        return f"field date: {raw['date'][:60]!r} is no ISO 8601 date such as 2025-03-14"
    if raw.get("role") is not None and raw["role"] not in ROLES:
        return f"field role: {str(raw['role'])[:60]!r} is none of {', '.join(ROLES)}"
    return None


def _mend(value: Any) -> Any:
    # A lone surrogate can't be written as UTF-8; its place is kept so that offsets stay true.
    if isinstance(value, str):
        return _SURROGATE.sub("\ufffd", value)
    if isinstance(value, dict):
        return {_mend(k): _mend(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_mend(v) for v in value]
    return value


def _reject_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _parse(line: str) -> tuple[Any, str | None]:
    try:
        return _mend(json.loads(line, parse_constant=_reject_constant)), None
    except json.JSONDecodeError as error:
        return None, f"no JSON: {error.msg} at column {error.colno}"
    except (ValueError, RecursionError) as error:
        return None, f"no JSON: {error or 'nested too deep'}"


@contextlib.contextmanager
def _open(path: str) -> Iterator[IO[bytes]]:
    if path == "-":
        yield sys.stdin.buffer
        return
    try:
        stream = open(path, "rb")  # noqa: SIM115  # closed below; only opening is guarded here
    except OSError as error:
        message = f"{path}: can't be read: {error.strerror}. Give an existing file, or - for standard input."
        raise BadInput(message) from error
    with stream:
        yield stream


def read_objects(path: str | Path) -> Iterator[tuple[int, Any, str | None]]:
    """Yield ``(line number, value, complaint)`` of each non-empty line; UTF-8, a BOM is dropped."""
    with _open(str(path)) as stream:
        for number, data in enumerate(stream, 1):
            try:
                line = data.decode("utf-8-sig" if number == 1 else "utf-8")
            except UnicodeDecodeError as error:
                yield number, None, f"not UTF-8 at byte {error.start}: save the file as UTF-8"
                continue
            if line.strip():
                value, complaint = _parse(line)
                yield number, value, complaint


def read_posts(path: str | Path, *, skipped: Skipped | None = None) -> Iterator[Post]:
    """Yield the posts of a file. The first bad line raises BadInput, or is added to ``skipped`` when that is given."""
    name = "standard input" if str(path) == "-" else str(path)
    seen: dict[str, int] = {}
    for number, raw, trouble in read_objects(path):
        complaint = trouble or check_post(raw)
        if complaint is None and raw["id"] in seen:
            complaint = f"field id: {raw['id'][:60]!r} was already used on line {seen[raw['id']]}, ids are unique"
        if complaint is not None:
            if skipped is None:
                raise BadInput(f"{name}:{number}: {complaint}. Mend the line, or leave bad lines out with --skip-bad.")
            skipped.lines.append((name, number, complaint))
            continue
        seen[raw["id"]] = number
        yield Post.from_json(raw)
    if not seen and skipped is None:
        raise BadInput(f"{name}: no posts in it. A posts file has one JSON object a line with id and text.")


@contextlib.contextmanager
def whole_file(path: str | Path) -> Iterator[Path]:
    """A temporary neighbour that becomes ``path`` when the block ends well, and vanishes when it doesn't."""
    target = Path(path)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:100]}.", suffix=".part")
    except OSError as error:
        raise NotWritable(f"{target}: can't be written: {error.strerror}. Choose a folder you may write to.") from error
    os.close(handle)
    beside = Path(name)
    try:
        yield beside
        umask = os.umask(0)
        os.umask(umask)
        beside.chmod(0o666 & ~umask)
        try:
            beside.replace(target)
        except OSError as error:
            raise NotWritable(f"{target}: can't be written: {error.strerror}. Give the name of a file.") from error
    finally:
        beside.unlink(missing_ok=True)


@contextlib.contextmanager
def whole_text(path: str | Path) -> Iterator[IO[str]]:
    """A text stream for ``path``, ``-`` for standard output; a file appears only when the block ends well."""
    if str(path) == "-":
        yield sys.stdout
        sys.stdout.flush()
        return
    with whole_file(path) as beside, open(beside, "w", encoding="utf-8", newline="\n") as stream:
        yield stream
        stream.flush()
        os.fsync(stream.fileno())


def write_lines(path: str | Path, lines: Iterable[Mapping[str, Any]]) -> int:
    """Write one JSON object a line; returns how many. Nothing is left half-written."""
    count = 0
    with whole_text(path) as stream:
        for line in lines:
            stream.write(dump(line) + "\n")
            count += 1
    return count


def write_json(path: str | Path, value: Mapping[str, Any]) -> None:
    with whole_text(path) as stream:
        stream.write(json.dumps(_mend(dict(value)), ensure_ascii=False, indent=1) + "\n")


def dump(value: Mapping[str, Any]) -> str:
    return json.dumps(_mend(dict(value)), ensure_ascii=False)
