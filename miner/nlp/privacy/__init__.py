"""Personal data of private persons: one file per kind, each yielding ``Mask`` spans of a text.

Recognisers read the text alone, so they hold for any spelling that the tagger never saw; only names of two words also
ask the tagger. ``find`` joins them:

>>> text = "Это Борисенко Пётр Ильич, тел. 8 900 000-62-18, petr@example.ru"
>>> [(text[m.start:m.end], m.label) for m in find(text)]
[('Борисенко Пётр Ильич', 'name'), ('8 900 000-62-18', 'phone'), ('petr@example.ru', 'email')]
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from miner.masks import disjoint
from miner.nlp.privacy import addresses, contacts, documents, names, phones
from miner.records import Mask

# Earlier ones win a tie: a number of a document is no phone.
RECOGNISERS = (
    documents.find,
    phones.find,
    phones.spelt,
    contacts.emails,
    contacts.handles,
    addresses.find,
    names.find,
)
# Of no use to a text without figures.
NUMERIC = (documents.find, phones.find, addresses.find)
DIGITS = re.compile(r"\d")


def find(text: str, people: Iterable[tuple[int, int]] = ()) -> tuple[Mask, ...]:
    """All personal data of a text in order. ``people`` are the character spans that a tagger takes for persons."""
    numbers = DIGITS.search(text) is not None
    found = [mask for recognise in RECOGNISERS if numbers or recognise not in NUMERIC for mask in recognise(text)]
    found += names.confirmed(text, people)
    return tuple(disjoint(found, len(text))) if found else ()
