"""Files that people bring are parsed apart, and what is wrong with them is said."""

from __future__ import annotations

import json

import pytest


def test_a_portrait_of_another_installation(anyone, store):
    """It becomes the next draft of its group, and the log says who brought it."""
    author = anyone("author")
    author.post("/api/v1/profiles/rural/versions", json={})
    told = store.profiles.latest("rural").to_json() | {"made": "2026-02-02"}
    file = ("портрет.json", json.dumps(told, ensure_ascii=False).encode(), "application/json")
    made = author.post("/api/v1/profiles/uploads", files={"file": file})
    assert made.status_code == 201, made.text
    assert made.json()["version"] == 2
    assert store.profiles.latest("rural").made == "2026-02-02"
    assert store.audit.page(limit=1)[0].action == "upload"


@pytest.mark.parametrize(
    ("name", "body", "said"),
    [
        ("портрет.exe", b"MZ", "Принимаются портреты"),
        ("портрет.json", b"{broken", "Это не портрет"),
        ("портрет.json", b"{}", "Это не портрет"),
        ("портрет.docx", b"PK\x03\x04 no document", "Это не портрет"),
    ],
)
def test_other_files_are_refused(anyone, store, name, body, said):
    """With the reason; nothing of them is kept, and no path of the server is told."""
    answer = anyone("author").post("/api/v1/profiles/uploads", files={"file": (name, body, "application/octet-stream")})
    assert answer.status_code == 422
    assert said in answer.json()["detail"]
    assert "/tmp" not in answer.text
    assert store.profiles.list("rural") == []


def test_only_authors_bring_files(anyone):
    file = ("портрет.json", b"{}", "application/json")
    assert anyone("analyst").post("/api/v1/profiles/uploads", files={"file": file}).status_code == 403


def test_a_file_that_is_too_large_is_not_read(anyone):
    answer = anyone("author").post("/api/v1/profiles/uploads", content=b"x" * 21_000_000)
    assert answer.status_code == 413
