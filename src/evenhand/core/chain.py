"""The chain of events: each has a link made of the one before, so that none can be changed, dropped or slipped in."""

from collections.abc import Iterable
from hashlib import sha256

from evenhand.core.model import Millis


def chained(before: bytes, number: int, at: Millis, said: Iterable[str], body: bytes) -> bytes:
    """An event's link: the SHA-256 of the link before and of everything that the event says."""
    head = "\x1f".join([str(number), str(at), *said]).encode()
    return sha256(b"\x1e".join([before, head, body])).digest()


def fingerprint(body: bytes) -> str:
    """What an event says of something that is kept elsewhere, so that the chain of events vouches for that too."""
    return sha256(body).hexdigest()[:32]
