"""`evenhand replay`: decide again from the records, and compare."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from evenhand.analytics.replay import Difference, Replay
from evenhand.app import sorter
from evenhand.cli.show import FINDINGS, err, out, plain, progress
from evenhand.core.view import encode
from evenhand.reading.decisions import flat, read_view, read_views
from evenhand.reading.setup import load_setup
from evenhand.version import __version__

MOST_SHOWN = 50


def replay(
    decisions: Annotated[Path, typer.Argument(help="The file that `evenhand route --out` wrote.")],
    policy: Annotated[
        Path | None, typer.Option(help="The policy that the decisions name; else policy.toml, here or beside them.")
    ] = None,
    team: Annotated[
        Path | None, typer.Option(help="The roster that the decisions name; else team.toml, here or beside them.")
    ] = None,
    *,
    chain: Annotated[str, typer.Option(help="The last link, as `evenhand route` printed it.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Decide every lead again from its record; exit code 1 if anything comes out differently or is missing."""
    setup = load_setup(policy or _near(decisions, "policy.toml"), team or _near(decisions, "team.toml"))
    checking = Replay(setup.policy, setup.roster, engine=__version__)
    differences = _differences(decisions, checking)
    if chain and chain != checking.chain:
        what = f"the chain ends in {checking.chain or 'nothing'}, not in {chain}"
        differences.append(Difference(seq=checking.decisions, lead="", what=what))
    if as_json:
        found = {"decisions": checking.decisions, "chain": checking.chain, "differences": differences}
        typer.echo(msgspec.json.encode(found))
    else:
        _show(checking, differences)
    if differences:
        raise typer.Exit(FINDINGS)


def _near(decisions: Path, name: str) -> Path:
    """The file of that name beside the decisions if there is one, else in the current folder."""
    beside = decisions.with_name(name)
    return beside if beside.is_file() else Path(name)


def _differences(decisions: Path, checking: Replay) -> list[Difference]:
    found: list[Difference] = []
    with sorter() as lines, progress(err()) as bar:
        task = bar.add_task("Reading", total=None)
        for _, final in read_views(decisions):
            lines.add((view.seq, encode(view)) for view in flat([final]))
            bar.advance(task)
        task = bar.add_task("Deciding again", total=None)
        for seq, line in lines.in_order():
            found += checking.check(read_view(line, decisions, seq))
            bar.advance(task)
    return found


def _show(checking: Replay, differences: list[Difference]) -> None:
    console = out()
    for difference in differences[:MOST_SHOWN]:
        console.print(plain(f"decision {difference.seq}, lead {difference.lead}: {difference.what}"))
    if len(differences) > MOST_SHOWN:
        console.print(f"... and {len(differences) - MOST_SHOWN} more")
    verdict = f"{len(differences)} differences" if differences else "all the same, ledgers included"
    console.print(f"{checking.decisions} decisions decided again: {verdict}.")
