"""Seeing that the accounts have changed: whoever matches leads with them is given the new index.

How late: what anybody has changed, in this process or another, is matched with a second later at the most, and as long
as building the index takes: seconds with a hundred thousand accounts, hardly anything with a few hundred. Meanwhile
leads are matched with the accounts of before; nobody waits.
"""

from collections.abc import Callable
from typing import Final

from evenhand.actions.account_book import known_accounts
from evenhand.actions.lent import AnyDesk
from evenhand.core.model import Millis
from evenhand.know.match import Accounts

EVERY: Final[Millis] = 1_000


class AccountBook:
    """Follows the accounts of one workspace. See `Job`."""

    name = "accounts"

    def __init__(self, desk: AnyDesk, tell: Callable[[Accounts], None]) -> None:
        self._desk = desk
        self._tell = tell
        self._known: Accounts | None = None
        self._due: Millis = 0

    def step(self) -> bool:
        """Look whether they have changed, if it is time to."""
        now = self._desk.clock()
        if self._due - EVERY <= now < self._due:
            return False
        found = known_accounts(self._desk)
        if found is not self._known:
            self._tell(found)
        self._known, self._due = found, self._desk.clock() + EVERY
        return False

    def next(self) -> Millis | None:
        """When to look again."""
        return self._due
