"""What must be true after everything, however often processes were killed meanwhile."""

from collections import Counter
from collections.abc import Iterator

from sqlalchemy import Connection, select

from evenhand.actions.care import look
from evenhand.actions.desk import Desk
from evenhand.actions.sending import Sender
from evenhand.analytics.proof import prove
from evenhand.core.record import unpack
from evenhand.stores import tables
from evenhand.stores.database import Database
from tests.faults.killing import CAPPED, SENDERS, WORKERS, Told, Torture, acks


def settled(torture: Torture, desk: Desk) -> None:
    """Let everything ring that is due, and send everything that waits to be sent, until nothing is left to do."""
    now = torture.clock()
    desk.clock = lambda: now  # time stands still
    while desk.step():
        pass
    sender = Sender(desk, Told(torture.note("told", WORKERS)), chance=float)
    while (at := sender.next()) is not None:
        now = max(now, at)
        sender.send_due()
    while desk.step():
        pass


def verdict(torture: Torture, desk: Desk, database: Database) -> Iterator[str]:
    """Everything that is wrong; nothing if all is well."""
    report = prove(desk)
    yield from map(str, report.found)
    yield from (f"{each.promise} {each.subject}: {each.what}" for each in look(desk).broken)
    with database.snapshot() as connection:
        yield from _leads(torture, connection)
        yield from _decided(torture, connection)
        yield from _caps(connection)
        yield from _messages(torture, connection)


def _leads(torture: Torture, connection: Connection) -> Iterator[str]:
    """A lead for each key, as everybody was told who asked."""
    keys = {row.key: row.lead for row in connection.execute(select(tables.keys))}
    if sorted(keys) != sorted(f"lead {number}" for number in range(torture.leads)):
        yield f"{torture.leads} leads were sent, and there are keys of {len(keys)}"
    leads = sorted(connection.execute(select(tables.leads.c.lead)).scalars())
    if leads != list(range(1, torture.leads + 1)) or sorted(keys.values()) != leads:
        yield f"{torture.leads} leads were sent, and {len(leads)} are there, {len(set(keys.values()))} under a key"
    told: dict[int, set[tuple[int, int]]] = {}
    for ack in (ack for sender in range(SENDERS) for ack in acks(torture, sender)):
        told.setdefault(ack.number, set()).add((ack.lead, ack.decision))
    yield from (f"lead {number} had different answers: {said}" for number, said in told.items() if len(said) > 1)
    wrong = [number for number, said in told.items() if keys.get(f"lead {number}") not in {lead for lead, _ in said}]
    yield from (f"lead {number} was answered as another one" for number in wrong)


def _decided(torture: Torture, connection: Connection) -> Iterator[str]:
    """Each lead was decided once when it came, and has one decision in force."""
    came, in_force = Counter[int](), Counter[int]()
    asked = select(tables.decisions.c.lead, tables.decisions.c.superseded_by, tables.decisions.c.record)
    for lead, heir, kept in connection.execute(asked):
        came[lead] += unpack(kept).decision.trigger == "received"
        in_force[lead] += heir is None
    for what, counted in (("decided when it came", came), ("is in force", in_force)):
        wrong = [lead for lead in range(1, torture.leads + 1) if counted[lead] != 1]
        yield from (f"lead {lead}: {counted[lead]} decisions: {what}" for lead in wrong)


def _caps(connection: Connection) -> Iterator[str]:
    """Nobody ever held more leads at once than their cap."""
    held = tables.assignments
    for rep, cap in CAPPED.items():
        rows = connection.execute(select(held.c.since, held.c.ended).where(held.c.rep == rep)).all()
        steps = [(since, 1) for since, _ in rows] + [(ended, -1) for _, ended in rows if ended is not None]
        now = most = 0
        for _, step in sorted(steps):  # within a millisecond, ends first
            now += step
            most = max(most, now)
        if most > cap:
            yield f"{rep} held {most} leads at once, and the cap is {cap}"


def _messages(torture: Torture, connection: Connection) -> Iterator[str]:
    """What was to be told was told, at least once, and is marked so."""
    told = Counter[int]()
    for number in range(WORKERS + 1):
        path = torture.note("told", number)
        told.update(int(line) for line in path.read_text().split() if line) if path.exists() else None
    rows = {row.no: row for row in connection.execute(select(tables.messages))}
    for number, row in rows.items():
        if row.state not in ("sent", "cancelled"):
            yield f"message {number} is {row.state}"
        if row.state == "sent" and not told[number]:
            yield f"message {number} is marked as sent, and nobody was told"
    yield from (f"message {number} was told, and is not there" for number in told if number not in rows)


def tally(torture: Torture, database: Database) -> str:
    """What there was to see, in a line."""
    told = [path.read_text().split() for path in torture.folder.glob("told-*")]
    heard = Counter(number for lines in told for number in lines)
    with database.snapshot() as connection:
        states = Counter(connection.execute(select(tables.leads.c.state)).scalars())
        counts = {
            table.name: len(connection.execute(select(*table.primary_key)).all())
            for table in (tables.decisions, tables.events, tables.entries, tables.messages)
        }
    more = sum(count - 1 for count in heard.values())
    said = ", ".join(f"{count:,} {name}" for name, count in (counts | dict(states)).items())
    return f"{said}; {more} messages were told more than once"
