"""A workspace's consent to send masked words to one address, with who gave it and when. A new address asks anew."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, ValidationError

from miner.jsonl import whole_file
from miner.llm.errors import NoConsent

FILE = "consent.json"


class Consent(BaseModel):
    """``at`` is ISO 8601, ``place`` the address without what follows the host's port."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    who: str
    at: str
    place: str


def place(url: str) -> str:
    """Whom a consent is about: scheme, host and port.

    >>> place("https://LLM.example.ru/v1/"), place("http://10.0.0.5:8000/v1")
    ('https://llm.example.ru', 'http://10.0.0.5:8000')
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{host}" + (f":{parts.port}" if parts.port else "")


def given(home: Path) -> Consent | None:
    """The consent that lies in a workspace's folder; None without one, or when the file is none."""
    try:
        return Consent.model_validate_json((home / FILE).read_bytes())
    except (OSError, ValidationError):
        return None


def give(home: Path, url: str, *, who: str, at: str) -> Consent:
    """Write the consent down."""
    consent = Consent(who=who, at=at, place=place(url))
    with whole_file(home / FILE) as beside:
        beside.write_text(consent.model_dump_json(indent=1) + "\n", encoding="utf-8")
    return consent


def withdraw(home: Path) -> bool:
    """Take the consent back, with effect from the next call on; False when there was none."""
    there = (home / FILE).exists()
    (home / FILE).unlink(missing_ok=True)
    return there


def check(home: Path, url: str) -> None:
    """Raise NoConsent, which says how to give it, when this workspace did not agree to this address."""
    consent = given(home)
    if consent is None:
        raise NoConsent(
            f"{home.parent}: nobody agreed that masked posts go to {place(url)}. "
            "Agree with miner llm consent --who NAME, or leave statements.backend and themes.wording as they were."
        )
    if consent.place != place(url):
        raise NoConsent(
            f"{home.parent}: {consent.who} agreed to {consent.place}, not to {place(url)}. "
            "Agree anew with miner llm consent --who NAME."
        )
