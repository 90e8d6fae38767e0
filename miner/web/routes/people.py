"""Люди: accounts and roles, tokens, webhooks and the audit log, for administrators; one's own page for everybody."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from miner.web.access import AtDesk, Caller, Reader
from miner.web.api.users import audit as deeds
from miner.web.pages import Room, render
from miner.web.problems import Problem

ROOM = Room("people", "Люди", "/people", 60, ("admin",))
router = APIRouter()
DEEDS = {
    "login": "входит",
    "add": "добавляет",
    "change": "меняет",
    "remove": "удаляет",
    "make-token": "делает токен",
    "drop-token": "отзывает токен",
    "accept": "принимает",
    "edit": "правит",
    "reject": "отклоняет",
    "later": "откладывает",
    "merge": "объединяет",
    "undo": "отменяет решение о",
    "manual": "пишет свою строку",
    "build": "собирает портрет",
    "endorse": "утверждает портрет",
    "topic.rename": "называет тему",
    "topic.describe": "описывает тему",
    "topic.merge": "объединяет темы",
    "topic.split": "делит тему",
    "topic.pin": "закрепляет тему",
    "topic.reject": "отклоняет тему",
    "topic.move": "переносит высказывание",
    "topic.noise": "считает шумом",
    "topic.undo": "отменяет решение",
}
SUBJECTS = {"user": "учётная запись", "candidate": "строка", "line": "строка", "webhook": "вебхук"}


@router.get("/people")
def room(request: Request, at: AtDesk, who: Reader) -> Response:
    """Accounts, each with its role."""
    _administrator(who)
    shown = {"part": "accounts", "users": at.store.accounts.list()}
    return render(request, "people/page.html", who, shown, room="people")


@router.get("/people/audit")
def audit(
    request: Request,
    at: AtDesk,
    who: Reader,
    after: str | None = None,
    by: Annotated[str | None, Query(max_length=64)] = None,
) -> Response:
    """Who did what when, from what to what."""
    _administrator(who)
    page = deeds(at, who, after, 50, by or None)
    shown = {"part": "audit", "page": page, "by": by or "", "users": at.store.accounts.list(), "deeds": DEEDS}
    return render(request, "people/audit.html", who, shown | {"told": told, "about": about}, room="people")


@router.get("/people/webhooks")
def webhooks(request: Request, at: AtDesk, who: Reader) -> Response:
    """Who hears of new candidates, and what became of the last messages."""
    _administrator(who)
    hooks = [(hook, at.store.webhooks.told(hook.id, 5)) for hook in at.store.webhooks.list()]
    shown = {"part": "webhooks", "hooks": hooks, "groups": at.boards.groups()}
    return render(request, "people/webhooks.html", who, shown, room="people")


@router.get("/me")
def me(request: Request, at: AtDesk, who: Reader) -> Response:
    """One's own name, role and tokens."""
    return render(request, "people/me.html", who, {"tokens": at.store.accounts.tokens(who.name)})


def about(subject: str) -> str:
    """What a deed was about, in words.

    >>> about("user:Анна"), about("topic:t1"), about("odd")
    ('учётная запись Анна', 't1', 'odd')
    """
    kind, _, name = subject.partition(":")
    return f"{SUBJECTS[kind]} {name}" if kind in SUBJECTS else name or subject


def told(before: Any, after: Any) -> list[tuple[str, str, str]]:
    """What changed: field, from, to.

    >>> told({"role": "author", "text": "а"}, {"role": "admin", "text": "а"}), told(None, {"role": "author"})
    ([('role', 'author', 'admin')], [('role', '', 'author')])
    """
    if not isinstance(before, dict | None) or not isinstance(after, dict | None):
        return [("", _short(before), _short(after))]
    one, other = before or {}, after or {}
    return [
        (name, _short(one.get(name)), _short(other.get(name)))
        for name in dict.fromkeys([*one, *other])
        if one.get(name) != other.get(name)
    ]


def _short(value: Any) -> str:
    text = {None: "", True: "да", False: "нет"}[value] if value is None or isinstance(value, bool) else str(value)
    return text if len(text) <= 200 else f"{text[:200]}…"


def _administrator(who: Caller) -> None:
    if not who.may():
        raise Problem(403, "Эта комната – для администраторов.")
