"""Whoever tries in vain again and again must wait longer and longer: for an address, and for where they come from.

What was tried is counted in the database, so that it holds for every process; only digests of it are kept. An attempt
is counted before it is made, so that many at the same time are many. To limit something else: a line in `LIMITS`.
"""

from collections.abc import Mapping
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final, Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from evenhand.actions.desk import Desk
from evenhand.core.model import DAY, HOUR, MINUTE, Millis
from evenhand.errors import TooOften
from evenhand.ports.house import ThrottleRow
from evenhand.ports.store import Sending

Tried: TypeAlias = Literal["password of", "password from", "link for", "link from", "answer from"]

SECOND: Final[Millis] = 1_000
FORGOTTEN: Final[Millis] = DAY  # after that nothing was ever tried


class Limit(Struct, frozen=True):
    """So many attempts are free; then each waits twice as long as the one before, from `first` to `most`."""

    free: int
    first: Millis
    most: Millis

    def wait(self, count: int) -> Millis:
        """How long to wait after so many attempts."""
        over = count - self.free
        return 0 if over < 0 else min(self.first << min(over, 40), self.most)


# Somebody else's attempts on an address must not lock its owner out for long; many people may share where they are.
LIMITS: Final[Mapping[Tried, Limit]] = {
    "password of": Limit(5, SECOND, 5 * MINUTE),
    "password from": Limit(30, SECOND, 15 * MINUTE),
    "link for": Limit(3, 30 * SECOND, 15 * MINUTE),
    "link from": Limit(20, 5 * SECOND, HOUR),
    "answer from": Limit(20, 5 * SECOND, HOUR),
}


def attempt(desk: Desk, tries: Mapping[Tried, str]) -> None:
    """Count an attempt, or raise TooOften if it comes too soon after those before. What is empty is not counted."""
    now = desk.clock()
    with desk.store.sending(desk.workspace) as tx:
        for tried, text in tries.items():
            if text:
                _count(tx, _digest(desk, tried, text), LIMITS[tried], now)


def forgive(desk: Desk, tried: Tried, text: str) -> None:
    """It was not in vain: what was counted counts no longer."""
    with desk.store.sending(desk.workspace) as tx:
        found = tx.house.one(ThrottleRow, digest=_digest(desk, tried, text))
        if found is not None:
            tx.house.swap(found, replace(found, count=0))


def place_of(address: str) -> str:
    """Where somebody comes from, as it is counted: of IPv6 the network of a household, for it has many addresses."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped or ip_network((found, 64), strict=False))
    return str(found)


def _count(tx: Sending, digest: bytes, limit: Limit, now: Millis) -> None:
    found = tx.house.one(ThrottleRow, digest=digest)
    if found is None:
        tx.house.write(ThrottleRow(digest=digest, since=now, count=1))
        return
    count = found.count if now - found.since < FORGOTTEN else 0
    after = min(found.since, now) + limit.wait(count) - now  # a clock that was set back makes nobody wait for longer
    if after > 0:
        raise _too_often(after)
    if not tx.house.swap(found, replace(found, since=now, count=count + 1)):
        raise _too_often(SECOND)


def _too_often(after: Millis) -> TooOften:
    seconds = -(-after // SECOND)
    wait = f"{seconds} second{'' if seconds == 1 else 's'}" if seconds < 90 else f"{-(-seconds // 60)} minutes"
    return TooOften(f"that was tried too often: wait {wait}, then try again.", after=after)


def _digest(desk: Desk, tried: Tried, text: str) -> bytes:
    return desk.sealer.digest(tried, text, workspace=desk.workspace)
