"""What is wrong with a desk, and how to mend each: the promises that a person can do something about."""

from collections.abc import Iterator, Mapping
from typing import Final

from evenhand.actions.care import look
from evenhand.actions.desk import Desk
from evenhand.core.model import Millis
from evenhand.errors import Fault
from evenhand.ports.house import ChannelRow
from evenhand.ports.rows import FindingRow

SKEW: Final = 2_000  # ms that two clocks may differ
SOME: Final = 5  # of many, as many are named
ROOM: Final = 500_000_000  # bytes that should be free beside a SQLite file
_WORKER: Final = "Start a worker: evenhand work."
_FIXES: Final[Mapping[str, str]] = {
    "clock_runs": _WORKER,
    "messages_go": _WORKER,
    "message_arrives": "See evenhand messages dead; when it is mended: evenhand messages again NUMBER.",
}
_OURS: Final = "Please report this; it must never be."


def troubles(desk: Desk) -> Iterator[Fault]:
    """Everything that the desk itself can tell: nothing to decide by, and every promise that is broken now."""
    setup = desk.setup()
    for kind, digest, words in (
        ("policy", setup.policy.digest, "evenhand policy publish policy.toml --team team.toml"),
        ("team", setup.roster.digest, "evenhand team publish team.toml"),
    ):
        if not digest:
            yield Fault(where=kind, what="none is in force, so no lead can come in.", fix=f"Publish one: {words}.")
    yield from map(_fault, look(desk).broken)


def advice(desk: Desk, *, has_mail: bool) -> Iterator[str]:
    """What is no trouble, and would be good to know: nobody can be told of anything, accounts belong to strangers."""
    with desk.store.reading(desk.workspace) as tx:
        ways = {row.kind for row in tx.house.every(ChannelRow, off=None) if row.box}
    if not has_mail and not ways - {"email"}:
        yield (
            "Nobody can be told of their leads but by the console. Name a mail server (EVENHAND_SMTP), "
            "or give people channels: evenhand channel add."
        )
    yield from _strangers(desk)


def _strangers(desk: Desk) -> Iterator[str]:
    """Owners of accounts who are not in the roster: a rule that gives leads to them finds nobody."""
    reps = desk.setup().roster.reps
    with desk.store.reading(desk.workspace) as tx:
        owners = {owner: count for owner, count in tx.accounts.owners().items() if owner and owner not in reps}
    if owners:
        some = ", ".join([f"{owner[:40]} ({count})" for owner, count in sorted(owners.items())[:SOME]])
        more = f" and {len(owners) - SOME} more" if len(owners) > SOME else ""
        yield (
            f"Accounts have owners who are not in the roster, so no lead goes to them: {some}{more}. "
            "Add them to it, or put the accounts in again with other owners: evenhand account import."
        )


def _fault(found: FindingRow) -> Fault:
    where = f"{found.promise} {found.subject}"
    return Fault(where=where, what=f"not so: {found.what}", fix=_FIXES.get(found.promise, _OURS))


def clock_trouble(theirs: Millis | None, ours: Millis) -> Iterator[Fault]:
    """Whether the database's machine has another time than ours."""
    if theirs is not None and abs(theirs - ours) > SKEW:
        way = "ahead of" if theirs > ours else "behind"
        what = f"the database's is {abs(theirs - ours) / 1000:.1f} s {way} ours."
        yield Fault(where="clock", what=what, fix="Let both machines set their clocks by NTP.")


def room_trouble(free: int | None) -> Iterator[Fault]:
    """Whether the disk is nearly full."""
    if free is not None and free < ROOM:
        what = f"only {free // 1_000_000} MB are free where the database lies."
        yield Fault(where="disk", what=what, fix="Make room: without it nothing more can be written.")
