"""The door: log in, log out, the first administrator, one's own password and tokens."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from miner.errors import BadInput
from miner.store import NotLetIn, TooManyTries
from miner.web.access import COOKIE, AtDesk, Reader, check_meant, let_in, place, session
from miner.web.pages import render

router = APIRouter()
Field = Annotated[str, Form(max_length=1_000)]


def inside(path: str) -> str:
    r"""A path of ours to go to after the door; anything else would lead people astray.

    >>> inside("/topics?group=rural"), inside("//evil.example"), inside("/\\evil.example"), inside("https://evil.example")
    ('/topics?group=rural', '/', '/', '/')
    """
    fine = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if fine else "/"


@router.get("/login")
def door(request: Request, at: AtDesk, next: str = "/") -> Response:  # noqa: A002  # the name is a URL's
    if session(at, request.cookies.get(COOKIE)):
        return RedirectResponse(inside(next), 303)
    empty = not at.store.accounts.any()
    return _door(request, at, next, empty=empty)


@router.post("/login")
def login(request: Request, at: AtDesk, name: Field, password: Field, next: Field = "/") -> Response:  # noqa: A002
    """No CSRF token yet, so the origin alone has to be ours."""
    check_meant(request, "", "")
    try:
        opened = at.store.accounts.login(name, password, place=place(request))
    except NotLetIn:
        return _door(request, at, next, name=name, wrong="Имя или пароль не подходят.", status=401)
    except TooManyTries as error:
        said = f"Слишком много неудачных попыток. Подождите {error.seconds} с."
        response = _door(request, at, next, name=name, wrong=said, status=429)
        response.headers["Retry-After"] = str(error.seconds)
        return response
    at.store.audit.write(opened.user.name, "login", f"user:{opened.user.name}")
    response = RedirectResponse(inside(next), 303)
    let_in(request, response, opened)
    return response


@router.post("/logout")
def logout(request: Request, at: AtDesk, who: Reader, csrf: Field = "") -> Response:
    check_meant(request, who.csrf, csrf)
    at.store.accounts.close_session(request.cookies[COOKIE])
    response = RedirectResponse("/login", 303)
    response.delete_cookie(COOKIE)
    return response


@router.get("/setup/{secret}")
def first(request: Request, at: AtDesk, secret: str) -> Response:
    good = at.store.accounts.is_setup(secret)
    return render(request, "door/setup.html", None, {"good": good, "secret": secret}, status=200 if good else 404)


@router.post("/setup/{secret}")
def make_first(request: Request, at: AtDesk, secret: str, name: Field, password: Field) -> Response:
    check_meant(request, "", "")
    try:
        user = at.store.accounts.set_up(secret, name, password)
    except NotLetIn:
        return render(request, "door/setup.html", None, {"good": False}, status=404)
    except BadInput as error:
        said = {"good": True, "secret": secret, "name": name, "wrong": str(error)}
        return render(request, "door/setup.html", None, said, status=422)
    at.store.audit.write(user.name, "add", f"user:{user.name}", after={"role": user.role})
    response = RedirectResponse("/", 303)
    let_in(request, response, at.store.accounts.open_session(user))
    return response


def _door(
    request: Request, at: AtDesk, next_: str, *, name: str = "", wrong: str = "", empty: bool = False, status: int = 200
) -> Response:
    more = {"next": inside(next_), "name": name, "wrong": wrong, "empty": empty}
    more["oidc"] = bool(at.settings.web.oidc_issuer)
    return render(request, "door/login.html", None, more, status=status)
