"""`evenhand route`: a file of leads in, explained decisions out."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, BinaryIO, Final, TypeAlias
from zoneinfo import ZoneInfo

import msgspec
import typer
from msgspec import Struct
from rich.console import Console

from evenhand.actions.routing import Options, Sink, route_all, take_in
from evenhand.actions.summary import FinalRecord, Summary
from evenhand.app import file_spool
from evenhand.cli.show import FINDINGS, err, out, plain, progress, table
from evenhand.cli.writing import refuse_overlap, replacing
from evenhand.core.arrival import Problem
from evenhand.core.model import DAY, Millis
from evenhand.errors import BadInput, BadUsage, Fault
from evenhand.know.match import Account, Accounts
from evenhand.reading.accounts import read_accounts
from evenhand.reading.csvout import CsvOut, rejects_to
from evenhand.reading.durations import read_instant
from evenhand.reading.leads import LeadOptions, read_leads
from evenhand.reading.rows import Reject, read_rows
from evenhand.reading.setup import Setup, load_setup
from evenhand.reading.zones import find_zone
from evenhand.version import __version__

COLUMNS: Final = ("lead", "outcome", "rep", "desk", "of", "rule", "tier", "how", "pool", "at", "due", "because")
MOST_SHOWN: Final = 5

ToFinal: TypeAlias = Callable[[bytes, FinalRecord], None]


def route(
    leads: Annotated[str, typer.Argument(help="CSV or NDJSON file of leads; - reads standard input.")],
    policy: Annotated[Path, typer.Option(help="The policy, a TOML file.")],
    team: Annotated[Path, typer.Option(help="The roster, a TOML file.")],
    *,
    accounts: Annotated[Path | None, typer.Option(help="CSV file of known companies.")] = None,
    to: Annotated[Path | None, typer.Option("--out", help="Decisions: .jsonl has everything, .csv a table.")] = None,
    rejects: Annotated[Path | None, typer.Option(help="CSV file for lines that cannot be used.")] = None,
    as_of: Annotated[str, typer.Option(help="When leads arrived that do not say so, as 2026-11-02T09:00Z.")] = "",
    until: Annotated[str, typer.Option(help="Let time pass up to this moment after the last arrival.")] = "",
    mapping: Annotated[list[str], typer.Option("--map", help="column=field; may be given several times.")] = [],  # noqa: B006
    open_days: Annotated[
        int, typer.Option(min=0, max=36_500, help="Days a lead stays open when no closed_at is known.")
    ] = 30,
    encoding: Annotated[str, typer.Option(help="Of the file, when it is not UTF-8: cp1252, say.")] = "",
    delimiter: Annotated[str, typer.Option(help="Between cells, when it cannot be told.")] = "",
    zone: Annotated[str, typer.Option(help="Time zone of times that name none.")] = "UTC",
    currency: Annotated[str, typer.Option(help="Of amounts that name none, when not the policy's.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Route a file of leads: every line ends as exactly one decision, or as one reject with its cause.

    Leads with a time of arrival are routed in that order on their own clock: waits, caps, leave and hours follow it.
    """
    refuse_overlap([leads, policy, team, accounts], [to, rejects])
    setup = load_setup(policy, team)
    clock = _instant("--as-of", as_of, zone) if as_of else round(datetime.now(UTC).timestamp() * 1000)
    options = LeadOptions(
        as_of=clock,
        vocabulary=setup.policy.vocabulary,
        mapping=[_pair(text) for text in mapping],
        zone=_zone(zone),
        currency=_currency(currency, setup),
    )
    run = Options(
        engine=__version__, until=_instant("--until", until, zone) if until else None, open_for=open_days * DAY
    )
    reading = _Reading(leads, encoding, delimiter, accounts)
    summary = _routed(setup, reading, options, run, _Results(to, rejects))
    _show(summary, as_json=as_json, to=to)
    if not summary.adds_up:
        raise typer.Exit(FINDINGS)


class _Reading(Struct, frozen=True):
    """What is read, and how."""

    leads: str
    encoding: str
    delimiter: str
    accounts: Path | None


class _Results(Struct, frozen=True):
    """Which files are written."""

    decisions: Path | None
    rejects: Path | None


def _routed(setup: Setup, reading: _Reading, options: LeadOptions, run: Options, results: _Results) -> Summary:
    console = err()
    known = Accounts(_accounts(reading, setup, console))
    for problem in known.problems[:MOST_SHOWN]:
        console.print(plain(f"{reading.accounts}: {problem}", style="dim"))
    rows = read_rows(reading.leads, encoding=reading.encoding, delimiter=reading.delimiter)
    file = read_leads(rows, options, known)
    with ExitStack() as stack:
        stack.callback(rows.close)
        spool = stack.enter_context(file_spool())
        final = stack.enter_context(_decisions_to(results.decisions))
        reject = stack.enter_context(_rejects_to(results.rejects, console))
        bar = stack.enter_context(progress(console))
        reading_task = bar.add_task("Reading", total=None)
        tell = _few(console)
        sink = Sink(final, reject, unreadable=tell, taken=lambda: bar.advance(reading_task))
        intake = take_in(file, spool, sink, answers=file.fills("responded_at"))
        if file.unmapped:
            console.print(plain(f"Columns that fill no field: {', '.join(file.unmapped)}", style="dim"))
        routing_task = bar.add_task("Routing", total=intake.leads)
        sink = Sink(final, reject, routed=lambda: bar.advance(routing_task))
        return route_all(intake, setup, spool, sink, run)


