"""A lead out of a request: what was sent is read by the policy in force, taken, and answered with its decision."""

from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from evenhand.actions.actor import Actor
from evenhand.actions.receiving import Incoming, Received, incoming, receiving
from evenhand.core.arrival import Arrival
from evenhand.core.policy.model import Policy
from evenhand.errors import BadInput, Conflict, Fault, Outdated
from evenhand.know.match import Accounts
from evenhand.reading.leads import LeadOptions, LeadReader
from evenhand.reading.rows import Reject, Row, json_row
from evenhand.service.room import Room

SOURCE: Final = "api"  # of a lead that does not say where it comes from
TRIES: Final = 4  # so many policies in a row may be published while one lead is read


class Sent(Struct, frozen=True, kw_only=True):
    """A lead as somebody has sent it: its cells, and everything word for word."""

    row: Row
    raw: bytes
    source: str = SOURCE
    key: str = ""


class Taken(Struct, frozen=True):
    """What became of it, and how it was read."""

    received: Received
    arrival: Arrival
    unread: tuple[str, ...]


class Intake:
    """Reads leads for one room; how to is worked out once for each policy."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._policy: Policy | None = None
        self._reader = _reader(room.setup.policy)

    async def take(self, sent: Sent, *, actor: Actor, bulk: bool = False) -> Taken:
        """Take a lead in. Raises BadInput if it cannot be read, and what `receiving.take` raises."""
        for _ in range(TRIES):
            arrival, ready, unread = self.ready(sent)
            try:
                received = await self._room.submit(receiving([ready], actor=actor)[0], bulk=bulk)
                return Taken(received, arrival, unread)
            except Outdated:
                await self._room.refresh()
        raise Conflict("the policy is being changed all the time: send it again in a moment.")

    def ready(self, sent: Sent) -> tuple[Arrival, Incoming, tuple[str, ...]]:
        """A lead that is ready to be taken, and the names in it that no field has. Raises BadInput."""
        policy = self._room.setup.policy
        if policy is not self._policy:
            self._policy, self._reader = policy, _reader(policy)
        arrival = self._reader.read(sent.row, self._room.desk.clock())
        if isinstance(arrival, Reject):
            raise refusal(arrival)
        if "id" not in sent.row.cells:
            arrival = replace(arrival, lead=replace(arrival.lead, id=""))
        ready = incoming(arrival, self._room.desk, source=sent.source, key=sent.key, raw=sent.raw)
        filled = {column for _, column in self._reader.columns.pairs(sent.row.cells)}
        unread = tuple([name for name in sent.row.cells if name not in filled])
        return arrival, replace(ready, policy=policy.digest), unread


def _reader(policy: Policy) -> LeadReader:
    return LeadReader(LeadOptions(as_of=0, vocabulary=policy.vocabulary), Accounts(()))


def lead_in(body: bytes, *, line: int = 1) -> Row:
    """The lead in a JSON object. Raises BadInput."""
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise BadInput(Fault(where="body", what=f"is not UTF-8 text: {error.reason}.", fix="Send JSON.")) from error
    row = json_row(line, text)
    if isinstance(row, Reject):
        raise refusal(row)
    return row


def refusal(reject: Reject) -> BadInput:
    """Why a lead cannot be taken, as an error."""
    value = f" {reject.value!r}" if reject.value else ""
    return BadInput(Fault(where=reject.field or "body", what=f"{value} {reject.cause}.".strip(), fix=reject.fix))
