"""Who is asking, by the key or the session that a request brings."""

from typing import Any, Final

from litestar.connection import ASGIConnection
from litestar.enums import ScopeType

from evenhand.actions.callers import Recent, of_key, of_session
from evenhand.actions.tickets import workspace_of
from evenhand.errors import NotSignedIn
from evenhand.service.browsers import CSRF, FORM, SAFE, check_csrf, check_origin, cookie_name
from evenhand.service.guests import Guest
from evenhand.service.house import House
from evenhand.service.room import aside

BEARER: Final = "bearer "


class Doors:
    """Lets programs in by their key, people by the cookie of their session. See `guests.Doorkeeper`.

    What was found out about a caller is good for a second: so long a key that was revoked may still work.
    """

    def __init__(self, house: House, base: str = "") -> None:
        self._house = house
        self._base = base
        self._cookie = cookie_name(secure=base.startswith("https:"))
        clock = next(iter(house.rooms.values())).desk.clock
        self._known = Recent[Guest](clock)

    async def admit(self, connection: ASGIConnection[Any, Any, Any, Any]) -> Guest | None:
        """Who it is; `None` without a key and without a session. Raises NotSignedIn, NotAllowed."""
        said = connection.headers.get("authorization", "")
        if said[: len(BEARER)].lower() == BEARER:
            return await self._guest(said[len(BEARER) :].strip(), is_key=True)
        ticket = connection.cookies.get(self._cookie, "")
        if not ticket:
            return None
        guest = await self._guest(ticket, is_key=False)
        scope = connection.scope
        if scope["type"] == ScopeType.HTTP and scope["method"] not in SAFE:
            check_origin(connection, self._base)
            if not scope["route_handler"].opt.keys() & FORM.keys():
                check_csrf(guest.caller, connection.headers.get(CSRF, ""))
        return guest

    def forget(self) -> None:
        """Somebody's rights have changed: look again at once."""
        self._known.forget()

    async def _guest(self, ticket: str, *, is_key: bool) -> Guest:
        found = self._known.get(ticket)
        if found is not None and bool(found.caller.key) == is_key:
            return found
        room = self._house.rooms.get(workspace_of(ticket) or 0)
        if room is None:
            raise NotSignedIn(f"nobody knows this {'key' if is_key else 'session'}: was it copied whole?")
        caller = await aside(of_key if is_key else of_session, room.desk, ticket)
        guest = Guest(room, self._house.intakes[room.number], caller)
        self._known.keep(ticket, guest)
        return guest
