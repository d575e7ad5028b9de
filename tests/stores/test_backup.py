"""A backup of one engine restores into either, to the last byte; a damaged one restores into none."""

import gzip
import hashlib
import itertools
import json
import stat
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, text

from evenhand.errors import BadFile, BadUsage
from evenhand.stores.backup import AT_ONCE, backup, examine, restore
from evenhand.stores.database import Database
from evenhand.stores.tables import metadata
from evenhand.stores.upkeep import HEAD
from tests.contracts.conftest import migrated
from tests.contracts.written import lead, one_of_each, write
from tests.postgres import Cluster

ENGINES = ["sqlite", "postgres"]
Make = Callable[[str], Database]


@pytest.fixture
def new(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Make]:
    """Makes an empty database that is up to date, on the engine of that name."""
    numbers, made = itertools.count(1), list[Database]()

    def make(engine: str) -> Database:
        cluster: Cluster | None = request.getfixturevalue("postgres") if engine == "postgres" else None
        url = cluster.fresh() if cluster else f"sqlite:///{tmp_path / f'{next(numbers)}.db'}"
        migrated(url)
        made.append(Database(url))
        return made[-1]

    yield make
    for database in made:
        database.close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "desk.backup"


def fill(database: Database) -> None:
    """Two workspaces with a row of every kind; one with more leads than are read at once."""
    odd = "\x1f, \\N, \t \n, “Zoë” \N{PARTY POPPER}"
    write(database, database.found("main", 5), [*one_of_each(odd), *[lead(no) for no in range(3, 2 * AT_ONCE - 1)]])
    write(database, database.found("other", 6), one_of_each("other"))
    database.remember("salt", bytes(range(256)))


def content(database: Database) -> dict[str, list[object]]:
    with database.snapshot() as at:
        return {
            table.name: [tuple(row) for row in at.execute(select(table).order_by(*table.primary_key))]
            for table in metadata.sorted_tables
        }


@pytest.mark.parametrize("source", ENGINES)
@pytest.mark.parametrize("target", ENGINES)
def test_what_is_restored_is_what_was_there(new: Make, file: Path, source: str, target: str) -> None:
    old, fresh = new(source), new(target)
    fill(old)
    written = backup(old, file, now=9)
    assert restore(file, fresh) == written == examine(file)
    assert content(fresh) == content(old)


def test_work_goes_on_in_a_database_that_was_restored(new: Make, file: Path) -> None:
    old, fresh = new("sqlite"), new("postgres")
    fill(old)
    backup(old, file, now=9)
    restore(file, fresh)
    write(fresh, fresh.workspaces()["main"], [lead(9_999)])
    assert fresh.found("third", 7) == 3


def test_a_backup_says_what_it_holds(new: Make, file: Path) -> None:
    database = new("sqlite")
    fill(database)
    header = backup(database, file, now=9)
    assert (header.engine, header.revision, header.when, header.rows["leads"]) == ("sqlite", HEAD, 9, 2 * AT_ONCE + 2)
    first, *_, last = gzip.decompress(file.read_bytes()).splitlines()
    assert list(json.loads(first)["workspaces"]) == ["main", "other"]
    assert sorted(json.loads(last)) == ["rows", "sha256"]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_backup_is_of_one_moment_while_others_write(new: Make, file: Path, engine: str) -> None:
    database = new(engine)
    workspace = database.found("main", 0)
    write(database, workspace, [lead(number) for number in range(1, 3 * AT_ONCE)])
    late = itertools.count(10_000)
    header = backup(database, file, now=9, tell=lambda _done, _all: write(database, workspace, [lead(next(late))]))
    fresh = new("sqlite")
    restore(file, fresh)
    assert len(content(fresh)["leads"]) == header.rows["leads"] == 3 * AT_ONCE - 1
    assert database.changed(workspace) > fresh.changed(workspace) == 1


@pytest.mark.parametrize("engine", ENGINES)
def test_progress_ends_with_all_of_it(new: Make, file: Path, engine: str) -> None:
    database, told = new(engine), list[tuple[int, int]]()
    fill(database)
    header = backup(database, file, now=9, tell=lambda done, total: told.append((done, total)))
    restore(file, new(engine), tell=lambda done, total: told.append((done, total)))
    total = sum(header.rows.values())
    assert told.count((total, total)) == 2
    assert max(done for done, _ in told) == total


def test_the_same_database_gives_the_same_backup(new: Make, tmp_path: Path) -> None:
    database = new("sqlite")
    fill(database)
    backup(database, tmp_path / "one", now=9)
    backup(database, tmp_path / "two", now=9)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_only_its_owner_may_read_a_backup(new: Make, file: Path) -> None:
    backup(new("sqlite"), file, now=9)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_file_that_is_there_is_never_written_over(new: Make, file: Path) -> None:
    file.write_text("precious")
    with pytest.raises(BadUsage, match="is there already"):
        backup(new("sqlite"), file, now=9)
    assert file.read_text() == "precious"


