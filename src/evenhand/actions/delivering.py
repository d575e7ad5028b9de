"""Webhooks go out: each endpoint hears of its events in order, at least once, with an id that never changes.

A turn is one endpoint's: it is leased by a mark in its row, what comes next is sent outside of any transaction, and
then its cursor is moved. Whoever dies in between has their lease run out, and the same is sent again. What fails is
tried again ever less often, and what comes after it waits; after about three days the endpoint is turned off.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Final

from msgspec import Struct, json
from msgspec.structs import replace

from evenhand.actions.actor import Actor
from evenhand.actions.endpoints import Detail, give_up, secrets_of
from evenhand.actions.envelopes import Mail, abouts, envelope
from evenhand.actions.lent import AnyDesk
from evenhand.core.happenings import all_covered
from evenhand.core.model import HOUR, MINUTE, Millis
from evenhand.errors import EvenhandError, TryLater
from evenhand.integrations.http import Client, retry_after
from evenhand.integrations.webhooks import Secret, signed
from evenhand.ports.house import DeliveryRow, EndpointRow, Housekeeping, Told
from evenhand.ports.rows import EventRow
from evenhand.ports.store import Reading

WEBHOOKS: Final = Actor("system", "webhooks")
LEASE: Final = MINUTE
SPAN: Final[Millis] = 1_000  # of sending in one turn
PAGE: Final = 200  # events read at a time
SPARE: Final = 1_000  # events that an endpoint does not hear of are passed without a write, up to so many
TRIES: Final = 24  # then it is off: after some three days
FIRST: Final = MINUTE  # the longest wait after the first failure; it doubles with each further one
LONGEST: Final = 6 * HOUR
WORDS: Final = 200  # characters that are kept of what went wrong
GONE: Final = 410  # what a receiver says who never wants to hear of us again
AGAIN: Final = 8  # times that a row is looked at once more if somebody changes it at the same moment

_ASKED: Final = frozenset({"webhook.tested", "webhook.redelivered"})
_BODY: Final = json.Decoder(dict[str, object])


class Tried(Struct, frozen=True, kw_only=True):
    """One attempt; `least` is how long to wait at least, in ms, if the other side said so."""

    subject: str
    at: Millis
    took: Millis = 0
    outcome: Told
    said: str = ""
    least: Millis = 0


class Turn(Struct, frozen=True, kw_only=True):
    """What a turn has come to: how many events were sent, and what went wrong with the next one, if anything did."""

    endpoint: int
    sent: int
    wrong: str = ""
    is_off: bool = False


class Courier:
    """Delivers the events of one workspace. `chance` gives numbers from 0 up to, but not, 1."""

    def __init__(self, desk: AnyDesk, client: Client, *, chance: Callable[[], float]) -> None:
        self._desk = desk
        self._client = client
        self._chance = chance
        self._last = 0  # whose turn it was
        self._passed: dict[int, tuple[int, int]] = {}  # of each endpoint: its cursor, and up to where it hears nothing
        self._seen: tuple[int, Sequence[EndpointRow]] = (0, ())  # at the last look

    @property
    def has_ears(self) -> bool:
        """Whether there was any endpoint that is on, at the last look."""
        return bool(self._seen[1])

    def deliver(self) -> Turn | None:
        """One turn; `None` if nobody has anything to hear. Raises Unavailable."""
        now, (events, rows) = self._desk.clock(), self._look()
        due = [row for row in rows if self._from(row) < events and max(row.next, row.leased) <= now]
        for row in sorted(due, key=lambda row: (row.no <= self._last, row.no)):
            if self._has_mail(row) and (turn := self._turn(row)) is not None:
                return turn
        return None

    def next(self) -> Millis | None:
        """When there will be something to send, as far as the last look has shown."""
        events, rows = self._seen
        return min((max(row.next, row.leased) for row in rows if self._from(row) < events), default=None)

    # --- whose turn it is

    def _look(self) -> tuple[int, Sequence[EndpointRow]]:
        """The number of the last event, and every endpoint that is on."""
        with self._desk.store.reading(self._desk.workspace) as tx:
            rows = tx.house.every(EndpointRow, off=None)
            self._seen = (tx.router().events if rows else 0), rows
        return self._seen

    def _from(self, row: EndpointRow) -> int:
        """Up to which event there is nothing more for an endpoint."""
        cursor, passed = self._passed.get(row.no, (-1, 0))
        return passed if cursor == row.cursor else row.cursor

    def _has_mail(self, row: EndpointRow) -> bool:
        """Whether there is something to write down for an endpoint; what it does not hear of is passed in memory."""
        after = self._from(row)
        while events := self._events(after):
            if any(_is_for(row, event) for event in events):
                return True
            after = events[-1].no
            self._passed[row.no] = (row.cursor, after)
            if after - row.cursor >= SPARE:
                return True
        return False

    def _events(self, after: int) -> Sequence[EventRow]:
        with self._desk.store.reading(self._desk.workspace) as tx:
            return tx.story.events(after, limit=PAGE)

    # --- one turn

    def _turn(self, row: EndpointRow) -> Turn | None:
        """Send what comes next to an endpoint; `None` if somebody else has just begun to."""
        leased = replace(row, leased=self._desk.clock() + LEASE)
        with self._desk.store.sending(self._desk.workspace) as tx:
            if not tx.house.swap(row, leased):
                return None
        self._last = row.no
        cursor, tried = row.cursor, list[Tried]()
        for event, attempt in self._attempts(leased, start=self._from(row)):
            if attempt is not None:
                tried.append(attempt)
                if attempt.outcome != "sent":
                    break
            cursor = event
        return self._settle(leased, cursor, tried)

    def _attempts(self, row: EndpointRow, *, start: int) -> Iterator[tuple[int, Tried | None]]:
        """Each next event, and what came of it if the endpoint hears of it, until it is the others' turn."""
        begun, after = self._desk.clock(), start
        yield after, None
        while events := self._events(after):
            for event, subject, body in self._bodies(row, events):
                yield event, self._attempt(row, subject, body) if body else None
                if self._desk.clock() - begun >= SPAN:
                    return
            after = events[-1].no

    def _bodies(self, row: EndpointRow, events: Sequence[EventRow]) -> list[tuple[int, int, bytes]]:
        """For each event: its number, that of the one to be told, and in what words; none if nothing is told."""
        vocabulary, detail = self._desk.setup().policy.vocabulary, _detail(row)
        with self._desk.store.reading(self._desk.workspace) as tx:
            mails = [_mail(tx, row, event) for event in events]
            known = abouts(tx, self._desk.sealer, [mail for mail in mails if mail], detail, vocabulary=vocabulary)
        return [
            (event.no, mail.row.no, envelope(mail, known.get(mail.row.lead or 0))) if mail else (event.no, 0, b"")
            for event, mail in zip(events, mails, strict=True)
        ]

    def _attempt(self, row: EndpointRow, event: int, body: bytes) -> Tried:
        """Send once. What leads nowhere today may be mended tomorrow: it is tried again in any case."""
        at, subject = self._desk.clock(), f"event {event}"
        try:
            secrets = secrets_of(self._desk.sealer, row, workspace=self._desk.workspace)
            tried = self._sent(row.url, f"{self._desk.workspace}-e{event}", body, secrets=secrets, at=at)
        except EvenhandError as error:
            least = error.after if isinstance(error, TryLater) else 0
            tried = Tried(subject="", at=at, outcome="later", said=_words(str(error)), least=least)
        except Exception as error:  # what it says might name somebody
            tried = Tried(subject="", at=at, outcome="later", said=type(error).__name__)
        return replace(tried, subject=subject, took=max(0, self._desk.clock() - at))

    def _sent(self, url: str, known: str, body: bytes, *, secrets: Sequence[Secret], at: Millis) -> Tried:
        answer = self._client.ask("POST", url, body=body, headers=signed(known, body, secrets=secrets, at=at))
        said = f"answered {answer.status}"
        if 200 <= answer.status < 300:
            return Tried(subject="", at=at, outcome="sent", said=said)
        outcome: Told = "dead" if answer.status == GONE else "later"
        least = retry_after(answer.headers.get("retry-after", ""), at)
        return Tried(subject="", at=at, outcome=outcome, said=said, least=least)

    # --- what became of it

    def _settle(self, leased: EndpointRow, cursor: int, tried: Sequence[Tried]) -> Turn:
        """Write it down, whatever else was changed about the endpoint meanwhile; turn it off if it is time to."""
        sent = sum(each.outcome == "sent" for each in tried)
        failed = tried[-1] if len(tried) > sent else None
        attempts = (0 if sent else leased.attempts) + 1 if failed else 0
        again = self._again(attempts, failed) if failed else 0
        with self._desk.store.sending(self._desk.workspace) as tx:
            tx.house.write(*_deliveries(tx.house, leased.no, tried))
            for _ in range(AGAIN):
                row = tx.house.one(EndpointRow, no=leased.no)
                if row is None or row.leased != leased.leased:
                    break  # the lease has run out, or the endpoint was sent elsewhere in its story: that counts
                told = replace(row, cursor=cursor, attempts=attempts, next=again, leased=0)
                if tx.house.swap(row, replace(told, error=failed.said if failed else "")):
                    break
        is_off = failed is not None and (failed.outcome == "dead" or attempts >= TRIES)
        if failed is not None and is_off:
            self._desk.do(give_up, leased.no, failed.said, actor=WEBHOOKS)
        return Turn(endpoint=leased.no, sent=sent, wrong=failed.said if failed else "", is_off=is_off)

    def _again(self, attempts: int, failed: Tried) -> Millis:
        """When to try again: after a wait that doubles, up to half of it left to chance."""
        limit = min(LONGEST, FIRST << min(attempts - 1, 20))
        return self._desk.clock() + max(int(limit * (1 + self._chance()) / 2), min(failed.least, LONGEST))


