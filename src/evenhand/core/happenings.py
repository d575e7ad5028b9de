"""The catalogue of everything that can happen: each kind of event with what it says, and who may hear of it.

Events are kept for ever and other people's programs read them, so a kind is never given another meaning: a body may
gain a field, and then its version grows; nothing is ever taken away. To add a kind: a line in `KINDS`, with a struct
for its body, and a row in docs/reference/events.md.
"""

from collections.abc import Iterable, Mapping
from typing import Final, Literal, TypeAlias

from msgspec import Struct, json

from evenhand.core import event_bodies as bodies
from evenhand.core import house_bodies as house
from evenhand.core.when.page import nearest
from evenhand.errors import BadUsage, Fault

# Who hears of it: `lead` whoever may see the lead; `rep` the person whom it names, and who answers for them; `subject`
# everybody, unless it is about a person, then as `rep`; else whoever has the scope.
Sight: TypeAlias = Literal[
    "lead",
    "rep",
    "subject",
    "policy:read",
    "reports:read",
    "messages:read",
    "users:read",
    "keys:read",
    "webhooks:read",
    "channels:write",
    "sources:read",
    "accounts:read",
]


class Kind(Struct, frozen=True):
    """A kind of event. `version` is that of its body."""

    name: str
    body: type[Struct]
    says: str
    sight: Sight
    version: int = 1


GONE: Final = Kind(
    "offer.gone",
    bodies.Nothing,
    "to a rep, in place of what happened: a lead that was offered to them no longer is",
    "lead",
)
PING: Final = Kind("ping", bodies.Nothing, "to a webhook, when somebody tries it out", "webhooks:read")

