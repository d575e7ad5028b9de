"""`/api/v1/accounts`: the companies that are known, and who answers for each: one by one, or by the file."""

from collections.abc import AsyncIterator, Sequence
from typing import Annotated, Any, Final

from litestar import delete, get, post, put
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.response import Stream
from msgspec import Raw, Struct

from evenhand.actions.account_file import AccountsFile, AccountsTaken, Put, owners_of, put_file
from evenhand.actions.accounts import (
    OWNER,
    Counted,
    account_of,
    account_row,
    accounts_listed,
    drop_account,
    found_account,
    put_account,
    put_accounts,
)
from evenhand.actions.actor import Actor
from evenhand.actions.desk import Desk, call
from evenhand.actions.work import Work
from evenhand.core.instants import say_instant
from evenhand.core.when import Vocabulary
from evenhand.errors import NotFound
from evenhand.know.match import Account
from evenhand.know.raw import Raw as Cell
from evenhand.ports.accounts import AccountRow
from evenhand.reading.accounts import read_account
from evenhand.reading.rows import Reject
from evenhand.service.answers import ENCODE, AnObject, Answer
from evenhand.service.cursors import PAGE, After, Limit, page, place
from evenhand.service.guests import Asked, Guest, may
from evenhand.service.importing import apart, waited_for
from evenhand.service.intake import lead_in
from evenhand.service.ndjson import MEDIA
from evenhand.service.room import Room
from evenhand.service.routes.imports import (
    LARGEST,
    SHOWN,
    Maps,
    RejectView,
    gone_after,
    kept_file,
    pair_of,
    show_reject,
)
from evenhand.service.shown import show_fields
from evenhand.service.tags import check, if_match, tag_of, tagged

LINES: Final = 500  # of an export, that are read together
Named = Annotated[
    str, QueryParameter(name="q", max_length=100, description="Only those whose name, or a domain, begins so.")
]
FromId = Annotated[str, QueryParameter(name="after", max_length=300, description="Begin after the one of this id.")]


class AccountView(Struct, frozen=True, kw_only=True):
    """A company that is known.

    owner:  who answers for it; as a rule somebody's id in the roster. roles: who else does, by role.
    parent: another account's id or name. fields: what rules see, by name: `account.industry`.
    """

    id: str
    name: str
    domains: tuple[str, ...]
    owner: str
    parent: str
    roles: dict[str, str]
    fields: AnObject
    version: int
    since: str


class Accounts(Struct, frozen=True, kw_only=True):
    """A page of accounts, by id."""

    items: tuple[AccountView, ...]
    next: str | None = None


