"""robots.txt as RFC 9309 has it: a missing file allows everything, an unreachable one nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

# The standard asks readers to take in at least this much.
MAX_BYTES = 512 * 1024
# Nobody means an hour between two pages; what is longer is taken as this long.
MAX_DELAY = 120.0


@dataclass(frozen=True, slots=True)
class Robots:
    """What one host allows. ``word`` goes into the ledger: allowed, none, unreachable."""

    word: str
    rules: Any = None

    def allows(self, url: str, agent: str) -> bool:
        if self.rules is None:
            return self.word != "unreachable"
        return bool(self.rules.can_fetch(url, agent))

    def delay(self, agent: str) -> float:
        """Seconds between requests that the host asks for, 0 when it doesn't.

        >>> parse(b"User-agent: *\\nCrawl-delay: 2\\nDisallow: /private").delay("miner")
        2.0
        """
        if self.rules is None:
            return 0.0
        asked = float(self.rules.crawl_delay(agent) or 0.0)
        if rate := self.rules.request_rate(agent):
            asked = max(asked, rate.seconds / max(1, rate.requests))
        return min(asked, MAX_DELAY)

    def sitemaps(self) -> list[str]:
        return list(self.rules.sitemaps) if self.rules is not None else []


def parse(body: bytes) -> Robots:
    """The rules of a robots.txt.

    >>> parse(b"User-agent: *\\nDisallow: /private").allows("https://example.ru/private/1", "miner")
    False
    """
    from protego import Protego

    return Robots("allowed", Protego.parse(body[:MAX_BYTES].decode("utf-8", "replace").lstrip("\ufeff")))
