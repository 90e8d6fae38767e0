"""A pipeline of the tagger alone, for the doctests of these pages."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc


@functools.cache
def tagger() -> Language:
    from spacy.util import load_model_from_config

    from miner.nlp import extensions

    extensions.register()
    return load_model_from_config(
        {
            "nlp": {"lang": "ru", "pipeline": ["slovnet"], "tokenizer": {"@tokenizers": "miner.razdel.v1"}},
            "components": {"slovnet": {"factory": "miner_slovnet"}},
        },
        auto_fill=True,
    )


def tagged(text: str) -> Doc:
    return tagger()(text)