def _few(console: Console) -> Callable[[int, Problem], None]:
    """Shows the first values that could not be read; the summary counts them all."""
    shown = 0

    def tell(line: int, problem: Problem) -> None:
        nonlocal shown
        shown += 1
        if shown <= MOST_SHOWN:
            console.print(plain(f"line {line}: {problem}", style="dim"))

    return tell


def _accounts(reading: _Reading, setup: Setup, console: Console) -> Iterator[Account]:
    path, encoding = reading.accounts, reading.encoding
    if path is None:
        return
    owners = {rep.email.lower(): rep.id for rep in setup.roster.reps.values() if rep.email}
    file = read_accounts(read_rows(str(path), encoding=encoding), setup.policy.vocabulary, owners=owners)
    for found in file:
        if isinstance(found, Reject):
            console.print(plain(f"{path}: {found}", style="yellow"))
        else:
            yield found
    for line, problem in file.problems[:MOST_SHOWN]:
        console.print(plain(f"{path}, line {line}: {problem}", style="dim"))


def _pair(text: str) -> tuple[str, str]:
    column, equals, field = text.rpartition("=")
    if not equals or not column.strip() or not field.strip():
        raise BadUsage(Fault(what=f"--map {text} is not column=field.", fix='Write --map "Company name=company".'))
    return column.strip(), field.strip()


def _currency(name: str, setup: Setup) -> str:
    """A currency that the policy can convert. Raises BadUsage for another."""
    words = setup.policy.vocabulary
    if not name or name == words.currency or name in words.rates:
        return name
    fix = f"The policy knows {', '.join(sorted({words.currency, *words.rates}))}; add a rate: [rates] {name} = ..."
    raise BadUsage(Fault(what=f"--currency {name} has no rate.", fix=fix))


def _zone(name: str) -> ZoneInfo:
    try:
        return find_zone(name)
    except BadInput as error:
        raise BadUsage([replace(fault, where="--zone") for fault in error.faults]) from error


def _instant(option: str, text: str, zone: str) -> Millis:
    try:
        return read_instant(text, zone)
    except BadInput as error:
        raise BadUsage([replace(fault, where=option) for fault in error.faults]) from error


@contextmanager
def _decisions_to(path: Path | None) -> Iterator[ToFinal]:
    """Where final records go: JSON lines, or a table for spreadsheets when the file is a .csv."""
    if path is None:
        yield lambda _line, _final: None
    elif path.suffix == ".csv":
        with replacing(path) as half, half.open("w", encoding="utf-8", newline="") as stream:
            yield _row_writer(CsvOut(stream, COLUMNS))
    else:
        with replacing(path) as half, half.open("wb") as stream:
            yield _line_writer(stream)


def _row_writer(rows: CsvOut) -> ToFinal:
    return lambda _line, final: rows.write(msgspec.structs.asdict(final))


def _line_writer(stream: BinaryIO) -> ToFinal:
    def write(line: bytes, _final: FinalRecord) -> None:
        stream.write(line)
        stream.write(b"\n")

    return write


@contextmanager
def _rejects_to(path: Path | None, console: Console) -> Iterator[Callable[[Reject], None]]:
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


def _show(summary: Summary, *, as_json: bool, to: Path | None) -> None:
    if as_json:
        typer.echo(msgspec.json.encode(summary))
        return
    console = out()
    console.print(
        f"{summary.lines} lines: {summary.leads} leads, {summary.rejects} rejected; {summary.decisions} decisions."
    )
    if summary.unreadable:
        dirty = ", ".join(f"{field} {n}" for field, n in summary.unreadable.items())
        console.print(plain(f"Values that could not be read, and count as unknown: {dirty}", style="yellow"))
    sections = {
        "outcome": summary.outcomes,
        "rule": summary.rules,
        "rep": summary.reps,
        "desk": summary.desks,
        "kept away by": summary.codes,
    }
    for title, counts in sections.items():
        if counts:
            console.print()
            console.print(table((title, "leads"), [(name, str(n)) for name, n in counts.items()], numbers=(1,)))
    if summary.spread:
        rows = [(pool, str(summary.pools.get(pool, 0)), worst) for pool, worst in summary.spread.items()]
        console.print()
        console.print(table(("pool", "leads", "largest |credit|"), rows, numbers=(1, 2)))
    console.print()
    console.print("The counts add up." if summary.adds_up else plain("THE COUNTS DO NOT ADD UP.", style="bold red"))
    if summary.chain:
        console.print(plain(f"Chain: {summary.chain}", style="dim"))
    if to is not None and summary.leads:
        console.print(plain(f"Decisions: {to}. Ask about one: evenhand why LEAD --decisions {to}", style="dim"))
