"""Crawls of a source into the store: its collector reads, its manners hold, what a page gave is safe with the page."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from miner.collectors import Context, configure
from miner.components import load
from miner.errors import BadInput, MinerError, SourceGone
from miner.settings import Settings

if TYPE_CHECKING:
    from miner.collectors import Collector, Options
    from miner.store import Run, Source, Store

Stop = Callable[[], bool]
Follow = Callable[[str, Iterable[Any], int | None], Iterator[Any]]
# How long a crawl of the command line is believed to be alive without a sign of it, in seconds.
LEASE = 120.0
# So many crawls in a row may fail before their source is paused.
PAUSE_AFTER = 5
# How often it is looked up whether the source was removed, in seconds.
_LOOK = 1.0


@dataclass(frozen=True, slots=True)
class CrawlOutcome:
    """What a crawl brought. ``failed`` addresses gave nothing; ``unfinished`` says why it stopped before its end.

    ``new``, ``changed``, ``same`` and ``vanished`` count posts; ``notes`` are what the analyst should know.
    """

    source: str
    pages: int = 0
    new: int = 0
    changed: int = 0
    same: int = 0
    vanished: int = 0
    failed: int = 0
    due: int = 0
    unfinished: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """The figures, for a run's row."""
        names = ("pages", "new", "changed", "same", "vanished", "failed", "due")
        return {name: getattr(self, name) for name in names}


def _all(_stage: str, things: Iterable[Any], _total: int | None) -> Iterator[Any]:
    yield from things


def crawl(
    store: Store,
    source_name: str,
    settings: Settings,
    *,
    stop: Stop | None = None,
    follow: Follow | None = None,
    run: int | None = None,
    say: Callable[[str], None] | None = None,
) -> CrawlOutcome:
    """Crawl one source: what is new comes into the store, page by page; what was cut off goes on where it was.

    ``stop`` ends it after the page that is being read, ``follow`` watches the posts, ``run`` marks the ledger's lines.
    One crawl of a source at a time: hold its run (``store.runs``), or call ``crawl_now``. Raises BadInput for an
    unknown source or options that no longer fit, SourceGone when the source was closed or removed meanwhile, another
    MinerError when it gave nothing at all.
    """
    source = store.sources.get(source_name)
    kind, options = set_up(source)
    notes: dict[str, None] = {}
    vanished = 0

    def heard(text: str) -> None:
        if text not in notes and say is not None:
            say(text)
        notes[text] = None

    watch = _Watch(store, source.name, stop)
    with store.crawls.of(source.name, run) as crawled:

        def shown(place: str, thread: str, ids: Sequence[str], whole: bool) -> None:
            nonlocal vanished
            vanished += store.posts.vanish(missing(store.posts.of_thread(place, thread), ids, whole=whole))

        fetcher = kind.asking(options, settings.fetch, ledger=crawled.note, stop=watch)
        lent = Context(
            hide=store.keys.key, say=heard, known=store.posts.known, shown=shown, fetcher=fetcher, frontier=crawled
        )
        with fetcher or contextlib.nullcontext():
            collector = kind(source.targets, options, lent)
            for post in (follow or _all)(f"crawl {source.name}", collector.collect(), None):
                crawled.keep(post)
                if fetcher is None and watch():
                    collector.unfinished = "stopped as asked. Run again to begin anew."
                    break
    if watch.removed:
        store.crawls.clear(source.name)
        raise SourceGone(f"source {source.name!r} was removed while it was crawled. What was read is kept.")
    return CrawlOutcome(
        source=source.name,
        pages=crawled.pages,
        new=crawled.added.new,
        changed=crawled.added.changed,
        same=crawled.added.same + crawled.added.updated,
        vanished=vanished,
        failed=crawled.failures,
        due=store.crawls.counts(source.name)["due"],
        unfinished=collector.unfinished,
        notes=tuple(notes),
    )


