"""``miner_privacy``: writes ``doc._.pii``, the spans of personal data of a text, in order and apart from each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spacy.language import Language

from miner.nlp import extensions
from miner.nlp.privacy import find

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from spacy.tokens import Doc

extensions.register()


@Language.factory("miner_privacy", assigns=["doc._.pii"], requires=["doc.ents"])
def make_privacy(nlp: Language, name: str) -> Privacy:
    del nlp, name
    return Privacy()


class Privacy:
    """Stateless: what counts as personal data is in ``miner.nlp.privacy`` and ``config/lexicons``."""

    def __call__(self, doc: Doc) -> Doc:
        # Making the text anew costs as much as reading it; the disclosures take it from here.
        text = doc.user_data["text"] = doc.text
        people = [(e.start_char, e.end_char) for e in doc.ents if e.label_ == "PER" and len(e) == 2]
        if found := find(text, people):
            doc._.pii = found
        return doc

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 128) -> Iterator[Doc]:
        del batch_size
        return map(self, stream)
