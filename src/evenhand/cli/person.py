"""`evenhand person`: who is there, what they hold, and what the desk is to know of them."""

from typing import Annotated

import typer

from evenhand.actions.presence import away, back, last_one, pause, resume
from evenhand.actions.roster import Away, add_leave, add_person, drop_leave, edit_person, remove_person
from evenhand.analytics.floor import Inbox, inbox, people
from evenhand.cli.asked import ChangesArgument, JsonOption, PersonArgument, changes_of, given
from evenhand.cli.lead import show_rows
from evenhand.cli.published import show_published
from evenhand.cli.seat import Seat, seated
from evenhand.cli.show import moment, out, plain, table
from evenhand.cli.told import show_json

app = typer.Typer(name="person", help="The people of a desk: who is there, and what they hold.", no_args_is_help=True)


@app.command("list")
@seated
def list_people(seat: Seat, *, as_json: JsonOption = False) -> None:
    """List everybody, with whether they get leads now and how many they hold.

    Example: evenhand person list
    """
    found = people(seat.desk)
    if as_json:
        show_json(found)
    elif not found:
        out().print("Nobody yet. Publish a team: evenhand policy publish policy.toml --team team.toml")
    else:
        columns = ("rep", "name", "team", "now", "open", "of", "last lead", "pools")
        rows = [
            (p.rep, p.name, p.team, p.standing, str(p.open), str(p.cap or ""), moment(p.last), ", ".join(p.pools))
            for p in found
        ]
        out().print(table(columns, rows, numbers=(4, 5)))


@app.command("inbox")
@seated
def show_inbox(seat: Seat, rep: PersonArgument, *, as_json: JsonOption = False) -> None:
    """Show what somebody has to do: the leads that they hold, by due time, and those that they may take.

    Example: evenhand person inbox ann
    """
    found = inbox(seat.desk, rep)
    if as_json:
        show_json(found)
    else:
        _show_inbox(found)


def _show_inbox(found: Inbox) -> None:
    console = out()
    if found.held:
        show_rows(console, found.held)
    else:
        console.print(plain(f"{found.rep} holds no open lead."))
    if found.offered:
        console.print(plain(f"\nMay take: evenhand lead claim LEAD --rep {found.rep}", style="bold"))
        rows = [(str(each.lead), f"{-each.rank / 100:g}", moment(each.expires)) for each in found.offered]
        console.print(table(("lead", "score", "until"), rows, numbers=(0, 1)))


@app.command("away")
@seated
def set_away(seat: Seat, rep: PersonArgument) -> None:
    """Set somebody away: they get no more leads until they are back. Their turn in line is kept.

    Example: evenhand person away ann
    """
    changed = seat.desk.do(away, rep=rep, actor=seat.actor)
    out().print(plain(f"{rep} is away." if changed else f"{rep} was away before."))


@app.command("back")
@seated
def set_back(seat: Seat, rep: PersonArgument) -> None:
    """Somebody is back: what waited for them is handed out at once.

    Example: evenhand person back ann
    """
    changed = seat.desk.do(back, rep=rep, actor=seat.actor)
    out().print(plain(f"{rep} is back." if changed else f"{rep} was not away."))


@app.command("last")
@seated
def set_last(seat: Seat, rep: PersonArgument) -> None:
    """Give somebody one more lead, and set them away with it.

    Example: evenhand person last ann
    """
    changed = seat.desk.do(last_one, rep=rep, actor=seat.actor)
    out().print(plain(f"{rep} is away after the next lead." if changed else f"{rep} was on their last lead before."))


@app.command("pause")
@seated
def pause_person(seat: Seat, rep: PersonArgument) -> None:
    """Hand out nothing to somebody by itself; by hand still.

    Example: evenhand person pause ann
    """
    changed = seat.desk.do(pause, subject=f"rep {rep}", actor=seat.actor)
    out().print(plain(f"{rep} is paused." if changed else f"{rep} was paused before."))


@app.command("resume")
@seated
def resume_person(seat: Seat, rep: PersonArgument) -> None:
    """Let somebody who was paused get leads again.

    Example: evenhand person resume ann
    """
    changed = seat.desk.do(resume, subject=f"rep {rep}", actor=seat.actor)
    out().print(plain(f"{rep} goes on." if changed else f"{rep} was not paused."))


@app.command("set")
@seated
def set_person(
    seat: Seat,
    rep: PersonArgument,
    changes: ChangesArgument,
    *,
    new: Annotated[bool, typer.Option("--new", help="Somebody who is not in the roster yet.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Change what the roster says of somebody; KEY= takes it out. The text keeps its comments, as a new version.

    Example: evenhand person set ann caps.open=5 skills.fintech=4 'languages=["de", "en"]'
    """
    said = changes_of(changes)
    if new:
        answer = seat.desk.do(add_person, {"id": rep, **given(said)}, actor=seat.actor)
    else:
        answer = seat.desk.do(edit_person, rep, said, actor=seat.actor)
    show_published(answer, as_json=as_json)


@app.command("remove")
@seated
def remove(seat: Seat, rep: PersonArgument, *, as_json: JsonOption = False) -> None:
    """Take somebody out of the roster and its pools who holds no lead; one who leaves is better let go.

    Example: evenhand person remove dan
    """
    show_published(seat.desk.do(remove_person, rep, actor=seat.actor), as_json=as_json)


@app.command("leave")
@seated
def set_leave(
    seat: Seat,
    rep: PersonArgument,
    start: Annotated[str, typer.Argument(metavar="FROM", help="The first day: 2026-12-21.")],
    end: Annotated[str, typer.Argument(metavar="[TO]", help="The last day.")] = "",
    *,
    deputy: Annotated[str, typer.Option(metavar="REP", help="Who stands in for their own accounts.")] = "",
    drop: Annotated[bool, typer.Option("--drop", help="The leave that begins on that day is off.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Put somebody on leave, both days included, or call it off. Whoever is away earns no turns and owes none.

    Example: evenhand person leave ann 2026-12-21 2027-01-03 --deputy bob
    """
    if drop:
        answer = seat.desk.do(drop_leave, rep, start=start, actor=seat.actor)
    else:
        answer = seat.desk.do(add_leave, rep, Away(start=start, end=end or start, deputy=deputy), actor=seat.actor)
    show_published(answer, as_json=as_json)
