"""`evenhand pool`: whose turn it is, what everybody is owed; pause a pool, put its books right."""

from pathlib import Path
from typing import Annotated

import typer

from evenhand.actions.disputes import correct
from evenhand.actions.presence import pause, resume
from evenhand.actions.roster import add_pool, edit_pool, remove_pool
from evenhand.actions.upcoming import ledger_after, next_in_pool
from evenhand.analytics.floor import PoolNow, ledger_now, pool_now, pools
from evenhand.app import MAIN
from evenhand.cli.asked import ChangesArgument, JsonOption, PersonArgument, PoolArgument, changes_of, decimal_of, given
from evenhand.cli.published import show_published
from evenhand.cli.seat import DatabaseOption, Seat, WorkspaceOption, seat_at, seated
from evenhand.cli.show import out, plain, table
from evenhand.cli.told import show_json
from evenhand.core.ledger import Ledger
from evenhand.core.model import Roster
from evenhand.core.tell import say_leads
from evenhand.errors import BadUsage, Fault
from evenhand.reading.setup import load_setup

app = typer.Typer(name="pool", help="Pools: whose turn it is, and what everybody is owed.", no_args_is_help=True)


@app.command("next")
def next_turns(
    pool: PoolArgument,
    policy: Annotated[Path, typer.Option(help="The policy, a TOML file.")] = Path("policy.toml"),
    team: Annotated[Path, typer.Option(help="The roster, a TOML file.")] = Path("team.toml"),
    decisions: Annotated[Path | None, typer.Option(help="Go on from these decisions; else from the start.")] = None,
    *,
    database: DatabaseOption = None,
    workspace: WorkspaceOption = MAIN,
    count: Annotated[int, typer.Option("-n", "--count", min=1, max=10_000, help="How many leads ahead.")] = 10,
    as_json: JsonOption = False,
) -> None:
    """Show the order in which the next leads of a pool would go, if everybody stays and is there.

    With --database from the credits of a desk, else from files.

    Example: evenhand pool next field --database desk.db
    """
    if database is not None and decisions is not None:
        fix = "Give --decisions for a file, --database for a desk."
        raise BadUsage(Fault(where="--decisions", what="a file and a desk were given.", fix=fix))
    if database is not None:
        with seat_at(database, workspace, "") as seat:
            roster, ledger = seat.desk.setup().roster, ledger_now(seat.desk, pool)
    else:
        setup = load_setup(policy, team)
        roster, ledger = setup.roster, ledger_after(decisions, pool, setup)
    _show_next(roster, ledger, next_in_pool(roster, pool, ledger, count), as_json=as_json)


def _show_next(roster: Roster, ledger: Ledger, coming: tuple[str, ...], *, as_json: bool) -> None:
    if as_json:
        show_json({"pool": ledger.pool, "next": coming, "credits": ledger.credits})
        return
    console = out()
    console.print(plain(f"Next in pool {ledger.pool}: {', '.join(coming) or 'nobody: no member has a weight above 0'}"))
    members = roster.pools[ledger.pool].weights
    rows = [(rep, str(weight), say_leads(ledger.credits.get(rep, 0))) for rep, weight in members.items()]
    console.print()
    console.print(table(("rep", "weight", "credit"), rows, numbers=(1, 2)))


@app.command("list")
@seated
def list_pools(seat: Seat, *, as_json: JsonOption = False) -> None:
    """List the pools of a desk, with who could take a lead now.

    Example: evenhand pool list
    """
    found = pools(seat.desk)
    if as_json:
        show_json(found)
    elif not found:
        out().print("There are no pools. Name one in the team: [[pool]]; then evenhand team publish team.toml")
    else:
        rows = [(p.pool, p.manager, "paused" if p.paused else "open", str(len(p.members)), _there(p)) for p in found]
        out().print(table(("pool", "manager", "is", "members", "on duty"), rows, numbers=(3,)))


def _there(pool: PoolNow) -> str:
    return ", ".join(member.rep for member in pool.members if member.weight and member.standing == "on duty")


@app.command("show")
@seated
def show_pool(seat: Seat, pool: PoolArgument, *, as_json: JsonOption = False) -> None:
    """Show a pool of a desk: every member with their weight and what they are owed.

    Example: evenhand pool show field
    """
    found = pool_now(seat.desk, pool)
    if as_json:
        show_json(found)
        return
    console = out()
    about = [f"managed by {found.manager}" if found.manager else "", "paused" if found.paused else ""]
    console.print(plain(" · ".join(part for part in (f"Pool {found.pool}", *about) if part), style="bold"))
    rows = [(m.rep, str(m.weight), say_leads(m.credit), str(m.open), m.standing) for m in found.members]
    console.print(table(("rep", "weight", "credit", "open", "now"), rows, numbers=(1, 2, 3)))


@app.command("pause")
@seated
def pause_pool(seat: Seat, pool: PoolArgument) -> None:
    """Hand out nothing in a pool by itself; by hand still.

    Example: evenhand pool pause field
    """
    changed = seat.desk.do(pause, subject=f"pool {pool}", actor=seat.actor)
    out().print(plain(f"Pool {pool} is paused." if changed else f"Pool {pool} was paused before."))


@app.command("resume")
@seated
def resume_pool(seat: Seat, pool: PoolArgument) -> None:
    """Let a paused pool go on: what waited for it is handed out, hottest first.

    Example: evenhand pool resume field
    """
    changed = seat.desk.do(resume, subject=f"pool {pool}", actor=seat.actor)
    out().print(plain(f"Pool {pool} goes on." if changed else f"Pool {pool} was not paused."))


@app.command("correct")
@seated
def correct_pool(
    seat: Seat,
    pool: PoolArgument,
    rep: PersonArgument,
    leads: Annotated[str, typer.Argument(metavar="LEADS", help="How many more they are owed: 1, 0.5, or -- -1.")],
    *,
    why: Annotated[str, typer.Option(help="Why, in a sentence; it stays for ever, so nothing about a lead.")],
) -> None:
    """Owe a member of a pool so many leads more, or fewer; the others bear it by weight.

    Example: evenhand pool correct field ann 1 --why "two leads were lost in the move"
    """
    owed = decimal_of("LEADS", leads)
    number = seat.desk.do(correct, pool=pool, rep=rep, leads=owed, why=why, actor=seat.actor)
    out().print(plain(f"Entry {number}: pool {pool} owes {rep} {owed:+} leads."))


@app.command("set")
@seated
def set_pool(
    seat: Seat,
    pool: PoolArgument,
    changes: ChangesArgument,
    *,
    new: Annotated[bool, typer.Option("--new", help="A pool that is not in the roster yet.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Change what the roster says of a pool; KEY= takes it out. The text keeps its comments, as a new version.

    A member with a weight of 0 gets nothing and keeps what they are owed; one who is taken out gives it to the others.

    Example: evenhand pool set field members.ann=2 members.bob= max_ahead=3
    """
    said = changes_of(changes)
    if new:
        answer = seat.desk.do(add_pool, {"name": pool, **given(said)}, actor=seat.actor)
    else:
        answer = seat.desk.do(edit_pool, pool, said, actor=seat.actor)
    show_published(answer, as_json=as_json)


@app.command("remove")
@seated
def remove(seat: Seat, pool: PoolArgument, *, as_json: JsonOption = False) -> None:
    """Take a pool out of the roster that no rule names. What it owes is kept, if it comes back.

    Example: evenhand pool remove summer
    """
    show_published(seat.desk.do(remove_pool, pool, actor=seat.actor), as_json=as_json)
