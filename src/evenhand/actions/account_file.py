"""A file of accounts into a workspace, slice by slice: CSV with a header, or a JSON object a line.

Each slice is put in whole or not at all. The same file may be put in again at any time: what is the same as before
changes nothing. Accounts that the file does not name stay.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, Protocol, TypeAlias

from msgspec import Struct

from evenhand.actions.accounts import SLICE, Counted
from evenhand.core.model import Roster
from evenhand.know.match import Account
from evenhand.reading.accounts import AccountFile, read_accounts
from evenhand.reading.rows import Reject, read_rows
from evenhand.reading.setup import Setup

Put: TypeAlias = Callable[[Sequence[Account]], Counted]  # what is done with a slice

_NOTHING: Final = Counted()


class AccountsFile(Struct, frozen=True, kw_only=True):
    """A file, and how it is to be read: `mapping` is (column, field)."""

    path: str
    mapping: Sequence[tuple[str, str]] = ()
    encoding: str = ""
    delimiter: str = ""


class AccountsTaken(Struct, frozen=True, kw_only=True):
    """What became of a file. Every line is one of: new, changed, same, rejected.

    dirty:    values that could not be read, by field; their accounts are there without them.
    unmapped: columns that fill no field.
    """

    lines: int
    new: int
    changed: int
    same: int
    rejected: int
    dirty: Mapping[str, int]
    unmapped: tuple[str, ...]


class Hearing(Protocol):
    """Whoever hears of the lines that cannot be used."""

    def __call__(self, reject: Reject, /) -> None: ...


def put_file(file: AccountsFile, setup: Setup, put: Put, reject: Hearing) -> AccountsTaken:
    """Put a file in. Raises BadFile, BadUsage; after Unavailable begin again."""
    rows = read_rows(file.path, encoding=file.encoding, delimiter=file.delimiter)
    found = read_accounts(rows, setup.policy.vocabulary, owners=owners_of(setup.roster), mapping=file.mapping)
    counted, rejected, slice_ = _NOTHING, 0, list[Account]()

    def flush() -> None:
        nonlocal counted
        counted += put(slice_) if slice_ else _NOTHING
        slice_.clear()

    for each in found:
        if isinstance(each, Reject):
            rejected += 1
            reject(each)
            continue
        slice_.append(each)
        if len(slice_) == SLICE:
            flush()
    flush()
    return _taken(found, counted, rejected)


def owners_of(roster: Roster) -> dict[str, str]:
    """E-mail address in small letters -> rep id: an owner may be given by either."""
    return {rep.email.lower(): rep.id for rep in roster.reps.values() if rep.email}


def _taken(found: AccountFile, counted: Counted, rejected: int) -> AccountsTaken:
    dirty: dict[str, int] = {}
    for _, problem in found.problems:
        dirty[problem.field] = dirty.get(problem.field, 0) + 1
    return AccountsTaken(
        lines=counted.new + counted.changed + counted.same + rejected,
        new=counted.new,
        changed=counted.changed,
        same=counted.same,
        rejected=rejected,
        dirty=dirty,
        unmapped=found.unmapped,
    )
