"""Shares of people: the foundation's, under the name that profiles use."""

from __future__ import annotations

from miner.shares import Z95, wilson

__all__ = ["Z95", "wilson"]
