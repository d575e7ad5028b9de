"""What signing in needs beside the desk: passwords, a way to send links, other houses that vouch for people."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol

from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie
from litestar.di import Provide

from evenhand.actions.passwords import Passwords
from evenhand.actions.signing_in import From
from evenhand.actions.users import Linked
from evenhand.errors import NotFound
from evenhand.integrations.oidc import SignIn
from evenhand.integrations.smtp import Email
from evenhand.service.browsers import session_cookie
from evenhand.service.house import House
from evenhand.service.journal import Journal
from evenhand.service.room import Room, outside

NAME: Final = "entrance"
MAIN: Final = "main"
_SUBJECT: Final = {"sign in": "Your link to sign in", "invitation": "You are invited"}
_TEXT: Final = {
    "sign in": "Follow this link to sign in. It works once, within a quarter of an hour:",
    "invitation": "You may sign in to Evenhand, where leads are handed out. This link works once, within seven days:",
}
_END: Final = "If you have not asked for it, do nothing: without the link nobody gets in."


class Post(Protocol):
    """Sends e-mail: `integrations.smtp.Mailer` does."""

    def send(self, email: Email) -> None:
        """Raises TryLater and GiveUp."""
        ...


class Entrance:
    """The door that people come in by.

    base:   what addresses of pages begin with, without a slash at the end.
    post:   sends links; without one they are to be made at the command line.
    vouch:  another house where people can sign in, under the name that its button shows; `join`: domains whose people
            come in from there by themselves.
    """

    def __init__(
        self,
        house: House,
        passwords: Passwords,
        *,
        base: str,
        journal: Journal,
        post: Post | None = None,
    ) -> None:
        self.house = house
        self.passwords = passwords
        self.base = base
        self.post = post
        self.vouch: Mapping[str, SignIn] = {}
        self.join: Sequence[str] = ()
        self._journal = journal
        self._sending: set[asyncio.Task[None]] = set()

    @property
    def is_secure(self) -> bool:
        """Whether browsers come by HTTPS."""
        return self.base.startswith("https:")

    def room(self, name: str = "") -> Room:
        """A workspace by its name; without one `main`, or the only one that there is. Raises NotFound."""
        rooms = self.house.by_name
        only = next(iter(rooms.values())) if len(rooms) == 1 else None
        found = rooms.get(name or MAIN) or (None if name else only)
        if found is None:
            raise NotFound(f"there is no workspace {name or MAIN!r}.")
        return found

    def come(self, connection: ASGIConnection[Any, Any, Any, Any]) -> From:
        """Where somebody comes from."""
        client = connection.client
        return From(client.host if client else "", connection.headers.get("user-agent", ""))

    def cookie(self, ticket: str) -> Cookie:
        """The session's cookie; with nothing in it, it is taken away."""
        return session_cookie(ticket, secure=self.is_secure)

    def link(self, ticket: str) -> str:
        """Where a ticket is used."""
        return f"{self.base}/sign-in/{ticket}"

    def send_soon(self, linked: Linked | None, kind: str, room: Room) -> bool:
        """Send a link without waiting for it, so that nobody learns by the time whether there was one to send; whether
        links can be sent at all.
        """
        if self.post is not None and linked is not None:
            task = asyncio.create_task(self._send(self.post, linked, kind, room))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)
        return self.post is not None

    async def finish(self) -> None:
        """Wait until what was to be sent has been."""
        await asyncio.gather(*self._sending)

    async def _send(self, post: Post, linked: Linked, kind: str, room: Room) -> None:
        now, user = room.desk.clock(), linked.user
        email = Email(
            id=f"{kind.replace(' ', '-')}-{room.number}-{user.user}-{now}",
            to=user.email,
            name=user.name,
            subject=_SUBJECT[kind],
            text=f"{_TEXT[kind]}\n\n{self.link(linked.ticket)}\n\n{_END}\n",
            at=now,
        )
        try:
            await outside(post.send, email)
        except Exception as error:
            self._journal.warning("link not sent", user=user.user, error=type(error).__name__)


def provided(entrance: Entrance) -> Mapping[str, Provide]:
    """The dependencies of a router whose handlers ask for `entrance: NamedDependency[Entrance]`."""
    return {NAME: Provide(lambda: entrance, sync_to_thread=False)}
