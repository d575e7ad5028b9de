"""Sessions: somebody has signed in, and their browser holds the ticket. All that is known of it is kept here.

A session ends after thirty days, after seven without a sign of life, when somebody ends it, or when its user's rights
change.
"""

from typing import Final

from msgspec.structs import replace

from evenhand.actions.desk import Desk
from evenhand.actions.tickets import digest_of, new_ticket
from evenhand.actions.work import Sealer
from evenhand.core.model import DAY, MINUTE, Millis
from evenhand.errors import NotFound
from evenhand.ports.house import SessionRow, UserRow
from evenhand.ports.store import Sending

LONGEST: Final[Millis] = 30 * DAY
IDLE: Final[Millis] = 7 * DAY
SEEN: Final[Millis] = 5 * MINUTE  # so exactly it is known when somebody was there
MOST: Final = 20  # sessions of one user; then the oldest ends
AGENT: Final = 200  # characters of what a browser says of itself


def begin(desk: Desk, tx: Sending, user: UserRow, *, via: str, agent: str) -> str:
    """A new session, within a transaction; its ticket."""
    now, ticket = desk.clock(), new_ticket("session", desk.workspace)
    before = sorted((row for row in tx.house.every(SessionRow, user=user.user) if is_on(row, now)), key=_since)
    for row in before[: max(0, len(before) - MOST + 1)]:
        tx.house.write(replace(row, expires=0))
    digest = digest_of(desk.sealer, "session", ticket, workspace=desk.workspace)
    said = "".join([letter for letter in agent[:AGENT] if letter.isprintable()])
    row = SessionRow(digest=digest, user=user.user, since=now, seen=now, expires=now + LONGEST, via=via, agent=said)
    tx.house.write(row)
    return ticket


def is_on(row: SessionRow, now: Millis) -> bool:
    """Whether a session still counts."""
    return now < row.expires and now < row.seen + IDLE


def note_seen(desk: Desk, row: SessionRow, now: Millis) -> None:
    """Write down that somebody is there, unless that was only just done. A session that has ended stays so."""
    if now >= row.seen + SEEN:
        with desk.store.sending(desk.workspace) as tx:
            tx.house.swap(row, replace(row, seen=now))


def sessions_of(desk: Desk, user: int) -> list[SessionRow]:
    """Where somebody is signed in, the latest first."""
    now = desk.clock()
    with desk.store.reading(desk.workspace) as tx:
        found = tx.house.every(SessionRow, user=user)
    return sorted((row for row in found if is_on(row, now)), key=_since, reverse=True)


def end(desk: Desk, user: int, digest: bytes) -> None:
    """End one session of somebody's own. Raises NotFound if they have none of that digest."""
    with desk.store.sending(desk.workspace) as tx:
        found = tx.house.one(SessionRow, digest=digest, user=user)
        if found is None or not is_on(found, desk.clock()):
            raise NotFound("there is no such session, or it has ended.")
        tx.house.write(replace(found, expires=0))


def end_all(desk: Desk, user: int, *, keep: bytes = b"") -> int:
    """Sign somebody out everywhere, but for the session with the digest `keep`; how many sessions that has ended."""
    now = desk.clock()
    with desk.store.sending(desk.workspace) as tx:
        ended = [row for row in tx.house.every(SessionRow, user=user) if is_on(row, now) and row.digest != keep]
        tx.house.write(*[replace(row, expires=0) for row in ended])
    return len(ended)


def csrf_of(sealer: Sealer, ticket: str, *, workspace: int) -> str:
    """What a form must bring along, so that we know it for ours: it follows from the session, and only it knows it."""
    return sealer.digest("csrf", ticket, workspace=workspace).hex()


def _since(row: SessionRow) -> Millis:
    return row.since
