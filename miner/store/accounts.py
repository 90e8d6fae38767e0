"""Who may work in the review room: accounts, roles, sessions of browsers and tokens of programs.

Passwords are argon2 hashes; secrets of sessions, tokens and the first start's link are kept as digests only.

    accounts.add("anna", "author", "долгий пароль")
    opened = accounts.login("anna", "долгий пароль", place="10.0.0.7")    # Opened(secret, csrf, user)
    accounts.of_session(opened.secret)                                    # the same user, until it expires
    accounts.of_token(accounts.make_token("anna", "отчёт"))
"""

from __future__ import annotations

import dataclasses
import functools
import math
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal, get_args

from sqlalchemy import Connection, delete, func, insert, select, update

from miner.errors import BadInput, MinerError
from miner.store.columns import digest
from miner.store.database import Database, advance
from miner.store.tables import Meta, SessionRow, TokenRow, TriesRow, UserRow

if TYPE_CHECKING:
    from argon2 import PasswordHasher

Role = Literal["analyst", "researcher", "author", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)
SHORTEST, LONGEST, NAME = 10, 1_000, 64
LASTING = timedelta(days=7)
# A visit that is so long ago is the last one, not this one.
VISIT = timedelta(hours=1)
SETUP = timedelta(days=1)
# How many failures are free, for one name from one place, for one place, for one name from anywhere.
FREE = {"pair": 5, "place": 30, "name": 50}
FORGIVEN = timedelta(hours=1)
LONGEST_WAIT = timedelta(minutes=15)


class NotLetIn(MinerError):
    """Name and password don't belong together, or the account is closed."""


class TooManyTries(MinerError):
    """Logins failed so often that the next one has to wait ``seconds``."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(f"too many failed logins. Wait {seconds} s and try again.")


@dataclass(frozen=True, slots=True)
class User:
    """``visited_before`` is when the visit before this one was."""

    id: int
    name: str
    role: Role
    created_at: datetime
    disabled_at: datetime | None = None
    visited_at: datetime | None = None
    visited_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """A session just opened: the cookie's ``secret`` is told once."""

    secret: str
    csrf: str
    user: User


@dataclass(frozen=True, slots=True)
class Token:
    id: int
    label: str
    created_at: datetime
    used_at: datetime | None


_USER = tuple(getattr(UserRow, f.name) for f in dataclasses.fields(User))
_TOKEN = tuple(getattr(TokenRow, f.name) for f in dataclasses.fields(Token))


