"""API keys: how programs come in. A key is shown once, when it is made; only its digest is kept."""

from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from evenhand.actions.access import administer
from evenhand.actions.actor import Actor
from evenhand.actions.desk import Desk
from evenhand.actions.housed import housed
from evenhand.actions.roles import Scope, outranks, scopes_named, scopes_of
from evenhand.actions.tickets import digest_of, new_ticket
from evenhand.actions.work import Work
from evenhand.core.model import HOUR, Millis
from evenhand.errors import BadUsage, Conflict, Fault, NotAllowed, NotFound
from evenhand.ports.house import ApiKeyRow, Role

LONGEST_NAME: Final = 100
USED: Final[Millis] = HOUR  # so exactly it is known when a key was used

# Whoever has one of these could make a key that may do more: so they come with all that a role may, or not at all.
WHOLE_ONLY: Final[frozenset[Scope]] = frozenset({"keys:write", "users:write"})


class NewKey(Struct, frozen=True, kw_only=True):
    """A key that is to be made. `scopes` hold it to some of what its role may do; none: to all of it."""

    name: str
    role: Role
    scopes: tuple[str, ...] = ()
    expires: Millis | None = None


class Made(Struct, frozen=True):
    """A key that was made; `key` is what its program sends, and is told only now."""

    row: ApiKeyRow
    key: str

    def __repr__(self) -> str:
        """For logs: without the key."""
        return f"Made(row={self.row.no})"


def make_key(work: Work, wanted: NewKey, *, actor: Actor) -> Made:
    """Make a key. Raises BadUsage with every fault, Conflict if one of that name works, NotAllowed for a role above."""
    administer(actor, "make an API key")
    if actor.role is not None and outranks(wanted.role, actor.role):
        raise NotAllowed(f"as {actor.role} you cannot make a key that may what an {wanted.role} may.")
    name = wanted.name.strip()
    scopes = scopes_named(wanted.scopes)
    if faults := _faults(work, replace(wanted, name=name, scopes=scopes)):
        raise BadUsage(faults)
    if any(row.name == name and is_on(row, work.now) for row in housed(work, ApiKeyRow, "no")):
        raise Conflict(f"there is a key named {name!r} already: revoke it first, or name this one differently.")
    key = new_ticket("key", work.tx.workspace)
    row = ApiKeyRow(
        no=work.event("key.made", actor, body={"name": name, "role": wanted.role, "scopes": scopes}),
        digest=digest_of(work.base.sealer, "key", key, workspace=work.tx.workspace),
        name=name,
        role=wanted.role,
        scopes=" ".join(scopes),
        since=work.now,
        actor=str(actor),
        expires=wanted.expires,
    )
    work.put(row)
    return Made(row, key)


def revoke_key(work: Work, no: int, *, actor: Actor) -> ApiKeyRow:
    """A key works no longer. Once is enough. Raises NotFound, NotAllowed."""
    administer(actor, "revoke an API key")
    row = next(iter(housed(work, ApiKeyRow, "no", no=no)), None)
    if row is None:
        raise NotFound(f"there is no key {no}.")
    if actor.role is not None and outranks(row.role, actor.role):
        raise NotAllowed(f"as {actor.role} you cannot revoke a key of an {row.role}.")
    if row.revoked is not None:
        return row
    row = replace(row, revoked=work.now)
    work.put(row)
    work.event("key.revoked", actor, body={"key": no, "name": row.name})
    return row


def is_on(row: ApiKeyRow, now: Millis) -> bool:
    """Whether a key still works."""
    return row.revoked is None and (row.expires is None or now < row.expires)


def keys_of(desk: Desk) -> list[ApiKeyRow]:
    """Every key that was ever made, oldest first."""
    with desk.store.reading(desk.workspace) as tx:
        return list(tx.house.every(ApiKeyRow))


def note_used(desk: Desk, row: ApiKeyRow, now: Millis) -> None:
    """Write down that a key is in use, to the hour. One that was revoked meanwhile stays so."""
    hour = now - now % USED
    if row.used is None or row.used < hour:
        with desk.store.sending(desk.workspace) as tx:
            tx.house.swap(row, replace(row, used=hour))


def _faults(work: Work, wanted: NewKey) -> list[Fault]:
    faults = []
    if not 0 < len(wanted.name) <= LONGEST_NAME or not wanted.name.isprintable():
        what = f"the name {wanted.name[:40]!r} is empty, too long, or has control characters."
        faults.append(Fault(where="name", what=what, fix="Name the program that is to use it."))
    elif wanted.name.startswith(("form:", "hook:")):
        what = f"the name {wanted.name!r} would look like a form or a webhook in the history."
        faults.append(Fault(where="name", what=what, fix="Leave the colon out."))
    if wanted.role == "rep":
        what = "a key is nobody's, so it cannot be that of a rep."
        fix = "Say manager, admin or viewer, and hold it to some scopes."
        faults.append(Fault(where="role", what=what, fix=fix))
    if wanted.expires is not None and wanted.expires <= work.now:
        faults.append(Fault(where="expires", what="that time is past.", fix="Give one to come, or none."))
    return [*faults, *_faults_of_scopes(wanted)]


def _faults_of_scopes(wanted: NewKey) -> list[Fault]:
    mine, faults = scopes_of(wanted.role), []
    for scope in wanted.scopes:
        if scope not in mine:
            what = f"{scope} is nothing that a key of role {wanted.role} may."
            faults.append(Fault(where="scope", what=what, fix="Leave it out, or give the key another role."))
        elif scope in WHOLE_ONLY:
            what = f"a key that may {scope} could let itself do anything."
            fix = "Leave it out, or name no scopes: then the key may do all that its role may."
            faults.append(Fault(where="scope", what=what, fix=fix))
    return faults
