"""Who may sign in: invited, added, changed, let go, and brought back.

Nobody gives a role above their own, or changes somebody whose role is above theirs. There is always an owner. Whoever
leaves, or gets another role or address, is signed out everywhere at once.
"""

from collections.abc import Iterator
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from evenhand.actions.access import administer
from evenhand.actions.actor import Actor
from evenhand.actions.desk import Desk
from evenhand.actions.housed import housed
from evenhand.actions.presence import known_rep
from evenhand.actions.roles import outranks
from evenhand.actions.tickets import digest_of, new_ticket
from evenhand.actions.work import Work
from evenhand.core.model import DAY, MINUTE, Millis
from evenhand.core.when.page import nearest
from evenhand.errors import BadUsage, Conflict, Fault, NotAllowed, NotFound
from evenhand.know.domains import read_email
from evenhand.ports.house import Role, SessionRow, TokenKind, TokenRow, UserRow

INVITED: Final[Millis] = 7 * DAY
LINKED: Final[Millis] = 15 * MINUTE
LONGEST_NAME: Final = 200
LONGEST_EMAIL: Final = 254  # RFC 5321

_IN_THE_ROSTER: Final[frozenset[Role]] = frozenset({"rep", "manager"})


class Person(Struct, frozen=True, kw_only=True):
    """Somebody who is to sign in. `rep` is who they are in the roster; left out, whoever has the same address there."""

    email: str
    role: Role
    name: str = ""
    rep: str = ""


class Change(Struct, frozen=True, kw_only=True):
    """What is to be different about a user; what is `None` stays."""

    email: str | None = None
    role: Role | None = None
    name: str | None = None
    rep: str | None = None


class Linked(Struct, frozen=True):
    """A user, and the ticket of the link that is theirs; it is told once, and cannot be told again."""

    user: UserRow
    ticket: str

    def __repr__(self) -> str:
        """For logs: without the ticket."""
        return f"Linked(user={self.user.user})"


# --- coming


def add(work: Work, person: Person, *, actor: Actor) -> UserRow:
    """Let somebody sign in; they get no link by that.

    Raises BadUsage for an address or a name that is none, or a rep or manager who is nobody in the roster; NotFound for
    a `rep` who is not there; Conflict if there is such a user; NotAllowed for a role above one's own.
    """
    administer(actor, "say who may sign in")
    return enlist(work, person, actor=actor)


def invite(work: Work, person: Person, *, actor: Actor) -> Linked:
    """Let somebody sign in, by a link that works once within a week. Raises as `add`."""
    row = add(work, person, actor=actor)
    return Linked(row, new_link(work, row, "invitation"))


def invite_again(work: Work, user: int, *, actor: Actor) -> Linked:
    """Another link for somebody who was invited; the ones before no longer work."""
    row = _changeable(work, user, actor)
    work.event("user.invited", actor, body={"user": user})
    return Linked(row, new_link(work, row, "invitation"))


def let_in(work: Work, email: str, *, actor: Actor) -> Linked:
    """A link by which a user can sign in once within a quarter of an hour. Raises NotFound, NotAllowed."""
    administer(actor, "let somebody in")
    row = by_email(work, email)
    if row is None or row.left is not None:
        raise NotFound(f"nobody with the address {email.strip()!r} may sign in. Let them: evenhand user add EMAIL")
    _check_rank(row.role, actor)
    work.event("user.let in", actor, body={"user": row.user})
    return Linked(row, new_link(work, row, "sign in"))


def found_owner(work: Work, email: str, *, actor: Actor) -> Linked:
    """Make the first owner, with a link. If there is one already it is told, with no ticket, and nothing is changed."""
    owners = _owners(work)
    if owners:
        return Linked(owners[0], "")
    row = enlist(work, Person(email=email, role="owner"), actor=actor)
    return Linked(row, new_link(work, row, "invitation"))


def enlist(work: Work, person: Person, *, actor: Actor) -> UserRow:
    """Let somebody sign in, for verbs that have asked themselves whether the actor may. Raises as `add`."""
    _check_rank(person.role, actor)
    wanted = UserRow(user=0, email=email_of(person.email), role=person.role, since=work.now)
    row = _placed(work, replace(wanted, name=_name(person.name), rep=person.rep))
    _check_free(work, row)
    row = replace(row, user=work.event("user.added", actor, body={"role": row.role, "rep": row.rep}))
    work.put(row)
    return row


