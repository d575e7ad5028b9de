"""`evenhand policy publish ...` and `evenhand team ...`: which policy and which roster are in force on a desk."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from msgspec import Struct

from evenhand.actions.texts import Draft, draft, drop_draft, publish, publish_draft, rollback
from evenhand.analytics.versions import drafts, in_force, version, versions
from evenhand.cli.asked import JsonOption
from evenhand.cli.policy import app as policy_app
from evenhand.cli.published import show_published
from evenhand.cli.seat import Seat, seated
from evenhand.cli.show import moment, out, plain, table
from evenhand.cli.told import show_json
from evenhand.errors import BadPolicy, BadUsage, Fault
from evenhand.ports.rows import DraftRow, TextKind
from evenhand.reading.one_text import RosterText, read_roster_text
from evenhand.reading.setup import read_setup
from evenhand.reading.toml import read_text

app = typer.Typer(name="team", help="Which people, teams and pools are in force on a desk.", no_args_is_help=True)

NoteOption = Annotated[str, typer.Option(help="What changed and why, for the history.")]
VersionArgument = Annotated[int, typer.Argument(metavar="VERSION", help="The number that the history shows.")]
MaybeVersion = Annotated[int | None, typer.Argument(metavar="[VERSION]", help="Its number; else the one in force.")]
DraftArgument = Annotated[str, typer.Argument(metavar="NAME", help="The draft's name.")]


@policy_app.command("publish")
@seated
def publish_policy(
    seat: Seat,
    policy: Annotated[Path | None, typer.Argument(metavar="[POLICY]", help="The policy, a TOML file.")] = None,
    *,
    team: Annotated[Path | None, typer.Option(help="The roster, a TOML file, to come into force with it.")] = None,
    name: Annotated[str, typer.Option("--draft", help="Publish this draft instead of a file.")] = "",
    note: NoteOption = "",
    as_json: JsonOption = False,
) -> None:
    """Put a policy in force, and a roster with it if you give one. Waiting leads are looked at again at once.

    Example: evenhand policy publish policy.toml --team team.toml --note "first day"
    """
    if name and (policy or team):
        raise BadUsage(Fault(where="--draft", what="a draft and a file were given.", fix="Give one of them."))
    if not name and not policy:
        fix = "Write evenhand policy publish policy.toml; a roster alone: evenhand team publish team.toml."
        raise BadUsage(Fault(where="policy", what="there is nothing to publish.", fix=fix))
    if name:
        answer = seat.desk.do(publish_draft, "policy", name, note=note, actor=seat.actor)
    else:
        answer = seat.desk.do(publish, _texts(seat, policy, team), note=note, actor=seat.actor)
    show_published(answer, as_json=as_json)


@app.command("publish")
@seated
def publish_team(
    seat: Seat,
    team: Annotated[Path, typer.Argument(metavar="TEAM", help="The roster, a TOML file.")],
    *,
    note: NoteOption = "",
    as_json: JsonOption = False,
) -> None:
    """Put a roster in force, with the people.csv that it names. Who joins a pool begins at zero, and says so here.

    Example: evenhand team publish team.toml --note "Dan joins"
    """
    answer = seat.desk.do(publish, _texts(seat, None, team), note=note, actor=seat.actor)
    show_published(answer, as_json=as_json)


class _Text(Struct, frozen=True):
    """A text and where it stands, for messages."""

    text: str
    where: str


def _texts(seat: Seat, policy: Path | None, team: Path | None) -> dict[TextKind, str]:
    """The texts to publish, checked against each other with the lines of the files that they stand in."""
    known = in_force(seat.desk)
    rules = _Text(known["policy"], "the policy in force")
    if policy is not None:
        rules = _Text(read_text(policy, error=BadPolicy), str(policy))
    roster = RosterText(known["roster"], None, known["roster"]) if team is None else read_roster_text(team)
    if team is None and not roster.text:
        fix = "Publish both: evenhand policy publish policy.toml --team team.toml."
        raise BadUsage(Fault(where="--team", what="there is no roster in force yet.", fix=fix))
    if rules.text or policy is not None:
        where = "the team in force" if team is None else str(team)
        read_setup(rules.text, roster.text, people=roster.people, policy_where=rules.where, team_where=where)
    given: dict[TextKind, str] = {} if policy is None else {"policy": rules.text}
    return given if team is None else {**given, "roster": roster.whole}


# --- what has been in force


@policy_app.command("history")
@seated
def policy_history(seat: Seat, *, as_json: JsonOption = False) -> None:
    """List every policy that has been in force, latest first.

    Example: evenhand policy history
    """
    _history(seat, "policy", as_json=as_json)


@app.command("history")
@seated
def team_history(seat: Seat, *, as_json: JsonOption = False) -> None:
    """List every roster that has been in force, latest first.

    Example: evenhand team history
    """
    _history(seat, "roster", as_json=as_json)


@policy_app.command("show")
@seated
def policy_show(seat: Seat, number: MaybeVersion = None) -> None:
    """Print the policy in force, or an earlier one, word for word.

    Example: evenhand policy show 3 > policy.toml
    """
    typer.echo(version(seat.desk, "policy", number)[1], nl=False)


@app.command("show")
@seated
def team_show(seat: Seat, number: MaybeVersion = None) -> None:
    """Print the roster in force, or an earlier one, word for word.

    Example: evenhand team show > team.toml
    """
    typer.echo(version(seat.desk, "roster", number)[1], nl=False)


@policy_app.command("rollback")
@seated
def policy_rollback(seat: Seat, number: VersionArgument, *, as_json: JsonOption = False) -> None:
    """Put an earlier policy in force again, as a new version.

    Example: evenhand policy rollback 3
    """
    show_published(seat.desk.do(rollback, "policy", number, actor=seat.actor), as_json=as_json)


@app.command("rollback")
@seated
def team_rollback(seat: Seat, number: VersionArgument, *, as_json: JsonOption = False) -> None:
    """Put an earlier roster in force again, as a new version.

    Example: evenhand team rollback 3
    """
    show_published(seat.desk.do(rollback, "roster", number, actor=seat.actor), as_json=as_json)


def _history(seat: Seat, kind: TextKind, *, as_json: bool) -> None:
    known = [*reversed(versions(seat.desk, kind))]
    if as_json:
        show_json(known)
    elif not known:
        word = "policy publish policy.toml --team team.toml" if kind == "policy" else "team publish team.toml"
        out().print(f"Nothing has been published yet. Publish: evenhand {word}")
    else:
        rows = [(str(row.no), moment(row.at), row.actor, row.note, row.digest[:19]) for row in known]
        out().print(table(("version", "since", "by", "note", "digest"), rows, numbers=(0,)))


# --- drafts


@policy_app.command("draft")
@seated
def policy_draft(
    seat: Seat,
    name: DraftArgument,
    policy: Annotated[Path, typer.Argument(metavar="POLICY", help="The policy, a TOML file.")],
) -> None:
    """Keep a policy on the desk that is not to count yet; it may still be full of faults.

    Example: evenhand policy draft autumn policy.toml
    """
    text = read_text(policy, error=BadPolicy)
    seat.desk.do(draft, Draft(kind="policy", name=name, text=text), actor=seat.actor)
    out().print(plain(f"Kept as draft {name}. Check it: evenhand policy check --draft {name}"))


@policy_app.command("drafts")
@seated
def policy_drafts(seat: Seat, *, as_json: JsonOption = False) -> None:
    """List the drafts.

    Example: evenhand policy drafts
    """
    _show_drafts(drafts(seat.desk, "policy"), as_json=as_json)


@policy_app.command("drop")
@seated
def policy_drop(seat: Seat, name: DraftArgument) -> None:
    """Throw a draft away.

    Example: evenhand policy drop autumn
    """
    seat.desk.do(drop_draft, "policy", name, actor=seat.actor)
    out().print(plain(f"Draft {name} is gone."))


def _show_drafts(found: Sequence[DraftRow], *, as_json: bool) -> None:
    if as_json:
        show_json(found)
    elif not found:
        out().print("There are no drafts. Keep one: evenhand policy draft NAME policy.toml")
    else:
        rows = [(row.name, moment(row.at), row.actor, row.base[:19]) for row in found]
        out().print(table(("draft", "since", "by", "begun from"), rows))
