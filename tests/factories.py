"""Tiny worlds for tests: each factory takes only what the test is about."""

from collections.abc import Mapping
from typing import Any, Final

from msgspec.structs import replace

from evenhand.core.arrival import Arrival
from evenhand.core.case import Case
from evenhand.core.decide import Ruling, rule_on
from evenhand.core.ledger import UNIT, Ledger
from evenhand.core.model import (
    DAY,
    HOUR,
    Cap,
    Duty,
    Lead,
    Load,
    Match,
    Millis,
    Owner,
    Pool,
    Rep,
    Roster,
    Snapshot,
    Team,
    Territory,
    Value,
)
from evenhand.core.outcome import Trigger
from evenhand.core.policy.model import Policy
from evenhand.reading.policy import read_policy

NOW: Final = 1_793_610_000_000  # Monday 2026-11-02 at 09:00 UTC
OFFICE: Final = Duty(bounds=tuple(NOW + day * DAY + end for day in range(5) for end in (0, 8 * HOUR)))
TOMORROW: Final = Duty(bounds=OFFICE.bounds[2:])  # not here today
NEVER: Final = Duty()


def rep(name: str, *, caps: Mapping[Any, int] | None = None, **said: Any) -> Rep:
    """Somebody by their id; `caps` as in the roster: `{"open": 3}`."""
    limits = tuple(Cap(kind, limit) for kind, limit in (caps or {}).items())
    return replace(Rep(id=name, name=name.title(), caps=limits), **said)


def pool(name: str = "sales", members: str = "ann bob cy", **said: Any) -> Pool:
    """A pool of equals; `ann:2 bob` gives Ann twice the weight."""
    weights = {who: int(weight or 1) for who, _, weight in (word.partition(":") for word in members.split())}
    return replace(Pool(name=name, weights=weights), **said)


def roster(*parts: Rep | Pool | Team | Territory) -> Roster:
    """A roster of these; the members of its pools are in it in any case."""
    pools = {part.name: part for part in parts if isinstance(part, Pool)}
    reps = {name: rep(name) for one in pools.values() for name in one.weights}
    reps.update({part.id: part for part in parts if isinstance(part, Rep)})
    return Roster(
        digest="sha256:roster",
        reps=reps,
        pools=pools,
        teams={part.name: part for part in parts if isinstance(part, Team)},
        territories={part.name: part for part in parts if isinstance(part, Territory)},
    )


THREE: Final = roster(pool())


def rule(said: str = "", *, name: str = "Everybody", when: str = "always", who: str = '["pool sales"]') -> str:
    """A rule in TOML; what is said may bring its own `[[rule.tier]]`s if `who` is empty."""
    people = f"who = {who}\n" if who else ""
    return f"[[rule]]\nname = '{name}'\nwhen = '{when}'\n{people}{said}\n"


def policy(*parts: str, people: Roster = THREE) -> Policy:
    """A policy of these pieces of TOML, for these people; with nothing said, one rule for everybody."""
    return read_policy("\n".join(['name = "Test"', *(parts or [rule()])]), people)


def lead(name: str = "lead-1", /, *, received: Millis = NOW, match: Match | None = None, **fields: Value) -> Lead:
    """A lead of which these fields are known."""
    return Lead(id=name, received=received, match=match, fields=fields)


def owned_by(owner: str, *, steps: int = 0, role: str = "owner") -> Match:
    """The account Acme, with somebody who answers for it."""
    account = "group" if steps else "acme"
    return Match(account="acme", by="domain", name="Acme", roles={role: Owner(owner, account, steps)})


def snapshot(people: Roster = THREE, **said: Any) -> Snapshot:
    """A world in which everybody is on duty and has nothing to do."""
    return replace(Snapshot(now=NOW, roster=people), **said)


def case(one: Lead | None = None, *, people: Roster = THREE, **said: Any) -> Case:
    """A lead on the table, without anything worked out about it."""
    return replace(Case(lead=one or lead(), snapshot=snapshot(people)), **said)


def credits(name: str = "sales", /, *, turns: Mapping[str, int] | None = None, **leads: Any) -> dict[str, Ledger]:
    """The ledger of one pool, with what it owes each member, in leads."""
    owed = {who: round(owes * UNIT) for who, owes in leads.items()}
    return {name: Ledger(pool=name, credits=owed, turns=turns or {}, seq=max((turns or {"": 0}).values()))}


def opened(**leads: int) -> dict[str, Load]:
    """How many leads each has open."""
    return {who: Load(open=count) for who, count in leads.items()}


def ruled(
    rules: Policy, people: Roster = THREE, one: Lead | None = None, *, trigger: Trigger = "received", **world: Any
) -> Ruling:
    """The ruling on a lead, in a world of which only this much is said."""
    return rule_on(one or lead(), rules, snapshot(people, **world), trigger=trigger)


def outcome(ruling: Ruling) -> Any:
    """What became of the lead, to be asked for whatever it must have."""
    return ruling.decision.outcome


def arrival(line: int, *, at: Millis = NOW, key: str = "", name: str = "", **said: Any) -> Arrival:
    """A lead on a line of a file."""
    return replace(Arrival(line=line, lead=lead(name or f"lead-{line}", received=at), key=key), **said)
