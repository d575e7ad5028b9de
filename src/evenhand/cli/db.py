"""`evenhand db`: the database of the durable desk, made, checked, backed up and restored."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from evenhand.app import MAIN, settings_of
from evenhand.app.upkeep import Copied, back_up, check_database, make_desk, restore_into
from evenhand.cli.asked import JsonOption
from evenhand.cli.seat import DatabaseOption, WorkspaceOption
from evenhand.cli.show import FINDINGS, err, out, plain, progress, table

app = typer.Typer(
    name="db", help="Make the database of a desk, check it, back it up, restore it.", no_args_is_help=True
)


@app.command("upgrade")
def upgrade(
    database: DatabaseOption = None,
    workspace: WorkspaceOption = MAIN,
    *,
    as_json: JsonOption = False,
) -> None:
    """Make a desk, or bring it up to date: its tables, its secret, its workspace. Nothing that is there is lost.

    Example: evenhand db upgrade --database desk.db
    """
    made = make_desk(settings_of(database), workspace)
    if as_json:
        typer.echo(msgspec.json.encode(made))
        return
    console = out()
    console.print(plain(f"Database: {made.database} ({'brought up to date' if made.new_tables else 'up to date'})"))
    console.print(plain(f"Workspace: {made.workspace}{' (new)' if made.new_workspace else ''}"))
    console.print(plain(f"Secret: {made.secret}{' (new)' if made.new_secret else ''}"))
    keep = "Keep a copy of the secret, apart from the database: without it nobody can read the personal data again."
    console.print(plain(keep, style="bold" if made.new_secret else "dim"))
    if made.new_workspace:
        console.print(plain("\nNext:\n\n    evenhand policy publish policy.toml --team team.toml"))


@app.command("check")
def check(database: DatabaseOption = None, *, as_json: JsonOption = False) -> None:
    """Look whether a database is whole, up to date, and keeps every promise: exit code 1 if not.

    Example: evenhand db check --database desk.db
    """
    faults = check_database(settings_of(database))
    if as_json:
        typer.echo(msgspec.json.encode([str(fault) for fault in faults]))
    else:
        console = out()
        for fault in faults:
            console.print(plain(str(fault)))
        console.print("All is well." if not faults else f"{len(faults)} found.")
    if faults:
        raise typer.Exit(FINDINGS)


@app.command("backup")
def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write; it must not be there yet.")],
    *,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write a whole database into one file, while others go on working. The secret is not in it: keep that elsewhere.

    Example: evenhand db backup desk-2026-11-02.backup
    """
    with progress(err()) as bar:
        task = bar.add_task("Rows", total=None)
        copied = back_up(settings_of(database), file, lambda done, total: bar.update(task, completed=done, total=total))
    _show(copied, f"Written: {file}", as_json=as_json)


@app.command("restore")
def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `evenhand db backup` wrote.")],
    *,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Fill a new database from a backup; one that holds anything is left alone. It needs the secret it was made with.

    Example: evenhand db restore desk-2026-11-02.backup --database restored.db
    """
    with progress(err()) as bar:
        task = bar.add_task("Rows", total=None)
        copied = restore_into(
            settings_of(database), file, lambda done, total: bar.update(task, completed=done, total=total)
        )
    _show(copied, f"Restored: {file}", as_json=as_json)
    if not copied.opens and not as_json:
        where = settings_of(database).secret_file
        out().print(
            plain(f"Now put the secret that belongs to it here: {where}, or set EVENHAND_SECRET.", style="bold")
        )


def _show(copied: Copied, title: str, *, as_json: bool) -> None:
    if as_json:
        typer.echo(msgspec.json.encode(copied))
        return
    console = out()
    taken = datetime.fromtimestamp(copied.when // 1000, UTC).isoformat().replace("+00:00", "Z")
    console.print(plain(f"{title} (as of {taken})"))
    rows = [(name, str(count)) for name, count in copied.rows.items() if count]
    if rows:
        console.print(table(("table", "rows"), rows, numbers=(1,)))
