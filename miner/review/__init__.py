"""Review: people's decisions on candidates, an append-only log that every later run obeys.

``decide`` makes a decision, ``verdicts`` reads the log, ``settle`` finds the candidates that it speaks of today.
"""

from miner.review.decisions import ACTIONS, decide
from miner.review.merging import merged
from miner.review.verdicts import Standing, Verdict, settle, verdicts

__all__ = ["ACTIONS", "Standing", "Verdict", "decide", "merged", "settle", "verdicts"]
