"""A stream of events, as `text/event-stream` (https://html.spec.whatwg.org/multipage/server-sent-events.html).

Whoever comes back says which event was the last that they had, and is told everything after it: each event once, in
order. A comment every few seconds keeps the connection alive. The stream ends when its caller may no longer come in,
and when the service stops; a browser then comes back by itself.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Final, TypeAlias

from msgspec import Struct

from evenhand.actions.callers import Caller
from evenhand.core.concerns import Viewer, sees
from evenhand.core.happenings import GONE
from evenhand.errors import EvenhandError, Unavailable
from evenhand.service.following import Follower, Happening, Place
from evenhand.service.room import aside

BEAT: Final = 15.0  # seconds of silence until a comment is sent
CHECK: Final = 5.0  # seconds until it is asked again whether the caller may still listen
AGAIN: Final = 1.0  # seconds until the database is tried again
SOONEST: Final = 1_000  # ms that a client waits until it comes back; up to LATEST, so that not all come at once
LATEST: Final = 4_000

Ask: TypeAlias = Callable[[], Awaitable[Caller]]


class Wanted(Struct, frozen=True, kw_only=True):
    """What a caller would hear: after which event, of which kinds, of which lead only."""

    kinds: frozenset[str]
    after: int | None = None
    lead: int | None = None


def viewer_of(caller: Caller) -> Viewer:
    """What limits somebody in what they hear. A rep who is nobody in the roster hears of nobody."""
    rep = (caller.rep or caller.actor.id or "?") if caller.role == "rep" else ""
    return Viewer(rep=rep, reach=caller.actor.reach, scopes=caller.scopes)


async def stream(follower: Follower, wanted: Wanted, ask: Ask) -> AsyncIterator[bytes]:
    """The stream, piece by piece. `ask` says who the caller is now, or raises. Raises Busy before the first piece."""
    caller = await ask()
    with follower.listening(str(caller.actor)) as place:
        await aside(follower.begin, place, wanted.after)
        yield b": welcome\nretry: %d\n\n" % random.randint(SOONEST, LATEST)  # noqa: S311  no secret
        async for piece in _Telling(follower, place, wanted, ask, viewer=viewer_of(caller)).pieces():
            yield piece


class _Telling:
    """One stream while it runs."""

    def __init__(self, follower: Follower, place: Place, wanted: Wanted, ask: Ask, *, viewer: Viewer) -> None:
        self._follower = follower
        self._place = place
        self._wanted = wanted
        self._ask = ask
        self._viewer = viewer
        self._clock = asyncio.get_running_loop().time
        self._checked = self._clock()

    async def pieces(self) -> AsyncIterator[bytes]:
        """Until the caller hangs up, may no longer listen, or the service stops."""
        told = self._clock()
        while await self._may_go_on():
            self._place.woken.clear()
            try:
                news = await self._news()
            except Unavailable:
                await asyncio.sleep(AGAIN)
                continue
            piece = b"".join(self._frames(news))
            if not piece and self._clock() - told >= BEAT:
                piece = b": still here\n\n"
            if piece:
                told = self._clock()
                yield piece
            elif not news:
                await self._wait(min(told + BEAT, self._checked + CHECK))
            else:
                await asyncio.sleep(0)  # others have something to do too

    async def _news(self) -> Sequence[Happening]:
        """What comes next; from the database for who is further behind than what is kept in memory."""
        news = self._follower.take(self._place.after)
        if news is None:
            news = await aside(self._follower.page, self._place, limited=self._viewer.is_limited)
        if news:
            self._place.after = news[-1].no
        return news

    def _frames(self, news: Sequence[Happening]) -> list[bytes]:
        return [piece for each in news if (piece := shown(each, self._viewer, self._wanted))]

    async def _may_go_on(self) -> bool:
        if self._follower.is_over:
            return False
        if self._clock() - self._checked >= CHECK:
            try:
                self._viewer = viewer_of(await self._ask())
            except Unavailable:
                await asyncio.sleep(AGAIN)  # nothing is told meanwhile
                return await self._may_go_on()
            except EvenhandError:
                return False
            self._checked = self._clock()
        return True

    async def _wait(self, until: float) -> None:
        """Until there is more to say, or that moment."""
        try:
            async with asyncio.timeout_at(until):
                await self._place.woken.wait()
        except TimeoutError:
            pass


def shown(happening: Happening, viewer: Viewer, wanted: Wanted) -> bytes:
    """What somebody reads of an event who wants to; empty if nothing."""
    if wanted.lead is not None and happening.lead != wanted.lead:
        return b""
    seen = sees(viewer, happening.audience)
    if not seen or (GONE.name if seen == "gone" else happening.kind) not in wanted.kinds:
        return b""
    if seen == "gone":
        return happening.gone()
    return happening.for_rep(viewer.rep) if viewer.rep else happening.frame
