"""Messages go out: leased, sent outside of any transaction, and settled. Each is sent at least once.

Whoever dies between sending and settling has their lease run out, and the message goes out again, with the same id.
What one person is told about one lead is told in order: while an earlier message is tried again, later ones wait.
"""

from collections.abc import Callable, Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from evenhand.actions.access import answer_for, manage
from evenhand.actions.actor import Actor
from evenhand.actions.lent import AnyDesk
from evenhand.actions.pace import Pace
from evenhand.actions.settling import DESK
from evenhand.actions.work import Work
from evenhand.core.model import HOUR, MINUTE, Millis, Roster
from evenhand.errors import Conflict, GiveUp, NotFound, TryLater
from evenhand.ports.house import DeliveryRow
from evenhand.ports.notifier import Fate, Notifier, Outgoing, Teller
from evenhand.ports.rows import LeadRow, MessageRow

OUTBOX: Final = Actor("system", "outbox")
LEASE: Final = MINUTE
SPAN: Final = 1_000  # ms of sending between two looks at the tables; what is cancelled in them may still go out
MOST: Final = 64  # the most messages that are leased at once
TRIES: Final = 12  # then it is given up: after about ten hours, twenty at the most
FIRST: Final = MINUTE  # the longest wait after the first failure; it doubles with each further one
LONGEST: Final = 6 * HOUR
WORDS: Final = 200  # characters that are kept of an error


class Tally(Struct, frozen=True):
    """What a round has come to, in messages."""

    sent: int = 0
    later: int = 0
    dead: int = 0


class Sender:
    """Sends what is due in one workspace. `chance` gives numbers from 0 up to, but not, 1."""

    def __init__(self, desk: AnyDesk, notifier: Notifier | Teller, *, chance: Callable[[], float]) -> None:
        self._desk = desk
        self._teller = notifier if isinstance(notifier, Teller) else OneByOne(desk, notifier)
        self._chance = chance
        self._tried: list[MessageRow] = []  # and not settled yet
        self._log: list[DeliveryRow] = []

    def send_due(self) -> Tally | None:
        """One round; `None` if nothing was due. Raises Unavailable: what was sent by then is settled the next time."""
        self._settle()
        now, room = self._desk.clock(), self._teller.room
        if room > 0:
            with self._desk.store.sending(self._desk.workspace) as tx:
                leased = tx.outbox.lease(now, until=now + LEASE, limit=room)
            if not leased and not self._teller.is_busy:
                return None
            self._teller.take(leased)
        return self._end()

    def finish(self) -> Tally:
        """See what was begun to its end, and begin nothing more."""
        self._teller.close()
        return self._end()

    def next(self) -> Millis | None:
        """When the next message may be sent."""
        with self._desk.store.reading(self._desk.workspace) as tx:
            return tx.outbox.next()

    def _end(self) -> Tally:
        for fate in self._teller.ended():
            self._tried.append(self._after(fate))
            self._log += fate.log
        return self._settle()

    def _after(self, fate: Fate) -> MessageRow:
        """A message as it is after its fate."""
        match fate.how:
            case "sent":
                return replace(fate.message, state="sent", sent=self._desk.clock(), error="")
            case "dead":
                return _dead(fate.message, fate.why)
            case "later":
                return self._again(fate.message, fate.why, fate.after)
            case "back":
                return replace(fate.message, next=fate.next)

    def _again(self, message: MessageRow, why: str, least: Millis) -> MessageRow:
        """Wait before the next attempt: any time up to a limit that doubles, so that many do not come back at once."""
        if message.attempts >= TRIES:
            return _dead(message, why)
        limit = min(LONGEST, FIRST << (message.attempts - 1))
        wait = max(int(limit * self._chance()), min(least, LONGEST))
        return replace(message, next=self._desk.clock() + wait, error=_words(why))

    def _settle(self) -> Tally:
        """Write what became of the messages that were tried. Doing it twice does no harm."""
        dead = [message for message in self._tried if message.state == "dead"]
        others = [message for message in self._tried if message.state != "dead"]
        if others or self._log:
            with self._desk.store.sending(self._desk.workspace) as tx:
                tx.outbox.settle(others)
                tx.house.write(*self._log)
        for message in dead:
            self._desk.do(bury, message, actor=OUTBOX)
        self._tried, self._log = [], []
        sent = sum(message.state == "sent" for message in others)
        return Tally(sent, len(others) - sent, len(dead))


