"""Scenarios: a policy, a roster, some leads, and what must become of them, in a TOML file that a salesperson can read.

title = "Weight 0 never wins"
policy = '''...'''            # or policy_file = "policy.toml", beside the scenario; without: all leads to pool sales
team = '''...'''              # or team_file; or reps = ["ann", "bob"], or reps = { ann = 2, bob = 1 }: pool sales

[[account]]                   # id, name, domains, parent, owner ...
[[lead]]
id = "L1"
received = "2026-11-02T09:00Z"
country = "DE"                # any field; responded_at, closed_after ...; repeat = 30, every = "1d"
expect = { outcome = "assigned", rep = "ann", because = "in pool dach", excluded = { zed = "weight_zero" } }

[totals]                      # how many leads each rep holds in the end
ann = 1

docs/how-to/test-a-policy.md has the whole format. What can be expected is in `scenario_expect.py`.
"""

import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from decimal import Decimal
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from evenhand.actions.routing import Options, Sink, route_all, take_in
from evenhand.actions.summary import FinalRecord, Intake
from evenhand.analytics.scenario_expect import Expect, Failure, Group, Story, check_group, check_lead, shape_faults
from evenhand.core.arrival import Arrival, Problem
from evenhand.core.instants import say_instant
from evenhand.core.model import Millis, Value
from evenhand.core.view import View
from evenhand.errors import BadFile, BadInput, Fault
from evenhand.know.fields import Terms, convert
from evenhand.know.match import Account, Accounts
from evenhand.know.raw import Raw
from evenhand.ports.spool import Spool
from evenhand.reading.durations import read_duration, read_instant
from evenhand.reading.leads import LeadFile, LeadOptions, read_leads
from evenhand.reading.rows import Reject, Row
from evenhand.reading.section import suggest
from evenhand.reading.setup import Setup, load_setup, read_setup

__all__ = ["Failure", "Played", "Scenario", "arriving", "check", "play", "read_scenario", "run_scenario"]

_KEYS: Final = frozenset(
    {"title", "why", "policy", "policy_file", "team", "team_file", "reps", "account", "lead", "totals", "expect"}
    | {"until", "as_of"}
)
_NOT_FIELDS: Final = frozenset({"expect", "repeat", "every", "responded_after", "closed_after"})
_ROLES: Final = ("owner", "csm", "sdr", "ae", "se", "am")
_FIRST: Final = "2026-01-01T00:00Z"
_LATEST: Final = 1 << 52  # a scenario may play in any year
_ENGINE: Final = "scenario"
_POLICY: Final = """
name = "Everything in turn"
[[rule]]
name = "Everybody"
when = 'always'
who = ["pool sales"]
how = "weighted"
"""


class Given(Struct, frozen=True, kw_only=True):
    """One lead as the scenario gives it: its fields as they came, and what is expected of it."""

    id: str
    cells: Mapping[str, Raw]
    expect: Expect = {}
    silent: bool = False  # it is known that nobody ever responded


class Scenario(Struct, frozen=True, kw_only=True):
    """A scenario as its file says it, leads that repeat written out."""

    title: str
    why: str = ""
    setup: Setup
    texts: tuple[str, str]  # the policy and the roster, word for word
    leads: tuple[Given, ...]
    accounts: tuple[Account, ...] = ()
    groups: tuple[Group, ...] = ()
    until: Millis | None = None


class Played(Struct, frozen=True, kw_only=True):
    """What became of every lead, in the order of the scenario, and whether the counts add up."""

    stories: tuple[Story, ...]
    adds_up: bool
    strangers: tuple[str, ...] = ()  # names in the leads that are no field


def run_scenario(scenario: Scenario, spool: Callable[[], AbstractContextManager[Spool]]) -> tuple[Failure, ...]:
    """Route the leads of a scenario and say what is not as expected."""
    return check(scenario, play(scenario, spool))


# --- reading ---------------------------------------------------------------------------------------------------------


