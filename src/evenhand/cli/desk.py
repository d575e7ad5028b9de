"""`evenhand desk`: the whole desk at a glance, paused and resumed."""

import typer
from rich.console import Console

from evenhand.actions.presence import EVERYTHING, pause, resume
from evenhand.analytics.floor import Floor, floor
from evenhand.cli.asked import JsonOption
from evenhand.cli.seat import Seat, seated
from evenhand.cli.show import moment, one_or, out, plain, table
from evenhand.cli.told import show_json

app = typer.Typer(name="desk", help="The whole desk: how it stands; pause it, let it go on.", no_args_is_help=True)


@app.command("status")
@seated
def status(seat: Seat, *, as_json: JsonOption = False) -> None:
    """Show how the desk stands: leads by state, who is away, what is paused, messages, broken promises.

    Example: evenhand desk status
    """
    found = floor(seat.desk)
    if as_json:
        show_json(found)
        return
    console = out()
    if not found.policy:
        console.print(
            plain("There is no policy yet. Publish one: evenhand policy publish policy.toml --team team.toml")
        )
        return
    _show_leads(console, found)
    _show_presences(console, found)
    _show_troubles(console, found)


def _show_leads(console: Console, found: Floor) -> None:
    console.print(plain(f"{moment(found.now)} · {one_or(found.decisions, 'decision')}", style="dim"))
    if not found.leads:
        console.print(plain("No leads yet. Take some in: evenhand receive leads.csv"))
        return
    console.print(table(("state", "leads"), [(state, str(n)) for state, n in found.leads.items()], numbers=(1,)))
    if found.oldest is not None:
        console.print(plain(f"The oldest of the waiting came in {moment(found.oldest)}."))


def _show_presences(console: Console, found: Floor) -> None:
    if found.presences:
        rows = [(row.subject, row.kind.replace("_", " "), moment(row.since), row.actor) for row in found.presences]
        console.print()
        console.print(table(("who", "is", "since", "by"), rows))


def _show_troubles(console: Console, found: Floor) -> None:
    console.print()
    console.print(plain(f"Messages: {found.unsent} to be sent, {found.dead} given up."))
    if found.overdue is not None:
        late = f"A timer should have rung at {moment(found.overdue)}: is a worker running? evenhand doctor"
        console.print(plain(late, style="yellow"))
    for each in found.findings:
        said = f"{each.promise} {each.subject}: not so since {moment(each.found)}: {each.what}"
        console.print(plain(said, style="bold red"))


@app.command("pause")
@seated
def pause_everything(seat: Seat) -> None:
    """Hand out nothing to anybody by itself, until it is resumed. Leads still come in, and wait.

    Example: evenhand desk pause
    """
    changed = seat.desk.do(pause, subject=EVERYTHING, actor=seat.actor)
    out().print("Everything is paused." if changed else "Everything was paused before.")


@app.command("resume")
@seated
def resume_everything(seat: Seat) -> None:
    """Let the whole desk go on: what waited is handed out, hottest first.

    Example: evenhand desk resume
    """
    changed = seat.desk.do(resume, subject=EVERYTHING, actor=seat.actor)
    out().print("Everything goes on." if changed else "Nothing was paused as a whole.")
