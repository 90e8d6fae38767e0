"""A text is read in the encoding it is in, whatever is said of it."""

import pytest

from miner.charset import decode

TEXT = "Надоело ждать: второй месяц без ответа, а инспектор не перезвонил.\nЁлка — «праздник»?"
SHORT = "Нет работы"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1251", "koi8-r", "cp866"]
)
@pytest.mark.parametrize("declared", [None, "utf-8", "windows-1251", "no-such-encoding"])
def test_russian_is_recognised(encoding, declared):
    """Every encoding that Russian files come in is seen from the bytes, even against a wrong declaration."""
    text = TEXT.replace("—", "-").replace("«", '"').replace("»", '"') if encoding in ("koi8-r", "cp866") else TEXT
    assert decode(text.encode(encoding), declared)[0] == text


@pytest.mark.parametrize("encoding", ["cp1251", "koi8-r", "cp866", "utf-16-le", "utf-16-be"])
def test_two_words_are_enough(encoding):
    assert decode(SHORT.encode(encoding))[0] == SHORT


def test_one_broken_byte_does_not_turn_utf8_into_something_else():
    """A page cut in the middle of a letter stays UTF-8, only that letter is lost."""
    assert decode(TEXT.encode()[:-2] + b"\xd0")[0].startswith("Надоело ждать")


def test_latin_text_keeps_what_is_declared():
    assert decode("café à la carte".encode("latin-1"), "iso-8859-1")[0] == "café à la carte"


def test_nothing_is_an_empty_text():
    assert decode(b"") == ("", "utf-8")
