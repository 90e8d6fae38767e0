"""Polite HTTP: robots.txt, one request at a time per host at its own rate, retries, address guard, limits, a ledger.

A collector asks with ``Fetcher.get`` and gets a ``Page``, or an error that says what the analyst can do.
"""

from __future__ import annotations

from miner.fetch.address import Guard, Refused
from miner.fetch.errors import Busy, Closed, Disallowed, Gone, LoginNeeded, NotFetched, Unreachable, Unreadable
from miner.fetch.fetcher import Entry, Fetcher, Page, Policy
from miner.fetch.frontier import Frontier, MemoryFrontier, Task, Validator

__all__ = [
    "Busy",
    "Closed",
    "Disallowed",
    "Entry",
    "Fetcher",
    "Frontier",
    "Gone",
    "Guard",
    "LoginNeeded",
    "MemoryFrontier",
    "NotFetched",
    "Page",
    "Policy",
    "Refused",
    "Task",
    "Unreachable",
    "Unreadable",
    "Validator",
]
