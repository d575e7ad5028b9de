"""`evenhand channel`: by which ways people are told."""

import sys
from typing import Annotated

import typer

from evenhand.actions.channels import (
    Change,
    ChannelKind,
    Detail,
    NewChannel,
    add_channel,
    change_channel,
    channels_of,
    drop_channel,
    kinds_of,
    try_channel,
)
from evenhand.app.reaching import read_address
from evenhand.cli.asked import JsonOption
from evenhand.cli.seat import Seat, seated
from evenhand.cli.show import moment, out, plain, table
from evenhand.cli.told import show_json
from evenhand.errors import BadUsage, Fault
from evenhand.ports.house import ChannelRow

app = typer.Typer(
    name="channel", help="By which ways people are told: add, list, change, try out.", no_args_is_help=True
)

OwnerArgument = Annotated[str, typer.Argument(metavar="OWNER", help="Somebody's id in the roster, or desk.")]
NumberArgument = Annotated[int, typer.Argument(metavar="CHANNEL", min=1, help="Its number, as the list shows it.")]
DetailOption = Annotated[
    str | None, typer.Option(metavar="DETAIL", help="How much of a lead a message shows: none, brief or full.")
]
QuietOption = Annotated[
    str | None, typer.Option(metavar="HOURS", help="When messages wait, on the owner's own clock: 22:00-07:00.")
]
OnlyOption = Annotated[
    list[str] | None, typer.Option(metavar="KIND", help="Only messages of this kind; can be repeated. Else all.")
]
PlaceOption = Annotated[int | None, typer.Option(metavar="N", help="Which is tried first, from 0; else the last.")]


@app.command("add")
@seated
def add(
    seat: Seat,
    owner: OwnerArgument,
    address: Annotated[
        str, typer.Argument(metavar="[ADDRESS]", help="An e-mail address, or slack://...; else it is asked for.")
    ] = "",
    *,
    detail: DetailOption = None,
    quiet: QuietOption = None,
    only: OnlyOption = None,
    place: PlaceOption = None,
) -> None:
    """Tell somebody by one more way. Nothing is sent: evenhand channel test does that.

    Example: evenhand channel add ann ann@example.com --quiet 22:00-07:00
    """
    said = address or _asked()
    wanted = NewChannel(
        owner=owner,
        address=read_address(_kind(said), said),
        detail=_detail(detail) or "brief",
        quiet=quiet or "",
        kinds=tuple(only or ()),
        place=place,
    )
    row = seat.desk.do(add_channel, wanted, actor=seat.actor)
    out().print(plain(f"Channel {row.no}: {owner} is told by {row.shown}. Try it: evenhand channel test {row.no}"))


@app.command("list")
@seated
def list_channels(
    seat: Seat,
    owner: Annotated[str, typer.Argument(metavar="[OWNER]", help="Somebody's id in the roster, or desk.")] = "",
    *,
    as_json: JsonOption = False,
) -> None:
    """List how people are told, each one's first way first.

    Example: evenhand channel list ann
    """
    found = channels_of(seat.desk, owner)
    if as_json:
        show_json([_told(row) for row in found])
    elif not found:
        out().print("There is no channel: people are told at the address that the roster has.")
    else:
        columns = ("channel", "owner", "to", "detail", "quiet", "only", "is", "since")
        rows = [
            (str(row.no), row.owner, row.shown, row.detail, row.quiet, row.kinds, _state(row), moment(row.since))
            for row in found
        ]
        out().print(table(columns, rows, numbers=(0,)))


@app.command("set")
@seated
def change(
    seat: Seat,
    number: NumberArgument,
    *,
    detail: DetailOption = None,
    quiet: QuietOption = None,
    only: OnlyOption = None,
    place: PlaceOption = None,
    on: Annotated[bool | None, typer.Option("--on/--off", help="Whether anything is sent by it.")] = None,
) -> None:
    """Change how a channel tells; what is not given stays. --quiet "" for no quiet hours, --only "" for all kinds.

    Example: evenhand channel set 7 --detail none --off
    """
    kinds = None if only is None else tuple(filter(None, only))
    wanted = Change(detail=_detail(detail), quiet=quiet, kinds=kinds, place=place, on=on)
    row = seat.desk.do(change_channel, number, wanted, actor=seat.actor)
    out().print(plain(f"Channel {row.no} of {row.owner} is {_state(row)}: {row.shown}, {row.detail}."))


@app.command("drop")
@seated
def drop(seat: Seat, number: NumberArgument) -> None:
    """Take a channel out; its address is forgotten.

    Example: evenhand channel drop 7
    """
    seat.desk.do(drop_channel, number, actor=seat.actor)
    out().print(f"Channel {number} is gone.")


@app.command("test")
@seated
def test(seat: Seat, number: NumberArgument) -> None:
    """Send a message by a channel, to see that it arrives; a worker sends it.

    Example: evenhand channel test 7
    """
    message = seat.desk.do(try_channel, number, actor=seat.actor)
    out().print(f"Message {message} is on its way. How it went: evenhand messages list --state sent")


def _asked() -> str:
    """An address that holds a secret, so that it stands in no history of commands."""
    if sys.stdin.isatty():
        return str(typer.prompt("address", hide_input=True))
    return sys.stdin.readline().strip()


def _kind(address: str) -> ChannelKind:
    return "chat" if "://" in address else "email"


def _detail(said: str | None) -> Detail | None:
    match said:
        case None | "none" | "brief" | "full":
            return said
        case _:
            raise BadUsage(Fault(where="--detail", what=f"{said!r} is none.", fix="Write none, brief or full."))


def _state(row: ChannelRow) -> str:
    return "on" if row.off is None else "off"


def _told(row: ChannelRow) -> dict[str, object]:
    said: dict[str, object] = {"channel": row.no, "owner": row.owner, "place": row.place, "kind": row.kind}
    return {**said, "to": row.shown, "detail": row.detail, "quiet": row.quiet, "only": kinds_of(row), "is": _state(row)}
