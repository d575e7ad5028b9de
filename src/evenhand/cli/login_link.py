"""`evenhand login-link`: a link by which somebody signs in once."""

from typing import Annotated, Final

import typer

from evenhand.actions.users import let_in
from evenhand.cli.seat import Seat, seated
from evenhand.errors import BadUsage, Fault

BASE: Final = "http://127.0.0.1:8080"

app = typer.Typer()


@app.command("login-link")
@seated
def login_link(
    seat: Seat,
    email: Annotated[str, typer.Argument(metavar="EMAIL", help="Whose address, as users have it.")],
    *,
    base_url: Annotated[str, typer.Option("--base-url", help="Where the service is found by browsers.")] = BASE,
) -> None:
    """Print a link by which somebody signs in, once, within a quarter of an hour; and nothing else.

    Example: evenhand login-link owner@example.com --base-url https://leads.example.com
    """
    base = base_url.rstrip("/")
    if not base.startswith(("http://", "https://")):
        fix = "Write it like https://leads.example.com"
        raise BadUsage(Fault(where="--base-url", what=f"{base_url!r} is no address of a server.", fix=fix))
    typer.echo(f"{base}/sign-in/{seat.desk.do(let_in, email, actor=seat.actor).ticket}")
