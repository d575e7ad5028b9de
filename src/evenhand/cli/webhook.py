"""`evenhand webhook`: other programs that hear of what happens."""

import os
from typing import Annotated

import typer

from evenhand.actions.endpoints import (
    Change,
    Detail,
    NewEndpoint,
    add_endpoint,
    change_endpoint,
    drop_endpoint,
    endpoints_of,
    kinds_of,
    ping,
    redeliver,
    redeliver_since,
    rotate_secret,
)
from evenhand.app.outgoing import guard_of
from evenhand.cli.asked import JsonOption, YesOption, at_time, confirm
from evenhand.cli.seat import Seat, seated
from evenhand.cli.show import moment, out, plain, table
from evenhand.cli.told import show_json
from evenhand.errors import BadUsage, Fault
from evenhand.ports.house import EndpointRow

app = typer.Typer(
    name="webhook", help="Webhooks: other programs hear of what happens, in order, signed.", no_args_is_help=True
)

WebhookArgument = Annotated[int, typer.Argument(metavar="WEBHOOK", min=1, help="The webhook's number.")]


@app.command("add")
@seated
def add(
    seat: Seat,
    url: Annotated[str, typer.Argument(metavar="URL", help="Where to: https, out in the internet.")],
    *,
    kinds: Annotated[
        str, typer.Option(metavar="KINDS", help="What it hears of, with commas: lead.*,rep.away; else everything.")
    ] = "",
    detail: Annotated[
        str, typer.Option(metavar="DETAIL", help="How much of a lead it is told: none, brief or full.")
    ] = "none",
) -> None:
    """Let an address hear of what happens from now on. Prints the secret that signs, and nothing else.

    Example: evenhand webhook add https://hooks.example.com/leads --kinds "lead.*" --detail brief
    """
    guard_of(os.environ).check(url)
    wanted = NewEndpoint(url=url, kinds=tuple(kinds.split(",")), detail=_detail(detail))
    made = seat.desk.do(add_endpoint, wanted, actor=seat.actor)
    typer.echo(made.secret)


@app.command("list")
@seated
def list_webhooks(seat: Seat, *, as_json: JsonOption = False) -> None:
    """List the webhooks, and how each goes.

    Example: evenhand webhook list
    """
    found = endpoints_of(seat.desk)
    if as_json:
        show_json([_shown(row) for row in found])
    elif not found:
        out().print("There is no webhook.")
    else:
        columns = ("webhook", "address", "kinds", "detail", "state", "delivered", "what went wrong")
        rows = [
            (str(row.no), row.url, row.kinds or "all", row.detail, _state(row), str(row.cursor), row.error)
            for row in found
        ]
        out().print(table(columns, rows, numbers=(0, 5)))


@app.command("on")
@seated
def turn_on(seat: Seat, webhook: WebhookArgument) -> None:
    """Let a webhook hear again, from where it stopped.

    Example: evenhand webhook on 12
    """
    row = seat.desk.do(change_endpoint, webhook, Change(on=True), actor=seat.actor)
    out().print(plain(f"Webhook {row.no} goes on after event {row.cursor}."))


@app.command("off")
@seated
def turn_off(
    seat: Seat,
    webhook: WebhookArgument,
    *,
    for_good: Annotated[bool, typer.Option("--for-good", help="Delete it: its secret is forgotten.")] = False,
    yes: YesOption = False,
) -> None:
    """Let a webhook hear of nothing, until it is turned on again.

    Example: evenhand webhook off 12
    """
    if for_good:
        confirm(f"Delete webhook {webhook}?", yes=yes)
        seat.desk.do(drop_endpoint, webhook, actor=seat.actor)
    else:
        seat.desk.do(change_endpoint, webhook, Change(on=False), actor=seat.actor)
    out().print(plain(f"Webhook {webhook} is {'deleted' if for_good else 'off'}."))


@app.command("rotate")
@seated
def rotate(seat: Seat, webhook: WebhookArgument) -> None:
    """Give a webhook another secret, and print it and nothing else. The one before signs along for 24 hours.

    Example: evenhand webhook rotate 12
    """
    typer.echo(seat.desk.do(rotate_secret, webhook, actor=seat.actor).secret)


@app.command("test")
@seated
def try_out(seat: Seat, webhook: WebhookArgument) -> None:
    """Send a ping to a webhook, by whoever sends its events: evenhand serve or evenhand work.

    Example: evenhand webhook test 12
    """
    event = seat.desk.do(ping, webhook, actor=seat.actor)
    out().print(plain(f"A ping is on its way to webhook {webhook}, as event {event}."))


@app.command("redeliver")
@seated
def once_more(
    seat: Seat,
    webhook: WebhookArgument,
    *,
    event: Annotated[int | None, typer.Option(metavar="EVENT", min=1, help="One event, by its number.")] = None,
    since: Annotated[str, typer.Option(metavar="WHEN", help="Everything since then: 2026-11-02T09:00Z.")] = "",
) -> None:
    """Deliver one event once more, or everything since a moment, with the same ids as before.

    Example: evenhand webhook redeliver 12 --since 2026-11-02T09:00Z
    """
    if (event is None) == (not since):
        raise BadUsage(Fault(where="--event", what="say what is to be delivered.", fix="Give --event or --since."))
    if event is not None:
        seat.desk.do(redeliver, webhook, event, actor=seat.actor)
        out().print(plain(f"Event {event} is on its way to webhook {webhook}."))
    else:
        after = seat.desk.do(redeliver_since, webhook, at_time("--since", since), actor=seat.actor)
        out().print(plain(f"Everything after event {after} is on its way to webhook {webhook}."))


def _detail(text: str) -> Detail:
    match text:
        case "none" | "brief" | "full":
            return text
    raise BadUsage(Fault(where="--detail", what=f"{text!r} is no detail.", fix="Write none, brief or full."))


def _state(row: EndpointRow) -> str:
    if row.off is not None:
        return "off"
    return f"failed {row.attempts} times" if row.attempts else "on"


def _shown(row: EndpointRow) -> dict[str, object]:
    return {
        "webhook": row.no,
        "url": row.url,
        "kinds": kinds_of(row),
        "detail": row.detail,
        "on": row.off is None,
        "since": moment(row.since),
        "by": row.actor,
        "delivered": row.cursor,
        "attempts": row.attempts,
        "error": row.error,
    }