def test_a_file_that_somebody_makes_meanwhile_is_not_written_over_either(new: Make, file: Path) -> None:
    database, made = new("sqlite"), threading.Event()
    fill(database)

    def meanwhile(_done: int, _all: int) -> None:
        made.set()
        file.write_text("precious")

    with pytest.raises(BadUsage, match="is there already"):
        backup(database, file, now=9, tell=meanwhile)
    assert (made.is_set(), file.read_text()) == (True, "precious")


def test_a_backup_that_fails_leaves_no_file(new: Make, file: Path) -> None:
    database = new("sqlite")
    fill(database)
    before = set(file.parent.iterdir())

    def fails(_done: int, _all: int) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        backup(database, file, now=9, tell=fails)
    assert set(file.parent.iterdir()) == before


def test_a_folder_that_is_not_there_is_told(new: Make, tmp_path: Path) -> None:
    with pytest.raises(BadUsage, match="cannot be written: No such file"):
        backup(new("sqlite"), tmp_path / "nowhere" / "desk.backup", now=9)


def test_a_backup_that_is_cut_short_anywhere_is_refused(new: Make, file: Path) -> None:
    database, fresh = new("sqlite"), new("sqlite")
    fill(database)
    backup(database, file, now=9)
    whole = file.read_bytes()
    for length in (0, 1, 30, len(whole) // 2, len(whole) - 9, len(whole) - 1):
        file.write_bytes(whole[:length])
        with pytest.raises(BadFile, match=r"not whole|end is missing"):
            restore(file, fresh)
    assert fresh.workspaces() == {}


def changed(whole: bytes, old: bytes, by: bytes) -> bytes:
    return gzip.compress(gzip.decompress(whole).replace(old, by))


@pytest.mark.parametrize(
    ("old", "by", "said"),
    [
        (b'"other"', b'"OTHER"', "its sum is not what it should be"),
        (b'"evenhand backup"', b'"evenhand export"', "of a kind"),
        (b'"v":1', b'"v":2', "of a kind"),
        (b'"sha256"', b'"sha257"', "its end is missing"),
    ],
)
def test_a_backup_that_was_changed_is_refused(new: Make, file: Path, old: bytes, by: bytes, said: str) -> None:
    database, fresh = new("sqlite"), new("sqlite")
    fill(database)
    backup(database, file, now=9)
    file.write_bytes(changed(file.read_bytes(), old, by))
    with pytest.raises(BadFile, match=said):
        restore(file, fresh)


@pytest.mark.parametrize(
    "text", [b"Dear Sir or Madam", gzip.compress(b"a,b\n1,2\n", mtime=0), gzip.compress(b"", mtime=0)]
)
def test_a_file_that_is_no_backup_is_refused(new: Make, file: Path, text: bytes) -> None:
    file.write_bytes(text)
    with pytest.raises(BadFile, match=r"not a backup"):
        restore(file, new("sqlite"))


def test_a_backup_that_is_not_there_is_told(new: Make, file: Path) -> None:
    with pytest.raises(BadFile, match="cannot be read: No such file"):
        restore(file, new("sqlite"))


@pytest.mark.parametrize("engine", ENGINES)
def test_a_database_that_is_in_use_is_never_restored_into(new: Make, file: Path, engine: str) -> None:
    database = new(engine)
    database.found("main", 0)
    backup(database, file, now=9)
    with pytest.raises(BadUsage, match=r"is not empty: there are rows in .*workspaces"):
        restore(file, database)


def test_a_database_that_is_not_up_to_date_is_neither_saved_nor_restored_into(new: Make, file: Path) -> None:
    database, old = new("sqlite"), new("sqlite")
    backup(database, file, now=9)
    with old.change() as connection:
        connection.execute(text("DELETE FROM alembic_version"))
    with pytest.raises(BadUsage, match="not up to date"):
        restore(file, old)
    with pytest.raises(BadUsage, match="not up to date"):
        backup(old, file.with_name("other"), now=9)


def test_a_backup_of_other_tables_is_refused_with_what_to_do(new: Make, file: Path) -> None:
    header = {"format": "evenhand backup", "v": 1, "revision": "9999", "engine": "sqlite", "when": 1}
    lines = json.dumps({**header, "rows": {}, "workspaces": {}}).encode() + b"\n"
    closing = json.dumps({"rows": {}, "sha256": hashlib.sha256(lines).hexdigest()}).encode()
    file.write_bytes(gzip.compress(lines + closing))
    with pytest.raises(BadFile, match=r"of version 9999; this Evenhand works with 0002.*Restore it with the Evenhand"):
        restore(file, new("sqlite"))
