"""`evenhand source errands` and `retry`: what is being fetched from a source's sender, and what could not be."""

from typing import Annotated

import typer

from evenhand.actions.errands import errands_of, try_again
from evenhand.actions.sources import found_source
from evenhand.cli.asked import JsonOption, LimitOption
from evenhand.cli.seat import Seat, seated
from evenhand.cli.show import moment, out, plain, table
from evenhand.cli.source import NameArgument
from evenhand.cli.source import app as source_app
from evenhand.cli.told import show_json
from evenhand.ports.house import ErrandRow


@source_app.command("errands")
@seated
def errands(
    seat: Seat,
    name: NameArgument,
    *,
    dead: Annotated[bool, typer.Option("--dead", help="Only those that were given up.")] = False,
    limit: LimitOption = 50,
    as_json: JsonOption = False,
) -> None:
    """List what is being fetched from the sender of a webhook that holds ids only, latest first.

    Example: evenhand source errands meta-ads --dead
    """
    found_source(seat.desk, name)
    found = errands_of(seat.desk, name, state="dead" if dead else None, limit=limit)
    if as_json:
        show_json([_told(row) for row in found])
    elif not found:
        out().print(plain(f"{name}: nothing was given up." if dead else f"{name}: nothing is fetched."))
    else:
        rows = [(str(row.no), row.kind, row.state, str(row.attempts), moment(row.at), row.error) for row in found]
        out().print(table(("errand", "fetches", "is", "tried", "since", "why"), rows))


@source_app.command("retry")
@seated
def retry(
    seat: Seat,
    name: NameArgument,
    errand: Annotated[int | None, typer.Argument(metavar="[ERRAND]", help="Its number; else all of them.")] = None,
) -> None:
    """Fetch what was given up once more: the access token has been renewed, say.

    Example: evenhand source retry meta-ads
    """
    found_source(seat.desk, name)
    count = seat.desk.do(try_again, name, errand, actor=seat.actor)
    out().print(plain(f"{count} are tried once more." if count != 1 else "1 is tried once more."))


def _told(row: ErrandRow) -> dict[str, object]:
    said = {"errand": row.no, "fetches": row.kind, "state": row.state, "since": row.at, "attempts": row.attempts}
    return {**said, "next": row.next if row.state == "waiting" else None, "error": row.error}
