"""The door: who gets in, with what, and what keeps strangers out."""

from __future__ import annotations

import re

import pytest
from fastapi.testclient import TestClient

from miner.settings import Settings
from miner.web.app import create_app
from tests.web.conftest import PASSWORD, ROLES, enter


def test_health(client):
    """The process and its store answer, to anybody."""
    assert client.get("/healthz").json()["status"] == "ok"
    assert client.get("/readyz").json() == {"status": "ready"}


def test_a_broken_store_is_not_ready(tmp_path):
    """When the store can't be opened, the service lives but is not ready, and says why."""
    (tmp_path / "miner.db").write_text("this is no database")
    with TestClient(create_app(tmp_path, Settings())) as client:
        answer = client.get("/readyz")
        page = client.get("/api/v1/me", headers={"Authorization": "Bearer x"})
    assert answer.status_code == 503
    assert answer.json()["why"]
    assert page.headers["content-type"] == "application/problem+json"


def test_pages_lead_to_the_door_and_back(client):
    """Whoever wanted a page gets to it after the door."""
    sent = client.get("/proposals?group=rural", follow_redirects=False)
    assert (sent.status_code, sent.headers["location"]) == (303, "/login?next=%2Fproposals%3Fgroup%3Drural")
    door = client.get(sent.headers["location"])
    assert 'name="next" value="/proposals?group=rural"' in door.text
    asked = {"name": "author", "password": PASSWORD, "next": "/proposals?group=rural"}
    entered = client.post("/login", data=asked, follow_redirects=False)
    assert entered.headers["location"] == "/proposals?group=rural"
    cookie = entered.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert client.get("/proposals?group=rural").status_code == 200


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_the_door_leads_nowhere_else(client, elsewhere):
    asked = {"name": "author", "password": PASSWORD, "next": elsewhere}
    assert client.post("/login", data=asked, follow_redirects=False).headers["location"] == "/"


def test_a_wrong_password_says_so_and_keeps_the_name(client):
    answer = client.post("/login", data={"name": "author", "password": "не тот пароль"})
    assert answer.status_code == 401
    assert "не подходят" in answer.text
    assert 'value="author"' in answer.text


def test_too_many_tries_wait(client):
    """With the seconds in Retry-After, for people and programs."""
    for _ in range(6):
        client.post("/login", data={"name": "author", "password": "не тот пароль"})
    answer = client.post("/login", data={"name": "author", "password": PASSWORD})
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0
    told = client.post("/api/v1/session", json={"name": "author", "password": PASSWORD})
    assert (told.status_code, told.json()["status"]) == (429, 429)


def test_a_form_of_another_site_is_refused(client):
    """Neither the door nor the API listens to it, though the browser sends its cookie along."""
    foreign = {"Origin": "https://evil.example"}
    asked = {"name": "author", "password": PASSWORD}
    assert client.post("/login", data=asked, headers=foreign).status_code == 403
    enter(client, "author")
    assert (
        client.post("/api/v1/groups/rural/lines", json={"kind": "pain", "text": "нет"}, headers=foreign).status_code
        == 403
    )
    del client.headers["X-CSRF-Token"]
    refused = client.post("/api/v1/groups/rural/lines", json={"kind": "pain", "text": "нет"})
    assert refused.status_code == 403
    assert client.post("/logout", data={"csrf": "x"}).status_code == 403


def test_logging_out(anyone):
    author = anyone("author")
    assert author.get("/api/v1/me").json() == {"name": "author", "role": "author"}
    author.post("/logout", data={"csrf": author.headers["X-CSRF-Token"]})
    assert author.get("/api/v1/me").status_code == 401


def test_the_first_start(tmp_path, capsys):
    """The service prints a link; the link makes the administrator, once, and lets in."""
    with TestClient(create_app(tmp_path, Settings())) as client:
        path = re.search(r"http://127\.0\.0\.1:8080(/setup/\S+)", capsys.readouterr().err)[1]
        assert "miner users add" in client.get("/login").text
        assert "Первый администратор" in client.get(path).text
        weak = client.post(path, data={"name": "Анна", "password": "коротко"})
        assert weak.status_code == 422
        assert 'value="Анна"' in weak.text
        client.post(path, data={"name": "Анна", "password": PASSWORD})
        assert client.get("/api/v1/me").json() == {"name": "Анна", "role": "admin"}
        assert client.get(path).status_code == 404
        assert client.post(path, data={"name": "Борис", "password": PASSWORD}).status_code == 404
    with TestClient(create_app(tmp_path, Settings())):
        assert "/setup/" not in capsys.readouterr().err


@pytest.mark.parametrize("role", ROLES)
def test_every_room_opens_for_its_roles(anyone, role):
    """A room that stands in somebody's row opens; whatever is on a page comes from us and runs from files."""
    from miner.web.pages import rooms

    client = anyone(role)
    row = client.get("/").text
    for room in rooms():
        shown = f'href="{room.path}"' in row
        assert shown == (not room.roles or role == "admin" or role in room.roles)
        page = client.get(room.path)
        assert page.status_code == (200 if shown else 403), page.text
        policy = page.headers["content-security-policy"]
        assert "unsafe" not in policy
        assert not re.search(r"<script(?![^>]* src=\"/static/)", page.text)
        assert not re.search(r"\son\w+=|style=|href=\"javascript:", page.text)


def test_errors_have_one_form(client, anyone):
    """RFC 9457 for programs, a page for people."""
    told = anyone("author").get("/api/v1/candidates/nobody")
    assert told.headers["content-type"] == "application/problem+json"
    assert told.json() | {"detail": ""} == {
        "type": "about:blank",
        "title": "Такого здесь нет",
        "status": 404,
        "detail": "",
        "instance": "/api/v1/candidates/nobody",
    }
    page = client.get("/nowhere")
    assert page.status_code == 404
    assert "Такого здесь нет" in page.text


def test_too_large_a_body_is_refused(anyone):
    author = anyone("author")
    answer = author.post("/api/v1/groups/rural/lines", content=b"x" * 2_000_000)
    assert (answer.status_code, answer.json()["status"]) == (413, 413)
