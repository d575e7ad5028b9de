"""Who is asking: a user who has signed in, or a program with a key, and what they may do."""

import threading
from collections.abc import Callable
from typing import Final, Generic, TypeVar

from msgspec import Struct

from evenhand.actions import api_keys, sessions
from evenhand.actions.actor import Actor, reach_of
from evenhand.actions.desk import Desk
from evenhand.actions.roles import Scope, scopes_of
from evenhand.actions.tickets import digest_of
from evenhand.core.model import Millis, Roster
from evenhand.errors import NotSignedIn
from evenhand.ports.house import ApiKeyRow, Role, SessionRow, UserRow

T = TypeVar("T")

KNOWN: Final[Millis] = 1_000  # so long what was found out about a caller is good
MOST: Final = 10_000  # callers that are remembered


class Caller(Struct, frozen=True, kw_only=True):
    """Somebody who may come in. `workspace` is the number of the only one that they see.

    user, key: the number of the user, or of the key; the other is 0.
    name:      what they are called.
    rep:       which person of the roster they are, if any.
    session:   the digest of a user's session; `csrf` is what their forms must bring along. Both empty with a key.
    """

    workspace: int
    actor: Actor
    role: Role
    scopes: frozenset[Scope]
    user: int = 0
    key: int = 0
    name: str = ""
    rep: str = ""
    session: bytes = b""
    csrf: str = ""


def of_key(desk: Desk, text: str) -> Caller:
    """Who sends a key. Raises NotSignedIn unless it works here."""
    now, digest = desk.clock(), digest_of(desk.sealer, "key", text, workspace=desk.workspace)
    row = None
    if digest:
        with desk.store.reading(desk.workspace) as tx:
            row = tx.house.one(ApiKeyRow, digest=digest)
    if row is None:
        raise NotSignedIn("nobody knows this key: was it copied whole, and for this server?")
    if row.revoked is not None:
        raise NotSignedIn(f"the key {row.name!r} has been revoked. Make another: evenhand key create")
    if not api_keys.is_on(row, now):
        raise NotSignedIn(f"the key {row.name!r} has expired. Make another: evenhand key create")
    api_keys.note_used(desk, row, now)
    return Caller(
        workspace=desk.workspace,
        actor=Actor("key", row.name, row.role),
        role=row.role,
        scopes=scopes_of(row.role, row.scopes),
        key=row.no,
        name=row.name,
    )


def of_session(desk: Desk, ticket: str) -> Caller:
    """Who sends the ticket of a session. Raises NotSignedIn if it has ended, or its user has left."""
    now, digest = desk.clock(), digest_of(desk.sealer, "session", ticket, workspace=desk.workspace)
    row = user = None
    if digest:
        with desk.store.reading(desk.workspace) as tx:
            row = tx.house.one(SessionRow, digest=digest)
            user = tx.house.one(UserRow, user=row.user, left=None) if row else None
    if row is None or user is None or not sessions.is_on(row, now):
        raise NotSignedIn("you are not signed in, or no longer: sign in again.")
    sessions.note_seen(desk, row, now)
    return Caller(
        workspace=desk.workspace,
        actor=actor_of(user, desk.setup().roster),
        role=user.role,
        scopes=scopes_of(user.role),
        user=user.user,
        name=user.name or user.email,
        rep=user.rep,
        session=digest,
        csrf=sessions.csrf_of(desk.sealer, ticket, workspace=desk.workspace),
    )


def actor_of(user: UserRow, roster: Roster) -> Actor:
    """A user as events name them: by who they are in the roster, which a rep always is, else by their number."""
    named = user.rep if user.rep or user.role == "rep" else f"user-{user.user}"
    reach = reach_of(roster, user.rep) if user.role == "manager" else None
    return Actor(user.role, named, user.role, reach)


class Recent(Generic[T]):
    """What was found out a moment ago, by a text; safe to share between threads. `clock` is in ms."""

    def __init__(self, clock: Callable[[], Millis], *, good: Millis = KNOWN, most: int = MOST) -> None:
        self._clock = clock
        self._good = good
        self._most = most
        self._found: dict[str, tuple[Millis, T]] = {}
        self._lock = threading.Lock()

    def get(self, text: str) -> T | None:
        """What was found, if that is still good. A clock that was set back makes nothing good for longer."""
        with self._lock:
            since, found = self._found.get(text, (None, None))
            return found if since is not None and 0 <= self._clock() - since < self._good else None

    def keep(self, text: str, found: T) -> None:
        """Remember what was found; the oldest is forgotten if there is too much."""
        with self._lock:
            self._found.pop(text, None)
            self._found[text] = (self._clock(), found)
            while len(self._found) > self._most:
                del self._found[next(iter(self._found))]

    def forget(self) -> None:
        """Know nothing any more: somebody's rights have changed."""
        with self._lock:
            self._found.clear()
