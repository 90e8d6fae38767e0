"""Names of topics and lines of profiles, proposed by a language model from masked quotes.

A proposal is never needed: whatever goes wrong, there is none, and the rules word the line.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, Field, ValidationError

from miner.llm import instructions
from miner.llm.answers import key
from miner.llm.client import Question
from miner.llm.errors import NoConsent, Unavailable, Unusable
from miner.records import Kind

if TYPE_CHECKING:
    from miner.llm.client import Client

QUOTES, CHARS = 12, 300
MOST_WORDS = 6
_NAME = re.compile(r"[А-Яа-яЁё][А-Яа-яЁё0-9 ,«»/–-]{2,79}")
MOST_TOKENS = 300


class Proposal(BaseModel):
    """``wording`` is a line of a profile, ``label`` the name of a topic."""

    wording: str = Field(max_length=300)
    label: str = Field(max_length=120)

    @property
    def name(self) -> str | None:
        """The label, when it is fit for a topic: up to six Russian words.

        >>> [Proposal(wording="", label=label).name for label in ("Отклики без ответа.", "No answer", "сад [имя]")]
        ['отклики без ответа', None, None]
        """
        label = " ".join(self.label.split()).rstrip(".")
        if not _NAME.fullmatch(label) or len(label.split()) > MOST_WORDS:
            return None
        return label if label[:2].isupper() else label[:1].lower() + label[1:]


class Proposals:
    """Asks once for each set of quotes. ``private`` names the kinds of personal data in a text."""

    def __init__(self, client: Client, private: Callable[[str], Sequence[str]]) -> None:
        self.client = client
        self.instruction = instructions.read("wording")
        self._private = private
        self._closed = False

    def propose(self, kind: Kind | Literal["topic"], quotes: Sequence[str]) -> Proposal | None:
        """Return what the model makes of quotes, the most central first, whose personal data are hidden.

        None when it refuses, takes too long, gives no JSON, or puts personal data into its words.
        """
        shown = [quote[:CHARS] for quote in quotes[:QUOTES]]
        asked = json.dumps({"kind": kind, "quotes": shown}, ensure_ascii=False)
        name = key(self.client.settings.model, self.instruction.digest, asked)
        known = self.client.answers.known([name])
        if name in known:
            self.client.count(cached=1)
            return self._kept(known[name])
        if self._closed:
            return None
        try:
            proposal = self.client.ask(self._question(asked), Proposal)
        except Unusable:
            return None
        except (Unavailable, NoConsent) as error:
            # Not worth losing the whole work: the rules word the rest.
            self._closed = True
            self.client.count(**{type(error).__name__: 1})
            return None
        if self._private(proposal.wording) or self._private(proposal.label):
            self.client.count(**{"personal data": 1})
            self.client.answers.keep({name: None})
            return None
        self.client.answers.keep({name: proposal.model_dump()})
        return proposal

    def _kept(self, value: object) -> Proposal | None:
        try:
            return Proposal.model_validate(value)
        except ValidationError:
            return None

    def _question(self, asked: str) -> Question:
        turns: list[tuple[str, str]] = []
        for example in self.instruction.examples:
            shown = {name: example[name] for name in ("kind", "quotes")}
            told = {name: example[name] for name in ("wording", "label")}
            turns += [
                ("user", json.dumps(shown, ensure_ascii=False)),
                ("assistant", json.dumps(told, ensure_ascii=False)),
            ]
        return Question(self.instruction.system, (*turns, ("user", asked)), MOST_TOKENS)