@lru_cache(maxsize=256)
def _heard(kinds: str) -> frozenset[str]:
    return all_covered(filter(None, kinds.split(",")))


def _is_for(row: EndpointRow, event: EventRow) -> bool:
    """Whether an endpoint is told something at this event."""
    return event.kind in _heard(row.kinds) or (event.kind in _ASKED and _BODY.decode(event.body)["webhook"] == row.no)


def _mail(tx: Reading, row: EndpointRow, event: EventRow) -> Mail | None:
    """What an endpoint is told at an event: of itself, of another one that was asked for, a greeting, or nothing."""
    if not _is_for(row, event):
        return None
    body = _BODY.decode(event.body) if event.kind in _ASKED else {}
    if body.get("webhook") == row.no and event.kind == "webhook.tested":
        return Mail(event, ping=True)
    other = body.get("event")
    if body.get("webhook") == row.no and isinstance(other, int):
        return next((Mail(found) for found in tx.story.events(other - 1, limit=1)), None)
    return Mail(event) if event.kind in _heard(row.kinds) else None


def _detail(row: EndpointRow) -> Detail:
    """How much of a lead an endpoint is told; the least if its row does not say it in a word that we know."""
    match row.detail:
        case "brief" | "full" as known:
            return known
    return "none"


def _deliveries(house: Housekeeping, no: int, tried: Sequence[Tried]) -> Iterator[DeliveryRow]:
    """Attempts as they are kept, numbered after those there have been before."""
    carrier, latest = f"webhook {no}", dict[str, int]()
    for each in tried:
        if each.subject not in latest:
            before = house.latest(DeliveryRow, "attempt", limit=1, carrier=carrier, subject=each.subject)
            latest[each.subject] = before[0].attempt if before else 0
        latest[each.subject] += 1
        yield DeliveryRow(
            carrier=carrier,
            subject=each.subject,
            attempt=latest[each.subject],
            at=each.at,
            took=each.took,
            outcome=each.outcome,
            said=each.said,
        )


def _words(why: str) -> str:
    """An error as it can be kept: what another machine says may hold what no text in a database can."""
    return "".join([letter if letter.isprintable() else " " for letter in why[:WORDS]])
