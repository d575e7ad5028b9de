"""Leads come in: each is taken once, decided at once, and answered with its decision.

What can be worked out without the database is worked out before the lock is taken (`Incoming`). A key that was used
before gives back the first answer; the same lead from the same source with other values is a touch on the lead there
is, never a second one.
"""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Final, Literal, Protocol, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from evenhand.actions.actor import Actor
from evenhand.actions.desk import Call, Desk
from evenhand.actions.persons import Person, keep_person, locked, remembering
from evenhand.actions.settling import settle
from evenhand.actions.twins import keyed, twin_of, twinned
from evenhand.actions.work import Sealer, Work
from evenhand.core.arrival import Arrival
from evenhand.core.decide import Ruling, rule_on
from evenhand.core.model import Lead, Match, Millis, Past, Twin, Value
from evenhand.core.policy.model import Policy
from evenhand.core.record import fields_json
from evenhand.errors import Conflict, Outdated
from evenhand.ports.rows import IdentityRow, KeyRow, LeadRow, NoteRow

Fields: TypeAlias = Mapping[str, Value]

SLICE: Final = 256  # the most leads in one transaction


class Incoming(Struct, frozen=True, kw_only=True):
    """A lead that is ready to be taken.

    key:     what makes a retry a retry, as a keyed digest; `given` by the sender, or derived from the source and its
             own id.
    digest:  of everything that was sent, to tell a retry from another lead under the same key.
    persons: keyed digests of what identifies the person.
    policy:  the digest of the policy by which the fields were read, if another one is not to decide about them.
    """

    source: str = ""
    received: Millis | None = None
    fields: Fields = {}
    raw: bytes = b"{}"
    match: Match | None = None
    key: str = ""
    given: bool = False
    digest: bytes = b""
    persons: tuple[bytes, ...] = ()
    policy: str = ""


class Settled(Struct, frozen=True):
    """A new lead as it was left, and the decision about it with what that stood on."""

    row: LeadRow
    ruling: Ruling
    policy: Policy


class Received(Struct, frozen=True):
    """A lead that was taken: its number, and the decision about it. `how` tells a retry or a touch from a new lead."""

    lead: int
    decision: int
    how: Literal["new", "replayed", "touched"] = "new"
    settled: Settled | None = None  # of a new lead


class Place(Protocol):
    """Where a lead is made ready: a desk, or a transaction at one."""

    @property
    def sealer(self) -> Sealer: ...
    @property
    def workspace(self) -> int: ...


def incoming(arrival: Arrival, desk: Place, *, source: str = "", key: str = "", raw: bytes | None = None) -> Incoming:
    """Make a lead of an input ready.

    `key` is the sender's own; without one it is derived from the source and the id that the lead has there, if any.
    """
    sealer, ws = desk.sealer, desk.workspace
    told = fields_json(arrival.lead.fields) if raw is None else raw
    own = key or (f"{source}\x1f{arrival.lead.id}" if source and arrival.lead.id else "")
    return Incoming(
        source=source,
        received=arrival.lead.received,
        fields=arrival.lead.fields,
        raw=told,
        match=arrival.lead.match,
        key=sealer.digest("key", own, workspace=ws).hex() if own else "",
        given=bool(key),
        digest=sealer.digest("input", sha256(told).hexdigest(), workspace=ws),
        persons=(sealer.digest("email", arrival.key, workspace=ws),) if arrival.key else (),
    )


def receive(desk: Desk, leads: Sequence[Incoming], *, actor: Actor) -> list[Received | Exception]:
    """Take leads, any number, and say of each what became of it. They are decided in the order in which they stand."""
    answers: list[Received | Exception] = []
    for start in range(0, len(leads), SLICE):
        calls = receiving(leads[start : start + SLICE], actor=actor)
        answers += [answer.get() if answer.error is None else answer.error for answer in desk.run(calls)]
    return answers


def receiving(leads: Sequence[Incoming], *, actor: Actor) -> list["Arriving"]:
    """A call for each lead; what they must look up is looked up for all of them together."""
    looked = Looked(leads)
    return [Arriving(lead, actor, looked) for lead in leads]


def together(calls: Sequence[Call[object]]) -> list[Call[object]]:
    """The same calls, from whomever they came: the leads among them look up what they must look up together."""
    looked = Looked([each.lead for each in calls if isinstance(each, Arriving)])
    return [replace(each, looked=looked) if isinstance(each, Arriving) else each for each in calls]


