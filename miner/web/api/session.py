"""Who am I; logging in and out without leaving the page."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Cookie, Request, Response
from pydantic import BaseModel, Field

from miner.store import NotLetIn, TooManyTries
from miner.web.access import COOKIE, AtDesk, Signed, check_meant, let_in, place
from miner.web.problems import Problem

router = APIRouter(tags=["session"])


class Credentials(BaseModel):
    name: str = Field(max_length=64)
    password: str = Field(max_length=1_000)


class NewPassword(BaseModel):
    old: str = Field(max_length=1_000)
    new: str = Field(min_length=10, max_length=1_000)


class Me(BaseModel):
    name: str
    role: Literal["analyst", "researcher", "author", "admin"]


class Session(Me):
    """``csrf`` goes into X-CSRF-Token of every request that changes something."""

    csrf: str


@router.get("/me")
def me(who: Signed) -> Me:
    """Whose session or token this is."""
    return Me(name=who.name, role=who.user.role)


@router.post("/session", status_code=201)
def log_in(request: Request, response: Response, at: AtDesk, body: Credentials) -> Session:
    """Open a session; its secret comes as a cookie."""
    check_meant(request, "", "")
    try:
        opened = at.store.accounts.login(body.name, body.password, place=place(request))
    except NotLetIn as error:
        raise Problem(401, "Имя или пароль не подходят.", headers={"WWW-Authenticate": "Bearer"}) from error
    except TooManyTries as error:
        said = f"Слишком много неудачных попыток. Подождите {error.seconds} с."
        raise Problem(429, said, headers={"Retry-After": str(error.seconds)}) from error
    at.store.audit.write(opened.user.name, "login", f"user:{opened.user.name}")
    let_in(request, response, opened)
    return Session(name=opened.user.name, role=opened.user.role, csrf=opened.csrf)


@router.put("/me/password", status_code=204)
def change_password(request: Request, response: Response, at: AtDesk, who: Signed, body: NewPassword) -> None:
    """Change one's own password; all other sessions end, this one goes on under a new cookie."""
    try:
        at.store.accounts.login(who.name, body.old, place=place(request))
    except NotLetIn as error:
        raise Problem(422, "Прежний пароль не подходит.") from error
    except TooManyTries as error:
        said = f"Слишком много неудачных попыток. Подождите {error.seconds} с."
        raise Problem(429, said, headers={"Retry-After": str(error.seconds)}) from error
    user = at.store.accounts.change(who.name, password=body.new)
    at.store.audit.write(user.name, "change", f"user:{user.name}", after={"password": "new"})
    if who.csrf:
        let_in(request, response, at.store.accounts.open_session(user))


@router.delete("/session", status_code=204)
def log_out(
    response: Response, at: AtDesk, who: Signed, cookie: Annotated[str | None, Cookie(alias=COOKIE)] = None
) -> None:
    """Close the session; a token stays what it is."""
    del who
    if cookie:
        at.store.accounts.close_session(cookie)
        response.delete_cookie(COOKIE)
