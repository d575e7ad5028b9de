"""The demo's 300 accounts: single companies and families of up to three levels, with domains and whoever answers."""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from evenhand.demo.dice import Dice, spread
from evenhand.demo.places import REGIONS, Country
from evenhand.demo.words import ACCOUNT_HEADS, INDUSTRY_NAMES, TAILS

ACCOUNTS: Final = 300
HEADER: Final = (
    *("id", "name", "domains", "parent", "owner", "csm", "type", "tier", "industry", "employees", "revenue"),
    "country",
)

_REGION: Final = spread((("europe", 40), ("uk-nordics", 20), ("noram", 28), ("apac", 12)))
_TYPE: Final = spread((("customer", 11), ("prospect", 7), ("former customer", 2)))
_INDUSTRY: Final = tuple(industry for industry in INDUSTRY_NAMES if industry != "government")
_SIZE: Final = spread((((20, 200), 8), ((200, 1000), 7), ((1000, 5000), 4), ((5000, 40_000), 1)))
_FAMILY: Final = spread(((1, 6), (2, 2), (3, 2), (5, 1)))
_CITIES: Final = ("Nord", "Iberia", "Pacific", "Services", "Digital", "Ventures", "Retail", "Systems")


class Account(NamedTuple):
    """One company we know. `sits` is its country; `owner` and `csm` are ids of people, empty when nobody answers."""

    id: str
    name: str
    domains: tuple[str, ...]
    parent: str
    owner: str
    csm: str
    type: str
    tier: str
    industry: str
    employees: int
    region: str
    sits: Country


class Owners(NamedTuple):
    """Who may answer for accounts: owners by region, one of whom has left, and those who look after customers."""

    by_region: dict[str, tuple[str, ...]]
    csms: tuple[str, ...]


def _slug(name: str) -> str:
    return "".join(sign for sign in name.casefold() if sign.isalnum())


def _root(number: int, dice: Dice) -> tuple[str, str, str]:
    """The head of a name, an industry, and the word of that industry; heads and tails never meet twice."""
    head = ACCOUNT_HEADS[number % len(ACCOUNT_HEADS)] + TAILS[number // len(ACCOUNT_HEADS)]
    industry = dice.pick(_INDUSTRY)
    return head, industry, dice.pick(INDUSTRY_NAMES[industry])


def _family(first: int, root: int, *, dice: Dice, owners: Owners) -> Iterator[Account]:
    """A company and its daughters; the third and later hang below the second. Daughters often have no owner."""
    head, industry, word = _root(root, dice)
    region, kind, members = dice.pick(_REGION), dice.pick(_TYPE), dice.pick(_FAMILY)
    ids = [f"A-{number:03}" for number in range(first, first + members)]
    for place, account in enumerate(ids):
        country = dice.pick(REGIONS[region])
        name = f"{head} {word}" if place == 0 else f"{head} {_CITIES[(root + place) % len(_CITIES)]}"
        low, high = dice.pick(_SIZE)
        employees = dice.between(low, high)
        owned = dice.chance(85 if place == 0 else 35)
        yield Account(
            id=account,
            name=f"{name} {dice.pick(country.forms)}",
            domains=_domains(name, dice),
            parent="" if place == 0 else ids[0] if place == 1 else ids[1],
            owner=dice.pick(owners.by_region[region]) if owned else "",
            csm=dice.pick(owners.csms) if kind == "customer" and dice.chance(90 if place == 0 else 20) else "",
            type=kind,
            tier="A" if employees >= 5000 else "B" if employees >= 1000 else "C",
            industry=industry,
            employees=employees,
            region=region,
            sits=country,
        )


def _domains(name: str, dice: Dice) -> tuple[str, ...]:
    main = f"{_slug(name)}.example"
    return (main, f"{_slug(name)}-group.example") if dice.chance(25) else (main,)


def make_accounts(dice: Dice, owners: Owners) -> list[Account]:
    """All accounts, parents before their daughters."""
    found: list[Account] = []
    root = 0
    while len(found) < ACCOUNTS:
        found.extend(_family(len(found) + 1, root, dice=dice, owners=owners))
        root += 1
    return found[:ACCOUNTS]


def write_accounts(path: Path, accounts: Sequence[Account]) -> None:
    """Write accounts.csv: several domains share a field, separated by semicolons."""
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(HEADER)
        out.writerows(_row(account) for account in accounts)


def _row(a: Account) -> tuple[object, ...]:
    known = (a.id, a.name, ";".join(a.domains), a.parent, a.owner, a.csm, a.type, a.tier, a.industry, a.employees)
    return (*known, f"EUR {a.employees * 180_000}", a.sits.code)
