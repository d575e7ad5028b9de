"""How people are told: by which ways, in which order, how much of a lead, and when not.

Everybody chooses for themselves, a manager for their people, an admin for everybody and for the desk. An address may
hold a secret, so it is sealed and only shown in part; whether it leads anywhere good is checked before it comes here
(`app/reaching.py`). Whoever has no channel of their own is told as the sender sees fit.
"""

import re
from typing import Final, Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from evenhand.actions.access import administer, speak_for
from evenhand.actions.actor import Actor
from evenhand.actions.desk import Desk
from evenhand.actions.housed import housed
from evenhand.actions.presence import known_rep
from evenhand.actions.saying import SAID
from evenhand.actions.settling import DESK
from evenhand.actions.work import Sealer, Work
from evenhand.core.when.page import nearest
from evenhand.errors import BadUsage, Conflict, Fault, NotFound
from evenhand.ports.house import ChannelRow

ChannelKind: TypeAlias = Literal["email", "chat"]
Detail: TypeAlias = Literal["none", "brief", "full"]

TEST: Final = "test"  # the kind of message that tries a channel out
MOST: Final = 20  # channels of one owner
LAST_PLACE: Final = 1_000

_QUIET: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)", re.ASCII)


class Address(Struct, frozen=True, kw_only=True):
    """Where messages go, as it was checked; `shown` is as much of it as may be seen."""

    kind: ChannelKind
    text: str
    shown: str

    def __repr__(self) -> str:
        """For logs: without the secret in it."""
        return f"Address(kind={self.kind!r}, shown={self.shown!r})"


class NewChannel(Struct, frozen=True, kw_only=True):
    """A way to tell somebody: see `ports.house.ChannelRow`. `place` is behind all the others unless it is said."""

    owner: str
    address: Address
    detail: Detail = "brief"
    quiet: str = ""
    kinds: tuple[str, ...] = ()
    place: int | None = None


class Change(Struct, frozen=True, kw_only=True):
    """What changes about a channel; `None` leaves it as it is. `on`: whether anything is sent by it."""

    address: Address | None = None
    detail: Detail | None = None
    quiet: str | None = None
    kinds: tuple[str, ...] | None = None
    place: int | None = None
    on: bool | None = None


def add_channel(work: Work, wanted: NewChannel, *, actor: Actor) -> ChannelRow:
    """Tell somebody by one more way. Raises NotFound, BadUsage with every fault, NotAllowed for other people's."""
    _check_owner(work, wanted.owner, actor)
    if wanted.owner != DESK:
        known_rep(work, wanted.owner)
    known = channels_in(work, wanted.owner)
    if len(known) >= MOST:
        raise Conflict(f"{wanted.owner} has {MOST} channels already: take one of them out first.")
    place = max((row.place + 1 for row in known), default=0) if wanted.place is None else wanted.place
    _check(wanted.quiet, wanted.kinds, min(place, LAST_PLACE) if wanted.place is None else place)
    no = work.event("channel.added", actor, body={"owner": wanted.owner, "kind": wanted.address.kind})
    row = ChannelRow(
        no=no,
        owner=wanted.owner,
        place=min(place, LAST_PLACE),
        kind=wanted.address.kind,
        box=_sealed(work, no, wanted.address),
        shown=wanted.address.shown,
        detail=wanted.detail,
        quiet=wanted.quiet,
        kinds=_said(wanted.kinds),
        since=work.now,
        actor=str(actor),
    )
    work.put(row)
    return row


def change_channel(work: Work, no: int, wanted: Change, *, actor: Actor) -> ChannelRow:
    """Change how a channel tells. Raises NotFound, BadUsage with every fault, NotAllowed for other people's."""
    row = channel_row(work, no, actor)
    if wanted.address is not None and wanted.address.kind != row.kind:
        what = f"channel {no} is {row.kind}, and that is an address of {wanted.address.kind}."
        raise BadUsage(Fault(where="address", what=what, fix="Add another channel, and take this one out."))
    new = _changed(row, wanted, work.now)
    _check(new.quiet, kinds_of(new), new.place)
    if wanted.address is not None:
        new = replace(new, box=_sealed(work, no, wanted.address), shown=wanted.address.shown)
    names = [name for name in row.__struct_fields__ if getattr(row, name) != getattr(new, name)]
    if not names:
        return row
    work.put(new)
    changed = sorted({"address" if name in ("box", "shown") else name for name in names})
    work.event("channel.changed", actor, body={"channel": no, "owner": row.owner, "changed": changed})
    return new


