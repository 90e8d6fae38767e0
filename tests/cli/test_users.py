"""`miner users`: accounts and tokens from the command line."""

import io

import pytest

from miner.store import NotLetIn, open_store

PASSWORD = "три слова подряд"


@pytest.fixture
def typed(monkeypatch):
    """What stands on standard input."""

    def put(line):
        monkeypatch.setattr("sys.stdin", io.StringIO(line))

    return put


def test_an_account_and_its_token(miner, typed, tmp_path):
    """The password comes by standard input, the token is printed and lets its owner in; both are written down."""
    typed(PASSWORD + "\n")
    assert miner("users", "add", "Анна", "--role", "author", "--password-stdin")[:2] == (0, "Анна: author\n")
    status, token, _ = miner("users", "token", "анна", "--label", "отчёт")
    assert status == 0
    with open_store(tmp_path / "var") as store:
        assert store.accounts.login("Анна", PASSWORD, place="here").user.role == "author"
        assert store.accounts.of_token(token.strip()).name == "Анна"
        assert [(d.who, d.action) for d in store.audit.page()] == [
            ("miner users", "make-token"),
            ("miner users", "add"),
        ]


def test_a_change(miner, typed, tmp_path):
    """Another role, another password, closed and opened again; the list shows it."""
    for name, role in (("Вера", "admin"), ("Анна", "author")):
        typed(PASSWORD)
        miner("users", "add", name, "--role", role, "--password-stdin")
    typed("совсем другой\n")
    assert (
        miner("users", "change", "Анна", "--role", "analyst", "--password-stdin", "--close")[1]
        == "Анна: analyst, closed\n"
    )
    assert miner("users", "list")[1].splitlines() == ["Вера\tadmin\tnever seen", "Анна\tanalyst\tnever seen\tclosed"]
    miner("users", "change", "Анна", "--open")
    with open_store(tmp_path / "var") as store:
        assert store.accounts.login("Анна", "совсем другой", place="here")
        with pytest.raises(NotLetIn):
            store.accounts.login("Анна", PASSWORD, place="here")


@pytest.mark.parametrize(
    ("arguments", "given", "said"),
    [
        (["add", "Анна", "--role", "author", "--password-stdin"], "", "standard input is empty"),
        (["add", "Анна", "--role", "author", "--password-stdin"], "коротко\n", "it needs 10"),
        (["token", "Никто"], "", "no user 'Никто'"),
        (["change", "Никто", "--close"], "", "no user 'Никто'"),
    ],
)
def test_wrong_use(miner, typed, arguments, given, said):
    typed(given)
    status, _, told = miner("users", *arguments)
    assert status == 2
    assert said in told
