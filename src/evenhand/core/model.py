"""The nouns that a decision is made of: leads, people, pools, and the snapshot that holds them still.

Everything here is a frozen value. Times are whole milliseconds since 1970 in UTC (`Millis`), so that core needs no
time zones; credits and charges are whole units, `UNIT` of them a lead; amounts are `int` or `Decimal`, never `float`.

What is made anew for each lead has `gc=False`, here and elsewhere: frozen values never form a circle, so that Python's
search for such garbage, which took a sixth of the time of a large batch, need not look at them.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final, Literal, TypeAlias

from msgspec import Struct

from evenhand.core.ledger import Ledger
from evenhand.core.places import Area

Millis: TypeAlias = int
Value: TypeAlias = bool | int | Decimal | str | tuple[str, ...]
Answers: TypeAlias = Mapping[str, str]

MINUTE: Final = 60_000
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR

CapKind: TypeAlias = Literal["open", "hour", "day", "week", "month"]


class Owner(Struct, frozen=True, gc=False):
    """Who answers for an account in one role, and through which account of the family that was found."""

    rep: str
    account: str
    steps: int = 0  # 0: the account itself; 1: its parent; ...


class Match(Struct, frozen=True, kw_only=True, gc=False):
    """The account that a lead belongs to, how we know, and the nearest person in each role."""

    account: str
    by: Literal["domain", "name", "given"]
    name: str = ""
    family: str = ""
    roles: Mapping[str, Owner] = {}


class Past(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What has already happened to a lead that is decided again.

    `rule`, `tier` and `tier_since` say in which tier's wait it has been waiting, and since when; a `tier` beyond the
    last one says that all the waits are over.
    """

    holders: tuple[str, ...] = ()
    declined: tuple[str, ...] = ()
    waiting_since: Millis | None = None
    rule: str = ""
    tier: int = -1
    tier_since: Millis = 0
    stage: int = 0  # how far an offer has been widened
    unclaimed: bool = False  # nobody took the offer in time
    cleared: bool = False  # a person has looked: screens and the search for duplicates no longer apply


class Twin(Struct, frozen=True, gc=False):
    """An earlier, still open lead of the same person, and who holds it."""

    lead: str
    rep: str | None = None


class Lead(Struct, frozen=True, kw_only=True, gc=False):
    """A person who may buy. `fields` holds what is known, by the names of the field catalogue; the rest is unknown."""

    id: str
    received: Millis
    fields: Mapping[str, Value] = {}
    match: Match | None = None
    twin: Twin | None = None
    past: Past = Past()
    answers: Answers | None = None  # of conditions on personal fields, once those are gone; see answers.py


class Cap(Struct, frozen=True):
    """At most `limit` leads: open at once, or in each calendar hour, day, week or month of the rep's own zone.

    `smooth` spreads a week's or a month's cap evenly over its days.
    """

    kind: CapKind
    limit: int
    smooth: bool = False


class Band(Struct, frozen=True):
    """A range of values or scores, both ends included; `None` leaves that end open."""

    low: int | Decimal | None = None
    high: int | Decimal | None = None


class Rep(Struct, frozen=True, kw_only=True):
    """A person who sells, as the roster describes them.

    goals: calendar period -> the amount to win in it, to be compared with what was won; no decision looks at them.
    """

    id: str
    name: str
    email: str = ""
    team: str = ""
    active: bool = True
    away: bool = False
    zone: str = "UTC"
    skills: Mapping[str, int] = {}
    languages: tuple[str, ...] = ()
    territories: tuple[Area, ...] = ()
    seniority: int | None = None
    attributes: Mapping[str, Value] = {}
    caps: tuple[Cap, ...] = ()
    deal_band: Band | None = None
    score_band: Band | None = None
    goals: Mapping[str, int | Decimal] = {}


class Absence(Struct, frozen=True):
    """A stretch of leave or a holiday: `start` included, `end` not."""

    start: Millis
    end: Millis
    kind: Literal["leave", "holiday"]
    deputy: str = ""


class Duty(Struct, frozen=True, kw_only=True):
    """When a rep works, resolved to UTC over a horizon.

    bounds:   start, end, start, end ... ascending, with holidays and leave already cut out.
    absences: leave and holidays, ascending, to say why somebody is not there.
    offsets:  (from when, ms to add to UTC for the rep's wall clock), ascending; the first holds before it too.
    """

    bounds: tuple[Millis, ...] = ()
    absences: tuple[Absence, ...] = ()
    offsets: tuple[tuple[Millis, int], ...] = ((0, 0),)


ALWAYS: Final = Duty(bounds=(0, 1 << 53))  # the duty of somebody about whose hours nothing is said


class Backlog(Struct, frozen=True):
    """Waiting leads go out at most `each` to a rep within `every` milliseconds."""

    each: int
    every: Millis


class Pool(Struct, frozen=True, kw_only=True):
    """A named set of reps that leads are handed out in. Weights are whole numbers; only their ratios matter."""

    name: str
    weights: Mapping[str, int] = {}
    manager: str = ""
    backlog: Backlog | None = None
    value_fair: bool = False
    max_charge: int | Decimal | None = None
    charges: frozenset[str] = frozenset()
    debt_limit: int = 3
    fit_weight: Decimal = Decimal(0)
    max_ahead: int | None = None
    paused: bool = False


class Team(Struct, frozen=True, kw_only=True):
    """A group of reps and who answers for it."""

    name: str
    manager: str = ""


class Territory(Struct, frozen=True, kw_only=True):
    """A named area and who answers for it."""

    name: str
    areas: tuple[Area, ...]
    manager: str = ""


class Roster(Struct, frozen=True, kw_only=True, eq=False):
    """Everybody and everything that leads can be handed to. `digest` names this very roster."""

    digest: str = ""
    reps: Mapping[str, Rep] = {}
    pools: Mapping[str, Pool] = {}
    teams: Mapping[str, Team] = {}
    territories: Mapping[str, Territory] = {}


class Load(Struct, frozen=True, kw_only=True, gc=False):
    """What a rep carries now. `counts` holds (cap kind, number of the calendar period, leads taken in it)."""

    open: int = 0
    counts: tuple[tuple[CapKind, int, int], ...] = ()
    last: Millis | None = None
    paced: tuple[tuple[str, Millis], ...] = ()  # (pool, when): waiting leads taken lately


class Snapshot(Struct, frozen=True, kw_only=True, gc=False):
    """Everything a decision may look at besides the lead and the policy. What is not here cannot matter.

    away, last_one: reps set away, and those who will be with the next lead that they get; the roster's own count too.
    paused:         subjects that get nothing for now: `rep ann`, `pool dach`, `everything`.
    """

    now: Millis
    roster: Roster
    duty: Mapping[str, Duty] = {}
    loads: Mapping[str, Load] = {}
    ledgers: Mapping[str, Ledger] = {}
    values: Mapping[str, tuple[int | Decimal, ...]] = {}  # value-fair pool -> values of its latest leads
    seq: int = 0
    away: frozenset[str] = frozenset()
    last_one: frozenset[str] = frozenset()
    paused: frozenset[str] = frozenset()
