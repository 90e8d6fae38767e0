"""HTML into trees: hostile markup gives a poor tree, never an error."""

from __future__ import annotations

import functools
from typing import Any

from lxml import cssselect, etree, html  # type: ignore[import-untyped]


def document(text: str) -> Any:
    """The tree of a page; an empty one when there is nothing to parse."""
    parser = html.HTMLParser(encoding="utf-8", huge_tree=False)
    try:
        # Bytes, because lxml refuses text that declares an encoding of its own.
        return html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, ValueError):
        return html.fromstring("<html></html>")


def fragment(markup: str) -> Any:
    """The tree of a piece of markup inside a ``div``."""
    try:
        return html.fragment_fromstring(markup.replace("\x00", ""), create_parent="div")
    except (etree.ParserError, ValueError):
        return html.fromstring("<div></div>")


@functools.cache
def selector(css: str) -> Any:
    """A compiled CSS selector; call it on an element. Raises cssselect's errors for what is none."""
    return cssselect.CSSSelector(css)
