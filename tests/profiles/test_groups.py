"""Group files."""

from __future__ import annotations

import pytest

from miner.errors import BadConfig
from miner.profiles import find_group, load_groups
from miner.profiles.template import load_template


def write(folder, name, text):
    (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return folder


def test_bundled_groups_are_sound():
    """Every bundled file loads, and its required characteristics are known to the template."""
    traits = load_template().traits
    for group in load_groups().values():
        assert set(group.required) <= set(traits), group.name


def test_a_group_answers_to_its_title():
    assert find_group("Жители сёл и малых городов").name == "rural"


def test_an_unknown_name_is_a_plain_group():
    """Mining works for a group that nobody has described yet."""
    group = find_group("пчеловоды")
    assert (group.name, group.title, group.cue) == ("пчеловоды", "Пчеловоды", ())


def test_all_mistakes_of_all_files_are_told_at_once(tmp_path):
    """An author mends a file in one go, not in five."""
    write(tmp_path, "one", 'title = "Одни"\nkind = "person"\ncolour = "red"\n')
    write(tmp_path, "two", 'title = "Другие"\n[[cue]]\nsays = "я ("\n')
    write(tmp_path, "three", "title =\n")
    with pytest.raises(BadConfig) as caught:
        load_groups(tmp_path)
    told = "\n".join(caught.value.mistakes)
    assert len(caught.value.mistakes) == 4
    for part in (
        "one.toml: kind = 'person'",
        "one.toml: colour: no such key. Known: title",
        "two.toml: cue.0.says",
        "no TOML",
    ):
        assert part in told


@pytest.mark.parametrize("pattern", [".*", "", "(я)?"])
def test_a_cue_that_matches_everyone_is_refused(tmp_path, pattern):
    write(tmp_path, "all", f"title = 'Все'\n[[cue]]\nsays = '{pattern}'\n")
    with pytest.raises(BadConfig, match="matches every text"):
        load_groups(tmp_path)


def test_two_groups_never_share_a_title(tmp_path):
    write(tmp_path, "copy", 'title = "Меняющие профессию"\n')
    with pytest.raises(BadConfig, match="names are unique"):
        load_groups(tmp_path)
