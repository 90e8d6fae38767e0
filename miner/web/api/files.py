"""Files of analysts: survey tables, transcripts of interviews, exports of chats become posts; the files aren't kept.

A process of its own parses them (miner.web.apart). A look keeps nothing; who takes a file in sends it again.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import APIRouter, Form, UploadFile
from pydantic import BaseModel, ConfigDict, Field

from miner.profiles.template import load_template
from miner.service.bell import ask
from miner.web import apart, preview
from miner.web.access import AtDesk, Caller, Signed, allow
from miner.web.api.sources import ShownOut
from miner.web.desk import Desk
from miner.web.pages import SPEAKERS
from miner.web.problems import Problem
from miner.web.repeats import IdempotencyKey, Once

if TYPE_CHECKING:
    from miner.records import Post

router = APIRouter(tags=["sources"], route_class=Once)
Analyst = Annotated[Caller, allow("analyst")]
Reader = Literal["survey", "interview", "telegram"]
Words = Annotated[str, Field(max_length=200)]
# Who reads a file when nobody says so.
READERS: dict[Reader, tuple[str, ...]] = {
    "survey": (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".csv", ".tsv"),
    "interview": (".docx", ".odt", ".rtf", ".txt", ".md", ".pdf", ".srt", ".vtt", ".html", ".htm"),
    "telegram": (".json",),
}
LAST = 20
_SUBJECT = "files"


class NewFile(BaseModel):
    """A file and how to read it. ``column`` holds a table's open answers, ``client`` is who answers in a transcript."""

    model_config = ConfigDict(extra="forbid")

    file: UploadFile
    name: str = Field(min_length=1, max_length=60, pattern=r"^[\w][\w .-]*$")
    reader: Reader | None = None
    group: Words = ""
    basis: Words = ""
    date: dt.date | None = None
    column: Words = ""
    client: Words = ""
    again: bool = Field(False, description="The same file as before under this name, corrected or with more in it.")


Brought = Annotated[NewFile, Form(media_type="multipart/form-data")]


class Part(BaseModel):
    title: str
    count: int


class FileLook(BaseModel):
    """What would come of a file: five posts as parsed, its questions, who speaks, what people say of themselves."""

    reader: Reader
    posts: list[ShownOut]
    count: int
    people: int
    questions: list[Part]
    roles: list[Part]
    told: list[str]


class FileOut(BaseModel):
    """A file that was taken in; ``new`` posts weren't there before, ``changed`` ones read otherwise now."""

    name: str
    reader: Reader
    group: str | None
    basis: str | None
    new: int
    changed: int
    same: int
    who: str
    at: dt.datetime


@router.post("/sources/uploads/preview")
def look(at: AtDesk, who: Analyst, body: Brought, key: IdempotencyKey = None) -> FileLook:
    """Read a file and show what would come of it. Takes a minute at most, keeps nothing."""
    del key, who
    reader = _reader(body)
    posts = _posts(at, body, reader)
    asked = Counter(post.title for post in posts if post.title) if reader == "survey" else Counter[str]()
    spoken = Counter(post.role for post in posts) if reader == "interview" else Counter[str]()
    return FileLook(
        reader=reader,
        posts=[
            ShownOut.model_validate(preview.shown(p), from_attributes=True) for p in _clients(posts)[: preview.POSTS]
        ],
        count=len(posts),
        people=len({post.speaker for post in _clients(posts)}),
        questions=[Part(title=title, count=count) for title, count in asked.most_common()],
        roles=[Part(title=SPEAKERS[role], count=count) for role, count in spoken.most_common()],
        told=list(_told(posts)),
    )


@router.post("/sources/uploads", status_code=201)
def bring(at: AtDesk, who: Analyst, body: Brought, key: IdempotencyKey = None) -> FileOut:
    """Take the posts of a file in under a name; the same file again under its name brings only what has changed."""
    del key
    reader = _reader(body)
    if any(source.name == body.name for source in at.store.sources.list()):
        raise Problem(409, f"«{body.name}» – источник, который обходит miner. Назовите файл иначе.")
    if not body.again and at.store.posts.of_thread(body.name, _kept_name(body)):
        said = "Если это он же, исправленный или дополненный, отметьте это; иначе назовите файл по-другому."
        raise Problem(409, f"Под названием «{body.name}» уже есть сообщения из файла. {said}", again=True)
    added = at.store.posts.add(_posts(at, body, reader))
    ask(at.store, "annotate")
    told = {
        "name": body.name,
        "reader": reader,
        "group": body.group or None,
        "basis": body.basis or None,
        "new": added.new,
        "changed": added.changed,
        "same": added.same + added.updated,
    }
    at.store.audit.write(who.name, "upload", _SUBJECT, after=told)
    return taken(at)[0]


@router.get("/sources/uploads")
def uploads(at: AtDesk, who: Signed) -> list[FileOut]:
    """The last files that were taken in, the latest first."""
    del who
    return taken(at)


def taken(at: Desk) -> list[FileOut]:
    """What ``uploads`` shows."""
    deeds = at.store.audit.page(subject=_SUBJECT, limit=LAST)
    return [FileOut(who=deed.who, at=deed.at, **deed.after) for deed in deeds if deed.after]


def _kept_name(body: NewFile) -> str:
    return body.name + Path(body.file.filename or "").suffix.lower()


def _reader(body: NewFile) -> Reader:
    """Raises Problem 422 that lists the kinds of files."""
    suffix = Path(_kept_name(body)).suffix
    for reader, suffixes in READERS.items():
        if suffix in suffixes:
            return body.reader or reader
    known = "таблицы (.xlsx, .xls, .ods, .csv), интервью (.docx, .odt, .rtf, .txt, .pdf, .srt, .vtt, .html)"
    raise Problem(422, f"Принимаются {known} и выгрузки Telegram (.json).")


def _posts(at: Desk, body: NewFile, reader: Reader) -> list[Post]:
    """The posts of the file, read apart. Raises Problem 422 with what to do about it."""
    from miner.jsonl import read_posts

    options = {
        "--group": body.group,
        "--source": body.name,
        "--date": body.date.isoformat() if body.date and reader != "telegram" else "",
        "--text-column": body.column if reader == "survey" else "",
        "--client": body.client if reader == "interview" else "",
    }
    with tempfile.TemporaryDirectory() as folder:
        # Posts are known again by the name under which they came.
        path = Path(folder) / _kept_name(body)
        path.write_bytes(body.file.file.read())
        read = Path(folder) / "posts.jsonl"
        said = [f"{flag}={value}" for flag, value in options.items() if value]
        apart.run(at, ["collect", reader, str(path), "-o", str(read), *said], path)
        return list(read_posts(str(read)))


def _clients(posts: list[Post]) -> list[Post]:
    return [post for post in posts if post.role == "client"]


def _told(posts: list[Post]) -> Iterator[str]:
    """What respondents say of themselves, in the words of the profile."""
    fields = dict.fromkeys(field for post in posts for field in post.extra.get("disclosed", {}))
    traits = load_template().traits
    for field in fields:
        yield traits[field].title if field in traits else field
