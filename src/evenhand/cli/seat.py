"""Which desk a command works on, and in whose name: the options that all commands of the desk share.

To add a command of the desk: a function whose first parameter is a `Seat`, below `@app.command("name")` and `@seated`.
"""

import getpass
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from inspect import Parameter, Signature, signature
from typing import Annotated, Concatenate, Final, ParamSpec

import typer
from msgspec import Struct

from evenhand.actions.actor import Actor
from evenhand.actions.desk import Desk
from evenhand.app import MAIN, open_desk, settings_of
from evenhand.errors import BadUsage, Fault

P = ParamSpec("P")

DatabaseOption = Annotated[
    str | None,
    typer.Option("--database", help="A SQLite file or a PostgreSQL address; else EVENHAND_DATABASE, else evenhand.db."),
]
WorkspaceOption = Annotated[str, typer.Option("--workspace", help="Which of the database's workspaces.")]
ActorOption = Annotated[
    str, typer.Option("--as", metavar="NAME", help='Who does it: a manager, or "rep ann"; else your login name.')
]

SHARED: Final = (
    Parameter("database", Parameter.KEYWORD_ONLY, default=None, annotation=DatabaseOption),
    Parameter("workspace", Parameter.KEYWORD_ONLY, default=MAIN, annotation=WorkspaceOption),
    Parameter("actor", Parameter.KEYWORD_ONLY, default="", annotation=ActorOption),
)


class Seat(Struct, frozen=True):
    """A desk, and who sits at it."""

    desk: Desk
    actor: Actor


@contextmanager
def seat_at(database: str | None, workspace: str, actor: str) -> Iterator[Seat]:
    """The desk that the options name. Raises NotFound, BadSecret, BadUsage or Unavailable."""
    who = actor_of(actor)
    with open_desk(settings_of(database), workspace=workspace) as desk:
        yield Seat(desk, who)


def seated(command: Callable[Concatenate[Seat, P], None]) -> Callable[..., None]:
    """Give a command the shared options, and the seat that they name as its first argument."""
    own = [*signature(command, eval_str=True).parameters.values()][1:]

    @wraps(command)
    def run(**given: object) -> None:
        database, workspace, actor = (given.pop(each.name) for each in SHARED)
        with seat_at(str(database) if database else None, str(workspace), str(actor)) as seat:
            command(seat, **given)  # type: ignore[call-arg, arg-type]  # typer has read them as the command declares

    asked = (*own, *SHARED)
    run.__signature__ = Signature([*asked])  # type: ignore[attr-defined]  # what typer looks at
    run.__annotations__ = {each.name: each.annotation for each in asked} | {"return": None}
    return run


def actor_of(named: str) -> Actor:
    """`rep ann` is a rep, any other name a manager. Raises BadUsage for a name that is none."""
    kind, _, rest = named.strip().partition(" ")
    if kind == "rep" and rest.strip():
        return Actor("rep", rest.strip())
    name = named.strip() or _login()
    if not name.isprintable() or len(name) > 100:
        raise BadUsage(Fault(where="--as", what="is no name.", fix='Write --as eve, or --as "rep ann".'))
    return Actor("manager", name.removeprefix("manager "))


def _login() -> str:
    """Who is logged in; a container may have nobody of that number."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return "cli"
