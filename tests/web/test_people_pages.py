"""The room of people: accounts, the audit log in words, webhooks, and one's own page."""

from __future__ import annotations

import pytest

from tests.web.conftest import PASSWORD


def test_accounts_are_listed(anyone, store):
    store.accounts.add("<b>Вера</b>", "author", PASSWORD)
    page = anyone("admin").get("/people").text
    assert "&lt;b&gt;Вера" in page
    assert page.count("data-user=") == 5


def test_the_log_tells_from_what_to_what(anyone):
    """In words, by person, by pages."""
    author, admin = anyone("author"), anyone("admin")
    tag = author.get("/api/v1/candidates/rural-pain-0").headers["etag"]
    body = {"action": "edit", "text": "Рядом нет работы"}
    author.post("/api/v1/candidates/rural-pain-0/decisions", json=body, headers={"If-Match": tag})
    page = admin.get("/people/audit?by=author").text
    assert "правит строка rural-pain-0" in page
    assert "Нет вакансий рядом с домом" in page
    assert "Рядом нет работы" in page
    assert "admin</td>" not in page
    for n in range(60):
        admin.post("/api/v1/users", json={"name": f"человек {n}", "role": "author"})
    first = admin.get("/people/audit").text
    assert "/people/audit?after=" in first


@pytest.mark.parametrize("path", ["/people", "/people/audit", "/people/webhooks"])
def test_only_administrators_enter(anyone, path):
    assert anyone("author").get(path).status_code == 403
    assert anyone("admin").get(path).status_code == 200


def test_ones_own_page(anyone):
    author = anyone("author")
    author.post("/api/v1/users/author/tokens", json={"label": "отчёт"})
    page = author.get("/me").text
    assert "отчёт" in page
    assert "автор профилей" in page
    assert "ещё не понадобился" in page


def test_ones_own_password(anyone, client):
    """The old one is asked for; other sessions end, this one goes on."""
    author, elsewhere = anyone("author"), anyone("author")
    wrong = author.put("/api/v1/me/password", json={"old": "не тот пароль", "new": "совсем другой"})
    assert wrong.status_code == 422
    assert author.put("/api/v1/me/password", json={"old": PASSWORD, "new": "совсем другой"}).status_code == 204
    assert author.get("/api/v1/me").status_code == 200
    assert elsewhere.get("/api/v1/me").status_code == 401
    for password, status in ((PASSWORD, 401), ("совсем другой", 201)):
        asked = {"name": "author", "password": password}
        assert client.post("/api/v1/session", json=asked).status_code == status