class AccountWanted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An account as it is to be; what is left out is taken out.

    owner, roles: ids in the roster, or e-mail addresses of people in it. fields: by name, `account.industry`.
    """

    name: str = ""
    domains: tuple[str, ...] = ()
    owner: str = ""
    parent: str = ""
    roles: dict[str, str] = {}
    fields: dict[str, Any] = {}


class AccountsAnswer(Struct, frozen=True, kw_only=True):
    """What became of a file. Every line is one of: new, changed, same, rejected.

    dirty:    values that could not be read, by field; their accounts are there without them.
    unmapped: columns that fill no field. rejects: the first of the lines that could not be used.
    """

    lines: int
    new: int
    changed: int
    same: int
    rejected: int
    dirty: dict[str, int]
    unmapped: tuple[str, ...]
    rejects: tuple[RejectView, ...]
    dry_run: bool


@get("/accounts", opt=may("accounts:read"))
async def list_accounts(request: Asked, *, q: Named = "", after: After = None, limit: Limit = PAGE) -> Accounts:
    """The companies that are known, by id."""
    guest: Guest = request.auth
    rows = await guest.room.read(accounts_listed, place(after, str, ""), q, limit + 1)
    items, onward = page(rows, limit, lambda row: row.account)
    return Accounts(items=tuple(_views(guest.room.setup.policy.vocabulary, items)), next=onward)


@get("/accounts/{account:str}", opt=may("accounts:read"))
async def get_account(request: Asked, account: FromPath[str]) -> Answer[AccountView]:
    """A company that is known."""
    guest: Guest = request.auth
    return _tagged(guest.room, await guest.room.read(found_account, account))


@put(
    "/accounts/{account:str}",
    opt=may("accounts:write"),
    responses={201: ResponseSpec(AccountView, generate_examples=False, description="It was not known before.")},
)
async def put_one_account(request: Asked, account: FromPath[str], data: JSONBody[AccountWanted]) -> Answer[AccountView]:
    """Put a company in, or say anew what it is, then with `If-Match` from `GET`. Everything that is wrong is told."""
    guest: Guest = request.auth
    setup = guest.room.setup
    wanted = read_account(_cells(account, data), setup.policy.vocabulary, owners=owners_of(setup.roster))
    row, is_new = await guest.room.do(_put, wanted, given=if_match(request), actor=guest.caller.actor)
    return _tagged(guest.room, row, status=201 if is_new else 200)


@delete("/accounts/{account:str}", opt=may("accounts:write"))
async def delete_account(request: Asked, account: FromPath[str]) -> None:
    """A company is known no longer; leads that were matched with it stay as they are."""
    guest: Guest = request.auth
    await guest.room.do(_drop, account, given=if_match(request), actor=guest.caller.actor)


@post(
    "/accounts/import",
    opt=may("accounts:write"),
    status_code=200,
    request_max_body_size=LARGEST,
)
async def import_accounts(
    request: Asked,
    *,
    maps: Maps = None,
    dry_run: Annotated[bool, QueryParameter(description="Only say what would become of them.")] = False,
    encoding: FromQuery[str] = "",
    delimiter: FromQuery[str] = "",
) -> AccountsAnswer:
    """Put in a file of companies: the body itself (`text/csv`, or NDJSON), or the first file of a form (multipart).

    Each takes the place of the one with its id; those that the file does not name stay. The same file may be sent again
    at any time, after a failure too.
    """
    guest: Guest = request.auth
    mapping = tuple(map(pair_of, maps or ()))
    path, _ = await kept_file(request)
    file = AccountsFile(path=str(path), mapping=mapping, encoding=encoding, delimiter=delimiter)
    rejects: list[Reject] = []

    def keep(reject: Reject) -> None:
        if len(rejects) < SHOWN:
            rejects.append(reject)

    room, actor = guest.room, guest.caller.actor
    put_ = _trying(room, actor) if dry_run else _putting(room, actor)
    with gone_after(path):
        taken = await apart(lambda: put_file(file, room.desk.setup(), put_, keep))
    return _answer(taken, rejects, dry_run=dry_run)


@get(
    "/export/accounts",
    opt=may("accounts:read"),
    media_type=MEDIA,
    responses={
        200: ResponseSpec(AccountView, generate_examples=False, media_type=MEDIA, description="A line an account.")
    },
)
async def export_accounts(request: Asked, *, start: FromId = "") -> Stream:
    """The companies that are known, by id, a JSON object a line."""
    return Stream(_pages(request.auth, start), media_type=MEDIA)


async def _pages(guest: Guest, after: str | None) -> AsyncIterator[bytes]:
    while after is not None:
        lines, after = await guest.room.read(_lines, after)
        if lines:
            yield lines


# --- what is done


def _cells(account: str, data: AccountWanted) -> dict[str, Cell]:
    """What was sent, with names as in a file."""
    found = lead_in(ENCODE(data.fields)).cells
    roles = {f"role.{role}": rep for role, rep in data.roles.items()}
    own = {"id": account, "name": data.name, OWNER: data.owner, "parent": data.parent}
    return {**found, **roles, **own, "domains": [*data.domains]}


def _put(work: Work, wanted: Account, *, given: str, actor: Actor) -> tuple[AccountRow, bool]:
    try:
        before = account_row(work, wanted.id)
    except NotFound:
        if given:
            raise
        return put_account(work, wanted, actor=actor), True
    check(given, _tag(before))
    return put_account(work, wanted, actor=actor), False


def _drop(work: Work, account: str, *, given: str, actor: Actor) -> AccountRow:
    check(given, _tag(account_row(work, account)), required=False)
    return drop_account(work, account, actor=actor)


def _putting(room: Room, actor: Actor) -> Put:
    """Put accounts in by the committer, where forms pass them by."""
    return lambda some: waited_for(room, call(put_accounts, tuple(some), actor=actor))


def _trying(room: Room, actor: Actor) -> Put:
    def put_(some: Sequence[Account]) -> Counted:
        return room.desk.imagine(call(put_accounts, tuple(some), actor=actor))

    return put_


# --- what is shown


def _tag(row: AccountRow) -> str:
    return tag_of("account", row.account, row.version)


def _tagged(room: Room, row: AccountRow, *, status: int = 200) -> Answer[AccountView]:
    return tagged(_view(row, room.setup.policy.vocabulary), _tag(row), status=status)


def _views(vocabulary: Vocabulary, rows: Sequence[AccountRow]) -> list[AccountView]:
    return [_view(row, vocabulary) for row in rows]


def _view(row: AccountRow, vocabulary: Vocabulary) -> AccountView:
    found = account_of(row)
    return AccountView(
        id=row.account,
        name=row.name,
        domains=found.domains,
        owner=row.owner,
        parent=row.parent,
        roles={role: rep for role, rep in found.roles.items() if role != OWNER},
        fields=Raw(ENCODE(show_fields(found.fields.items(), vocabulary))),
        version=row.version,
        since=say_instant(row.since),
    )


def _lines(desk: Desk, after: str) -> tuple[bytes, str | None]:
    rows = accounts_listed(desk, after, "", LINES)
    lines = b"".join([ENCODE(view) + b"\n" for view in _views(desk.setup().policy.vocabulary, rows)])
    return lines, rows[-1].account if len(rows) == LINES else None


def _answer(taken: AccountsTaken, rejects: Sequence[Reject], *, dry_run: bool) -> AccountsAnswer:
    return AccountsAnswer(
        lines=taken.lines,
        new=taken.new,
        changed=taken.changed,
        same=taken.same,
        rejected=taken.rejected,
        dirty=dict(taken.dirty),
        unmapped=taken.unmapped,
        rejects=tuple(map(show_reject, rejects)),
        dry_run=dry_run,
    )


ROUTES: Final = (
    list_accounts,
    get_account,
    put_one_account,
    delete_account,
    import_accounts,
    export_accounts,
)
