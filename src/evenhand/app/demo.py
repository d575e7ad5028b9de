"""The demo company on a desk of its own: its texts, its people as users, a past, and a key to try things with."""

from random import Random
from typing import Final

from msgspec import Struct

from evenhand.actions.actor import Actor
from evenhand.actions.api_keys import NewKey, is_on, keys_of, make_key, revoke_key
from evenhand.actions.desk import Desk
from evenhand.actions.texts import publish
from evenhand.actions.users import Person, add, found_owner, let_in, listed
from evenhand.app import MAIN, wall_clock
from evenhand.app.serving import found_tables, opened_ground
from evenhand.demo.history import PAST, Clock, Past, live_through
from evenhand.demo.living import MANAGER, REP, policy_text, team_text
from evenhand.demo.trickle import made_up
from evenhand.errors import BadUsage, Fault
from evenhand.ports.house import Role
from evenhand.settings import Settings

DEMO: Final = Actor("system", "demo")
OWNER: Final = "owner@demo.example"
OTHERS: Final[tuple[tuple[Role, str, str], ...]] = (
    ("manager", "manager@demo.example", MANAGER),
    ("rep", "rep@demo.example", REP),
)
KEY: Final = "demo"
LEADS: Final = 200


class Demo(Struct, frozen=True):
    """What one needs to look at it: a ticket to sign in for each address, and an API key."""

    tickets: dict[str, str]
    key: str

    def __repr__(self) -> str:
        """For logs: without what lets one in."""
        return "Demo()"


def found_demo(settings: Settings, *, leads: int = LEADS, seed: int = 1) -> Demo:
    """Put the demo company on a desk, unless it is there already; tickets and key are new each time.

    Raises what `found_tables` raises, and BadUsage if the desk is somebody else's.
    """
    found_tables(settings)
    clock = Clock(wall_clock() - PAST)
    with opened_ground(settings, clock=clock) as ground:
        desk = ground.desk(ground.workspaces[MAIN])
        if not desk.setup().policy.digest:
            _move_in(desk)
            accounts, drawn = made_up(seed)
            chance = Random(seed)  # noqa: S311  chance for play, no secret
            live_through(desk, clock, Past(leads=drawn, count=leads, accounts=accounts, chance=chance))
    with opened_ground(settings) as ground:
        return _let_in(ground.desk(ground.workspaces[MAIN]))


def _move_in(desk: Desk) -> None:
    desk.do(publish, {"policy": policy_text(), "roster": team_text()}, note="the demo company", actor=DEMO)
    desk.do(found_owner, OWNER, actor=DEMO)
    for role, email, rep in OTHERS:
        desk.do(add, Person(email=email, role=role, rep=rep), actor=DEMO)


def _let_in(desk: Desk) -> Demo:
    if not any(row.email == OWNER for row in listed(desk)):
        fix = "Name a new one for the demo, or leave --database out."
        raise BadUsage(Fault(where="--database", what="this desk is somebody's own, not the demo's.", fix=fix))
    addresses = (OWNER, *[email for _, email, _ in OTHERS])
    tickets = {email: desk.do(let_in, email, actor=DEMO).ticket for email in addresses}
    for row in keys_of(desk):
        if row.name == KEY and is_on(row, desk.clock()):
            desk.do(revoke_key, row.no, actor=DEMO)
    return Demo(tickets, desk.do(make_key, NewKey(name=KEY, role="admin"), actor=DEMO).key)
