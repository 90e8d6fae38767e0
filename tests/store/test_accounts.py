"""Accounts: who is let in, how long, how often one may err, and that everything done is written down."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from miner.errors import BadInput
from miner.store import NotLetIn, TooManyTries
from miner.store.accounts import FREE

PASSWORD = "три слова подряд"


@pytest.fixture
def anna(store):
    return store.accounts.add("Анна", "admin", PASSWORD)


def test_a_password_opens_a_session_and_nothing_of_it_is_stored(store, anna):
    """Only hashes and digests lie in the database."""
    opened = store.accounts.login("анна ", PASSWORD, place="10.0.0.1")
    assert opened.user.name == "Анна"
    assert store.accounts.of_session(opened.secret).user.name == "Анна"
    with store.database.reading() as connection:
        told = str(connection.execute(text("SELECT password FROM users")).all())
        told += str(connection.execute(text("SELECT * FROM sessions")).all())
    assert re.search(r"\$argon2id\$", told)
    assert PASSWORD not in told
    assert opened.secret not in told


@pytest.mark.parametrize(
    ("name", "password"), [("Анна", "не тот пароль"), ("Борис", PASSWORD), ("", ""), ("Анна", "x" * 5_000)]
)
def test_whoever_errs_is_told_the_same(store, anna, name, password):
    """Nobody learns from the answer which names there are."""
    with pytest.raises(NotLetIn, match="name or password is wrong"):
        store.accounts.login(name, password, place="10.0.0.1")


def test_failures_slow_down_and_a_right_password_forgives(store, anna, clock):
    """Only the one who errs waits; after the wait the right password opens."""
    for _ in range(FREE["pair"]):
        with pytest.raises(NotLetIn):
            store.accounts.login("Анна", "не тот пароль", place="10.0.0.1")
    with pytest.raises(TooManyTries) as told:
        store.accounts.login("Анна", PASSWORD, place="10.0.0.1")
    assert store.accounts.login("Анна", PASSWORD, place="10.0.0.2")
    clock.move(seconds=told.value.seconds)
    assert store.accounts.login("Анна", PASSWORD, place="10.0.0.1")
    with pytest.raises(NotLetIn):
        store.accounts.login("Анна", "не тот пароль", place="10.0.0.1")


def test_the_wait_grows(store, anna, clock):
    """Each failure beyond the free ones doubles it."""
    waits = []
    for _ in range(FREE["pair"] + 6):
        try:
            store.accounts.login("Анна", "не тот пароль", place="10.0.0.1")
        except TooManyTries as told:
            waits.append(told.seconds)
            clock.move(seconds=told.seconds)
        except NotLetIn:
            pass
    assert waits == [1, 2, 4]


def test_a_session_ends(store, anna, clock):
    """When it idles too long, when it is closed, when the password changes, when the account is closed."""
    bob = store.accounts.add("Борис", "author", PASSWORD)
    first = store.accounts.open_session(bob)
    clock.move(hours=11)
    assert store.accounts.of_session(first.secret, idle=timedelta(hours=12))
    clock.move(hours=11)
    assert store.accounts.of_session(first.secret, idle=timedelta(hours=12))
    clock.move(hours=13)
    assert store.accounts.of_session(first.secret, idle=timedelta(hours=12)) is None
    second, third = store.accounts.open_session(bob), store.accounts.open_session(bob)
    store.accounts.close_session(second.secret)
    assert store.accounts.of_session(second.secret) is None
    store.accounts.change("Борис", password="совсем другой")
    assert store.accounts.of_session(third.secret) is None
    fourth = store.accounts.open_session(bob)
    store.accounts.change("Борис", disabled=True)
    assert store.accounts.of_session(fourth.secret) is None
    with pytest.raises(NotLetIn):
        store.accounts.login("Борис", "совсем другой", place="10.0.0.1")


def test_visits_are_told_apart(store, anna, clock):
    """What is new since the last visit is counted from the visit before this one."""
    clock.move(days=1)
    first = clock.now
    store.accounts.open_session(store.accounts.get("Анна"))
    clock.move(days=2)
    user = store.accounts.open_session(store.accounts.get("Анна")).user
    assert (user.visited_before, user.visited_at) == (first, clock.now)


def test_tokens_act_for_their_owner_until_withdrawn(store, anna):
    """A token is shown once; afterwards only its label and its use are known."""
    secret = store.accounts.make_token("анна", "отчёт")
    assert store.accounts.of_token(secret).name == "Анна"
    (token,) = store.accounts.tokens("Анна")
    assert (token.label, token.used_at is not None) == ("отчёт", True)
    assert store.accounts.of_token(secret + "x") is None
    assert store.accounts.drop_token("Анна", token.id)
    assert not store.accounts.drop_token("Анна", token.id)
    assert store.accounts.of_token(secret) is None


def test_the_first_administrator_comes_by_a_link_that_works_once(store, clock):
    """It dies with its use, with a day, with the next link, and with the first account."""
    old = store.accounts.setup_secret()
    secret = store.accounts.setup_secret()
    assert not store.accounts.is_setup(old)
    assert store.accounts.is_setup(secret)
    clock.move(days=1)
    assert not store.accounts.is_setup(secret)
    secret = store.accounts.setup_secret()
    with pytest.raises(BadInput, match="needs 10"):
        store.accounts.set_up(secret, "Анна", "коротко")
    assert store.accounts.set_up(secret, "Анна", PASSWORD).role == "admin"
    with pytest.raises(NotLetIn, match="was used"):
        store.accounts.set_up(secret, "Борис", PASSWORD)
    assert store.accounts.setup_secret() is None


@pytest.mark.parametrize(
    ("name", "role", "password", "said"),
    [
        ("анна", "author", PASSWORD, "already"),
        ("", "author", PASSWORD, "no name of an account"),
        ("с\nпереносом", "author", PASSWORD, "no name of an account"),
        ("Борис", "boss", PASSWORD, "Known: analyst, researcher, author, admin"),
        ("Борис", "author", "коротко", "it needs 10"),
    ],
)
def test_bad_accounts_are_refused(store, anna, name, role, password, said):
    with pytest.raises(BadInput, match=said):
        store.accounts.add(name, role, password)


def test_an_administrator_remains(store, anna):
    """The last one can be neither closed nor made something else."""
    for change in ({"role": "author"}, {"disabled": True}):
        with pytest.raises(BadInput, match="last administrator"):
            store.accounts.change("Анна", **change)
    assert store.accounts.get("Анна") == anna
    store.accounts.add("Борис", "admin", PASSWORD)
    assert store.accounts.change("Анна", role="author").role == "author"


def test_an_identity_is_bound_once(store, anna):
    """The name counts the first time, the provider's subject ever after; an account with a password is not taken over."""
    store.accounts.add("boris", "author")
    assert store.accounts.by_subject("https://sso.example.ru 17", "boris").name == "boris"
    assert store.accounts.by_subject("https://sso.example.ru 17", "renamed").name == "boris"
    for subject, name in (("https://sso.example.ru 18", "boris"), ("https://sso.example.ru 19", "Анна")):
        with pytest.raises(NotLetIn, match="no account"):
            store.accounts.by_subject(subject, name)
    with pytest.raises(NotLetIn):
        store.accounts.login("boris", "", place="10.0.0.1")


