"""The whole service in one process: a database, its rooms, whoever works in them, and the door.

It is stopped from the outside in: nobody new is let in, requests that were begun are finished, workers end the step
that they are at, the committers write what was left with them, and the database is closed.
"""

import asyncio
import os
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any, Final, TypeAlias

from msgspec import Struct

from evenhand.actions.lent import LentDesk
from evenhand.actions.passwords import Cost, Passwords
from evenhand.app.outgoing import client_of, guard_of
from evenhand.app.serving import Ground
from evenhand.app.signing import other_house
from evenhand.core.model import MINUTE
from evenhand.errors import NotFound
from evenhand.integrations.mailbox import read_smtp
from evenhand.integrations.smtp import Mailer
from evenhand.know.match import Accounts
from evenhand.ports.notifier import Notifier, Teller
from evenhand.reading.setup import Setup
from evenhand.service.app import build
from evenhand.service.attending import Attending
from evenhand.service.doors import Doors
from evenhand.service.entrance import Entrance
from evenhand.service.gauges import Gauges
from evenhand.service.guests import Doorkeeper
from evenhand.service.health import Health
from evenhand.service.house import House, opened_house
from evenhand.service.journal import Journal
from evenhand.service.metrics import Meters
from evenhand.service.patience import Patience
from evenhand.service.public import open_to_all
from evenhand.service.room import Room
from evenhand.service.routes.answers_by_link import answer_pages
from evenhand.service.routes.health import looked_after
from evenhand.service.server import Manners
from evenhand.service.way_in import way_in
from evenhand.settings import Serving
from evenhand.workers.accounts import AccountBook
from evenhand.workers.job import Job
from evenhand.workers.running import Crew, jobs
from evenhand.workers.texts import Texts
from evenhand.workers.webhooks import lanes

SETTLING: Final = MINUTE  # so long after the start the rest may catch up with what has been due meanwhile

Notifying: TypeAlias = Callable[[Room, LentDesk], Notifier | Teller]  # how people are told in a workspace


class Stop:
    """Told to stop, by a signal: whoever serves hears of it, from whichever thread it comes."""

    def __init__(self) -> None:
        self._asked = threading.Event()
        self._heard: Callable[[], object] = lambda: None

    def ask(self) -> None:
        """It is time to stop."""
        self._asked.set()
        self._heard()

    async def wait(self) -> None:
        """Wait until it is."""
        loop, over = asyncio.get_running_loop(), asyncio.Event()
        self._heard = partial(loop.call_soon_threadsafe, over.set)
        if not self._asked.is_set():
            await over.wait()
        self._heard = lambda: None


class Running(Struct, frozen=True):
    """A service that is ready to be served: see `server.serve`."""

    app: Any
    house: House
    health: Health

    async def until(self, stop: Stop) -> None:
        """Wait until it is time to stop; then who follows events is let go, and nobody is sent here any more."""
        await stop.wait()
        self.health.is_stopping = True
        self.house.end_streams()


@contextmanager
def running(ground: Ground, serving: Serving, *, base: str, notifier: Notifying, journal: Journal) -> Iterator[Running]:
    """Everything but the door itself; `base` is what links begin with, whether the settings say so or not.

    Leaving it ends the workers, and lets every call that was taken be run.
    """
    meters = Meters()
    with ExitStack() as stack:
        house = stack.enter_context(opened_house(ground.workspaces, ground.desk, told=meters.committed))
        rooms = list(house.rooms.values())
        if not rooms:
            raise NotFound("there is no workspace in this database yet. Make one: evenhand db upgrade")
        crew = _crew(ground, house, notifier if serving.works else None, journal)
        crew.begin()
        stack.callback(crew.end)
        meters.registry.register(Gauges(rooms, clock=rooms[0].desk.clock))
        health = Health(house, is_current=ground.is_current, idle=crew.missing)
        door: Doorkeeper = Doors(house, serving.base_url)
        looked = looked_after(health, meters, door, is_proxied=bool(serving.proxies))
        post = stack.enter_context(Mailer(read_smtp(serving.smtp))) if serving.smtp else None
        entrance = Entrance(house, Passwords(Cost()), base=base, journal=journal, post=post)
        other = other_house(rooms[0].desk.clock)
        if other is not None:
            entrance.vouch, entrance.join = {other.name: other.sign_in}, other.join
        public = open_to_all(house, base=serving.base_url, journal=journal, meters=meters)
        app = build(door, beside=[*looked, *way_in(entrance), *public, *answer_pages(house)])
        app.state.update(house=house, meters=meters, base_url=serving.base_url, guard=guard_of(os.environ))
        secure = serving.base_url.startswith("https://")
        yield Running(Attending(app, meters, journal, secure=secure), house, health)


def manners_of(serving: Serving) -> Manners:
    """How the server treats its clients."""
    return Manners(patience=Patience(connections=serving.connections), proxies=serving.proxies)


def _crew(ground: Ground, house: House, notifier: Notifying | None, journal: Journal) -> Crew:
    """Whoever works beside the callers; without a notifier only who keeps the service itself up to date."""
    chance, todo = random.SystemRandom().random, list[Job]()
    for number, room in house.rooms.items():
        todo.append(Texts(room.desk, partial(_take_over, room)))
        todo.append(AccountBook(room.desk, partial(_match_with, room)))
        if notifier is not None:
            first = room.desk.clock() + SETTLING
            log = journal.bind(workspace=room.name).info
            todo += jobs(house.lent[number], notifier(room, house.lent[number]), chance=chance, log=log, first=first)
            todo += lanes(house.lent[number], client_of(os.environ), chance=chance, log=log)
    clock = next(iter(house.rooms.values())).desk.clock
    return Crew(todo, ground.store, clock=clock, chance=chance, log=journal.info)


def _take_over(room: Room, setup: Setup) -> None:
    room.setup = setup


def _match_with(room: Room, accounts: Accounts) -> None:
    room.accounts = accounts
