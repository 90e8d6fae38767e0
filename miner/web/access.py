"""Who is asking: a session's cookie or a bearer token, the role it takes, and that a browser's request is meant."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import Depends, Request, Response, Security
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer

from miner.store import Opened, User
from miner.web.desk import Desk
from miner.web.problems import NeedsLogin, Problem

COOKIE = "miner_session"
CSRF = "X-CSRF-Token"
SAFE = {"GET", "HEAD", "OPTIONS"}
TITLES = {"analyst": "аналитик", "researcher": "исследователь", "author": "автор профилей", "admin": "администратор"}

_bearer = HTTPBearer(auto_error=False, description="miner users token NAME")
_cookie = APIKeyCookie(name=COOKIE, auto_error=False)


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody whose identity is proven; ``csrf`` is empty for a program with a token."""

    user: User
    csrf: str = ""

    @property
    def name(self) -> str:
        return self.user.name

    def may(self, *roles: str) -> bool:
        """An administrator may everything."""
        return self.user.role in {*roles, "admin"}


def desk(request: Request) -> Desk:
    found = request.app.state.desk
    assert isinstance(found, Desk)
    return found


AtDesk = Annotated[Desk, Depends(desk)]


def caller(
    request: Request,
    at: AtDesk,
    token: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
    cookie: Annotated[str | None, Security(_cookie)],
) -> Caller:
    """Raises Problem 401 without a session or a token, 403 when a browser's request has no token of its page."""
    if token is not None:
        user = at.store.accounts.of_token(token.credentials)
        if user is None:
            raise Problem(401, "Такого токена нет, или он отозван.", headers={"WWW-Authenticate": "Bearer"})
        return Caller(user)
    opened = session(at, cookie)
    if opened is None:
        raise Problem(401, "Войдите на странице /login или пришлите токен.", headers={"WWW-Authenticate": "Bearer"})
    if request.method not in SAFE:
        check_meant(request, opened.csrf, request.headers.get(CSRF, ""))
    return Caller(opened.user, opened.csrf)


def check_meant(request: Request, known: str, sent: str) -> None:
    """Raise Problem 403 unless the request comes from a page of ours: its token and its origin say so."""
    origin = request.headers.get("origin")
    foreign = origin is not None and urlsplit(origin).netloc != request.headers.get("host", "")
    if foreign or not secrets.compare_digest(known.encode(), sent.encode()):
        raise Problem(403, f"Запрос пришёл не со страницы miner: нет верного заголовка {CSRF}.")


def session(at: Desk, secret: str | None) -> Opened | None:
    if not secret:
        return None
    return at.store.accounts.of_session(secret, idle=dt.timedelta(hours=at.settings.web.session_hours))


def reader(request: Request, at: AtDesk) -> Caller:
    """Who reads a page; sends everybody else to the door."""
    opened = session(at, request.cookies.get(COOKIE))
    if opened is None:
        raise NeedsLogin
    return Caller(opened.user, opened.csrf)


def allow(*roles: str) -> Any:
    """A dependency: only these roles and administrators."""

    def allowed(who: Signed) -> Caller:
        if not who.may(*roles):
            wanted = ", ".join(TITLES[role] for role in roles) or "администратор"
            raise Problem(403, f"Это может {wanted}; ваша роль – {TITLES[who.user.role]}.")
        return who

    return Depends(allowed)


def let_in(request: Request, response: Response, opened: Opened) -> None:
    """Give the browser its session."""
    response.set_cookie(
        COOKIE,
        opened.secret,
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
        max_age=7 * 24 * 3600,
        path="/",
    )


def place(request: Request) -> str:
    """Where a request comes from, for counting failed logins."""
    return request.client.host if request.client else "?"


Signed = Annotated[Caller, Depends(caller)]
Reader = Annotated[Caller, Depends(reader)]