def read_scenario(path: Path) -> Scenario:
    """Read a scenario file. Raises BadFile with every fault found, or BadPolicy or BadTeam for its texts."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise BadFile(Fault(where=str(path), what=f"cannot be read as TOML: {error}.")) from error
    texts = _texts(data, path)
    setup = _setup(data, path, texts)
    faults: list[Fault] = []
    found = Scenario(
        title=str(data.get("title", path.stem)),
        why=str(data.get("why", "")),
        setup=setup,
        texts=texts,
        leads=tuple(_leads(data, path, faults)),
        accounts=tuple(_accounts(data, setup, path, faults=faults)),
        groups=tuple(_groups(data, path, faults)),
        until=_until(data, path, faults),
    )
    if faults:
        raise BadFile(faults)
    return found


def _texts(data: Mapping[str, object], path: Path) -> tuple[str, str]:
    faults = [
        Fault(where=str(path), what=f"{key!r} is not known.", fix=suggest(key, sorted(_KEYS)))
        for key in data
        if key not in _KEYS
    ]
    if not any(key in data for key in ("team", "team_file", "reps")):
        faults.append(Fault(where=str(path), what="there is nobody.", fix='Write team, or reps = ["ann", "bob"].'))
    if faults:
        raise BadFile(faults)
    return _text(data, "policy", path) or _POLICY, _text(data, "team", path) or _team_of(data.get("reps"), path)


def _setup(data: Mapping[str, object], path: Path, texts: tuple[str, str]) -> Setup:
    if "policy_file" in data and "team_file" in data:
        return load_setup(path.parent / str(data["policy_file"]), path.parent / str(data["team_file"]))
    return read_setup(*texts, policy_where=f"{path} (policy)", team_where=f"{path} (team)")


def _text(data: Mapping[str, object], key: str, path: Path) -> str:
    named = data.get(f"{key}_file")
    if named is None:
        return str(data.get(key, ""))
    try:
        return (path.parent / str(named)).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadFile(Fault(where=str(path), what=f"{key}_file = {named!r} cannot be read: {error}.")) from error


def _team_of(reps: object, path: Path) -> str:
    """A roster of people without hours, leave or caps, in one pool named sales."""
    weights = dict.fromkeys(map(str, reps), 1) if isinstance(reps, list) else reps
    if not isinstance(weights, Mapping) or not weights:
        fix = 'Write reps = ["ann", "bob"] or reps = { ann = 2, bob = 1 }.'
        raise BadFile(Fault(where=str(path), what=f"reps = {reps!r} names nobody.", fix=fix))
    people = "".join(f"[[person]]\nid = {_quoted(rep)}\n" for rep in weights)
    members = ", ".join(f"{_quoted(rep)} = {weight}" for rep, weight in weights.items())
    return f'{people}[[pool]]\nname = "sales"\nmembers = {{ {members} }}\n'


def _quoted(text: str) -> str:
    return msgspec.json.encode(text).decode()


def _tables(data: Mapping[str, object], key: str, path: Path, faults: list[Fault]) -> Iterator[dict[str, object]]:
    found = data.get(key, [])
    for table in found if isinstance(found, list) else [found]:
        if isinstance(table, dict):
            yield table
        else:
            faults.append(Fault(where=str(path), what=f"{key} = {table!r} is no table.", fix=f"Write [[{key}]]."))


def _until(data: Mapping[str, object], path: Path, faults: list[Fault]) -> Millis | None:
    try:
        return read_instant(str(data["until"])) if "until" in data else None
    except BadInput as bad:
        faults += [replaced(fault, f"{path}, until") for fault in bad.faults]
        return None


def replaced(fault: Fault, where: str) -> Fault:
    """The same fault at the place where the reader of a scenario will look."""
    return Fault(where=where, what=fault.what, fix=fault.fix)


def _leads(data: Mapping[str, object], path: Path, faults: list[Fault]) -> Iterator[Given]:
    start = str(data.get("as_of", _FIRST))
    for number, table in enumerate(_tables(data, "lead", path, faults), start=1):
        lead = {"id": f"lead-{number}", "received": start, **table}
        where = f"{path}, lead {lead['id']}"
        expect = lead.get("expect", {})
        if isinstance(expect, Mapping):
            faults += shape_faults(expect, where)
        else:
            faults.append(Fault(where=where, what=f"expect = {expect!r} is no table.", fix="Write expect = { ... }."))
            expect = {}
        try:
            yield from [_given(each, expect) for each in _repeated(lead)]
        except BadInput as bad:
            faults += [replaced(fault, where) for fault in bad.faults]


def _repeated(lead: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
    """The lead, or `repeat` copies of it, `every` so long apart; `{n}` in a text is the number of the copy."""
    times = lead.get("repeat", 1)
    if not isinstance(times, int) or isinstance(times, bool) or times < 1:
        raise BadInput(Fault(what=f"repeat = {times!r} is no number of leads.", fix="Write, for example, repeat = 30."))
    if "repeat" not in lead:
        yield lead
        return
    first, apart = read_instant(str(lead["received"])), read_duration(str(lead.get("every", "0")))
    name = str(lead["id"])
    for number in range(1, times + 1):
        texts = {key: _numbered(value, number) for key, value in lead.items()}
        named = texts["id"] if "{n}" in name else f"{name}-{number}"
        yield {**texts, "id": named, "received": say_instant(first + (number - 1) * apart)}


def _numbered(value: object, number: int) -> object:
    return value.replace("{n}", str(number)) if isinstance(value, str) else value


def _given(lead: Mapping[str, object], expect: Expect) -> Given:
    cells = {key: _raw(value) for key, value in lead.items() if key not in _NOT_FIELDS}
    for what in ("responded", "closed"):
        if (after := lead.get(f"{what}_after")) is not None:
            cells[f"{what}_at"] = say_instant(read_instant(str(lead["received"])) + read_duration(str(after)))
    silent = cells.get("responded_at") == "never"
    if silent:
        del cells["responded_at"]
    return Given(id=str(lead["id"]), cells=cells, expect=expect, silent=silent)


def _raw(value: object) -> Raw:
    if isinstance(value, bool | int | Decimal):
        return value
    return [str(part) for part in value] if isinstance(value, list) else str(value)


def _accounts(data: Mapping[str, object], setup: Setup, path: Path, *, faults: list[Fault]) -> Iterator[Account]:
    """`id`, `name`, `domains`, `parent`; people by their role: `owner`, `csm`, `role.X`; else what rules can ask."""
    for table in _tables(data, "account", path, faults):
        key = str(table.get("id") or table.get("name", ""))
        where = f"{path}, account {key}"
        roles = {name.removeprefix("role."): str(rep) for name, rep in table.items() if _is_role(name)}
        rest = {name: value for name, value in table.items() if name not in _OWN and not _is_role(name)}
        yield Account(
            id=key,
            name=str(table.get("name", "")),
            domains=tuple(_domains(table.get("domains", table.get("domain", [])))),
            parent=str(table.get("parent", "")),
            roles=roles,
            fields=dict(_facts(rest, setup, where, faults=faults)),
        )


_OWN: Final = frozenset({"id", "name", "domains", "domain", "parent"})


def _is_role(name: str) -> bool:
    return name in _ROLES or name.startswith("role.")


def _domains(value: object) -> Iterator[str]:
    yield from map(str, value if isinstance(value, list) else [value])


def _facts(
    table: Mapping[str, object], setup: Setup, where: str, *, faults: list[Fault]
) -> Iterator[tuple[str, Value]]:
    known = setup.policy.vocabulary.fields
    for key, raw in table.items():
        field = known.get(f"account.{key}")
        if field is None:
            faults.append(Fault(where=where, what=f"an account has no {key!r}.", fix=suggest(key, (*_OWN, *_ROLES))))
            continue
        value = convert(field, _raw(raw), Terms(vocabulary=setup.policy.vocabulary))
        if isinstance(value, Problem):
            faults.append(Fault(where=where, what=f"{value}."))
        elif value is not None:
            yield field.name, value


def _groups(data: Mapping[str, object], path: Path, faults: list[Fault]) -> Iterator[Group]:
    tables = list(_tables(data, "expect", path, faults))
    if "totals" in data:
        tables.append({"totals": data["totals"]})
    for table in tables:
        try:
            yield msgspec.convert(table, Group)
        except msgspec.ValidationError as error:
            fix = f"Known are: {', '.join(Group.__struct_fields__)}."
            faults.append(Fault(where=f"{path}, [[expect]]", what=f"{error}.", fix=fix))


# --- playing ---------------------------------------------------------------------------------------------------------


class _Rows:
    """The leads of a scenario, as if they were rows of a file."""

    def __init__(self, leads: Sequence[Given]) -> None:
        self._leads = leads
        self.header: Sequence[str] = ()

    def __iter__(self) -> Iterator[Row | Reject]:
        yield from (Row(line, dict(lead.cells)) for line, lead in enumerate(self._leads, start=1))

    def close(self) -> None:
        """There is nothing to close."""


class _Stories:
    """What is heard of the leads while they are routed, by line."""

    def __init__(self, scenario: Scenario) -> None:
        self.by_line = {line: Story(lead=lead.id) for line, lead in enumerate(scenario.leads, start=1)}
        self._lines: dict[str, int] = {}

    def noted(self, arrivals: LeadFile) -> Iterator[Arrival | Reject]:
        for found in arrivals:
            if isinstance(found, Arrival):
                self._lines.setdefault(found.lead.id, found.line)
                warned = tuple(problem.field for problem in found.warnings)
                self.by_line[found.line] = replace(self.by_line[found.line], warned=warned)
            yield found

    def refused(self, reject: Reject) -> None:
        story = self.by_line[reject.line]
        self.by_line[reject.line] = replace(story, refused=(reject.field, str(reject)))

    def ended(self, line: bytes, _: FinalRecord) -> None:
        found = msgspec.json.decode(line, type=View)
        number = self._lines[found.lead]
        self.by_line[number] = replace(self.by_line[number], final=found)


def play(scenario: Scenario, spool: Callable[[], AbstractContextManager[Spool]]) -> Played:
    """Route the leads of a scenario and keep what became of each."""
    stories = _Stories(scenario)
    arrivals = arriving(scenario)
    with spool() as memory:
        sink = Sink(stories.ended, stories.refused)
        intake = take_in(stories.noted(arrivals), memory, sink)
        summary = route_all(
            _knowing(intake, scenario), scenario.setup, memory, sink, Options(engine=_ENGINE, until=scenario.until)
        )
    return Played(stories=tuple(stories.by_line.values()), adds_up=summary.adds_up, strangers=arrivals.unmapped)


def arriving(scenario: Scenario) -> LeadFile:
    """The leads of a scenario, to be read as those of a file are."""
    vocabulary = scenario.setup.policy.vocabulary
    options = LeadOptions(as_of=_LATEST, vocabulary=vocabulary)
    return read_leads(_Rows(scenario.leads), options, Accounts(scenario.accounts))


def _knowing(intake: Intake, scenario: Scenario) -> Intake:
    """A lead of which it is said that nobody ever responded makes silence known."""
    return replace(intake, answers=intake.answers or any(lead.silent for lead in scenario.leads))


def check(scenario: Scenario, played: Played) -> tuple[Failure, ...]:
    """Say what did not come out as the scenario expects."""
    failures = [Failure("", f"{name!r} is no field of a lead") for name in played.strangers]
    if not played.adds_up:
        failures.append(Failure("", "the counts do not add up"))
    for lead, story in zip(scenario.leads, played.stories, strict=True):
        failures += check_lead(lead.expect, story)
    in_time = sorted(played.stories, key=_arrival)
    for group in scenario.groups:
        failures += check_group(group, in_time)
    return tuple(failures)


def _arrival(story: Story) -> int:
    return story.final.inputs.facts.received if story.final else 0
