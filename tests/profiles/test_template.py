"""Which characteristics a profile shows, and how."""

from __future__ import annotations

import dataclasses

import pytest

from miner.errors import BadConfig
from miner.profiles import build, find_group, load_groups
from miner.profiles.template import load_template, template_of
from miner.records import Mined, Quote, Remark
from tests.profiles.conftest import fact

# The characteristics that the methodology names.
CITIZEN = (
    "region age gender marital children dependants health_limits education occupation skills income housing transport "
    "climate culture goal goals motivation channel info_source mobility"
).split()
SPECIAL = "citizenship ethnicity religion".split()
EMPLOYER = (
    "legal_form industry headcount transport wages benefits particulars attractive unattractive channel info_source"
).split()
INCOME = [
    "не хватает на питание",
    "хватает на питание, но не на одежду",
    "хватает на одежду и мелкую технику",
    "хватает на крупную технику",
    "хватает на всё, кроме дачи и квартиры",
]


def made(group, *facts, **more):
    return build(Mined(group, 50, 40, (), facts), find_group(group), made="2025-03-14", **more)


def test_every_characteristic_has_a_place():
    template = load_template()
    for audience, wanted in (("citizen", [*CITIZEN, *SPECIAL]), ("employer", EMPLOYER)):
        placed = [name for section in template.sections(audience) for name in section.traits]
        assert set(wanted) <= set(placed)
        assert len(placed) == len(set(placed))


def test_income_has_five_steps_in_their_order():
    steps = {"all_but_housing": 5, "food_short": 2, "large_appliances": 4, "small_appliances": 6, "clothes_hard": 3}
    assert [v.label for v in made("rural", fact("income", steps)).fact("income").values] == INCOME


@pytest.mark.parametrize("name", SPECIAL)
def test_special_categories_are_off_by_default(name):
    """They are shown for a group whose file names them, and for nobody else, whatever was found."""
    found = fact(name, {"первое": 9, "второе": 8})
    assert made("rural", found).fact(name) is None
    assert made("rural", found, remarks={name: [Remark("слова")]}).fact(name) is None
    group = find_group("rural").model_copy(update={"enable": (name,)})
    assert build(Mined("rural", 50, 40, (), (found,)), group, made="2025-03-14").fact(name).n == 17


def test_settlements_of_several_regions_become_regions():
    """A group of the whole country is told by regions, a group of one region by its settlements."""
    many = made("rural", fact("region", {"Самара": 4, "Тольятти": 3, "Казань": 5})).fact("region")
    assert [(v.label, v.authors) for v in many.values] == [("Самарская область", 7), ("Республика Татарстан", 5)]
    one = made("rural", fact("region", {"Самара": 4, "Тольятти": 3})).fact("region")
    assert [v.label for v in one.values] == ["Самара", "Тольятти"]


def test_quotes_stand_behind_a_characteristic():
    """Of values that several people named, in turn; what one person alone said would point at them."""
    said = [
        (place, Quote(f"p{n}", 0, 5, f"я из {place}", f"u{n}"))
        for n, place in enumerate(["Чухлома", "Чухлома", "Кологрив"])
    ]
    region = made("rural", fact("region", {"Чухлома": 5, "Кологрив": 1}), told={"region": said}).fact("region")
    assert [quote.quote for quote in region.quotes] == ["я из Чухлома", "я из Чухлома"]
    few = made("rural", fact("region", {"Чухлома": 2}), told={"region": said}).fact("region")
    assert (few.enough, few.quotes) == (False, ())


def test_the_age_pyramid():
    """Age by sex is a fact of its own when enough people told both."""
    both = fact("age_gender", {"f 52": 3, "m 19": 2, "f 21": 1})
    assert [v.label for v in made("rural", both).fact("age_gender").values] == [
        "f 18–24 лет",
        "m 18–24 лет",
        "f 45–54 лет",
    ]
    assert made("rural", dataclasses.replace(both, n=4)).fact("age_gender") is None


def test_a_region_sets_its_own_characteristics(tmp_path):
    """The template of the last folder that has one."""
    text = '[[citizen]]\nsection = "head"\ntraits = ["trade"]\n[[employer]]\nsection = "head"\ntraits = ["trade"]\n'
    (tmp_path / "_template.toml").write_text(f'{text}[traits.trade]\ntitle = "Ремесло"\nalways = true\n', "utf-8")
    own = template_of(tmp_path, tmp_path / "none")
    assert [f.title for f in made("rural", template=own).facts] == ["Ремесло"]


@pytest.mark.parametrize("key", ["required", "enable"])
def test_an_unknown_characteristic_of_a_group_is_refused(tmp_path, key):
    (tmp_path / "own.toml").write_text(f'title = "Свои"\n{key} = ["wings"]\n', "utf-8")
    with pytest.raises(BadConfig, match=r"own\.toml: 'wings': no such characteristic\. Known: region"):
        load_groups(tmp_path)
