"""`evenhand why`: one decision, as a person would tell it."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.text import Text

from evenhand.actions.explaining import Answer, find_decision, why_rep
from evenhand.analytics.dossier import decided
from evenhand.app import MAIN
from evenhand.cli.asked import JsonOption
from evenhand.cli.seat import DatabaseOption, WorkspaceOption, seat_at
from evenhand.cli.show import out, plain, table
from evenhand.core.tell import say_leads
from evenhand.core.view import Candidate, View, encode
from evenhand.errors import BadUsage, Fault
from evenhand.reading.decisions import units

app = typer.Typer()


@app.command("why")
def why(
    lead: Annotated[str, typer.Argument(help="The lead's id in a file, its number on a desk.")],
    decisions: Annotated[Path | None, typer.Option(help="The file that `evenhand route --out` wrote.")] = None,
    *,
    database: DatabaseOption = None,
    workspace: WorkspaceOption = MAIN,
    rep: Annotated[str, typer.Option(help="Answer for this person: why, or why not.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Say why a lead went where it went, and why not to somebody else: from a file of decisions, or from a desk.

    Example: evenhand why 12 --rep bob --database desk.db
    """
    found = _found(lead, decisions, database, workspace)
    answer = why_rep(found, rep) if rep else None
    if as_json:
        typer.echo(encode(found) if answer is None else msgspec.json.encode(answer))
        return
    console = out()
    if answer is None:
        show_decision(console, found)
    else:
        _show_answer(console, found, answer)


def _found(lead: str, decisions: Path | None, database: str | None, workspace: str) -> View:
    """The decision, from the file if one was given, else from the desk. Raises BadUsage, NotFound."""
    if decisions is not None and database is not None:
        fix = "Give --decisions for a file, --database for a desk."
        raise BadUsage(Fault(where="--decisions", what="a file and a desk were given.", fix=fix))
    if decisions is not None:
        return find_decision(decisions, lead)
    if not lead.isdecimal():
        fix = "Give a number, or --decisions with the file that evenhand route --out wrote."
        raise BadUsage(Fault(where="LEAD", what=f"{lead!r} is no number of a lead.", fix=fix))
    with seat_at(database, workspace, "") as seat:
        return decided(seat.desk, int(lead))


def show_decision(console: Console, view: View) -> None:
    """Print a decision with its candidates and its history."""
    console.print(Text.assemble(("Lead ", "dim"), plain(view.lead), (f" · {view.at} · {view.outcome}", "dim")))
    console.print(plain(view.because))
    for line in _circumstances(view):
        console.print(plain(line, style="dim"))
    for earlier in view.tried:
        console.print(plain(f"\nTried first: rule {earlier.rule}, tier {earlier.tier}"))
        console.print(_candidates(earlier.candidates))
    if view.candidates:
        console.print()
        console.print(_candidates(view.candidates))
    for unknown in view.unknown:
        console.print(plain(f"Rule {unknown.rule} did not match: {unknown.why}.", style="dim"))
    if view.history:
        console.print(plain("\nBefore that", style="bold"))
        for past in view.history:
            console.print(plain(f"{past.at} · {past.outcome} · {past.because}"))


def _circumstances(view: View) -> list[str]:
    lines = []
    if view.rule:
        parts = [f"rule {view.rule}", f"tier {view.tier}" if view.tier else "", view.how or ""]
        parts.append(f"pool {view.pool}" if view.pool and not view.pool.startswith("rule ") else "")
        parts.append(f"answer by {view.due}" if view.due and view.outcome == "assigned" else "")
        lines.append(" · ".join(part for part in parts if part))
    known = [
        f"{name} {amount}" for name, amount in (("score", view.score), ("value", view.value)) if amount is not None
    ]
    if known:
        lines.append(" · ".join(known))
    return lines


def _candidates(candidates: tuple[Candidate, ...]) -> object:
    rows = [
        (
            candidate.rep,
            candidate.code or candidate.verdict,
            "" if candidate.credit is None else say_leads(units(candidate.credit)),
            "" if candidate.share is None else f"{candidate.share:.3f}",
            "" if candidate.open is None else str(candidate.open),
            candidate.why,
        )
        for candidate in candidates
    ]
    return table(("rep", "verdict", "credit", "share", "open", "why"), rows, numbers=(2, 3, 4))


def _show_answer(console: Console, view: View, answer: Answer) -> None:
    console.print(Text.assemble((answer.rep, "bold"), f" · {answer.verdict} · lead {view.lead} at {view.at}"))
    console.print(plain(f"{answer.rep}: {answer.why}." if not answer.why.endswith(".") else answer.why))
    if answer.change:
        console.print(plain(f"For {answer.rep} to get it: {'; '.join(answer.change)}."))
    if answer.verdict != "chosen":
        console.print(plain(f"It went here instead: {view.because}", style="dim"))
