"""The one who asks: retries, limits and a budget around every call, and a schema around every answer."""

from __future__ import annotations

import copy
import email.utils
import random
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError

from miner.llm import consent
from miner.llm.errors import BudgetSpent, Unavailable, Unusable

if TYPE_CHECKING:
    import requests

    from miner.llm.answers import Answers
    from miner.settings import Llm

T = TypeVar("T", bound=BaseModel)

MAX_BYTES = 2 << 20
# So many calls in a row that came to nothing, and the endpoint is taken to be down.
STORM = 5
RETRIED = frozenset((408, 425, 429, 500, 502, 503, 504, 520, 522, 524, 529))
# Of what a request may be made, from the strictest to what every endpoint takes; the first that is accepted stays.
FORMS: tuple[tuple[str, str], ...] = (
    ("json_schema", "max_tokens"),
    ("json_schema", "max_completion_tokens"),
    ("json_object", "max_tokens"),
    ("", ""),
)
HINTS = {
    401: "The key isn't accepted: set MINER_LLM_KEY.",
    402: "The account has no money left.",
    403: "The key may not use this model: look at llm.key and llm.model.",
    404: "There is no such address or model: look at llm.url, which ends like https://example.ru/v1, and llm.model.",
    405: "This is no address of a language model: look at llm.url, which ends like https://example.ru/v1.",
}
_THOUGHTS = re.compile(r"<think>.*?</think>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Question:
    """What to ask: the instruction, turns of ``(role, content)``, and the most tokens that an answer may have."""

    system: str
    turns: tuple[tuple[str, str], ...]
    most: int


class _Message(BaseModel):
    content: str | None = None
    refusal: str | None = None


class _Choice(BaseModel):
    message: _Message
    finish_reason: str | None = None


class _Usage(BaseModel):
    prompt_tokens: int = 0
    completion_tokens: int = 0


class _Completion(BaseModel):
    choices: list[_Choice]
    usage: _Usage | None = None


class Client:
    """Asks one endpoint. Threads may share it; ``tally`` counts calls, tokens, retries and each reason of failure.

    A ``dry`` client sends nothing: every question is counted and then Unusable. ``sleep`` and ``clock`` are there for
    tests.
    """

    def __init__(
        self,
        settings: Llm,
        answers: Answers,
        *,
        dry: bool = False,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.settings, self.answers, self.dry = settings, answers, dry
        self.tally: Counter[str] = Counter()
        self._sleep, self._clock = sleep, clock
        self._lock = threading.Lock()
        self._form = 0
        self._failures = 0
        self._heard = False
        self._session: requests.Session | None = None

    def ask(self, question: Question, answer: type[T]) -> T:
        """Return the checked answer.

        Raises Unusable when this one came to nothing, Unavailable when none will come, BudgetSpent, and NoConsent when
        the consent was withdrawn meanwhile.
        """
        if self.dry:
            self.count(calls=1, tokens_in=self.size(question), tokens_out=question.most)
            raise Unusable("dry run")
        consent.check(self.answers.home, self.settings.url)
        self._afford()
        try:
            found = self._answered(question, answer)
        except Unusable as error:
            self.count(**{error.reason: 1})
            raise
        return found

    def size(self, question: Question) -> int:
        return tokens(question.system) + sum(tokens(content) + 4 for _, content in question.turns)

    def _answered(self, question: Question, answer: type[T]) -> T:
        form = self._form
        while True:
            status, data = self._post(question, answer, FORMS[form])
            if status == 200:
                break
            # What exactly an endpoint doesn't take, its own words would tell, but they may quote ours.
            if status in (400, 415, 422) and form + 1 < len(FORMS):
                form += 1
                continue
            raise Unusable(f"rejected with HTTP {status}")
        self._form = form
        return self._understood(data, question, answer)

    def _understood(self, data: bytes, question: Question, answer: type[T]) -> T:
        try:
            completion = _Completion.model_validate_json(data)
            choice = completion.choices[0]
        except (ValidationError, IndexError):
            self._spend(self.size(question), 0)
            raise Unusable("malformed") from None
        content = choice.message.content or ""
        used = completion.usage or _Usage(prompt_tokens=self.size(question), completion_tokens=tokens(content))
        self._spend(max(0, used.prompt_tokens), max(0, used.completion_tokens))
        if choice.message.refusal or choice.finish_reason == "content_filter":
            raise Unusable("refused")
        if choice.finish_reason == "length":
            raise Unusable("cut off")
        try:
            return answer.model_validate_json(inner(content))
        except ValidationError:
            # A refusal in plain words has no JSON in it at all.
            raise Unusable("malformed" if "{" in content else "refused") from None

    # -- the wire --

    def _post(self, question: Question, answer: type[BaseModel], form: tuple[str, str]) -> tuple[int, bytes]:
        """Return status and body once there is an answer that is not worth a retry."""
        import requests
        import urllib3

        body = self._body(question, answer, form)
        reason, wait = "", 0.0
        for attempt in range(self.settings.retries + 1):
            if attempt:
                self.count(retries=1)
                self._sleep(wait)
            wait = min(self.settings.patience, random.uniform(0.5, 1.0) * 2**attempt)
            try:
                status, headers, data = self._exchange(body)
            except (requests.Timeout, urllib3.exceptions.TimeoutError, TimeoutError):
                reason = "timeout"
                continue
            except (requests.RequestException, urllib3.exceptions.HTTPError, OSError):
                reason = "no connection"
                continue
            if status in RETRIED:
                reason = f"HTTP {status}"
                wait = min(self.settings.patience, max(wait, asked_wait(headers)))
                continue
            if status in HINTS or 300 <= status < 400:
                hint = HINTS.get(status, "It points elsewhere, and words aren't sent elsewhere: look at llm.url.")
                raise Unavailable(f"{consent.place(self.settings.url)} answers HTTP {status}. {hint}")
            self._failures = 0
            return status, data
        with self._lock:
            self._failures += 1
        if self._failures >= STORM or (reason == "no connection" and not self._heard):
            raise Unavailable(
                f"{consent.place(self.settings.url)}: {self._failures} calls in a row came to nothing, "
                f"the last one with: {reason}. Look at llm.url, or run the command again later: what is answered "
                "already is kept."
            )
        raise Unusable(reason)

    def _exchange(self, body: Mapping[str, Any]) -> tuple[int, Mapping[str, str], bytes]:
        """One request. A body that drips or has no end is left, whatever its server promises."""
        deadline = self._clock() + self.settings.timeout
        url = self.settings.url.rstrip("/") + "/chat/completions"
        with self._opened().post(
            url, json=body, timeout=(min(10.0, self.settings.timeout), self.settings.timeout), stream=True,
            allow_redirects=False, auth=self._signed,
        ) as answered:  # fmt: skip
            self._heard = True
            data = bytearray()
            while piece := answered.raw.read1(1 << 16, decode_content=True):
                data += piece
                if len(data) > MAX_BYTES:
                    raise Unusable("too large")
                if self._clock() > deadline:
                    raise TimeoutError
            return answered.status_code, answered.headers, bytes(data)

    def _opened(self) -> requests.Session:
        import requests
        from requests.adapters import HTTPAdapter

        with self._lock:
            if self._session is None:
                self._session = requests.Session()
                adapter = HTTPAdapter(pool_maxsize=self.settings.parallel)
                self._session.mount("https://", adapter)
                self._session.mount("http://", adapter)
            return self._session

    def _signed(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        # A function, so that requests doesn't take a password from ~/.netrc instead.
        if self.settings.key:
            request.headers["Authorization"] = f"Bearer {self.settings.key}"
        return request

    def _body(self, question: Question, answer: type[BaseModel], form: tuple[str, str]) -> dict[str, Any]:
        messages = [("system", question.system), *question.turns]
        body: dict[str, Any] = {
            "model": self.settings.model,
            "messages": [{"role": role, "content": content} for role, content in messages],
        }
        shape, limit = form
        if limit:
            body |= {limit: question.most, "temperature": 0} if limit == "max_tokens" else {limit: question.most}
        if shape == "json_schema":
            schema = {"name": answer.__name__.lower(), "strict": True, "schema": strict(answer.model_json_schema())}
            body["response_format"] = {"type": shape, shape: schema}
        elif shape:
            body["response_format"] = {"type": shape}
        return body

    # -- money --

    def _afford(self) -> None:
        most = self.settings.calls_per_day, self.settings.tokens_per_day
        spent = self.answers.spent(_today()) if any(most) else (0, 0)
        for name, limit, used in zip(("calls", "tokens"), most, spent, strict=True):
            if limit and used >= limit:
                raise BudgetSpent(
                    f"the language model's budget of today is spent: {used} of {limit} {name}. What is answered "
                    f"already is kept: go on tomorrow, or raise llm.{name}_per_day."
                )

    def _spend(self, tokens_in: int, tokens_out: int) -> None:
        self.count(calls=1, tokens_in=tokens_in, tokens_out=tokens_out)
        self.answers.spend(_today(), 1, tokens_in + tokens_out)

    def count(self, **amounts: int) -> None:
        """Add to the tally."""
        with self._lock:
            self.tally.update(amounts)

    def told(self) -> str:
        """What was asked, or would be, in a line."""
        t = self.tally
        if self.dry:
            return (
                f"the language model would be asked {t['calls']:,} times: about {t['tokens_in']:,} tokens to it, "
                f"at most {t['tokens_out']:,} from it; {t['cached']:,} answers are known already"
            )
        known = {"calls", "tokens_in", "tokens_out", "cached", "spans", "dropped", "left"}
        failed = ", ".join(f"{reason}: {count}" for reason, count in sorted(t.items()) if reason not in known)
        return (
            f"the language model was asked {t['calls']:,} times: {t['tokens_in']:,} tokens to it, "
            f"{t['tokens_out']:,} from it; {t['cached']:,} answers were known; {t['dropped']:,} of {t['spans']:,} "
            f"spans were dropped, not being verbatim; {t['left']:,} texts were left to miner itself"
            + (f" ({failed})" if failed else "")
        )


def tokens(text: str) -> int:
    """About how many tokens a Russian text is, rather more than fewer: two and a half characters each.

    >>> tokens("Надоело ждать ответа")
    8
    """
    return -(-len(text) * 2 // 5)


def asked_wait(headers: Mapping[str, str]) -> float:
    """Seconds that a server asks to wait, 0 when it says nothing sensible.

    >>> asked_wait({"Retry-After": "7"}), asked_wait({"Retry-After": "скоро"}), asked_wait({})
    (7.0, 0.0, 0.0)
    """
    value = headers.get("Retry-After", "")
    if value.isascii() and value.isdigit() and len(value) < 9:
        return float(value)
    try:
        at = email.utils.parsedate_to_datetime(value)
    except ValueError:
        return 0.0
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0.0, (at - datetime.now(UTC)).total_seconds())


def inner(content: str) -> str:
    """The JSON object in an answer, without the thoughts, fences and courtesies that models put around it.

    >>> inner('<think>так…</think>Вот ответ:\\n```json\\n{"a": 1}\\n```')
    '{"a": 1}'
    """
    content = _THOUGHTS.sub("", content)
    return content[content.find("{") : content.rfind("}") + 1]


def strict(schema: dict[str, Any]) -> dict[str, Any]:
    """A JSON schema as strict endpoints want it: no other fields, and all of them given.

    >>> strict({"type": "object", "properties": {"a": {"type": "string"}}})["required"]
    ['a']
    """
    schema = copy.deepcopy(schema)
    waiting: list[Any] = [schema]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            if part.get("type") == "object":
                part |= {"additionalProperties": False, "required": list(part.get("properties", {}))}
            waiting += part.values()
        elif isinstance(part, Sequence) and not isinstance(part, str):
            waiting += part
    return schema


def _today() -> str:
    return datetime.now(UTC).date().isoformat()
