"""What whoever asks for a form, or has sent one, is answered: pages for browsers, JSON for scripts."""

import re
from collections.abc import Mapping
from typing import Any, Final, TypeAlias
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from litestar import Request, Response
from msgspec import Struct, json
from msgspec.structs import replace

from evenhand.actions.desk import Desk, call
from evenhand.actions.forms import Form
from evenhand.errors import BadInput, Fault, NotFound
from evenhand.service.forms.afterwards import Answered, answered, clock
from evenhand.service.forms.answers import CONSENT, Posted
from evenhand.service.forms.drawing import Drawn, Thanked, admits, beside_of, draw, lines, simple
from evenhand.service.forms.taking import Handed
from evenhand.service.forms.tokens import Ticket, new_ticket, new_token, read_ticket
from evenhand.service.forms.words import Words, words_in
from evenhand.service.problems import Problem, answer, problem_of, status_of, told
from evenhand.service.room import aside
from evenhand.service.sourced import Found

Call: TypeAlias = Request[Any, Any, Any]
Page: TypeAlias = Response[Any]

_ORIGIN: Final = re.compile(r"https?://[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?")
_JSON: Final = "application/json"
_STATUS: Final[Mapping[str, int]] = {"check": 200, "stale": 422, "soon": 422, "often": 429, "later": 503}


class Thanks(Struct, frozen=True, kw_only=True):
    """What is said to whoever has sent a form: where to go on, and who will be in touch, as far as the form says."""

    title: str
    text: str
    next: str
    rep: str = ""


