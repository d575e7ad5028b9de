"""`evenhand receive`: a file of leads into a desk, decided now, and never twice."""

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from contextlib import ExitStack
from pathlib import Path, PurePath
from typing import Annotated

import typer
from msgspec import Struct

from evenhand.actions.account_book import known_accounts
from evenhand.actions.file_intake import FileIntake, Remembered, Sink, Taken, Taker, deciding, importing, trying
from evenhand.cli.asked import JsonOption
from evenhand.cli.intake import (
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
    pair,
    rejects_into,
    zone_of,
)
from evenhand.cli.seat import Seat, seated
from evenhand.cli.show import FINDINGS, err, one_or, out, plain, progress, table
from evenhand.cli.told import show_json
from evenhand.cli.writing import refuse_overlap
from evenhand.errors import BadUsage, Fault
from evenhand.know.fields import Terms
from evenhand.know.match import Accounts
from evenhand.reading.holdings import COLUMNS, Holdings
from evenhand.reading.leads import LeadOptions, read_leads
from evenhand.reading.rows import read_rows

app = typer.Typer()

SourceOption = Annotated[str, typer.Option(help="Where they come from; else the file's name.")]


@app.command("receive")
@seated
def receive(
    seat: Seat,
    leads: LeadsArgument,
    *,
    source: SourceOption = "",
    accounts: AccountsOption = None,
    rejects: RejectsOption = None,
    test: Annotated[bool, typer.Option("--test", help="Only say what would become of them; nothing is kept.")] = False,
    mapping: MapOption = [],  # noqa: B006
    encoding: EncodingOption = "",
    delimiter: DelimiterOption = "",
    zone: ZoneOption = "UTC",
    currency: CurrencyOption = "",
    as_json: JsonOption = False,
) -> None:
    """Take a file of leads in: each is decided now, and whoever gets it is told.

    The same file may be taken in again at any time, after a failure too: what is there already is not taken twice.
    A lead is known again by its source and its id there; without an id, by the content of its line.

    Example: evenhand receive leads.csv --source website
    """
    reading = Source(leads, encoding, delimiter, accounts)
    refuse_overlap([leads, accounts], [rejects])
    run = Run(seat, reading, source or _named(leads), _options(seat, mapping, zone, currency))
    if test:
        taken = seat.desk.imagine(lambda work: run.take(lambda _: trying(work, actor=seat.actor), rejects))
    else:
        taken = run.take(lambda _: deciding(seat.desk, actor=seat.actor), rejects)
    _show(taken, as_json=as_json, test=test)


@app.command("import")
@seated
def import_leads(
    seat: Seat,
    leads: LeadsArgument,
    *,
    source: SourceOption = "",
    accounts: AccountsOption = None,
    rejects: RejectsOption = None,
    mapping: MapOption = [],  # noqa: B006
    encoding: EncodingOption = "",
    delimiter: DelimiterOption = "",
    zone: ZoneOption = "UTC",
    currency: CurrencyOption = "",
    as_json: JsonOption = False,
) -> None:
    """Bring leads of another system in with their holders: nobody is charged, nobody is told, open ones count as load.

    The columns rep, status, since, due and amount say who holds each and how it stands; --map names others.
    What is here already is left as it is.

    Example: evenhand import open-leads.csv --source crm --map "Lead owner=rep"
    """
    reading = Source(leads, encoding, delimiter, accounts)
    refuse_overlap([leads, accounts], [rejects])
    pairs = [pair(text) for text in mapping]
    held = [each for each in pairs if each[1] in COLUMNS]
    options = _options(seat, [], zone, currency, pairs=[each for each in pairs if each[1] not in COLUMNS])
    terms = Terms(vocabulary=options.vocabulary, zone=options.zone, currency=options.currency)
    roster, theirs = seat.desk.setup().roster, set[str]()

    def begin(rows: Remembered) -> Taker:
        holdings = Holdings(rows.header, roster, terms, mapping=held)
        theirs.update(holdings.columns)
        return importing(seat.desk, holdings, actor=seat.actor)

    run = Run(seat, reading, source or _named(leads), options)
    taken = run.take(begin, rejects, beside=theirs)
    _show(taken, as_json=as_json)


