"""`evenhand account`: the companies that are known, and who answers for each."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from msgspec import Struct

from evenhand.actions.account_file import AccountsFile, AccountsTaken, Put, owners_of, put_file
from evenhand.actions.accounts import (
    OWNER,
    Counted,
    account_of,
    accounts_listed,
    drop_account,
    found_account,
    put_account,
    put_accounts,
)
from evenhand.actions.desk import call
from evenhand.cli.asked import JsonOption, LimitOption
from evenhand.cli.intake import DelimiterOption, EncodingOption, MapOption, RejectsOption, pair, rejects_into
from evenhand.cli.seat import Seat, seated
from evenhand.cli.show import err, one_or, out, plain, table
from evenhand.cli.told import show_json
from evenhand.cli.writing import refuse_overlap
from evenhand.core.instants import say_instant
from evenhand.core.model import Value
from evenhand.errors import BadUsage, Fault, NotFound
from evenhand.know.match import Account
from evenhand.know.raw import Raw
from evenhand.ports.accounts import AccountRow
from evenhand.reading.accounts import read_account

app = typer.Typer(name="account", help="The companies that are known, and who answers for each.", no_args_is_help=True)

AccountArgument = Annotated[str, typer.Argument(metavar="ACCOUNT", help="Its id.")]


class Shown(Struct, frozen=True, kw_only=True):
    """An account as JSON."""

    id: str
    name: str
    domains: tuple[str, ...]
    owner: str
    parent: str
    roles: dict[str, str]
    fields: dict[str, Value]
    version: int
    since: str


@app.command("import")
@seated
def import_accounts(
    seat: Seat,
    accounts: Annotated[Path, typer.Argument(metavar="FILE", help="CSV or NDJSON file of companies.")],
    *,
    test: Annotated[bool, typer.Option("--test", help="Only say what would become of them; nothing is kept.")] = False,
    rejects: RejectsOption = None,
    mapping: MapOption = [],  # noqa: B006
    encoding: EncodingOption = "",
    delimiter: DelimiterOption = "",
    as_json: JsonOption = False,
) -> None:
    """Put in a file of companies; each takes the place of the one with its id, and those that it does not name stay.

    Example: evenhand account import accounts.csv
    """
    refuse_overlap([accounts], [rejects])
    pairs = [pair(text) for text in mapping]
    file = AccountsFile(path=str(accounts), mapping=pairs, encoding=encoding, delimiter=delimiter)
    with rejects_into(rejects, err()) as reject:
        taken = put_file(file, seat.desk.setup(), _put(seat, test=test), reject)
    if as_json:
        show_json(taken)
    else:
        _show_taken(taken, test=test)


@app.command("list")
@seated
def list_accounts(
    seat: Seat,
    named: Annotated[str, typer.Argument(metavar="BEGINNING", help="Of its name, or of a domain.")] = "",
    *,
    limit: LimitOption = 100,
    as_json: JsonOption = False,
) -> None:
    """List the companies that are known, by id.

    Example: evenhand account list acme
    """
    rows = accounts_listed(seat.desk, "", named, limit)
    if as_json:
        show_json([_shown(row) for row in rows])
    elif not rows:
        out().print("There is no such account. Put some in: evenhand account import accounts.csv")
    else:
        told = [(row.account, row.name, row.domains, row.owner, row.parent) for row in rows]
        out().print(table(("account", "name", "domains", "owner", "parent"), told))


@app.command("show")
@seated
def show(seat: Seat, account: AccountArgument, *, as_json: JsonOption = False) -> None:
    """Show a company: its domains, who answers for it, and what rules see of it.

    Example: evenhand account show acme
    """
    shown = _shown(found_account(seat.desk, account))
    if as_json:
        show_json(shown)
        return
    console = out()
    console.print(plain(f"{shown.id}: {shown.name}" if shown.name else shown.id, style="bold"))
    said = {"domains": " ".join(shown.domains), OWNER: shown.owner, "parent": shown.parent, **shown.roles}
    for name, value in {**said, **shown.fields, "since": shown.since}.items():
        if value != "":
            console.print(plain(f"{name}: {value}"))


@app.command("set")
@seated
def change(
    seat: Seat,
    account: AccountArgument,
    changes: Annotated[
        list[str], typer.Argument(metavar="KEY=VALUE", help="As the columns of a file: owner=ann; KEY= takes it out.")
    ],
) -> None:
    """Change a company, or put a new one in; what is not named stays.

    Example: evenhand account set acme owner=ann domains=acme.com,acme.de account.industry=retail
    """
    setup = seat.desk.setup()
    cells = {**_cells_of(seat, account), **dict(map(_said, changes)), "id": account}
    wanted = read_account(cells, setup.policy.vocabulary, owners=owners_of(setup.roster))
    row = seat.desk.do(put_account, wanted, actor=seat.actor)
    out().print(plain(f"{row.account} is known: owner {row.owner or 'nobody'}."))


@app.command("drop")
@seated
def drop(seat: Seat, account: AccountArgument) -> None:
    """Know a company no longer; leads that were matched with it stay as they are.

    Example: evenhand account drop acme
    """
    seat.desk.do(drop_account, account, actor=seat.actor)
    out().print(plain(f"{account} is known no longer: no lead is matched with it any more."))


def _put(seat: Seat, *, test: bool) -> Put:
    def put(some: Sequence[Account]) -> Counted:
        ready = call(put_accounts, tuple(some), actor=seat.actor)
        return seat.desk.imagine(ready) if test else seat.desk.run([ready])[0].get()

    return put


def _show_taken(taken: AccountsTaken, *, test: bool) -> None:
    console = out()
    parts = f"{taken.new} new, {taken.changed} changed, {taken.same} the same, {taken.rejected} rejected"
    console.print(plain(f"{one_or(taken.lines, 'line')}: {parts}."))
    if taken.unmapped:
        console.print(plain(f"Columns that fill no field: {', '.join(taken.unmapped)}", style="dim"))
    if taken.dirty:
        dirty = ", ".join(f"{field} {count}" for field, count in taken.dirty.items())
        console.print(plain(f"Values that could not be read, and count as unknown: {dirty}", style="yellow"))
    if test:
        console.print("This was a test: nothing was kept.")


def _cells_of(seat: Seat, account: str) -> dict[str, Raw]:
    """An account as a line of a file; nothing for a new one."""
    try:
        found = account_of(found_account(seat.desk, account))
    except NotFound:
        return {}
    kinds = seat.desk.setup().policy.vocabulary.fields
    cells: dict[str, Raw] = {"name": found.name, "parent": found.parent, "domains": [*found.domains]}
    cells |= {OWNER if role == OWNER else f"role.{role}": rep for role, rep in found.roles.items()}
    for name, value in found.fields.items():
        is_time = isinstance(value, int) and name in kinds and kinds[name].kind == "time"
        cells[name] = say_instant(value) if is_time and isinstance(value, int) else _cell(value)
    return cells


def _cell(value: Value) -> Raw:
    return [*value] if isinstance(value, tuple) else value


def _said(text: str) -> tuple[str, Raw]:
    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        raise BadUsage(Fault(where=text[:80], what="is not KEY=VALUE.", fix="Write owner=ann."))
    return key.strip(), value.strip()


def _shown(row: AccountRow) -> Shown:
    found = account_of(row)
    return Shown(
        id=row.account,
        name=row.name,
        domains=found.domains,
        owner=row.owner,
        parent=row.parent,
        roles={role: rep for role, rep in found.roles.items() if role != OWNER},
        fields=dict(found.fields),
        version=row.version,
        since=say_instant(row.since),
    )
