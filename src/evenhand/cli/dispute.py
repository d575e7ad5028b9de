"""`evenhand dispute`: somebody says that a decision was wrong, and a manager rules on it."""

from typing import Annotated

import typer

from evenhand.actions.disputes import dispute, rule_on
from evenhand.analytics.floor import disputes
from evenhand.cli.asked import JsonOption, RepOption, rep_of
from evenhand.cli.seat import Seat, seated
from evenhand.cli.show import moment, out, plain, table
from evenhand.cli.told import show_json
from evenhand.errors import BadUsage, Fault

app = typer.Typer(
    name="dispute", help="Decisions that somebody disputes, and how they were ruled on.", no_args_is_help=True
)


@app.command("list")
@seated
def list_disputes(
    seat: Seat,
    *,
    everything: Annotated[bool, typer.Option("--all", help="Those that were ruled on too.")] = False,
    as_json: JsonOption = False,
) -> None:
    """List the disputes that wait for a ruling, oldest first.

    Example: evenhand dispute list --all
    """
    found = disputes(seat.desk, open_only=not everything)
    if as_json:
        show_json(found)
    elif not found:
        out().print("Nobody has disputed anything." if everything else "No dispute waits for a ruling.")
    else:
        rows = [(str(r.no), str(r.decision), r.rep, moment(r.at), r.state, r.by) for r in found]
        out().print(table(("dispute", "decision", "rep", "since", "is", "by"), rows, numbers=(0, 1)))


@app.command("open")
@seated
def open_dispute(
    seat: Seat,
    decision: Annotated[int, typer.Argument(metavar="DECISION", min=1, help="Its number: 7 of decision 3.7.")],
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What was wrong.")],
    *,
    rep: RepOption = "",
    as_json: JsonOption = False,
) -> None:
    """Say that a decision was wrong, for somebody whom it weighed up.

    Example: evenhand dispute open 7 "I speak German too" --rep bob
    """
    number = seat.desk.do(dispute, decision, rep=rep_of(seat, rep), text=text, actor=seat.actor)
    if as_json:
        show_json({"dispute": number})
    else:
        out().print(f"Dispute {number} is open.")


@app.command("rule")
@seated
def rule(
    seat: Seat,
    number: Annotated[int, typer.Argument(metavar="DISPUTE", min=1, help="Its number.")],
    ruling: Annotated[str, typer.Argument(metavar="RULING", help="upheld or dismissed.")],
    *,
    text: Annotated[str, typer.Option(help="Why.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Rule on a dispute. If it is upheld, the pool owes the rep a lead more.

    Example: evenhand dispute rule 41 upheld --text "the roster was out of date"
    """
    if ruling not in ("upheld", "dismissed"):
        raise BadUsage(Fault(where="RULING", what=f"{ruling!r} is no ruling.", fix="Write upheld or dismissed."))
    entry = seat.desk.do(rule_on, number, upheld=ruling == "upheld", text=text, actor=seat.actor)
    if as_json:
        show_json({"dispute": number, "ruling": ruling, "entry": entry})
    else:
        owed = f"; entry {entry} puts it right" if entry else ""
        out().print(plain(f"Dispute {number} is {ruling}{owed}."))
