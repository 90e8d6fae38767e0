"""One Russian spaCy pipeline, a component per file; ``config/pipeline.cfg`` names them in their order.

>>> nlp = load()
>>> [token.lemma_ for token in nlp("Надоело ждать")]
['надоесть', 'ждать']
"""

from __future__ import annotations

import contextlib
import functools
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from miner.settings import resources

if TYPE_CHECKING:
    from spacy.language import Language


@contextlib.contextmanager
def without_torch() -> Iterator[None]:
    """Import spaCy as if PyTorch were not there: thinc would import it, which takes a second and 200 MB for nothing.

    PyTorch stays importable afterwards; where it, or spaCy, was imported before, nothing changes.
    """
    if "torch" in sys.modules or "spacy" in sys.modules:
        yield
        return
    sys.modules["torch"] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules["torch"]


def load(config: Path | None = None) -> Language:
    """Make the pipeline of a spaCy config file, by default ``config/pipeline.cfg``."""
    with without_torch():
        from spacy.util import load_config, load_model_from_config

    return load_model_from_config(load_config(config or resources() / "config" / "pipeline.cfg"), auto_fill=True)


@functools.cache
def shared() -> Language:
    """The one pipeline of this process, for what annotates a text now and then."""
    return load()


@functools.cache
def finding_by(model: str) -> Language:
    """A pipeline that finds statements by the model in another folder; the shared one when ``model`` is empty."""
    if not model:
        return shared()
    nlp = load()
    nlp.replace_pipe("statements", "miner_statements", config={"model": model})
    return nlp
