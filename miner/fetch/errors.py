"""Why a page wasn't had. ``outcome`` is the word for it in the ledger."""

from __future__ import annotations

from typing import ClassVar

from miner.errors import MinerError, SourceGone


class NotFetched(MinerError):
    """A page wasn't had; the crawl goes on with others unless it is ``Closed``."""

    outcome: ClassVar[str] = "failed"


class Disallowed(NotFetched):
    """robots.txt forbids the address."""

    outcome = "robots"


class Gone(NotFetched, SourceGone):
    """404, 410, 451: the page was deleted or closed to us for good."""

    outcome = "gone"


class LoginNeeded(NotFetched):
    """401, 403, a login form or a captcha instead of the page."""

    outcome = "login"


class Unreachable(NotFetched):
    """No connection, no answer in time, or an answer of the 500s, also after retries."""

    outcome = "unreachable"


class Busy(Unreachable):
    """The server asks to come back later than we care to wait."""

    outcome = "busy"


class Unreadable(NotFetched):
    """Too large, broken, or no page at all."""

    outcome = "unreadable"


class Closed(NotFetched):
    """Nothing more is asked in this run: a budget is spent, or the hour isn't allowed."""

    outcome = "closed"
