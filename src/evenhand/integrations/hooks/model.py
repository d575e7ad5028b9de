"""The nouns of an inbound webhook: who knocks, whether it may, what it brought, and what must still be fetched.

Nothing here opens a socket: a door is given a `Knock` and says what is in it; where a second call is needed, it says
which (`Request`) and reads what came back (`Answer`).
"""

from collections.abc import Callable, Mapping
from typing import Final, Literal, TypeAlias

from msgspec import Struct

from evenhand.core.arrival import Problem
from evenhand.core.model import MINUTE, Millis
from evenhand.errors import BadInput, Fault, GiveUp
from evenhand.know.raw import Raw

Keys: TypeAlias = Mapping[str, str]
Constant: TypeAlias = bool | int | str | tuple[str, ...]


class Knock(Struct, frozen=True, kw_only=True):
    """A request as it came in; `opening.knock` makes one.

    url:     the whole public address that the sender called, query included: some sign it.
    headers: by lower-case name.
    body:    as it came, before anybody read it.
    at:      now.
    """

    method: str
    url: str
    query: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = {}
    body: bytes = b""
    at: Millis

    def asked(self, name: str) -> str:
        """The value of a query parameter, the first if there are several; "" without one."""
        return next((value for key, value in self.query if key == name), "")


class Reply(Struct, frozen=True, kw_only=True):
    """What is answered at once, without any lead being taken."""

    status: int = 200
    headers: Mapping[str, str] = {}
    body: bytes = b""


class Verdict(Struct, frozen=True):
    """Whether a request comes from whom it says. `why` is for the source's owner and the log, not for the sender."""

    ok: bool
    why: str = ""


class Taken(Struct, frozen=True, kw_only=True):
    """A lead as its sender knows it.

    key:      from the sender's own id: the same for every delivery of the same lead.
    fields:   by our names where we know them, else by the sender's; empty ones are left out.
    raw:      everything that the sender told of this lead, as JSON, without the sender's keys.
    received: when the sender got it, if it says so and it can be true.
    test:     the sender was only trying out the way.
    problems: fields that the mapping could not fill, and why.
    """

    key: str
    fields: Mapping[str, Raw] = {}
    raw: bytes = b"{}"
    received: Millis | None = None
    test: bool = False
    problems: tuple[Problem, ...] = ()


class Fetch(Struct, frozen=True, kw_only=True):
    """What a second call must bring, because the hook held ids only. It holds no personal data."""

    key: str
    kind: str
    ids: Mapping[str, str] = {}
    received: Millis | None = None
    test: bool = False


class Delivered(Struct, frozen=True, kw_only=True):
    """All that a request brought, in its order.

    passed: what else was in it and is no lead, in words.
    faults: parts of it that cannot be read, beside others that can. Nothing readable at all is a BadInput instead.
    """

    leads: tuple[Taken, ...] = ()
    fetches: tuple[Fetch, ...] = ()
    passed: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()


class Request(Struct, frozen=True, kw_only=True):
    """A call to make to the sender's API."""

    method: str = "GET"
    url: str
    headers: Mapping[str, str] = {}


class Answer(Struct, frozen=True, kw_only=True):
    """What the sender's API answered; headers by lower-case name, `at` is now."""

    status: int
    headers: Mapping[str, str] = {}
    body: bytes = b""
    at: Millis = 0


class Signature(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a sender of any JSON signs: HMAC of the body, or of time stamp, `joint` and body, in a header.

    stamp: the header with the time, in seconds or milliseconds since 1970; empty if the sender stamps none.
    """

    header: str = "x-signature"
    algorithm: Literal["sha256", "sha512", "sha1"] = "sha256"
    encoding: Literal["hex", "base64"] = "hex"
    prefix: str = ""
    stamp: str = ""
    joint: str = "."


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """How the webhooks of one source are read. All of it can be left out.

    fields:    our field -> JMESPath expression, asked of the lead as the sender sent it; wins over the built-in names.
    constants: our field -> value, the same for every lead; wins over everything.
    window:    how old a time stamp may be, and how far ahead, in milliseconds.
    api:       address of the sender's API instead of its own; `version` of it; `ask`: more properties to ask for.
    legacy:    HubSpot's older signatures, which hold no time, count as well.
    by, header, signature:       any JSON: how the sender proves who it is.
    each, key, received, test:   any JSON: expressions for the list of leads, and for each one's id, time and test mark.
    """

    fields: Mapping[str, str] = {}
    constants: Mapping[str, Constant] = {}
    window: Millis = 5 * MINUTE
    api: str = ""
    version: str = ""
    ask: tuple[str, ...] = ()
    legacy: bool = False
    by: Literal["standard", "signature", "header", "url"] = "standard"
    header: str = "authorization"
    signature: Signature = Signature()
    each: str = ""
    key: str = ""
    received: str = ""
    test: str = ""


class Key(Struct, frozen=True):
    """Something secret that a door needs: what it is and where the sender shows it. `by`: only for these ways."""

    what: str
    needed: bool = True
    by: tuple[str, ...] = ()


def _unanswered(_knock: Knock, _keys: Keys, _settings: Settings) -> Reply | None:
    return None


def _unasked(fetch: Fetch, _keys: Keys, _settings: Settings) -> Request:
    raise GiveUp(f"{fetch.kind} {fetch.key}: the hooks of this sender hold everything, there is nothing to fetch.")


def _unheard(fetch: Fetch, _answer: Answer, _settings: Settings) -> Delivered:
    raise GiveUp(f"{fetch.kind} {fetch.key}: the hooks of this sender hold everything, nothing was asked for.")


class Door(Struct, frozen=True, kw_only=True):
    """One sender. Given bytes, no verb raises anything but what it says.

    names:    the sender's names for our fields; where two are for the same field, the earlier line wins.
    keys:     the secrets it needs, by name. `NAME_old`, if there is one, counts as well, while a secret is replaced.
    answer:   the reply to a handshake, or None if it is none.
    verify:   whether the request comes from this sender. Never raises.
    read:     what it brought. Raises BadInput.
    fetching: the call that a Fetch needs. Raises GiveUp.
    fetched:  what came back. Raises TryLater or GiveUp.
    """

    names: Mapping[str, str]
    keys: Mapping[str, Key]
    verify: Callable[[Knock, Keys, Settings], Verdict]
    read: Callable[[Knock, Settings], Delivered]
    answer: Callable[[Knock, Keys, Settings], Reply | None] = _unanswered
    fetching: Callable[[Fetch, Keys, Settings], Request] = _unasked
    fetched: Callable[[Fetch, Answer, Settings], Delivered] = _unheard


MOST_LEADS: Final = 1000  # in one delivery; Meta sends as many, nobody sends more


def bad(where: str, what: str, fix: str = "") -> BadInput:
    """A BadInput of one fault. What it says never quotes a value: it goes to logs and back to the sender."""
    return BadInput(Fault(where=where, what=what, fix=fix))
