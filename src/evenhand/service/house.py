"""All rooms under one roof: the workspaces of a database, each with its committer, opened and closed together."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial

from evenhand.actions.committer import Batch, Committer
from evenhand.actions.desk import Desk
from evenhand.actions.lent import LentDesk
from evenhand.service.intake import Intake
from evenhand.service.room import Room


class House:
    """The rooms by their workspace's number; `main` is the one that is meant where none is named.

    lent: the desks of their committers, for those who work beside the callers.
    """

    def __init__(self, rooms: Mapping[int, Room], lent: Mapping[int, LentDesk] | None = None) -> None:
        self.rooms = rooms
        self.lent = lent or {}
        self.intakes = {number: Intake(room) for number, room in rooms.items()}
        self.by_name = {room.name: room for room in rooms.values()}

    def end_streams(self) -> None:
        """Let everybody go who follows what happens."""
        for room in self.rooms.values():
            room.follower.end()


@contextmanager
def opened_house(
    workspaces: Mapping[str, int],
    desk: Callable[[int], Desk],
    *,
    told: Callable[[str, Batch], None] = lambda _workspace, _batch: None,
) -> Iterator[House]:
    """A committer for each workspace. Leaving it lets every call that was taken be run.

    told: hears, on the committers' own threads, of each batch, with the name of the workspace.
    """
    with ExitStack() as stack:
        rooms, lent = {}, {}
        for name, number in workspaces.items():
            writer, beside = desk(number), desk(number)
            committer = Committer(writer, ticks=time.perf_counter_ns, told=partial(told, name))
            rooms[number] = Room(name, beside, stack.enter_context(committer))
            stack.enter_context(rooms[number].follower)
            lent[number] = LentDesk(beside, writer, committer)
        yield House(rooms, lent)
