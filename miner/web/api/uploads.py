"""Portraits that people bring, edited in Word or exported elsewhere as JSON; a process of its own parses them."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated, Literal

from fastapi import APIRouter, UploadFile
from pydantic import BaseModel

from miner.web import apart
from miner.web.access import AtDesk, Caller, allow
from miner.web.problems import Problem

router = APIRouter(tags=["profiles"])
Author = Annotated[Caller, allow("author")]
SUFFIXES: tuple[Literal[".docx", ".json"], ...] = (".docx", ".json")


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
        told = apart.run(at, ["profile", "import", str(path), "--who", who.name], path)
    # A file says itself whose portrait it is.
    name = told.partition(":")[0]
    version = at.store.profiles.list(name)[-1].version
    at.store.audit.write(who.name, "upload", f"profile:{name}", after={"version": version, "file": suffix})
    return Uploaded(group=name, version=version, told=told)
