"""Answering by a link: what a message lets its reader do with one lead, once, without signing in.

Whoever has the link may accept or decline that lead in that rep's name, as long as the decision that it tells of is in
force. To look at it does nothing, for programs that look at e-mails follow links too; only its button answers. Of its
secret a digest is kept.
"""

from typing import Final, Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from evenhand.actions.actor import Actor
from evenhand.actions.desk import Desk
from evenhand.actions.housed import housed
from evenhand.actions.offers import accept, decline
from evenhand.actions.standing import name_of, offers_of
from evenhand.actions.tickets import digest_of, new_ticket
from evenhand.actions.work import Sealer, Work
from evenhand.core.model import HOUR, Millis
from evenhand.core.record import read_fields
from evenhand.errors import Conflict, NotSignedIn
from evenhand.ports.house import TokenRow, UserRow
from evenhand.ports.rows import LeadRow

Choice: TypeAlias = Literal["accept", "decline"]

ANSWER: Final = "answer"
LONGEST: Final = 48 * HOUR  # so long a link works at the most
ANSWERED: Final = frozenset({"assigned", "offered", "reminder", "overdue", "snoozed"})  # kinds that bring one along


class Asked(Struct, frozen=True, kw_only=True):
    """What a link asks, as things stand: of which lead, whom, until when; and why it no longer does, if so.

    company: what the lead's company is called, if it may be seen.
    """

    lead: int
    rep: str
    name: str
    is_offer: bool = False
    company: str = ""
    until: Millis = 0
    over: str = ""


def answer_token(
    sealer: Sealer, workspace: int, row: LeadRow, rep: str, *, times: tuple[Millis, Millis | None]
) -> tuple[str, TokenRow]:
    """A link's ticket, and the row by which it is known again; `times` are now, and until when it must be answered."""
    now, by = times
    ticket = new_ticket("link", workspace)
    expires = min(by if by is not None and by > now else now + LONGEST, now + LONGEST)
    digest = digest_of(sealer, "link", ticket, workspace=workspace)
    token = TokenRow(
        digest=digest, kind=ANSWER, lead=row.lead, decision=row.decision, rep=rep, since=now, expires=expires
    )
    return ticket, token


def ask(work: Work, ticket: str) -> Asked:
    """What a link asks; nothing has been done. Raises NotSignedIn if nobody knows it."""
    token = _token(work, ticket)
    row = work.row(token.lead)
    offered = row.state == "offered"
    blind = any(offer.blind for offer in offers_of(work, row.lead)) if offered else False
    company = "" if blind else str(read_fields(row.fields).get("company", ""))
    over = _over(work, token, row)
    return Asked(
        lead=row.lead,
        rep=token.rep,
        name=name_of(work, token.rep),
        is_offer=offered,
        company="" if over else company,
        until=token.expires,
        over=over,
    )


def answer(work: Work, ticket: str, choice: Choice, *, reason: str = "") -> Asked:
    """Accept or decline, once; what was asked.

    Raises NotSignedIn for a link that nobody knows, Conflict that says plainly why it does not work any more, or
    whatever the answer itself raises; then the link may be used again.
    """
    asked = ask(work, ticket)
    if asked.over:
        raise Conflict(asked.over)
    token, actor = _token(work, ticket), Actor("rep", asked.rep)
    if choice == "accept":
        accept(work, asked.lead, rep=asked.rep, actor=actor)
    else:
        decline(work, asked.lead, rep=asked.rep, reason=reason.strip(), actor=actor)
    work.put(replace(token, used=work.now))
    return asked


def look_at(desk: Desk, ticket: str) -> Asked:
    """As `ask`, on a moment that is only read."""
    return desk.imagine(lambda work: ask(work, ticket))


def _token(work: Work, ticket: str) -> TokenRow:
    digest = digest_of(work.base.sealer, "link", ticket, workspace=work.tx.workspace)
    found = housed(work, TokenRow, "digest", digest=digest) if digest else []
    if not found or found[0].kind != ANSWER:
        raise NotSignedIn("nobody knows this link: was it copied whole?")
    return found[0]


def _over(work: Work, token: TokenRow, row: LeadRow) -> str:
    """Why a link does not work any more; empty if it does."""
    mine = row.rep == token.rep
    if token.used is not None:
        now = " The lead is yours." if mine else ""
        return f"This link has been used already.{now}"
    if row.decision != token.decision:
        return _overtaken(work, token, row)
    if row.state == "offered" and not any(offer.rep == token.rep for offer in offers_of(work, row.lead)):
        return f"Lead {row.lead} is not offered to you any more."
    if mine and (row.accepted is not None or row.responded is not None):
        return f"You have accepted lead {row.lead} already. It is yours."
    if row.state not in {"offered", "assigned"}:
        return f"Lead {row.lead} is {row.state} by now, so there is nothing to answer."
    if work.now >= token.expires:
        return f"This link is too old to be used. Look at lead {row.lead} in the console."
    return _not_here(work, token.rep)


def _overtaken(work: Work, token: TokenRow, row: LeadRow) -> str:
    if row.rep == token.rep:
        return f"Lead {row.lead} is yours already."
    if row.rep is not None:
        return f"Lead {row.lead} has been taken: {name_of(work, row.rep)} has it."
    return f"Lead {row.lead} has moved on: it is {row.state} by now."


def _not_here(work: Work, rep: str) -> str:
    """Whoever has left answers nothing any more, whatever links they still have."""
    person = work.world.roster.reps.get(rep)
    users = work.tx.house.every(UserRow, rep=rep)
    if person is None or not person.active or (users and all(user.left is not None for user in users)):
        return "You can answer nothing here any more."
    return ""
