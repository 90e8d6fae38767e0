"""Webhooks: who hears of new candidates. Messages are signed: HMAC-SHA256 over ``time.body`` in X-Miner-Signature."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from miner.fetch.address import Guard, Refused
from miner.web.access import AtDesk, Caller, allow
from miner.web.problems import Problem, described
from miner.web.repeats import IdempotencyKey, Once

router = APIRouter(tags=["webhooks"], route_class=Once)
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
Admin = Annotated[Caller, allow()]


class NewWebhook(BaseModel):
    """Messages about one ``group``, or about all without one."""

    model_config = ConfigDict(extra="forbid")

    url: str = Field(min_length=8, max_length=2_000, pattern=r"^https?://\S+$")
    group: str | None = Field(None, min_length=1, max_length=200)


class WebhookOut(BaseModel):
    id: int
    url: str
    group: str | None
    who: str
    added_at: dt.datetime


class AddedWebhook(WebhookOut):
    """``secret`` signs the messages, and is shown this once."""

    secret: str


class ToldOut(BaseModel):
    """A message: done when ``due_at`` is null and ``error`` too, given up when only ``due_at`` is."""

    id: int
    made_at: dt.datetime
    due_at: dt.datetime | None
    attempts: int
    status: int | None
    error: str | None


@router.get("/webhooks")
def webhooks(at: AtDesk, who: Admin) -> list[WebhookOut]:
    """All webhooks."""
    del who
    return [WebhookOut.model_validate(hook, from_attributes=True) for hook in at.store.webhooks.list()]


@router.post("/webhooks", status_code=201)
def add_webhook(at: AtDesk, who: Admin, body: NewWebhook, key: IdempotencyKey = None) -> AddedWebhook:
    """Tell an address of new candidates from now on."""
    del key
    try:
        Guard(at.settings.fetch.allow_hosts).check(body.url)
    except Refused as error:
        raise Problem(422, str(error)) from error
    hook, secret = at.store.webhooks.add(body.url, who.name, body.group)
    at.store.audit.write(who.name, "add", f"webhook:{hook.id}", after={"url": hook.url, "group": hook.group})
    return AddedWebhook(secret=secret, **WebhookOut.model_validate(hook, from_attributes=True).model_dump())


@router.delete("/webhooks/{webhook}", status_code=204, responses=described(404))
def remove_webhook(at: AtDesk, who: Admin, webhook: Number) -> None:
    """Tell it no more; messages under way are dropped."""
    if not at.store.webhooks.remove(webhook):
        raise Problem(404, f"Вебхука {webhook} нет.")
    at.store.audit.write(who.name, "remove", f"webhook:{webhook}")


@router.get("/webhooks/{webhook}/deliveries")
def deliveries(at: AtDesk, who: Admin, webhook: Number) -> list[ToldOut]:
    """The last messages and what became of them."""
    del who
    return [ToldOut.model_validate(told, from_attributes=True) for told in at.store.webhooks.told(webhook)]
