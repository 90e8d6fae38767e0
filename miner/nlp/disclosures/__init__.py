"""What authors say of themselves: a page of grammar per field.

Each file names a characteristic and yields ``Claim`` records from a ``Speech``, the author's own words of a post
(quotes are blanked out). ``claims.decide`` keeps one value per field or, where the claims contradict each other, none.
``merge`` joins what an author says in all of their posts. ``component`` is the spaCy component.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from miner.nlp.disclosures import (
    age,
    card,
    children,
    disability,
    education,
    employer,
    gender,
    income,
    marital,
    occupation,
    region,
    unemployed,
    ways,
)
from miner.nlp.disclosures.claims import decide
from miner.nlp.disclosures.speech import Speech
from miner.records import Disclosure

if TYPE_CHECKING:
    from spacy.tokens import Doc

FIELDS = (
    card.find,
    age.find,
    gender.find,
    marital.find,
    children.find,
    disability.find,
    education.find,
    occupation.find,
    region.find,
    unemployed.find,
    income.find,
    employer.find,
    ways.find,
)


def disclosed(doc: Doc) -> tuple[Disclosure, ...]:
    """What the author of an annotated text says of themselves, in the order of the text."""
    speech = Speech(doc.user_data.pop("text", None) or doc.text, doc._.quoted, doc)
    claims = [claim for find in FIELDS for claim in find(speech)]
    return tuple(sorted(decide(claims), key=lambda fact: (fact.start, fact.field)))
