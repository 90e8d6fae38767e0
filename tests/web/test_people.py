"""Accounts, tokens, the audit log and webhooks over the API."""

from __future__ import annotations

import hashlib
import hmac
import json

import pytest
from fastapi.testclient import TestClient

from miner.fetch.address import Guard
from miner.records import Mined
from miner.web.delivery import SIGNATURE, deliver
from tests.serving import Site
from tests.web.conftest import PASSWORD, lines


def test_an_administrator_adds_people(anyone, app):
    """They can log in at once; everything is written down."""
    admin = anyone("admin")
    made = admin.post("/api/v1/users", json={"name": "Вера", "role": "author", "password": PASSWORD})
    assert (made.status_code, made.json()["role"]) == (201, "author")
    assert admin.post("/api/v1/users", json={"name": "вера", "role": "author"}).status_code == 409
    with TestClient(app) as vera:
        assert vera.post("/api/v1/session", json={"name": "Вера", "password": PASSWORD}).status_code == 201
        admin.patch("/api/v1/users/Вера", json={"role": "analyst"})
        assert vera.get("/api/v1/me").json()["role"] == "analyst"
        admin.patch("/api/v1/users/Вера", json={"disabled": True})
        assert vera.get("/api/v1/me").status_code == 401
    deeds = admin.get("/api/v1/audit").json()["items"]
    told = [
        (d["action"], d["before"], d["after"]) for d in deeds if d["subject"] == "user:Вера" and d["action"] != "login"
    ]
    assert told == [
        ("change", {"role": "analyst", "disabled": False}, {"role": "analyst", "disabled": True}),
        ("change", {"role": "author", "disabled": False}, {"role": "analyst", "disabled": False}),
        ("add", None, {"role": "author"}),
    ]


@pytest.mark.parametrize("role", ["analyst", "researcher", "author"])
@pytest.mark.parametrize("path", ["users", "audit", "webhooks"])
def test_these_are_for_administrators(anyone, role, path):
    assert anyone(role).get(f"/api/v1/{path}").status_code == 403


def test_the_last_administrator_stays(anyone):
    answer = anyone("admin").patch("/api/v1/users/admin", json={"role": "author"})
    assert answer.status_code == 422
    assert "last administrator" in answer.json()["detail"]


def test_a_token_calls_the_api(anyone, client):
    """Without cookie and CSRF token, with its owner's rights, until it is withdrawn; strangers' tokens are not shown."""
    author = anyone("author")
    secret = author.post("/api/v1/users/author/tokens", json={"label": "отчёт"}).json()["token"]
    headers = {"Authorization": f"Bearer {secret}"}
    assert client.get("/api/v1/me", headers=headers).json()["name"] == "author"
    line = {"kind": "pain", "text": "Нет автобуса"}
    assert client.post("/api/v1/groups/rural/lines", json=line, headers=headers).status_code == 201
    (token,) = author.get("/api/v1/users/author/tokens").json()
    assert (token["label"], secret in json.dumps(token)) == ("отчёт", False)
    assert anyone("analyst").get("/api/v1/users/author/tokens").status_code == 403
    assert author.delete(f"/api/v1/users/author/tokens/{token['id']}").status_code == 204
    assert client.get("/api/v1/me", headers=headers).status_code == 401


def test_the_audit_log_comes_by_pages(anyone):
    admin = anyone("admin")
    for n in range(5):
        admin.post("/api/v1/users", json={"name": f"человек {n}", "role": "author"})
    first = admin.get("/api/v1/audit?limit=3").json()
    second = admin.get(f"/api/v1/audit?limit=3&after={first['next']}").json()
    numbers = [deed["id"] for deed in first["items"] + second["items"]]
    assert numbers == sorted(numbers, reverse=True)
    assert len(set(numbers)) == 6


def test_webhooks_hear_of_new_candidates(anyone, store):
    """Signed with their secret, once for each mining that brings something new, and only about their group."""
    heard = []

    def listen(request):
        heard.append((request.path, dict(request.headers), request.body))
        return 204, {}, ""

    with Site({"/all": listen, "/rural": listen}) as site:
        admin = anyone("admin")
        admin.app.state.desk.settings.fetch.allow_hosts.append("127.0.0.1")
        try:
            added = admin.post("/api/v1/webhooks", json={"url": f"{site.url}/all"}).json()
            admin.post("/api/v1/webhooks", json={"url": f"{site.url}/rural", "group": "rural"})
        finally:
            admin.app.state.desk.settings.fetch.allow_hosts.clear()
        store.candidates.replace(Mined("laid_off", 9, 10, tuple(lines("laid_off", 1)), ()))
        store.candidates.replace(Mined("laid_off", 9, 10, tuple(lines("laid_off", 1)), ()))
        assert deliver(store, Guard(["127.0.0.1"])) == 1
        assert deliver(store, Guard(["127.0.0.1"])) == 0
    ((path, headers, body),) = heard
    told = json.loads(body)
    assert (path, told["event"], told["group"], told["count"]) == ("/all", "candidates.new", "laid_off", 3)
    stamp, _, signature = headers[SIGNATURE].partition(",v1=")
    signed = hmac.new(added["secret"].encode(), stamp.removeprefix("t=").encode() + b"." + body, hashlib.sha256)
    assert signature == signed.hexdigest()
    (delivery,) = admin.get(f"/api/v1/webhooks/{added['id']}/deliveries").json()
    assert (delivery["status"], delivery["due_at"], delivery["error"]) == (204, None, None)


@pytest.mark.parametrize("url", ["http://127.0.0.1/x", "http://169.254.169.254/", "http://[::1]/", "http://10.0.0.1/"])
def test_private_addresses_are_refused(anyone, url):
    """Nobody reaches the inner network through a webhook."""
    assert anyone("admin").post("/api/v1/webhooks", json={"url": url}).status_code == 422


def test_what_a_webhook_does_not_take_is_tried_again(store):
    """Later; a private address behind a public name is found out where the connection is made."""
    store.webhooks.add("http://hook.example.ru/", "admin")
    store.candidates.replace(Mined("laid_off", 9, 10, tuple(lines("laid_off", 1)), ()))
    assert deliver(store, Guard(resolve=lambda host, port: ["10.0.0.1"])) == 1
    (told,) = store.webhooks.told(1)
    assert "private address" in told.error
    assert told.due_at is not None
    assert deliver(store, Guard(resolve=lambda host, port: ["10.0.0.1"])) == 0
