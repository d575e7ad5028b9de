"""`evenhand doctor`: what is wrong with a desk, and how to mend it."""

import os

import typer

from evenhand.app import MAIN, settings_of
from evenhand.app.carrying import mail_trouble
from evenhand.app.desk import advise, diagnose
from evenhand.cli.asked import JsonOption
from evenhand.cli.seat import DatabaseOption, WorkspaceOption
from evenhand.cli.show import FINDINGS, one_or, out, plain
from evenhand.cli.told import show_json
from evenhand.settings import SMTP

app = typer.Typer()


@app.command("doctor")
def doctor(*, database: DatabaseOption = None, workspace: WorkspaceOption = MAIN, as_json: JsonOption = False) -> None:
    """Look whether a desk can do its work: database, secret, clock, disk, workers, promises. Exit code 1 if not.

    Example: evenhand doctor --database desk.db
    """
    settings, smtp = settings_of(database), os.environ.get(SMTP, "")
    found = [*diagnose(settings, workspace), *mail_trouble(smtp)]
    if as_json:
        show_json([{"where": each.where, "what": each.what, "fix": each.fix} for each in found])
    else:
        console = out()
        for each in found:
            console.print(plain(str(each)))
        for hint in advise(settings, workspace, has_mail=bool(smtp)):
            console.print(plain(hint))
        console.print("All is well." if not found else f"{one_or(len(found), 'finding')}.")
    if found:
        raise typer.Exit(FINDINGS)
