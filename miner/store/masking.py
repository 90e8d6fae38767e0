"""What leaves the store is masked; a masked text is as long as the raw one, so offsets hold for both."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from miner.masks import mask, mask_same_length
from miner.records import Document, Entity, Mask, Post, Statement


def masked_post(post: Post, pii: Sequence[Mask]) -> Post:
    return dataclasses.replace(post, text=mask_same_length(post.text, pii)) if pii else post


def masked_document(document: Document, text: str) -> Document:
    """The document as it may be kept beside other things; ``text`` is the text it was made from.

    >>> from miner.records import Sentiment
    >>> text = "Мария Петровна хамит"
    >>> said = Statement("1", 0, 20, text, "pain", 0.9, "negative")
    >>> name = Entity(0, 14, "PER", "Мария Петровна", "Мария Петровна")
    >>> raw = Document("1", 1.0, True, Sentiment("negative", 1.0), "ru", (name,), (said,), (), (Mask(0, 14, "name"),))
    >>> safe = masked_document(raw, text)
    >>> safe.statements[0].text, safe.entities[0].norm
    ('[имя*********] хамит', '[имя]')
    """
    if not document.pii:
        return document
    safe = mask_same_length(text, document.pii)
    return dataclasses.replace(
        document,
        statements=tuple(_statement(s, safe) if _touched(s, document.pii) else s for s in document.statements),
        entities=tuple(_entity(e, safe, document.pii) if _touched(e, document.pii) else e for e in document.entities),
        sentences=None,
    )


def _touched(span: Statement | Entity, pii: Sequence[Mask]) -> bool:
    return any(mask.start < span.end and span.start < mask.end for mask in pii)


def _statement(statement: Statement, safe: str) -> Statement:
    return dataclasses.replace(statement, text=safe[statement.start : statement.end])


def _entity(entity: Entity, safe: str, pii: Sequence[Mask]) -> Entity:
    # A dictionary form tells a name as well as the text does.
    here = [Mask(m.start - entity.start, m.end - entity.start, m.label) for m in pii]
    norm = mask(" " * (entity.end - entity.start), here).strip()
    return dataclasses.replace(entity, text=safe[entity.start : entity.end], norm=norm)