def test_deeds_are_kept(store):
    """The latest first, by pages, by person, by subject; the database refuses to change one."""
    for n in range(5):
        store.audit.write("Анна" if n % 2 else "Борис", "change", f"user:{n % 3}", before={"n": n}, after=None)
    first = store.audit.page(limit=2)
    assert [deed.before["n"] for deed in first] == [4, 3]
    assert [deed.before["n"] for deed in store.audit.page(before=first[-1].id)] == [2, 1, 0]
    assert [deed.before["n"] for deed in store.audit.page(who="Анна")] == [3, 1]
    assert [deed.before["n"] for deed in store.audit.page(subject="user:0")] == [3, 0]
    for statement in ("UPDATE audit SET who = 'x'", "DELETE FROM audit"):
        with pytest.raises(DBAPIError, match="only ever appended"), store.database.writing() as connection:
            connection.execute(text(statement))


def test_a_request_is_carried_out_once(store, clock):
    """The second gets the first one's answer; another request under the same key is told apart; keys age."""
    assert store.replies.begin("Анна", "k", b"1" * 16) is None
    under_way = store.replies.begin("Анна", "k", b"1" * 16)
    assert (under_way.same, under_way.status) == (True, None)
    store.replies.finish("Анна", "k", 201, {"etag": '"a"'}, "{}")
    again = store.replies.begin("Анна", "k", b"1" * 16)
    assert (again.same, again.status, again.headers, again.body) == (True, 201, {"etag": '"a"'}, "{}")
    assert not store.replies.begin("Анна", "k", b"2" * 16).same
    assert store.replies.begin("Борис", "k", b"1" * 16) is None
    store.replies.abandon("Борис", "k")
    assert store.replies.begin("Борис", "k", b"1" * 16) is None
    clock.move(minutes=3)
    assert store.replies.begin("Борис", "k", b"1" * 16) is None
    clock.move(days=2)
    assert store.replies.begin("Анна", "k", b"1" * 16) is None
