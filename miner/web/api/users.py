"""Accounts and their tokens; the audit log. For administrators; one's own password and tokens are for everybody."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from miner.errors import BadInput
from miner.store import Token, User
from miner.web.access import AtDesk, Caller, Signed, allow
from miner.web.paging import Cursor, Limit, Page, cursor, cut, number
from miner.web.problems import Problem, described
from miner.web.repeats import IdempotencyKey, Once

router = APIRouter(tags=["users"], route_class=Once)
Role = Literal["analyst", "researcher", "author", "admin"]
Name = Annotated[str, Path(min_length=1, max_length=64)]
Password = Annotated[str, Field(min_length=10, max_length=1_000)]
Admin = Annotated[Caller, allow()]


class NewUser(BaseModel):
    """Without a password only an identity provider lets this person in."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=64)
    role: Role
    password: Password | None = None


class UserChange(BaseModel):
    model_config = ConfigDict(extra="forbid")

    role: Role | None = None
    password: Password | None = None
    disabled: bool | None = None


class UserOut(BaseModel):
    name: str
    role: Role
    created_at: dt.datetime
    visited_at: dt.datetime | None
    disabled: bool


class NewToken(BaseModel):
    model_config = ConfigDict(extra="forbid")

    label: str = Field(min_length=1, max_length=64)


class TokenOut(BaseModel):
    id: int
    label: str
    created_at: dt.datetime
    used_at: dt.datetime | None


class Secret(BaseModel):
    """The token, shown this once."""

    token: str


class DeedOut(BaseModel):
    id: int
    at: dt.datetime
    who: str
    action: str
    subject: str
    before: Any | None
    after: Any | None


@router.get("/users")
def users(at: AtDesk, who: Admin) -> list[UserOut]:
    """All accounts."""
    del who
    return [_out(user) for user in at.store.accounts.list()]


@router.post("/users", status_code=201, responses=described(409))
def add_user(at: AtDesk, who: Admin, body: NewUser, key: IdempotencyKey = None) -> UserOut:
    """Make an account."""
    del key
    if any(user.name.casefold() == body.name.strip().casefold() for user in at.store.accounts.list()):
        raise Problem(409, f"Учётная запись «{body.name}» уже есть.")
    user = at.store.accounts.add(body.name, body.role, body.password)
    at.store.audit.write(who.name, "add", f"user:{user.name}", after={"role": user.role})
    return _out(user)


@router.patch("/users/{name}", responses=described(404))
def change_user(at: AtDesk, who: Admin, name: Name, body: UserChange) -> UserOut:
    """Change a role or a password, close an account or open it again."""
    before = _known(at, name)
    after = at.store.accounts.change(name, role=body.role, password=body.password, disabled=body.disabled)
    told = {"password": "new"} if body.password else {}
    at.store.audit.write(who.name, "change", f"user:{after.name}", before=_told(before), after=_told(after) | told)
    return _out(after)


@router.get("/users/{name}/tokens", responses=described(404))
def tokens(at: AtDesk, who: Signed, name: Name) -> list[TokenOut]:
    """The tokens of an account: one's own, or anybody's for an administrator."""
    _own(who, name)
    _known(at, name)
    return [_token(token) for token in at.store.accounts.tokens(name)]


@router.post("/users/{name}/tokens", status_code=201, responses=described(404))
def make_token(at: AtDesk, who: Signed, name: Name, body: NewToken) -> Secret:
    """Make a token; what it is, is told this once."""
    _own(who, name)
    user = _known(at, name)
    made = at.store.accounts.make_token(name, body.label)
    at.store.audit.write(who.name, "make-token", f"user:{user.name}", after={"label": body.label})
    return Secret(token=made)


@router.delete("/users/{name}/tokens/{token}", status_code=204, responses=described(404))
def drop_token(at: AtDesk, who: Signed, name: Name, token: Annotated[int, Path(ge=1, le=2**31 - 1)]) -> None:
    """Withdraw a token."""
    _own(who, name)
    user = _known(at, name)
    if not at.store.accounts.drop_token(name, token):
        raise Problem(404, f"У «{user.name}» нет токена {token}.")
    at.store.audit.write(who.name, "drop-token", f"user:{user.name}", before={"id": token})


@router.get("/audit")
def audit(at: AtDesk, who: Admin, after: Cursor = None, limit: Limit = 50, by: str | None = None) -> Page[DeedOut]:
    """Who did what when, the latest first."""
    del who
    found = at.store.audit.page(before=number(after, 2**63 - 1), limit=limit + 1, who=by)
    page, more = cut(found, limit)
    items = [DeedOut(**{field: getattr(deed, field) for field in DeedOut.model_fields}) for deed in page]
    return Page(items=items, next=cursor(page[-1].id) if more else None)


def _known(at: AtDesk, name: str) -> User:
    try:
        return at.store.accounts.get(name)
    except BadInput as error:
        raise Problem(404, f"Учётной записи «{name}» нет.") from error


def _own(who: Caller, name: str) -> None:
    if who.name.casefold() != name.strip().casefold() and not who.may():
        raise Problem(403, "Чужие токены видит только администратор.")


def _out(user: User) -> UserOut:
    return UserOut(
        name=user.name,
        role=user.role,
        created_at=user.created_at,
        visited_at=user.visited_at,
        disabled=user.disabled_at is not None,
    )


def _told(user: User) -> dict[str, Any]:
    return {"role": user.role, "disabled": user.disabled_at is not None}


def _token(token: Token) -> TokenOut:
    return TokenOut(id=token.id, label=token.label, created_at=token.created_at, used_at=token.used_at)
