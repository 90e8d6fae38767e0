"""What can go wrong, said so that a person can act on it: the value, the rule, the way out."""

from __future__ import annotations

from collections.abc import Sequence


class MinerError(Exception):
    """The work failed. The command line prints the message and exits with ``exit_status``."""

    exit_status = 1


class BadInput(MinerError):
    """The input or the call breaks a rule; the message names file, line, field and rule."""

    exit_status = 2


class BadConfig(BadInput):
    """One or more settings are wrong; all of them are reported at once.

    >>> print(BadConfig(['a.toml: x = 3: must be at most 2', 'a.toml: y: no such key']))
    2 mistakes in the settings:
      a.toml: x = 3: must be at most 2
      a.toml: y: no such key
    """

    def __init__(self, mistakes: Sequence[str]) -> None:
        self.mistakes = list(mistakes)
        count = len(self.mistakes)
        head = f"{count} mistake{'s' if count > 1 else ''} in the settings:"
        super().__init__("\n  ".join([head, *self.mistakes]))


class UnknownComponent(BadInput):
    """A family has no member of that name."""


class SourceGone(MinerError):
    """The source was deleted or is closed to us for good."""


class NotWritable(BadInput):
    """The output can't be written where it was asked for."""
