"""`evenhand messages`: what people are told, and what could not be told."""

from collections.abc import Sequence
from typing import Annotated

import typer

from evenhand.actions.sending import send_again
from evenhand.analytics.floor import messages
from evenhand.cli.asked import JsonOption, LimitOption
from evenhand.cli.seat import Seat, seated
from evenhand.cli.show import moment, out, plain, table
from evenhand.cli.told import show_json
from evenhand.errors import BadUsage, Fault
from evenhand.ports.rows import MessageRow, MessageState

app = typer.Typer(
    name="messages", help="Messages to people: those on their way, and those given up.", no_args_is_help=True
)

STATES: tuple[MessageState, ...] = ("waiting", "sent", "dead", "cancelled")


@app.command("list")
@seated
def list_messages(
    seat: Seat,
    *,
    state: Annotated[str, typer.Option(help="waiting, sent, dead or cancelled.")] = "waiting",
    limit: LimitOption = 50,
    as_json: JsonOption = False,
) -> None:
    """List messages in one state, latest first; else those that are still to be sent.

    Example: evenhand messages list --state sent
    """
    wanted = next((each for each in STATES if each == state), None)
    if wanted is None:
        raise BadUsage(Fault(where="--state", what=f"{state!r} is no state.", fix=f"Write {', '.join(STATES)}."))
    _show(messages(seat.desk, wanted, limit=limit), f"No message is {state}.", as_json=as_json)


@app.command("dead")
@seated
def dead_messages(seat: Seat, *, limit: LimitOption = 50, as_json: JsonOption = False) -> None:
    """List the messages that were given up after many attempts, with why.

    Example: evenhand messages dead
    """
    _show(messages(seat.desk, "dead", limit=limit), "No message was given up.", as_json=as_json)


def _show(found: Sequence[MessageRow], empty: str, *, as_json: bool) -> None:
    if as_json:
        show_json(found)
    elif not found:
        out().print(plain(empty))
    else:
        columns = ("message", "kind", "to", "lead", "since", "tries", "error")
        rows = [
            (str(m.no), m.kind, m.to, "" if m.lead is None else str(m.lead), moment(m.at), str(m.attempts), m.error)
            for m in found
        ]
        out().print(table(columns, rows, numbers=(0, 3, 5)))


@app.command("again")
@seated
def again(seat: Seat, number: Annotated[int, typer.Argument(metavar="MESSAGE", min=1, help="Its number.")]) -> None:
    """Try a message that was given up once more.

    Example: evenhand messages again 31
    """
    seat.desk.do(send_again, number, actor=seat.actor)
    out().print(f"Message {number} will be sent again.")
