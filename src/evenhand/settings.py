"""Where the desk keeps its memory, and the secret that opens the personal data in it: read once, at the door.

`EVENHAND_DATABASE`      a file for SQLite, or the address of a PostgreSQL database
`EVENHAND_SECRET`        the master secret: 32 bytes in base64 or hexadecimal
`EVENHAND_SECRET_FILE`   a file with it, where it is not to be in the environment
"""

import base64
import os
import re
import secrets
import stat
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final
from urllib.parse import unquote

from msgspec import Struct

from evenhand.errors import BadSecret, BadUsage, Fault

DATABASE: Final = "EVENHAND_DATABASE"
SECRET: Final = "EVENHAND_SECRET"  # noqa: S105  the name of the variable
SECRET_FILE: Final = "EVENHAND_SECRET_FILE"  # noqa: S105  as above
IN_THIS_FOLDER: Final = "sqlite:///evenhand.db"

_SECRET_BYTES: Final = 32
_LONGEST: Final = 1024  # characters of a file that may still be a secret
_FORMS: Final = "Give a file (desk.db, or sqlite:///desk.db) or an address (postgresql://user@host/name)."
_WHAT_IT_OPENS: Final = "Without it the personal data in the database cannot be read."
_ADDRESS: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):(//)?(.*)", re.DOTALL)  # C:\desk.db is no address
_POSTGRES: Final = ("postgres", "postgresql", "postgresql+psycopg")
_PASSWORD: Final = re.compile(r"(//[^:/@]*):.*@|(password=)[^&]*")  # rather too much than too little


class Settings(Struct, frozen=True, kw_only=True):
    """What a door must know before it can open the desk."""

    database: str  # as SQLAlchemy calls it: sqlite:///… or postgresql+psycopg://…
    secret_file: Path
    secret_text: str = ""  # what EVENHAND_SECRET says; the file counts if it says nothing

    def __repr__(self) -> str:
        """For logs: neither the secret nor a password."""
        return f"Settings(database={without_password(self.database)!r}, secret_file={str(self.secret_file)!r})"


def read_settings(database: str | None, environ: Mapping[str, str]) -> Settings:
    """What was said on the command line, else in the environment, else a database in this folder. Raises BadUsage."""
    named = database if database is not None else environ.get(DATABASE) or IN_THIS_FOLDER
    url = _address(named, where=DATABASE if database is None else "--database")
    beside = f"{file}.secret" if (file := database_file(url)) else "evenhand.secret"
    secret_file = Path(environ.get(SECRET_FILE) or beside)
    return Settings(database=url, secret_file=secret_file, secret_text=environ.get(SECRET, "").strip())


def database_file(url: str) -> Path | None:
    """The file of a SQLite database; `None` for PostgreSQL."""
    kind, _, path = url.partition(":///")
    return Path(unquote(path)) if kind == "sqlite" else None


def without_password(url: str) -> str:
    """The address of a database as it may be shown."""
    return _PASSWORD.sub(lambda found: f"{found[1]}:***@" if found[1] else f"{found[2]}***", url)


def load_secret(settings: Settings, *, create: bool) -> bytes:
    """The 32 bytes of the master secret. Raises BadSecret.

    If there is none and `create` says so, one is made: readable by its owner only, on the disk before it is used, and
    the same one for all who try at the same time.
    """
    file = settings.secret_file
    if settings.secret_text:
        return _decoded(settings.secret_text, where=SECRET)
    try:
        if create and not file.exists():
            _make(file)
        return _decoded(_read(file), where=str(file))
    except FileNotFoundError as error:
        what = f"there is no master secret here. {_WHAT_IT_OPENS}"
        fix = "Make the folder first" if create else "Bring the file back from where you keep copies"
        raise BadSecret(Fault(where=str(file), what=what, fix=f"{fix}, or set {SECRET}.")) from error
    except OSError as error:
        what = f"the master secret cannot be read or written: {(error.strerror or str(error)).lower()}."
        fix = f"Check the path and its permissions, or set {SECRET}."
        raise BadSecret(Fault(where=str(file), what=what, fix=fix)) from error


def _address(text: str, *, where: str) -> str:
    """The one form of a database's address that the stores know."""
    found = _ADDRESS.fullmatch(text)
    if found is None:
        return _file(text.replace("%", "%25"), where=where)
    kind, slashes, rest = found[1].lower(), found[2], found[3]
    if kind in _POSTGRES and slashes:
        return _postgres(rest, where=where)
    if kind == "sqlite" and slashes and rest.startswith("/"):
        return _file(rest[1:], where=where)
    if kind == "sqlite":
        fix = "Say sqlite:///desk.db for a file in this folder, sqlite:////srv/desk.db for one elsewhere."
        raise BadUsage(Fault(where=where, what=f"{text!r} is not how a SQLite file is written.", fix=fix))
    shown = f"{kind}:{slashes or ''}…"
    raise BadUsage(Fault(where=where, what=f"there is no way to keep the desk in {shown!r}.", fix=_FORMS))


def _file(path: str, *, where: str) -> str:
    if path in {"", ":memory:"} or path.endswith(("/", "\\")):
        raise BadUsage(Fault(where=where, what=f"{path!r} is no file: the desk keeps its memory in one.", fix=_FORMS))
    if "?" in path or "\0" in path:
        fix = "Leave out what comes after it, or choose another name."
        raise BadUsage(Fault(where=where, what="the name of a SQLite file has no question mark in it.", fix=fix))
    return f"sqlite:///{path}"


def _postgres(rest: str, *, where: str) -> str:
    if not rest.partition("?")[0].partition("/")[2]:
        fix = "Add its name at the end: postgresql://user@host/name."
        raise BadUsage(Fault(where=where, what="the address names no database.", fix=fix))
    return f"postgresql+psycopg://{rest}"


def _make(file: Path) -> None:
    """Put a new secret where there is none: written whole under another name first, so that nobody reads half of it."""
    draft = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    made = base64.urlsafe_b64encode(secrets.token_bytes(_SECRET_BYTES)) + b"\n"
    try:
        _write(draft, made)
        with suppress(FileExistsError):  # somebody was faster: theirs counts
            os.link(draft, file)
    finally:
        draft.unlink(missing_ok=True)
    _sync_folder(file.parent)


def _write(file: Path, content: bytes) -> None:
    with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:  # noqa: PTH123  a descriptor
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())


