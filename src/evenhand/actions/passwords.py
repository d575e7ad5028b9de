"""Passwords: what one must be, how it is kept (argon2id), and whether one fits.

One that fits nobody takes as long as one that fits. What it costs is a number of `Cost`; passwords that were encoded at
another cost are encoded anew when their owner comes next.
"""

import threading
import unicodedata
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from msgspec import Struct

from evenhand.errors import BadUsage, Fault

SHORTEST: Final = 12
LONGEST: Final = 200
AT_ONCE: Final = 2  # each takes its memory; whoever comes third waits


class Cost(Struct, frozen=True):
    """What encoding a password takes: rounds over so many KiB of memory."""

    rounds: int = 2
    memory: int = 46 * 1024


class Passwords:
    """Encodes and compares passwords; safe to share between threads."""

    def __init__(self, cost: Cost) -> None:
        self._hasher = PasswordHasher(time_cost=cost.rounds, memory_cost=cost.memory, parallelism=1)
        self._places = threading.BoundedSemaphore(AT_ONCE)
        self._nobodys = self._hasher.hash("nobody has this password")

    def encode(self, password: str, *, email: str) -> str:
        """A password as it is kept. Raises BadUsage if it is too easy to guess."""
        plain = _plain(password)
        _check(plain, email)
        with self._places:
            return self._hasher.hash(plain)

    def fits(self, encoded: str, password: str) -> bool:
        """Whether it is the one. With nothing to compare it to it is not, and that takes as long."""
        with self._places:
            try:
                return self._hasher.verify(encoded or self._nobodys, _plain(password)[: LONGEST + 1]) and bool(encoded)
            except (VerificationError, InvalidHashError):
                return False

    def is_old(self, encoded: str) -> bool:
        """Whether it was encoded at another cost."""
        return self._hasher.check_needs_rehash(encoded)

    def again(self, password: str) -> str:
        """One that fits, encoded at the cost of today."""
        with self._places:
            return self._hasher.hash(_plain(password))


def _plain(password: str) -> str:
    """However a keyboard has put its letters together, the same password is the same text."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "replace").decode()


def _check(plain: str, email: str) -> None:
    what = ""
    if not SHORTEST <= len(plain) <= LONGEST:
        what = f"it has {len(plain)} characters."
    elif plain.strip().lower() in {email, email.partition("@")[0]}:
        what = "it is your own address."
    elif len(set(plain)) < 5:
        what = "it is the same few letters again and again."
    if what:
        fix = f"Take {SHORTEST} to {LONGEST} characters; four words that have nothing to do with each other are good."
        raise BadUsage(Fault(where="password", what=what, fix=fix))
