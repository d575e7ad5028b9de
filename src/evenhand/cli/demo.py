"""`evenhand init` and `evenhand demo-data`: something to start from, and something to play with."""

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from evenhand.cli.show import err, out, progress
from evenhand.demo import company, starter
from evenhand.demo.starter import refuse_existing

app = typer.Typer()


@app.command("init")
def init(
    directory: Annotated[Path, typer.Argument(metavar="[DIR]", help="The folder to write into.")] = Path(),
) -> None:
    """Write a small policy, a roster of three people and ten leads to start from.

    Example: evenhand init first
    """
    _tell(directory, starter.starter(directory))


@app.command("demo-data")
def demo_data(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to write into.")],
    *,
    leads: Annotated[int, typer.Option(min=1, max=100_000_000, help="How many leads.")] = company.LEADS,
    seed: Annotated[int, typer.Option(help="The same seed gives the same files.")] = company.SEED,
    force: Annotated[bool, typer.Option("--force", help="Overwrite files that are there.")] = False,
) -> None:
    """Write a made-up company: forty people, a policy, 300 accounts and a quarter of leads.

    Example: evenhand demo-data demo --leads 2000 --seed 7
    """
    if not force:
        refuse_existing(directory, company.FILES, fix="Name another folder, or say --force.")
    with progress(err()) as bar:
        task = bar.add_task("leads", total=leads)
        paths = company.demo_data(directory, leads=leads, seed=seed, tell=lambda more: bar.advance(task, more))
    _tell(directory, paths)


def _tell(directory: Path, paths: Sequence[Path]) -> None:
    console = out()
    for path in paths:
        console.print(f"wrote {path}", markup=False)
    accounts = " --accounts accounts.csv" if "accounts.csv" in {path.name for path in paths} else ""
    console.print("\nNext:\n", markup=False)
    if directory != Path():
        console.print(f"    cd {shlex.quote(str(directory))}", markup=False)
    command = "evenhand route leads.csv --policy policy.toml --team team.toml"
    console.print(f"    {command}{accounts} --out decisions.jsonl", markup=False)