# --- changing


def change(work: Work, user: int, wanted: Change, *, actor: Actor) -> UserRow:
    """Make some things about a user different. Raises as `add`, and Conflict for the last owner's role."""
    row = _changeable(work, user, actor)
    new = _with(row, wanted)
    if wanted.role is not None:
        _check_rank(wanted.role, actor)
    if row.role == "owner" != new.role:
        _check_last(work, row)
    if wanted.email is not None:
        new = replace(new, email=email_of(wanted.email))
        _check_free(work, new)
    if (new.rep, new.role) != (row.rep, row.role):
        new = _placed(work, new)
    return _changed(work, row, new, actor=actor)


def rename(work: Work, user: int, name: str, *, actor: Actor) -> UserRow:
    """What somebody is called: theirs to say."""
    row = user_row(work, user)
    return _changed(work, row, replace(row, name=_name(name)), actor=actor)


def set_password(work: Work, user: int, encoded: str, *, keep: bytes = b"", actor: Actor) -> UserRow:
    """Keep a password as `passwords.py` has encoded it; every other session than `keep` ends."""
    row = replace(user_row(work, user), password=encoded)
    work.put(row)
    work.event("user.password set", actor, body={"user": user})
    sign_out(work, user, keep=keep)
    return row


def let_leave(work: Work, user: int, *, actor: Actor) -> UserRow:
    """Somebody may sign in no longer: their sessions and links end. Raises Conflict for the last owner."""
    row = _changeable(work, user, actor, even_if_left=True)
    if row.left is not None:
        return row
    _check_last(work, row)
    row = replace(row, left=work.now, password="")
    work.put(row)
    work.event("user.left", actor, body={"user": user})
    sign_out(work, user)
    end_links(work, user)
    return row


def come_back(work: Work, user: int, *, actor: Actor) -> UserRow:
    """Somebody who has left may sign in again, with the role that they had, by a link or a new password."""
    row = _changeable(work, user, actor, even_if_left=True)
    if row.left is None:
        return row
    _check_free(work, row)
    row = replace(row, left=None)
    work.put(row)
    work.event("user.back", actor, body={"user": user, "role": row.role})
    return row


# --- links and sessions


def new_link(work: Work, row: UserRow, kind: TokenKind) -> str:
    """The ticket of a new link for a user; the ones of the same kind before no longer work."""
    end_links(work, row.user, kind)
    ticket = new_ticket("link", work.tx.workspace)
    work.put(
        TokenRow(
            digest=digest_of(work.base.sealer, "link", ticket, workspace=work.tx.workspace),
            kind=kind,
            user=row.user,
            since=work.now,
            expires=work.now + (INVITED if kind == "invitation" else LINKED),
        )
    )
    return ticket


def sign_out(work: Work, user: int, *, keep: bytes = b"") -> int:
    """End somebody's sessions, but for the one with the digest `keep`; how many those were."""
    ended = [row for row in housed(work, SessionRow, "digest", user=user) if row.expires and row.digest != keep]
    for row in ended:
        work.put(replace(row, expires=0))
    return len(ended)


def end_links(work: Work, user: int, kind: TokenKind | None = None) -> None:
    """Links of somebody that nobody has used yet work no longer."""
    for row in housed(work, TokenRow, "digest", user=user):
        if row.used is None and kind in (None, row.kind):
            work.put(replace(row, used=work.now))


# --- finding


def user_row(work: Work, user: int) -> UserRow:
    """A user, there or gone. Raises NotFound."""
    found = next(iter(housed(work, UserRow, "user", user=user)), None)
    if found is None:
        raise NotFound(f"there is no user {user}.")
    return found


def listed(desk: Desk) -> list[UserRow]:
    """Everybody who may sign in, or could once, a thousand at most; by when they came."""
    with desk.store.reading(desk.workspace) as tx:
        return list(tx.house.every(UserRow))


def number_of(desk: Desk, email: str) -> int:
    """The number of the user with an address, there or gone. Raises NotFound with the nearest address."""
    with desk.store.reading(desk.workspace) as tx:
        found = tx.house.one(UserRow, email=email_of(email))
    if found is None:
        near = nearest(email, [row.email for row in listed(desk)])
        raise NotFound(f"there is no user {email.strip()!r}." + (f" Did you mean {near!r}?" if near else ""))
    return found.user


