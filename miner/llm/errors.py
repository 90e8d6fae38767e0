"""What can go wrong with a language model: one answer, the whole of it, the budget, or that nobody agreed."""

from __future__ import annotations

from miner.errors import BadInput, MinerError


class NoConsent(BadInput):
    """Nobody of this workspace agreed that masked words go to that address."""


class Unusable(MinerError):
    """One answer is of no use; ``reason`` is a word or two: refused, malformed, cut off, too large, timeout ..."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"the language model gave no usable answer: {reason}.")


class Unavailable(MinerError):
    """There is no use in asking on: the address, the key or the model is wrong, or nothing answers."""


class BudgetSpent(Unavailable):
    """The day's calls or tokens are spent."""
