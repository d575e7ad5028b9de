import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from evenhand.core.countries import COUNTRIES, REGIONS
from evenhand.core.places import Area, Place, parse_area, region_areas
from evenhand.errors import BadInput

BROADWAY = Place("US", "NY", "New York", "10001")


@pytest.mark.parametrize(
    ("text", "place", "answer"),
    [
        ("*", Place(), True),
        ("DE", Place("DE"), True),
        ("DE", Place("AT"), False),
        ("DE", Place(), None),
        ("UK", Place("GB"), True),
        ("us-ny", BROADWAY, True),
        ("US-NY", Place("US", "CA"), False),
        ("US-NY", Place("US"), None),
        ("US-NY", Place("CA"), False),
        ("US-NY 100*", BROADWAY, True),
        ("US-NY 100*", Place("US", "NY", "", "11201"), False),
        ("US-NY 100*", Place("US", "CA", "", "10001"), False),
        ("US-NY 100*", Place("US", "NY"), None),
        ("US-NY 100*", Place("US", "", "", "10001"), None),
        ("US-NY 100*", Place("US", "NY", "", "10"), None),
        ("US 10001-10299", Place("US", postal="10299"), True),
        ("US 10001-10299", Place("US", postal="10300"), False),
        ("US 10001-10299", Place("US", postal="10001-4321"), True),
        ("US 10001-10299", Place("US", postal="102"), None),
        ("US 10001-10299", Place("US", postal="2134"), False),
        ("US 100-102", Place("US", postal="10150"), True),
        ("US 10001-10299", Place("US", postal="100A1"), False),
        ("NL 1000-1099", Place("NL", postal="1012 AB"), True),
        ("PL 00-001..00-999", Place("PL", postal="00-950"), True),
        ("PL 00-950", Place("PL", postal="00 950"), True),
        ("JP 100-0*", Place("JP", postal="100-0001"), True),
        ("GB SW1A*", Place("UK", postal="sw1a 1aa"), True),
        ("GB SW1*", Place("GB", postal="SW10 9AA"), True),
        ("GB SW1", Place("GB", postal="SW1A 1AA"), True),
        ("GB SW1", Place("GB", postal="SW10 9AA"), False),
        ("GB M1", Place("GB", postal="M1 1AE"), True),
        ("GB M1", Place("GB", postal="M11 1AE"), False),
        ("GB M1", Place("GB", postal="M1"), True),
        ("GB M11", Place("GB", postal="M1"), None),
        ("CA M5V", Place("CA", postal="M5V 3L9"), True),
        ("NL 1012", Place("NL", postal="1012AB"), True),
        ("DE 10115", Place("DE", postal="10115"), True),
        ("DE 10115", Place("DE", postal="10117"), False),
        ("DE city:München", Place("DE", city="MUNCHEN"), True),
        ("US-NY city: New  York", BROADWAY, True),
        ("DE city:Berlin", Place("DE", city="Bonn"), False),
        ("DE city:Berlin", Place("DE"), None),
    ],
)
def test_an_area_contains_a_place_or_not_or_cannot_tell(text: str, place: Place, answer: bool | None) -> None:
    assert parse_area(text).contains(place) is answer


@pytest.mark.parametrize(
    ("given", "folded"),
    [
        (Place("us", "us-ny", " New  York ", "10001-1234"), Place("US", "NY", "new york", "10001")),
        (Place("", "US-NY"), Place("US", "NY")),
        (Place("CA", "US-NY"), Place("CA")),
        (Place("Germany", "Bavaria"), Place()),
        (Place("UK", "UK-ENG"), Place("GB", "ENG")),
    ],
)
def test_a_place_is_brought_to_the_form_that_areas_compare_with(given: Place, folded: Place) -> None:
    assert given == folded


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Germany", ["no country code", "Did you mean DE?"]),
        ("DX", ["no country code"]),
        ("", ["no country code"]),
        ("* 10", ["no country code"]),
        ("US-NEWYORK", ["no subdivision of US", "US-NY"]),
        ("DE Berlin", ["without digits", "city:Berlin for a city"]),
        ("US NY", ["US-NY for a state"]),
        ("DE city:", ["names no city"]),
        ("DE 10!15", ["letters and digits only"]),
        ("US 10299-10001", ["ends before it begins", "US 10001..10299"]),
        ("US 1000-10299", ["ends of different length"]),
        ("DE 1..2..3", ["no range"]),
        ("DE 101-102*", ["mixes a range"]),
    ],
)
def test_what_is_no_area_is_refused_with_the_way_to_mend_it(text: str, words: list[str]) -> None:
    with pytest.raises(BadInput) as caught:
        parse_area(text)
    assert all(word in str(caught.value) for word in words)


