"""The companies that a workspace knows: put in, one or many, and taken out; each with who answers for it.

Values are kept as the policy in force reads them when they come in; after a policy that reads a field otherwise, put
them in once more. What a lead is matched with is in `account_book.py`. An account that is taken out stays as a row
that is gone, so that whoever holds all of them in memory hears of it.
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from msgspec import Raw, Struct, json
from msgspec.structs import replace

from evenhand.actions.access import administer
from evenhand.actions.actor import Actor
from evenhand.actions.desk import Desk
from evenhand.actions.work import Work
from evenhand.core.record import fields_json, read_fields
from evenhand.errors import BadUsage, Fault, NotFound
from evenhand.know.match import Account, folded
from evenhand.ports.accounts import AccountRow
from evenhand.reading.accounts import LONGEST

SLICE: Final = 500  # accounts that one transaction puts in
LARGEST: Final = 20_000  # bytes of the roles and fields of one; characters of its domains
OWNER: Final = "owner"
_WHAT: Final = "say which companies are known"
_SEEN: Final = ("name", "owner", "parent", "domains", "body")


class Counted(Struct, frozen=True):
    """What became of some accounts: new, different now, or the same as before."""

    new: int = 0
    changed: int = 0
    same: int = 0

    def __add__(self, other: "Counted") -> "Counted":
        """Both together."""
        return Counted(self.new + other.new, self.changed + other.changed, self.same + other.same)


class Body(Struct, frozen=True):
    """The parts of a row that are JSON: roles other than the owner's, and fields."""

    roles: dict[str, str] = {}
    fields: Raw = Raw(b"{}")


_TO_JSON: Final = json.Encoder(order="sorted")
_BODY: Final = json.Decoder(Body)


def put_accounts(work: Work, accounts: Sequence[Account], *, actor: Actor) -> Counted:
    """Put accounts in, each in the place of the one with its id; those that are not named stay as they are.

    One event says how many are new and changed, with the digest of what was put in; none if nothing is different.
    Raises BadUsage for one that is too long to be kept.
    """
    administer(actor, _WHAT)
    rows = {row.account: row for row in map(_row_of, accounts)}
    known = _known(work, list(rows))
    changed = [row for row in rows.values() if not _is_same(row, known.get(row.account))]
    if not changed:
        return Counted(same=len(rows))
    new = sum(_is_gone(known.get(row.account)) for row in changed)
    digest = sha256(b"".join([_said(row) + b"\n" for row in changed])).hexdigest()
    body = {"new": new, "changed": len(changed) - new, "digest": digest}
    number = work.event("accounts.imported", actor, body=body)
    for row in changed:
        _put(work, row, known.get(row.account), number)
    return Counted(new, len(changed) - new, len(rows) - len(changed))


def put_account(work: Work, account: Account, *, actor: Actor) -> AccountRow:
    """Put one account in, in the place of the one with its id. Raises BadUsage for one that is too long to be kept."""
    administer(actor, _WHAT)
    row = _row_of(account)
    before = _known(work, [row.account]).get(row.account)
    if before is not None and _is_same(row, before):
        return before
    number = work.event("account.changed", actor, body={"account": row.account, "new": _is_gone(before)})
    return _put(work, row, before, number)


def drop_account(work: Work, account: str, *, actor: Actor) -> AccountRow:
    """An account is known no longer: nothing is matched with it from then on. Raises NotFound."""
    administer(actor, _WHAT)
    row = account_row(work, account)
    number = work.event("account.dropped", actor, body={"account": account})
    row = replace(row, version=number, gone=work.now)
    work.put(row)
    return row


# --- looking


def account_row(work: Work, account: str) -> AccountRow:
    """An account that is known. Raises NotFound."""
    return _there(_known(work, [account]).get(account), account)


def found_account(desk: Desk, account: str) -> AccountRow:
    """An account that is known. Raises NotFound."""
    with desk.store.reading(desk.workspace) as tx:
        return _there(tx.accounts.several([account]).get(account), account)


def accounts_listed(desk: Desk, after: str, named: str, limit: int) -> Sequence[AccountRow]:
    """Accounts by id, from after one on; `named`: whose name, or a domain, begins so."""
    with desk.store.reading(desk.workspace) as tx:
        return tx.accounts.listed(after, named=folded(named) if "." not in named else named.lower(), limit=limit)


def account_of(row: AccountRow) -> Account:
    """An account as a lead is matched with it."""
    found = _BODY.decode(row.body)
    return Account(
        id=row.account,
        name=row.name,
        domains=tuple(row.domains.split()),
        parent=row.parent,
        roles={OWNER: row.owner, **found.roles} if row.owner else found.roles,
        fields=read_fields(bytes(found.fields)),
    )


# --- rows


def _row_of(account: Account) -> AccountRow:
    roles = {role: rep for role, rep in account.roles.items() if role != OWNER}
    row = AccountRow(
        account=account.id,
        name=account.name,
        folded=folded(account.name),
        owner=account.roles.get(OWNER, ""),
        parent=account.parent,
        domains=" ".join(account.domains),
        body=_TO_JSON.encode(Body(roles, Raw(fields_json(account.fields)))),
        version=0,
        since=0,
    )
    _check(row)
    return row


def _check(row: AccountRow) -> None:
    """Raise BadUsage for what no row can hold."""
    said = {"id": row.account, "name": row.name, "owner": row.owner, "parent": row.parent}
    faults = [
        Fault(where=name, what=f"is {len(text):,} characters long.", fix=f"A row may hold {LONGEST}.")
        for name, text in said.items()
        if len(text) > LONGEST
    ]
    if len(row.domains) > LARGEST or len(row.body) > LARGEST:
        what = f"account {row.account[:40]} has more domains, roles or fields than can be kept."
        faults.append(Fault(where="account", what=what, fix=f"Each may take up {LARGEST:,} characters."))
    if not row.account:
        faults.append(Fault(where="id", what="is missing.", fix="Give the account an id or a name."))
    if faults:
        raise BadUsage(faults)


def _known(work: Work, ids: Sequence[str]) -> dict[str, AccountRow]:
    """Those that are kept, gone or not, as this transaction has changed them."""
    found, wanted = dict(work.tx.accounts.several(ids)), set(ids)
    for now in reversed(list(work.changes())):
        here = [row for row in now.put.get(AccountRow, []) if isinstance(row, AccountRow)]
        found.update({row.account: row for row in here if row.account in wanted})
    return found


def _put(work: Work, row: AccountRow, before: AccountRow | None, number: int) -> AccountRow:
    since = work.now if before is None or _is_gone(before) else before.since
    row = replace(row, version=number, since=since)
    work.put(row)
    return row


def _is_gone(row: AccountRow | None) -> bool:
    return row is None or row.gone is not None


def _is_same(row: AccountRow, before: AccountRow | None) -> bool:
    return before is not None and before.gone is None and _said(row) == _said(before)


def _said(row: AccountRow) -> bytes:
    """What is said of an account, as one line."""
    return json.encode([row.account, *[getattr(row, name) for name in _SEEN]])


def _there(row: AccountRow | None, account: str) -> AccountRow:
    if row is None or row.gone is not None:
        raise NotFound(f"there is no account {account[:LONGEST]!r}.")
    return row
