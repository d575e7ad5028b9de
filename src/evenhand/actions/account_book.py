"""The accounts in force, held in memory for all who match leads with them: one index for a workspace, in a process.

`known_accounts` looks which version the accounts have (one entry of an index), reads what has changed since it looked
last, and builds the index anew if anything has. That takes long with very many accounts, so it is asked for on threads
that may wait: whoever may not keeps what it was told last (`service/intake.py`).
"""

import threading
from collections.abc import Iterable
from typing import Final, Protocol
from weakref import WeakKeyDictionary

from evenhand.actions.accounts import account_of
from evenhand.know.match import Account, Accounts
from evenhand.ports.accounts import AccountRow, AccountRows
from evenhand.ports.store import Store

PAGE: Final = 5_000  # rows that are read together


class Place(Protocol):
    """Where accounts are kept: any desk is one."""

    @property
    def store(self) -> Store: ...
    @property
    def workspace(self) -> int: ...


class Book:
    """The accounts of one workspace, as they were last seen."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_id: dict[str, Account] = {}
        self._place = (0, "")  # of the last row that was read
        self._accounts = Accounts(())

    def now(self, place: Place) -> Accounts:
        """The accounts as they are now. One thread reads, the others wait for it."""
        with self._lock, place.store.reading(place.workspace) as tx:
            if tx.accounts.version() != self._place[0]:
                self._catch_up(tx.accounts)
                self._accounts = Accounts(self._by_id.values())
            return self._accounts

    def _catch_up(self, rows: AccountRows) -> None:
        found = rows.changed(self._place, limit=PAGE)
        while found:
            self._take_over(found)
            self._place = (found[-1].version, found[-1].account)
            found = rows.changed(self._place, limit=PAGE) if len(found) == PAGE else ()

    def _take_over(self, rows: Iterable[AccountRow]) -> None:
        for row in rows:
            if row.gone is None:
                self._by_id[row.account] = account_of(row)
            else:
                self._by_id.pop(row.account, None)


_BOOKS: Final[WeakKeyDictionary[Store, dict[int, Book]]] = WeakKeyDictionary()
_OPENING: Final = threading.Lock()


def known_accounts(place: Place) -> Accounts:
    """The accounts in force in a workspace: the very same object until they change. Raises Unavailable."""
    with _OPENING:
        book = _BOOKS.setdefault(place.store, {}).setdefault(place.workspace, Book())
    return book.now(place)
