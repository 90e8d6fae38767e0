"""Errors as RFC 9457 problem details for programs, and as a page for people."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from miner.errors import BadInput, MinerError

TITLES = {
    400: "Запрос не понят",
    401: "Нужно войти",
    403: "Недостаточно прав",
    404: "Такого здесь нет",
    405: "Так этот адрес не вызывают",
    409: "Пока вы работали, это изменили",
    412: "Условие запроса не выполнено",
    413: "Слишком много за один раз",
    415: "Такой вид данных не принимается",
    422: "В запросе ошибка",
    428: "Нужно сказать, какую версию вы видели",
    429: "Слишком много попыток",
    500: "Ошибка сервера",
    503: "Хранилище сейчас не отвечает",
}
MEDIA = "application/problem+json"


class ProblemDetails(BaseModel):
    """RFC 9457."""

    model_config = ConfigDict(extra="allow")

    type: str = "about:blank"
    title: str
    status: int
    detail: str = ""
    instance: str | None = None
    errors: list[dict[str, Any]] | None = Field(None, description="What is wrong where, for 422.")


class Problem(Exception):
    """Something a program or a person has to know; further members of the problem go into ``more``."""

    def __init__(self, status: int, detail: str, *, headers: Mapping[str, str] | None = None, **more: Any) -> None:
        self.status = status
        self.detail = detail
        self.headers = dict(headers or {})
        self.more = more
        super().__init__(detail)


class NeedsLogin(Exception):
    """A page was asked for by somebody who isn't logged in."""


def described(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What OpenAPI says of these statuses."""
    schema = {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}
    return {s: {"description": TITLES[s], "model": ProblemDetails, "content": {MEDIA: schema}} for s in statuses}


def register(app: FastAPI) -> None:
    """Answer every error in one form."""
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(MinerError, _miner)
    app.add_exception_handler(NeedsLogin, _login)
    app.add_exception_handler(Exception, _bug)


def is_api(request: Request) -> bool:
    return request.url.path.startswith("/api/")


def _answer(
    request: Request, status: int, detail: str, headers: Mapping[str, str] | None = None, **more: Any
) -> Response:
    title = TITLES.get(status, HTTPStatus(status).phrase)
    if not is_api(request):
        from miner.web.pages import error_page

        return error_page(request, status, title, detail, headers)
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, "instance": request.url.path}
    return JSONResponse(body | more, status, dict(headers or {}), MEDIA)


async def _problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return _answer(request, error.status, error.detail, error.headers, **error.more)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    phrase = HTTPStatus(error.status_code).phrase
    detail = "" if error.detail == phrase else str(error.detail)
    return _answer(request, error.status_code, detail, error.headers)


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    errors = [{"where": ".".join(map(str, e["loc"])), "what": e["msg"]} for e in error.errors()]
    return _answer(request, 422, "; ".join(f"{e['where']}: {e['what']}" for e in errors), errors=errors)


async def _miner(request: Request, error: Exception) -> Response:
    from miner.store import StoreUnavailable

    if isinstance(error, StoreUnavailable):
        return _answer(request, 503, str(error), {"Retry-After": "5"})
    return _answer(request, 422 if isinstance(error, BadInput) else 500, str(error))


async def _login(request: Request, error: Exception) -> Response:
    del error
    from urllib.parse import quote

    there = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(f"/login?next={quote(there, safe='')}", 303)


async def _bug(request: Request, error: Exception) -> Response:
    del error  # the server logs it with its traceback
    return _answer(request, 500, "Запишите время и сообщите администратору: подробности в журнале сервера.")
