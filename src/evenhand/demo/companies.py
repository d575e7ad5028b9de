"""Where the demo's leads work: at an account of ours, or at a company that we have never heard of."""

from typing import Final, NamedTuple

from evenhand.demo.accounts import Account
from evenhand.demo.dice import Dice, spread
from evenhand.demo.places import REGIONS, Country
from evenhand.demo.words import INDUSTRY_NAMES, STRANGER_HEADS, TAILS

_INDUSTRIES: Final = spread(
    (("software", 22), ("fintech", 15), ("manufacturing", 15), ("retail", 11), ("healthcare", 9), ("logistics", 9),
     ("energy", 5), ("education", 4), ("media", 6), ("government", 4))
)  # fmt: skip
_SIZES: Final = spread(
    (
        *(((1, 10), 18), ((11, 50), 26), ((51, 200), 24), ((201, 500), 14), ((501, 1000), 8), ((1001, 5000), 8)),
        ((5001, 30_000), 2),
    )
)


class Company(NamedTuple):
    """A lead's company. `known` says that it is an account of ours."""

    name: str
    domain: str
    industry: str
    employees: int
    country: Country
    known: bool


def known_company(account: Account, dice: Dice) -> Company:
    """An account of ours, under one of its domains."""
    return Company(
        account.name, dice.pick(account.domains), account.industry, account.employees, account.sits, known=True
    )


def stranger(region: str, dice: Dice) -> Company:
    """A company that is nobody's account."""
    country = dice.pick(REGIONS[region])
    industry = dice.pick(_INDUSTRIES)
    low, high = dice.pick(_SIZES)
    head = dice.pick(STRANGER_HEADS) + dice.pick(TAILS)
    word = dice.pick(INDUSTRY_NAMES[industry])
    domain = f"{head}{word}-{country.code}.example".replace(" ", "").lower()
    return Company(
        f"{head} {word} {dice.pick(country.forms)}", domain, industry, dice.between(low, high), country, known=False
    )
