"""What several commands of the desk ask for in the same words: numbers, names, moments."""

import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, time
from decimal import Decimal, InvalidOperation
from typing import Annotated

import typer

from evenhand.cli.seat import Seat
from evenhand.core.model import Millis
from evenhand.core.states import State
from evenhand.errors import BadInput, BadUsage, Fault
from evenhand.reading.durations import read_duration, read_instant
from evenhand.reading.edits import Said

STATES: tuple[State, ...] = (
    "waiting",
    "offered",
    "assigned",
    "working",
    "held",
    "rejected",
    "duplicate",
    "closed",
    "merged",
)

LeadArgument = Annotated[int, typer.Argument(metavar="LEAD", min=1, help="The lead's number.")]
PersonArgument = Annotated[str, typer.Argument(metavar="REP", help="Somebody's id in the roster.")]
PeopleArgument = Annotated[list[str], typer.Argument(metavar="REP...", help="Ids of people in the roster.")]
PoolArgument = Annotated[str, typer.Argument(metavar="POOL", help="The pool's name.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
RepOption = Annotated[str, typer.Option(metavar="REP", help="For whom; else whoever --as names, if that is a rep.")]
LimitOption = Annotated[int, typer.Option(min=1, max=100_000, help="How many at most.")]
ChangesArgument = Annotated[
    list[str], typer.Argument(metavar="KEY=VALUE", help="As in team.toml: caps.open=5; KEY= takes it out.")
]
YesOption = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


def rep_of(seat: Seat, rep: str) -> str:
    """For whom something is done. Raises BadUsage if nobody was named."""
    if rep or seat.actor.kind == "rep":
        return rep or seat.actor.id
    raise BadUsage(Fault(where="--rep", what="nobody was named.", fix='Write --rep ann, or --as "rep ann".'))


def state_of(name: str) -> State:
    """A state by its name. Raises BadUsage with all of them."""
    found = next((state for state in STATES if state == name), None)
    if found is None:
        raise BadUsage(Fault(where="--state", what=f"{name!r} is no state.", fix=f"Write {', '.join(STATES)}."))
    return found


def ahead(option: str, text: str, now: Millis) -> Millis:
    """A moment to come: `2h`, or `2026-11-03T09:00Z`. Raises BadUsage."""
    try:
        return now + read_duration(text)
    except BadInput:
        return at_time(option, text)


def at_time(option: str, text: str) -> Millis:
    """A moment, in UTC unless it says otherwise. Raises BadUsage."""
    try:
        return read_instant(text)
    except BadInput as error:
        raise BadUsage([replace(fault, where=option) for fault in error.faults]) from error


def decimal_of(option: str, text: str) -> Decimal:
    """A number with a point. Raises BadUsage."""
    try:
        found = Decimal(text)
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite():
        raise BadUsage(Fault(where=option, what=f"{text!r} is no number.", fix="Write 12000 or 0.5."))
    return found


def confirm(question: str, *, yes: bool) -> None:
    """Ask before something that cannot be undone; where nobody can answer, --yes must be said. Raises BadUsage."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise BadUsage(Fault(where="--yes", what="this cannot be undone.", fix="Say --yes if you are sure."))
    typer.confirm(question, abort=True)


def changes_of(texts: Sequence[str]) -> dict[str, Said | None]:
    """`caps.open=5 hours=` as {"caps.open": 5, "hours": None}. A value that is no TOML is a text. Raises BadUsage."""
    changes: dict[str, Said | None] = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if not equals or not key.strip():
            raise BadUsage(
                Fault(where=text, what="is not KEY=VALUE.", fix="Write caps.open=5, or caps.open= for none.")
            )
        changes[key.strip()] = _value(value) if value.strip() else None
    return changes


def given(changes: Mapping[str, Said | None]) -> dict[str, Said]:
    """What was given a value, as the tables of TOML: a dot goes into a table."""
    found: dict[str, Said] = {}
    tables: dict[str, dict[str, Said]] = {}
    for name, value in changes.items():
        table, dot, key = name.partition(".")
        if value is not None and dot:
            found[table] = tables.setdefault(table, {})
            tables[table][key] = value
        elif value is not None:
            found[name] = value
    return found


def _value(text: str) -> Said:
    try:
        read: Said = tomllib.loads(f"value = {text}", parse_float=Decimal)["value"]
    except ValueError:
        return text
    return str(read) if isinstance(read, date | time) else read