class Accounts:
    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._db = database
        self._clock = clock

    # -- accounts --

    def add(self, name: str, role: str, password: str | None = None, *, subject: str | None = None) -> User:
        """Make an account; without a password only an identity provider lets its owner in.

        Raises BadInput for a name that is taken or none, an unknown role, a password that is too short.
        """
        row = {"name": _name(name), "role": _role(role), "subject": subject}
        row["password"] = None if password is None else _hashed(password)
        with self._db.writing() as connection:
            advance(connection, "users")
            self._insert(connection, row)
        return self.get(name)

    def get(self, name: str) -> User:
        """Raises BadInput, with the names that there are."""
        found = self._find(UserRow.key == _key(name))
        if found is None:
            known = ", ".join(user.name for user in self.list()) or "none yet; add one with miner users add"
            raise BadInput(f"no user {name!r}. Known: {known}.")
        return found

    def list(self) -> Sequence[User]:
        """All accounts, the first made first; closed ones too."""
        with self._db.reading() as connection:
            return [User(*row) for row in connection.execute(select(*_USER).order_by(UserRow.id))]

    def any(self) -> bool:
        """Whether anybody has an account yet."""
        with self._db.reading() as connection:
            return connection.execute(select(UserRow.id).limit(1)).first() is not None

    def change(
        self, name: str, *, role: str | None = None, password: str | None = None, disabled: bool | None = None
    ) -> User:
        """Change what is given. A new password or a closed account ends all sessions; a closed one loses its tokens.

        Raises BadInput when no administrator would be left.
        """
        values: dict[str, Any] = {}
        if role is not None:
            values["role"] = _role(role)
        if password is not None:
            values["password"] = _hashed(password)
        if disabled is not None:
            values["disabled_at"] = self._clock() if disabled else None
        user = self.get(name)
        if not values:
            return user
        with self._db.writing() as connection:
            advance(connection, "users")
            connection.execute(update(UserRow).where(UserRow.id == user.id).values(**values))
            if not connection.execute(_admins()).scalar_one():
                raise BadInput(f"{user.name!r} is the last administrator. Make somebody else one first.")
            if password is not None or disabled:
                connection.execute(delete(SessionRow).where(SessionRow.user == user.id))
            if disabled:
                connection.execute(delete(TokenRow).where(TokenRow.user == user.id))
        return self.get(name)

    # -- the first start --

    def setup_secret(self) -> str | None:
        """A secret that makes the first administrator, for a day; a new one each time. None once anybody is there."""
        if self.any():
            return None
        secret = secrets.token_urlsafe(24)
        until = (self._clock() + SETUP).isoformat()
        with self._db.writing() as connection:
            advance(connection, "users")
            connection.execute(delete(Meta).where(Meta.name == "setup"))
            connection.execute(insert(Meta).values(name="setup", value=f"{digest(secret).hex()} {until}"))
        return secret

    def is_setup(self, secret: str) -> bool:
        """Whether the secret of the first start still opens the door."""
        with self._db.reading() as connection:
            return self._is_setup(connection, secret)

    def set_up(self, secret: str, name: str, password: str) -> User:
        """Make the first administrator; the secret is used up. Raises NotLetIn when it is no longer good."""
        row = {"name": _name(name), "role": "admin", "password": _hashed(password), "subject": None}
        with self._db.writing() as connection:
            advance(connection, "users")
            if not self._is_setup(connection, secret):
                raise NotLetIn("this link was used, or is older than a day. Start miner serve again for a new one.")
            connection.execute(delete(Meta).where(Meta.name == "setup"))
            self._insert(connection, row)
        return self.get(name)

    def _is_setup(self, connection: Connection, secret: str) -> bool:
        said = connection.execute(select(Meta.value).where(Meta.name == "setup")).scalar_one_or_none()
        if said is None or connection.execute(select(UserRow.id).limit(1)).first() is not None:
            return False
        key, until = said.split()
        return secrets.compare_digest(key, digest(secret).hex()) and self._clock() < datetime.fromisoformat(until)

    # -- sessions --

    def login(self, name: str, password: str, *, place: str) -> Opened:
        """Open a session. ``place`` is where the request comes from: failures of one place or name slow it down.

        Raises NotLetIn, or TooManyTries before the password is even looked at.
        """
        keys = {
            "pair": digest("pair", name.strip().casefold(), place),
            "place": digest("place", place),
            "name": digest("name", name.strip().casefold()),
        }
        self._wait(list(keys.values()))
        with self._db.reading() as connection:
            query = select(UserRow.password, *_USER).where(UserRow.key == _key(name), UserRow.disabled_at.is_(None))
            row = connection.execute(query).first()
        # An unknown name takes as long as a wrong password, so that nobody learns which names there are.
        right = _verified(row.password if row and row.password else _nobodys(), password)
        if not (right and row and row.password):
            self._failed(keys)
            raise NotLetIn("name or password is wrong.")
        with self._db.writing() as connection:
            connection.execute(delete(TriesRow).where(TriesRow.key.in_([keys["pair"], keys["name"]])))
            if _hasher().check_needs_rehash(row.password):
                connection.execute(update(UserRow).where(UserRow.id == row.id).values(password=_hashed(password)))
        return self.open_session(User(*row[1:]))

    def by_subject(self, subject: str, name: str) -> User:
        """The user whom an identity provider calls so: bound by ``name`` the first time, by ``subject`` ever after.

        Raises NotLetIn when there is no such account, it is closed, or it has a password of its own.
        """
        known = self._find(UserRow.subject == subject)
        if known is None:
            free = (UserRow.key == _key(name), UserRow.subject.is_(None), UserRow.password.is_(None))
            with self._db.writing() as connection:
                advance(connection, "users")
                connection.execute(update(UserRow).where(*free).values(subject=subject))
            known = self._find(UserRow.subject == subject)
        if known is None or known.disabled_at:
            raise NotLetIn(f"there is no account {name!r} for this identity. An administrator can add it.")
        return known

    def open_session(self, user: User) -> Opened:
        """A session for somebody whose identity is proven."""
        secret, csrf, now = secrets.token_urlsafe(32), secrets.token_urlsafe(24), self._clock()
        with self._db.writing() as connection:
            connection.execute(delete(SessionRow).where(SessionRow.expires_at < now))
            connection.execute(
                insert(SessionRow).values(
                    key=digest(secret), user=user.id, csrf=csrf, created_at=now, seen_at=now, expires_at=now + LASTING
                )
            )
            self._visit(connection, user)
        return Opened(secret, csrf, self.get(user.name))

    def of_session(self, secret: str, *, idle: timedelta = LASTING) -> Opened | None:
        """The session with this secret, unless it is too old or was ``idle`` for so long."""
        now = self._clock()
        query = select(SessionRow.csrf, SessionRow.seen_at, *_USER).join_from(
            SessionRow, UserRow, UserRow.id == SessionRow.user
        )
        mine = (SessionRow.key == digest(secret), SessionRow.expires_at > now, SessionRow.seen_at > now - idle)
        with self._db.reading() as connection:
            row = connection.execute(query.where(*mine, UserRow.disabled_at.is_(None))).first()
        if row is None:
            return None
        user = User(*row[2:])
        if now - row.seen_at > timedelta(minutes=1):
            with self._db.writing() as connection:
                connection.execute(update(SessionRow).where(SessionRow.key == digest(secret)).values(seen_at=now))
                self._visit(connection, user)
        return Opened(secret, row.csrf, user)

    def close_session(self, secret: str) -> None:
        with self._db.writing() as connection:
            connection.execute(delete(SessionRow).where(SessionRow.key == digest(secret)))

    def _visit(self, connection: Connection, user: User) -> None:
        now = self._clock()
        values: dict[str, Any] = {"visited_at": now}
        if user.visited_at is not None and now - user.visited_at > VISIT:
            values["visited_before"] = user.visited_at
        connection.execute(update(UserRow).where(UserRow.id == user.id).values(**values))

    # -- tokens --

    def make_token(self, name: str, label: str) -> str:
        """A token for programs that act as this user; it is shown once. Raises BadInput for an unknown user."""
        user = self.get(name)
        if user.disabled_at:
            raise BadInput(f"the account {user.name!r} is closed. Open it before it gets a token.")
        secret = f"miner_{secrets.token_urlsafe(32)}"
        with self._db.writing() as connection:
            values = {
                "key": digest(secret),
                "user": user.id,
                "label": label.strip()[:NAME],
                "created_at": self._clock(),
            }
            connection.execute(insert(TokenRow).values(**values))
        return secret

    def of_token(self, secret: str) -> User | None:
        """The user whose token it is; None for one that was withdrawn or never made."""
        now = self._clock()
        query = select(TokenRow.id, TokenRow.used_at, *_USER).join_from(TokenRow, UserRow, UserRow.id == TokenRow.user)
        with self._db.reading() as connection:
            row = connection.execute(query.where(TokenRow.key == digest(secret), UserRow.disabled_at.is_(None))).first()
        if row is None:
            return None
        if row.used_at is None or now - row.used_at > timedelta(minutes=1):
            with self._db.writing() as connection:
                connection.execute(update(TokenRow).where(TokenRow.id == row[0]).values(used_at=now))
        return User(*row[2:])

    def tokens(self, name: str) -> Sequence[Token]:
        """The tokens of a user, the first made first; what they are can't be told any more."""
        user = self.get(name)
        with self._db.reading() as connection:
            rows = connection.execute(select(*_TOKEN).where(TokenRow.user == user.id).order_by(TokenRow.id))
            return [Token(*row) for row in rows]

    def drop_token(self, name: str, token: int) -> bool:
        """Withdraw a token. False when the user has none with this number."""
        user = self.get(name)
        with self._db.writing() as connection:
            gone = delete(TokenRow).where(TokenRow.id == token, TokenRow.user == user.id)
            return connection.execute(gone).rowcount == 1

    # -- within --

    def _find(self, *where: Any) -> User | None:
        with self._db.reading() as connection:
            row = connection.execute(select(*_USER).where(*where)).first()
            return User(*row) if row else None

    def _insert(self, connection: Connection, row: dict[str, Any]) -> None:
        key = _key(row["name"])
        if connection.execute(select(UserRow.id).where(UserRow.key == key)).first():
            raise BadInput(f"there is a user {row['name']!r} already. Choose another name.")
        connection.execute(insert(UserRow).values(key=key, created_at=self._clock(), **row))

    def _wait(self, keys: Sequence[bytes]) -> None:
        now = self._clock()
        query = select(func.max(TriesRow.until)).where(TriesRow.key.in_(keys))
        with self._db.reading() as connection:
            until = connection.execute(query).scalar_one()
        if until is not None and until > now:
            raise TooManyTries(math.ceil((until - now).total_seconds()))

    def _failed(self, keys: dict[str, bytes]) -> None:
        now = self._clock()
        with self._db.writing() as connection:
            advance(connection, "users")
            connection.execute(delete(TriesRow).where(TriesRow.at < now - FORGIVEN))
            query = select(TriesRow.key, TriesRow.failures).where(TriesRow.key.in_(keys.values()))
            known = {row.key: row.failures for row in connection.execute(query)}
            for what, key in keys.items():
                failures = known.get(key, 0) + 1
                over = failures - FREE[what]
                wait = min(timedelta(seconds=2 ** min(over, 12)), LONGEST_WAIT) if over >= 0 else None
                values = {"failures": failures, "at": now, "until": now + wait if wait else None}
                if key in known:
                    connection.execute(update(TriesRow).where(TriesRow.key == key).values(**values))
                else:
                    connection.execute(insert(TriesRow).values(key=key, **values))


