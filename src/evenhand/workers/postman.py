"""One message on its way: put into words as things are at that moment, and handed over by the first way that works."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from evenhand.actions.channels import TEST
from evenhand.actions.lent import AnyDesk
from evenhand.actions.sending import WORDS
from evenhand.actions.telling import FAILURES, Party, Way
from evenhand.analytics.letters import Desked, letter_of, subject_of
from evenhand.core.model import Millis
from evenhand.errors import CannotRead, GiveUp, TryLater
from evenhand.integrations.words import Letter, combined
from evenhand.ports.carrier import Carrier, Parcel
from evenhand.ports.house import DeliveryRow, TokenRow, Told
from evenhand.ports.notifier import How
from evenhand.ports.rows import LeadRow, MessageRow
from evenhand.ports.store import Reading


class Part(Struct, frozen=True, kw_only=True):
    """One message to one of those whom it is for, with the ways to them, the first to be tried first.

    token: by which the link is known again that the lead is answered by, if it can be; `ticket` is in the link.
    """

    message: MessageRow
    party: Party
    ways: tuple[Way, ...]
    ticket: str = ""
    token: TokenRow | None = None


class Tried(Struct, frozen=True, kw_only=True):
    """What became of a part."""

    message: MessageRow
    how: How
    why: str = ""
    after: Millis = 0
    next: Millis = 0
    log: tuple[DeliveryRow, ...] = ()


class Entry(Struct, frozen=True, kw_only=True):
    """One attempt by one way."""

    way: Way
    outcome: Told
    said: str
    at: Millis
    took: Millis
    after: Millis = 0


class Postman:
    """Carries messages of one workspace, for several threads at the same time. `base` is what links begin with."""

    def __init__(self, desk: AnyDesk, carrier: Carrier, *, base: str) -> None:
        self._desk = desk
        self._carrier = carrier
        self._base = base

    def carry(self, parts: Sequence[Part]) -> list[Tried]:
        """Try the ways of some parts, who all have the same ones, until one will do.

        Whose lease is over by now may be carried by somebody else: it is left to them.
        """
        now = self._desk.clock()
        if now >= min(part.message.leased for part in parts):
            return [Tried(message=part.message, how="back", next=now) for part in parts]
        log: list[Entry] = []
        for way in parts[0].ways:
            log.append(entry := self._attempt(parts, way))
            if entry.outcome == "sent" or (entry.outcome == "later" and parts[0].message.attempts < FAILURES):
                break
        order: tuple[Told, ...] = ("sent", "later", "dead")
        best = min(log, key=lambda entry: order.index(entry.outcome))
        return [_tried(part.message, best, log) for part in parts]

    def _attempt(self, parts: Sequence[Part], way: Way) -> Entry:
        """Try one way. What an error that is none of ours says might name somebody, so only its name is kept."""
        at, said, after = self._desk.clock(), "", 0
        outcome: Told = "sent"
        try:
            self._carrier.carry(self._parcel(parts, way))
        except GiveUp as error:
            outcome, said = "dead", str(error)
        except TryLater as error:
            outcome, said, after = "later", str(error), error.after
        except Exception as error:
            outcome, said = "later", type(error).__name__
        return Entry(way=way, outcome=outcome, said=said, at=at, took=self._desk.clock() - at, after=after)

    def _parcel(self, parts: Sequence[Part], way: Way) -> Parcel:
        party, now = parts[0].party, self._desk.clock()
        words = combined(self._letters(parts, way, now), detail=way.detail)
        numbers = "-".join([str(part.message.no) for part in parts])
        return Parcel(
            kind=way.kind,
            address=self._address(way),
            name=party.name,
            id=f"{self._desk.workspace}-{numbers}",
            at=max(part.message.at for part in parts),
            subject=words.subject,
            text=words.text,
            html=words.html,
            short=words.short,
            tiny=words.tiny,
        )

    def _letters(self, parts: Sequence[Part], way: Way, now: Millis) -> list[Letter]:
        """The letters of one message, as things are now."""
        letters, setup = [], self._desk.setup()
        with self._desk.store.reading(self._desk.workspace) as tx:
            rows = rows_of(tx, [part.message for part in parts])
            at = Desked(desk=self._desk, setup=setup, tx=tx, base=self._base, now=now)
            for part in parts:
                subject = subject_of(tx, part.message, rows.get(part.message.lead or 0))
                can = bool(part.ticket) and subject.can_answer(part.party.rep)
                accept = f"{self._base}/answer/{part.ticket}" if can else ""
                letters.append(letter_of(at, subject, part.party, detail=way.detail, accept=accept))
        return letters

    def _address(self, way: Way) -> str:
        if not way.box:
            return way.address
        try:
            return self._desk.sealer.unseal(way.carrier, way.box, workspace=self._desk.workspace).decode()
        except CannotRead as error:
            raise GiveUp("its address cannot be opened with this secret") from error


def rows_of(tx: Reading, messages: Sequence[MessageRow]) -> Mapping[int, LeadRow]:
    """The leads that messages are about."""
    return tx.leads.several(sorted({message.lead for message in messages if message.lead is not None}))


def _tried(message: MessageRow, best: Entry, log: Sequence[Entry]) -> Tried:
    """What became of a message: what its best attempt came to. A test says at once how it went."""
    how: How = "dead" if message.kind == TEST and best.outcome == "later" else best.outcome
    rows = tuple([_delivery(message, entry) for entry in log])
    return Tried(message=message, how=how, why=best.said, after=best.after, log=rows)


def _delivery(message: MessageRow, entry: Entry) -> DeliveryRow:
    return DeliveryRow(
        carrier=entry.way.carrier,
        subject=f"message {message.no}",
        attempt=message.attempts,
        at=entry.at,
        took=entry.took,
        outcome=entry.outcome,
        said=entry.said[:WORDS],
    )
