"""The companies that a workspace knows, and who answers for each: the row of an account, and how accounts are read.

What a lead is matched with is made of these rows and held in memory (`actions/account_book.py`); so they are read whole
once, and after that only those that have changed since.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from msgspec import Struct

from evenhand.core.model import Millis


class AccountRow(Struct, frozen=True, kw_only=True):
    """A company that is known.

    folded:  its name without regard to case, punctuation and spaces, as `know.match.folded` writes it.
    owner:   who answers for it: somebody's id in the roster, or whatever another system says.
    parent:  another account's id or name.
    domains: with spaces between them, in small letters.
    body:    JSON: its other roles, and the fields that rules see as `account.*`.
    version: the number of the event that changed it last.
    gone:    since when it is no longer known; nothing is matched with it then.
    """

    account: str
    name: str = ""
    folded: str = ""
    owner: str = ""
    parent: str = ""
    domains: str = ""
    body: bytes = b"{}"
    version: int
    since: Millis
    gone: Millis | None = None


class AccountRows(Protocol):
    """The rows of this module."""

    def version(self) -> int:
        """The highest version of any account; 0 without one. It rises with every change."""
        ...

    def several(self, ids: Sequence[str]) -> Mapping[str, AccountRow]:
        """Those of the accounts that are kept, gone or not, by id."""
        ...

    def changed(self, after: tuple[int, str] = (0, ""), *, limit: int = 1000) -> Sequence[AccountRow]:
        """Accounts by (version, id), gone ones too, from after one on."""
        ...

    def listed(self, after: str = "", *, named: str = "", limit: int = 200) -> Sequence[AccountRow]:
        """Accounts that are known, by id, from after one on; `named`: whose folded name, or a domain, begins so.

        With `named` every account from there on is looked at until enough are found: it is for people who look.
        """
        ...

    def owners(self) -> Mapping[str, int]:
        """How many accounts each owner answers for; every account is looked at."""
        ...
