"""The command line: `evenhand COMMAND`.

To add a command: a file here with an `app`, a line in `COMMANDS`, a section in docs/reference/cli.md. Only the modules
of the command that is asked for are loaded, by name, so that one does not wait for what another one needs.
"""

import errno
import signal
import sys
from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from types import FrameType
from typing import Annotated, Final, NoReturn

import typer

from evenhand.cli.show import close_quietly, show_error
from evenhand.errors import BadFile, EvenhandError, Fault
from evenhand.version import __version__

# Each command with the modules that make it, in the order of the help: the first one's `app` has it, others add to it.
COMMANDS: Final[Mapping[str, tuple[str, ...]]] = {
    "init": ("demo",),
    "demo-data": ("demo",),
    "demo": ("demo_serve",),
    "serve": ("serve",),
    "route": ("route",),
    "work": ("work",),
    "doctor": ("doctor",),
    "why": ("why",),
    "replay": ("replay",),
    "receive": ("receive",),
    "policy": ("policy", "texts", "rerouting"),
    "team": ("texts",),
    "pool": ("pool",),
    "lead": ("lead", "lead_verbs"),
    "person": ("person", "leaving"),
    "dispute": ("dispute",),
    "messages": ("messages",),
    "user": ("user",),
    "key": ("key",),
    "webhook": ("webhook",),
    "login-link": ("login_link",),
    "source": ("source", "errands"),
    "account": ("account",),
    "channel": ("channel",),
    "desk": ("desk",),
    "db": ("db",),
}


def _version(*, value: bool) -> None:
    if value:
        typer.echo(f"evenhand {__version__}")
        raise typer.Exit


def _options(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Evenhand routes leads to salespeople: at once, fairly, and with a reason that anybody can read."""


def built(names: Iterable[str] = COMMANDS) -> typer.Typer:
    """The command line with these commands, for which their modules are loaded; else with all."""
    app = typer.Typer(
        name="evenhand",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_options)
    for modules in dict.fromkeys(COMMANDS[name] for name in names):
        first, *_ = [import_module(f"evenhand.cli.{module}") for module in modules]
        app.add_typer(first.app)
    return app


def needed(words: Sequence[str]) -> Iterable[str]:
    """The commands that a command line can be read with: the one that it begins with, else all, to help or to guess."""
    if words == ["--version"]:
        return ()
    return words[:1] if words and words[0] in COMMANDS else COMMANDS


def main() -> None:
    """Run a command; what goes wrong outside of us too ends in a sentence and an exit code, never in a traceback."""
    signal.signal(signal.SIGTERM, _stopped)
    try:
        built(needed(sys.argv[1:]))()
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
