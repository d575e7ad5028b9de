"""Made-up teams, policies and leads, and a small history in which much happens to them.

A roster and a policy are made as tables and read as text, so that what is tested is what people can write. `Floor` is
the smallest shell around core that lets leads wait, be closed, declined and left lying.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Literal, TypeAlias

import tomlkit
from hypothesis import strategies as st
from msgspec.structs import replace

from evenhand.core.advance import Freed, Tick, advance
from evenhand.core.decide import Ruling, rule_on
from evenhand.core.follow import on_expire, on_silence, on_wake, on_widen, past_after
from evenhand.core.model import DAY, HOUR, MINUTE, Lead, Millis, Past, Snapshot, Value
from evenhand.core.outcome import Assigned, Offered, Waiting
from evenhand.reading.setup import Setup, read_setup

Table: TypeAlias = dict[str, object]
Happening: TypeAlias = Literal["lead", "wake", "silence", "decline", "close", "widen", "expire"]
Event: TypeAlias = tuple[Happening, Millis, int, Mapping[str, Value]]

START: Final = 1_793_610_000_000  # Monday, 2 November 2026, 09:00 UTC
REPS: Final = tuple("abcdef")
TIERS: Final = (
    ["pool north"],
    ["pool north"],
    ["pool south"],
    ["pool south"],
    ["pool north", "skill x >= 2"],
    ["pool south", "speaks language"],
    ["pool north", "territory"],
    ["team inside"],
    ["seniority >= 2"],
    ["skill {use_case}"],
    ["pool north", "deal band"],
    ["rep a"],
    ["manager of inside"],
    ["pool south", "seniority < 3"],
)
WHENS: Final = ("always", 'country == "DE"', "budget >= 500", 'not (language == "de")', "known(use_case)")
BY_TURN: Final = ("round_robin", "weighted")
ASSIGNING: Final = (*BY_TURN, "least_loaded", "longest_idle", "best_fit")
WAYS: Final = (*ASSIGNING, "shotgun", "cherry_pick", "manual")

caps = st.fixed_dictionaries(
    {},
    optional={
        "open": st.integers(0, 4),
        "hour": st.integers(1, 3),
        "day": st.integers(0, 5),
        "week": st.integers(1, 6),
        "month": st.integers(1, 9),
    },
)


def people(ids: Sequence[str] = REPS) -> st.SearchStrategy[list[Table]]:
    """Everybody, with all that a roster may say of them."""
    return st.tuples(*[_person(rep) for rep in ids]).map(list)


def _person(rep: str) -> st.SearchStrategy[Table]:
    return st.fixed_dictionaries(
        {"id": st.just(rep)},
        optional={
            "active": st.sampled_from([True] * 6 + [False]),
            "away": st.sampled_from([False] * 6 + [True]),
            "hours": st.sampled_from(["24h", "24h", "09:00-17:00", "08:00-12:00 13:00-18:00", "22:00-06:00"]),
            "zone": st.sampled_from(["UTC", "Asia/Tokyo", "America/New_York"]),
            "leave": st.sampled_from([[], [], [{"from": "2026-11-03", "to": "2026-11-04"}]]),
            "caps": st.one_of(st.just({}), caps),
            "skills": st.fixed_dictionaries({"x": st.integers(0, 4)}),
            "languages": st.lists(st.sampled_from(["de", "en"]), unique=True),
            "territories": st.lists(st.sampled_from(["DE", "FR"]), unique=True),
            "seniority": st.integers(0, 4),
            "deal_band": st.fixed_dictionaries({"from": st.integers(0, 600)}),
            "team": st.just("inside"),
        },
    )


def plain_people(ids: Sequence[str] = REPS) -> st.SearchStrategy[list[Table]]:
    """Everybody, always there, without caps."""
    return st.just([{"id": rep} for rep in ids])


def pool(name: str, *, least: int = 0) -> st.SearchStrategy[Table]:
    """A pool with some of the people, each with a weight."""
    return st.fixed_dictionaries(
        {
            "name": st.just(name),
            "members": st.dictionaries(st.sampled_from(REPS), st.integers(least, 5), min_size=3),
        },
        optional={
            "manager": st.sampled_from(REPS),
            "backlog": st.just({"each": 2, "every": "10m"}),
            "fit_weight": st.sampled_from([0, 1]),
        },
    )


@st.composite
def rosters(draw: st.DrawFn, who: st.SearchStrategy[list[Table]] | None = None, *, least: int = 0) -> Table:
    """A roster with two pools and a team."""
    return {
        "person": draw(people() if who is None else who),
        "team": [{"name": "inside", "manager": draw(st.sampled_from(REPS))}],
        "pool": [draw(pool("north", least=least)), draw(pool("south", least=least))],
    }


@st.composite
def policies(
    draw: st.DrawFn, ways: Sequence[str] = WAYS, tiers: Sequence[list[str]] = TIERS, *, strictly: bool = False
) -> Table:
    """A policy of one to three rules; the last takes every lead that is left. `strictly`: only who is available."""
    number = draw(st.integers(1, 3))
    rules = [_rule(draw, f"rule {n}", ways, tiers, when=draw(st.sampled_from(WHENS))) for n in range(1, number)]
    last = _rule(draw, "last", ways, tiers, when="always")
    tables(last, "tier").append({"who": tiers[0]})  # so that somebody is often there
    for rule in [*rules, last]:
        rule["even_if_away"] = not strictly and draw(st.sampled_from([False, False, False, True]))
    return {"name": "Made up", "value": {"amount": "budget"}, "rule": [*rules, last]}


def _rule(draw: st.DrawFn, name: str, ways: Sequence[str], tiers: Sequence[list[str]], *, when: str) -> Table:
    how = draw(st.sampled_from(ways))
    chosen = draw(st.lists(st.sampled_from(tiers), min_size=1, max_size=3))
    rule: Table = {
        "name": name,
        "when": when,
        "how": how,
        "tier": [{"who": who, "wait": draw(st.sampled_from(["0", "30m"]))} for who in chosen],
        "respond_within": "10m",
        "reassign": {"times": draw(st.integers(1, 3)), "then": "manager"},
    }
    otherwise = draw(st.sampled_from(["", "next", "wait", "desk", "pool south"]))
    if otherwise:
        rule["otherwise"] = otherwise
    if how in ("shotgun", "cherry_pick"):
        rule["unclaimed_after"] = "5m"
    if how == "shotgun":
        rule |= {"stages": [1, 2, "pool"], "widen_after": "1m"}
    return rule


lead_fields: st.SearchStrategy[Mapping[str, Value]] = st.fixed_dictionaries(
    {},
    optional={
        "country": st.sampled_from(["DE", "FR", "BR"]),
        "language": st.sampled_from(["de", "en", "pt"]),
        "use_case": st.sampled_from(["x", "y"]),
        "budget": st.integers(0, 1000),
    },
)

_MOMENTS: Final = (0, 0, MINUTE, 10 * MINUTE, 30 * MINUTE, 5 * HOUR, DAY)


def histories(
    kinds: Sequence[Happening] = ("lead", "lead", "lead", "wake", "silence", "decline", "close", "widen", "expire"),
    *,
    least: int = 12,
    most: int = 25,
) -> st.SearchStrategy[list[Event]]:
    """What happens, how long after the last thing, to which of the leads it applies to, and a new lead's fields."""
    event = st.tuples(st.sampled_from(kinds), st.sampled_from(_MOMENTS), st.integers(0, 5), lead_fields)
    return st.lists(event, min_size=least, max_size=most)


