"""What `miner doctor` looks at. Each check says what it found, and what to do when that is not good."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from miner.errors import MinerError
from miner.fetch import Closed
from miner.settings import Fetch, load_settings, resources, workspace_path

if TYPE_CHECKING:
    from miner.store import Source

ENOUGH_DISK = 1 << 30
# Files that hold what people wrote, or whose they are.
PRIVATE = ("miner.db", "miner.db-wal", "author.key", "queue.db")
# Work that has been due for so long is nobody's.
LATE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Finding:
    what: str
    good: bool
    said: str


def examine(workspace: Path | None = None, *, ask: bool = True) -> Iterator[Finding]:
    """Yield a finding per check, from the settings up to each source; without ``ask`` no site is asked."""
    home = workspace_path(workspace)
    checks: list[tuple[str, Callable[[Path], str]]] = [
        ("settings", _settings),
        ("resources", _resources),
        ("models", _models),
        ("workspace", _workspace),
        ("permissions", _permissions),
        ("disk", _disk),
        ("author key", _author_key),
        ("database", _database),
        ("queue", _queue),
        ("work", _work),
    ]
    for what, check in checks:
        try:
            said, good = check(home), True
        except MinerError as error:
            said, good = str(error), False
        yield Finding(what, good, said)
    if home.exists() or os.environ.get("MINER_DATABASE_URL"):
        with contextlib.suppress(MinerError):  # what is wrong with the database was said above
            yield from _sources(home, ask=ask)


def _settings(home: Path) -> str:
    load_settings(home / "miner.toml")
    from miner.profiles import load_groups

    return f"read, {len(load_groups(home / 'groups'))} client groups"


def _resources(home: Path) -> str:
    del home
    return str(resources())


def _models(home: Path) -> str:
    del home
    from miner.nlp import load

    nlp = load()
    if not list(nlp("Надоело ждать ответа.")):
        raise MinerError("the pipeline reads no words. Install miner again.")
    return ", ".join(nlp.pipe_names)


def _workspace(home: Path) -> str:
    place = next(folder for folder in (home, *home.absolute().parents) if folder.exists())
    if not place.is_dir() or not os.access(place, os.W_OK):
        raise MinerError(f"{home}: can't be written. Name another folder with --workspace or MINER_WORKSPACE.")
    return str(home) if home.exists() else f"{home} will be made on first use"


def _permissions(home: Path) -> str:
    """What people wrote, and the key of their names, is for the owner's eyes."""
    if not home.exists() or os.name != "posix":
        return "nothing to look at yet"
    open_to_all = [
        name for name in PRIVATE if (home / name).exists() and stat.S_IMODE((home / name).stat().st_mode) & 0o077
    ]
    if open_to_all:
        raise MinerError(f"{', '.join(open_to_all)}: others may read it. Run: chmod 600 {' '.join(open_to_all)}.")
    unwritable = [name for name in PRIVATE if (home / name).exists() and not os.access(home / name, os.W_OK)]
    if unwritable:
        raise MinerError(f"{', '.join(unwritable)}: can't be written by you. Run miner as the owner of {home}.")
    return "private files are private"


def _disk(home: Path) -> str:
    place = next(folder for folder in (home, *home.absolute().parents) if folder.exists())
    free = shutil.disk_usage(place).free
    database = home / "miner.db"
    # A backup, and an upgrade that copies a table, need as much room again.
    enough = max(ENOUGH_DISK, database.stat().st_size if database.exists() else 0)
    if free < enough:
        raise MinerError(f"{free >> 20} MB free at {place}. Free at least {enough >> 20} MB, or drop old posts.")
    return f"{free >> 30} GB free"


def _author_key(home: Path) -> str:
    from miner.store.keys import AuthorKeys

    if not home.exists():
        return "will be made on first use"
    AuthorKeys(home)
    return "in place, readable by its owner only"


def _database(home: Path) -> str:
    from miner.store import open_store
    from miner.store.tending import tends_itself

    if not home.exists() and not os.environ.get("MINER_DATABASE_URL"):
        return "will be made on first use"
    with open_store(home) as store:
        own = "" if tends_itself(store.database) else "; autovacuum is off, so the workers tend its tables: turn it on"
        return f"answers, {store.posts.count()} posts{own}"


def _queue(home: Path) -> str:
    from miner.service.bell import Bell

    if not home.exists() and not os.environ.get("MINER_QUEUE_URL"):
        return "a file of the workspace, made on first use"
    bell = Bell(home)
    return f"{bell.shown} answers, {bell.check()} messages"


def _work(home: Path) -> str:
    """Whether what is due is done: somebody has to be at work."""
    from miner.store import open_store

    if not home.exists() and not os.environ.get("MINER_DATABASE_URL"):
        return "none yet"
    with open_store(home) as store:
        now, runs = datetime.now(UTC), store.runs.open()
        waiting = [run for run in runs if run.status == "due" and run.due_at <= now]
        late = [run for run in waiting if now - run.due_at > LATE]
        living = [run for run in runs if run.status == "leased" and run.leased_until and run.leased_until > now]
        posts = store.documents.waiting()
    if (late or posts) and not living:
        since = f" since {min(run.due_at for run in late):%Y-%m-%d %H:%M} UTC" if late else ""
        raise MinerError(
            f"{len(late)} runs and {posts} posts wait{since}, and no worker is at it. Start one: miner worker, or "
            "miner serve; or do it now: miner refresh."
        )
    return f"{len(living)} runs under way, {len(waiting)} due, {posts} posts wait"


def _sources(home: Path, *, ask: bool) -> Iterator[Finding]:
    from miner.store import open_store

    with open_store(home) as store:
        sources = store.sources.list()
    settings = load_settings(home / "miner.toml")
    # One try each, and no patience: a doctor doesn't wait for a site that is down.
    fetch = settings.fetch.model_copy(update={"retries": 0, "timeout": 10.0, "patience": 0.0})
    with ThreadPoolExecutor(8) as pool:
        yield from pool.map(lambda source: _source(source, fetch, ask=ask), sources)


def _source(source: Source, fetch: Fetch, *, ask: bool) -> Finding:
    what = f"source {source.name}"
    if source.paused_at is not None:
        again = f"Put it right, then: miner sources resume {source.name}."
        return Finding(what, False, f"paused since {source.paused_at:%Y-%m-%d}: {source.pause_reason} {again}")
    try:
        return Finding(what, True, _reach(source, fetch, ask=ask))
    except Closed as error:
        return Finding(what, True, f"not asked now: {error}")
    except MinerError as error:
        return Finding(what, False, str(error))


def _reach(source: Source, fetch: Fetch, *, ask: bool) -> str:
    """How the source answers; its schedule and options are read on the way."""
    from miner.crawling import set_up
    from miner.service.schedule import parse

    kind, options = set_up(source)
    planned = parse(source.schedule, source.timezone).words() if source.schedule else "no schedule"
    fetcher = kind.asking(options, fetch)
    if fetcher is None:
        gone = [target for target in source.targets if not Path(target).is_file()]
        if gone:
            raise MinerError(f"{gone[0]}: no such file. Put it back, or remove the source.")
        return f"its files are there; {planned}"
    with fetcher:
        places = [target for target in source.targets if target.startswith(("http://", "https://"))]
        for place in places:
            fetcher.check(place)
            if ask:
                fetcher.get(place)
    if not places:
        return f"asked through its API, not tried; {planned}"
    return f"{'answers' if ask else 'may be asked'}; {planned}"
