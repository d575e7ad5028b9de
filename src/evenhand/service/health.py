"""Whether the service can do its work: asked by whoever starts it again, or sends it requests."""

import asyncio
import time
from collections.abc import Callable, Iterator
from typing import Final

from evenhand.errors import EvenhandError
from evenhand.service.house import House
from evenhand.service.room import aside

GOOD: Final = 1.0  # seconds that what was found is good for
PATIENCE: Final = 5.0  # seconds that the database has to answer


class Health:
    """The health of a service.

    is_current: asks the database whether it has the tables that this program works with.
    idle:       the names of jobs that somebody should be doing and nobody does.
    """

    def __init__(self, house: House, *, is_current: Callable[[], bool], idle: Callable[[], list[str]]) -> None:
        self.is_stopping = False
        self._house = house
        self._is_current = is_current
        self._idle = idle
        self._asked = asyncio.Lock()
        self._found: list[str] = []
        self._until = 0.0

    async def reasons(self) -> list[str]:
        """Why it cannot; nothing if it can. The database is asked at most once a second."""
        if self.is_stopping:
            return ["it is being stopped"]
        async with self._asked:
            if time.monotonic() >= self._until:
                self._found = await self._asked_database()
                self._until = time.monotonic() + GOOD
        return [*self._found, *self._lines(), *[f"nobody does the job {name!r}" for name in self._idle()]]

    async def _asked_database(self) -> list[str]:
        try:
            return await asyncio.wait_for(aside(self._database), PATIENCE)
        except TimeoutError:
            return [f"the database does not answer within {PATIENCE:.0f} s"]

    def _database(self) -> list[str]:
        try:
            if not self._is_current():
                return ["the tables are not those that this program works with: evenhand db upgrade"]
            for room in self._house.rooms.values():
                room.desk.store.changed(room.number)
        except EvenhandError:
            return ["the database cannot be reached"]
        return []

    def _lines(self) -> Iterator[str]:
        for room in self._house.rooms.values():
            if room.committer.is_full:
                yield f"too much waits to be written in workspace {room.name!r}"
