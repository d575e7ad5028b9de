"""`evenhand source`: where leads come in from: forms, and other products' webhooks."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final

import typer
from msgspec import Raw, json

from evenhand.actions.sources import (
    Change,
    NewSource,
    add_source,
    change_source,
    found_source,
    path_of,
    secrets_in,
    sources_of,
    switch_source,
)
from evenhand.app.kinds import KINDS, secrets_of
from evenhand.cli.asked import JsonOption
from evenhand.cli.seat import Seat, seated
from evenhand.cli.show import moment, out, plain, table
from evenhand.cli.told import show_json
from evenhand.errors import BadFile, BadUsage, Fault
from evenhand.ports.house import SourceRow
from evenhand.reading.toml import decode, read_text

app = typer.Typer(
    name="source", help="Where leads come in from: forms, and other products' webhooks.", no_args_is_help=True
)

HERE: Final = "https://YOUR-SERVER"

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="Its name, which is part of its address: meta-ads.")]
SettingsOption = Annotated[
    Path | None, typer.Option(metavar="FILE", help="How it is set up, a JSON file; - for what is piped in.")
]
SecretOption = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME[=VALUE]", help="A secret of it; without the value it is asked for. Can be repeated."),
]
BaseOption = Annotated[
    str,
    typer.Option("--base-url", envvar="EVENHAND_BASE_URL", metavar="URL", help="Where the service is found."),
]


@app.command("add")
@seated
def add(
    seat: Seat,
    name: NameArgument,
    *,
    kind: Annotated[str, typer.Option(metavar="KIND", help=f"{', '.join(KINDS)}.")],
    settings: SettingsOption = None,
    secret: SecretOption = None,
    base_url: BaseOption = HERE,
) -> None:
    """Take leads from somewhere new, and print the address to paste there, or to link to.

    Example: evenhand source add meta-ads --kind meta --secret app_secret --secret verify_token
    """
    secrets = {key: value for key, value in _secrets(secret or ()).items() if value is not None}
    wanted = NewSource(name=name, kind=kind, settings=_settings(settings), secrets=secrets)
    row = seat.desk.do(add_source, wanted, kinds=KINDS, actor=seat.actor)
    typer.echo(_address(seat, row, base_url))


@app.command("set")
@seated
def change(
    seat: Seat,
    name: NameArgument,
    *,
    settings: SettingsOption = None,
    secret: SecretOption = None,
) -> None:
    """Set a source up anew: with other settings, other secrets, or both; what is not given stays. NAME= takes one out.

    Example: evenhand source set contact --settings contact.json
    """
    known = found_source(seat.desk, name)
    wanted = Change(
        settings=known.settings if settings is None else _settings(settings), secrets=_secrets(secret or ())
    )
    row = seat.desk.do(change_source, name, wanted, kinds=KINDS, actor=seat.actor)
    out().print(plain(f"{row.name} is set up anew: version {row.version}."))


@app.command("list")
@seated
def list_sources(
    seat: Seat,
    *,
    everything: Annotated[bool, typer.Option("--all", help="Those too that are off.")] = False,
    base_url: BaseOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """List where leads come in from.

    Example: evenhand source list --all
    """
    found = [row for row in sources_of(seat.desk) if everything or row.off is None]
    if as_json:
        show_json([_told(seat, row, base_url) for row in found])
    elif not found:
        out().print("There is no source. Make one: evenhand source add contact --kind form --settings contact.json")
    else:
        rows = [(row.name, row.kind, _address(seat, row, base_url), _state(row), moment(row.since)) for row in found]
        out().print(table(("source", "kind", "address", "is", "since"), rows))


@app.command("show")
@seated
def show(seat: Seat, name: NameArgument, *, base_url: BaseOption = HERE, as_json: JsonOption = False) -> None:
    """Show how a source is set up, with the names of its secrets, but never the secrets.

    Example: evenhand source show meta-ads
    """
    row = found_source(seat.desk, name)
    told = _told(seat, row, base_url)
    if as_json:
        show_json(told)
        return
    console = out()
    console.print(plain(f"{row.name}, {row.kind}, {_state(row)}", style="bold"))
    console.print(plain(_address(seat, row, base_url)))
    there = secrets_in(row, seat.desk.sealer, seat.desk.workspace)
    for each in secrets_of(row.kind):
        console.print(plain(f"secret {each.name}: {'set' if each.name in there else 'not set'}: {each.what}"))
    typer.echo(json.format(row.settings, indent=2).decode())


@app.command("off")
@seated
def turn_off(seat: Seat, name: NameArgument) -> None:
    """Take no more leads from a source; its settings stay.

    Example: evenhand source off contact
    """
    seat.desk.do(switch_source, name, on=False, actor=seat.actor)
    out().print(plain(f"{name} is off: nothing is taken from it any more."))


@app.command("on")
@seated
def turn_on(seat: Seat, name: NameArgument) -> None:
    """Take leads from a source again.

    Example: evenhand source on contact
    """
    seat.desk.do(switch_source, name, on=True, actor=seat.actor)
    out().print(plain(f"{name} is on."))


def _settings(file: Path | None) -> bytes:
    """What a file says, or what is piped in; nothing for none. That it is JSON is for the source's kind to say."""
    if file is None:
        return b"{}"
    text = decode(sys.stdin.buffer.read(), where="-") if str(file) == "-" else read_text(file, error=BadFile)
    return text.encode()


def _secrets(given: Sequence[str]) -> dict[str, str | None]:
    """`token=abc` and `token`, which is asked for so that it stands in no history; `token=` for one that goes."""
    found: dict[str, str | None] = {}
    for each in given:
        name, equals, value = each.partition("=")
        if not name.strip():
            raise BadUsage(Fault(where="--secret", what=f"{each[:1]!r} names none.", fix="Write --secret token."))
        found[name.strip()] = (value or None) if equals else _asked(name.strip())
    return found


def _asked(name: str) -> str:
    if sys.stdin.isatty():
        return str(typer.prompt(name, hide_input=True))
    line = sys.stdin.readline().rstrip("\n")
    if not line:
        raise BadUsage(Fault(where="--secret", what=f"there is no {name}.", fix="Pipe it in, a line for each."))
    return line


def _address(seat: Seat, row: SourceRow, base_url: str) -> str:
    name = next(name for name, number in seat.desk.store.workspaces().items() if number == seat.desk.workspace)
    return base_url.rstrip("/") + path_of(row, name)


def _state(row: SourceRow) -> str:
    return "on" if row.off is None else "off"


def _told(seat: Seat, row: SourceRow, base_url: str) -> dict[str, object]:
    said = {"source": row.name, "kind": row.kind, "address": _address(seat, row, base_url), "is": _state(row)}
    secrets = secrets_in(row, seat.desk.sealer, seat.desk.workspace)
    return {**said, "version": row.version, "secrets": secrets, "settings": Raw(row.settings)}