TEXTS = st.sampled_from(["*", "US", "US-NY", "US-NY 100*", "US 10001-10299", "US 10001", "US-NY city:New York", "GB"])
PARTS = {
    "country": st.sampled_from(["US", "GB"]),
    "state": st.sampled_from(["NY", "CA"]),
    "city": st.sampled_from(["New York", "Albany"]),
    "postal": st.sampled_from(["10001", "10250", "94105"]),
}


@given(TEXTS, st.fixed_dictionaries({}, optional=PARTS), st.fixed_dictionaries(PARTS))
def test_knowing_more_of_a_place_never_turns_a_yes_into_a_no(
    text: str, known: dict[str, str], rest: dict[str, str]
) -> None:
    area = parse_area(text)
    less, more = area.contains(Place(**known)), area.contains(Place(**(rest | known)))
    assert more is not None
    assert less in (None, more)


@given(TEXTS, st.fixed_dictionaries(PARTS))
def test_leaving_out_a_part_of_an_area_never_makes_it_smaller(text: str, known: dict[str, str]) -> None:
    area, place = parse_area(text), Place(**known)
    wider = replace(area, state="", city="", prefix="", low="", high="", codes=frozenset())
    assert wider.contains(place) or not area.contains(place)


@given(st.text(alphabet="0123456789", min_size=1, max_size=8), st.integers(0, 5))
def test_a_postal_code_cut_short_is_never_surer_than_the_whole_one(postal: str, length: int) -> None:
    for text in ("DE 100*", "DE 10115-10999"):
        area = parse_area(text)
        whole, part = (area.contains(Place("DE", postal=code)) for code in (postal, postal[:length]))
        assert part in (None, whole) or whole is None


def test_regions_may_contain_regions() -> None:
    regions = {"DACH": ("DE", "AT", "CH"), "Mine": ("DACH", "US-NY 100*", "DE")}
    assert [area.text for area in region_areas("Mine", regions)] == ["DE", "AT", "CH", "US-NY 100*"]


def test_a_region_that_contains_itself_is_a_fault_that_shows_the_circle() -> None:
    with pytest.raises(BadInput) as caught:
        region_areas("A", {"A": ("DE", "B"), "B": ("C",), "C": ("A",)})
    assert "A → B → C → A" in str(caught.value)


def test_every_fault_of_a_region_is_told_at_once() -> None:
    with pytest.raises(BadInput) as caught:
        region_areas("A", {"A": ("B", "XX"), "B": ("DE", "YY")})
    assert [fault.what[:15] for fault in caught.value.faults] == ["in the region '"] * 2


def test_regions_doubled_fifty_times_are_read_in_no_time() -> None:
    regions = {f"R{n}": (f"R{n + 1}", f"R{n + 1}") for n in range(49)} | {"R49": ("DE",)}
    assert [area.text for area in region_areas("R0", regions)] == ["DE"]


def test_regions_nested_without_end_are_refused() -> None:
    with pytest.raises(BadInput, match="nested more than 50 deep"):
        region_areas("R0", {f"R{n}": (f"R{n + 1}",) for n in range(2000)})


def test_every_inhabited_country_lies_in_exactly_one_of_the_great_regions() -> None:
    great = [area.country for name in ("EMEA", "APAC", "AMER") for area in region_areas(name, REGIONS)]
    assert len(great) == len(set(great))
    assert set(COUNTRIES) - set(great) == {"AQ", "BV", "GS", "HM", "IO", "TF", "UM"}


@pytest.mark.parametrize("name", REGIONS)
def test_every_built_in_region_can_be_read(name: str) -> None:
    assert all(type(area) is Area and area.country for area in region_areas(name, REGIONS))
    assert name not in COUNTRIES
    assert set(REGIONS[name]) <= set(COUNTRIES)
