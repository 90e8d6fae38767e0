"""Profiles: the draft that authors work on, its versions, what changed between them, and the files made of them."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path as File
from typing import Annotated, Any, Literal
from urllib.parse import quote as quoted

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from miner import pipeline
from miner.errors import BadInput
from miner.profiles import compare
from miner.records import KINDS, Kind, Profile
from miner.store import Overtaken, Version
from miner.web.access import AtDesk, Caller, Signed, allow
from miner.web.desk import Desk, now
from miner.web.drafts import Drafts, Item, State, differs, drafts, names, titles
from miner.web.problems import Problem, described
from miner.web.repeats import IdempotencyKey, Once
from miner.web.versions import IfMatch, check_match, conflict, etag

router = APIRouter(tags=["profiles"], route_class=Once)
Name = Annotated[str, Path(min_length=1, max_length=200)]
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
Author = Annotated[Caller, allow("author")]
Words = Annotated[str, Field(min_length=1, max_length=300, pattern=r"\S")]
Anyway = Annotated[bool, Field(description="Keep words that look like personal data; exports hide them.")]
Format = Literal["word", "pdf", "html", "image", "slides", "excel", "json", "markdown"]
Quoting = Literal["whole", "short", "paraphrased", "none"]
FORMATS: dict[Format, tuple[str, str]] = {
    "word": ("Word", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "pdf": ("PDF", "application/pdf"),
    "slides": ("PowerPoint", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    "excel": ("Excel", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "html": ("страница HTML", "text/html; charset=utf-8"),
    "image": ("картинка PNG", "image/png"),
    "markdown": ("Markdown", "text/markdown; charset=utf-8"),
    "json": ("JSON", "application/json"),
}
QUOTING: dict[Quoting, str] = {
    "whole": "дословно",
    "short": "отрывками: поиск по фразе не найдёт автора",
    "paraphrased": "пересказом",
    "none": "без цитат",
}
# Setting pages and drawing pictures is heavy; one at a time leaves the rest of the room quick.
_exporting = threading.Lock()


class VersionOut(BaseModel):
    """The head of a version; a draft becomes current when somebody endorses it."""

    group: str
    version: int
    status: Literal["draft", "current", "archived"]
    title: str
    made: str
    endorsed_by: str | None
    endorsed_at: str | None


class NewVersion(BaseModel):
    """Nothing is asked: a version is what was mined and decided by now."""

    model_config = ConfigDict(extra="forbid")


class ItemOut(BaseModel):
    """A line of the draft, or a remark on a characteristic (``field``). ``said`` is what was proposed."""

    id: str
    kind: Kind | None
    field: str | None
    text: str
    said: str
    own: bool
    state: State
    authors: int | None
    share: float | None
    who: str | None
    at: str | None
    etag: str


class ColumnOut(BaseModel):
    """A column's lines in their order; ``etag`` is the order's."""

    kind: Kind
    lines: list[ItemOut]
    etag: str


class DraftOut(BaseModel):
    """What the next version will say. ``changed``: the last version says something else, or there is none."""

    group: str
    title: str
    version: int | None
    changed: bool
    columns: list[ColumnOut]
    remarks: list[ItemOut]


class ItemDecision(BaseModel):
    """``text`` for edit, ``reason`` for any; remove keeps a line out of every later version, undo takes it back."""

    model_config = ConfigDict(extra="forbid")

    action: Literal["accept", "edit", "remove", "undo"]
    text: Words | None = None
    reason: str | None = Field(None, max_length=1_000)
    anyway: Anyway = False


class NewOwn(BaseModel):
    """A line from the staff's own experience."""

    model_config = ConfigDict(extra="forbid")

    kind: Kind
    text: Words
    anyway: Anyway = False


class NewRemark(BaseModel):
    """What the staff know of a characteristic."""

    model_config = ConfigDict(extra="forbid")

    field: str = Field(min_length=1, max_length=100)
    text: Words
    anyway: Anyway = False


class Order(BaseModel):
    """The ids of a column's lines, first to last; lines that are not named follow."""

    model_config = ConfigDict(extra="forbid")

    lines: list[Annotated[str, Field(min_length=1, max_length=200)]] = Field(max_length=200)


class ChangeOut(BaseModel):
    """A line in two versions; ``difference`` of shares with its 95 % interval where both are known."""

    what: Literal["new", "grown", "faded", "gone", "reworded", "same"]
    kind: Kind
    text: str
    before: str | None
    difference: float | None
    ci: tuple[float, float] | None


# -- the draft --


