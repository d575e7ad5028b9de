"""A lead out of a request: what was sent is read by the policy in force, taken, and answered with its decision.

The policy is the one in force when it is taken: if another has been published meanwhile, it is read once more. The
accounts that it is matched with are those that this process has seen last (`workers/accounts.py`): a lead that comes in
right after an account was changed may still be matched with what was there before. Its decision says with which.
"""

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
    """Reads leads for one room; how to is worked out once for each policy and each state of the accounts."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._read_by: tuple[Policy, Accounts, LeadReader] = _reader(room.setup.policy, room.accounts)

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
        reader = self._reader(policy)
        arrival = reader.read(sent.row, self._room.desk.clock())
        if isinstance(arrival, Reject):
            raise refusal(arrival)
        if "id" not in sent.row.cells:
            arrival = replace(arrival, lead=replace(arrival.lead, id=""))
        ready = incoming(arrival, self._room.desk, source=sent.source, key=sent.key, raw=sent.raw)
        filled = {column for _, column in reader.columns.pairs(sent.row.cells)}
        unread = tuple([name for name in sent.row.cells if name not in filled])
        return arrival, replace(ready, policy=policy.digest), unread

    def _reader(self, policy: Policy) -> LeadReader:
        accounts, (known, matched, reader) = self._room.accounts, self._read_by
        if policy is not known or accounts is not matched:
            self._read_by = _reader(policy, accounts)
            reader = self._read_by[2]
        return reader


def _reader(policy: Policy, accounts: Accounts) -> tuple[Policy, Accounts, LeadReader]:
    return policy, accounts, LeadReader(LeadOptions(as_of=0, vocabulary=policy.vocabulary), accounts)


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
