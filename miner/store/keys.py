"""Authors by key: HMAC-SHA256 of source and name, so that no name is written anywhere.

The secret is made on first use and never leaves the workspace. A key carries a tag made with the same secret: a person
who calls himself like a key is no key, and a key that comes back from a file is left alone.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import hmac
import os
import re
import secrets
import stat
import unicodedata
from collections.abc import Callable
from pathlib import Path

from miner.errors import BadInput, NotWritable

FILE = "author.key"
PREFIX = "a:"
_KEY = re.compile(r"a:([0-9a-f]{32})([0-9a-f]{16})")
_SECRET = re.compile(rb"[0-9a-f]{64}\n?")
_CACHED = 65_536


class AuthorKeys:
    """The keys of a workspace.

    >>> import tempfile
    >>> keys = AuthorKeys(Path(tempfile.mkdtemp()))
    >>> key = keys.key("forum.example.ru", "Маша")
    >>> key == keys.key("forum.example.ru", " Маша "), key == keys.key("vk", "Маша")
    (True, False)
    >>> keys.key("forum.example.ru", key) == key, keys.is_key(key), keys.is_key("a:" + "0" * 48)
    (True, True, False)
    """

    def __init__(self, workspace: Path) -> None:
        self.path = Path(workspace) / FILE
        self._known: Callable[[str | None, str], str] = functools.lru_cache(_CACHED)(self._make)

    def key(self, source: str | None, name: str) -> str:
        """What stands for this person everywhere; a key stays as it is."""
        return self._known(source, name)

    def is_key(self, name: str) -> bool:
        """Whether this workspace made it."""
        match = _KEY.fullmatch(name)
        return match is not None and hmac.compare_digest(self._tag(match[1]), match[2])

    def mark(self, purpose: str, text: str = "") -> bytes:
        """Sixteen bytes that only this workspace can make: to know a thing again without keeping it."""
        return self._mac("mark", purpose, text)[:16]

    def _make(self, source: str | None, name: str) -> str:
        if self.is_key(name):
            return name
        plain = unicodedata.normalize("NFC", name.strip())
        body = self._mac("author", source or "", plain)[:16].hex()
        return PREFIX + body + self._tag(body)

    def _tag(self, body: str) -> str:
        return self._mac("tag", body)[:8].hex()

    def _mac(self, *parts: str) -> bytes:
        mac = hmac.new(self._secret, digestmod=hashlib.sha256)
        for part in parts:
            data = part.encode("utf-8", "surrogatepass")
            mac.update(len(data).to_bytes(8, "big") + data)
        return mac.digest()

    @functools.cached_property
    def _secret(self) -> bytes:
        if not self.path.exists():
            _write_once(self.path, secrets.token_hex(32).encode() + b"\n")
        return bytes.fromhex(_read(self.path).decode().strip())


def _write_once(path: Path, data: bytes) -> None:
    """Whole or not at all, and never over another's: whoever is sooner makes it."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _create(beside, data)
        with contextlib.suppress(FileExistsError):
            try:
                os.link(beside, path)
            except (PermissionError, NotImplementedError):  # a disk without hard links
                _create(path, data)
    except OSError as error:
        raise NotWritable(
            f"{path}: the key of the authors can't be written: {error.strerror}. Choose a workspace you may write to."
        ) from error
    finally:
        with contextlib.suppress(OSError):
            beside.unlink()


def _create(path: Path, data: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


def _read(path: Path) -> bytes:
    try:
        with open(path, "rb") as stream:
            mode = os.fstat(stream.fileno()).st_mode
            data = stream.read(1_024)
    except OSError as error:
        raise BadInput(
            f"{path}: the key of the authors can't be read: {error.strerror}. Mend its owner or mode."
        ) from error
    if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise BadInput(
            f"{path}: mode {stat.S_IMODE(mode):04o} lets others read the key of the authors, 0600 is needed. "
            f"Run: chmod 600 {path}"
        )
    if not _SECRET.fullmatch(data):
        raise BadInput(
            f"{path}: no key of authors: 64 hexadecimal digits are needed. "
            "Put the file back from a backup; a new one would make strangers of all known authors."
        )
    return data