@router.get("/profiles/{group}/draft", responses=described(404))
def draft(at: AtDesk, who: Signed, group: Name) -> DraftOut:
    """The lines that the next version will have, as they stand after everybody's decisions."""
    del who
    title = title_of(at, group)
    known = drafts(at)
    lines = known.lines(at, group)
    last = at.store.profiles.latest(group)
    remarks = [out(item) for items in known.remarks(group).values() for item in items]
    return DraftOut(
        group=group,
        title=title,
        version=last.version if last else None,
        changed=differs(lines, last),
        columns=[
            ColumnOut(kind=kind, lines=[out(i) for i in lines[kind]], etag=known.order_etag(group, kind))
            for kind in KINDS
        ],
        remarks=remarks,
    )


@router.get("/profiles/{group}/lines/{line}", responses=described(404))
def line(at: AtDesk, who: Signed, response: Response, group: Name, line: Name) -> ItemOut:
    """A line or a remark; its ETag is what a decision names in If-Match."""
    del who
    found = item_of(at, group, line)
    response.headers["ETag"] = found.etag
    return out(found)


@router.post("/profiles/{group}/lines", status_code=201, responses=described(404))
def add_line(at: AtDesk, who: Author, group: Name, body: NewOwn, key: IdempotencyKey = None) -> ItemOut:
    """Add a line from the staff's own experience. 422 with ``personal`` when it seems to hold personal data."""
    del key
    title_of(at, group)
    return _written(at, who, group, "line", body.text, anyway=body.anyway, kind=body.kind)


@router.post("/profiles/{group}/remarks", status_code=201, responses=described(404))
def add_remark(at: AtDesk, who: Author, group: Name, body: NewRemark, key: IdempotencyKey = None) -> ItemOut:
    """Complete a characteristic from the staff's experience. 422 with ``personal`` as for lines."""
    del key
    title_of(at, group)
    try:
        pipeline.characteristic(at.store, group, body.field)
    except BadInput as error:
        raise Problem(422, f"В портрете этой группы нет характеристики «{body.field}».") from error
    return _written(at, who, group, "fact", body.text, anyway=body.anyway, field=body.field)


@router.post("/profiles/{group}/lines/{line}/decisions", responses=described(404, 409, 428))
def decide(
    at: AtDesk,
    who: Author,
    response: Response,
    group: Name,
    line: Name,
    body: ItemDecision,
    match: IfMatch = None,
    key: IdempotencyKey = None,
) -> ItemOut:
    """Accept, edit or remove a line, or take the last word on it back."""
    del key
    item = item_of(at, group, line)
    yours = body.model_dump(exclude_defaults=True)
    if match and match != item.etag and _is_done(item, who, body):
        response.headers["ETag"] = item.etag
        return out(item)
    check_match(match, item.etag, now=out(item).model_dump(mode="json"), yours=yours)
    action, target, data = _meant(item, body)
    _decent(at, body.text if body.action == "edit" else None, anyway=body.anyway)
    try:
        pipeline.decide(
            at.store,
            action,
            target,
            who=who.name,
            at=_moment(),
            last=item.last,
            anyway=True,
            reason=body.reason,
            **data,
        )
    except Overtaken as error:
        there = item_of(at, group, line)
        raise conflict(there.etag, now=out(there).model_dump(mode="json"), yours=yours) from error
    after = item_of(at, group, line)
    subject = f"{'candidate' if not item.own else 'line' if item.kind else 'remark'}:{line}"
    at.store.audit.write(who.name, body.action, subject, before=_told(item), after=_told(after))
    response.headers["ETag"] = after.etag
    return out(after)


@router.put("/profiles/{group}/order/{kind}", responses=described(404, 409, 428))
def reorder(
    at: AtDesk,
    who: Author,
    response: Response,
    group: Name,
    kind: Kind,
    body: Order,
    match: IfMatch = None,
    key: IdempotencyKey = None,
) -> ColumnOut:
    """Put the lines of a column into an order, which holds for every later version; an empty list undoes it."""
    del key
    title_of(at, group)
    known = drafts(at)
    check_match(match, known.order_etag(group, kind), now=_column(at, known, group, kind), yours=body.lines)
    before, last = known.order(group, kind)
    target = f"order:{group}:{kind}"
    wanted = names([item for item in (known.find(at, group, line) for line in body.lines) if item])
    try:
        data: dict[str, Any] = {"group": group, "kind": kind, "lines": wanted}
        pipeline.decide(at.store, "order", target, who=who.name, at=_moment(), last={target: last}, **data)
    except Overtaken as error:
        there = _column(at, known, group, kind)
        raise conflict(known.order_etag(group, kind), now=there, yours=body.lines) from error
    at.store.audit.write(who.name, "order", target, before=list(before), after=wanted)
    response.headers["ETag"] = known.order_etag(group, kind)
    return ColumnOut.model_validate(_column(at, known, group, kind))


