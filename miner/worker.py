"""The worker: takes runs from the database, does them, and shows all the while that it lives.

A worker is a process with a few threads: one for what needs the processor (annotating, topics, candidates, upkeep),
some for crawls, which mostly wait, one for the scheduler, one that listens to the bell. Any number of workers on any
number of machines share the work. What a dead one had in hand goes to another; what it finished is finished.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import structlog

from miner.errors import BadInput, MinerError, NotWritable, SourceGone
from miner.service.bell import Bell
from miner.service.scheduler import Scheduler

if TYPE_CHECKING:
    from miner.settings import Settings
    from miner.store import Run, Source, Store

_log = structlog.get_logger(__name__)
BATCH = 300
RETRIES = 3
AGAIN = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Seconds: ``lease`` holds a run, ``beat`` is between two signs of life, ``look`` between two looks unasked.

    ``tend`` is between two looks after a database that doesn't tend itself.
    """

    lease: float = 60.0
    beat: float = 2.0
    look: float = 15.0
    retry: float = 60.0
    tend: float = 30.0


class Stopped(Exception):
    """The worker was asked to stop, or the run was taken from it."""


@dataclass(slots=True)
class Hold:
    """A run in hand: how far it is, and whether to go on."""

    run: Run
    stop: threading.Event
    lost: threading.Event = field(default_factory=threading.Event)
    counts: dict[str, Any] = field(default_factory=dict)

    def over(self) -> bool:
        return self.stop.is_set() or self.lost.is_set()

    def follow(self, stage: str, things: Iterable[Any], total: int | None = None) -> Iterator[Any]:
        """Yield the things and count them where everybody can see. Raises Stopped when it is time to stop."""
        self.counts |= {"stage": stage, "done": 0, "total": total}
        for thing in things:
            if self.over():
                raise Stopped
            yield thing
            self.counts["done"] += 1


