"""The one who asks: manners, patience and limits around every request, and a ledger line for each."""

from __future__ import annotations

import dataclasses
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urljoin, urlsplit

from miner.fetch import robots as robots_txt
from miner.fetch.address import Guard, Refused, Resolve, connect, resolve
from miner.fetch.errors import (
    Busy,
    Closed,
    Disallowed,
    Gone,
    LoginNeeded,
    NotFetched,
    Unreachable,
    Unreadable,
)
from miner.fetch.frontier import Validator
from miner.fetch.robots import Robots

if TYPE_CHECKING:
    import requests

AGENT = "miner"
RETRIED = frozenset((429, 500, 502, 503, 504, 520, 521, 522, 524))
REDIRECTS = frozenset((301, 302, 303, 307, 308))
PAGES = ("text/", "application/xhtml+xml", "application/xml", "application/json", "application/ld+json")
PAGES_MORE = (
    "application/vnd.api+json",
    "application/rss+xml",
    "application/atom+xml",
    "application/rdf+xml",
    "application/feed+json",
)
# So many failures in a row, and the host is left in peace for this run.
STORM = 12
_CHUNK = 64 * 1024
# A wait is slept in such pieces, so that a wish to stop is heard.
_NAP = 1.0
_INSTANT = 1e-6


@dataclass(frozen=True, slots=True)
class Policy:
    """The manners. ``delay`` is in seconds between requests to one host, ``hours`` local time such as (22, 6)."""

    contact: str = ""
    delay: float = 1.0
    timeout: float = 30.0
    retries: int = 3
    patience: float = 120.0
    max_bytes: int = 10 * 1024 * 1024
    max_redirects: int = 5
    pages: int = 0
    total_bytes: int = 0
    hours: tuple[int, int] | None = None
    robots: bool = True
    allow_hosts: tuple[str, ...] = ()
    basis: str = ""

    @property
    def agent(self) -> str:
        """Who asks, for the server's log.

        >>> Policy(contact="https://example.ru/about").agent
        'miner/0.1 (+https://example.ru/about)'
        """
        return f"{AGENT}/0.1 (+{self.contact})" if self.contact else f"{AGENT}/0.1"


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the ledger: a request, or an address that was skipped and why."""

    at: str
    url: str
    outcome: str
    status: int | None = None
    size: int = 0
    seconds: float = 0.0
    robots: str = ""
    basis: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """An answer. ``url`` is where it came from after redirects, ``declared`` the encoding its header claims.

    ``unchanged`` means that the server says nothing is new since the validator; there is no data then.
    """

    url: str
    status: int
    data: bytes
    kind: str = ""
    declared: str | None = None
    validator: Validator | None = None
    unchanged: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: tuple[str, ...] = ()


@dataclass(slots=True)
class _Host:
    """What is known of a host while we talk to it; the lock keeps it at one request at a time."""

    lock: threading.RLock = field(default_factory=threading.RLock)
    ready: float = 0.0
    robots: Robots | None = None
    failures: int = 0


class Fetcher:
    """Asks politely. One fetcher may serve several threads; each host is still asked one thing at a time.

    ``ledger`` hears of every request and every skipped address; once ``stop`` says so, nothing more is asked.
    ``clock`` and ``sleep`` are there for tests.
    """

    def __init__(
        self,
        policy: Policy | None = None,
        *,
        ledger: Callable[[Entry], None] = lambda _entry: None,
        stop: Callable[[], bool] | None = None,
        resolve: Resolve = resolve,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        hour: Callable[[], int] = lambda: datetime.now().hour,  # noqa: DTZ005  # hours are of the analyst's clock
    ) -> None:
        self.policy = policy or Policy()
        self.guard = Guard(self.policy.allow_hosts, resolve)
        self._ledger, self._stop = ledger, stop
        self._clock, self._sleep, self._hour = clock, sleep, hour
        self._hosts: dict[str, _Host] = {}
        self._lock = threading.Lock()
        self._session: requests.Session | None = None
        self.requests = 0
        self.bytes = 0

    # Asking ----------------------------------------------------------------------------------------------------------

    def get(
        self,
        url: str,
        *,
        validator: Validator | None = None,
        headers: Mapping[str, str] | None = None,
        secret: bool = False,
        kinds: tuple[str, ...] = PAGES + PAGES_MORE,
        robots: bool = True,
        errors: bool = False,
    ) -> Page:
        """The page of an address after redirects. Raises a child of NotFetched.

        ``secret`` keeps the query out of the ledger, for API calls whose address carries a key. ``robots=False`` is
        for official APIs, whose terms take the place of robots.txt; ``errors`` gives their 4xx answers as pages, since
        the reason stands inside.
        """
        asked, seen = url, set[str]()
        for _ in range(self.policy.max_redirects + 1):
            self.check(asked, secret=secret)
            seen.add(asked)
            page, target = self._ask(asked, validator, dict(headers or {}), secret, kinds, robots, errors=errors)
            if target is None:
                return page
            # A redirect may lead anywhere: what holds for an address holds for its target.
            asked = urljoin(asked, target)
            if asked in seen:
                break
            validator = None
        raise self._refuse(
            Unreadable(
                f"{_shown(url, secret)}: redirected in a circle. Open it in a browser and give its last address."
            ),
            url,
            secret,
        )

    def post(self, url: str, data: Mapping[str, Any], *, secret: bool = True) -> Page:
        """The answer of an API to a form; never in the ledger with its fields."""
        self.check(url, secret=secret)
        return self._ask(url, None, {}, secret, PAGES, False, data)[0]

    def check(self, url: str, *, secret: bool = False) -> None:
        """Raise Refused, with a ledger line, for an address that may not be asked at all."""
        try:
            self.guard.check(url)
        except NotFetched as error:
            raise self._refuse(error, url, secret) from None

    def skip(self, url: str, outcome: str, note: str) -> None:
        """Write down an address that a collector decided not to ask."""
        self._write(url, outcome, note=note)

    def pause(self, url: str, seconds: float) -> None:
        """Leave the host of an address in peace for a while, as its API asked in an answer."""
        host = self._host(url)
        with host.lock:
            host.ready = max(host.ready, self._clock() + seconds)

    def robots(self, url: str) -> Robots:
        """What the host of an address allows; asked once."""
        host = self._host(url)
        with host.lock:
            if host.robots is None:
                host.robots = self._read_robots(url, host)
            return host.robots

    # One request -----------------------------------------------------------------------------------------------------

    def _ask(
        self,
        url: str,
        validator: Validator | None,
        headers: dict[str, str],
        secret: bool,
        kinds: tuple[str, ...],
        robots: bool,
        form: Mapping[str, Any] | None = None,
        *,
        errors: bool = False,
    ) -> tuple[Page, str | None]:
        """The page, and where it redirects to."""
        host = self._host(url)
        word = ""
        with host.lock:
            self._open(url, secret)
            if host.failures >= STORM:
                down = f"{urlsplit(url).netloc}: {host.failures} failures in a row. Left in peace; run again later."
                raise self._refuse(Closed(down), url, secret)
            if robots and self.policy.robots:
                rules = self.robots(url)
                word = rules.word
                if not rules.allows(url, AGENT):
                    raise self._refuse(self._forbidden(url, rules), url, secret, "disallowed")
            if validator:
                headers |= _conditions(validator)
            return self._patiently(url, host, headers, secret, kinds, word or "ignored", form, errors=errors)

    def _forbidden(self, url: str, rules: Robots) -> Disallowed:
        if rules.word == "unreachable":
            return Disallowed(f"{url}: robots.txt can't be read, so nothing is asked. Try again later.")
        return Disallowed(f"{url}: robots.txt forbids it. Ask the owner, or leave the source out.")

    def _patiently(
        self,
        url: str,
        host: _Host,
        headers: dict[str, str],
        secret: bool,
        kinds: tuple[str, ...],
        word: str,
        form: Mapping[str, Any] | None,
        *,
        errors: bool,
    ) -> tuple[Page, str | None]:
        from urllib3.exceptions import MaxRetryError
        from urllib3.util.retry import Retry

        retry = Retry(total=self.policy.retries, backoff_factor=1.0, backoff_jitter=1.0, backoff_max=120)
        while True:
            self._wait(host)
            asked: float | None = None
            try:
                page, target, response = self._once(url, headers, secret, kinds, word, form)
            except Unreachable as error:
                failure: NotFetched = error
            else:
                if page.status not in RETRIED:
                    host.failures = 0
                    return (page, target) if errors else self._judged(page, target, secret)
                failure, asked = self._status_failure(page, secret), retry.get_retry_after(response.raw)
            host.failures += 1
            try:
                retry = retry.increment("GET", url, error=_Transient())
            except MaxRetryError:
                raise failure from None
            # urllib3 waits from the second failure on; a server in trouble deserves a pause after the first.
            wait = max(asked or 0.0, retry.get_backoff_time() or 1.0)
            if wait > self.policy.patience:
                shown = _shown(url, secret)
                raise Busy(f"{shown}: the server asks to wait {wait:.0f} s. Try later, or raise fetch.patience.")
            host.ready = max(host.ready, self._clock() + wait)

    def _once(
        self,
        url: str,
        headers: dict[str, str],
        secret: bool,
        kinds: tuple[str, ...],
        word: str,
        form: Mapping[str, Any] | None = None,
    ) -> tuple[Page, str | None, requests.Response]:
        """One request and its ledger line, whatever becomes of it."""
        import requests
        from urllib3.exceptions import HTTPError

        began = self._clock()
        self.requests += 1
        try:
            response = self._open_session().request(
                "GET" if form is None else "POST",
                url,
                headers=headers,
                data=form,
                timeout=(min(10.0, self.policy.timeout), self.policy.timeout),
                stream=True,
                allow_redirects=False,
            )
            with response:
                target = response.headers.get("Location") if response.status_code in REDIRECTS else None
                data = b"" if target or response.status_code == 304 else self._body(url, response, kinds, began, secret)
        except (requests.RequestException, HTTPError, OSError) as error:
            failure = _explained(_shown(url, secret), error, self.policy.timeout)
            self._write(
                url, failure.outcome, seconds=self._clock() - began, robots=word, note=str(failure), secret=secret
            )
            raise failure from error
        except NotFetched as error:
            self._write(url, error.outcome, seconds=self._clock() - began, robots=word, note=str(error), secret=secret)
            raise
        self.bytes += len(data)
        self._write(
            url,
            _outcome(response.status_code, target),
            status=response.status_code,
            size=len(data),
            seconds=self._clock() - began,
            robots=word,
            note=f"to {target[:200]}" if target else "",
            secret=secret,
        )
        return _page(response, url, data), target, response

    def _body(self, url: str, response: requests.Response, kinds: tuple[str, ...], began: float, secret: bool) -> bytes:
        """The unpacked body within the limits; a bomb is dropped while it unpacks, a slow drip by the clock."""
        kind = response.headers.get("Content-Type", "").lower()
        if response.ok and kind and not kind.startswith(kinds):
            raise Unreadable(
                f"{_shown(url, secret)}: {kind.partition(';')[0][:60]} is no page. Give the address of a page."
            )
        limit = self.policy.max_bytes
        declared = response.headers.get("Content-Length", "")
        parts: list[bytes] = []
        size = int(declared) if declared.isdecimal() and "Content-Encoding" not in response.headers else 0
        # Enough for a page over a slow line, too little for a server that lets us hang.
        deadline = began + 4 * self.policy.timeout
        stream = response.raw.stream(_CHUNK, decode_content=True) if size <= limit else iter(())
        for chunk in stream:
            parts.append(chunk)
            size = sum(map(len, parts))
            if size > limit:
                break
            if self._clock() > deadline:
                raise Unreachable(f"{_shown(url, secret)}: not done after {deadline - began:.0f} s. Try again later.")
        if size > limit:
            raise Unreadable(
                f"{_shown(url, secret)}: larger than {limit // 2**20} MB. Raise fetch.max_bytes if the page is meant."
            )
        return b"".join(parts)

    def _judged(self, page: Page, target: str | None, secret: bool) -> tuple[Page, str | None]:
        if page.status < 400:
            return page, target
        raise self._status_failure(page, secret)

    def _status_failure(self, page: Page, secret: bool) -> NotFetched:
        shown = _shown(page.url, secret)
        if page.status in (404, 410):
            return Gone(f"{shown}: {page.status}, there is no such page any more. Look whether the source has moved.")
        if page.status == 451:
            return Gone(f"{shown}: 451, closed for legal reasons. Leave the source out.")
        if page.status in (401, 403, 407):
            return LoginNeeded(f"{shown}: {page.status}, closed to guests or to robots. Ask the owner for access.")
        if page.status == 429:
            return Busy(f"{shown}: 429, too many requests. Raise the delay, or try again later.")
        return Unreachable(f"{shown}: the server answers {page.status}. Try again later.")

    # Manners ---------------------------------------------------------------------------------------------------------

    def _open(self, url: str, secret: bool) -> None:
        """Raise Closed when nothing more may be asked in this run."""
        policy = self.policy
        self._heed()
        if policy.pages and self.requests >= policy.pages:
            raise self._refuse(
                Closed(f"the budget of {policy.pages} requests is spent. Run again to go on."), url, secret
            )
        if policy.total_bytes and self.bytes >= policy.total_bytes:
            spent = f"the budget of {policy.total_bytes // 2**20} MB is spent. Run again to go on."
            raise self._refuse(Closed(spent), url, secret)
        if policy.hours and not within(self._hour(), policy.hours):
            hours = f"only asked from {policy.hours[0]} to {policy.hours[1]} o'clock. Run again then."
            raise self._refuse(Closed(hours), url, secret)

    def _wait(self, host: _Host) -> None:
        """Until the host may be asked again, or until a stop is asked for, which is heard within a second."""
        while (left := host.ready - self._clock()) > _INSTANT:
            self._heed()
            self._sleep(min(left, _NAP) if self._stop else left)
        now = max(self._clock(), host.ready)
        asked = host.robots.delay(AGENT) if host.robots and self.policy.robots else 0.0
        host.ready = now + max(self.policy.delay, asked)

    def _heed(self) -> None:
        if self._stop is not None and self._stop():
            raise Closed("stopped as asked. Run again to go on.")

    def _host(self, url: str) -> _Host:
        name = urlsplit(url).netloc.lower()
        with self._lock:
            return self._hosts.setdefault(name, _Host())

    def _read_robots(self, url: str, host: _Host) -> Robots:
        parts = urlsplit(url)
        address = f"{parts.scheme}://{parts.netloc}/robots.txt"
        for _ in range(self.policy.max_redirects + 1):
            try:
                self.guard.check(address)
                self._wait(host)
                page, target, _ = self._once(address, {}, False, ("",), "robots.txt")
            except Closed:
                raise
            except NotFetched:
                return Robots("unreachable")
            if target:
                address = urljoin(address, target)
            elif page.status >= 500 or page.status == 429:
                return Robots("unreachable")
            elif page.status >= 400:
                return Robots("none")
            else:
                return robots_txt.parse(page.data)
        return Robots("none")

    # Plumbing --------------------------------------------------------------------------------------------------------

    def _open_session(self) -> requests.Session:
        with self._lock:
            if self._session is None:
                self._session = guarded_session(self.guard, self.policy)
            return self._session

    def _refuse(self, error: NotFetched, url: str, secret: bool, robots: str = "") -> NotFetched:
        self._write(url, error.outcome, robots=robots, note=str(error), secret=secret)
        return error

    def _write(
        self,
        url: str,
        outcome: str,
        *,
        status: int | None = None,
        size: int = 0,
        seconds: float = 0.0,
        robots: str = "",
        note: str = "",
        secret: bool = False,
    ) -> None:
        at = datetime.now(UTC).isoformat(timespec="seconds")
        shown = _shown(url, secret)
        self._ledger(Entry(at, shown, outcome, status, size, round(seconds, 3), robots, self.policy.basis, note))

    def close(self) -> None:
        if self._session is not None:
            self._session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def within(hour: int, hours: tuple[int, int]) -> bool:
    """Whether an hour lies in a span that may run over midnight; one that ends where it starts is the whole day.

    >>> within(23, (22, 6)), within(12, (22, 6)), within(9, (8, 18)), within(9, (0, 0))
    (True, False, True, True)
    """
    start, end = hours
    return start <= hour < end if start < end else hour >= start or hour < end


def polite(policy: Policy, **changes: Any) -> Policy:
    """The policy with what a source asks for; empty wishes change nothing."""
    return dataclasses.replace(policy, **{name: value for name, value in changes.items() if value is not None})


class _Transient(Exception):
    """A failure that may pass."""


def _conditions(validator: Validator) -> dict[str, str]:
    wanted = {"If-None-Match": validator.etag, "If-Modified-Since": validator.modified}
    return {name: value for name, value in wanted.items() if value}


def _outcome(status: int, target: str | None) -> str:
    if status == 304:
        return "unchanged"
    if target:
        return "redirect"
    return "fetched" if status < 400 else f"status {status}"


_CHARSET = re.compile(r"charset=[\"']?([\w.:-]+)", re.IGNORECASE)


def _page(response: requests.Response, url: str, data: bytes) -> Page:
    kind = response.headers.get("Content-Type", "")
    declared = _CHARSET.search(kind)
    etag, modified = response.headers.get("ETag"), response.headers.get("Last-Modified")
    return Page(
        url=url,
        status=response.status_code,
        data=data,
        kind=kind.partition(";")[0].strip().lower(),
        declared=declared[1] if declared else None,
        validator=Validator(etag, modified) if etag or modified else None,
        unchanged=response.status_code == 304,
        headers=response.headers,
        cookies=tuple(response.cookies.keys()),
    )


def _explained(shown: str, error: Exception, timeout: float) -> NotFetched:
    """What a failed connection means to the analyst."""
    import requests
    from urllib3.exceptions import DecodeError

    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, Refused):
            return Refused(f"{shown}: {cause}")
        reason = getattr(cause, "reason", None)
        inner = next((a for a in cause.args if isinstance(a, BaseException)), None)
        cause = cause.__cause__ or (reason if isinstance(reason, BaseException) else None) or inner
    text = str(error)
    if isinstance(error, requests.exceptions.SSLError):
        why = "its certificate is out of date" if "expired" in text else "its certificate isn't trusted"
        return Unreachable(f"{shown}: {why}. Tell the owner; pages aren't read over a line that anybody may tap.")
    if isinstance(error, (requests.exceptions.ContentDecodingError, DecodeError)):
        return Unreadable(f"{shown}: its packing is broken. Try again later.")
    if isinstance(error, requests.exceptions.Timeout) or "timed out" in text.lower():
        return Unreachable(f"{shown}: no answer within {timeout:.0f} s. Try again later.")
    if "NameResolution" in text or "resolve" in text:
        return Unreachable(f"{shown}: no such host. Check the spelling of the address.")
    return Unreachable(f"{shown}: the connection failed ({type(error).__name__}). Try again later.")


def _shown(url: str, secret: bool) -> str:
    return url.partition("?")[0] if secret else url


def guarded_session(guard: Guard, policy: Policy) -> requests.Session:
    """A session whose every connection goes to an address that the guard has checked."""
    import requests
    from requests.adapters import HTTPAdapter
    from urllib3.connection import HTTPConnection, HTTPSConnection
    from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

    class Plain(HTTPConnection):
        def _new_conn(self) -> Any:
            return connect(guard, self)

    class Secure(HTTPSConnection):
        def _new_conn(self) -> Any:
            return connect(guard, self)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    class Adapter(HTTPAdapter):
        def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
            super().init_poolmanager(*args, **kwargs)
            self.poolmanager.pool_classes_by_scheme = {"http": PlainPool, "https": SecurePool}

    session = requests.Session()
    # A proxy of the environment would connect for us and past the guard.
    session.trust_env = False
    session.headers.update(
        {
            "User-Agent": policy.agent,
            "Accept": "text/html,application/xhtml+xml,application/json;q=0.9,application/xml;q=0.9,*/*;q=0.1",
            "Accept-Language": "ru,en;q=0.5",
        }
    )
    session.mount("http://", Adapter(pool_connections=64, pool_maxsize=4))
    session.mount("https://", Adapter(pool_connections=64, pool_maxsize=4))
    return session
