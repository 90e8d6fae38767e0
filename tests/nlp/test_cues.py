import pytest

from miner.nlp.cues import CUES, Cue


@pytest.mark.parametrize("cue", CUES, ids=lambda cue: cue.name)
def test_a_cue_fires_on_its_example_and_not_beside_it(cue: Cue) -> None:
    """Every cue in the table is shown by an example; a near miss does not fire it."""
    assert cue.compiled.search(cue.example)
    assert not (cue.unlike and cue.compiled.search(cue.unlike))


def test_names_of_cues_are_unique() -> None:
    """A researcher who reads a name in `why` finds one line in the table."""
    assert len({cue.name for cue in CUES}) == len(CUES)
