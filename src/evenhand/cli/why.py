"""`evenhand why`: one decision, as a person would tell it."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.text import Text

from evenhand.actions.explaining import Answer, find_decision, why_rep
from evenhand.cli.show import out, plain, table
from evenhand.core.tell import say_leads
from evenhand.core.view import Candidate, View, encode
from evenhand.reading.decisions import units


def why(
    lead: Annotated[str, typer.Argument(help="The lead's id.")],
    decisions: Annotated[Path, typer.Option(help="The file that `evenhand route --out` wrote.")],
    *,
    rep: Annotated[str, typer.Option(help="Answer for this person: why, or why not.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say why a lead went where it went, and why not to somebody else."""
    found = find_decision(decisions, lead)
    answer = why_rep(found, rep) if rep else None
    if as_json:
        typer.echo(encode(found) if answer is None else msgspec.json.encode(answer))
        return
    console = out()
    if answer is None:
        show_decision(console, found)
    else:
        _show_answer(console, found, answer)


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
