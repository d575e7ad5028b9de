"""The demo's leads, one row after another, so that a million of them need no more memory than ten thousand.

What is costly to draw and may well repeat (interests, jobs, addresses, fates) is drawn beforehand, a deck of each,
written out as cells, and dealt.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Final

from evenhand.demo.accounts import Account
from evenhand.demo.aftermath import afterwards, fate
from evenhand.demo.companies import known_company, stranger
from evenhand.demo.csvtext import cell, cells
from evenhand.demo.dice import Dice
from evenhand.demo.dirt import employees_as_written, maybe_missing, retyped, spelled
from evenhand.demo.interest import COLUMNS, interest
from evenhand.demo.persons import ADDRESS, Person, address, job, person
from evenhand.demo.places import REGIONS, Country
from evenhand.demo.quarter import BURSTS, Burst, arrivals, instant

HEADER: Final = (
    *("id", "received", "email", "first_name", "last_name", "title", "seniority", "company", "website", "industry"),
    *("employees", *ADDRESS, "seats", "budget", *COLUMNS, "responded_at", "closed_at", "outcome"),
)
_REMEMBERED: Final = 600  # somebody who comes again is one of the latest so many
_PER_NAMESAKE: Final = 10_000  # from so many leads on, names alone would no longer tell people apart
_DECK: Final = 2048
_SMALL_DECK: Final = 256
_CURRENCIES: Final = ("EUR ", "USD ", "GBP ", "€", "$")


class Crowd:
    """Everybody who may still write to us: accounts, decks of what repeats, and whoever has written lately."""

    def __init__(self, dice: Dice, accounts: Sequence[Account], *, leads: int) -> None:
        self.dice = dice
        self.namesakes = leads // _PER_NAMESAKE
        self.accounts = {region: tuple(a for a in accounts if a.region == region) for region in REGIONS}
        self.fates = [fate(dice) for _ in range(_DECK)]
        self.jobs = [cells(job(dice)) for _ in range(_SMALL_DECK)]
        self.interests = [cells(interest(dice)) for _ in range(_DECK)]
        self.troubles = [cells(interest(dice, trouble=True)) for _ in range(_SMALL_DECK)]
        self.bursts = {b: [cells(interest(dice, burst=b)) for _ in range(_SMALL_DECK)] for b in BURSTS}
        countries: dict[str, Country] = {c.code: c for region in REGIONS.values() for c in region}
        self.addresses = {
            code: [cells(address(country, dice)) for _ in range(_SMALL_DECK)] for code, country in countries.items()
        }
        self.lately: deque[Person] = deque(maxlen=_REMEMBERED)

    def next_person(self, region: str) -> tuple[Person, str]:
        """Who writes next, and the e-mail address as they type it: 4 in 100 have written before."""
        dice, lately = self.dice, self.lately
        if lately and dice.random() < 0.04:
            again = lately[dice.below(len(lately))]
            return again, retyped(again.email, dice)
        accounts = self.accounts[region]
        known = accounts and dice.random() < 0.2
        company = known_company(dice.pick(accounts), dice) if known else stranger(region, dice)
        found = person(
            company,
            dice,
            job=dice.pick(self.jobs),
            address=dice.pick(self.addresses[company.country.code]),
            namesakes=self.namesakes,
        )
        lately.append(found)
        return found, found.email

    def wants(self, burst: Burst | None, *, known: bool) -> str:
        """What the next lead wants; in a burst it is mostly its campaign, and now and then a customer is in trouble."""
        dice = self.dice
        if known and dice.random() < 0.06:
            return dice.pick(self.troubles)
        return dice.pick(self.interests if burst is None else self.bursts[burst])


def write_leads(
    path: Path, dice: Dice, *, accounts: Sequence[Account], leads: int, tell: Callable[[int], None] = lambda _: None
) -> None:
    """Write leads.csv with that many rows; `tell` hears after each thousand how many more there are."""
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(f"{cells(HEADER)}\n")
        found = rows(Crowd(dice, accounts, leads=leads), leads)
        while chunk := list(islice(found, 1000)):
            file.writelines(chunk)
            tell(len(chunk))


def rows(crowd: Crowd, leads: int) -> Iterator[str]:
    """The rows of leads.csv in the order of arrival, each with its line end."""
    dice = crowd.dice
    for number, arrival in enumerate(arrivals(dice, leads), start=1):
        who, email = crowd.next_person(arrival.region)
        company = who.company
        seats = max(1, company.employees * dice.between(4, 30) // 200)
        website = f"https://www.{company.domain}/" if dice.random() < 0.3 else ""
        size = cell(employees_as_written(company.employees, dice))
        budget = cell(_budget(seats, dice)) if dice.random() < 0.25 else ""
        wants = crowd.wants(arrival.burst, known=company.known)
        yield (
            f"L-{number:06},{instant(arrival.second)},{email},{who.first},{who.last},{who.job},"
            f"{cell(spelled(company.name, dice))},{website},{maybe_missing(company.industry, dice, percent=8)},"
            f"{size},{who.address},{seats if dice.random() > 0.1 else ''},{budget},{wants},"
            f"{afterwards(arrival.second, arrival.region, drawn=dice.pick(crowd.fates))}\n"
        )


def _budget(seats: int, dice: Dice) -> str:
    amount = max(1, seats * dice.between(10, 60) // 100) * 1000
    return f"{dice.pick(_CURRENCIES)}{amount:,}"
