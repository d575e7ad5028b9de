"""The command line: `evenhand COMMAND`.

To add a command: a file here, a line below, a section in docs/reference/cli.md.
"""

import errno
import signal
import sys
from types import FrameType
from typing import Annotated, NoReturn

import typer

from evenhand.cli import (
    db,
    demo,
    desk,
    dispute,
    doctor,
    lead,
    lead_verbs,
    leaving,
    messages,
    person,
    policy,
    pool,
    receive,
    replay,
    rerouting,
    route,
    texts,
    why,
    work,
)
from evenhand.cli.show import close_quietly, show_error
from evenhand.errors import BadFile, EvenhandError, Fault
from evenhand.version import __version__

app = typer.Typer(
    name="evenhand",
    help="Evenhand routes leads to salespeople: at once, fairly, and with a reason that anybody can read.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("init")(demo.init)
app.command("demo-data")(demo.demo_data)
app.command("route")(route.route)
app.add_typer(why.app)
app.add_typer(replay.app)
app.add_typer(receive.app)
app.command("work")(work.work)
policy.app.add_typer(rerouting.app)
app.add_typer(policy.app, name="policy")
app.add_typer(texts.team_app, name="team")
app.add_typer(pool.app, name="pool")
lead.app.add_typer(lead_verbs.app)
app.add_typer(lead.app, name="lead")
person.app.add_typer(leaving.app)
app.add_typer(person.app, name="person")
app.add_typer(dispute.app, name="dispute")
app.add_typer(messages.app, name="messages")
app.add_typer(desk.app, name="desk")
app.add_typer(db.app, name="db")
app.command("doctor")(doctor.doctor)


def _version(*, value: bool) -> None:
    if value:
        typer.echo(f"evenhand {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Evenhand routes leads to salespeople: at once, fairly, and with a reason that anybody can read."""


def main() -> None:
    """Run a command; what goes wrong outside of us too ends in a sentence and an exit code, never in a traceback."""
    signal.signal(signal.SIGTERM, _stopped)
    try:
        app()
    except EvenhandError as error:
        sys.exit(show_error(error))
    except BrokenPipeError:
        sys.exit(close_quietly())
    except OSError as error:
        sys.exit(show_error(_of_system(error)))


def _stopped(number: int, _frame: FrameType | None) -> NoReturn:
    """Told to stop: leave as from any error, so that half-written and temporary files go."""
    sys.exit(128 + number)


def _of_system(error: OSError) -> BadFile:
    """What the system refused, such as space on a disk that is full, as an error of ours."""
    what = f"{(error.strerror or str(error)).lower()}."
    fix = (
        "Make room, or choose another folder." if error.errno == errno.ENOSPC else "Check the path and its permissions."
    )
    return BadFile(Fault(where=str(error.filename or "output"), what=what, fix=fix))


if __name__ == "__main__":
    main()