_ALL: Final = (
    Kind("lead.assigned", bodies.Assigned, "a lead has a holder", "lead"),
    Kind("lead.offered", bodies.Offered, "several reps may take a lead", "lead"),
    Kind("lead.waiting", bodies.Decided, "nobody can take a lead yet", "lead"),
    Kind("lead.held", bodies.Held, "a lead lies on a desk, to be assigned by hand", "lead"),
    Kind("lead.rejected", bodies.Decided, "a screen has turned a lead away", "lead"),
    Kind("lead.duplicate", bodies.Duplicate, "somebody has come again who is looked after already", "lead"),
    Kind("lead.accepted", bodies.Rep, "the holder says that they take it on", "lead"),
    Kind("lead.declined", bodies.Declined, "the holder, or somebody to whom it is offered, says no", "lead"),
    Kind("lead.responded", bodies.Touched, "the holder's first touch", "lead"),
    Kind("lead.worked", bodies.Touched, "a later touch", "lead"),
    Kind("lead.snoozed", bodies.Snoozed, "it is put off", "lead"),
    Kind("lead.reminded", bodies.Rep, "the holder is reminded", "lead"),
    Kind("lead.overdue", bodies.Rep, "the due time has passed without a touch", "lead"),
    Kind("lead.stale", bodies.Rep, "nothing has been done for it in a long time", "lead"),
    Kind("lead.closed", bodies.Closed, "won, lost, disqualified or bad", "lead"),
    Kind("lead.restored", bodies.Restored, "a manager brings it back; a decision follows", "lead"),
    Kind("lead.touched", bodies.CameAgain, "it has come in again", "lead"),
    Kind("lead.noted", bodies.Nothing, "somebody wrote something down", "lead"),
    Kind("lead.merged", bodies.Merged, "it has become part of another", "lead"),
    Kind("lead.absorbed", bodies.OtherLead, "another has become part of it", "lead"),
    Kind("lead.parted", bodies.OtherLead, "another is no longer part of it", "lead"),
    Kind("lead.imported", bodies.Imported, "it came with its history from elsewhere", "lead"),
    Kind("lead.erased", bodies.Nothing, "the person was erased", "lead"),
    Kind("lead.stuck", bodies.Stuck, "it could not be decided, and is tried again later", "lead"),
    Kind("pool.refund", bodies.Entry, "a turn is given back", "rep"),
    Kind("pool.correction", bodies.Entry, "a manager has put right what a pool owes", "rep"),
    Kind("pool.join", bodies.Entry, "somebody is new in a pool", "rep"),
    Kind("pool.leave", bodies.Entry, "somebody is no longer in a pool", "rep"),
    Kind("dispute.opened", bodies.Disputed, "a rep disputes a decision", "rep"),
    Kind("dispute.upheld", bodies.Ruled, "a manager says that the rep is right", "rep"),
    Kind("dispute.dismissed", bodies.Ruled, "a manager says that the decision was right", "rep"),
    Kind("rep.away", bodies.Rep, "somebody is away", "rep"),
    Kind("rep.back", bodies.Rep, "somebody is back", "rep"),
    Kind("rep.last_one", bodies.Rep, "somebody takes one more lead, and is away then", "rep"),
    Kind("rep.left", bodies.Left, "somebody leaves for good", "rep"),
    Kind("paused", bodies.Subject, "a rep, a pool or everything is paused", "subject"),
    Kind("resumed", bodies.Subject, "it goes on", "subject"),
    Kind("policy.published", bodies.Published, "a policy is put in force", "policy:read"),
    Kind("roster.published", bodies.Published, "a roster is put in force", "policy:read"),
    Kind("policy.drafted", bodies.Drafted, "a policy that is not in force yet", "policy:read"),
    Kind("roster.drafted", bodies.Drafted, "a roster that is not in force yet", "policy:read"),
    Kind("policy.dropped", bodies.Dropped, "a draft is no longer", "policy:read"),
    Kind("roster.dropped", bodies.Dropped, "a draft is no longer", "policy:read"),
    Kind("message.dead", bodies.Undelivered, "a message was given up", "messages:read"),
    Kind("message.sent again", bodies.SentAgain, "it is tried once more", "messages:read"),
    Kind("digest.written", bodies.DigestWritten, "a digest is on its way", "messages:read"),
    Kind("care.found", bodies.Finding, "a promise of the desk does not hold", "reports:read"),
    Kind("care.cleared", bodies.Finding, "it holds again", "reports:read"),
    Kind("user.added", house.NewUser, "somebody may sign in", "users:read"),
    Kind("user.invited", house.User, "they were given another invitation", "users:read"),
    Kind("user.let in", house.User, "they were given a link to sign in", "users:read"),
    Kind("user.changed", house.UserChanged, "something about a user is different", "users:read"),
    Kind("user.password set", house.User, "a user has another password", "users:read"),
    Kind("user.left", house.User, "a user may sign in no longer", "users:read"),
    Kind("user.back", house.UserBack, "a user may sign in again", "users:read"),
    Kind("key.made", house.KeyMade, "an API key", "keys:read"),
    Kind("key.revoked", house.KeyRevoked, "an API key works no longer", "keys:read"),
    Kind("channel.added", house.ChannelAdded, "another way to tell somebody", "channels:write"),
    Kind("channel.changed", house.ChannelChanged, "how it tells is different", "channels:write"),
    Kind("channel.dropped", house.Channel, "it is no longer", "channels:write"),
    Kind("channel.tried", house.Channel, "a message is sent by it, to try it out", "channels:write"),
    Kind("source.added", house.SourceAdded, "leads can come in by another way", "sources:read"),
    Kind("source.changed", house.SourceChanged, "how they come in by it is different", "sources:read"),
    Kind("source.on", house.Source, "leads can come in by it again", "sources:read"),
    Kind("source.off", house.Source, "none can", "sources:read"),
    Kind("source.tried", house.SourceTried, "its sender has tried it out; nothing was taken", "sources:read"),
    Kind(
        "source.screened", house.SourceScreened, "a form was filled in by a machine; nothing was taken", "sources:read"
    ),
    Kind("accounts.imported", house.AccountsImported, "some accounts were put in, new or changed", "accounts:read"),
    Kind("account.changed", house.AccountChanged, "one was", "accounts:read"),
    Kind("account.dropped", house.Account, "one is known no longer", "accounts:read"),
    Kind("errand.asked", house.ErrandAsked, "a webhook has named a lead that is to be fetched", "sources:read"),
    Kind("errand.done", house.ErrandDone, "it was fetched", "sources:read"),
    Kind("errand.dead", house.ErrandDead, "it could not be fetched, and that was given up", "sources:read"),
    Kind("errand.again", house.Errand, "it is tried once more", "sources:read"),
    Kind("webhook.added", house.WebhookAdded, "another address hears of events", "webhooks:read"),
    Kind("webhook.changed", house.WebhookChanged, "what it hears of, or where, is different", "webhooks:read"),
    Kind("webhook.rotated", house.Webhook, "it has another secret", "webhooks:read"),
    Kind("webhook.off", house.WebhookOff, "it hears of nothing any more", "webhooks:read"),
    Kind("webhook.on", house.Webhook, "it does again, from where it stopped", "webhooks:read"),
    Kind("webhook.dropped", house.Webhook, "it is off for good", "webhooks:read"),
    Kind("webhook.tested", house.Webhook, "a ping is sent to it", "webhooks:read"),
    Kind("webhook.redelivered", house.SentOnceMore, "it is sent something once more", "webhooks:read"),
)
KINDS: Final[Mapping[str, Kind]] = {kind.name: kind for kind in _ALL}
TOLD: Final[Mapping[str, Kind]] = {**KINDS, GONE.name: GONE, PING.name: PING}  # and what only streams and webhooks say

