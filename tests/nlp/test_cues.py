import pytest

from miner.nlp.cues import CUES, Cue, found, places


@pytest.mark.parametrize("cue", CUES, ids=lambda cue: cue.name)
def test_a_cue_fires_on_its_example_and_not_beside_it(cue: Cue) -> None:
    """Every cue in the table is shown by an example; a near miss does not fire it."""
    assert cue in list(found(cue.example))
    assert not (cue.unlike and cue in list(found(cue.unlike)))


def test_names_of_cues_are_unique() -> None:
    """A researcher who reads a name in `why` finds one line in the table."""
    assert len({cue.name for cue in CUES}) == len(CUES)


def test_a_gap_holds_up_to_five_words() -> None:
    """«лучше … чем» is one wording as long as the two stand near each other."""
    near = "лучше своя копейка чем чужой рубль".split()
    far = "лучше раз два три четыре пять шесть семь чем".split()
    name = "лучше… чем"
    alone = [number for place, number in places(["лучше", "чем"]) if CUES[number].name == name]
    assert alone
    assert any(CUES[number].name == name for _, number in places(near))
    assert "чем" in far  # «лучше» alone is a weaker sign of the same cue
    assert [place for place, number in places(["чем", *far[1:8], "лучше"]) if CUES[number].name == name] == [8]


def test_the_place_of_a_cue_is_where_its_first_word_stands() -> None:
    """Places count words, so that a model knows where in a clause the cue stands."""
    names = [(place, CUES[number].name) for place, number in places("и вот нет больше сил".split())]
    assert (2, "устал, надоело") in names


def test_letters_yo_and_case_do_not_matter() -> None:
    """«ТЯЖЁЛО» fires what «тяжело» fires."""
    assert list(found("ТЯЖЁЛО")) == list(found("тяжело")) != []
