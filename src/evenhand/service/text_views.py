"""What the API shows of policies and rosters, and what it takes to change them."""

from msgspec import Struct

from evenhand.actions.texts import Checked
from evenhand.core.instants import say_instant
from evenhand.core.policy.finding import Level
from evenhand.ports.rows import DraftRow, TextKind, VersionRow
from evenhand.reading.toml import digest
from evenhand.service.problems import FaultView


class VersionView(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A text that came into force: when, by whom, and what they noted. `digest` names it exactly."""

    version: int
    digest: str
    since: str
    by: str
    note: str = ""


class Versions(Struct, frozen=True, kw_only=True):
    """A page of versions, latest first; the first of all is in force."""

    items: tuple[VersionView, ...]
    next: str | None = None


class TextView(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A text, word for word, and when it came into force."""

    version: int
    digest: str
    since: str
    by: str
    note: str = ""
    text: str


class DraftView(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A text that is not in force. `base` is the digest of the one that its author began from."""

    name: str
    digest: str
    base: str
    since: str
    by: str
    text: str | None = None


class Drafts(Struct, frozen=True, kw_only=True):
    """Every draft, by name, without the texts."""

    items: tuple[DraftView, ...]


class DraftWanted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A text that is to be kept; it may still be full of faults.

    base: the digest of the text that its author began from; left out, the one in force.
    """

    text: str
    base: str = ""


class Texts(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A policy, a roster, or both, as TOML. What is left out is the one in force."""

    policy: str | None = None
    roster: str | None = None

    def given(self) -> dict[TextKind, str]:
        """Those that are there."""
        return given(self.policy, self.roster)


class Publishing(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A policy, a roster, or both, to come into force together. `note`: what changed and why, for the history."""

    policy: str | None = None
    roster: str | None = None
    note: str = ""

    def given(self) -> dict[TextKind, str]:
        """Those that are there."""
        return given(self.policy, self.roster)


class PublishNote(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`note`: what changed and why, for the history."""

    note: str = ""


class RollingBack(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which version is to count again."""

    version: int


class PublishedView(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What has come into force: the number of each text that is new, and who has joined and left which pool by it."""

    versions: dict[str, int] = {}
    joined: dict[str, tuple[str, ...]] = {}
    left: dict[str, tuple[str, ...]] = {}


class FindingView(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing to look at in texts that could be put in force: how bad, where, why, what to do about it."""

    level: Level
    code: str
    cause: str
    fix: str = ""
    where: str = ""
    line: int = 0
    rule: str = ""


class CheckView(Struct, frozen=True, kw_only=True):
    """Whether texts could be put in force: `faults` say why not; if they could, `findings` say what there is to see."""

    ok: bool
    faults: tuple[FaultView, ...] = ()
    findings: tuple[FindingView, ...] = ()


class Diff(Struct, frozen=True, kw_only=True):
    """What changes from one text to another, line by line, as `diff -u` writes it; empty if nothing does."""

    before: str
    after: str
    diff: str


def given(policy: str | None, roster: str | None) -> dict[TextKind, str]:
    """Those of the two texts that are there."""
    found: dict[TextKind, str] = {}
    if policy is not None:
        found["policy"] = policy
    if roster is not None:
        found["roster"] = roster
    return found


def show_version(row: VersionRow) -> VersionView:
    """A version without its text."""
    return VersionView(version=row.no, digest=row.digest, since=say_instant(row.at), by=row.actor, note=row.note)


def show_draft_row(row: DraftRow, *, text: bool = False) -> DraftView:
    """A draft, with its text if that is wanted."""
    return DraftView(
        name=row.name,
        digest=digest(row.text),
        base=row.base,
        since=say_instant(row.at),
        by=row.actor,
        text=row.text if text else None,
    )


def show_check(found: Checked) -> CheckView:
    """What a check has found."""
    faults = tuple([FaultView(each.what, each.fix, each.where, each.line, each.column) for each in found.faults])
    findings = tuple(
        [
            FindingView(
                level=each.level,
                code=each.code,
                cause=each.cause,
                fix=each.fix,
                where=each.where,
                line=each.line,
                rule=each.rule,
            )
            for each in found.findings
        ]
    )
    return CheckView(ok=not faults, faults=faults, findings=findings)