LONGEST_LIST: Final = 100  # kinds that somebody may name


def kinds_named(words: Iterable[str], *, where: str = "kinds") -> tuple[str, ...]:
    """Kinds by their names or families (`lead.*`), each once, sorted. Raises BadUsage with every one that is none."""
    given = sorted({word.strip() for word in words if word.strip()})
    faults = [_no_kind(word, where) for word in given if not covered(word)]
    if len(given) > LONGEST_LIST:
        faults = [Fault(where=where, what=f"{len(given)} kinds are named.", fix="Name families: lead.*")]
    if faults:
        raise BadUsage(faults)
    return tuple(given)


def covered(word: str) -> frozenset[str]:
    """The kinds that a name or a family stands for."""
    if word.endswith(".*"):
        return frozenset({name for name in TOLD if name.startswith(word[:-1])})
    return frozenset({word} & TOLD.keys())


def all_covered(words: Iterable[str]) -> frozenset[str]:
    """The kinds that several stand for; all there are if none is named."""
    named = [covered(word) for word in words]
    return frozenset().union(*named) if named else frozenset(TOLD)


def _no_kind(word: str, where: str) -> Fault:
    near = nearest(word, TOLD)
    fix = f"Did you mean {near!r}?" if near else "Look at the catalogue of events; lead.* stands for a family."
    return Fault(where=where, what=f"{word[:40]!r} is no kind of event.", fix=fix)


def check_body(kind: str, body: bytes) -> Struct:
    """What an event says, read as its kind promises. Raises KeyError for no kind, `msgspec.ValidationError`."""
    return json.decode(body, type=KINDS[kind].body)


def schema(kind: Kind) -> Mapping[str, object]:
    """The JSON Schema of what is told of an event, in the stream and by webhooks alike."""
    said = dict(json.schema(kind.body, ref_template="#/$defs/{name}"))
    parts = {name: _open(part) for name, part in dict(said.pop("$defs", {})).items()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:evenhand:event:{kind.name.replace(' ', '-')}:{kind.version}",
        "title": kind.name,
        "description": kind.says,
        "type": "object",
        "properties": {
            "id": {"type": "string", "description": "The event's number: without gaps, in order."},
            "at": {"type": "string", "format": "date-time"},
            "kind": {"const": kind.name},
            "actor": {"type": "string", "description": "Who did it: `rep ann`, `key website`, `system clock`."},
            "lead": {"type": ["string", "null"], "description": "The number of the lead that it is about."},
            "body": said,
        },
        "required": ["id", "at", "kind", "actor", "lead", "body"],
        "$defs": parts,
    }


def _open(part: Mapping[str, object]) -> Mapping[str, object]:
    """A struct's schema, without its word that there can never be more: a body may gain a field."""
    return {name: value for name, value in part.items() if name != "additionalProperties"}
