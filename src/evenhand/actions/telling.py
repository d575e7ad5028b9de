"""Whom a message is for, and by which ways they are told: their channels in order, else their e-mail address.

What is for the desk goes by the desk's own channels; if it has none, to every manager, admin and owner who may see what
it is about, each for themselves. Whoever can be told in no way at all finds it in the console, where everything is.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Literal, TypeAlias

from msgspec import Struct

from evenhand.actions.access import is_seen
from evenhand.actions.callers import actor_of
from evenhand.actions.channels import TEST, kinds_of
from evenhand.actions.quiet import quiet_until
from evenhand.actions.settling import DESK
from evenhand.core.model import Millis, Roster
from evenhand.core.model import Rep as Person
from evenhand.ports.house import ChannelRow, DeliveryRow, UserRow
from evenhand.ports.rows import LeadRow, MessageRow
from evenhand.ports.store import Reading

WayKind: TypeAlias = Literal["email", "chat"]
Detail: TypeAlias = Literal["none", "brief", "full"]

FAILURES: Final = 2  # of a way in a row; then the next one is tried
ASKED_FOR: Final = frozenset({"digest"})  # kinds that go only where somebody has named them
PRESSING: Final = frozenset({"assigned", "offered", "reminder", "overdue", "snoozed"})  # with a time to answer by


class Way(Struct, frozen=True, kw_only=True):
    """One way to somebody. `carrier` is its name in the log of deliveries: `channel 7`, `email ann`.

    box: the address, sealed, of a channel; `address` otherwise.
    """

    carrier: str
    kind: WayKind
    address: str = ""
    box: bytes = b""
    detail: Detail = "brief"
    quiet: str = ""
    kinds: tuple[str, ...] = ()

    def wants(self, kind: str) -> bool:
        """Whether messages of a kind go this way."""
        if kind in ASKED_FOR:
            return kind in self.kinds
        return not self.kinds or kind in self.kinds


class Party(Struct, frozen=True, kw_only=True):
    """Somebody who is to be told. `rep` is who they are in the roster, if anybody."""

    key: str
    name: str
    zone: str = "UTC"
    rep: str = ""
    ways: tuple[Way, ...] = ()


class People(Struct, frozen=True, kw_only=True):
    """Everybody who could be told, and how, at one moment."""

    roster: Roster
    channels: Mapping[str, Sequence[ChannelRow]]
    users: Sequence[UserRow] = ()
    has_mail: bool = False


def people_in(tx: Reading, roster: Roster, *, has_mail: bool, desk: bool = True) -> People:
    """As it is now; the users only if something is for the `desk`."""
    found: dict[str, list[ChannelRow]] = {}
    for row in tx.house.every(ChannelRow, limit=10_000):
        if row.box:
            found.setdefault(row.owner, []).append(row)
    for rows in found.values():
        rows.sort(key=lambda row: (row.place, row.no))
    users = tx.house.every(UserRow, limit=10_000, left=None) if desk else ()
    return People(roster=roster, channels=found, users=users, has_mail=has_mail)


def parties_of(tx: Reading, people: People, message: MessageRow, row: LeadRow | None) -> Sequence[Party]:
    """Whom a message is for."""
    if message.kind == TEST:
        return _of_test(people, message)
    if message.to != DESK:
        return [of_person(people, message.to, message.kind)]
    if people.channels.get(DESK):
        return [Party(key=DESK, name="", zone=zone_of_desk(people), ways=_ways(people, DESK, message.kind))]
    return list(_minders(tx, people, message, row))


def of_person(people: People, rep: str, kind: str) -> Party:
    """Somebody of the roster; whoever has left it is still told, as far as they can be."""
    found = people.roster.reps.get(rep)
    ways = _ways(people, rep, kind)
    if not people.channels.get(rep) and kind not in ASKED_FOR:
        ways = _by_mail(people, rep, found.email if found else "")
    return Party(key=rep, name=found.name if found else rep, zone=found.zone if found else "UTC", rep=rep, ways=ways)


def zone_of_desk(people: People) -> str:
    """The zone of whoever minds the desk: of the first manager of a pool or a team, else of the first person."""
    roster = people.roster
    managers = [*(pool.manager for pool in roster.pools.values()), *(team.manager for team in roster.teams.values())]
    known: Iterable[Person | None] = [*(roster.reps.get(each) for each in managers), *roster.reps.values()]
    return next((each.zone for each in known if each is not None), "UTC")


def waits_until(way: Way, party: Party, message: MessageRow, *, by: Millis | None, now: Millis) -> Millis | None:
    """Until when a message waits because it is somebody's quiet hours; `None` if it goes now.

    What would be too late by then goes all the same: `by` is until when it must be answered. So does a test.
    """
    if message.kind == TEST:
        return None
    until = quiet_until(way.quiet, party.zone, now)
    if until is None or (message.kind in PRESSING and by is not None and by <= until):
        return None
    return until


def in_turn(ways: Sequence[Way], log: Mapping[str, Sequence[DeliveryRow]]) -> Sequence[Way]:
    """The ways in the order in which they are to be tried now, by how earlier attempts went; none if there is no hope.

    A way that has failed twice is tried after those that have not; one that can never work is not tried again.
    """
    hopeful = [way for way in ways if not any(row.outcome == "dead" for row in log.get(way.carrier, ()))]
    return sorted(hopeful, key=lambda way: len(log.get(way.carrier, ())) // FAILURES)


def _ways(people: People, owner: str, kind: str) -> tuple[Way, ...]:
    ways = [_way(row) for row in people.channels.get(owner, ()) if row.off is None and _can(people, row)]
    return tuple([way for way in ways if way.wants(kind)])


def _can(people: People, row: ChannelRow) -> bool:
    return row.kind != "email" or people.has_mail


def _way(row: ChannelRow) -> Way:
    kind: WayKind = "email" if row.kind == "email" else "chat"
    detail: Detail = "full" if row.detail == "full" else "none" if row.detail == "none" else "brief"
    return Way(carrier=f"channel {row.no}", kind=kind, box=row.box, detail=detail, quiet=row.quiet, kinds=kinds_of(row))


def _by_mail(people: People, who: str, address: str) -> tuple[Way, ...]:
    if not address or not people.has_mail:
        return ()
    return (Way(carrier=f"email {who}", kind="email", address=address),)


def _of_test(people: People, message: MessageRow) -> Sequence[Party]:
    """A test goes by the one channel that it is to try."""
    for owner, rows in people.channels.items():
        for row in rows:
            if f"channel {row.no}" == message.to:
                rep = people.roster.reps.get(owner)
                zone = rep.zone if rep else zone_of_desk(people)
                return [Party(key=message.to, name=rep.name if rep else "", zone=zone, ways=(_way(row),))]
    return []


def _minders(tx: Reading, people: People, message: MessageRow, row: LeadRow | None) -> Iterable[Party]:
    for user in people.users:
        if user.role not in {"owner", "admin", "manager"} or message.kind in ASKED_FOR:
            continue
        if row is not None and not is_seen(tx, row, people.roster, actor_of(user, people.roster)):
            continue
        rep = people.roster.reps.get(user.rep)
        named = f"user-{user.user}"
        yield Party(
            key=named,
            name=user.name or (rep.name if rep else ""),
            zone=rep.zone if rep else zone_of_desk(people),
            ways=_by_mail(people, named, user.email),
        )
