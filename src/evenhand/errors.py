"""What can go wrong, drawn as a tree.

* EvenhandError
  + BadInput            what we were given cannot be used; says where, what and how to mend it
    - BadExpression     a condition or an amount that cannot be read
    - BadPolicy         the policy text
    - BadTeam           the roster text
    - BadFile           a file of leads, accounts or decisions
    - BadUsage          options that do not go together
    - BadSecret         the master secret is missing, misspelt, open to everybody, or another one
    - BadAddress        an address that messages are to go to is none, or is one where they may not go
  + NotFound            the thing that was named does not exist
    - SwitchedOff         it does, but somebody has switched it off
  + Conflict            the world has moved on since the caller looked
    - Outdated            what was worked out beforehand no longer holds: work it out again
    - Overtaken           somebody else has changed it since the caller saw it
  + NoTag               an edit does not say which version it was made on
  + NotSignedIn         nobody knows who is asking
  + NotAllowed          somebody else may do this, and they may not
  + Unavailable         the database is locked, full, or cannot be reached: try again
    - Uncertain         it was lost while it was writing: look before trying again
  + Busy                more is waiting already than can be held: try again in a moment
    - TooOften            somebody has tried so often that they must wait
  + CannotRead          what is encrypted does not open with this key
  + NotSent             a message has not reached whom it is for
    - TryLater            it may go through later
    - GiveUp              it never will

The command line turns `BadInput` and `NotFound` into exit code 2; HTTP has one table, in `service/problems.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass


class EvenhandError(Exception):
    """Any error that Evenhand raises on purpose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is wrong with an input: where, what, and what to do about it.

    `line` and `column` count from 1; 0 means that there is no position to show.
    """

    what: str
    fix: str = ""
    where: str = ""
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        place = self.where or "input"
        if self.line:
            place += f", line {self.line}"
        if self.column:
            place += f", column {self.column}"
        return f"{place}: {self.what}" + (f" {self.fix}" if self.fix else "")


class BadInput(EvenhandError):
    """Something we were given cannot be used as it is; `faults` lists every reason found."""

    def __init__(self, faults: Sequence[Fault] | Fault) -> None:
        self.faults: tuple[Fault, ...] = (faults,) if isinstance(faults, Fault) else tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


class BadExpression(BadInput):
    """A condition or an amount cannot be read."""


class BadPolicy(BadInput):
    """The policy text cannot be used."""


class BadTeam(BadInput):
    """The roster text cannot be used."""


class BadFile(BadInput):
    """A file of leads, accounts or decisions cannot be used."""


class BadUsage(BadInput):
    """The options given do not go together."""


class BadSecret(BadInput):
    """The master secret, which opens the personal data, cannot be used."""


class BadAddress(BadInput):
    """An address for messages cannot be read, or leads where no message may go."""


class NotFound(EvenhandError):
    """The thing that was named does not exist."""


class SwitchedOff(NotFound):
    """What was named is there, but somebody has switched it off."""


class Conflict(EvenhandError):
    """The world has moved on since the caller looked."""


class Outdated(Conflict):
    """What was worked out beforehand no longer holds, because the policy has changed: work it out again."""


class Overtaken(Conflict):
    """Somebody else has changed it since the caller saw it."""


class NoTag(EvenhandError):
    """An edit that could overwrite somebody else's does not say which version it was made on."""


class NotSignedIn(EvenhandError):
    """Nobody knows who is asking: there is no key or session, or it does not count any more."""


class NotAllowed(EvenhandError):
    """Somebody else may do this, and they may not."""


class Unavailable(EvenhandError):
    """The database is locked, full, or cannot be reached. Nothing was written, unless it failed while committing."""


class CannotRead(EvenhandError):
    """What is encrypted does not open: it was changed, or belongs to another key, lead or workspace."""


class Uncertain(Unavailable):
    """The database was lost while a transaction was being committed: look what was written before trying again."""


class Busy(EvenhandError):
    """More is waiting already than can be held; nothing of this was taken. Try again in a moment."""


class TooOften(Busy):
    """Somebody has tried so often that they must wait; `after` is for how long, in milliseconds."""

    def __init__(self, what: str, *, after: int) -> None:
        super().__init__(what)
        self.after = after


class NotSent(EvenhandError):
    """A message has not reached whom it is for. What is said here is kept, so it names no lead's person."""


class TryLater(NotSent):
    """The message may go through later; `after` is the least to wait, in milliseconds, if the other side said so."""

    def __init__(self, what: str, *, after: int = 0) -> None:
        super().__init__(what)
        self.after = after


class GiveUp(NotSent):
    """The message will never go through, however often it is tried."""
