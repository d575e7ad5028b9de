"""`/healthz`, `/readyz` and `/metrics`: whether the service is well, for machines that look after it.

The first two tell nobody anything that is not for all to know. Numbers are for this machine itself, and for keys and
people who may see reports: those see their own workspace's.
"""

from collections.abc import Sequence
from ipaddress import ip_address
from typing import Any, Final

from litestar import Request, get
from litestar.handlers import HTTPRouteHandler
from msgspec import Struct

from evenhand.actions.roles import allowed
from evenhand.errors import NotSignedIn
from evenhand.service.answers import Answer
from evenhand.service.guests import OPEN, Doorkeeper
from evenhand.service.health import Health
from evenhand.service.metrics import TEXT, Meters
from evenhand.service.room import aside

AGAIN: Final = {"Retry-After": "5"}
FORWARDED: Final = ("x-forwarded-for", "forwarded", "via", "x-real-ip")


class Healthy(Struct, frozen=True):
    """How the service is; with the reasons if it cannot do its work."""

    status: str
    reasons: list[str] = []


def looked_after(
    health: Health, meters: Meters, doorkeeper: Doorkeeper, *, is_proxied: bool
) -> Sequence[HTTPRouteHandler]:
    """The routes; `is_proxied` says that whoever calls from this machine may call for somebody else."""

    @get("/healthz", opt=OPEN, tags=["health"])
    async def healthz() -> Healthy:
        """Whether the process is alive. One that does not answer is to be started again."""
        return Healthy("alive")

    @get("/readyz", opt=OPEN, tags=["health"])
    async def readyz() -> Answer[Healthy]:
        """Whether requests can be taken: the database answers, nothing is full, no job is left undone."""
        reasons = await health.reasons()
        if reasons:
            return Answer(Healthy("not ready", reasons), status_code=503, headers=AGAIN)
        return Answer(Healthy("ready"))

    @get("/metrics", opt=OPEN, tags=["health"], media_type=TEXT)
    async def metrics(request: Request[Any, Any, Any]) -> Answer[bytes]:
        """Numbers for Prometheus: all of them for this machine, their workspace's for those who may see reports."""
        guest = await doorkeeper.admit(request)
        if guest is not None:
            allowed(guest.caller.role, guest.caller.scopes, "reports:read")
        elif is_proxied or not is_ours(request):
            raise NotSignedIn("send a key that may see reports (reports:read): Authorization: Bearer eh_...")
        workspace = guest.room.name if guest is not None else ""
        return Answer(await aside(meters.told, workspace), media_type=TEXT)

    return [healthz, readyz, metrics]


def is_ours(request: Request[Any, Any, Any]) -> bool:
    """Whether somebody on this machine asks, and for themselves."""
    if request.client is None or any(name in request.headers for name in FORWARDED):
        return False
    try:
        return ip_address(request.client.host).is_loopback
    except ValueError:
        return False
