"""What `miner doctor` looks at. Each check says what it found, and what to do when that is not good."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from miner.errors import MinerError
from miner.settings import load_settings, resources, workspace_path

ENOUGH_DISK = 1 << 30


@dataclass(frozen=True, slots=True)
class Finding:
    what: str
    good: bool
    said: str


def examine(workspace: Path | None = None) -> Iterator[Finding]:
    """Yield a finding per check, from the settings up to the database."""
    home = workspace_path(workspace)
    checks: list[tuple[str, Callable[[Path], str]]] = [
        ("settings", _settings),
        ("resources", _resources),
        ("models", _models),
        ("workspace", _workspace),
        ("disk", _disk),
        ("author key", _author_key),
        ("database", _database),
        ("queue", _queue),
    ]
    for what, check in checks:
        try:
            said, good = check(home), True
        except MinerError as error:
            said, good = str(error), False
        yield Finding(what, good, said)


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


def _disk(home: Path) -> str:
    place = next(folder for folder in (home, *home.absolute().parents) if folder.exists())
    free = shutil.disk_usage(place).free
    if free < ENOUGH_DISK:
        raise MinerError(f"{free >> 20} MB free at {place}. Free at least {ENOUGH_DISK >> 20} MB.")
    return f"{free >> 30} GB free"


def _author_key(home: Path) -> str:
    from miner.store.keys import AuthorKeys

    if not home.exists():
        return "will be made on first use"
    AuthorKeys(home)
    return "in place, readable by its owner only"


def _database(home: Path) -> str:
    from miner.store import open_store

    if not home.exists() and not os.environ.get("MINER_DATABASE_URL"):
        return "will be made on first use"
    with open_store(home) as store:
        return f"answers, {store.posts.count()} posts"


def _queue(home: Path) -> str:
    del home
    return "none configured" if not os.environ.get("MINER_QUEUE_URL") else "configured"
