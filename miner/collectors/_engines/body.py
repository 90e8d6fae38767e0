"""The author's own words of a post: quotes, signatures, stamps, ads and scripts are left out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

Nodes = Callable[[Any], list[Any]]

_BLOCKS = frozenset(
    """
    p div li ul ol table tr blockquote pre h1 h2 h3 h4 h5 h6 section article dl dt dd hr fieldset details summary figure
    """.split()
)
_SILENT = frozenset("script style noscript template button form iframe object select textarea svg video audio".split())
# The end of what was said: lines that engines and habits put under a post, each with words that it can't do without.
_TAILS = (
    (("______",), re.compile(r"\n_{6,}\s*\n?.*\Z", re.DOTALL)),
    (
        ("едактир", "зменен", "dited"),
        re.compile(
            r"\n?\s*(?:\[?\s*)?(?:(?:Последний раз редактировалось|Последний раз отредактировано|"
            r"Сообщение отредактировал|Сообщение было изменено|"
            r"Отредактировано|Изменено|Последнее редактирование|Редактировалось|"
            r"Last edited by|Last edited|Edited by|Edited)\b[^\n]{0,160})(?:\n[^\n]{0,20}раз\w*[^\n]{0,20})?\s*\Z"
        ),
    ),
    (
        ("Отправлено", "Sent from"),
        re.compile(
            r"\n?\s*(?:Отправлено (?:с|из) (?:моего|мобильного)|Sent from my|Отправлено с помощью)[^\n]{0,80}\Z"
        ),
    ),
)
# What engines write into a quote's head: «Иван писал(а):», «Цитата (Иван @ 12.01.2024, 15:40)».
_WROTE = re.compile(
    r"^\s*(?:Цитата|Quote|Сообщение от|Originally posted by|Quote from|Цитировать|Цитата от)?[\s:(]*"
    r"(?P<name>[^:@,()\n]{1,60}?)\s*(?P<verb>писал\(?а?\)?|написал\(?а?\)?|сказал\(?а?\)?|пишет|wrote|said|"
    r"от\s+\d|on\s+\w+\s*\d|@|,|:|\(|$)",
    re.IGNORECASE,
)
_HEADS = re.compile(r"quote-?_?head|attribution|citation|postedby|quoteheader|quotetop", re.IGNORECASE)
_CLOCKED = re.compile(r"\([^()]{0,40}\d{1,2}:\d{2}[^()]{0,10}\)")
_ID = re.compile(
    r"(?:[?&;]p=|[?&;]pid=|#p(?:ost|id)?[-_]?|#msg|\.msg|goto/post\?id=|comment=|findpost__p__|#entry|#comment[-_]?|"
    r"post:\s*|/posts?/|findpost&pid=)(\d+)"
)


def words(body: Any, dropped: Iterable[Any] = ()) -> str:
    """The text of an element without the dropped ones, a line for each block.

    >>> from miner.collectors._html import fragment
    >>> words(fragment("Надоело<br>ждать. <script>x</script><ul><li>раз<li>два</ul>"))
    'Надоело\\nждать.\\nраз\\nдва'
    """
    out: list[str] = []
    _walk(body, set(dropped), out)
    lines = (" ".join(line.split()) for line in "".join(out).split("\n"))
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n ")
    for signs, tail in _TAILS:
        if any(sign in text for sign in signs):
            text = tail.sub("", text).rstrip()
    return re.sub(r"\n{2,}", "\n", text) if text.count("\n\n") > text.count("\n") // 3 else text


def _walk(node: Any, dropped: set[Any], out: list[str]) -> None:
    # A hostile page nests tags deeper than Python recurses, so the walk keeps its own stack.
    stack: list[tuple[Any, bool]] = [(node, False)]
    while stack:
        current, closing = stack.pop()
        tag = current.tag
        if closing:
            if tag in _BLOCKS:
                out.append("\n")
            if current is not node and current.tail:
                out.append(_flat(current.tail))
            continue
        if not isinstance(tag, str) or tag in _SILENT or current in dropped:
            if current is not node and current.tail:
                out.append(_flat(current.tail))
            continue
        if tag == "br":
            out.append("\n")
        elif tag == "img":
            out.append(_smile(current))
        elif tag in _BLOCKS:
            out.append("\n")
        if current.text:
            out.append(current.text if tag == "pre" else _flat(current.text))
        stack.append((current, True))
        stack.extend((child, False) for child in reversed(current))


def _flat(text: str) -> str:
    return re.sub(r"[ \t\r\n\xa0]+", " ", text)


def _smile(image: Any) -> str:
    alt = image.get("alt") or ""
    smiley = re.search(r"smil|emoji|emotic", f"{image.get('class', '')} {image.get('src', '')}")
    return alt if smiley and len(alt) <= 12 else ""


def answered(quotes: list[Any]) -> tuple[str | None, str | None]:
    """Whom and which post the first quote answers: ``(number of the post, name)``."""
    for quote in quotes:
        number = _number(quote)
        name = _name(quote)
        if number or name:
            return number, name
    return None, None


def _number(quote: Any) -> str | None:
    for attribute in ("data-source", "data-ipsquote-contentcommentid", "data-post-id", "data-pid", "cite"):
        value = quote.get(attribute) or ""
        if attribute.startswith(("data-ips", "data-p")) and value.isdecimal():
            return str(value)
        if found := _ID.search(value):
            return found[1]
    for link in quote.iter("a"):
        if found := _ID.search(link.get("href") or ""):
            return found[1]
    return None


def _name(quote: Any) -> str | None:
    for attribute in ("data-quote", "data-author", "data-ipsquote-username"):
        if value := (quote.get(attribute) or "").strip():
            return str(value)
    named = [node for node in quote.iter() if isinstance(node.tag, str) and _HEADS.search(node.get("class") or "")]
    for head in (*quote.iter("cite"), *quote.iter("b"), *quote.iter("strong"), *named):
        if name := _wrote(head.text_content()):
            return name
    return None


def _wrote(head: str) -> str | None:
    """The name in the head of a quote.

    >>> [_wrote(h) for h in ("Света писал(а):", " (12.01.2024, 15:40)Олег Написал:", "Цитата: Ира от 12 Янв", "Цитата")]
    ['Света', 'Олег', 'Ира', None]
    """
    said = _CLOCKED.sub(" ", " ".join(head.split()))[:120].strip()
    match = _WROTE.match(said) if said else None
    name = match["name"].strip(" «»\"'") if match else ""
    return name if name and name.lower() not in ("цитата", "quote", "сообщение", "сообщение от") else None
