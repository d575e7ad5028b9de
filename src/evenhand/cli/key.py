"""`evenhand key`: the keys by which programs come in."""

from typing import Annotated

import typer

from evenhand.actions.api_keys import NewKey, is_on, keys_of, make_key, revoke_key
from evenhand.actions.roles import role_named
from evenhand.cli.asked import JsonOption, ahead
from evenhand.cli.seat import Seat, seated
from evenhand.cli.show import moment, out, plain, table
from evenhand.cli.told import show_json
from evenhand.core.model import Millis
from evenhand.errors import NotFound
from evenhand.ports.house import ApiKeyRow

app = typer.Typer(name="key", help="Keys by which programs come in: make, list and revoke them.", no_args_is_help=True)


@app.command("create")
@seated
def create(
    seat: Seat,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The program that is to use it.")],
    *,
    role: Annotated[str, typer.Option(metavar="ROLE", help="What it may do: viewer, manager, admin or owner.")],
    scope: Annotated[list[str] | None, typer.Option(metavar="SCOPE", help="Only this of it; can be repeated.")] = None,
    expires: Annotated[str, typer.Option(metavar="WHEN", help="Until when: 90d, or a date. Else for ever.")] = "",
) -> None:
    """Make a key, and print it and nothing else. It is kept nowhere: put it where the program finds it.

    Example: evenhand key create website --role admin --scope leads:take --expires 365d
    """
    until = ahead("--expires", expires, seat.desk.clock()) if expires else None
    wanted = NewKey(name=name, role=role_named(role, where="--role"), scopes=tuple(scope or ()), expires=until)
    typer.echo(seat.desk.do(make_key, wanted, actor=seat.actor).key)


@app.command("list")
@seated
def list_keys(
    seat: Seat,
    *,
    everything: Annotated[bool, typer.Option("--all", help="Those too that work no longer.")] = False,
    as_json: JsonOption = False,
) -> None:
    """List the keys that work: what each may do, since when and until when, and when it was last used.

    Example: evenhand key list --all
    """
    now = seat.desk.clock()
    found = [row for row in keys_of(seat.desk) if everything or is_on(row, now)]
    if as_json:
        show_json([_shown(row, now) for row in found])
    elif not found:
        out().print("There is no key.")
    else:
        columns = ("key", "name", "role", "scopes", "since", "until", "last used", "state")
        rows = [
            (str(row.no), row.name, row.role, row.scopes or "all", *map(moment, _times(row)), _state(row, now))
            for row in found
        ]
        out().print(table(columns, rows, numbers=(0,)))


@app.command("revoke")
@seated
def revoke(
    seat: Seat,
    key: Annotated[str, typer.Argument(metavar="KEY", help="Its number, or the name of one that works.")],
) -> None:
    """Let a key work no longer.

    Example: evenhand key revoke website
    """
    row = seat.desk.do(revoke_key, _number(seat, key), actor=seat.actor)
    out().print(plain(f"Key {row.no} ({row.name}) works no longer."))


def _number(seat: Seat, key: str) -> int:
    found = [row.no for row in keys_of(seat.desk) if is_on(row, seat.desk.clock()) and row.name == key]
    if found:
        return found[0]
    if key.isascii() and key.isdigit():
        return int(key[:19])
    raise NotFound(f"there is no key named {key!r} that works. Look: evenhand key list")


def _times(row: ApiKeyRow) -> tuple[Millis, Millis | None, Millis | None]:
    return row.since, row.expires, row.used


def _shown(row: ApiKeyRow, now: Millis) -> dict[str, object]:
    since, until, used = map(moment, _times(row))
    said = {"key": row.no, "name": row.name, "role": row.role, "scopes": row.scopes.split(), "state": _state(row, now)}
    return {**said, "since": since, "until": until or None, "used": used or None, "by": row.actor}


def _state(row: ApiKeyRow, now: Millis) -> str:
    if row.revoked is not None:
        return "revoked"
    return "works" if is_on(row, now) else "expired"
