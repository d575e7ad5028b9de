"""The generated pages of the reference: commands, routes of the API, the record's schema, each from the code itself.

`make reference` writes them; a test compares them with the code.
"""

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

import typer.main
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

from evenhand.cli.main import built
from evenhand.schema import record_schema
from evenhand.service.openapi_page import page as api

_HEAD = """# Command line

Every command has `--help`. Exit codes: 0 done, 1 done with findings (a check that failed, a record that does not
replay), 2 usage, or input that cannot be read. Errors go to standard error with the file, the line, the value and the
fix. Colours and progress bars are for terminals only; `NO_COLOR=1` turns the colours off there too.
`evenhand --install-completion` teaches your shell the commands.

Commands of the desk find it by `--database`, else by `EVENHAND_DATABASE`, else as `evenhand.db` in the current folder:
see [look after a desk](../how-to/look-after-a-desk.md). Times are printed in UTC. `--json` prints one line of JSON.
"""


def reference() -> str:
    """The whole page."""
    top = typer.main.get_command(built())
    return "\n".join([_HEAD, *_sections(top, ("evenhand",))])


def _sections(command: object, path: tuple[str, ...]) -> Iterator[str]:
    if isinstance(command, TyperGroup):
        for name, part in command.commands.items():
            yield from _sections(part, (*path, name))
    elif isinstance(command, TyperCommand):
        yield "\n".join(_command(command, " ".join(path)))


def _command(command: TyperCommand, path: str) -> Iterator[str]:
    arguments = [param for param in command.params if isinstance(param, TyperArgument)]
    options = [param for param in command.params if isinstance(param, TyperOption)]
    places = [_place(argument) for argument in arguments]
    yield f"## {path}\n"
    yield "```text\n" + " ".join([path, *places, "[OPTIONS]"]) + "\n```\n"
    yield f"{(command.help or '').strip()}\n"
    rows = [(_place(argument), argument.help or "") for argument in arguments]
    shown = [option for option in options if not option.hidden]
    rows += [(", ".join((*option.opts, *option.secondary_opts)), _said(option)) for option in shown]
    yield "| | |\n|---|---|"
    yield from (f"| `{name}` | {text} |" for name, text in rows)
    yield ""


def _place(argument: TyperArgument) -> str:
    name = argument.metavar or (argument.name or "").upper()
    name = name.strip("[]")
    return name if argument.required else f"[{name}]"


def _said(option: TyperOption) -> str:
    text = option.help or ""
    if option.required:
        return f"{text} Required."
    shown = option.default
    plain = isinstance(shown, str | int) and not isinstance(shown, bool) and shown != ""
    return f"{text} Default: {shown}." if plain or type(shown).__name__.endswith("Path") else text


def schema() -> str:
    """The JSON Schema of the record."""
    return json.dumps(record_schema(), indent=1) + "\n"


PAGES: Final[Mapping[str, Callable[[], str]]] = {"cli.md": reference, "record.schema.json": schema, "api.md": api}


def write(folder: Path) -> None:
    """Write every generated page into a folder."""
    for name, page in PAGES.items():
        (folder / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
