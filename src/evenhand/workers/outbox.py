"""The outbox: messages are sent as soon as they are written."""

from evenhand.actions.sending import Sender
from evenhand.core.model import Millis
from evenhand.workers.log import Log


class Outbox:
    """Sends the messages of one workspace. See `Job`."""

    name = "outbox"

    def __init__(self, sender: Sender, *, log: Log) -> None:
        self._sender = sender
        self._log = log

    def step(self) -> bool:
        """One round of sending."""
        tally = self._sender.send_due()
        if tally is None:
            return False
        self._log("sent", job=self.name, count=tally.sent, later=tally.later, dead=tally.dead)
        return True

    def next(self) -> Millis | None:
        """When the next message may be sent."""
        return self._sender.next()
