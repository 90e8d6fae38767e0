"""What the components write on a ``Doc`` beside spaCy's own fields, under ``._.``.

============== ======== =================================================================================
``Doc._.``     type     meaning
============== ======== =================================================================================
language       str      "ru", another code, or "und"; only "ru" is mined
quoted         tuple    ``(start, end)`` character spans that are not the author's own words (reply quotes)
pii            tuple    ``Mask`` of each span of personal data
facts          tuple    ``Disclosure`` of each thing that authors say of themselves
relevance      float    0..1, how surely the text tells of the author's work, means or dealings
sentiment      tuple    ``(label, score)`` of the whole text
============== ======== =================================================================================

``Doc.spans["statements"]`` holds the statements, each span labelled with its kind; ``Doc.ents`` the entities.
``Span._.score``, ``Span._.why``, ``Span._.sentiment`` belong to statements, ``Span._.norm`` to entities.

All of it travels through ``Doc.to_bytes``, ``DocBin(store_user_data=True)`` and the processes of ``nlp.pipe``.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from spacy.tokens import Doc, Span
from srsly.msgpack import msgpack_decoders, msgpack_encoders

from miner.records import Disclosure, Mask

STATEMENTS = "statements"

DOC_FIELDS = {
    "language": "ru",
    "quoted": (),
    "pii": (),
    "facts": (),
    "relevance": 1.0,
    "sentiment": ("neutral", 0.0),
}
SPAN_FIELDS = {"norm": "", "score": 1.0, "why": (), "sentiment": "neutral"}
RECORDS: dict[str, type[Mask | Disclosure]] = {"mask": Mask, "disclosure": Disclosure}
NAME = "miner"


def register() -> None:
    """Make the fields known to spaCy; safe to call again."""
    for holder, fields in ((Doc, DOC_FIELDS), (Span, SPAN_FIELDS)):
        for name, default in fields.items():
            if not holder.has_extension(name):
                kept = accessors(name, default) if isinstance(default, tuple) else {"default": default}
                holder.set_extension(name, **kept)
    msgpack_encoders.register(NAME, func=encoded)
    msgpack_decoders.register(NAME, func=decoded)


def accessors(name: str, default: tuple[Any, ...]) -> dict[str, Callable[..., Any]]:
    """Keep a field where spaCy keeps it; a tuple that came back from another process as a list is a tuple again."""
    # spaCy sends them to its processes, so they have to pickle.
    return {"getter": functools.partial(get, name, default), "setter": functools.partial(put, name)}


def get(name: str, default: tuple[Any, ...], holder: Doc | Span) -> tuple[Any, ...]:
    return tuple(user_data(holder).get(key(name, holder), default))


def put(name: str, holder: Doc | Span, value: tuple[Any, ...]) -> None:
    user_data(holder)[key(name, holder)] = value


def user_data(holder: Doc | Span) -> dict[Any, Any]:
    # spaCy's stubs know keys of one kind only.
    data: dict[Any, Any] = holder.doc.user_data
    return data


def key(name: str, holder: Doc | Span) -> tuple[str, str, int | None, int | None]:
    start, end = (holder.start_char, holder.end_char) if isinstance(holder, Span) else (None, None)
    return "._.", name, start, end


def encoded(thing: Any, chain: Callable[[Any], Any] | None = None) -> Any:
    """Say in plain values what spaCy could not write: masks and disclosures.

    >>> decoded(encoded(Mask(0, 5, "phone")))
    Mask(start=0, end=5, label='phone')
    """
    for name, record in RECORDS.items():
        if isinstance(thing, record):
            return {NAME: name, **thing.to_json()}
    return chain(thing) if chain else thing


def decoded(thing: Any, chain: Callable[[Any], Any] | None = None) -> Any:
    """Make masks and disclosures again of what ``encoded`` said."""
    if isinstance(thing, dict) and isinstance(name := thing.get(NAME), str) and name in RECORDS:
        return RECORDS[name](**{key: value for key, value in thing.items() if key != NAME})
    return chain(thing) if chain else thing


register()