def _admins() -> Any:
    return select(func.count()).select_from(UserRow).where(UserRow.role == "admin", UserRow.disabled_at.is_(None))


def _key(name: str) -> bytes:
    return digest("user", name.strip().casefold())


def _name(name: str) -> str:
    name = name.strip()
    if not name or len(name) > NAME or not name.isprintable():
        raise BadInput(f"{name[:NAME]!r} is no name of an account. It has 1 to {NAME} printable characters.")
    return name


def _role(role: str) -> str:
    if role not in ROLES:
        raise BadInput(f"no role {role!r}. Known: {', '.join(ROLES)}.")
    return role


@functools.cache
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher

    return PasswordHasher()


@functools.cache
def _nobodys() -> str:
    return _hasher().hash(secrets.token_urlsafe(16))


def _hashed(password: str) -> str:
    if len(password) < SHORTEST:
        raise BadInput(f"the password has {len(password)} characters, it needs {SHORTEST}. Take a few words.")
    if len(password) > LONGEST:
        raise BadInput(f"the password has {len(password)} characters, the most is {LONGEST}. Shorten it.")
    return _hasher().hash(password)


def _verified(known: str, password: str) -> bool:
    from argon2.exceptions import VerificationError

    try:
        return _hasher().verify(known, password[: LONGEST + 1])
    except VerificationError:
        return False