def drop_channel(work: Work, no: int, *, actor: Actor) -> None:
    """Take a channel out: its address is forgotten. Raises NotFound, NotAllowed."""
    row = channel_row(work, no, actor)
    work.put(replace(row, box=b"", shown="", off=row.off or work.now))
    work.event("channel.dropped", actor, body={"channel": no, "owner": row.owner})


def try_channel(work: Work, no: int, *, actor: Actor) -> int:
    """Send a message of the kind `test`, to `channel 7` instead of to somebody; its number.

    Raises NotFound, Conflict if the channel is off, NotAllowed.
    """
    row = channel_row(work, no, actor)
    if row.off is not None:
        raise Conflict(f"channel {no} is off: turn it on first.")
    work.event("channel.tried", actor, body={"channel": no, "owner": row.owner})
    work.tell(TEST, f"channel {no}", lead=None)
    return work.router.messages


# --- looking


def channel_row(work: Work, no: int, actor: Actor) -> ChannelRow:
    """A channel that the actor may change. Raises NotFound, and NotAllowed."""
    row = next((row for row in housed(work, ChannelRow, "no", no=no) if row.box), None)
    if row is None:
        raise NotFound(f"there is no channel {no}.")
    _check_owner(work, row.owner, actor)
    return row


def channels_in(work: Work, owner: str) -> list[ChannelRow]:
    """Somebody's channels within a transaction, the first to be tried first."""
    return _in_order([row for row in housed(work, ChannelRow, "no", owner=owner) if row.box])


def channels_of(desk: Desk, owner: str = "") -> list[ChannelRow]:
    """Somebody's channels, or with nobody named everybody's: by owner, the first to be tried first; those off too."""
    where = {"owner": owner} if owner else {}
    with desk.store.reading(desk.workspace) as tx:
        return _in_order([row for row in tx.house.every(ChannelRow, limit=10_000, **where) if row.box])


def address_in(row: ChannelRow, sealer: Sealer, workspace: int) -> str:
    """The address of a channel, whole. Raises CannotRead."""
    return sealer.unseal(f"channel {row.no}", row.box, workspace=workspace).decode()


def kinds_of(row: ChannelRow) -> tuple[str, ...]:
    """The kinds of messages that a channel is for; none: all."""
    return tuple(row.kinds.split(",")) if row.kinds else ()


def _in_order(rows: list[ChannelRow]) -> list[ChannelRow]:
    return sorted(rows, key=lambda row: (row.owner, row.place, row.no))


# --- what must hold


def _check_owner(work: Work, owner: str, actor: Actor) -> None:
    if owner == DESK:
        administer(actor, "choose how the desk is told")
    else:
        speak_for(work, owner, actor, what="choose how one is told")


def _changed(row: ChannelRow, wanted: Change, now: int) -> ChannelRow:
    is_on = row.off is None if wanted.on is None else wanted.on
    return replace(
        row,
        detail=row.detail if wanted.detail is None else wanted.detail,
        quiet=row.quiet if wanted.quiet is None else wanted.quiet,
        kinds=row.kinds if wanted.kinds is None else _said(wanted.kinds),
        place=row.place if wanted.place is None else wanted.place,
        off=None if is_on else row.off or now,
    )


def _check(quiet: str, kinds: tuple[str, ...], place: int) -> None:
    faults = [*_faults_of_kinds(kinds)]
    if quiet and (not _QUIET.fullmatch(quiet) or quiet[:5] == quiet[6:]):
        fix = "Write from when to when, on the owner's own clock: 22:00-07:00."
        faults.append(Fault(where="quiet", what=f"{quiet[:40]!r} are no hours.", fix=fix))
    if not 0 <= place <= LAST_PLACE:
        faults.append(Fault(where="place", what=f"{place} is no place.", fix=f"Count from 0 to {LAST_PLACE}."))
    if faults:
        raise BadUsage(faults)


def _faults_of_kinds(kinds: tuple[str, ...]) -> list[Fault]:
    faults = []
    for kind in kinds:
        if kind not in SAID:
            near = nearest(kind, SAID)
            fix = f"Did you mean {near!r}?" if near else f"There are: {', '.join(SAID)}."
            faults.append(Fault(where="kinds", what=f"{kind[:40]!r} is no kind of message.", fix=fix))
    return faults


def _said(kinds: tuple[str, ...]) -> str:
    return ",".join(dict.fromkeys(kinds))


def _sealed(work: Work, no: int, address: Address) -> bytes:
    return work.base.sealer.seal(f"channel {no}", address.text.encode(), workspace=work.tx.workspace)
