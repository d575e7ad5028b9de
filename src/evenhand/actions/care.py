"""Care: the promises of the desk are looked at again and again, and what breaks one is found, told, and cleared.

Most promises are queries (`stores/health.py`). Here are those that need the roster, the clock or a row's inside. To add
one: a function below, a line in `_broken`, a row in docs/reference/promises.md.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from evenhand.actions.actor import Actor
from evenhand.actions.desk import call
from evenhand.actions.known import read_snapshot
from evenhand.actions.lent import AnyDesk
from evenhand.actions.settling import DESK
from evenhand.actions.work import Work
from evenhand.core.model import MINUTE, Millis, Rep, Snapshot
from evenhand.core.outcome import HANDS
from evenhand.core.policy.model import Rule
from evenhand.core.record import unpack
from evenhand.core.who.account import AccountRole
from evenhand.ports.rows import FindingRow, LeadRow
from evenhand.ports.store import FOUND, Reading
from evenhand.reading.setup import Setup

CARE: Final = Actor("system", "care")
OVERDUE: Final = 10 * MINUTE
TOLD: Final = "finding"  # the kind of message; one that was given up is not told of again
UNMISSED: Final = frozenset({TOLD, "test"})  # kinds that may fail without a promise being broken

_BALANCE: Final = "The credits of a pool add up to 0."
_CAP: Final = "Nobody is given more open leads than their cap allows, unless by hand or as the owner of an account."
_CLOCK: Final = "No timer is more than ten minutes late: else no worker is running. Start one: evenhand work."
_OUTBOX: Final = "No message waits more than ten minutes to be sent: else no worker is running, or it cannot keep up."
_DEAD: Final = "A message was given up after many attempts. Mend what carries it, then send it again."


class Look(Struct, frozen=True):
    """What a look has come to: everything that is broken, and how much of it is new or no longer is."""

    broken: Sequence[FindingRow]
    found: int = 0
    cleared: int = 0


def look(desk: AnyDesk) -> Look:
    """Look at every promise in one moment, without any lock; what has changed since the last look is written down."""
    setup, now = desk.setup(), desk.clock()
    with desk.store.reading(desk.workspace) as tx:
        until, broken, known = tx.router().now, list(_broken(tx, setup, now)), tx.health.findings()
    if {_key(each) for each in broken} == {_key(each) for each in known}:
        return Look(broken)
    noting = call(note_findings, broken, until, actor=CARE)
    found, cleared = desk.run([noting], rings=0)[0].get()  # letting timers ring is for others: see `_late`
    return Look(broken, found, cleared)


def note_findings(work: Work, broken: Sequence[FindingRow], until: Millis, *, actor: Actor) -> tuple[int, int]:
    """Write down what was broken at a moment: how much of that is new, and how much of what was known is mended.

    The desk is told once, however much is new.
    """
    known = {_key(each): each for each in work.tx.health.findings()}
    seen = {_key(each) for each in broken}
    full = {promise for promise, count in Counter(each.promise for each in broken).items() if count >= FOUND}
    new = {_key(each): each for each in broken if _key(each) not in known}.values()
    gone = [each for key, each in known.items() if key not in seen and each.found <= until and each.promise not in full]
    for each in new:
        work.put(replace(each, found=work.now))
        work.event("care.found", actor, body={"promise": each.promise, "subject": each.subject})
    for each in gone:
        work.put(replace(each, cleared=work.now))
        work.event("care.cleared", actor, body={"promise": each.promise, "subject": each.subject})
    if new:
        work.tell(TOLD, DESK, lead=None)
    return len(new), len(gone)


def _key(finding: FindingRow) -> tuple[str, str]:
    return finding.promise, finding.subject


def _broken(tx: Reading, setup: Setup, now: Millis) -> Iterator[FindingRow]:
    snapshot = read_snapshot(tx, tx.router(), setup)
    yield from tx.health.broken()
    yield from _unbalanced(snapshot)
    yield from _over_cap(tx, setup, snapshot)
    yield from _late(tx, now)
    yield from _given_up(tx)


def _unbalanced(snapshot: Snapshot) -> Iterator[FindingRow]:
    for pool, ledger in snapshot.ledgers.items():
        if sum(ledger.credits.values()):
            yield FindingRow(promise="credits_balance", subject=pool, found=0, what=_BALANCE)


def _over_cap(tx: Reading, setup: Setup, snapshot: Snapshot) -> Iterator[FindingRow]:
    for rep, load in snapshot.loads.items():
        cap = _open_cap(setup.roster.reps.get(rep))
        if cap is None or load.open <= cap:
            continue
        if sum(_is_the_machines(tx, row, setup) for row in tx.leads.held_by(rep)) > cap:
            yield FindingRow(promise="cap_kept", subject=rep, found=0, what=_CAP)


def _open_cap(rep: Rep | None) -> int | None:
    caps = rep.caps if rep else ()
    return next((cap.limit for cap in caps if cap.kind == "open"), None)


def _is_the_machines(tx: Reading, row: LeadRow, setup: Setup) -> bool:
    """Whether the lead was given by a rule that heeds caps, by the policy and the roster that are in force still."""
    made = tx.story.decision(row.decision)
    kept = unpack(made.record) if made else None
    if kept is None or (kept.policy, kept.roster) != (setup.policy.digest, setup.roster.digest):
        return False
    if kept.decision.trigger in HANDS or kept.decision.rule < 0:
        return False
    return _heeds_caps(setup.policy.rules[kept.decision.rule])


def _heeds_caps(rule: Rule) -> bool:
    owned = any(isinstance(word, AccountRole) for tier in rule.tiers for word in tier.who)
    return not rule.even_if_away and (rule.strict or not owned)


def _late(tx: Reading, now: Millis) -> Iterator[FindingRow]:
    ring, message = tx.agenda.next(), tx.outbox.next()
    if ring is not None and ring < now - OVERDUE:
        yield FindingRow(promise="clock_runs", subject="worker", found=0, what=_CLOCK)
    if message is not None and message < now - OVERDUE:
        yield FindingRow(promise="messages_go", subject="worker", found=0, what=_OUTBOX)


def _given_up(tx: Reading) -> Iterator[FindingRow]:
    """Messages that were given up and still matter: nothing else has been decided about their lead since."""
    dead = [message for message in tx.outbox.dead(limit=FOUND) if message.kind not in UNMISSED]
    rows = tx.leads.several(sorted({message.lead for message in dead if message.lead is not None}))
    for message in dead:
        row = rows.get(message.lead or 0)
        if row is None or message.decision in (0, row.decision):
            yield FindingRow(promise="message_arrives", subject=str(message.no), found=0, what=_DEAD)
