"""The reference pages list the fields and functions there are."""

from pathlib import Path

import pytest

from evenhand.core.countries import KNOWN_COUNTRIES
from evenhand.core.places import region_areas
from evenhand.core.when import CATALOGUE, FUNCTIONS, KINDS, REGIONS, read
from evenhand.core.when.functions import SPECIAL, Function

REFERENCE = Path(__file__).parents[3] / "docs" / "reference"


def field_rows() -> list[str]:
    return [
        f"| `{field.name}` | {field.kind} | {field.label} | {'personal' if field.personal else ''} |"
        for field in CATALOGUE.values()
    ]


def _signature(name: str, function: Function) -> str:
    takes = [" or ".join(kinds).replace("integer or number or money", "number") for kinds in function.takes]
    return f"{name}({', '.join([*takes, '...'] if function.many else takes)})"


def function_rows() -> list[str]:
    ours = [(_signature(name, made), made.gives or "number", made.doc) for name, made in FUNCTIONS.items()]
    special = [(f"{name}({takes})", gives, doc) for name, (takes, gives, doc) in SPECIAL.items()]
    return [f"| `{signature}` | {gives} | {doc} |" for signature, gives, doc in sorted(ours + special)]


def rows(page: str) -> list[str]:
    text = (REFERENCE / page).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line.startswith("| `")]


def test_the_page_of_fields_is_the_catalogue() -> None:
    assert rows("fields.md") == field_rows()


def test_the_page_of_functions_is_the_dictionary() -> None:
    assert rows("functions.md") == function_rows()


def test_every_field_is_of_a_known_type_and_has_a_label() -> None:
    assert {field.kind for field in CATALOGUE.values()} <= set(KINDS)
    assert all(field.label for field in CATALOGUE.values())


@pytest.mark.parametrize("region", REGIONS)
def test_every_built_in_region_is_made_of_whole_countries(region: str) -> None:
    assert {area.country for area in region_areas(region, REGIONS)} <= KNOWN_COUNTRIES
    assert read(f"country in {region}").reads == {"country"}
