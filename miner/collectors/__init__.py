"""Collectors: an address or a file goes in, posts come out. A file here is a source, ``collect`` the method to write.

The first line of a member's docstring is what ``miner collect --help`` says of it, and its ``Options`` are its flags,
so that a new collector needs no line anywhere else.
"""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from miner.components import names
from miner.errors import BadInput
from miner.records import POST_FIELDS, Post

if TYPE_CHECKING:
    from miner.fetch import Fetcher, Frontier
    from miner.settings import Fetch

Hide = Callable[[str, str], str]


class Options(BaseModel):
    """What every collector may be told. A member's ``Options`` adds its own; ``description`` is the help text."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    group: str | None = Field(None, description="client group that the posts are given")
    source: str | None = Field(None, description="name of the source in the posts, instead of the usual one")


@dataclass(frozen=True, slots=True)
class Flag:
    """An option as a command line shows it; ``many`` may be given several times."""

    name: str
    flag: str
    kind: Literal["text", "number", "switch"]
    help: str
    default: Any = None
    many: bool = False
    choices: tuple[str, ...] = ()


def _as_it_is(_source: str, name: str) -> str:
    return name


def _unheard(_message: str) -> None:
    pass


def _unknown(_post: str) -> bool:
    return False


def _unasked(_source: str, _thread: str, _ids: Sequence[str], _whole: bool) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Context:
    """What the caller lends a collector.

    ``hide(source, name)`` turns a person's name into a key before anything is written; ``say`` hears what the analyst
    should know (a guess, a skipped page); ``known(post id)`` is true for posts of earlier crawls, where a collector
    may stop; ``shown(source, thread, ids, whole)`` hears all that a thread shows (or all from the first of the ids on),
    so that posts of earlier crawls that are missing there are known to have vanished; ``fetcher`` and ``frontier``
    carry the manners and the memory of the caller (a collector makes its own when they are missing).
    """

    hide: Hide = _as_it_is
    say: Callable[[str], None] = _unheard
    known: Callable[[str], bool] = _unknown
    shown: Callable[[str, str, Sequence[str], bool], None] = _unasked
    fetcher: Fetcher | None = None
    frontier: Frontier | None = None


AnyOptions = Options


class Collector(ABC):
    """Yields the posts of its targets, each person's name already hidden by ``context.hide``.

    Raises BadInput for a target or an option that can't be used, SourceGone for a source that was closed.
    """

    Options: ClassVar[type[Options]] = Options
    source: ClassVar[str]
    target: ClassVar[str] = "TARGET"

    def __init__(
        self, targets: Sequence[str], options: AnyOptions | None = None, context: Context | None = None
    ) -> None:
        self.targets = tuple(targets)
        self.options = options or self.Options()
        self.context = context or Context()
        # Why it stopped before its end: a budget, the hours, a wish from outside.
        self.unfinished: str | None = None
        if not self.targets:
            raise BadInput(f"no {self.target} given. Name at least one.")

    @classmethod
    def asking(cls, options: AnyOptions, settings: Fetch, **lent: Any) -> Fetcher | None:
        """The fetcher of a member that asks for addresses; None for one that reads files."""
        del options, settings, lent
        return None

    @abstractmethod
    def collect(self) -> Iterator[Post]:
        """Yield the posts, those of one thread in the order they were written."""

    def suggest(self) -> str:
        """A draft of the TOML that would make collecting better, for the analyst to correct."""
        raise BadInput(f"{type(self).__name__} has nothing to suggest. Leave --suggest out.")

    def post(self, *, author: str | None, **fields: Any) -> Post:
        """A post with its author's name hidden; fields that no post has go into ``extra``, empty ones nowhere."""
        given = {name: value for name, value in fields.items() if value is not None}
        source = self.options.source or given.pop("source", None) or self.source
        if author:
            given["author"] = self.hide(author, source)
        if self.options.group:
            given["group"] = self.options.group
        known = {name: value for name, value in given.items() if name in POST_FIELDS}
        extra = {name: value for name, value in given.items() if name not in POST_FIELDS and name != "source"}
        return Post(**known | {"source": source}, extra=extra)

    def hide(self, name: str, source: str | None = None) -> str:
        return self.context.hide(source or self.options.source or self.source, name)


Base = Collector


def summary(name: str) -> str:
    """The first line of a member's docstring; nothing is imported.

    >>> summary("interview").startswith("Interviews")
    True
    """
    file = Path(__file__).with_name(f"{name}.py")
    path = file if file.is_file() else Path(__file__).with_name(name) / "__init__.py"
    return (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").partition("\n")[0]


def summaries() -> dict[str, str]:
    """The family by name, each with its summary."""
    return {name: summary(name) for name in names("collectors")}


def flags(options: type[Options]) -> list[Flag]:
    """The options of a collector as a command line offers them.

    >>> [f.flag for f in flags(Options)]
    ['--group', '--source']
    """
    return [_flag(name, field.annotation, field) for name, field in options.model_fields.items()]


def _flag(name: str, annotation: Any, field: Any) -> Flag:
    inner = [a for a in get_args(annotation) if a is not type(None)]
    plain = inner[0] if inner and get_origin(annotation) not in (tuple, list, Literal) else annotation
    many = get_origin(plain) in (tuple, list)
    value = get_args(plain)[0] if many else plain
    choices = tuple(str(c) for c in get_args(value)) if get_origin(value) is Literal else ()
    kind: Literal["text", "number", "switch"] = "text"
    if value is bool:
        kind = "switch"
    elif value in (int, float):
        kind = "number"
    help_text = field.description or ""
    return Flag(name, f"--{name.replace('_', '-')}", kind, help_text, field.get_default(), many, choices)


def configure(options: type[Options], given: Mapping[str, Any]) -> Options:
    """Options from what a command line or a source's TOML gave. Raises BadInput that names flag, rule and known flags.

    >>> configure(Options, {"grup": "rural"})
    Traceback (most recent call last):
    miner.errors.BadInput: no option --grup. Known: --group, --source.
    """
    try:
        return options.model_validate({name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        raise BadInput("; ".join(_complaint(options, e) for e in error.errors()) + ".") from None


def _complaint(options: type[Options], error: Any) -> str:
    flag = "--" + str(error["loc"][0]).replace("_", "-") if error["loc"] else "options"
    if error["type"] == "extra_forbidden":
        return f"no option {flag}. Known: {', '.join(f.flag for f in flags(options))}"
    return f"{flag} {error['input']!r}: {error['msg'][0].lower() + error['msg'][1:]}"
