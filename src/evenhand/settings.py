"""Where the desk keeps its memory, the secret that opens the personal data in it, and how it is served: read once, at
the door.

`EVENHAND_DATABASE`      a file for SQLite, or the address of a PostgreSQL database
`EVENHAND_SECRET`        the master secret: 32 bytes in base64 or hexadecimal
`EVENHAND_SECRET_FILE`   a file with it, where it is not to be in the environment

And for `evenhand serve`, where its options say nothing else:

`EVENHAND_HOST`          the address of this machine that it listens at: 127.0.0.1
`EVENHAND_PORT`          the port: 8080; with 0 the system chooses
`EVENHAND_BASE_URL`      what links begin with, as browsers see it: https://leads.example.com
`EVENHAND_BEHIND_PROXY`  proxies whose X-Forwarded-For and X-Forwarded-Proto count: addresses, networks, with commas
`EVENHAND_CONNECTIONS`   how many connections may be open at once: 1024
`EVENHAND_OWNER`         the e-mail address of the owner whom the first start makes
`EVENHAND_WORK`          off: timers and messages are left to others (`evenhand work`)
`EVENHAND_SMTP`          the mail server, with its password: smtp://user:password@mail.example.com/?from=leads@example.com
`EVENHAND_LOG`           json or plain; else plain on a terminal and JSON elsewhere
"""

import base64
import ipaddress
import os
import re
import secrets
import stat
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final, Literal, TypeAlias
from urllib.parse import unquote, urlsplit

from msgspec import Struct, convert

from evenhand.errors import BadSecret, BadUsage, Fault

DATABASE: Final = "EVENHAND_DATABASE"
SECRET: Final = "EVENHAND_SECRET"  # noqa: S105  the name of the variable
SECRET_FILE: Final = "EVENHAND_SECRET_FILE"  # noqa: S105  as above
IN_THIS_FOLDER: Final = "sqlite:///evenhand.db"

HOST: Final = "EVENHAND_HOST"
PORT: Final = "EVENHAND_PORT"
BASE_URL: Final = "EVENHAND_BASE_URL"
BEHIND_PROXY: Final = "EVENHAND_BEHIND_PROXY"
CONNECTIONS: Final = "EVENHAND_CONNECTIONS"
OWNER: Final = "EVENHAND_OWNER"
WORK: Final = "EVENHAND_WORK"
LOG: Final = "EVENHAND_LOG"
SMTP: Final = "EVENHAND_SMTP"

LogForm: TypeAlias = Literal["", "json", "plain"]

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


class Serving(Struct, frozen=True, kw_only=True):
    """How the desk is served.

    base_url: what links begin with, without a slash at its end; empty for the address that is listened at.
    proxies:  whose word on where a request comes from counts; empty for nobody's.
    owner:    the e-mail address of the owner whom the first start makes.
    works:    whether timers ring and messages go out from here too.
    log:      in which form; empty for what suits where it goes.
    smtp:     the address of a mail server, with its password: see `integrations/mailbox.py`; empty for none.
    """

    host: str = "127.0.0.1"
    port: int = 8080
    base_url: str = ""
    proxies: tuple[str, ...] = ()
    connections: int = 1024
    owner: str = "owner@evenhand.local"
    works: bool = True
    log: LogForm = ""
    smtp: str = ""

    def __repr__(self) -> str:
        """For logs: without the mail server's password."""
        said = {name: getattr(self, name) for name in self.__struct_fields__ if name != "smtp"}
        return f"Serving({', '.join([f'{name}={value!r}' for name, value in said.items()])})"


def read_settings(database: str | None, environ: Mapping[str, str]) -> Settings:
    """What was said on the command line, else in the environment, else a database in this folder. Raises BadUsage."""
    named = database if database is not None else environ.get(DATABASE) or IN_THIS_FOLDER
    url = _address(named, where=DATABASE if database is None else "--database")
    beside = f"{file}.secret" if (file := database_file(url)) else "evenhand.secret"
    secret_file = Path(environ.get(SECRET_FILE) or beside)
    return Settings(database=url, secret_file=secret_file, secret_text=environ.get(SECRET, "").strip())


def read_serving(environ: Mapping[str, str], **said: str | int | bool | None) -> Serving:
    """How to serve: what was said on the command line by the names of `Serving`, else in the environment.

    Raises BadUsage with everything that is wrong.
    """
    found, faults, usual = dict[str, object](), list[Fault](), Serving()
    for name, (variable, read) in _READ.items():
        given = said.get(name)
        where = variable if given is None else f"--{variable.removeprefix('EVENHAND_').replace('_', '-').lower()}"
        text = environ.get(variable, "").strip() if given is None else str(given)
        try:
            found[name] = read(text) if text else getattr(usual, name)
        except ValueError as error:
            what, _, fix = str(error).partition("|")
            faults.append(Fault(where=where, what=f"{text[:80]!r} {what}", fix=fix))
    if faults:
        raise BadUsage(faults)
    return convert(found, Serving)


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


# --- reading how to serve: each raises ValueError("what|fix")


def _text(text: str) -> str:
    return text


def _number(text: str, *, least: int, most: int) -> int:
    if not text.isascii() or not text.isdigit() or not least <= int(text[:9]) <= most:
        raise ValueError(f"is no number from {least} to {most}.|Write one.")
    return int(text)


def _port(text: str) -> int:
    return _number(text, least=0, most=65_535)


def _connections(text: str) -> int:
    return _number(text, least=1, most=1_000_000)


def _base_url(text: str) -> str:
    try:
        parts = urlsplit(text)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and text.isprintable()
    except ValueError:
        usable = False
    if not usable or parts.query or parts.fragment or parts.username or " " in text:
        raise ValueError("is no address that links could begin with.|Write it like https://leads.example.com")
    return text.rstrip("/")


def _proxies(text: str) -> tuple[str, ...]:
    found = tuple([each.strip() for each in text.split(",") if each.strip()])
    for each in found:
        try:
            ipaddress.ip_network(each, strict=False)
        except ValueError:
            fix = "Name the proxies by their addresses or networks: 127.0.0.1,10.0.0.0/8"
            raise ValueError(f"has {each[:60]!r} in it, which is no address.|{fix}") from None
    return found


def _switch(text: str) -> bool:
    said = text.lower()
    if said in {"on", "yes", "true", "1"}:
        return True
    if said in {"off", "no", "false", "0"}:
        return False
    raise ValueError("is neither on nor off.|Write on or off.")


def _log(text: str) -> str:
    if text not in {"json", "plain"}:
        raise ValueError("is no form of a log.|Write json or plain.")
    return text


_READ: Final[Mapping[str, tuple[str, Callable[[str], object]]]] = {
    "host": (HOST, _text),
    "port": (PORT, _port),
    "base_url": (BASE_URL, _base_url),
    "proxies": (BEHIND_PROXY, _proxies),
    "connections": (CONNECTIONS, _connections),
    "owner": (OWNER, _text),
    "works": (WORK, _switch),
    "log": (LOG, _log),
    "smtp": (SMTP, _text),
}
