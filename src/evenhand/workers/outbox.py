"""The outbox: messages are sent as soon as they are written."""

from evenhand.actions.sending import Sender, Tally
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
        self._note(tally)
        return True

    def finish(self) -> None:
        """See what was begun to its end."""
        self._note(self._sender.finish())

    def next(self) -> Millis | None:
        """When the next message may be sent."""
        return self._sender.next()

    def _note(self, tally: Tally) -> None:
        if tally != Tally():
            self._log("sent", job=self.name, count=tally.sent, later=tally.later, dead=tally.dead)
