"""Settings: the built-in defaults, then config/miner.toml, then the workspace's miner.toml, then the environment.

All mistakes are reported at once, each with file, key and the allowed values.
"""

from __future__ import annotations

import functools
import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, ValidationError, field_validator

from miner.errors import BadConfig, BadInput

ENV_PREFIX = "MINER_"
# Hours of the day, such as 22-6.
HOURS = re.compile(r"^(?:(?:[01]?\d|2[0-3])-(?:[01]?\d|2[0-3]))?$")
# Read by their own names, not as section__key.
PLAIN_ENV = ("MINER_WORKSPACE", "MINER_DATABASE_URL", "MINER_QUEUE_URL", "MINER_CONFIG")
# Other names of keys of the section llm, which MINER_LLM__URL and the like set, too.
LLM_ENV = {"MINER_LLM_URL": "url", "MINER_LLM_MODEL": "model", "MINER_LLM_KEY": "key"}


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Nlp(Section):
    max_chars: int = Field(20_000, ge=1_000, le=1_000_000)
    relevance_threshold: float = Field(0.5, ge=0, le=1)
    statement_threshold: float = Field(0, ge=0, le=1)


class Statements(Section):
    backend: Literal["local", "llm"] = "local"
    model: str = ""


class Encoder(Section):
    name: str = Field("navec", min_length=1)


class Topics(Section):
    seed: int = Field(42, ge=0)
    min_size: int = Field(4, ge=2, le=1_000)


class Themes(Section):
    min_authors: int = Field(3, ge=1)
    max_quotes: int = Field(0, ge=0)
    wording: Literal["rules", "llm"] = "rules"


class Llm(Section):
    url: str = Field("", pattern=r"^(?:https?://[^\s@]+)?$")
    model: str = ""
    key: str = Field("", pattern=r"^[\x21-\x7e]*$")
    timeout: float = Field(60.0, gt=0, le=3_600)
    retries: int = Field(3, ge=0, le=20)
    patience: float = Field(60.0, ge=0, le=3_600)
    parallel: int = Field(4, ge=1, le=64)
    posts_per_call: int = Field(8, ge=1, le=100)
    calls_per_day: int = Field(0, ge=0)
    tokens_per_day: int = Field(0, ge=0)


class ProfileShape(Section):
    lines: int = Field(7, ge=1, le=50)
    min_disclosures: int = Field(5, ge=1)


class Web(Section):
    host: str = "127.0.0.1"
    port: int = Field(8080, ge=0, le=65_535)
    session_hours: int = Field(12, ge=1, le=168)
    oidc_issuer: str = Field("", pattern=r"^(?:https?://\S+)?$")
    oidc_client_id: str = ""
    oidc_client_secret: str = ""
    oidc_claim: str = Field("preferred_username", min_length=1)


class Fetch(Section):
    contact: str = ""
    delay: float = Field(1.0, ge=0, le=3_600)
    timeout: float = Field(30.0, gt=0, le=600)
    retries: int = Field(3, ge=0, le=20)
    patience: float = Field(120.0, ge=0, le=86_400)
    max_bytes: int = Field(10_485_760, ge=1_024)
    pages: int = Field(0, ge=0)
    total_bytes: int = Field(0, ge=0)
    hours: str = Field("", pattern=HOURS.pattern)
    robots: bool = True
    allow_hosts: list[str] = []

    @field_validator("allow_hosts", mode="before")
    @classmethod
    def _listed(cls, value: Any) -> Any:
        # The environment gives one string: MINER_FETCH__ALLOW_HOSTS=forum.local,10.0.0.5:8000
        return [name.strip() for name in value.split(",") if name.strip()] if isinstance(value, str) else value


class Service(Section):
    timezone: str = Field("Europe/Moscow", min_length=1)
    jitter: int = Field(300, ge=0, le=86_400)
    pause_after: int = Field(5, ge=1, le=1_000)
    crawlers: int = Field(4, ge=1, le=64)
    refit: str = "по воскресеньям в 04:00"
    refit_without: float = Field(0.3, gt=0, le=1)
    refit_drift: float = Field(0.2, gt=0, le=1)
    keep_posts_days: int = Field(0, ge=0)
    keep_ledger_days: int = Field(365, ge=0)
    keep_runs_days: int = Field(90, ge=1)