class Run(Struct, frozen=True):
    """A file that is about to be taken in."""

    seat: Seat
    reading: Source
    source: str
    options: LeadOptions

    def take(
        self, taker: Callable[[Remembered], Taker], rejects: Path | None, *, beside: AbstractSet[str] = frozenset()
    ) -> Taken:
        """Take it in by what the taker does with each slice; the columns `beside` are no lead's own."""
        console, desk, reading = err(), self.seat.desk, self.reading
        known = known_accounts(desk)
        if reading.accounts is not None:
            known = Accounts(accounts_of(reading, desk.setup(), console))
        rows = Remembered(read_rows(reading.leads, encoding=reading.encoding, delimiter=reading.delimiter))
        with ExitStack() as stack:
            stack.callback(rows.close)
            file = read_leads(rows, self.options, known)
            intake = FileIntake(desk, source=self.source, taker=taker(rows))
            reject = stack.enter_context(rejects_into(rejects, console))
            bar = stack.enter_context(progress(console))
            task = bar.add_task("Leads", total=None)
            taken = intake.take(file, rows, Sink(reject, few(console), lambda lines: bar.advance(task, lines)))
        if unmapped := [column for column in file.unmapped if column not in beside]:
            console.print(plain(f"Columns that fill no field: {', '.join(unmapped)}", style="dim"))
        return taken


def _options(
    seat: Seat, mapping: Sequence[str], zone: str, currency: str, *, pairs: Sequence[tuple[str, str]] = ()
) -> LeadOptions:
    setup = seat.desk.setup()
    return LeadOptions(
        as_of=seat.desk.clock(),
        vocabulary=setup.policy.vocabulary,
        mapping=[*(pair(text) for text in mapping), *pairs],
        zone=zone_of(zone),
        currency=currency_of(currency, setup),
    )


def _named(leads: str) -> str:
    """The source that a file stands for. Raises BadUsage for standard input, which has no name."""
    if leads == "-":
        fix = "Write --source website: the same leads are known again by it."
        raise BadUsage(Fault(where="--source", what="standard input has no name.", fix=fix))
    return PurePath(leads).name


def _show(taken: Taken, *, as_json: bool, test: bool = False) -> None:
    if as_json:
        show_json(taken)
    else:
        _show_taken(taken)
        if test:
            out().print("\nThis was a test: nothing was kept, and nobody was charged or told.")
        elif taken.new:
            hint = "\nAsk about one: evenhand lead show LEAD, or evenhand why LEAD"
            out().print(plain(hint, style="dim"))
    if not taken.adds_up:
        raise typer.Exit(FINDINGS)


def _show_taken(taken: Taken) -> None:
    console = out()
    parts = [f"{taken.new} new", f"{taken.again} there before" if taken.again else ""]
    parts += [f"{taken.touches} touched again" if taken.touches else "", f"{taken.rejected} rejected"]
    console.print(plain(f"{one_or(taken.lines, 'line')}: {', '.join(part for part in parts if part)}."))
    if taken.again and not taken.new:
        console.print(plain("Nothing new: what was there before was not taken twice."))
    if taken.dirty:
        dirty = ", ".join(f"{field} {n}" for field, n in taken.dirty.items())
        console.print(plain(f"Values that could not be read, and count as unknown: {dirty}", style="yellow"))
    for title, counts in (("state", taken.states), ("rep", taken.reps)):
        if counts:
            console.print()
            console.print(table((title, "leads"), [(name, str(n)) for name, n in counts.items()], numbers=(1,)))
    if not taken.adds_up:
        console.print(plain("THE COUNTS DO NOT ADD UP.", style="bold red"))