def by_email(work: Work, email: str) -> UserRow | None:
    """The user with an address, there or gone. Raises BadUsage for what is no address."""
    return next(iter(housed(work, UserRow, "user", email=email_of(email))), None)


def email_of(text: str) -> str:
    """An address in the one form in which users are known: all in lower case. Raises BadUsage."""
    found = read_email(text.strip()).lower() if len(text) <= LONGEST_EMAIL else ""
    if not found or not found.isprintable():
        what = f"{text.strip()[:80]!r} is no e-mail address."
        raise BadUsage(Fault(where="email", what=what, fix="Write it like ann@example.com."))
    return found


# --- what must hold


def _with(row: UserRow, wanted: Change) -> UserRow:
    return replace(
        row,
        name=row.name if wanted.name is None else _name(wanted.name),
        role=wanted.role or row.role,
        rep=row.rep if wanted.rep is None else wanted.rep,
    )


def _changed(work: Work, row: UserRow, new: UserRow, *, actor: Actor) -> UserRow:
    """Keep a change and say which; who has another role, place or address now must sign in anew."""
    names = [name for name in ("email", "role", "name", "rep") if getattr(row, name) != getattr(new, name)]
    if not names:
        return row
    if "email" in names:
        new = replace(new, subject="")
    work.put(new)
    work.event("user.changed", actor, body={"user": row.user, "changed": names, "role": new.role, "rep": new.rep})
    if names != ["name"]:
        sign_out(work, row.user)
        end_links(work, row.user)
    return new


def _changeable(work: Work, user: int, actor: Actor, *, even_if_left: bool = False) -> UserRow:
    administer(actor, "say who may sign in")
    row = user_row(work, user)
    if row.left is not None and not even_if_left:
        raise Conflict(f"{row.email} has left: let them come back first (evenhand user back {row.email}).")
    _check_rank(row.role, actor, whom=row.email)
    return row


def _check_rank(role: Role, actor: Actor, *, whom: str = "") -> None:
    if actor.role is not None and outranks(role, actor.role):
        what = f"change {whom}, who is {role}" if whom else f"make somebody {role}"
        raise NotAllowed(f"as {actor.role} you cannot {what}; ask somebody who is {role}.")


def _check_last(work: Work, row: UserRow) -> None:
    if row.role == "owner" and [owner.user for owner in _owners(work)] == [row.user]:
        raise Conflict(f"{row.email} is the last owner: make somebody else owner first.")


def _check_free(work: Work, row: UserRow) -> None:
    """Nobody else has the address, and nobody else who is there is the same person of the roster."""
    other = next((each for each in housed(work, UserRow, "user", email=row.email) if each.user != row.user), None)
    if other is not None and other.left is not None:
        raise Conflict(
            f"{row.email} was here before and has left: let them come back (evenhand user back {row.email})."
        )
    if other is not None:
        raise Conflict(f"there is a user with the address {row.email} already: {other.role}, number {other.user}.")
    same = housed(work, UserRow, "user", rep=row.rep) if row.rep else []
    twin = next((each for each in same if each.user != row.user and each.left is None), None)
    if twin is not None:
        raise Conflict(f"{row.rep} of the roster signs in as {twin.email} already: change that one, or name another.")


def _placed(work: Work, row: UserRow) -> UserRow:
    """A user with who they are in the roster. Raises BadUsage if a rep or a manager is nobody there."""
    if row.rep:
        known_rep(work, row.rep)
        return row
    found = next(_of_that_address(work, row.email), "")
    if not found and row.role in _IN_THE_ROSTER:
        what = f"a {row.role} is somebody in the roster, and nobody there has the address {row.email}."
        raise BadUsage(Fault(where="rep", what=what, fix="Say who they are there, by their id."))
    return replace(row, rep=found)


def _of_that_address(work: Work, email: str) -> Iterator[str]:
    taken = {each.rep for each in housed(work, UserRow, "user") if each.left is None}
    people = work.world.roster.reps.items()
    return (rep for rep, person in people if person.email.lower() == email and rep not in taken)


def _owners(work: Work) -> list[UserRow]:
    return [row for row in housed(work, UserRow, "user", role="owner") if row.left is None]


def _name(text: str) -> str:
    name = text.strip()
    if len(name) > LONGEST_NAME or not name.isprintable():
        what = f"the name {name[:40]!r} is too long, or has control characters."
        raise BadUsage(Fault(where="name", what=what, fix=f"Write up to {LONGEST_NAME} characters on one line."))
    return name
