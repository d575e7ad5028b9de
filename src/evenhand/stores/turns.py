"""Whose turn it is to write: the threads of one process queue up for SQLite's only writer, first come, first served.

SQLite itself lets whoever finds the file taken nap and try again, for longer each time, so that a thread beside a busy
one is passed over and over. Other processes still meet at SQLite's own lock.
"""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from evenhand.errors import Unavailable


class Turns:
    """One thread at a time, in the order in which they came."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[threading.Event] = deque()
        self._taken = False

    @contextmanager
    def taken(self, patience: float) -> Iterator[None]:
        """Wait for one's turn, and have it until the end. Raises Unavailable after `patience` seconds."""
        if not self._take(patience):
            raise Unavailable("the database cannot do that now: others of this process are writing to it.")
        try:
            yield
        finally:
            self._pass_on()

    @property
    def waiting(self) -> int:
        """How many are in line."""
        return len(self._waiting)

    def _take(self, patience: float) -> bool:
        mine = threading.Event()
        with self._guard:
            if not self._taken:
                self._taken = True
                return True
            self._waiting.append(mine)
        try:
            came = mine.wait(patience)
        except BaseException:
            if not self._left(mine):
                self._pass_on()
            raise
        return came or not self._left(mine)

    def _left(self, mine: threading.Event) -> bool:
        """Leave the line; False if it is one's turn already."""
        with self._guard:
            if mine.is_set():
                return False
            self._waiting.remove(mine)
            return True

    def _pass_on(self) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._taken = False
