"""Telling people by lines of JSON, in a file or on standard output: for trying things out, and for other programs."""

import sys
from pathlib import Path
from typing import Final

from msgspec import Struct, json

from evenhand.actions.saying import say
from evenhand.errors import TryLater
from evenhand.ports.notifier import Outgoing
from evenhand.workers.log import Log

STANDARD: Final = "-"


class Line(Struct, frozen=True):
    """What a line holds: the message in a sentence, and its facts."""

    id: str
    kind: str
    to: str
    say: str
    lead: int | None
    decision: int
    at: int
    attempt: int


class JsonLines:
    """Keeps the promise of `ports.notifier.Notifier`: one line a message, written at once and whole.

    Several processes may write to one file, and it may be moved away: it is opened anew for each line.
    """

    def __init__(self, path: str) -> None:
        self._path = path

    def send(self, message: Outgoing) -> None:
        """Add a line. Raises TryLater if it cannot be written."""
        try:
            self._write(line(message))
        except OSError as error:
            raise TryLater(f"cannot be written: {(error.strerror or type(error).__name__).lower()}") from error

    def _write(self, said: bytes) -> None:
        if self._path == STANDARD:
            sys.stdout.buffer.write(said)
            sys.stdout.buffer.flush()
            return
        with Path(self._path).open("ab") as file:
            file.write(said)


def line(message: Outgoing) -> bytes:
    """A message as a line of JSON."""
    said = Line(
        id=message.id,
        kind=message.kind,
        to=message.to,
        say=say(message),
        lead=message.lead,
        decision=message.decision,
        at=message.at,
        attempt=message.attempt,
    )
    return json.encode(said) + b"\n"


class Noted:
    """Tells nobody, and takes note of what they would have been told: for a desk without any way to tell yet."""

    def __init__(self, log: Log) -> None:
        self._log = log

    def send(self, message: Outgoing) -> None:
        """Take note."""
        self._log("told nobody", kind=message.kind, to=message.to, lead=message.lead, message=message.id)
