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
"""

from __future__ import annotations

from spacy.tokens import Doc, Span

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


def register() -> None:
    """Make the fields known to spaCy; safe to call again."""
    for holder, fields in ((Doc, DOC_FIELDS), (Span, SPAN_FIELDS)):
        for name, default in fields.items():
            if not holder.has_extension(name):
                holder.set_extension(name, default=default)


register()
