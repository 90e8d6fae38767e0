"""Who asks and who answers: a small model over what each speaker does, for labels that don't say it.

A role is the sign of a sum of weighted habits. The weights were set by hand: people who ask end turns with a question
mark, invite («расскажите»), say «вы», speak briefly and begin; people who answer say «я» and speak long.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from miner.collectors._speakers import key, role_word

_INVITES = re.compile(
    r"(?i)\b(?:расскажи|скажи|опиши|подели|уточни|представь|подскажи|назови|поясни|объясни|вспомни|оцени)(?:те|тесь)\b"
)
_YOU = re.compile(r"(?i)\b(?:вы|вас|вам|вами|ваш\w*|тебя|тебе|ты)\b")
_ME = re.compile(r"(?i)\b(?:я|меня|мне|мной|мой|моя|мою|моей|мои|моего|мы|нас|нам)\b")
# What a letter usually stands for in transcripts: Интервьюер, Вопрос, Модератор, Question; Респондент, Ответ, Участник.
_LETTERS = {"и": 2.0, "в": 2.0, "м": 1.0, "q": 2.0, "р": -2.0, "о": -2.0, "у": -2.0, "a": -1.0, "r": -2.0, "п": -1.0}
CERTAIN = 8.0

Part = Literal["client", "staff", "interviewer", "moderator"]


@dataclass(frozen=True, slots=True)
class Habits:
    """What a speaker does, per turn or per hundred words."""

    questions: float
    invites: float
    you: float
    me: float
    length: float
    first: bool


def asking(name: str, habits: Habits) -> float:
    """Positive: asks. Negative: answers.

    >>> asking("Ольга", Habits(questions=0.9, invites=0.3, you=8, me=1, length=0.4, first=True)) > 0
    True
    >>> asking("И", Habits(questions=0.1, invites=0, you=0, me=9, length=1.8, first=False)) > 0
    False
    """
    score = 3.0 * (habits.questions - 0.4) + 3.0 * habits.invites + 0.25 * (habits.you - 2.0) - 0.25 * (habits.me - 3.0)
    score += -1.0 * math.log2(max(habits.length, 0.05)) + 0.7 * habits.first
    word = role_word(name)
    score += CERTAIN * {"asks": 1, "answers": -1}.get(word or "", 0)
    return score + _LETTERS.get(re.sub(r"[\d ]", "", key(name)), 0.0)


def roles(
    turns: Sequence[tuple[str, str]], names: Mapping[str, str], given: Mapping[str, Part] | None = None
) -> dict[str, Part]:
    """The role of every speaker; ``turns`` are ``(speaker, text)``, ``given`` is what the analyst said."""
    decided: dict[str, Part] = dict(given or {})
    for speaker, name in names.items():
        if role_word(name) == "staff":
            decided.setdefault(speaker, "staff")
    habits = _habits(turns)
    scores = {speaker: asking(names[speaker], habits[speaker]) for speaker in names if speaker not in decided}
    askers = _askers(scores, decided)
    panel = sum(s not in askers and decided.get(s, "client") == "client" for s in names) >= 3
    for speaker in scores:
        if speaker in askers:
            decided[speaker] = "moderator" if _moderates(names[speaker], panel) else "interviewer"
        else:
            decided[speaker] = "client"
    return decided


def _askers(scores: Mapping[str, float], decided: Mapping[str, Part]) -> set[str]:
    asked = any(part in ("interviewer", "moderator") for part in decided.values())
    answered = "client" in decided.values()
    certain = {s for s, score in scores.items() if score > CERTAIN / 2}
    if certain or asked:
        return certain
    ranked = sorted(scores, key=lambda s: scores[s], reverse=True)
    # Nobody is certain, so one person asks: the one who does it most, unless nobody does.
    if len(ranked) > (0 if answered else 1) and scores[ranked[0]] > -1.0:
        return {ranked[0]}
    return set()


def _moderates(name: str, panel: bool) -> bool:
    word = key(name)
    if word.startswith(("модератор", "ведущ", "мод", "moderator", "host")):
        return True
    return panel and not word.startswith(("интервь", "interview"))


def _habits(turns: Iterable[tuple[str, str]]) -> dict[str, Habits]:
    said: dict[str, list[str]] = defaultdict(list)
    first: str | None = None
    for speaker, text in turns:
        first = first or speaker
        said[speaker].append(text)
    total = sum(len(t) for texts in said.values() for t in texts) / max(1, sum(map(len, said.values())))
    return {speaker: _of(texts, total, speaker == first) for speaker, texts in said.items()}


def _of(texts: Sequence[str], typical: float, first: bool) -> Habits:
    whole = " ".join(texts)
    words = max(1, len(whole.split())) / 100
    return Habits(
        questions=sum("?" in text[-60:] for text in texts) / len(texts),
        invites=sum(bool(_INVITES.search(text)) for text in texts) / len(texts),
        you=len(_YOU.findall(whole)) / words,
        me=len(_ME.findall(whole)) / words,
        length=(sum(map(len, texts)) / len(texts)) / max(1.0, typical),
        first=first,
    )