class OneByOne:
    """Has a notifier send messages one after the other, as many as it can in a second. See `Teller`."""

    def __init__(self, desk: AnyDesk, notifier: Notifier) -> None:
        self._desk = desk
        self._notifier = notifier
        self._pace = Pace(span=SPAN, most=MOST)
        self._ended: list[Fate] = []

    @property
    def room(self) -> int:
        """As many as have fitted into a second lately."""
        return self._pace.size

    @property
    def is_busy(self) -> bool:
        """Never: it sends while it takes."""
        return bool(self._ended)

    def take(self, messages: Sequence[MessageRow]) -> None:
        """Send them."""
        start = now = self._desk.clock()
        tried = 0
        for message, goes in zip(messages, self._outgoing(messages), strict=True):
            if now - start >= SPAN:  # given back
                self._ended.append(Fate(message=message, how="back", next=now))
                continue
            self._ended.append(self._attempt(message, goes))
            tried, now = tried + 1, self._desk.clock()
        self._pace.took(tried, now - start)

    def ended(self) -> Sequence[Fate]:
        """What has become of them."""
        ended, self._ended = self._ended, []
        return ended

    def close(self) -> None:
        """There is nothing that goes on."""

    def _outgoing(self, leased: Sequence[MessageRow]) -> list[Outgoing]:
        roster = self._desk.setup().roster
        with self._desk.store.reading(self._desk.workspace) as tx:
            rows = tx.leads.several(sorted({message.lead for message in leased if message.lead is not None}))
        return [outgoing(each, rows.get(each.lead or 0), roster, workspace=self._desk.workspace) for each in leased]

    def _attempt(self, message: MessageRow, goes: Outgoing) -> Fate:
        """Try once, and say what has become of the message."""
        try:
            self._notifier.send(goes)
        except Exception as error:
            return fate_of(message, error)
        return Fate(message=message, how="sent")


def fate_of(message: MessageRow, error: Exception) -> Fate:
    """What an error means for a message. What one that is none of ours says might name somebody."""
    match error:
        case GiveUp():
            return Fate(message=message, how="dead", why=str(error))
        case TryLater():
            return Fate(message=message, how="later", why=str(error), after=error.after)
        case _:
            return Fate(message=message, how="later", why=type(error).__name__)


def outgoing(message: MessageRow, row: LeadRow | None, roster: Roster, *, workspace: int) -> Outgoing:
    """A message as it goes out: for a person by their name, with what the lead's holder must know."""
    rep = roster.reps.get(message.to)
    is_theirs = row is not None and (row.rep, row.decision) == (message.to, message.decision)
    return Outgoing(
        id=f"{workspace}-{message.no}",
        kind=message.kind,
        to=message.to,
        name=rep.name if rep else "" if message.to == DESK else message.to,
        zone=rep.zone if rep else "UTC",
        lead=message.lead,
        decision=message.decision,
        due=row.due if row and is_theirs else None,
        at=message.at,
        attempt=message.attempts,
    )


def bury(work: Work, message: MessageRow, *, actor: Actor) -> None:
    """Give up a leased message, unless somebody else has it by now, or it need not be sent any more."""
    found = work.tx.outbox.get(message.no)
    if found is None or (found.state, found.leased) != ("waiting", message.leased):
        return
    work.put(replace(message, leased=0))
    body = {"message": message.no, "kind": message.kind, "to": message.to, "attempts": message.attempts}
    work.event("message.dead", actor, lead=message.lead, body=body)


def send_again(work: Work, no: int, *, actor: Actor) -> None:
    """Try a message that was given up again, as if it were new.

    Raises NotFound, and Conflict if it was not given up, or tells of a decision that no longer is in force.
    """
    message = work.tx.outbox.get(no)
    if message is None:
        raise NotFound(f"there is no message {no}.")
    _check_own(work, message, actor)
    if message.state != "dead":
        raise Conflict(f"message {no} was not given up: it is {message.state}.")
    if message.lead is not None and message.decision and work.row(message.lead).decision != message.decision:
        raise Conflict(f"message {no} is of decision {message.decision}, which lead {message.lead} is past by now.")
    work.put(replace(message, state="waiting", attempts=0, next=work.now, leased=0, error=""))
    work.event("message.sent again", actor, lead=message.lead, body={"message": no})


def _check_own(work: Work, message: MessageRow, actor: Actor) -> None:
    """What was said to somebody is sent again by who answers for them, what the desk was told by any manager."""
    manage(actor, "send a message again")
    if message.to != DESK:
        answer_for(work, message.to, actor, what="send a message again to")


def _dead(message: MessageRow, why: str) -> MessageRow:
    return replace(message, state="dead", error=_words(why))


def _words(why: str) -> str:
    """An error as it can be kept: what another machine says may hold what no text in a database can."""
    return "".join([letter if letter.isprintable() else " " for letter in why[:WORDS]])
