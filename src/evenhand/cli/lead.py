"""`evenhand lead show` and `lead list`: leads on a desk, looked at."""

from typing import Annotated

import typer
from msgspec import Struct, json
from rich.console import Console

from evenhand.analytics.dossier import Dossier, dossier
from evenhand.analytics.floor import leads
from evenhand.cli.asked import STATES, JsonOption, LeadArgument, LimitOption, state_of
from evenhand.cli.seat import Seat, seated
from evenhand.cli.show import moment, out, plain, table
from evenhand.cli.told import show_json
from evenhand.core.states import OPEN, say_state
from evenhand.core.view import View
from evenhand.ports.rows import EventRow, LeadRow

app = typer.Typer(name="lead", help="Leads on a desk: look at them, and do what is to be done.", no_args_is_help=True)


@app.command("list")
@seated
def list_leads(
    seat: Seat,
    *,
    state: Annotated[list[str], typer.Option(help="Only these; else all that are open. May be given again.")] = [],  # noqa: B006
    rep: Annotated[str, typer.Option(metavar="REP", help="Only what this person holds, by due time.")] = "",
    limit: LimitOption = 50,
    as_json: JsonOption = False,
) -> None:
    """List leads, hottest first.

    Example: evenhand lead list --state waiting --state held
    """
    wanted = tuple(map(state_of, state)) or tuple(each for each in STATES if each in OPEN)
    found = leads(seat.desk, wanted, rep=rep, limit=limit)
    if as_json:
        show_json(found)
    elif not found:
        named = " or ".join(state) or "open"
        out().print(plain(f"No lead of {rep} is {named}." if rep else f"No lead is {named}."))
    else:
        show_rows(out(), found)
        if len(found) == limit:
            out().print(f"The first {limit}; more with --limit.", style="dim")


def show_rows(console: Console, rows: tuple[LeadRow, ...]) -> None:
    """Leads as a table."""
    columns = ("lead", "state", "rep", "score", "received", "due", "rule")
    lines = [(str(r.lead), r.state, r.rep or "", _score(r), moment(r.received), moment(r.due), r.rule) for r in rows]
    console.print(table(columns, lines, numbers=(0, 3)))


def say_row(row: LeadRow) -> str:
    """`Lead 7 is assigned: ann, answer by 2026-11-02T10:00:00Z.`"""
    parts = [row.rep or "", f"answer by {moment(row.due)}" if row.due is not None and row.responded is None else ""]
    parts += [f"put off until {moment(row.snoozed)}" if row.snoozed else "", row.closing or ""]
    parts += [f"part of lead {row.merged}" if row.merged else ""]
    told = ", ".join(part for part in parts if part)
    return f"Lead {row.lead} {say_state(row.state)}" + (f": {told}." if told else ".")


def show_row(row: LeadRow, *, as_json: bool) -> None:
    """What a verb has made of a lead."""
    if as_json:
        show_json(row)
    else:
        out().print(plain(say_row(row)))


@app.command("show")
@seated
def show(
    seat: Seat,
    lead: LeadArgument,
    *,
    no_person: Annotated[bool, typer.Option("--no-person", help="Leave out who it is, and what was written.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Show one lead: who it is, where it stands, what has happened, and every decision with its reason.

    Example: evenhand lead show 12
    """
    found = dossier(seat.desk, lead, person=not no_person)
    if as_json:
        show_json(found)
        return
    console = out()
    console.print(plain(say_row(found.row), style="bold"))
    fields = seat.desk.setup().policy.vocabulary.fields
    _show_known(console, found, frozenset(name for name, field in fields.items() if field.kind == "time"))
    _show_decisions(console, found.decisions)
    if found.offers:
        console.print(plain(f"\nOffered to: {', '.join(offer.rep for offer in found.offers)}"))
    _show_timeline(console, found)


def _show_known(console: Console, found: Dossier, times: frozenset[str]) -> None:
    row = found.row
    about = [f"source {row.source}" if row.source else "", f"received {moment(row.received)}", f"score {_score(row)}"]
    about += [f"rule {row.rule}" if row.rule else "", f"pool {row.pool}" if row.pool else ""]
    console.print(plain(" · ".join(part for part in about if part), style="dim"))
    if found.erased:
        console.print(plain("The person has been erased.", style="dim"))
    known = {**json.decode(row.fields), **(json.decode(found.person) if found.person is not None else {})}
    known.pop("received", None)
    if known:
        rows = [(name, moment(known[name]) if name in times else _said(known[name])) for name in sorted(known)]
        console.print()
        console.print(table(("field", "value"), rows))


def _said(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return value if isinstance(value, str) else json.encode(value).decode()


def _show_decisions(console: Console, decisions: tuple[View, ...]) -> None:
    if not decisions:
        return
    console.print(plain("\nDecisions", style="bold"))
    for view in decisions:
        console.print(plain(f"{view.id} · {view.at} · {view.trigger} · {view.outcome}"))
        console.print(plain(f"  {view.because}"))


class _Moment(Struct, frozen=True, order=True):
    at: int
    no: int
    text: str


def _show_timeline(console: Console, found: Dossier) -> None:
    said = {note.no: note for note in found.notes if note.kind != "touch"}
    told = [
        _Moment(event.at, event.no, _event(event, said[event.no].text if event.no in said else ""))
        for event in found.events
    ]
    messages = [message for message in found.messages if message.state != "cancelled"]
    told += [_Moment(each.at, 1 << 60, f"told {each.to}: {each.kind} ({each.state})") for each in messages]
    console.print(plain("\nTimeline", style="bold"))
    for each in sorted(told):
        console.print(plain(f"{moment(each.at)} · {each.text}"))


def _event(event: EventRow, words: str) -> str:
    body = json.decode(event.body)
    facts = ", ".join(
        f"{name} {_fact(name, value)}"
        for name, value in body.items()
        if name != "digest" and value not in (None, "", [])
    )
    return (
        f"{event.kind} by {event.actor}"
        + (f" ({facts})" if facts else "")
        + (f": {' '.join(words.split())}" if words else "")
    )


def _fact(name: str, value: object) -> str:
    """A fact of an event: times in words, amounts in the policy's currency rather than in its hundredths."""
    if isinstance(value, int) and name in ("touched", "until"):
        return moment(value)
    return f"{value / 100:g}" if isinstance(value, int) and name == "amount" else _said(value)


def _score(row: LeadRow) -> str:
    return f"{-row.rank / 100:g}"
