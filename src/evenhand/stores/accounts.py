"""Reading the companies that a workspace knows. See `ports/accounts.py`."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, Select, func, or_, select, tuple_

from evenhand.ports.accounts import AccountRow
from evenhand.stores.account_table import accounts as _A  # noqa: N812  as the tables of the other modules
from evenhand.stores.engine import chunks, fetch, number, words
from evenhand.stores.rowmap import columns, read


class SqlAccounts:
    """Keeps the promise of `ports.accounts.AccountRows`."""

    def __init__(self, connection: Connection, workspace: int) -> None:
        self._at = connection
        self._ws = workspace

    def version(self) -> int:
        # Has anything changed? Asked every second: the last entry of the index by version says so.
        asked = select(_A.c.version).where(_A.c.workspace == self._ws).order_by(_A.c.version.desc()).limit(1)
        return next((int(row[0]) for row in fetch(self._at, asked)), 0)

    def several(self, ids: Sequence[str]) -> Mapping[str, AccountRow]:
        found: list[AccountRow] = []
        for some in chunks(list(map(words, ids))):
            found += read(AccountRow, fetch(self._at, self._mine().where(_A.c.account.in_(some))))
        return {row.account: row for row in found}

    def changed(self, after: tuple[int, str] = (0, ""), *, limit: int = 1000) -> Sequence[AccountRow]:
        # What has changed since: the index by version is read from there on.
        place = (number(after[0]), words(after[1]))
        asked = self._mine().where(tuple_(_A.c.version, _A.c.account) > place)
        return read(AccountRow, fetch(self._at, asked.order_by(_A.c.version, _A.c.account).limit(limit)))

    def listed(self, after: str = "", *, named: str = "", limit: int = 200) -> Sequence[AccountRow]:
        asked = self._mine().where(_A.c.gone.is_(None), _A.c.account > words(after))
        if named:
            start = words(named)
            by_domain = (" " + _A.c.domains).contains(f" {start}", autoescape=True)
            asked = asked.where(or_(_A.c.folded.startswith(start, autoescape=True), by_domain))
        return read(AccountRow, fetch(self._at, asked.order_by(_A.c.account).limit(limit)))

    def owners(self) -> Mapping[str, int]:
        mine = select(_A.c.owner, func.count()).where(_A.c.workspace == self._ws, _A.c.gone.is_(None))
        return {str(owner): int(count) for owner, count in fetch(self._at, mine.group_by(_A.c.owner))}

    def _mine(self) -> Select[tuple[object, ...]]:
        return select(*columns(AccountRow)).where(_A.c.workspace == self._ws)
