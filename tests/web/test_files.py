"""Files of analysts: looked at before they are taken in, parsed apart, never kept."""

from __future__ import annotations

import csv
import io
import threading

import openpyxl
import pytest

from miner.web import apart

API = "/api/v1/sources/uploads"
ROWS = [
    ("Сколько вам лет?", "Что мешает найти работу?", "Что для вас важно в работе?"),
    ("54", "Отказывают из-за возраста, звоните +7 900 000-12-34", "Чтобы не уволили через год"),
    ("57", "Далеко ездить, автобус два раза в день", "Спокойный начальник"),
    ("51", "Нет опыта на компьютере", "Рядом с домом"),
    ("59", "Берут только молодых", "Белая зарплата"),
    ("56", "Здоровье уже не то", "Уважение"),
]
TALK = """Интервьюер: Расскажите, как вы ищете работу?
Р: Хожу в центр занятости третий месяц, надоело ждать, а вакансий рядом с домом нет.
Интервьюер: Что для вас важно?
Р: Главное, чтобы стабильно платили, без задержек.
"""


def table(rows=ROWS):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def send(client, data, filename="Ответы.xlsx", path=API, **fields):
    files = {"file": (filename, data, "application/octet-stream")}
    return client.post(path, files=files, data={"name": "Опрос 2026", **fields})


def look(client, data, filename="Ответы.xlsx", **fields):
    return send(client, data, filename, f"{API}/preview", **fields)


def test_a_look_at_a_survey(anyone, store):
    """Open questions, people, what they say of themselves; phones hidden; nothing is kept."""
    seen = look(anyone("analyst"), table()).json()
    assert (seen["reader"], seen["count"], seen["people"]) == ("survey", 10, 5), seen
    assert {part["title"]: part["count"] for part in seen["questions"]} == {ROWS[0][1]: 5, ROWS[0][2]: 5}
    assert seen["told"] == ["Возраст"]
    assert len(seen["posts"]) == 5
    assert seen["posts"][0]["text"] == "Отказывают из-за возраста, звоните [скрыто]"
    assert store.posts.known("survey:Опрос 2026.xlsx:1:2") is False
    assert store.audit.page(subject="files") == []


def test_a_look_at_a_talk(anyone):
    seen = look(anyone("analyst"), TALK.encode(), "запись.txt").json()
    assert (seen["reader"], seen["people"]) == ("interview", 1), seen
    assert {part["title"]: part["count"] for part in seen["roles"]} == {"интервьюер": 2, "клиент": 2}
    assert all("Расскажите" not in post["text"] for post in seen["posts"])


def test_a_file_is_taken_in(anyone, store):
    """Its posts wait to be annotated, whoever brought it is written down; the same file again brings nothing new."""
    analyst = anyone("analyst")
    made = send(analyst, table(), group="pre_retirees", basis="согласие респондентов", date="2026-03-01")
    assert made.status_code == 201, made.text
    assert (made.json()["new"], made.json()["who"], made.json()["group"]) == (10, "analyst", "pre_retirees")
    [post] = store.posts.get(["survey:Опрос 2026.xlsx:1:2"])
    assert (post.group, post.source, post.date) == ("pre_retirees", "Опрос 2026", "2026-03-01")
    assert post.extra["disclosed"] == {"age": 54}
    assert [run.kind for run in store.runs.open()] == ["annotate"]
    assert "Опрос 2026" in analyst.get("/sources").text
    again = send(analyst, table(), group="pre_retirees", date="2026-03-01")
    assert (again.status_code, again.json()["again"]) == (409, True)
    more = [*ROWS, ("53", "Учиться негде", "Коллектив")]
    again = send(analyst, table(more), group="pre_retirees", date="2026-03-01", again="true")
    assert (again.json()["new"], again.json()["changed"], again.json()["same"]) == (2, 0, 10), again.text
    assert [taken["new"] for taken in analyst.get(API).json()] == [2, 10]


def test_an_answer_that_is_lost(anyone):
    """The same request under the same key is answered as before, instead of being told that the name is taken."""
    analyst = anyone("analyst")
    analyst.headers["Idempotency-Key"] = "once"
    # httpx draws a boundary of its own for each request: what is sent again is the same to the last byte.
    body = io.BytesIO()
    first = analyst.build_request("POST", API, files={"file": ("a.txt", TALK.encode())}, data={"name": "Беседа"})
    body.write(first.read())
    answers = [
        analyst.post(API, content=body.getvalue(), headers={"Content-Type": first.headers["content-type"]})
        for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 201], answers[1].text
    assert answers[0].json() == answers[1].json()


@pytest.mark.parametrize(
    ("filename", "data", "said"),
    [
        ("ответы.exe", b"MZ", "Принимаются"),
        ("ответы.xlsx", b"PK\x03\x04 no workbook", "не удалось прочесть"),
        ("ответы.xlsx", table([("Возраст", "Пол"), ("54", "ж"), ("57", "м")]), "Укажите его, названием или номером: 1 Возраст"),
        ("запись.txt", "Просто текст без говорящих.\nИ ещё строка.".encode(), "Не видно, кто говорит"),
        ("запись.txt", b" \n ", "нет ни ответов, ни текста"),
        ("запись.docx", b"%PDF-1.4", "Сохраните его заново"),
        ("выгрузка.json", b"[1, 2]", "не удалось прочесть"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_file(anyone, store, filename, data, said):
    """It is said with a way out; nothing of the file is kept, no path of the server is told."""
    before = store.posts.count()
    answer = look(anyone("analyst"), data, filename)
    assert answer.status_code == 422
    assert said in answer.json()["detail"]
    assert "/tmp" not in answer.text
    assert store.posts.count() == before
    assert store.runs.open() == []


def test_the_column_is_named(anyone):
    """A table whose open answers aren't guessed is read when their column is named; a wrong name lists the columns."""
    rows = [("Возраст", "Мысли"), *((str(50 + n), "да" if n % 2 else "нет, далеко") for n in range(8))]
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    data = out.getvalue().encode()
    assert look(anyone("analyst"), data, "о.csv", column="Думы").json()["detail"] == (
        "Столбца «Думы» в таблице нет. Есть: 1 Возраст; 2 Мысли."
    )
    assert look(anyone("analyst"), data, "о.csv", column="Мысли").json()["questions"][0]["title"] == "Мысли"


def test_only_analysts_bring_files(anyone):
    assert send(anyone("author"), table()).status_code == 403
    assert anyone("author").get(API).json() == []
    assert anyone("analyst").post(API, content=b"x" * 21_000_000).status_code == 413


def test_few_are_read_at_once(anyone, monkeypatch):
    """Whoever comes while others are read waits for a turn, and then is asked to come again."""
    monkeypatch.setattr(apart, "_room", threading.BoundedSemaphore(0))
    monkeypatch.setattr(apart, "TURN", 0.01)
    answer = look(anyone("analyst"), table())
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "60")


def test_a_name_of_a_source(anyone, store):
    from miner.store import Source

    store.sources.add(Source(name="Опрос 2026", collector="forum", targets=("https://example.ru/",)))
    assert "обходит miner" in send(anyone("analyst"), table()).json()["detail"]
