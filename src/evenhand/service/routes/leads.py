"""`/api/v1/leads`: leads come in, and are looked at."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from litestar import get, post
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, FromQuery, HeaderParameter
from msgspec import Raw, Struct
from msgspec.structs import replace

from evenhand.actions.desk import call
from evenhand.actions.receiving import Received, Settled
from evenhand.actions.trying import try_lead
from evenhand.core.record import record
from evenhand.core.view import View, encode, view
from evenhand.service.answers import Answer, DecisionRecord
from evenhand.service.attending import about
from evenhand.service.guests import Asked, Guest, may
from evenhand.service.intake import SOURCE, Sent, Taken, lead_in
from evenhand.service.lead_answers import LeadAnswer, look, look_after, look_touched
from evenhand.service.room import aside
from evenhand.service.shown import show_lead
from evenhand.service.tags import tagged

REPLAYED: Final = {"Idempotency-Replayed": "true"}

LARGEST: Final = 64 * 1024  # bytes of one lead, as of a line in bulk: a number of a million digits takes its time

LeadKey = Annotated[
    str | None,
    HeaderParameter(
        name="Idempotency-Key",
        max_length=255,
        description="Makes a retry safe: the same key with the same body gives the first answer again.",
    ),
]


class TestAnswer(Struct, frozen=True):
    """What would be decided about a lead that came now."""

    decision: DecisionRecord
    test: bool = True


class Accepted(Struct, frozen=True, kw_only=True):
    """A lead that was taken; its decision can be had at `/leads/{id}/decision`."""

    lead: str
    decision: str


@post(
    "/leads",
    opt=may("leads:take"),
    request_max_body_size=LARGEST,
    responses={
        200: ResponseSpec(
            LeadAnswer | TestAnswer,  # type: ignore[arg-type]  # the schema knows unions, the signature does not
            generate_examples=False,
            description="A retry, a touch on a lead that is here, or a test.",
        ),
        202: ResponseSpec(Accepted, generate_examples=False, description="Taken, with `wait=false`."),
    },
)
async def take_lead(
    request: Asked, *, key: LeadKey = None, wait: FromQuery[bool] = True, test: FromQuery[bool] = False
) -> Answer[LeadAnswer]:
    """Take a lead in, and answer with the decision about it once that is kept for good."""
    guest: Guest = request.auth
    body = await request.body()
    row = lead_in(body)
    source = row.cells.get("source")
    sent = Sent(row=row, raw=body, source=source if isinstance(source, str) and source else SOURCE, key=key or "")
    if test:
        return _other(await _tried(guest, sent), 200)
    hurried = not wait or "respond-async" in request.headers.get("prefer", "")
    taken = await guest.intake.take(sent, actor=guest.caller.actor, bulk=hurried)
    about(request, taken.received.lead)
    headers = REPLAYED if taken.received.how == "replayed" else {}
    if hurried:
        return _other(Accepted(lead=str(taken.received.lead), decision=_decision_id(taken.received)), 202, headers)
    status = 201 if taken.received.how == "new" else 200
    return Answer(await _answer(guest, taken), status_code=status, headers=headers)


@get("/leads/{lead:int}", opt=may("leads:read"))
async def get_lead(request: Asked, lead: FromPath[int]) -> Answer[LeadAnswer]:
    """A lead as it stands, with the decision in force: as much of it as the caller may see."""
    guest: Guest = request.auth
    found = await guest.room.read(look, guest.caller, lead)
    return tagged(found.answer, found.tag)


def _other(said: object, status: int, headers: Mapping[str, str] | None = None) -> Answer[Any]:
    """An answer of the other kinds that `responses` names."""
    return Answer(said, status_code=status, headers=headers)


async def _tried(guest: Guest, sent: Sent) -> TestAnswer:
    """What would be decided: nothing is kept, charged or told."""
    _, ready, _ = guest.intake.ready(sent)
    found: View = await aside(guest.room.desk.imagine, call(try_lead, ready, actor=guest.caller.actor))
    return TestAnswer(Raw(encode(found)))


async def _answer(guest: Guest, taken: Taken) -> LeadAnswer:
    """The lead and its decision: from memory if it is new, else looked up."""
    received = taken.received
    dirty = tuple(map(str, taken.arrival.warnings))
    if received.settled is None:
        looking = look_touched if received.how == "touched" else look_after
        found = (await guest.room.read(looking, guest.caller, received.lead)).answer
    else:
        found = _fresh(received.settled, taken, guest.room.desk.engine)
    return replace(found, how=received.how, unread=taken.unread, dirty=dirty)


def _fresh(settled: Settled, taken: Taken, engine: str) -> LeadAnswer:
    ruling, policy = settled.ruling, settled.policy
    said = view(record(ruling, policy, engine=engine), ruling.case, policy)
    lead = show_lead(settled.row, taken.arrival.lead.fields, policy.vocabulary)
    return LeadAnswer(lead=lead, decision=Raw(encode(said)))


def _decision_id(received: Received) -> str:
    return f"{received.lead}.{received.decision}"


ROUTES: Final = (take_lead, get_lead)
