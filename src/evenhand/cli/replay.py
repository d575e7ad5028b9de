"""`evenhand replay`: decide again from the records, and compare."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from evenhand.analytics.proof import Report, prove
from evenhand.analytics.replay import Difference, Replay
from evenhand.app import MAIN, sorter
from evenhand.cli.asked import JsonOption
from evenhand.cli.seat import DatabaseOption, WorkspaceOption, seat_at
from evenhand.cli.show import FINDINGS, err, one_or, out, plain, progress
from evenhand.cli.told import show_json
from evenhand.core.view import encode
from evenhand.errors import BadUsage, Fault
from evenhand.reading.decisions import flat, read_view, read_views
from evenhand.reading.setup import load_setup
from evenhand.version import __version__

MOST_SHOWN = 50


app = typer.Typer()


@app.command("replay")
def replay(
    decisions: Annotated[
        Path | None, typer.Argument(help="The file that `evenhand route --out` wrote; else a desk.")
    ] = None,
    policy: Annotated[
        Path | None, typer.Option(help="The policy that the decisions name; else policy.toml, here or beside them.")
    ] = None,
    team: Annotated[
        Path | None, typer.Option(help="The roster that the decisions name; else team.toml, here or beside them.")
    ] = None,
    *,
    database: DatabaseOption = None,
    workspace: WorkspaceOption = MAIN,
    chain: Annotated[str, typer.Option(help="The last link, as `evenhand route` printed it.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Decide every lead again from its record; exit code 1 if anything comes out differently or is missing.

    Of a desk everything is proved: decisions under the texts that they name, entries, ledgers, the chain of events.

    Example: evenhand replay --database desk.db
    """
    if decisions is None:
        prove_desk(database, workspace, as_json=as_json)
        return
    if database is not None:
        raise BadUsage(Fault(where="--database", what="a file and a desk were given.", fix="Give one of them."))
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


def prove_desk(database: str | None, workspace: str, *, as_json: bool) -> None:
    """Prove everything that a desk keeps."""
    with seat_at(database, workspace, "") as seat, progress(err()) as bar:
        task = bar.add_task("Deciding again", total=None)
        report = prove(seat.desk, progress=lambda done, total: bar.update(task, completed=done, total=total))
    if as_json:
        show_json(report)
    else:
        _show_report(report)
    if not report.is_proved:
        raise typer.Exit(FINDINGS)


def _show_report(report: Report) -> None:
    console = out()
    for each in report.found[:MOST_SHOWN]:
        console.print(plain(f"{each.where}: {each.what}"))
    if report.differences > MOST_SHOWN:
        console.print(f"... and {report.differences - MOST_SHOWN} more")
    counted = f"{one_or(report.decisions, 'decision')}, {one_or(report.entries, 'entry', 'entries')}"
    verdict = "all the same, ledgers and chain included" if report.is_proved else f"{report.differences} differences"
    console.print(f"{counted}, {one_or(report.events, 'event')} of {one_or(report.leads, 'lead')}: {verdict}.")


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
