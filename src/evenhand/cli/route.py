"""`evenhand route`: a file of leads in, explained decisions out."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, BinaryIO, Final, TypeAlias

import msgspec
import typer
from msgspec import Struct

from evenhand.actions.routing import Options, Sink, route_all, take_in
from evenhand.actions.summary import FinalRecord, Summary
from evenhand.app import file_spool
from evenhand.cli.intake import (
    MOST_SHOWN,
    AccountsOption,
    CurrencyOption,
    DelimiterOption,
    EncodingOption,
    LeadsArgument,
    MapOption,
    RejectsOption,
    Source,
    ZoneOption,
    accounts_of,
    currency_of,
    few,
    instant_of,
    pair,
    rejects_into,
    zone_of,
)
from evenhand.cli.show import FINDINGS, err, out, plain, progress, table
from evenhand.cli.writing import refuse_overlap, replacing
from evenhand.core.model import DAY
from evenhand.know.match import Accounts
from evenhand.reading.csvout import CsvOut
from evenhand.reading.leads import LeadOptions, read_leads
from evenhand.reading.rows import read_rows
from evenhand.reading.setup import Setup, load_setup
from evenhand.version import __version__

COLUMNS: Final = ("lead", "outcome", "rep", "desk", "of", "rule", "tier", "how", "pool", "at", "due", "because")

app = typer.Typer()

ToFinal: TypeAlias = Callable[[bytes, FinalRecord], None]


@app.command("route")
def route(
    leads: LeadsArgument,
    policy: Annotated[Path, typer.Option(help="The policy, a TOML file.")],
    team: Annotated[Path, typer.Option(help="The roster, a TOML file.")],
    *,
    accounts: AccountsOption = None,
    to: Annotated[Path | None, typer.Option("--out", help="Decisions: .jsonl has everything, .csv a table.")] = None,
    rejects: RejectsOption = None,
    as_of: Annotated[str, typer.Option(help="When leads arrived that do not say so, as 2026-11-02T09:00Z.")] = "",
    until: Annotated[str, typer.Option(help="Let time pass up to this moment after the last arrival.")] = "",
    mapping: MapOption = [],  # noqa: B006
    open_days: Annotated[
        int, typer.Option(min=0, max=36_500, help="Days a lead stays open when no closed_at is known.")
    ] = 30,
    encoding: EncodingOption = "",
    delimiter: DelimiterOption = "",
    zone: ZoneOption = "UTC",
    currency: CurrencyOption = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Route a file of leads: every line ends as exactly one decision, or as one reject with its cause.

    Leads with a time of arrival are routed in that order on their own clock: waits, caps, leave and hours follow it.

    Example: evenhand route leads.csv --policy policy.toml --team team.toml --out decisions.jsonl
    """
    refuse_overlap([leads, policy, team, accounts], [to, rejects])
    setup = load_setup(policy, team)
    clock = instant_of("--as-of", as_of, zone) if as_of else round(datetime.now(UTC).timestamp() * 1000)
    options = LeadOptions(
        as_of=clock,
        vocabulary=setup.policy.vocabulary,
        mapping=[pair(text) for text in mapping],
        zone=zone_of(zone),
        currency=currency_of(currency, setup),
    )
    run = Options(
        engine=__version__, until=instant_of("--until", until, zone) if until else None, open_for=open_days * DAY
    )
    reading = Source(leads, encoding, delimiter, accounts)
    summary = _routed(setup, reading, options, run, _Results(to, rejects))
    _show(summary, as_json=as_json, to=to)
    if not summary.adds_up:
        raise typer.Exit(FINDINGS)


class _Results(Struct, frozen=True):
    """Which files are written."""

    decisions: Path | None
    rejects: Path | None


def _routed(setup: Setup, reading: Source, options: LeadOptions, run: Options, results: _Results) -> Summary:
    console = err()
    known = Accounts(accounts_of(reading, setup, console))
    for problem in known.problems[:MOST_SHOWN]:
        console.print(plain(f"{reading.accounts}: {problem}", style="dim"))
    rows = read_rows(reading.leads, encoding=reading.encoding, delimiter=reading.delimiter)
    file = read_leads(rows, options, known)
    with ExitStack() as stack:
        stack.callback(rows.close)
        spool = stack.enter_context(file_spool())
        final = stack.enter_context(_decisions_to(results.decisions))
        reject = stack.enter_context(rejects_into(results.rejects, console))
        bar = stack.enter_context(progress(console))
        reading_task = bar.add_task("Reading", total=None)
        tell = few(console)
        sink = Sink(final, reject, unreadable=tell, taken=lambda: bar.advance(reading_task))
        intake = take_in(file, spool, sink, answers=file.fills("responded_at"))
        if file.unmapped:
            console.print(plain(f"Columns that fill no field: {', '.join(file.unmapped)}", style="dim"))
        routing_task = bar.add_task("Routing", total=intake.leads)
        sink = Sink(final, reject, routed=lambda: bar.advance(routing_task))
        return route_all(intake, setup, spool, sink, run)


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
