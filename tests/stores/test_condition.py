"""What is told of a database as a whole, on either engine."""

from collections.abc import Iterator
from contextlib import contextmanager

from evenhand.stores.condition import clock, recalled, room
from evenhand.stores.database import Database
from evenhand.stores.upgrading import upgrade


@contextmanager
def migrated(url: str) -> Iterator[Database]:
    database = Database(url)
    upgrade(database)
    yield database
    database.close()


def test_what_was_remembered_is_recalled_and_nothing_else(database_url: str) -> None:
    with migrated(database_url) as database:
        assert recalled(database, "secret") is None
        database.remember("secret", b"check")
        assert recalled(database, "secret") == b"check"


def test_a_file_has_room_and_no_clock(sqlite_url: str) -> None:
    with migrated(sqlite_url) as database:
        assert clock(database) is None
        assert (room(database) or 0) > 0


def test_a_server_has_a_clock_and_hides_its_disk(postgres_url: str) -> None:
    with migrated(postgres_url) as database:
        assert (clock(database) or 0) > 1_700_000_000_000
        assert room(database) is None
