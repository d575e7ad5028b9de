"""Who is asking: each request is let in by its key or its session, and then only to what its route lets them do.

A route says what it takes with `opt=may("leads:read")`; one that says nothing is closed, one that says `OPEN` is open
to everybody, one that says `ANYBODY` to everybody whom we know.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol, TypeAlias

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.datastructures import State
from litestar.enums import ScopeType
from litestar.handlers import BaseRouteHandler
from litestar.types import ASGIApp, Receive, Scope, Send

from evenhand.actions import roles
from evenhand.actions.callers import Caller
from evenhand.errors import BadUsage, Fault, NotAllowed, NotFound, NotSignedIn
from evenhand.service.intake import Intake
from evenhand.service.room import Room

MAY: Final = "may"
OPEN: Final[Mapping[str, Any]] = {MAY: None}
ANYBODY: Final[Mapping[str, Any]] = {MAY: "*"}  # whoever is known, whatever they may
GUEST: Final = "evenhand.guest"
KEEPER: Final = "evenhand.doorkeeper"


class Guest:
    """A caller in their room; `intake` takes leads in there."""

    __slots__ = ("caller", "intake", "room")

    def __init__(self, room: Room, intake: Intake, caller: Caller) -> None:
        self.room = room
        self.intake = intake
        self.caller = caller


Asked: TypeAlias = Request[Guest, Any, State]


class Doorkeeper(Protocol):
    """Knows who is asking."""

    async def admit(self, connection: ASGIConnection[Any, Any, Any, Any]) -> Guest | None:
        """Who it is; `None` for somebody who says nothing of who they are. Raises NotSignedIn and NotAllowed."""
        ...


def may(scope: roles.Scope) -> Mapping[str, Any]:
    """The `opt` of a route for those who may do this."""
    return {MAY: scope}


async def again(request: Asked) -> Guest:
    """Who is asking, once more: for what takes so long that they may be sent away meanwhile. Raises NotSignedIn."""
    keeper: Doorkeeper = request.scope["state"][KEEPER]
    guest = await keeper.admit(request)
    if guest is None:
        raise NotSignedIn("you are not signed in, or no longer: sign in again.")
    return guest


class Admission:
    """Middleware that puts the guest, if there is one, into the scope of each request."""

    def __init__(self, app: ASGIApp, doorkeeper: Doorkeeper) -> None:
        self.app = app
        self.doorkeeper = doorkeeper

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.HTTP and scope["route_handler"].opt.get(MAY, "") is not None:
            scope["auth"] = await self.doorkeeper.admit(ASGIConnection(scope, receive))
            scope["state"][KEEPER] = self.doorkeeper
        await self.app(scope, receive, send)


def parts_of(connection: ASGIConnection[Any, Any, Any, Any]) -> Sequence[str]:
    """The parts of an address, as they were sent: `+1` and `1_0` are no numbers here, though Python reads them so."""
    return connection.scope["path"].split("/")


async def check(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """The guard of every route: raises NotSignedIn or NotAllowed unless the caller may do what the route does.

    And BadUsage for a zero byte in the address, which nothing that we keep has, and which PostgreSQL takes from nobody.
    """
    asked = handler.opt.get(MAY, "")
    if "\0" in connection.scope["path"] or b"%00" in connection.scope["query_string"]:
        raise BadUsage(Fault(where="address", what="holds a zero byte.", fix="Leave it out."))
    if any(type(value) is int and str(value) not in parts_of(connection) for value in connection.path_params.values()):
        raise NotFound("there is nothing here: write a number as it was told, as 12.")
    if asked is None:
        return
    guest = connection.scope.get("auth")
    if guest is None:
        raise NotSignedIn("send a key: Authorization: Bearer eh_...; evenhand key create makes one; or sign in.")
    if asked == ANYBODY[MAY]:
        return
    if asked not in roles.SCOPES:
        raise NotAllowed("nobody may do this: its route does not say who may.")
    roles.allowed(guest.caller.role, guest.caller.scopes, asked)
