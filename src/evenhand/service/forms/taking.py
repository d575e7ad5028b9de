"""A form that was sent becomes a lead, if a human seems to have sent it: in this order.

1. Who sends very often, from one place or with one token, must wait.
2. Who fills in what no human sees is a machine: their lead is screened by the policy if that has a field `spam`, else
   it is dropped; either way that is counted and an event, and the answer looks like any other.
3. What is amiss is said at its question.
4. Without a token, or with one that is too old or too young, the same must be sent once more; nothing is lost.

A token's lead is taken once: sent twice it is the same lead, sent with other answers it is a touch on that lead.
"""

from typing import Final, Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from evenhand.actions.actor import Actor
from evenhand.actions.attempts import place_of
from evenhand.actions.forms import Form
from evenhand.actions.work import Work
from evenhand.core.model import MINUTE, Millis
from evenhand.errors import BadInput, Busy, Conflict, Unavailable
from evenhand.reading.rows import Row
from evenhand.service.forms.answers import Filled, Posted, cells, fill, is_trapped, raw
from evenhand.service.forms.gate import Gate
from evenhand.service.forms.tokens import OLDEST, Token, read_token
from evenhand.service.forms.words import words_in
from evenhand.service.intake import Sent
from evenhand.service.sourced import Found

Reason: TypeAlias = Literal["check", "stale", "soon", "often", "later"]

SPAM: Final = "spam"  # the field that says so, if the policy has one
SAME: Final = 6  # times in an hour that one token may be sent
QUICK: Final[Millis] = 1_000  # for whoever finds everything filled in


class Handed(Struct, frozen=True, kw_only=True):
    """What became of a form that was sent.

    lead:  its number; 0 for what was dropped; `None` for what must be sent again.
    again: why it must, and after how long, if that is known. filled: as it was filled in.
    """

    filled: Filled = Filled()
    lead: int | None = None
    again: Reason | None = None
    wait: Millis = 0
    outcome: str = "taken"


def from_form(form: str) -> Actor:
    """Whoever brings leads in by a form."""
    return Actor("key", f"form:{form}")


async def hand_in(at: Found, form: Form, posted: Posted, gate: Gate, client: str) -> Handed:
    """Take what was sent, or say why not. Raises NotFound and the like, never for what a visitor has typed."""
    now, name = at.room.desk.clock(), at.source.name
    token = read_token(at.room.desk, name, posted.said("token"))
    filled = fill(form, posted, words_in(form.language))
    if wait := _wait(at, form, gate, client, token):
        return Handed(filled=filled, again="often", wait=wait, outcome="often")
    trapped = is_trapped(form, posted)
    keeps = SPAM in at.room.setup.policy.vocabulary.fields
    if trapped and not keeps:
        await at.room.do(screened, name, actor=from_form(name))
        return Handed(filled=filled, lead=0, outcome="screened")
    if filled.wrong:
        return Handed(filled=filled, outcome="amiss")
    if (reason := _doubt(form, token, now)) is not None and not trapped:
        return Handed(filled=filled, again=reason, outcome=reason)
    if trapped:
        filled = replace(filled, fields={**filled.fields, SPAM: True})
    handed = await _take(at, form, posted, filled, key=token.id if token is not None and reason is None else "")
    return replace(handed, outcome=SPAM) if trapped and handed.lead is not None else handed


def screened(work: Work, source: str, *, actor: Actor) -> None:
    """Remember that a machine has filled in a form, and nothing of what it said."""
    work.event("source.screened", actor, body={"source": source, "why": "trap"})


def _wait(at: Found, form: Form, gate: Gate, client: str, token: Token | None) -> Millis:
    """How long somebody must wait, for where they come from, and for the token that they send."""
    now, where = at.room.desk.clock(), f"{at.room.number} {at.source.name}"
    waits = [gate.wait(f"{where} from {place_of(client)}", form.per_hour, now)] if client else [0]
    if token is not None:
        waits.append(gate.wait(f"{where} with {token.id}", SAME, now))
    return max(waits)


def _doubt(form: Form, token: Token | None, now: Millis) -> Reason | None:
    """Why the same must be sent once more, if it must."""
    if token is None:
        return "check"
    if now - token.at > OLDEST or token.at > now + MINUTE:
        return "stale"
    least = min(QUICK, form.seconds * 1_000) if token.quick else form.seconds * 1_000
    return "soon" if now - token.at < least else None


async def _take(at: Found, form: Form, posted: Posted, filled: Filled, *, key: str) -> Handed:
    """Have a lead taken; without a key nothing tells that it is sent again."""
    name = at.source.name
    found = cells(form, filled, posted, key=key, now=at.room.desk.clock())
    if not key:
        found.pop("id")
    sent = Sent(row=Row(1, found), raw=raw(form, name, filled, posted), source=name)
    try:
        received = (await at.intake.take(sent, actor=from_form(name))).received
    except (Busy, Unavailable, Conflict):
        return Handed(filled=filled, again="later", outcome="later")
    except BadInput:
        return Handed(filled=filled, again="later", outcome="unread")
    return Handed(filled=filled, lead=received.lead, outcome=received.how)
