"""Another house vouches for somebody (OpenID Connect): which user that is, or becomes.

Whoever has come by that house before is known by their subject there, whatever their address is by now. Whoever comes
for the first time is known by their verified address. Somebody new comes in only from a domain that was named for that,
as a rep, and only if the roster has them.
"""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from evenhand.actions.actor import Actor
from evenhand.actions.housed import housed
from evenhand.actions.users import LONGEST_NAME, Person, by_email, enlist
from evenhand.actions.work import Work
from evenhand.errors import BadUsage, NotSignedIn
from evenhand.ports.house import UserRow

OIDC: Final = Actor("system", "oidc")


class Vouched(Struct, frozen=True):
    """Who somebody is there. `subject` is the issuer and its name for them, a line each; `email` is verified."""

    subject: str
    email: str
    name: str = ""


def vouched_for(work: Work, who: Vouched, *, join: Sequence[str] = (), actor: Actor = OIDC) -> UserRow:
    """The user for whom another house vouches. Raises NotSignedIn if that is nobody who may come in.

    join: domains of addresses whose people come in by themselves, if the roster has them.
    """
    known = next((row for row in housed(work, UserRow, "user", subject=who.subject) if row.subject), None)
    if known is not None and known.left is None:
        return known
    if not who.email:
        raise NotSignedIn("the other house does not say that your address is verified. Sign in by a link instead.")
    row = by_email(work, who.email)
    if row is None and who.email.rpartition("@")[2].lower() in {domain.lower() for domain in join}:
        row = _joined(work, who, actor)
    if row is None or row.left is not None:
        raise NotSignedIn(f"nobody has let {who.email} in here yet. Ask an admin for an invitation.")
    if row.subject:
        raise NotSignedIn(f"{who.email} has come in as somebody else of that house before. Ask an admin.")
    row = replace(row, subject=who.subject, name=row.name or _name(who.name))
    work.put(row)
    work.event("user.changed", actor, body={"user": row.user, "changed": ["subject"], "role": row.role, "rep": row.rep})
    return row


def _name(text: str) -> str:
    return "".join([letter for letter in text.strip()[:LONGEST_NAME] if letter.isprintable()])


def _joined(work: Work, who: Vouched, actor: Actor) -> UserRow | None:
    """Somebody new; nobody if the roster does not have their address."""
    try:
        return enlist(work, Person(email=who.email, role="rep"), actor=actor)
    except BadUsage:
        return None