def tables(table: Table, key: str) -> list[Table]:
    """The tables below a key, `[[person]]` or `[[pool]]`."""
    found = table[key]
    assert isinstance(found, list)
    return found


def shuffled(roster: Table, order: Sequence[int]) -> Table:
    """The same roster with its people in another order, its pools and their members the other way round."""
    persons = tables(roster, "person")
    return {
        **roster,
        "person": [persons[place] for place in order],
        "pool": [_turned(each) for each in reversed(tables(roster, "pool"))],
    }


def _turned(pool_: Table) -> Table:
    members = pool_["members"]
    assert isinstance(members, dict)
    return {**pool_, "members": dict(reversed(members.items()))}


def setup_of(policy: Mapping[str, object], roster: Mapping[str, object]) -> Setup:
    """Read both as text, as they would be written."""
    return read_setup(tomlkit.dumps(policy), tomlkit.dumps(roster))


class Floor:
    """A world in which things happen to leads; every decision is kept with the world before it."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        duty = setup.calendars.duty(START - 40 * DAY, START + 60 * DAY)
        self.world = Snapshot(now=START, roster=setup.roster, duty=duty)
        self.leads: dict[str, Lead] = {}
        self.last: dict[str, Ruling] = {}
        self.rulings: list[tuple[Snapshot, Ruling]] = []

    def live(self, events: Sequence[Event]) -> Iterator[Ruling]:
        """Let everything happen, one thing after the other; yields each decision once the world has moved on."""
        for kind, after, which, fields in events:
            self.world = advance(self.world, Tick(self.world.now + after))
            ruling = self._arrive(fields) if kind == "lead" else self._happen(kind, which)
            if ruling is not None:
                yield ruling

    def holders(self) -> dict[str, str]:
        """Lead -> who holds it now."""
        held = {lead: ruling.decision.outcome for lead, ruling in self.last.items()}
        return {lead: outcome.rep for lead, outcome in held.items() if isinstance(outcome, Assigned)}

    def _arrive(self, fields: Mapping[str, Value]) -> Ruling:
        lead = Lead(id=f"L{len(self.leads) + 1}", received=self.world.now, fields=fields)
        return self._settled(lead, rule_on(lead, self.setup.policy, self.world), self.world)

    def _happen(self, kind: Happening, which: int) -> Ruling | None:
        state = {"wake": Waiting, "widen": Offered, "expire": Offered}.get(kind, Assigned)
        able = [lead for lead, ruling in self.last.items() if isinstance(ruling.decision.outcome, state)]
        if not able:
            return None
        lead = self.leads[able[which % len(able)]]
        if state is Assigned:
            return self._let_go(kind, lead)
        again = {"wake": on_wake, "widen": on_widen, "expire": on_expire}[kind]
        return self._settled(lead, again(lead, self.setup.policy, self.world), self.world)

    def _let_go(self, kind: Happening, lead: Lead) -> Ruling | None:
        decision = self.last[lead.id].decision
        rep = decision.rep or ""
        freed = advance(self.world, Freed(rep))
        ruling: Ruling | None = None
        if kind == "silence":
            ruling = on_silence(lead, decision, self.setup.policy, freed)
        elif kind == "decline":
            lead = replace(lead, past=Past(holders=lead.past.holders, declined=(*lead.past.declined, rep)))
            ruling = rule_on(lead, self.setup.policy, freed, trigger="reassigned")
        else:
            del self.last[lead.id]
            self.world = freed
        return None if ruling is None else self._settled(lead, ruling, freed)

    def _settled(self, lead: Lead, ruling: Ruling, before: Snapshot) -> Ruling:
        self.rulings.append((before, ruling))
        self.world = advance(before, ruling.decision)
        self.leads[lead.id] = replace(ruling.case.lead, past=past_after(ruling, self.setup.policy))
        self.last[lead.id] = ruling
        return ruling
