"""`evenhand person let-go`: somebody leaves for good, and everything of theirs is settled at once."""

from typing import Annotated

import typer

from evenhand.actions.leavers import Gone, Plan, let_go, plan_leaving
from evenhand.cli.asked import JsonOption, PersonArgument, YesOption, confirm
from evenhand.cli.person import app
from evenhand.cli.seat import Seat, seated
from evenhand.cli.show import one_or, out, plain, table
from evenhand.cli.told import show_json


@app.command("let-go")
@seated
def let_go_person(
    seat: Seat,
    rep: PersonArgument,
    *,
    to: Annotated[str, typer.Option(metavar="REP", help="Who gets all their open leads; else each is decided.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what there is to settle.")] = False,
    yes: YesOption = False,
    as_json: JsonOption = False,
) -> None:
    """Let somebody go for good: inactive, out of every pool, their open leads handed on, what they are owed shared out.

    Example: evenhand person let-go ann --dry-run
    """
    if dry_run:
        plan = seat.desk.imagine(lambda work: plan_leaving(work, rep, actor=seat.actor))
        _show_plan(plan, as_json=as_json)
        return
    confirm(f"Let {rep} go for good?", yes=yes)
    _show_gone(rep, seat.desk.do(let_go, rep, to=to, actor=seat.actor), as_json=as_json)


def _show_plan(plan: Plan, *, as_json: bool) -> None:
    if as_json:
        show_json(plan)
        return
    console = out()
    console.print(plain(f"{plan.rep} holds {_numbers(plan.leads)}; may take {_numbers(plan.offers)}."))
    if plan.pools:
        rows = [(share.pool, str(share.weight), f"{share.credit:+.2f}") for share in plan.pools]
        console.print(table(("pool", "weight", "credit"), rows, numbers=(1, 2)))
    _show_named(plan.named)
    console.print(plain(f"Settle it: evenhand person let-go {plan.rep} --yes", style="dim"))


def _show_gone(rep: str, gone: Gone, *, as_json: bool) -> None:
    if as_json:
        show_json(gone)
        return
    out().print(plain(f"{rep} is gone: {_numbers(gone.leads)} handed on, {_numbers(gone.offers)} withdrawn."))
    if gone.left:
        out().print(plain(f"Left {', '.join(gone.left)}."))
    _show_named(gone.named)


def _numbers(leads: tuple[int, ...]) -> str:
    """`2 leads (3, 9)`."""
    named = f" ({', '.join(map(str, leads[:20]))}{' ...' if len(leads) > 20 else ''})" if leads else ""
    return f"{one_or(len(leads), 'lead')}{named}"


def _show_named(named: tuple[str, ...]) -> None:
    for each in named:
        out().print(plain(f"Still named: {each}.", style="yellow"))