# -- versions --


@router.get("/profiles/{group}/versions")
def versions(at: AtDesk, who: Signed, group: Name) -> list[VersionOut]:
    """The versions of a group's profile, oldest first."""
    del who
    return [_out(version) for version in at.store.profiles.list(group)]


@router.post("/profiles/{group}/versions", status_code=201, responses=described(404))
def build(at: AtDesk, who: Author, group: Name, body: NewVersion, key: IdempotencyKey = None) -> VersionOut:
    """Make the next draft of a profile: every accepted line, the staff's own, and the best of what is open."""
    del key, body
    title_of(at, group)
    with at.language:
        made = pipeline.profile(at.store, group, at.settings, made=now().date().isoformat())
    made = at.store.profiles.save(made)
    at.store.audit.write(who.name, "build", f"profile:{group}", after={"version": made.version})
    return VersionOut.model_validate(made, from_attributes=True)


@router.get("/profiles/{group}/versions/{version}", responses=described(404))
def version(at: AtDesk, who: Signed, response: Response, group: Name, version: Number) -> dict[str, Any]:
    """A version in the interchange form ``miner-profile/1``; its ETag is what an endorsement names in If-Match."""
    del who
    found = version_of(at, group, version)
    response.headers["ETag"] = version_etag(found)
    return found.to_json()


@router.post("/profiles/{group}/versions/{version}/endorsement", responses=described(404, 409, 428))
def endorse(
    at: AtDesk,
    who: Author,
    response: Response,
    group: Name,
    version: Number,
    match: IfMatch = None,
    key: IdempotencyKey = None,
) -> VersionOut:
    """Put a draft in force; the version before it is archived."""
    del key
    found = version_of(at, group, version)
    state = VersionOut.model_validate(found, from_attributes=True).model_dump(mode="json")
    check_match(match, version_etag(found), now=state, yours={"status": "current"})
    try:
        made = at.store.profiles.endorse(group, version, who.name)
    except BadInput as error:
        raise Problem(422, "Утвердить можно только черновик. Соберите новую версию и утвердите её.") from error
    at.store.audit.write(who.name, "endorse", f"profile:{group}", before=state, after={"version": version})
    response.headers["ETag"] = version_etag(made)
    return VersionOut.model_validate(made, from_attributes=True)


@router.get("/profiles/{group}/comparison", responses=described(404))
def comparison(
    at: AtDesk,
    who: Signed,
    group: Name,
    before: Annotated[int, Query(ge=1, le=2**31 - 1)],
    after: Annotated[int | None, Query(ge=1, le=2**31 - 1, description="The draft as it stands, if left out.")] = None,
) -> list[ChangeOut]:
    """What changed between two versions, line by line."""
    del who
    title_of(at, group)
    return [
        ChangeOut(
            what=change.what,
            kind=change.line.kind,
            text=change.line.text,
            before=change.before.text if change.before else None,
            difference=change.difference,
            ci=change.ci,
        )
        for change in changes_of(at, group, before, after)
    ]


@router.get(
    "/profiles/{group}/versions/{version}/file",
    response_class=Response,
    responses=described(404) | {200: {"content": {kind.partition(";")[0]: {} for _, kind in FORMATS.values()}}},
)
def file(
    at: AtDesk,
    who: Signed,
    group: Name,
    version: Number,
    format: Format = "word",  # noqa: A002  # the name is a URL's
    quotes: Quoting = "short",
    shape: Literal["a4", "slide"] = "a4",
) -> Response:
    """A version as a file. ``shape`` is the page of an image."""
    del who
    from miner.exporters import file_name

    made = version_of(at, group, version)
    options = {"shape": shape} if format == "image" else {}
    with tempfile.TemporaryDirectory() as folder, _exporting:
        written = pipeline.export(made, format, File(folder), quotes=quotes, **options)
        body, suffix = written.read_bytes(), written.suffix
    name = file_name(made, f" {made.version}{suffix}")
    headers = {
        "Content-Disposition": f"attachment; filename=\"profile{suffix}\"; filename*=UTF-8''{quoted(name, safe='')}",
        # An exported page is a stranger to ours, should anybody open it here.
        "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:",
    }
    return Response(body, media_type=FORMATS[format][1], headers=headers)


# -- what pages share with the API --