class _Watch:
    """Whether a crawl should end: somebody wishes it, or its source was removed (looked up once a second)."""

    def __init__(self, store: Store, name: str, stop: Stop | None) -> None:
        self._store, self._name, self._stop = store, name, stop
        self._looked = time.monotonic()
        self.removed = False

    def __call__(self) -> bool:
        if time.monotonic() - self._looked >= _LOOK:
            self.removed = all(source.name != self._name for source in self._store.sources.list())
            self._looked = time.monotonic()
        return self.removed or (self._stop is not None and self._stop())


def set_up(source: Source) -> tuple[type[Collector], Options]:
    """The collector of a source and its options, group and legal basis among them. Raises BadInput that names it."""
    kind: type[Collector] = load("collectors", source.collector)
    own = {name: value for name, value in (("group", source.group), ("basis", source.basis)) if value}
    if "basis" in own and "basis" not in kind.Options.model_fields:
        del own["basis"]
    try:
        return kind, configure(kind.Options, dict(source.options) | own)
    except BadInput as error:
        raise BadInput(f"source {source.name}: {error}") from None


def missing(known: Sequence[str], shown: Sequence[str], *, whole: bool) -> list[str]:
    """The posts of a thread that it no longer shows, when ``shown`` is the whole of it, or all from a known one on.

    >>> missing(["1", "2", "3", "4"], ["2", "4", "5"], whole=False)
    ['3']
    >>> missing(["1", "2", "3", "4"], ["2", "4", "5"], whole=True)
    ['1', '3']
    """
    there = set(shown)
    first = 0 if whole else next((place for place, name in enumerate(known) if name in there), len(known))
    return [name for name in known[first:] if name not in there]


# From the command line -----------------------------------------------------------------------------------------------


def crawl_now(store: Store, source_name: str, settings: Settings, **given: Any) -> CrawlOutcome:
    """``crawl`` as a run of its own in the store. Raises BadInput while another crawls the source."""
    store.sources.get(source_name)
    run = _started(store, source_name)
    with _beating(store, run) as lost:
        stop = given.pop("stop", None)
        try:
            outcome = crawl(store, source_name, settings, stop=_either(stop, lost), run=run.id, **given)
        except MinerError as error:
            store.runs.fail(run, str(error))
            if not isinstance(error, BadInput):
                with contextlib.suppress(BadInput):
                    store.sources.failed(source_name, str(error), pause_after=PAUSE_AFTER)
            raise
        except BaseException:
            store.runs.fail(run, "interrupted")
            raise
        store.runs.finish(run, outcome.counts)
        store.sources.succeeded(source_name)
    return outcome


def _started(store: Store, name: str) -> Run:
    me = f"{socket.gethostname()}:{os.getpid()}"
    try:
        return store.runs.start("crawl", name, me, seconds=LEASE)
    except BadInput:
        # Whoever was killed on this very machine needn't be waited for.
        [last] = store.runs.recent("crawl", name, 1)
        if not _dead(last.worker):
            raise
    store.runs.cancel("crawl", name)
    return store.runs.start("crawl", name, me, seconds=LEASE)


def _dead(worker: str | None) -> bool:
    """Whether a worker ``host:pid`` was a process of this machine and is no more."""
    host, _, number = (worker or "").rpartition(":")
    if host != socket.gethostname() or not number.isdecimal():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except OSError:
        pass
    return False


@contextlib.contextmanager
def _beating(store: Store, run: Run) -> Iterator[threading.Event]:
    """Signs of life while the work goes on; the event is set when the run was taken away."""
    over, lost = threading.Event(), threading.Event()

    def beat() -> None:
        while not over.wait(LEASE / 4):
            with contextlib.suppress(MinerError):  # a database that is away comes back, or the crawl itself fails
                if not store.runs.heartbeat(run, seconds=LEASE):
                    lost.set()

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield lost
    finally:
        over.set()
        thread.join()


def _either(stop: Stop | None, lost: threading.Event) -> Stop:
    return lambda: lost.is_set() or (stop is not None and stop())
