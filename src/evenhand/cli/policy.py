"""`evenhand policy`: check it, have it explained, and try it on scenarios."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Final

import msgspec
import typer
from rich.console import Console
from rich.text import Text

from evenhand.actions.texts import check_draft, check_texts
from evenhand.analytics.scenario import Failure, read_scenario, run_scenario
from evenhand.analytics.versions import in_force
from evenhand.app import MAIN, file_spool
from evenhand.cli.asked import JsonOption
from evenhand.cli.seat import DatabaseOption, Seat, WorkspaceOption, seat_at
from evenhand.cli.show import FINDINGS, out, plain
from evenhand.core.model import DAY, Millis
from evenhand.core.policy.check import check as find
from evenhand.core.policy.explain import explain_policy, explain_rule
from evenhand.core.policy.finding import Finding
from evenhand.core.when import read, say
from evenhand.errors import BadPolicy, NotFound
from evenhand.reading.durations import read_instant
from evenhand.reading.setup import Setup, load_setup
from evenhand.reading.toml import read_text

app = typer.Typer(name="policy", help="Check a policy, have it explained, try it on scenarios.", no_args_is_help=True)

PolicyArgument = Annotated[Path | None, typer.Argument(help="The policy, a TOML file; else policy.toml.")]
PolicyOption = Annotated[Path | None, typer.Option("--policy", help="The policy, as other commands name it.")]
TeamOption = Annotated[Path, typer.Option("--team", help="The roster, a TOML file.")]

WEEKS: Final = 4
_COLOURS: Final = {"error": "bold red", "warning": "yellow", "note": "dim"}


@app.command("check")
def check(
    policy: PolicyArgument = None,
    team: TeamOption = Path("team.toml"),
    *,
    policy_option: PolicyOption = None,
    week_of: Annotated[str, typer.Option(help="A date in the first of the four weeks looked at; else today.")] = "",
    draft: Annotated[str, typer.Option(help="A desk's draft instead of a file, beside the desk's own roster.")] = "",
    database: DatabaseOption = None,
    workspace: WorkspaceOption = MAIN,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings count as findings too.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Prove what can be proved about a policy and its roster: exit code 1 if there are errors.

    With --database the roster in force on a desk counts instead of a file.

    Example: evenhand policy check policy.toml --team team.toml
    """
    policy = policy or policy_option or Path("policy.toml")
    where = {"policy": str(policy), "team": str(team)}
    if draft or database is not None:
        where = {"policy": f"draft {draft}" if draft else str(policy), "team": "the team in force"}
        with seat_at(database, workspace, "") as seat:
            findings = _on_desk(seat, draft, policy)
    else:
        setup = load_setup(policy, team)
        start = _monday(read_instant(week_of) if week_of else round(datetime.now(UTC).timestamp() * 1000))
        end = start + WEEKS * 7 * DAY
        duty = setup.calendars.duty(start - DAY, end + DAY)
        findings = find(setup.policy, setup.roster, duty, start=start, end=end)
    if as_json:
        typer.echo(msgspec.json.encode(findings))
    else:
        _show_findings(findings, where)
    counted = ("error", "warning") if strict else ("error",)
    if any(finding.level in counted for finding in findings):
        raise typer.Exit(FINDINGS)


def _on_desk(seat: Seat, draft: str, policy: Path) -> tuple[Finding, ...]:
    """What can be proved about a draft or a file beside the roster in force. Raises BadPolicy with its faults."""
    if draft:
        with seat.desk.store.reading(seat.desk.workspace) as tx:
            found = check_draft(tx, "policy", draft)
    else:
        texts = {**in_force(seat.desk), "policy": read_text(policy, error=BadPolicy)}
        found = check_texts(texts, now=seat.desk.clock())
    if found.faults:
        raise BadPolicy(found.faults)
    return found.findings


def _monday(at: Millis) -> Millis:
    """The Monday of that week, in UTC."""
    day = datetime.fromtimestamp(at / 1000, UTC).date()
    monday = day - timedelta(days=day.weekday())
    return round(datetime(monday.year, monday.month, monday.day, tzinfo=UTC).timestamp()) * 1000


def _show_findings(findings: tuple[Finding, ...], files: Mapping[str, str]) -> None:
    console = out()
    for finding in findings:
        place = files[finding.where] + (f", line {finding.line}" if finding.line else "")
        rule = f"rule {finding.rule}: " if finding.rule else ""
        said = f" {place}: {rule}{finding.cause} {finding.fix}".rstrip()
        console.print(Text.assemble((finding.level, _COLOURS[finding.level]), said, (f" [{finding.code}]", "dim")))
    levels = [str(finding.level) for finding in findings]
    counts = [f"{levels.count(level)} {level}{'' if levels.count(level) == 1 else 's'}" for level in _COLOURS]
    console.print(", ".join(counts))


@app.command("explain")
def explain(
    policy: PolicyArgument = None,
    team: TeamOption = Path("team.toml"),
    *,
    policy_option: PolicyOption = None,
    rule: Annotated[str, typer.Option(help="Explain this rule only, by name or number.")] = "",
    when: Annotated[str, typer.Option(help="Explain this condition instead of the policy's.")] = "",
) -> None:
    """Say in plain English what a policy does.

    Example: evenhand policy explain policy.toml --rule Hot
    """
    policy = policy or policy_option or Path("policy.toml")
    setup = load_setup(policy, team)
    console = out()
    if when:
        console.print(plain(say(read(when, setup.policy.vocabulary))))
    elif rule:
        _explain_one(console, setup, rule)
    else:
        console.print(plain(explain_policy(setup.policy, setup.roster)))


def _explain_one(console: Console, setup: Setup, wanted: str) -> None:
    rules = setup.policy.rules
    for number, rule in enumerate(rules, start=1):
        if wanted in (rule.name, str(number)):
            console.print(plain(explain_rule(rule, setup.policy, setup.roster)))
            return
    raise NotFound(f"There is no rule {wanted!r}. There are: {', '.join(rule.name for rule in rules)}.")


@app.command("test")
def run_tests(
    scenarios: Annotated[list[Path], typer.Argument(help="Scenario files, or folders of them.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Run scenarios: exit code 1 if anything does not come out as one of them expects.

    Example: evenhand policy test scenarios/
    """
    results = {str(path): run_scenario(read_scenario(path), file_spool) for path in _files(scenarios)}
    if as_json:
        typer.echo(msgspec.json.encode(results))
    else:
        _show_results(results)
    if any(results.values()):
        raise typer.Exit(FINDINGS)


def _files(paths: list[Path]) -> list[Path]:
    return [file for path in paths for file in (sorted(path.rglob("*.toml")) if path.is_dir() else [path])]


def _show_results(results: dict[str, tuple[Failure, ...]]) -> None:
    console = out()
    for path, failures in results.items():
        console.print(Text.assemble(("failed " if failures else "passed ", "red" if failures else "green"), path))
        for failure in failures:
            console.print(plain(f"  {failure.lead}: {failure.what}" if failure.lead else f"  {failure.what}"))
    failed = sum(bool(failures) for failures in results.values())
    console.print(f"{len(results) - failed} passed, {failed} failed")
