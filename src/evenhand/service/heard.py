"""What has happened to a lead, as far as somebody may read it: a rep reads no more than the stream of events tells.

Of a lead that they hold, or have held, they read what happened before, too; of an offer to several, only that it is
theirs; of colleagues' disputes and answers, nothing.
"""

from collections.abc import Sequence

from msgspec import json
from msgspec.structs import replace

from evenhand.actions.callers import Caller
from evenhand.core.concerns import Body, Concern, Seen, Viewer, after, audience, sees
from evenhand.core.happenings import GONE
from evenhand.ports.rows import NEVER, EventRow
from evenhand.service.following import concern_of
from evenhand.service.stream import viewer_of


def heard(caller: Caller, rows: Sequence[EventRow]) -> list[EventRow]:
    """All events of one lead, oldest first, as somebody reads them who may see it."""
    if caller.role != "rep":
        return [*rows]
    viewer = viewer_of(caller)
    told = []
    before = Concern(held=concern_of(rows, before=NEVER).held & {viewer.rep})
    for row in rows:
        body: Body = json.decode(row.body, type=dict[str, object])
        then = after(before, row.kind, body)
        told.append(_read(viewer, row, body, sees(viewer, audience(row.kind, body, before, then))))
        before = then
    return [row for row in told if row is not None]


def _read(viewer: Viewer, row: EventRow, body: Body, seen: Seen) -> EventRow | None:
    if seen == "gone":
        return replace(row, kind=GONE.name, actor="", body=b"{}")
    if seen and row.kind == "lead.offered":
        return replace(row, body=json.encode({**body, "offered": [viewer.rep]}))
    return row if seen else None