def _sync_folder(folder: Path) -> None:
    """Have the name of a new file on the disk too; Windows sees to that itself."""
    if os.name == "posix":
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


def _read(file: Path) -> str:
    with file.open("rb") as opened:
        found = os.fstat(opened.fileno())
        if os.name == "posix" and found.st_mode & stat.S_IRWXO:
            what = "everybody on this machine can get at the master secret, and with it at the personal data."
            raise BadSecret(Fault(where=str(file), what=what, fix=f"Run chmod 600 {file}"))
        return opened.read(_LONGEST).decode("ascii", "replace").strip()


def _decoded(text: str, *, where: str) -> bytes:
    """32 bytes from hexadecimal or base64, either alphabet. What was read is never shown."""
    try:
        found = bytes.fromhex(text) if len(text) == 2 * _SECRET_BYTES else _from_base64(text)
    except ValueError:
        found = b""
    if len(found) != _SECRET_BYTES:
        what = f"what is here is not 32 bytes in base64 (43 characters) or hexadecimal (64). {_WHAT_IT_OPENS}"
        raise BadSecret(Fault(where=where, what=what, fix="Take the master secret, whole, from where you keep copies."))
    return found


def _from_base64(text: str) -> bytes:
    plain = text.rstrip("=").translate(str.maketrans("-_", "+/"))
    return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
