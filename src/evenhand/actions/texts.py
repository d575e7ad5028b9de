"""Policies and rosters: drafted, checked, put in force, rolled back. Each text that was ever in force is kept.

What is put in force counts at once, within the same transaction: the next verb decides by it.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from evenhand.actions.access import administer
from evenhand.actions.actor import Actor
from evenhand.actions.known import at_work, compiled
from evenhand.actions.members import ByPool, joined, settle_pools
from evenhand.actions.withdrawing import withdraw_from_leavers
from evenhand.actions.work import Work
from evenhand.core.model import DAY, HOUR, Roster
from evenhand.core.policy.check import check
from evenhand.core.policy.finding import Finding
from evenhand.core.when.page import nearest
from evenhand.errors import BadInput, BadUsage, Conflict, Fault, NotFound
from evenhand.ports.rows import DraftRow, TextKind, TextRow, VersionRow
from evenhand.ports.store import Reading
from evenhand.reading.setup import Setup
from evenhand.reading.toml import LARGEST, digest

KINDS: Final[tuple[TextKind, ...]] = ("policy", "roster")
WEEKS: Final = 4  # of working hours that a check looks at
LONGEST_NAME: Final = 200


class Published(Struct, frozen=True, kw_only=True):
    """What has come into force, and who has joined and left which pool by it.

    versions: the number of each text that is new; nothing for a text that was in force already.
    """

    versions: Mapping[TextKind, int] = {}
    joined: ByPool = {}
    left: ByPool = {}


class Draft(Struct, frozen=True, kw_only=True):
    """A text that somebody is writing. `base` is the digest of the text that they began from; empty: the one in force.

    A draft may be full of faults: `check_draft` tells them.
    """

    kind: TextKind
    name: str
    text: str
    base: str = ""


class Checked(Struct, frozen=True):
    """What is wrong with a draft, so that it cannot be published; if nothing is, what there is to say about it."""

    faults: tuple[Fault, ...] = ()
    findings: tuple[Finding, ...] = ()


# --- in force


def publish(work: Work, texts: Mapping[TextKind, str], *, base: str = "", note: str = "", actor: Actor) -> Published:
    """Put a policy, a roster, or both in force. Every waiting lead is looked at again, offers to leavers are withdrawn.

    `base` is the digest of the text that the author began from: if another one is in force now, the author has not
    seen it, and Conflict is raised; so it is if somebody who holds open leads would be in no roster any more. Raises
    BadPolicy or BadTeam with every fault, and then nothing is changed.
    """
    administer(actor, "publish a policy or a roster")
    return put_in_force(work, texts, base=base, note=note, actor=actor)


def put_in_force(
    work: Work, texts: Mapping[TextKind, str], *, base: str = "", note: str = "", actor: Actor
) -> Published:
    """Publish, for verbs that have asked themselves whether the actor may."""
    in_force: dict[TextKind, str] = {"policy": work.router.policy, "roster": work.router.roster}
    if base and base not in {in_force[kind] for kind in texts}:
        raise Conflict("somebody has published since you began: look at what is in force now, and begin from that.")
    for where, text in (*texts.items(), ("note", note)):
        _check_writable(where, text)
    wanted = {kind: texts[kind] if kind in texts else text_of(work, kind, in_force[kind]) for kind in KINDS}
    if all(digest(wanted[kind]) == in_force[kind] for kind in KINDS):
        return Published()
    setup = compiled(wanted["policy"], wanted["roster"])
    _keep_holders(work, setup.roster)
    versions = {kind: _put(work, kind, wanted[kind], note=note, actor=actor) for kind in KINDS if kind in texts}
    before = _use(work, setup)
    settle_pools(work, before, actor=actor)
    withdraw_from_leavers(work, before, actor=actor)
    work.here.woken.add("*")
    now = work.world.roster
    new = {kind: number for kind, number in versions.items() if number}
    return Published(versions=new, joined=joined(before, now), left=joined(now, before))


def rollback(work: Work, kind: TextKind, version: int, *, actor: Actor) -> Published:
    """Publish an earlier text again, as a new version. Raises its faults if it no longer fits: nothing changes."""
    administer(actor, "bring back an earlier policy or roster")
    known = history(work, kind)
    found = next((row for row in known if row.no == version), None)
    if found is None:
        last = f" The latest is {known[-1].no}." if known else " None has been published yet."
        raise NotFound(f"there is no version {version} of the {kind}.{last}")
    return put_in_force(work, {kind: text_of(work, kind, found.digest)}, note=f"version {version} again", actor=actor)


def history(work: Work, kind: TextKind) -> Sequence[VersionRow]:
    """What has been in force, oldest first; the last one is."""
    here = [row for now in reversed(list(work.changes())) for row in now.added.get(VersionRow, [])]
    return [*work.tx.texts.versions(kind), *[row for row in here if isinstance(row, VersionRow) and row.kind == kind]]


def text_of(work: Work, kind: TextKind, named: str) -> str:
    """A text that was in force, by its digest; nothing before the first."""
    here = (row for now in work.changes() for row in now.put.get(TextRow, []) if isinstance(row, TextRow))
    found = next((row for row in here if (row.kind, row.digest) == (kind, named)), None)
    row = found or (work.tx.texts.get(kind, named) if named else None)
    return row.text if row else ""


def _check_writable(where: str, text: str) -> None:
    """Raise BadUsage for what no database keeps as text: the character NUL, and half a character."""
    if "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in set(text)):
        what = "there is a NUL or half a character in it, which cannot be kept."
        raise BadUsage(Fault(where=where, what=what, fix="Write it as UTF-8."))


def _keep_holders(work: Work, roster: Roster) -> None:
    """Nobody who holds a lead may be lost, or become inactive: they are let go first."""
    staying = {rep for rep, person in roster.reps.items() if person.active}
    lost = sorted(rep for rep, load in work.world.loads.items() if load.open and rep not in staying)
    if lost:
        said = ", ".join(f"{rep} holds {work.world.loads[rep].open}" for rep in lost)
        raise Conflict(f"open leads would be left with nobody: {said}. Let them go first (evenhand person let-go).")


def _use(work: Work, setup: Setup) -> Roster:
    """Decide by other texts from now on; returns the roster before."""
    before = work.world.roster
    work.base = replace(work.base, setup=setup)
    work.world = at_work(work.world, setup, work.now)
    return before


def _put(work: Work, kind: TextKind, text: str, *, note: str, actor: Actor) -> int:
    """Keep a text and say that it is in force; returns the number of its version, 0 if it was in force before."""
    named = digest(text)
    if named == getattr(work.router, kind):
        return 0
    number = len(history(work, kind)) + 1
    work.put(TextRow(kind, named, text))
    work.add(VersionRow(kind=kind, no=number, digest=named, at=work.now, actor=str(actor), note=note))
    work.event(f"{kind}.published", actor, body={"digest": named, "version": number})
    work.router = replace(work.router, **{kind: named})
    return number


# --- drafts


def draft(work: Work, wanted: Draft, *, actor: Actor) -> DraftRow:
    """Keep a text that is not to count yet, in place of the draft of the same name."""
    administer(actor, "draft a policy or a roster")
    if not 0 < len(wanted.name) <= LONGEST_NAME or not wanted.name.isprintable():
        what = f"the name {wanted.name[:40]!r} is empty, too long, or has control characters."
        raise BadUsage(Fault(where="draft", what=what, fix="Give it a short name."))
    if len(wanted.text) > LARGEST:
        raise BadUsage(Fault(where="draft", what=f"longer than {LARGEST:,} characters.", fix="Split it up."))
    _check_writable("draft", wanted.text)
    _check_writable("base", wanted.base)
    base = wanted.base or str(getattr(work.router, wanted.kind))
    row = DraftRow(kind=wanted.kind, name=wanted.name, text=wanted.text, base=base, at=work.now, actor=str(actor))
    work.here.drafts[wanted.kind, wanted.name] = row
    work.event(f"{wanted.kind}.drafted", actor, body={"digest": digest(wanted.text), "base": base})
    return row


def check_draft(tx: Reading, kind: TextKind, name: str) -> Checked:
    """Everything that is wrong with a draft, and what can be proved about it beside what is in force. Writes nothing.

    It needs no lock, only a moment of the database: `with store.reading(workspace) as tx`.
    """
    found = tx.texts.draft(kind, name)
    if found is None:
        raise _no_draft(kind, name, tx.texts.drafts(kind))
    router = tx.router()
    in_force: Mapping[TextKind, str] = {"policy": router.policy, "roster": router.roster}
    rows = {other: tx.texts.get(other, in_force[other]) for other in KINDS if other != kind}
    wanted = {kind: found.text, **{other: row.text if row else "" for other, row in rows.items()}}
    return check_texts(wanted, now=router.now)


def check_texts(texts: Mapping[TextKind, str], *, now: int) -> Checked:
    """The same for a policy and a roster that lie nowhere yet."""
    try:
        setup = compiled(texts["policy"], texts["roster"])
    except BadInput as bad:
        return Checked(faults=bad.faults)
    start = now - now % HOUR
    end = start + WEEKS * 7 * DAY
    duty = setup.calendars.duty(start - DAY, end + DAY)
    return Checked(findings=check(setup.policy, setup.roster, duty, start=start, end=end))


def publish_draft(work: Work, kind: TextKind, name: str, *, note: str = "", actor: Actor) -> Published:
    """Put a draft in force, and drop it. Raises Conflict if another text has come into force since it was begun."""
    found = _draft(work, kind, name)
    published = publish(work, {kind: found.text}, base=found.base, note=note, actor=actor)
    work.here.drafts[kind, name] = None
    return published


def drop_draft(work: Work, kind: TextKind, name: str, *, actor: Actor) -> None:
    """Throw a draft away."""
    administer(actor, "throw a draft away")
    found = _draft(work, kind, name)
    work.here.drafts[kind, name] = None
    work.event(f"{kind}.dropped", actor, body={"digest": digest(found.text)})


def draft_now(work: Work, kind: TextKind, name: str) -> DraftRow | None:
    """A draft as this transaction sees it."""
    here = next((now.drafts[kind, name] for now in work.changes() if (kind, name) in now.drafts), work.tx)
    return work.tx.texts.draft(kind, name) if here is work.tx else here if isinstance(here, DraftRow) else None


def _draft(work: Work, kind: TextKind, name: str) -> DraftRow:
    found = draft_now(work, kind, name)
    if found is None:
        raise _no_draft(kind, name, work.tx.texts.drafts(kind))
    return found


def _no_draft(kind: TextKind, name: str, drafts: Sequence[DraftRow]) -> NotFound:
    near = nearest(name, [row.name for row in drafts])
    return NotFound(f"there is no draft {name!r} of a {kind}." + (f" Did you mean {near!r}?" if near else ""))
