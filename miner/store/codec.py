"""Frozen records to plain JSON and back, losing nothing: not a digit of a share, not who said a quote."""

from __future__ import annotations

import dataclasses
import functools
import types
import typing
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

T = TypeVar("T")


def pack(value: Any) -> Any:
    """A record as dictionaries and lists.

    >>> from miner.records import Mask
    >>> pack(Mask(0, 5, "name"))
    {'start': 0, 'end': 5, 'label': 'name'}
    """
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: pack(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {key: pack(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [pack(item) for item in value]
    return value


def unpack(kind: type[T], raw: Mapping[str, Any]) -> T:
    """The record of that kind; a field that ``raw`` lacks gets its default.

    >>> from miner.records import Mask
    >>> unpack(Mask, {"start": 0, "end": 5, "label": "name"})
    Mask(start=0, end=5, label='name')
    """
    readers: dict[str, Callable[[Any], Any]] = _readers(kind)  # type: ignore[arg-type]  # classes are hashable
    return kind(**{name: readers[name](value) for name, value in raw.items() if name in readers})


def _as_is(value: Any) -> Any:
    return value


@functools.cache
def _readers(kind: type[Any]) -> dict[str, Callable[[Any], Any]]:
    hints = typing.get_type_hints(kind)
    return {field.name: _reader(hints[field.name]) for field in dataclasses.fields(kind)}


def _reader(hint: Any) -> Callable[[Any], Any]:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return functools.partial(unpack, hint)
    if origin in {typing.Union, types.UnionType}:
        inner = [_reader(argument) for argument in arguments if argument is not type(None)]
        return _optional(next((reader for reader in inner if reader is not _as_is), _as_is))
    if origin is tuple and arguments[-1:] == (Ellipsis,):
        return _many(_reader(arguments[0]))
    if origin is tuple:
        return _fixed([_reader(argument) for argument in arguments])
    return _as_is


def _optional(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return _as_is if read is _as_is else lambda value: None if value is None else read(value)


def _many(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return tuple if read is _as_is else lambda values: tuple(read(value) for value in values)


def _fixed(readers: list[Callable[[Any], Any]]) -> Callable[[Any], Any]:
    return lambda values: tuple(read(value) for read, value in zip(readers, values, strict=True))
