from __future__ import annotations

import os
import stat
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from miner.errors import BadInput, NotWritable
from miner.store import AuthorKeys, open_store
from tests.store.conftest import post


@pytest.fixture
def keys(tmp_path):
    return AuthorKeys(tmp_path)


def test_the_secret_is_made_on_first_use_for_its_owners_eyes(keys, tmp_path):
    file = tmp_path / "author.key"
    assert not file.exists()
    keys.key("vk", "Маша")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len(bytes.fromhex(file.read_text().strip())) == 32
    assert [f.name for f in tmp_path.iterdir()] == ["author.key"]


def test_a_key_is_the_same_today_and_tomorrow(keys, tmp_path):
    """For the same person of the same source, in the same workspace."""
    assert AuthorKeys(tmp_path).key("vk", "Маша") == keys.key("vk", "Маша")
    assert len({keys.key(source, name) for source in ("vk", "ok", "", None) for name in ("Маша", "Даша")}) == 6
    other = AuthorKeys(tmp_path / "other")
    assert other.key("vk", "Маша") != keys.key("vk", "Маша")


def test_source_and_name_dont_run_into_each_other(keys):
    parts = [("vk", "okМаша"), ("vko", "kМаша"), ("vkok", "Маша"), ("", "vkokМаша")]
    assert len({keys.key(*pair) for pair in parts}) == len(parts)


def test_a_name_is_one_however_its_letters_are_composed(keys):
    """«й» is one character or two."""
    assert keys.key("vk", "Андрей") == keys.key("vk", "Андре\u0438\u0306 ")


def test_nobody_can_call_himself_like_a_key(keys, tmp_path):
    """The tag of a key needs the secret; keys of other workspaces are names like any other."""
    foreign = AuthorKeys(tmp_path / "other").key("vk", "Маша")
    mine = keys.key("vk", "Маша")
    for name in ("a:" + "0" * 48, foreign, mine[:-1] + ("0" if mine[-1] != "0" else "1"), mine.upper()):
        assert not keys.is_key(name)
        assert keys.key("vk", name) != name
    assert keys.key("ok", mine) == mine


@given(name=st.text(st.characters(exclude_categories=()), max_size=20))
def test_a_key_tells_nothing_of_the_name(tmp_path_factory, name):
    """Whatever people call themselves."""
    keys = AuthorKeys(tmp_path_factory.getbasetemp() / "names")
    key = keys.key("vk", name)
    assert keys.is_key(key)
    assert len(key) == 50
    assert keys.key("vk", key) == key


@pytest.mark.skipif(os.name != "posix", reason="modes of files are of POSIX")
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o602])
def test_a_secret_that_others_can_read_is_refused(keys, tmp_path, mode):
    keys.key("vk", "Маша")
    (tmp_path / "author.key").chmod(mode)
    with pytest.raises(BadInput, match=f"mode {mode:04o} lets others read.*chmod 600"):
        AuthorKeys(tmp_path).key("vk", "Маша")


@pytest.mark.parametrize("data", [b"", b"abc", b"0" * 63, b"z" * 64, b"0" * 64 + b"\n\n", b"\xff\xfe"])
def test_a_broken_secret_is_refused_and_kept(tmp_path, data):
    """A new one would make strangers of all known authors."""
    file = tmp_path / "author.key"
    file.write_bytes(data)
    file.chmod(0o600)
    with pytest.raises(BadInput, match=r"64 hexadecimal digits are needed.*backup"):
        AuthorKeys(tmp_path).key("vk", "Маша")
    assert file.read_bytes() == data


def test_a_workspace_that_is_a_file_is_answered_clearly(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(NotWritable, match="the key of the authors can't be written"):
        AuthorKeys(tmp_path / "file").key("vk", "Маша")


def test_two_that_come_first_share_one_secret(tmp_path):
    """Whoever is sooner makes it."""
    barrier, found = threading.Barrier(8), []

    def first():
        barrier.wait()
        found.append(AuthorKeys(tmp_path).key("vk", "Маша"))

    threads = [threading.Thread(target=first) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1


def test_a_database_filled_under_another_secret_is_refused(store, url, tmp_path):
    """All of its authors would look like strangers."""
    store.posts.add([post(1)])
    with open_store(tmp_path / "other", url) as other, pytest.raises(BadInput, match=r"another key.*Copy author\.key"):
        other.posts.add([post(2)])
    assert store.posts.count() == 1
