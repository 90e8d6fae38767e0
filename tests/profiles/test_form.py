"""The interchange form: what is read back is equal, and what is no profile is refused with its place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from miner.errors import BadInput
from miner.profiles.form import from_form, read_profile

SAMPLE = Path(__file__).parents[1] / "exporters" / "portraits" / "disabled.json"


@pytest.fixture
def form():
    return json.loads(SAMPLE.read_text("utf-8"))


def test_round_trip(form):
    """JSON → profile → JSON is equal."""
    assert from_form(form).to_json() == form


def spoil(form, path, value):
    *way, last = path
    for step in way:
        form = form[step]
    form[last] = value


@pytest.mark.parametrize(
    ("path", "value", "complaint"),
    [
        (("made",), "вчера", "made: 'вчера' is no ISO 8601 date"),
        (("lines", 0, "kind"), "fear", "lines.0.kind: 'fear'"),
        (("lines", 1, "id"), "line-d1", "lines.1.id: 'line-d1' was already used"),
        (("lines", 1, "support", "ci"), [0.9, 0.1], "lines.1.support.ci: the lower bound is above the upper one"),
        (("facts", 0, "values", 0, "share"), 1.5, "facts.0.values.0.share: '1.5'"),
        (("facts", 0, "colour"), "red", "facts.0.colour: no such field"),
        (("indicators", 0, "unit"), "km", "indicators.0.unit: 'km'"),
        (("form",), "other/1", "form: 'other/1'"),
    ],
)
def test_what_is_no_profile_is_refused(form, path, value, complaint):
    spoil(form, path, value)
    with pytest.raises(BadInput) as caught:
        from_form(form, "p.json")
    assert str(caught.value).startswith("p.json: not a profile:")
    assert complaint in str(caught.value)


@pytest.mark.parametrize(
    ("data", "complaint"),
    [(b"{", "no JSON"), (b"\xff\xfe1", "not UTF-8 at byte 0"), (b"[" * 100_000, "no JSON"), (b"[]", "not a profile")],
)
def test_what_is_no_json_is_refused(tmp_path, data, complaint):
    (tmp_path / "p.json").write_bytes(data)
    with pytest.raises(BadInput, match=complaint):
        read_profile(tmp_path / "p.json")