def title_of(at: Desk, group: str) -> str:
    """Raises Problem 404."""
    found = titles(at).get(group)
    if found is None:
        raise Problem(404, f"У группы «{group}» пока нет ни предложений, ни портрета.")
    return found


def item_of(at: Desk, group: str, name: str) -> Item:
    """Raises Problem 404."""
    found = drafts(at).find(at, group, name)
    if found is None:
        raise Problem(404, f"Строки «{name}» нет: после пересчёта у строк новые имена. Обновите страницу.")
    return found


def version_of(at: Desk, group: str, number: int) -> Profile:
    """Raises Problem 404."""
    try:
        return at.store.profiles.version(group, number)
    except BadInput as error:
        raise Problem(404, f"Версии {number} у портрета «{group}» нет.") from error


def version_etag(version: Version | Profile) -> str:
    return etag(version.group, version.version, version.status, version.endorsed_at)


def out(item: Item) -> ItemOut:
    support = item.line.support if item.line else None
    return ItemOut(
        id=item.id,
        kind=item.kind,
        field=item.field,
        text=item.text,
        said=item.said,
        own=item.own,
        state=item.state,
        authors=support.authors if support else None,
        share=support.share if support else None,
        who=item.who,
        at=item.at,
        etag=item.etag,
    )


def _column(at: Desk, known: Drafts, group: str, kind: Kind) -> dict[str, Any]:
    lines = [out(item) for item in known.lines(at, group)[kind]]
    return ColumnOut(kind=kind, lines=lines, etag=known.order_etag(group, kind)).model_dump(mode="json")


def _is_done(item: Item, who: Caller, body: ItemDecision) -> bool:
    """Whether this very decision is the last one: its answer was lost, and it comes again (RFC 9110, 13.1.1)."""
    if item.who != who.name:
        return False
    if body.action == "remove":
        return item.state == "removed"
    text = item.said if body.action == "accept" else " ".join((body.text or "").split())
    return body.action in {"accept", "edit"} and (item.state, item.text) == ("accepted", text)


def _meant(item: Item, body: ItemDecision) -> tuple[str, str, dict[str, Any]]:
    """The decision's action, target and data. Raises Problem 422 for what the action lacks."""
    if body.action == "edit" and not body.text:
        raise Problem(422, "Правке нужны слова: пришлите text.")
    if body.action == "undo":
        if item.who is None or (item.own and all(last is None for last in item.last.values())):
            raise Problem(422, "Отменять нечего: решения ещё нет.")
        return "undo", item.target, {}
    if body.action == "remove":
        return "reject", item.id, {}
    if body.action == "accept":
        if item.own:
            raise Problem(422, "Строка написана сотрудником: она уже принята. Убранную возвращает undo.")
        return "accept", item.id, {}
    text = " ".join((body.text or "").split())
    if not item.own:
        return "edit", item.id, {"text": text}
    about = {"kind": item.kind} if item.kind else {"field": item.field}
    return "manual", item.id, {"group": item.group, "text": text, **about}


def _written(at: Desk, who: Caller, group: str, what: str, text: str, *, anyway: bool, **about: Any) -> ItemOut:
    import uuid

    _decent(at, text, anyway=anyway)
    target, text = f"{what}-{uuid.uuid4().hex[:12]}", " ".join(text.split())
    pipeline.decide(
        at.store, "manual", target, who=who.name, at=_moment(), anyway=True, group=group, text=text, **about
    )
    subject = f"{'line' if what == 'line' else 'remark'}:{target}"
    at.store.audit.write(who.name, "manual", subject, after={"group": group, "text": text, **about})
    return out(item_of(at, group, target))


def _decent(at: Desk, text: str | None, *, anyway: bool) -> None:
    """Raise Problem 422 for words that seem to hold personal data, unless the author insists."""
    if not text or anyway:
        return
    with at.language:
        personal = pipeline.private(text)
    if personal:
        raise Problem(
            422,
            f"Похоже на личные данные: {', '.join(personal)}. Портрет говорит о группе, а не о человеке: уберите их.",
            personal=personal,
        )


def _told(item: Item) -> dict[str, Any]:
    return {"state": item.state, "text": item.text}


def _moment() -> str:
    return now().isoformat(timespec="microseconds")


def _out(version: Version) -> VersionOut:
    return VersionOut.model_validate(version, from_attributes=True)


def changes_of(at: Desk, group: str, before: int, after: int | None) -> Iterator[compare.Change]:
    """What changed, as the page shows it. Raises Problem 404."""
    later = version_of(at, group, after) if after else drafts(at).today(at, group)
    yield from compare.compare(later, version_of(at, group, before))