class Settings(Section):
    """Everything an analyst may set. ``Settings()`` holds the built-in values."""

    nlp: Nlp = Nlp()
    statements: Statements = Statements()
    encoder: Encoder = Encoder()
    topics: Topics = Topics()
    themes: Themes = Themes()
    llm: Llm = Llm()
    profile: ProfileShape = ProfileShape()
    web: Web = Web()
    fetch: Fetch = Fetch()
    service: Service = Service()
    _home: Path | None = PrivateAttr(None)

    @property
    def home(self) -> Path:
        """The workspace that these settings were read for."""
        return self._home or workspace_path()


@functools.cache
def resources() -> Path:
    """The folder that holds config/, models/ and corpora/: the checkout, or inside the installed wheel."""
    package = Path(__file__).resolve().parent
    for root in (package / "_resources", package.parent):
        if (root / "config" / "miner.toml").is_file():
            return root
    raise BadInput("config/miner.toml is missing from the installation. Install miner again.")


def workspace_path(given: str | Path | None = None) -> Path:
    """``--workspace``, else MINER_WORKSPACE, else ./var."""
    return Path(given or os.environ.get("MINER_WORKSPACE") or "var")


def load_settings(*files: Path) -> Settings:
    """Read config/miner.toml, then ``files`` that exist, then MINER_SECTION__KEY from the environment.

    The folder of the first of the ``files`` is the workspace. Raises BadConfig with every mistake of every file.
    """
    mistakes: list[str] = []
    merged: dict[str, dict[str, Any]] = {}
    origin: dict[tuple[str, ...], str] = {}
    for file in [resources() / "config" / "miner.toml", *files, *_extra_file()]:
        if not file.is_file():
            continue
        try:
            layer = tomllib.loads(file.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            mistakes.append(f"{file}: no TOML: {error}")
            continue
        _merge(merged, layer, str(file), origin)
    _merge(merged, _environment(), "environment", origin)
    try:
        settings = Settings.model_validate(merged)
    except ValidationError as error:
        mistakes += [_complaint(e, origin) for e in error.errors()]
    if mistakes:
        raise BadConfig(mistakes)
    if files:
        settings._home = files[0].parent  # noqa: SLF001  # its own, and no key of a file
    return settings


def _extra_file() -> Iterator[Path]:
    if given := os.environ.get("MINER_CONFIG"):
        if not Path(given).is_file():
            raise BadInput(f"MINER_CONFIG={given}: no such file. Name a TOML file, or unset it.")
        yield Path(given)


def _merge(
    merged: dict[str, dict[str, Any]], layer: Mapping[str, Any], name: str, origin: dict[tuple[str, ...], str]
) -> None:
    for section, keys in layer.items():
        origin[(section,)] = name
        if not isinstance(keys, Mapping):
            merged[section] = keys
            continue
        home = merged.setdefault(section, {})
        if not isinstance(home, dict):
            continue
        for key, value in keys.items():
            home[key] = value
            origin[(section, key)] = name


def _environment() -> dict[str, dict[str, str]]:
    layer: dict[str, dict[str, str]] = {}
    for name, value in os.environ.items():
        if name.startswith(ENV_PREFIX) and name not in PLAIN_ENV and "__" in name:
            section, _, key = name.removeprefix(ENV_PREFIX).lower().partition("__")
            layer.setdefault(section, {})[key] = value
        elif name in LLM_ENV:
            layer.setdefault("llm", {}).setdefault(LLM_ENV[name], value)
    return layer


def _complaint(error: Any, origin: Mapping[tuple[str, ...], str]) -> str:
    where = tuple(str(part) for part in error["loc"])
    file = origin.get(where[:2]) or origin.get(where[:1]) or "settings"
    key = ".".join(where)
    if error["type"] == "extra_forbidden":
        return f"{file}: {key}: no such {'section' if len(where) == 1 else 'key'}. Known: {', '.join(_known(where))}."
    return f"{file}: {key} = {error['input']!r}: {error['msg'][0].lower() + error['msg'][1:]}"


def _known(where: tuple[str, ...]) -> list[str]:
    if len(where) == 1:
        return list(Settings.model_fields)
    section = Settings.model_fields[where[0]].annotation
    return list(section.model_fields) if isinstance(section, type) and issubclass(section, BaseModel) else []
