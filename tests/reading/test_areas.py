import pytest

from evenhand.core.countries import REGIONS
from evenhand.core.places import Place
from evenhand.errors import BadInput
from evenhand.reading.areas import read_area, read_areas


def zip_code(code: str) -> Place:
    return Place("US", postal=code)


def test_a_distance_becomes_the_zip_codes_that_lie_in_it() -> None:
    area = read_area("US 10001 within 5 mi")
    assert area.contains(zip_code("10001"))
    assert area.contains(zip_code("11201"))  # Brooklyn Heights, four miles
    assert area.contains(zip_code("08540")) is False  # Princeton
    assert area.contains(zip_code("10001-1234"))
    assert area.contains(Place("US")) is None
    assert area.contains(Place("CA", postal="10001")) is False
    assert area.text == "US 10001 within 5 mi"


def test_kilometres_and_miles_are_the_same_distance() -> None:
    assert read_area("us 94105 within 16.093 km").codes == read_area("US 94105 within 10 miles").codes


def test_a_larger_circle_contains_the_smaller_one() -> None:
    assert read_area("US 60601 within 20 km").codes > read_area("US 60601 within 10 km").codes


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("US 00000 within 5 mi", ["no known ZIP code"]),
        ("US 10001 within 5 leagues", ["within 50 mi, or within 80 km"]),
        ("US within 5 mi", ["within 50 mi"]),
        ("DE 10115 within 5 km", ["outside the US", "postal codes"]),
    ],
)
def test_a_distance_that_cannot_be_read_says_why(text: str, words: list[str]) -> None:
    with pytest.raises(BadInput) as caught:
        read_area(text)
    assert all(word in str(caught.value) for word in words)


def test_a_territory_may_mix_regions_areas_and_distances() -> None:
    own = {**REGIONS, "NYC": ("US 10001 within 10 mi", "US-NJ city:Hoboken")}
    areas = read_areas(["DACH", "NYC", "DE"], own)
    assert [area.text for area in areas] == ["DE", "AT", "CH", "US 10001 within 10 mi", "US-NJ city:Hoboken"]


def test_a_region_of_our_own_wins_over_a_built_in_one() -> None:
    assert [area.text for area in read_areas(["DACH"], {**REGIONS, "DACH": ("DE",)})] == ["DE"]


def test_a_misspelt_region_names_the_nearest_one() -> None:
    with pytest.raises(BadInput, match="Did you mean DACH"):
        read_areas(["DAHC"])


def test_every_fault_of_a_territory_is_told_at_once() -> None:
    with pytest.raises(BadInput) as caught:
        read_areas(["DE", "XX", "US 00000 within 5 mi", "US 2-1"])
    assert len(caught.value.faults) == 3


def test_a_city_may_have_within_in_its_name() -> None:
    assert read_area("GB city:Within").city == "within"
