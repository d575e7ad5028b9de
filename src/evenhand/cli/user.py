"""`evenhand user`: who may sign in, and as what."""

from typing import Annotated

import typer

from evenhand.actions.roles import role_named
from evenhand.actions.users import Change, Person, add, change, come_back, let_leave, listed, number_of
from evenhand.cli.asked import JsonOption
from evenhand.cli.seat import Seat, seated
from evenhand.cli.show import moment, out, plain, table
from evenhand.cli.told import show_json
from evenhand.ports.house import UserRow

app = typer.Typer(name="user", help="Who may sign in: add, list, change, let go.", no_args_is_help=True)

EmailArgument = Annotated[str, typer.Argument(metavar="EMAIL", help="Whose address.")]
RepOption = Annotated[str, typer.Option(metavar="REP", help="Who they are in the roster; else by their address.")]


@app.command("add")
@seated
def add_user(
    seat: Seat,
    email: EmailArgument,
    *,
    role: Annotated[str, typer.Option(metavar="ROLE", help="viewer, rep, manager, admin or owner.")],
    name: Annotated[str, typer.Option(help="What they are called.")] = "",
    rep: RepOption = "",
) -> None:
    """Let somebody sign in. A rep or a manager must be in the roster.

    Example: evenhand user add ann@example.com --role rep --rep ann
    """
    person = Person(email=email, role=role_named(role, where="--role"), name=name, rep=rep)
    row = seat.desk.do(add, person, actor=seat.actor)
    out().print(plain(f"{_said(row)}, and may sign in. A link for that: evenhand login-link {row.email}"))


@app.command("list")
@seated
def list_users(
    seat: Seat,
    *,
    everything: Annotated[bool, typer.Option("--all", help="Those too who have left.")] = False,
    as_json: JsonOption = False,
) -> None:
    """List who may sign in, and as what.

    Example: evenhand user list
    """
    found = [row for row in listed(seat.desk) if everything or row.left is None]
    if as_json:
        show_json([_shown(row) for row in found])
    elif not found:
        out().print("Nobody may sign in yet. Begin with: evenhand user add EMAIL --role owner")
    else:
        rows = [(row.email, row.name, row.role, row.rep, moment(row.since), moment(row.left)) for row in found]
        out().print(table(("e-mail", "name", "role", "in the roster", "since", "left"), rows))


@app.command("role")
@seated
def change_role(
    seat: Seat,
    email: EmailArgument,
    role: Annotated[str, typer.Argument(metavar="ROLE", help="viewer, rep, manager, admin or owner.")],
    *,
    rep: RepOption = "",
) -> None:
    """Give somebody another role. They are signed out everywhere, and sign in again with their new rights.

    Example: evenhand user role ann@example.com manager
    """
    wanted = Change(role=role_named(role, where="ROLE"), rep=rep or None)
    row = seat.desk.do(change, number_of(seat.desk, email), wanted, actor=seat.actor)
    out().print(plain(f"{_said(row)} from now on."))


@app.command("leave")
@seated
def leave(seat: Seat, email: EmailArgument) -> None:
    """Let somebody sign in no longer; they are signed out everywhere. For their leads: evenhand person let-go.

    Example: evenhand user leave ann@example.com
    """
    row = seat.desk.do(let_leave, number_of(seat.desk, email), actor=seat.actor)
    out().print(plain(f"{row.email} may sign in no longer."))


@app.command("back")
@seated
def back(seat: Seat, email: EmailArgument) -> None:
    """Let somebody who has left sign in again, with the role that they had.

    Example: evenhand user back ann@example.com
    """
    row = seat.desk.do(come_back, number_of(seat.desk, email), actor=seat.actor)
    out().print(plain(f"{_said(row)}, and may sign in again."))


def _said(row: UserRow) -> str:
    return f"{row.email} is {row.role}" + (f" ({row.rep} in the roster)" if row.rep else "")


def _shown(row: UserRow) -> dict[str, object]:
    said = {"user": row.user, "email": row.email, "name": row.name, "role": row.role, "rep": row.rep or None}
    return {**said, "since": moment(row.since), "left": moment(row.left) or None}
