"""What every request finds on the desk: the store, the settings, and the boards with people's verdicts."""

from __future__ import annotations

import datetime as dt
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from miner.settings import Settings

if TYPE_CHECKING:
    from miner.store import Store
    from miner.web.atlas import Atlas
    from miner.web.boards import Boards


class Desk:
    """One per process. The store is opened when it is first asked for, and again as long as that fails."""

    def __init__(self, workspace: Path, settings: Settings, url: str | None = None) -> None:
        self.workspace = workspace
        self.settings = settings
        self.url = url
        # spaCy's pipeline is one for all threads.
        self.language = threading.Lock()
        self._opening = threading.Lock()
        self._store: Store | None = None
        self._boards: Boards | None = None
        self._atlas: Atlas | None = None

    @property
    def store(self) -> Store:
        """Raises MinerError while the database can't be opened."""
        from miner.store import open_store

        with self._opening:
            if self._store is None:
                self._store = open_store(self.workspace, self.url)
            return self._store

    @property
    def boards(self) -> Boards:
        from miner.web.boards import Boards

        store = self.store
        with self._opening:
            if self._boards is None:
                self._boards = Boards(store)
            return self._boards

    @property
    def atlas(self) -> Atlas:
        from miner.web.atlas import Atlas

        store = self.store
        with self._opening:
            if self._atlas is None:
                self._atlas = Atlas(store)
            return self._atlas

    def close(self) -> None:
        with self._opening:
            if self._store is not None:
                self._store.close()
            self._store = self._boards = self._atlas = None


def now() -> dt.datetime:
    return dt.datetime.now(tz=dt.UTC)
