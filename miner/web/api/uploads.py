"""Portraits that people bring, edited in Word or exported elsewhere as JSON; a process of its own parses them.

A hostile file may at worst end that process: it has a minute, bounded memory, and nothing but a file name of ours.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Annotated, Literal

from fastapi import APIRouter, UploadFile
from pydantic import BaseModel

from miner.web.access import AtDesk, Caller, allow
from miner.web.desk import Desk
from miner.web.problems import Problem

router = APIRouter(tags=["profiles"])
Author = Annotated[Caller, allow("author")]
SUFFIXES: tuple[Literal[".docx", ".json"], ...] = (".docx", ".json")
SECONDS = 60
MEMORY = 2 * 2**30
IMPORT = "from miner.cli import main; main()"


class Uploaded(BaseModel):
    """The draft that the file became, of the group that it names; ``told`` is what the import said of it."""

    group: str
    version: int
    told: str


@router.post("/profiles/uploads", status_code=201)
def upload(at: AtDesk, who: Author, file: UploadFile) -> Uploaded:
    """Take in a portrait as the next draft of its group: Word as edited by people, or JSON of another installation."""
    suffix = Path(file.filename or "").suffix.lower()
    if suffix not in SUFFIXES:
        raise Problem(422, "Принимаются портреты в Word (.docx) и JSON (.json), выгруженные из miner.")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"upload{suffix}"
        path.write_bytes(file.file.read())
        told = _imported(at, path, who.name)
    # A file says itself whose portrait it is.
    name = told.partition(":")[0]
    version = at.store.profiles.list(name)[-1].version
    at.store.audit.write(who.name, "upload", f"profile:{name}", after={"version": version, "file": suffix})
    return Uploaded(group=name, version=version, told=told)


def _imported(at: Desk, path: Path, who: str) -> str:
    """What the import told. Raises Problem 422 with its complaint."""
    command = [sys.executable, "-c", IMPORT, "profile", "import", str(path), "--workspace", str(at.workspace.resolve())]
    environment = dict(os.environ)
    if at.url:
        environment["MINER_DATABASE_URL"] = at.url
    try:
        done = subprocess.run(  # noqa: S603  # our own command, the file's name is ours too
            [*command, "--who", who],
            env=environment,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            preexec_fn=_modestly,  # only limits are set, before anything else runs
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise Problem(422, f"Файл не удалось прочесть за {SECONDS} с.") from error
    if done.returncode:
        complaint = done.stderr.strip().splitlines() or ["файл не удалось прочесть"]
        raise Problem(422, complaint[-1].replace(str(path), "файл")[:500])
    return done.stdout.strip()


def _modestly() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (2**32, 2**32))
    # Models are mapped into memory, so the address space is larger than what is used.
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY * 4, MEMORY * 4))
