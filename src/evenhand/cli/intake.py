"""What the commands that read a file of leads share: how it is read, and where its rejects go."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Final
from zoneinfo import ZoneInfo

import typer
from msgspec import Struct
from rich.console import Console

from evenhand.actions.account_file import owners_of
from evenhand.cli.show import plain
from evenhand.cli.writing import replacing
from evenhand.core.arrival import Problem
from evenhand.core.model import Millis
from evenhand.errors import BadInput, BadUsage, Fault
from evenhand.know.match import Account
from evenhand.reading.accounts import read_accounts
from evenhand.reading.csvout import rejects_to
from evenhand.reading.durations import read_instant
from evenhand.reading.rows import Reject, read_rows
from evenhand.reading.setup import Setup
from evenhand.reading.zones import find_zone

MOST_SHOWN: Final = 5

LeadsArgument = Annotated[str, typer.Argument(help="CSV or NDJSON file of leads; - reads standard input.")]
AccountsOption = Annotated[Path | None, typer.Option(help="CSV file of known companies.")]
RejectsOption = Annotated[Path | None, typer.Option(help="CSV file for lines that cannot be used.")]
MapOption = Annotated[list[str], typer.Option("--map", help="column=field; may be given several times.")]
EncodingOption = Annotated[str, typer.Option(help="Of the file, when it is not UTF-8: cp1252, say.")]
DelimiterOption = Annotated[str, typer.Option(help="Between cells, when it cannot be told.")]
ZoneOption = Annotated[str, typer.Option(help="Time zone of times that name none.")]
CurrencyOption = Annotated[str, typer.Option(help="Of amounts that name none, when not the policy's.")]


class Source(Struct, frozen=True):
    """What is read, and how."""

    leads: str
    encoding: str
    delimiter: str
    accounts: Path | None


def few(console: Console) -> Callable[[int, Problem], None]:
    """Shows the first values that could not be read; the summary counts them all."""
    shown = 0

    def tell(line: int, problem: Problem) -> None:
        nonlocal shown
        shown += 1
        if shown <= MOST_SHOWN:
            console.print(plain(f"line {line}: {problem}", style="dim"))

    return tell


def accounts_of(reading: Source, setup: Setup, console: Console) -> Iterator[Account]:
    path, encoding = reading.accounts, reading.encoding
    if path is None:
        return
    owners = owners_of(setup.roster)
    file = read_accounts(read_rows(str(path), encoding=encoding), setup.policy.vocabulary, owners=owners)
    for found in file:
        if isinstance(found, Reject):
            console.print(plain(f"{path}: {found}", style="yellow"))
        else:
            yield found
    for line, problem in file.problems[:MOST_SHOWN]:
        console.print(plain(f"{path}, line {line}: {problem}", style="dim"))


def pair(text: str) -> tuple[str, str]:
    column, equals, field = text.rpartition("=")
    if not equals or not column.strip() or not field.strip():
        raise BadUsage(Fault(what=f"--map {text} is not column=field.", fix='Write --map "Company name=company".'))
    return column.strip(), field.strip()


def currency_of(name: str, setup: Setup) -> str:
    """A currency that the policy can convert. Raises BadUsage for another."""
    words = setup.policy.vocabulary
    if not name or name == words.currency or name in words.rates:
        return name
    fix = f"The policy knows {', '.join(sorted({words.currency, *words.rates}))}; add a rate: [rates] {name} = ..."
    raise BadUsage(Fault(what=f"--currency {name} has no rate.", fix=fix))


def zone_of(name: str) -> ZoneInfo:
    try:
        return find_zone(name)
    except BadInput as error:
        raise BadUsage([replace(fault, where="--zone") for fault in error.faults]) from error


def instant_of(option: str, text: str, zone: str) -> Millis:
    try:
        return read_instant(text, zone)
    except BadInput as error:
        raise BadUsage([replace(fault, where=option) for fault in error.faults]) from error


@contextmanager
def rejects_into(path: Path | None, console: Console) -> Iterator[Callable[[Reject], None]]:
    """Where rejects go: into a file, else the first few onto the screen."""
    if path is None:
        shown = 0

        def show(reject: Reject) -> None:
            nonlocal shown
            shown += 1
            if shown <= MOST_SHOWN:
                console.print(plain(f"Rejected: {reject}", style="yellow"))

        yield show
        if shown > MOST_SHOWN:
            more = shown - MOST_SHOWN
            console.print(plain(f"... and {more} more; --rejects FILE.csv writes them all", style="yellow"))
        return
    with replacing(path) as half, half.open("w", encoding="utf-8", newline="") as stream:
        yield rejects_to(stream)
