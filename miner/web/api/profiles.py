"""Profiles: versions of a group's portrait, built from what was accepted."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict

from miner import pipeline
from miner.store import Version
from miner.web.access import AtDesk, Caller, Signed, allow
from miner.web.api.candidates import board_of
from miner.web.desk import now
from miner.web.problems import described
from miner.web.repeats import IdempotencyKey, Once

router = APIRouter(tags=["profiles"], route_class=Once)
Name = Annotated[str, Path(min_length=1, max_length=200)]
Author = Annotated[Caller, allow("author")]


class VersionOut(BaseModel):
    """The head of a version; a draft becomes current when somebody endorses it."""

    group: str
    version: int
    status: Literal["draft", "current", "archived"]
    title: str
    made: str
    endorsed_by: str | None
    endorsed_at: str | None


class NewVersion(BaseModel):
    """Nothing is asked: a version is what was mined and decided by now."""

    model_config = ConfigDict(extra="forbid")


@router.get("/profiles/{group}/versions")
def versions(at: AtDesk, who: Signed, group: Name) -> list[VersionOut]:
    """The versions of a group's profile, oldest first."""
    del who
    return [_out(version) for version in at.store.profiles.list(group)]


@router.post("/profiles/{group}/versions", status_code=201, responses=described(404))
def build(at: AtDesk, who: Author, group: Name, body: NewVersion, key: IdempotencyKey = None) -> VersionOut:
    """Make the next draft of a profile: every accepted line, the staff's own, and the best of what is open."""
    del key, body
    board_of(at, group)
    made = at.store.profiles.save(pipeline.profile(at.store, group, at.settings, made=now().date().isoformat()))
    at.store.audit.write(who.name, "build", f"profile:{group}", after={"version": made.version})
    return VersionOut.model_validate(made, from_attributes=True)


def _out(version: Version) -> VersionOut:
    return VersionOut.model_validate(version, from_attributes=True)
