"""Which source a public address means, and how the world writes that address: for forms and webhooks alike.

`/hooks/meta-ads` is a source of the workspace `main`, or of the only one that there is; `/hooks/emea.meta-ads` is one
of the workspace `emea`.
"""

from typing import Any, Final

from litestar import Request
from msgspec import Struct

from evenhand.actions.desk import Desk
from evenhand.actions.sources import FORM, LONGEST_NAME, Source, opened_source
from evenhand.errors import NotFound, SwitchedOff
from evenhand.ports.house import SourceRow
from evenhand.service.house import House
from evenhand.service.intake import Intake
from evenhand.service.room import Room, aside

MAIN: Final = "main"
LONGEST: Final = 200  # characters of what stands in the path


class Found(Struct, frozen=True):
    """A source that leads are taken from, and where they go."""

    room: Room
    intake: Intake
    source: Source


async def found(house: House, path: str, *, form: bool) -> Found:
    """The source that a path means, a form or a webhook. Raises NotFound, SwitchedOff, CannotRead."""
    workspace, _, name = path[:LONGEST].rpartition(".")
    room = _room(house, workspace)
    if room is None or len(name) > LONGEST_NAME or not name.isprintable():
        raise _nothing(form=form)
    source = await aside(_open, room.desk, name, form)
    return Found(room, house.intakes[room.number], source)


def public_url(request: Request[Any, Any, Any], base: str) -> str:
    """The address that was called, as whoever called it wrote it: some sign it. `base` is empty if nobody has said."""
    scope = request.scope
    raw = scope.get("raw_path") or str(scope["path"]).encode()
    path = raw.partition(b"?")[0].decode("latin-1")
    query = scope.get("query_string", b"").decode("latin-1")
    return f"{base_of(request, base)}{path}{f'?{query}' if query else ''}"


def base_of(request: Request[Any, Any, Any], base: str) -> str:
    """What public addresses begin with: what somebody has said, else what the caller has called."""
    return base or f"{request.scope['scheme']}://{request.headers.get('host', 'localhost')}"


def client_of(request: Request[Any, Any, Any]) -> str:
    """From which address of the net somebody calls; a proxy's word on that counts only if it is trusted."""
    return request.client.host if request.client else ""


def _room(house: House, workspace: str) -> Room | None:
    if workspace:
        return house.by_name.get(workspace)
    only = next(iter(house.rooms.values())) if len(house.rooms) == 1 else None
    return house.by_name.get(MAIN) or only


def _open(desk: Desk, name: str, form: bool) -> Source:  # noqa: FBT001  it is called on another thread
    with desk.store.reading(desk.workspace) as tx:
        row = tx.house.one(SourceRow, name=name)
    if row is None or (row.kind == FORM) is not form:
        raise _nothing(form=form)
    if row.off is not None:
        raise SwitchedOff("this form is not in use any more." if form else "nothing is taken here any more.")
    return opened_source(row, desk.sealer, desk.workspace)


def _nothing(*, form: bool) -> NotFound:
    return NotFound("there is no such form." if form else "nothing is taken here.")