class Looked:
    """The keys and the persons of a batch, looked up once in each transaction that needs them."""

    def __init__(self, leads: Sequence[Incoming]) -> None:
        self._keys = sorted({lead.key for lead in leads if lead.key})
        self._persons = sorted({digest for lead in leads for digest in lead.persons})
        self._tx: object = None
        self._known: Mapping[str, KeyRow] = {}
        self._same: Mapping[bytes, LeadRow] = {}

    def at(self, work: Work) -> tuple[Mapping[str, KeyRow], Mapping[bytes, LeadRow]]:
        if self._tx is not work.tx:
            self._tx = work.tx
            self._known = work.tx.leads.keyed(self._keys) if self._keys else {}
            self._same = work.tx.leads.same_person(self._persons) if self._persons else {}
        return self._known, self._same


class Arriving(Struct, frozen=True):
    """The call that takes one lead."""

    lead: Incoming
    actor: Actor
    looked: Looked

    def __call__(self, work: Work) -> Received:
        """Take it: see `take`."""
        return take(work, self.lead, self.looked, actor=self.actor)


def take(work: Work, lead: Incoming, looked: Looked, *, actor: Actor) -> Received:
    """Take one lead.

    Raises Conflict if there is no policy yet, or if a given key was used for something else, and Outdated if the lead
    was read by another policy than the one in force.
    """
    if not work.ready:
        raise Conflict("there is no policy yet: publish one, with a roster, before leads come in.")
    if lead.policy and lead.policy != work.policy.digest:
        raise Outdated("the policy has changed while the lead was read: read it again.")
    known, same = looked.at(work)
    before = (keyed(work, lead.key) or known.get(lead.key)) if lead.key else None
    if before is not None:
        return _again(work, lead, before, actor=actor)
    row, asked = enter(work, lead, same)
    ruling = _ruling(work, asked)
    settled = settle(work, row, ruling, actor=actor)
    return Received(settled.lead, settled.decision, settled=Settled(settled, ruling, work.policy))


def _ruling(work: Work, lead: Lead) -> Ruling:
    return rule_on(lead, work.policy, work.world)


def enter(work: Work, lead: Incoming, same: Mapping[bytes, LeadRow]) -> tuple[LeadRow, Lead]:
    """Write the lead down, and the person apart from it."""
    number = work.router.leads + 1
    twin = twin_of(work, lead.persons, same)
    received = min(lead.received or work.now, work.now)
    asked = Lead(
        id=str(number),
        received=received,
        fields=lead.fields,
        match=lead.match,
        twin=None if twin is None else Twin(str(twin.lead), twin.rep),
    )
    work.router = replace(work.router, leads=number)
    plain, personal = _apart(work.policy, lead.fields)
    row = LeadRow(
        lead=number,
        state="waiting",
        source=lead.source,
        received=received,
        fields=fields_json(plain),
        memory=remembering(lead.match, Past()),
    )
    work.put_row(row, fresh=True)
    _keep_person(work, lead, number, personal)
    if lead.key:
        work.here.keys[lead.key] = KeyRow(lead.key, lead.digest, number, work.now)
    return row, asked


def _apart(policy: Policy, fields: Fields) -> tuple[Fields, Fields]:
    """What may be seen, and what identifies the person, by the policy in force; what is unknown is locked up."""
    known = policy.vocabulary.fields
    plain = {name: value for name, value in fields.items() if name in known and not known[name].personal}
    return plain, {name: value for name, value in fields.items() if name not in plain}


def _keep_person(work: Work, lead: Incoming, number: int, personal: Fields) -> None:
    keep_person(work, number, Person(fields_json(personal), lead.raw))
    work.here.identities.extend(IdentityRow(digest, number) for digest in lead.persons)
    for digest in lead.persons:
        if twinned(work, digest) is None:
            work.here.twins[digest] = number


def _again(work: Work, lead: Incoming, before: KeyRow, *, actor: Actor) -> Received:
    """The key was used before: a retry gets the first answer, another body is refused or is a touch."""
    row = work.row(before.lead)
    if before.digest == lead.digest:
        return Received(before.lead, _first_decision(work, before.lead), "replayed")
    if lead.given:
        raise Conflict(f"this idempotency key was used before for another lead ({before.lead}): send a new key.")
    number = work.event("lead.touched", actor, lead=row.lead, body={"source": lead.source})
    work.put(replace(before, digest=lead.digest))  # the same once more is a retry of this
    if (box := locked(work, row.lead, lead.raw)) is not None:
        work.add(NoteRow(no=number, lead=row.lead, kind="touch", at=work.now, actor=str(actor), box=box))
    if row.rep is not None:
        work.tell("came again", row.rep, lead=row.lead, decision=row.decision)
    return Received(row.lead, row.decision, "touched")


def _first_decision(work: Work, lead: int) -> int:
    row = work.row(lead)
    found = work.tx.story.decisions_of(lead)
    return found[0].seq if found else row.decision
