"""Where the demo's leads come from; the countries themselves stand in places.toml."""

import tomllib
from collections.abc import Sequence
from importlib.resources import files
from typing import Final, NamedTuple, TypedDict

from evenhand.demo.dice import spread

FREE_MAIL: Final = ("gmail.com", "gmail.com", "outlook.com", "yahoo.com", "gmx.de", "icloud.com", "hotmail.com")
UNWELCOME: Final = ("mailinator.com", "rivalroute.example", "leadflinger.example")  # throw-away, and competitors


class Town(NamedTuple):
    """A city, the state or province it lies in, and the pattern of its postal codes (`#` digit, `@` letter)."""

    city: str
    state: str
    postal: str


class Country(NamedTuple):
    """A country and how its people fill in a form."""

    code: str
    spellings: tuple[str, ...]
    culture: str
    languages: tuple[str, ...]
    phone: str
    forms: tuple[str, ...]
    towns: tuple[Town, ...]


class _Table(TypedDict):
    code: str
    share: int
    spellings: list[str]
    culture: str
    languages: list[str]
    phone: str
    forms: list[str]
    towns: list[str]


def _country(table: _Table) -> Country:
    return Country(
        code=table["code"],
        spellings=(table["code"], *table["spellings"]),
        culture=table["culture"],
        languages=tuple(table["languages"]),
        phone=table["phone"],
        forms=tuple(table["forms"]),
        towns=tuple(Town(*(part.strip() for part in town.split("/"))) for town in table["towns"]),
    )


def _regions() -> dict[str, tuple[Country, ...]]:
    text = (files("evenhand.demo") / "places.toml").read_text(encoding="utf-8")
    tables: dict[str, Sequence[_Table]] = tomllib.loads(text)
    return {region: spread((_country(table), table["share"]) for table in found) for region, found in tables.items()}


REGIONS: Final = _regions()  # region -> its countries, each as often as it comes up
