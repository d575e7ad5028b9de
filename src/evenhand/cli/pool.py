"""`evenhand pool`: questions about pools."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from evenhand.actions.upcoming import ledger_after, next_in_pool
from evenhand.cli.show import out, plain, table
from evenhand.core.tell import say_leads
from evenhand.reading.setup import load_setup

app = typer.Typer(help="Questions about pools: whose turn it is.", no_args_is_help=True)


@app.callback()
def _pool() -> None:
    """Questions about pools: whose turn it is."""


@app.command("next")
def next_turns(
    pool: Annotated[str, typer.Argument(help="The pool's name.")],
    policy: Annotated[Path, typer.Option(help="The policy, a TOML file.")] = Path("policy.toml"),
    team: Annotated[Path, typer.Option(help="The roster, a TOML file.")] = Path("team.toml"),
    decisions: Annotated[Path | None, typer.Option(help="Go on from these decisions; else from the start.")] = None,
    *,
    count: Annotated[int, typer.Option("-n", "--count", min=1, max=10_000, help="How many leads ahead.")] = 10,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show the order in which the next leads of a pool would go, if everybody stays and is there."""
    setup = load_setup(policy, team)
    ledger = ledger_after(decisions, pool, setup)
    coming = next_in_pool(setup.roster, pool, ledger, count)
    if as_json:
        typer.echo(msgspec.json.encode({"pool": pool, "next": coming, "credits": ledger.credits}))
        return
    console = out()
    console.print(plain(f"Next in pool {pool}: {', '.join(coming) or 'nobody: no member has a weight above 0'}"))
    members = setup.roster.pools[pool].weights
    rows = [(rep, str(weight), say_leads(ledger.credits.get(rep, 0))) for rep, weight in members.items()]
    console.print()
    console.print(table(("rep", "weight", "credit"), rows, numbers=(1, 2)))
