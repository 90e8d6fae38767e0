"""``miner_disclosures``: writes ``doc._.facts``, what the author says of themselves, one value per field at most."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spacy.language import Language

from miner.nlp import extensions
from miner.nlp.disclosures import disclosed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from spacy.tokens import Doc

extensions.register()


@Language.factory("miner_disclosures", assigns=["doc._.facts"], requires=["token.morph", "token.dep"])
def make_disclosures(nlp: Language, name: str) -> Disclosures:
    del nlp, name
    return Disclosures()


class Disclosures:
    def __call__(self, doc: Doc) -> Doc:
        doc._.facts = disclosed(doc)
        return doc

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 128) -> Iterator[Doc]:
        del batch_size
        return map(self, stream)