class Watch:
    """Which runs in hand give no sign of life, by a clock that nobody can turn.

    A worker whose machine's clock jumps, or differs from ours, is not taken for dead: only heartbeats that stay the
    same while our own seconds pass are believed. One that was a process of this machine and is no more is dead at once.
    """

    def __init__(self, rhythm: Rhythm, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._rhythm = rhythm
        self._monotonic = monotonic
        self._seen: dict[tuple[int, int, datetime | None], float] = {}

    def silent(self, runs: Iterable[Run], now: datetime) -> set[int]:
        """The ids of runs that another worker may take."""
        from miner.store.runs import is_gone

        found: set[int] = set()
        seen: dict[tuple[int, int, datetime | None], float] = {}
        for run in runs:
            sign = (run.id, run.attempts, run.heartbeat_at)
            since = seen[sign] = self._seen.get(sign, self._monotonic())
            expired = run.leased_until is None or run.leased_until < now
            patience = 3 * self._rhythm.beat if expired else 1.5 * self._rhythm.lease
            if is_gone(run.worker) or self._monotonic() - since >= patience:
                found.add(run.id)
        self._seen = seen
        return found


class Worker:
    """Does what is due until ``stop`` is set."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        *,
        stop: threading.Event | None = None,
        rhythm: Rhythm | None = None,
        bell: Bell | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        from miner import pipeline
        from miner.store.runs import worker_name

        self.store = store
        self.settings = settings
        self.stop = stop or threading.Event()
        self.rhythm = rhythm or Rhythm()
        self.bell = bell or Bell(store.workspace)
        self.name = worker_name()
        self.version = pipeline.version(settings)
        self.scheduler = Scheduler(store, settings, clock)
        self.clock = clock
        self._watch = Watch(self.rhythm)
        self._news = threading.Condition()
        self._watching = threading.Lock()
        self._tended_until = time.monotonic() + self.rhythm.tend

    # -- threads --

    def run(self) -> None:
        """Work until ``stop`` is set; what is in hand then is given back, undone, to whoever lives."""
        _log.info("worker started", worker=self.name, crawlers=self.settings.service.crawlers)
        threads = [threading.Thread(target=self._listen, daemon=True), threading.Thread(target=self._plan, daemon=True)]
        crawls = (CRAWLS,) * self.settings.service.crawlers
        threads += [threading.Thread(target=self._work, args=(kinds,), daemon=True) for kinds in crawls]
        for thread in threads:
            thread.start()
        self._work(tuple(kind for kind in HANDLERS if kind not in CRAWLS))
        with self._news:
            self._news.notify_all()
        for thread in threads:
            thread.join(timeout=30)
        _log.info("worker stopped", worker=self.name)

    def _work(self, kinds: tuple[str, ...]) -> None:
        while not self.stop.is_set():
            with self._patiently():
                if self.step(kinds):
                    continue
            with self._news:
                self._news.wait(self.rhythm.look)

    def _listen(self) -> None:
        while not self.stop.is_set():
            if self.bell.wait(self.rhythm.look, self.stop):
                self.wake()

    def _plan(self) -> None:
        while not self.stop.is_set():
            with self._patiently():
                self.plan()
            self.stop.wait(self.rhythm.look)

    @contextlib.contextmanager
    def _patiently(self) -> Iterator[None]:
        """A database that is away comes back; a mistake of ours doesn't stop the other work."""
        try:
            yield
        except MinerError as error:
            _log.warning("waiting", error=type(error).__name__, why=str(error))
            self.stop.wait(self.rhythm.look)
        except Exception:  # noqa: BLE001  # the log tells it, the other work goes on
            _log.exception("unexpected")
            self.stop.wait(self.rhythm.look)

    def wake(self) -> None:
        with self._news:
            self._news.notify_all()

    # -- work --

    def plan(self) -> None:
        """Turn what has fallen due into runs: crawls, upkeep, annotation of whatever came in, refreshes after it."""
        self._tend()
        due = self.scheduler.tick()
        if self.store.documents.waits(self.version):
            self.store.runs.request("annotate", "")
        elif self.store.documents.fresh_groups():
            self.ask_refresh()
        elif not due:
            return
        self.wake()

    def _tend(self) -> None:
        if time.monotonic() < self._tended_until:
            return
        self._tended_until = time.monotonic() + self.rhythm.tend
        if tables := self.store.tend():
            _log.info("tables tended", tables=len(tables))

    def ask_refresh(self) -> None:
        """What is annotated is wanted in topics and candidates; where there are no topics yet, they are found first.

        What comes while a run is under way keeps its mark, and is asked for when that one has ended. One that failed
        waits for its next try, one that failed for good for an hour.
        """
        kind = "refit" if self.store.topics.state() is None else "refresh"
        if any(run.kind in ALONE for run in self.store.runs.leased()):
            return
        for last in self.store.runs.recent(kind, "", 1):
            ended = last.finished_at or last.due_at
            if last.error and (last.status == "due" or (last.status == "failed" and self.clock() - ended < AGAIN)):
                return
        self.store.runs.request(kind, "", sooner=True)
        self.bell.ring()

    def step(self, kinds: tuple[str, ...] | None = None) -> bool:
        """Do one run, or help with one that others are at; False when there is nothing to do."""
        kinds = kinds or tuple(HANDLERS)
        run = self.store.runs.lease(
            self.name,
            kinds=kinds,
            seconds=self.rhythm.lease,
            orphans=self._silent(),
            avoid=self._busy_places() if "crawl" in kinds else (),
            alone=ALONE if "refresh" in kinds else (),
        )
        if run is not None:
            self.perform(run)
            return True
        return "annotate" in kinds and any(run.kind == "annotate" for run in self.store.runs.leased()) and self._help()

    def perform(self, run: Run) -> None:
        """Do a run that is ours, and write down what came of it."""
        log = _log.bind(run=run.id, kind=run.kind, subject=run.subject)
        log.info("run begins", attempt=run.attempts)
        hold = Hold(run, self.stop)
        begun = time.monotonic()
        try:
            with self._beating(hold):
                counts = HANDLERS[run.kind](self, hold)
        except Stopped:
            if not hold.lost.is_set():
                self._surely(lambda: self.store.runs.release(run))
            log.info("run given back", lost=hold.lost.is_set())
            return
        except MinerError as error:
            self._failed(hold, error, log)
            return
        except Exception as error:
            log.exception("run broke")
            self._failed(hold, MinerError(f"internal error: {type(error).__name__}"), log)
            return
        seconds = time.monotonic() - begun
        if self._surely(lambda: self.store.runs.finish(run, counts)):
            self.tally({("runs_done", run.kind): 1})
            log.info("run done", seconds=round(seconds, 1), **counts)
            self.bell.ring()
        self.wake()

    def _failed(self, hold: Hold, error: MinerError, log: Any) -> None:
        from miner.store import StoreUnavailable

        run = hold.run
        log.warning("run failed", error=type(error).__name__, why=str(error))
        if isinstance(error, (StoreUnavailable, NotWritable)):
            # Nobody's fault but the disk's or the database's: it is due again as soon as that can be written.
            self._surely(lambda: self.store.runs.release(run))
            self.stop.wait(self.rhythm.look)
            return
        self.tally({("runs_failed", run.kind): 1} | ({("crawl_errors", run.subject): 1} if run.kind == "crawl" else {}))
        if run.kind == "crawl":
            self._surely(lambda: self.store.runs.fail(run, str(error)))
            self._blame(run.subject, error)
            return
        again = run.attempts < RETRIES and not isinstance(error, BadInput)
        later = self.clock() + timedelta(seconds=self.rhythm.retry * 2**run.attempts)
        self._surely(lambda: self.store.runs.fail(run, str(error), retry_at=later if again else None))

    def _blame(self, name: str, error: MinerError) -> None:
        """Count a failure against a source; one that was closed or set up wrongly is paused at once."""
        with contextlib.suppress(BadInput):  # it may have been removed meanwhile
            lasting = isinstance(error, (SourceGone, BadInput))
            after = 1 if lasting else self.settings.service.pause_after
            source = self.store.sources.failed(name, str(error), pause_after=after)
            if source.paused_at is not None:
                _log.warning("source paused", source=name, failures=source.failures)

    def _surely(self, write: Callable[[], bool]) -> bool:
        """Write when the database can be written again, however long that takes; False when it came too late."""
        from miner.store import StoreUnavailable

        wait = 0.1
        while True:
            try:
                return write()
            except (StoreUnavailable, NotWritable):
                if self.stop.wait(wait):
                    return False  # the lease runs out, and somebody takes it
                wait = min(2 * wait, self.rhythm.look)

    @contextlib.contextmanager
    def _beating(self, hold: Hold) -> Iterator[None]:
        """Signs of life while the block runs; ``hold.lost`` is set when the run is no longer ours."""
        ended = threading.Event()

        def beat() -> None:
            heard = time.monotonic()
            while not ended.wait(self.rhythm.beat):
                try:
                    counts = dict(hold.counts)
                    if not self.store.runs.heartbeat(hold.run, seconds=self.rhythm.lease, counts=counts):
                        hold.lost.set()
                        return
                    heard = time.monotonic()
                except MinerError:
                    if time.monotonic() - heard > self.rhythm.lease:
                        hold.lost.set()  # by now others may have taken it
                        return

        thread = threading.Thread(target=beat, daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def _silent(self) -> set[int]:
        with self._watching:
            return self._watch.silent(self.store.runs.leased(), self.clock())

    def _busy_places(self) -> list[str]:
        """Sources on hosts that are being crawled for another source: a host is asked one thing at a time."""
        taken = {run.subject for run in self.store.runs.leased() if run.kind == "crawl"}
        if not taken:
            return []
        hosts = {source.name: _hosts(source) for source in self.store.sources.list()}
        busy = set[str]().union(*(hosts.get(name, set()) for name in taken))
        return [name for name, own in hosts.items() if name not in taken and own & busy]

    def tally(self, amounts: Mapping[tuple[str, str], float]) -> None:
        with contextlib.suppress(MinerError):  # figures are not worth a failure
            self.store.tallies.add(amounts)

    @contextlib.contextmanager
    def timed(self, stage: str) -> Iterator[list[int]]:
        """Tally the seconds of the block, and the items that it puts into the list."""
        begun, items = time.monotonic(), list[int]()
        try:
            yield items
        finally:
            spent = time.monotonic() - begun
            self.tally({("stage_seconds", stage): spent, ("stage_items", stage): float(sum(items))})

    def _help(self) -> bool:
        """Annotate a batch of what another worker's run is about; False when there is none left."""
        return self.annotate_batch(lambda _stage, posts, _total: iter(posts)) > 0

    def annotate_batch(self, follow: Callable[..., Iterator[Any]]) -> int:
        """Annotate posts that nobody has in hand; returns how many there were."""
        from miner import pipeline

        documents = self.store.documents
        posts = documents.lease(self.version, self.name, limit=BATCH, seconds=3 * self.rhythm.lease)
        if not posts:
            return 0
        with self.timed("annotate") as items:
            try:
                made = list(follow("annotate", pipeline.annotate(posts, self.settings), len(posts)))
            except (MinerError, Stopped):
                documents.free([post.id for post in posts], self.version)
                raise
            except Exception:  # noqa: BLE001  # one of the posts breaks it; which one, comes out below
                _log.exception("annotation broke", posts=len(posts))
                self._one_by_one(posts)
                return len(posts)
            documents.save(made, self.version)
            items.append(len(posts))
        return len(posts)

    def _one_by_one(self, posts: Iterable[Any]) -> None:
        """One post that breaks the annotation keeps no other from its own."""
        from miner import pipeline

        for post in posts:
            try:
                self.store.documents.save(pipeline.annotate([post], self.settings), self.version)
            except MinerError:
                raise
            except Exception as error:  # noqa: BLE001  # whatever it is, it is the post's
                self.store.documents.fail([post.id], self.version, type(error).__name__)


def _hosts(source: Source) -> set[str]:
    return {host for target in source.targets if (host := urlsplit(target).hostname)}


# -- what a run of each kind does; returns its counts --


def crawl(worker: Worker, hold: Hold) -> dict[str, Any]:
    """What is new at a source comes into the store."""
    from miner import pipeline

    name = hold.run.subject
    with worker.timed("crawl") as items:
        outcome = pipeline.crawl(
            worker.store, name, worker.settings, stop=hold.over, follow=_watched(hold), run=hold.run.id
        )
        items.append(outcome.pages)
    if hold.over() and outcome.unfinished is not None:
        raise Stopped
    worker.store.sources.succeeded(name)
    worker.tally({("crawl_pages", name): outcome.pages, ("crawl_posts", name): outcome.new + outcome.changed})
    if outcome.new or outcome.changed:
        ask_annotation(worker)
    return dict(outcome.counts)


def _watched(hold: Hold) -> Callable[..., Iterator[Any]]:
    """Counts what a crawl reads without breaking it off: the collector stops by itself, at the end of a page."""

    def follow(stage: str, things: Iterable[Any], total: int | None = None) -> Iterator[Any]:
        hold.counts |= {"stage": stage, "done": 0, "total": total}
        for thing in things:
            yield thing
            hold.counts["done"] += 1

    return follow


def ask_annotation(worker: Worker) -> None:
    worker.store.runs.request("annotate", "", again=True)
    worker.bell.ring(2)
    worker.wake()


def annotate(worker: Worker, hold: Hold) -> dict[str, Any]:
    """Every post gets its annotation under the present version, by this worker and all that are idle; then the groups
    that were touched are refreshed."""
    from miner.store.runs import is_gone

    documents = worker.store.documents
    total, done = documents.count_pending(worker.version), 0

    def counted(_stage: str, things: Iterable[Any], _count: int) -> Iterator[Any]:
        nonlocal done
        for thing in things:
            if hold.over():
                raise Stopped
            yield thing
            done += 1
            hold.counts |= {"stage": "annotate", "done": done, "total": total}

    worker.bell.ring(8)
    while True:
        if worker.annotate_batch(counted):
            continue
        left = documents.count_pending(worker.version)
        total = max(total, done + left)  # more may have come in meanwhile
        if not left:
            break
        # Others have the rest in hand. What a dead one had is free again: at once on this machine, or after a while.
        if documents.reclaim(worker.version, is_gone):
            continue
        hold.counts |= {"stage": "annotate", "done": max(0, total - left), "total": total}
        if hold.over():
            raise Stopped
        time.sleep(min(1.0, worker.rhythm.beat))
    worker.ask_refresh()
    return {"posts": total}


def refresh(worker: Worker, hold: Hold) -> dict[str, Any]:
    """New statements join topics and candidates."""
    from miner import refreshing

    with worker.timed("refresh") as items:
        told = refreshing.refresh(worker.store, worker.settings, hold.follow, version=worker.version)
        items.append(told["posts"])
    if reason := refreshing.refit_reason(worker.store, worker.settings):
        _log.info("refit wanted", why=reason)
        worker.store.runs.request("refit", "", sooner=True)
    return _counts(told)


def refit(worker: Worker, hold: Hold) -> dict[str, Any]:
    """Topics are found anew, and every group's candidates."""
    from miner import refreshing

    with worker.timed("refit") as items:
        told = refreshing.refit(worker.store, worker.settings, hold.follow, version=worker.version)
        items.append(told["statements"])
    return _counts(told)


def _counts(told: Mapping[str, Any]) -> dict[str, int]:
    return {name: len(value) if isinstance(value, list) else value for name, value in told.items()}


def retention(worker: Worker, hold: Hold) -> dict[str, Any]:
    """What is older than the settings allow is dropped."""
    del hold
    kept, store = worker.settings.service, worker.store
    told = {}
    if kept.keep_posts_days:
        told["dropped_posts"] = store.posts.drop_raw(timedelta(days=kept.keep_posts_days))
    if kept.keep_ledger_days:
        told["ledger_lines"] = store.ledger.drop(worker.clock() - timedelta(days=kept.keep_ledger_days))
    told["runs"] = store.runs.drop(worker.clock() - timedelta(days=kept.keep_runs_days))
    return told


CRAWLS = ("crawl",)
# Both write topics and candidates.
ALONE = ("refresh", "refit")
HANDLERS: dict[str, Callable[[Worker, Hold], dict[str, Any]]] = {
    "crawl": crawl,
    "refresh": refresh,
    "annotate": annotate,
    "refit": refit,
    "retention": retention,
}


def main(workspace: Path, settings: Settings, *, parent: int | None = None) -> None:
    """A worker as a process of its own, until SIGTERM or SIGINT; with ``parent`` also until that process is gone."""
    import signal

    from miner.service import logs
    from miner.store import open_store

    logs.set_up()
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    if parent is not None:
        threading.Thread(target=_until_orphaned, args=(parent, stop), daemon=True).start()
    with open_store(workspace, os.environ.get("MINER_DATABASE_URL")) as store:
        Worker(store, settings, stop=stop).run()


def start(workspace: Path, parent: int) -> None:
    """The worker beside ``miner serve``: it lives no longer than its parent."""
    import sys

    from miner.settings import load_settings

    try:
        main(workspace, load_settings(workspace / "miner.toml"), parent=parent)
    except MinerError as error:
        _log.error("worker can't start", error=type(error).__name__, why=str(error))
        sys.exit(error.exit_status)


def _until_orphaned(parent: int, stop: threading.Event) -> None:
    while not stop.wait(1.0):
        if os.getppid() != parent:
            stop.set()
