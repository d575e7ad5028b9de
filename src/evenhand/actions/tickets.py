"""What a caller holds in their hand: the secret of a link, of a session, of an API key. Only its digest is kept.

Each says which workspace it is for, so that a look-up never reads another one:

    3.Tq2v…        a link or a session of workspace 3
    eh_3_Tq2v…     an API key of workspace 3
"""

import re
import secrets
from typing import Final, Literal, TypeAlias

from evenhand.actions.work import Sealer

TicketKind: TypeAlias = Literal["link", "session", "key"]

KEY_MARK: Final = "eh_"  # by which programs that look for lost secrets know ours
BYTES: Final = 32

_SECRET: Final = r"([A-Za-z0-9_-]{43})"  # noqa: S105  its form
_KEY: Final = re.compile(rf"eh_([1-9][0-9]{{0,17}})_{_SECRET}")
_OTHER: Final = re.compile(rf"([1-9][0-9]{{0,17}})\.{_SECRET}")


def new_ticket(kind: TicketKind, workspace: int) -> str:
    """A new one: 256 bits of chance."""
    secret = secrets.token_urlsafe(BYTES)
    return f"{KEY_MARK}{workspace}_{secret}" if kind == "key" else f"{workspace}.{secret}"


def workspace_of(ticket: str) -> int | None:
    """Which workspace something is for that somebody has shown us; `None` if we never gave it out in that form."""
    found = _KEY.fullmatch(ticket) or _OTHER.fullmatch(ticket)
    return int(found[1]) if found else None


def digest_of(sealer: Sealer, kind: TicketKind, ticket: str, *, workspace: int) -> bytes:
    """By what it is found again. What is for another workspace, or no ticket of this kind, has one that nobody has."""
    form = _KEY if kind == "key" else _OTHER
    found = form.fullmatch(ticket)
    if found is None or int(found[1]) != workspace:
        return b""
    return sealer.digest(kind, ticket, workspace=workspace)
