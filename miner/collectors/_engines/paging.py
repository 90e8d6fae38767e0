"""The next page of a thread or a board: by its rel, by a word or an arrow, or by the number after this one's."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from miner.collectors._web import canonical

_WORDS = re.compile(
    r"(?i)^\W*(?:след(?:\.|ующая)?(?:\s+стр\w*\.?)?|вперед|вперёд|далее|дальше|next(?:\s+page)?|>|»|›|→)\W*$"
)
_ARROWS = re.compile(r"chevron-right|arrow-right|angle-right|caret-right|icon-next|\bnext\b", re.IGNORECASE)
# A next thread is no next page.
_ELSEWHERE = re.compile(r"next(?:newest|oldest)|prev_next|view=next|javascript:|mailto:")
_PAGED = re.compile(r"(?:[?&;/](?:page|start|st|offset|p|pg)[=/-]?|-page-?|page-|[.,/])(\d+)(?=\D*$)", re.IGNORECASE)
_PAGER = re.compile(r"pag(?:e|er|ing|ination)|nav", re.IGNORECASE)


def following(anchors: Iterable[Any], tree: Any, url: str) -> str | None:
    """The address of the page after ``url``; ``anchors`` are those that the engine itself calls next."""
    for anchor in anchors:
        href = anchor.get("href")
        if href and not href.startswith(("javascript:", "#")):
            return canonical(href, url)
    links = [a for a in tree.iter("a") if _leads_to_page(a.get("href") or "")]
    for rule in (_by_word, _by_arrow):
        for anchor in links:
            if rule(anchor):
                return canonical(anchor.get("href"), url)
    return _by_number(links, url)


def _leads_to_page(href: str) -> bool:
    if not href or href.startswith("#") or _ELSEWHERE.search(href):
        return False
    # A session behind the page's number would hide it.
    return bool(_PAGED.search(canonical(href)))


def _by_word(anchor: Any) -> bool:
    label = " ".join(anchor.text_content().split()) or anchor.get("title") or anchor.get("aria-label") or ""
    return len(label) < 24 and bool(_WORDS.match(label))


def _by_arrow(anchor: Any) -> bool:
    if anchor.text_content().strip():
        return False
    return any(_ARROWS.search(f"{node.get('class') or ''} {node.get('alt') or ''}") for node in anchor.iter())


def _by_number(links: list[Any], url: str) -> str | None:
    """«1 2 3» with no arrows: the link called by the number after the one that isn't a link."""
    pagers: dict[Any, dict[int, str]] = {}
    for anchor in links:
        label = anchor.text_content().strip()
        if label.isdecimal() and len(label) <= 5:
            pager = next((p for p in anchor.iterancestors() if _is_pager(p)), None)
            if pager is not None:
                pagers.setdefault(pager, {})[int(label)] = anchor.get("href")
    for pager, numbers in pagers.items():
        linked = set(numbers)
        said = [int(n) for n in re.findall(r"(?<!\d)\d{1,5}(?!\d)", " ".join(pager.itertext()))]
        current = next((n for n in said if n not in linked and n + 1 in linked), None)
        if current is not None:
            return canonical(numbers[current + 1], url)
    return None


def _is_pager(node: Any) -> bool:
    return bool(_PAGER.search(f"{node.get('class') or ''} {node.get('id') or ''}"))
