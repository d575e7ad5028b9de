"""How somebody comes in: by a link that was sent to them, by a password, or because another house vouches for them.

Whether there is a user of some address is never told. A link is followed in two steps, for programs that look at
e-mails follow links too: to look at it does nothing, to use it begins a session, once.
"""

from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from evenhand.actions import sessions
from evenhand.actions.attempts import attempt, forgive, place_of
from evenhand.actions.desk import Desk
from evenhand.actions.passwords import Passwords
from evenhand.actions.tickets import digest_of, new_ticket
from evenhand.actions.users import LINKED, Linked, email_of
from evenhand.errors import NotAllowed, NotSignedIn
from evenhand.ports.house import TokenKind, TokenRow, UserRow
from evenhand.ports.store import Sending

WAYS: Final[dict[TokenKind, str]] = {"sign in": "link", "invitation": "invitation"}


class From(Struct, frozen=True):
    """Where somebody comes from: the address of their machine, and what their browser says of itself."""

    address: str = ""
    agent: str = ""


class Signed(Struct, frozen=True):
    """Somebody has signed in: who, and the ticket of their session, which only their browser may hold."""

    user: UserRow
    ticket: str

    def __repr__(self) -> str:
        """For logs: without the ticket."""
        return f"Signed(user={self.user.user})"


class Link(Struct, frozen=True):
    """What a link is for, and whose it is."""

    kind: TokenKind
    user: UserRow


def ask_link(desk: Desk, email: str, *, come: From) -> Linked | None:
    """A link to be sent to somebody who wants to sign in; `None` if nobody of that address may, which takes as long.

    Raises BadUsage for what is no address, TooOften.
    """
    known = email_of(email)
    attempt(desk, {"link for": known, "link from": place_of(come.address)})
    ticket, now = new_ticket("link", desk.workspace), desk.clock()
    digest = digest_of(desk.sealer, "link", ticket, workspace=desk.workspace)
    with desk.store.sending(desk.workspace) as tx:
        user = _here(tx, email=known)
        number = user.user if user else 0  # nobody's: no row of a user has that number
        tx.house.write(TokenRow(digest=digest, kind="sign in", user=number, since=now, expires=now + LINKED))
    return Linked(user, ticket) if user else None


def look_at_link(desk: Desk, ticket: str) -> Link:
    """What would happen if it were used; nothing has. Raises NotSignedIn if it does not work, or no longer."""
    with desk.store.sending(desk.workspace) as tx:
        _, link = _link(desk, tx, ticket)
    return link


def use_link(desk: Desk, ticket: str, *, come: From) -> Signed:
    """Sign in by a link; of two who use the same one at once one comes in. Raises NotSignedIn."""
    with desk.store.sending(desk.workspace) as tx:
        row, link = _link(desk, tx, ticket)
        if not tx.house.swap(row, replace(row, used=desk.clock())):
            raise NotSignedIn("this link has been used. Ask for another.")
        begun = sessions.begin(desk, tx, link.user, via=WAYS[row.kind], agent=come.agent)
    return Signed(link.user, begun)


def by_password(desk: Desk, passwords: Passwords, email: str, password: str, *, come: From) -> Signed:
    """Sign in by a password. Raises NotSignedIn, and TooOften after several that were wrong."""
    known = email_of(email)
    attempt(desk, {"password of": known, "password from": place_of(come.address)})
    with desk.store.reading(desk.workspace) as moment:
        user = moment.house.one(UserRow, email=known, left=None)
    if not passwords.fits(user.password if user else "", password) or user is None:
        raise NotSignedIn("the address or the password is wrong. You can have a link sent to you instead.")
    forgive(desk, "password of", known)
    fresh = passwords.again(password) if passwords.is_old(user.password) else user.password
    with desk.store.sending(desk.workspace) as tx:
        if fresh != user.password:
            tx.house.swap(user, replace(user, password=fresh))
        return Signed(user, sessions.begin(desk, tx, user, via="password", agent=come.agent))


def confirm(desk: Desk, passwords: Passwords, user: UserRow, password: str) -> None:
    """Somebody who is signed in says their password once more. Raises NotAllowed if it is another, and TooOften."""
    attempt(desk, {"password of": user.email})
    if not passwords.fits(user.password, password):
        raise NotAllowed("the password that you have now is another one.")
    forgive(desk, "password of", user.email)


def sign_in(desk: Desk, user: UserRow, *, via: str, come: From) -> Signed:
    """Begin a session for somebody for whom another house has vouched. Raises NotSignedIn if they have left."""
    with desk.store.sending(desk.workspace) as tx:
        found = _here(tx, user=user.user)
        if found is None:
            raise NotSignedIn("you may sign in here no longer; ask an admin.")
        return Signed(found, sessions.begin(desk, tx, found, via=via, agent=come.agent))


def _link(desk: Desk, tx: Sending, ticket: str) -> tuple[TokenRow, Link]:
    digest = digest_of(desk.sealer, "link", ticket, workspace=desk.workspace)
    row = tx.house.one(TokenRow, digest=digest) if digest else None
    if row is None or row.kind not in WAYS or row.user == 0:
        raise NotSignedIn("this link does not work: was it copied whole? Ask for another.")
    if row.used is not None:
        raise NotSignedIn("this link has been used, or another has taken its place. Ask for another.")
    if desk.clock() >= row.expires:
        raise NotSignedIn("this link is too old. Ask for another.")
    user = _here(tx, user=row.user)
    if user is None:
        raise NotSignedIn("whoever this link was for may sign in here no longer.")
    return row, Link(row.kind, user)


def _here(tx: Sending, **where: object) -> UserRow | None:
    return tx.house.one(UserRow, left=None, **where)
