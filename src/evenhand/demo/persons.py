"""The people who fill in the demo's forms: name, address, job and where they sit."""

from typing import Final, NamedTuple

from evenhand.demo.companies import Company
from evenhand.demo.dice import Dice, spread
from evenhand.demo.dirt import maybe_missing
from evenhand.demo.places import FREE_MAIL, UNWELCOME, Country
from evenhand.demo.words import CULTURES, TITLES

ADDRESS: Final = ("phone", "country", "state", "city", "postal_code", "language")

_PLAIN: Final = str.maketrans("äöüßéèëêçñíáóúïåøæłąęśżźń'- ", "aouseeeecniaouiaoalaeszzn...")
_LEVELS: Final = spread((("c-level", 7), ("vp", 8), ("director", 17), ("manager", 34), ("specialist", 28), ("", 6)))


class Person(NamedTuple):
    """Somebody who fills in a form, and may do so again; `job` and `address` are cells of a row."""

    first: str
    last: str
    email: str
    job: str
    address: str
    company: Company


def person(company: Company, dice: Dice, *, job: str, address: str, namesakes: int = 0) -> Person:
    """Somebody of that company; one stranger in eight writes from a private address; a few give none.

    With `namesakes`, addresses are numbered to tell so many people of one name apart.
    """
    culture = CULTURES[company.country.culture]
    first, last = dice.pick(culture.given), dice.pick(culture.family)
    local = f"{first}.{last}".lower().translate(_PLAIN)
    if namesakes:
        local += str(dice.below(namesakes))
    luck = dice.below(200)
    if luck < 2:
        email = ""
    elif luck < 4:
        email = f"{local}@{dice.pick(UNWELCOME)}"
    elif luck < 26 and not company.known:
        email = f"{local}.demo{dice.below(10_000)}@{dice.pick(FREE_MAIL)}"
    else:
        email = f"{local}@{company.domain}"
    return Person(first, last, email, job, address, company)


def job(dice: Dice) -> tuple[str, ...]:
    """A title as written, and its level when the form asked for it."""
    level = dice.pick(_LEVELS)
    return maybe_missing(dice.pick(TITLES[level or "manager"]), dice, percent=12), level


def address(country: Country, dice: Dice) -> tuple[str, ...]:
    """A place in that country (`ADDRESS`) as a form hands it on: spelled anyhow, ZIPs without their leading zero."""
    town = dice.pick(country.towns)
    postal = dice.digits(town.postal) if dice.chance(75) else ""
    return (
        dice.digits(country.phone) if dice.chance(60) else "",
        maybe_missing(dice.pick(country.spellings), dice, percent=3),
        "" if dice.chance(8) else town.state,
        town.city,
        postal.lstrip("0") if dice.chance(50) else postal,
        "" if dice.chance(10) else dice.pick(country.languages),
    )
