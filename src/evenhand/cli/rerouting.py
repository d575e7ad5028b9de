"""`evenhand policy re-route`: leads that an earlier policy has decided are decided anew."""

from typing import Annotated

import typer

from evenhand.actions.rerouting import Rerouted, preview, reroute_all
from evenhand.analytics.versions import version
from evenhand.cli.asked import JsonOption
from evenhand.cli.policy import app
from evenhand.cli.seat import Seat, seated
from evenhand.cli.show import FINDINGS, err, one_or, out, plain, progress, table
from evenhand.cli.told import show_json


@app.command("re-route")
@seated
def reroute_policy(
    seat: Seat,
    number: Annotated[int, typer.Argument(metavar="VERSION", help="The policy that had decided them.")],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would move.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Decide anew every open lead that an earlier policy had decided and nobody has answered; exit code 1 if any fails.

    It may be interrupted, and begun again. Leads that were untouched are refunded first, so that nobody pays twice.

    Example: evenhand policy re-route 3 --dry-run
    """
    digest = version(seat.desk, "policy", number)[0].digest
    if dry_run:
        found = preview(seat.desk, policy=digest, actor=seat.actor)
    else:
        with progress(err()) as bar:
            task = bar.add_task("Leads", total=None)
            found = reroute_all(
                seat.desk, policy=digest, actor=seat.actor, progress=lambda more: bar.advance(task, more)
            )
    if as_json:
        show_json(found)
    else:
        _show(found, would=dry_run)
    if found.failed:
        raise typer.Exit(FINDINGS)


def _show(found: Rerouted, *, would: bool) -> None:
    console = out()
    if found.moved:
        rows = [(str(m.lead), _place(m.was, m.holder), _place(m.now, m.rep)) for m in found.moved]
        console.print(table(("lead", "was", "would be" if would else "is"), rows, numbers=(0,)))
    for lead, why in found.failed:
        console.print(plain(f"lead {lead}: {why}", style="yellow"))
    verb = "would move" if would else "moved"
    rest = f"{found.stayed} stay, {found.skipped} skipped, {len(found.failed)} failed"
    console.print(plain(f"{one_or(len(found.moved), 'lead')} {verb}, {rest}."))


def _place(state: str, rep: str | None) -> str:
    return f"{state} {rep}" if rep else state