async def told_script(at: Found, form: Form, path: str, handed: Handed, headers: Mapping[str, str]) -> Page:
    """What a script is told."""
    words = words_in(form.language)
    if handed.filled.wrong:
        faults = [Fault(where=name, what=what) for name, what in handed.filled.wrong.items()]
        return answer(problem_of(BadInput(faults)), headers)
    if handed.lead is None:
        reason = handed.again or "later"
        status = 409 if reason == "check" else _STATUS[reason]
        wait = {"Retry-After": str(-(-handed.wait // 1000) or form.seconds or 1)}
        said = Problem(type=f"form-{reason}", title="Send it again", status=status, detail=getattr(words, reason))
        return answer(said, {**headers, **wait})
    ticket = Ticket(handed.lead, at.room.desk.clock())
    known = await what_is_known(at, ticket, "")
    goes = form.thanks.redirect or thanks_path(at, path, ticket)
    rep = known.rep if form.thanks.name_rep else ""
    return as_json(Thanks(title=form.thanks.title, text=form.thanks.text, next=goes, rep=rep), headers)


def led_on(at: Found, form: Form, path: str, posted: Posted, lead: int) -> Page:
    """To where it goes on; within another page that page is to go there, and until then ours says thank you."""
    inside = parent_of(form, posted.said("origin"))
    if form.thanks.redirect and not inside:
        return see(form.thanks.redirect)
    along = {"_zone": posted.said("zone"), "_origin": inside}
    query = urlencode({name: value for name, value in along.items() if value})
    goes = thanks_path(at, path, Ticket(lead, at.room.desk.clock()))
    return see(f"{goes}?{query}" if query else goes)


def thanks_path(at: Found, path: str, ticket: Ticket) -> str:
    """Where whoever has sent a form is thanked."""
    return f"/f/{quote(path)}/thanks/{new_ticket(at.room.desk, at.source.name, ticket)}"


def once_more(at: Found, form: Form, path: str, posted: Posted, handed: Handed) -> Page:
    """The form once more, with what was typed, what is amiss, and a token that will do."""
    desk, name, words = at.room.desk, at.source.name, words_in(form.language)
    fresh = handed.again in {"check", "stale"}
    token = new_token(desk, name, desk.clock(), quick=True) if fresh else posted.said("token")
    typed = {**handed.filled.typed, CONSENT: ("yes",) if handed.filled.consent else ()}
    drawn = Drawn(
        action=f"/f/{quote(path)}",
        token=token or new_token(desk, name, desk.clock(), quick=True),
        typed=typed,
        wrong=handed.filled.wrong,
        notice=getattr(words, handed.again) if handed.again else "",
        beside=beside_of(posted),
        parent=parent_of(form, posted.said("origin")),
    )
    status = _STATUS[handed.again] if handed.again else 422
    wait = {"Retry-After": str(-(-handed.wait // 1000) or 1)} if status in {429, 503} else None
    return draw(form, drawn, status=status, headers=wait)


def thanked(form: Form, told: Answered, words: Words, now: int) -> Thanked:
    """What is said to whoever has sent a form."""
    said = lines(form.thanks.text)
    if form.thanks.name_rep and told.rep:
        due = "" if told.due is None else f"{clock(told.due, now, told.zone, words)} ({told.zone})"
        said.append(words.by.format(rep=told.rep, at=due) if due else words.person.format(rep=told.rep))
    elif (form.thanks.name_rep or form.thanks.call_back) and told.back is not None:
        said.append(words.back.format(at=f"{clock(told.back, now, told.zone, words)} ({told.zone})"))
    offered = told.slots if form.thanks.call_back else ()
    slots = [(each, clock(each, now, told.zone, words)) for each in offered]
    return Thanked(title=form.thanks.title, said=said, slots=slots, zone=told.zone)


def placed(shown: Thanked, form: Form, path: str, ticket: str, asked: Mapping[str, str]) -> Thanked:
    """With where it is sent to, and the page that it is within."""
    inside = parent_of(form, asked.get("_origin", ""))
    hidden = [(name, asked[name]) for name in ("_zone", "_origin") if asked.get(name)]
    action = f"/f/{quote(path)}/thanks/{quote(ticket)}"
    return replace(shown, action=action, hidden=hidden, parent=inside, go=form.thanks.redirect)


def when(told: Answered, at: int, where: Found, words: Words) -> str:
    """A moment, on the clock that is shown."""
    return clock(at, where.room.desk.clock(), told.zone, words)


async def what_is_known(at: Found, ticket: Ticket, zone: str) -> Answered:
    """What can be told of a lead: looked up, not written."""
    return await aside(_look, at.room.desk, ticket.lead, zone)


def _look(desk: Desk, lead: int, zone: str) -> Answered:
    return desk.imagine(call(answered, lead, zone))


def ticket_in(at: Found, text: str) -> Ticket:
    """The ticket in an address. Raises NotFound."""
    found = read_ticket(at.room.desk, at.source.name, text, at.room.desk.clock())
    if found is None:
        raise NotFound("there is no such page, or it is there no longer.")
    return found


def parent_of(form: Form, origin: str) -> str:
    """The origin of the page that a form is within, if it may be there."""
    return origin if _ORIGIN.fullmatch(origin) and admits(form, origin) else ""


def asked_in(request: Call) -> dict[str, str]:
    """What the address says, and what the address of the page says that the form is within; the first of a name."""
    asked: dict[str, str] = {}
    query = request.scope.get("query_string", b"").decode("latin-1")
    for name, value in _pairs(query):
        asked.setdefault(name, value)
    try:
        around = urlsplit(asked.get("_page", "")).query
    except ValueError:
        around = ""
    for name, value in _pairs(around):
        if not name.startswith("_"):
            asked.setdefault(name, value)
    return asked


def _pairs(query: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(query, errors="replace", max_num_fields=200)
    except ValueError:
        return []


def as_json(said: Struct, headers: Mapping[str, str]) -> Page:
    """An answer for a script, to be kept by nobody."""
    return Response(json.encode(said), media_type=_JSON, headers={**headers, "Cache-Control": "no-store"})


def see(address: str) -> Page:
    """Go there; reading it again sends nothing again."""
    headers = {"Location": address, "Cache-Control": "no-store", "Referrer-Policy": "strict-origin-when-cross-origin"}
    return Response(b"", status_code=303, headers=headers)


def gone(request: Call, error: NotFound) -> Page:
    """For browsers a page; for others what they understand."""
    if "text/html" not in request.headers.get("accept", ""):
        return told(request, error)
    return simple(words_in(request.headers.get("accept-language", "en")[:2]).gone, status=status_of(type(error)))
