"""Where leads come in from: forms of our own, and other products' webhooks; each by a name that its address has.

What a kind's settings must say is for its `Check` to tell; the doors bring one for each kind (`app/kinds.py`). Secrets
are sealed, and never shown again: only which there are.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final, TypeAlias
from urllib.parse import quote

from msgspec import Struct, json
from msgspec.structs import replace

from evenhand.actions.access import administer
from evenhand.actions.actor import Actor
from evenhand.actions.desk import Desk
from evenhand.actions.housed import housed
from evenhand.actions.lent import AnyDesk
from evenhand.actions.work import Sealer, Work
from evenhand.core.when.fields import Vocabulary
from evenhand.core.when.page import nearest
from evenhand.errors import BadUsage, Conflict, Fault, NotFound
from evenhand.ports.house import SourceRow

FORM: Final = "form"
MAIN: Final = "main"  # the workspace that an address means which names none
LONGEST_NAME: Final = 60
MOST: Final = 500  # sources of one workspace
MOST_SECRETS: Final = 20
LONGEST_SECRET: Final = 10_000  # characters

Secrets: TypeAlias = Mapping[str, str]
Check: TypeAlias = Callable[[bytes, Secrets, Vocabulary], bytes]  # settings as they are to be kept; raises BadInput
Kinds: TypeAlias = Mapping[str, Check]

_NAME: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_SECRETS: Final = json.Decoder(dict[str, str])


class NewSource(Struct, frozen=True, kw_only=True):
    """A source that is to be made. `settings` is JSON, as its kind wants it."""

    name: str
    kind: str
    settings: bytes = b"{}"
    secrets: Secrets = {}


class Change(Struct, frozen=True, kw_only=True):
    """A source as it is to be. Of the secrets those that are named change, with `None` they go; the others stay.

    on: whether leads are taken from it; `None` leaves that as it is.
    """

    settings: bytes
    secrets: Mapping[str, str | None] = {}
    on: bool | None = None


class Source(Struct, frozen=True, kw_only=True):
    """A source, open: for whoever takes leads from it. `version` counts its changes."""

    name: str
    kind: str
    settings: bytes
    secrets: Secrets
    version: int

    def __repr__(self) -> str:
        """For logs: without the secrets."""
        return f"Source(name={self.name!r}, kind={self.kind!r}, version={self.version})"


def add_source(work: Work, wanted: NewSource, *, kinds: Kinds, actor: Actor) -> SourceRow:
    """Take leads from somewhere new. Raises BadInput with everything that is wrong, Conflict if the name is taken."""
    administer(actor, "say where leads come in from")
    check = _check_of(wanted.kind, kinds)
    _check_name(wanted.name)
    known = housed(work, SourceRow, "name")
    if any(row.name == wanted.name for row in known):
        raise Conflict(f"there is a source {wanted.name} already: change that one, or choose another name.")
    if len(known) >= MOST:
        raise Conflict(f"there are {MOST} sources already, and no more can be kept: change one that is off.")
    _check_secrets(wanted.secrets)
    row = SourceRow(
        name=wanted.name,
        kind=wanted.kind,
        settings=check(wanted.settings, wanted.secrets, work.policy.vocabulary),
        box=_sealed(work, wanted.name, wanted.secrets),
        since=work.now,
        actor=str(actor),
    )
    work.put(row)
    work.event("source.added", actor, body={"source": row.name, "kind": row.kind, "version": row.version})
    return row


def change_source(work: Work, name: str, wanted: Change, *, kinds: Kinds, actor: Actor) -> SourceRow:
    """Set a source up anew; from then on leads are taken by that. Raises NotFound, and BadInput as `add_source`."""
    administer(actor, "say where leads come in from")
    row = source_row(work, name)
    secrets = dict(_opened(row, work.base.sealer, work.tx.workspace))
    for key, secret in wanted.secrets.items():
        secrets.pop(key, None)
        if secret is not None:
            secrets[key] = secret
    _check_secrets(secrets)
    settings = _check_of(row.kind, kinds)(wanted.settings, secrets, work.policy.vocabulary)
    was_on = row.off is None
    is_on = was_on if wanted.on is None else wanted.on
    new = replace(row, settings=settings, off=None if is_on else row.off or work.now, version=row.version + 1)
    if wanted.secrets:
        new = replace(new, box=_sealed(work, name, secrets))
    work.put(new)
    body = {"source": name, "kind": row.kind, "version": new.version, "secrets": sorted(wanted.secrets)}
    work.event("source.changed", actor, body=body)
    if is_on != was_on:
        _tell_switched(work, new, actor)
    return new


def switch_source(work: Work, name: str, *, on: bool, actor: Actor) -> SourceRow:
    """Take no more leads from a source, or take them again. Once is enough. Raises NotFound."""
    administer(actor, "say where leads come in from")
    row = source_row(work, name)
    if (row.off is None) == on:
        return row
    row = replace(row, off=None if on else work.now, version=row.version + 1)
    work.put(row)
    _tell_switched(work, row, actor)
    return row


# --- looking


def source_row(work: Work, name: str) -> SourceRow:
    """A source, on or off. Raises NotFound with the nearest name."""
    rows = {row.name: row for row in housed(work, SourceRow, "name")}
    if name not in rows:
        raise _no_source(name, rows)
    return rows[name]


def sources_of(desk: Desk) -> list[SourceRow]:
    """Every source there is, on or off, by name."""
    with desk.store.reading(desk.workspace) as tx:
        return list(tx.house.every(SourceRow))


def found_source(desk: Desk, name: str) -> SourceRow:
    """A source, on or off. Raises NotFound with the nearest name."""
    with desk.store.reading(desk.workspace) as tx:
        found = tx.house.one(SourceRow, name=name)
    if found is None:
        raise _no_source(name, {row.name: row for row in sources_of(desk)})
    return found


def open_source(desk: Desk, name: str) -> Source:
    """A source that leads are to be taken from now. Raises NotFound, the same for one that is off; CannotRead."""
    with desk.store.reading(desk.workspace) as tx:
        row = tx.house.one(SourceRow, name=name, off=None)
    if row is None:
        raise NotFound(f"there is no source {name[:LONGEST_NAME]!r}, or it is off.")
    return opened_source(row, desk.sealer, desk.workspace)


def any_source(desk: AnyDesk, name: str) -> Source:
    """A source, on or off: for what has been taken on while it was on. Raises NotFound, CannotRead."""
    with desk.store.reading(desk.workspace) as tx:
        row = tx.house.one(SourceRow, name=name)
    if row is None:
        raise NotFound(f"there is no source {name[:LONGEST_NAME]!r}.")
    return opened_source(row, desk.sealer, desk.workspace)


def opened_source(row: SourceRow, sealer: Sealer, workspace: int) -> Source:
    """A source with its secrets. Raises CannotRead."""
    secrets = _opened(row, sealer, workspace)
    return Source(name=row.name, kind=row.kind, settings=row.settings, secrets=secrets, version=row.version)


def secrets_in(row: SourceRow, sealer: Sealer, workspace: int) -> list[str]:
    """Which secrets a source has, by name. Raises CannotRead."""
    return sorted(_opened(row, sealer, workspace))


def path_of(row: SourceRow, workspace: str = MAIN) -> str:
    """Where a source is found, below the address of the service: `/f/contact`, `/hooks/meta-ads`, `/hooks/emea.ads`.

    `workspace` is its name, which is said unless it is the one that is meant where none is.
    """
    below = "f" if row.kind == FORM else "hooks"
    return f"/{below}/{row.name}" if workspace == MAIN else f"/{below}/{quote(workspace, safe='')}.{row.name}"


# --- what must hold


def _check_of(kind: str, kinds: Kinds) -> Check:
    if kind not in kinds:
        near = nearest(kind, kinds)
        fix = f"Did you mean {near}?" if near else f"There are: {', '.join(sorted(kinds))}."
        raise BadUsage(Fault(where="kind", what=f"{kind[:40]!r} is no kind of source.", fix=fix))
    return kinds[kind]


def _check_name(name: str) -> None:
    if len(name) > LONGEST_NAME or not _NAME.fullmatch(name):
        what = f"{name[:LONGEST_NAME]!r} cannot be part of an address."
        fix = f"Write small letters and digits with single dashes between them, up to {LONGEST_NAME}: meta-ads."
        raise BadUsage(Fault(where="name", what=what, fix=fix))


def _check_secrets(secrets: Secrets) -> None:
    faults = [
        Fault(where=f"secrets.{name[:40]}", what="is empty or too long.", fix="Copy it once more, whole.")
        for name, secret in secrets.items()
        if not 0 < len(secret) <= LONGEST_SECRET or len(name) > LONGEST_NAME
    ]
    if len(secrets) > MOST_SECRETS:
        faults = [Fault(where="secrets", what=f"there are {len(secrets)}.", fix=f"Give {MOST_SECRETS} at the most.")]
    if faults:
        raise BadUsage(faults)


def _no_source(name: str, known: Mapping[str, SourceRow]) -> NotFound:
    near = nearest(name, known)
    return NotFound(f"there is no source {name[:LONGEST_NAME]!r}." + (f" Did you mean {near!r}?" if near else ""))


def _tell_switched(work: Work, row: SourceRow, actor: Actor) -> None:
    kind = "source.off" if row.off is not None else "source.on"
    work.event(kind, actor, body={"source": row.name, "version": row.version})


# --- secrets


def _sealed(work: Work, name: str, secrets: Secrets) -> bytes:
    """The secrets under lock; nothing for none."""
    plain = json.encode(secrets, order="sorted")
    return work.base.sealer.seal(f"source {name}", plain, workspace=work.tx.workspace) if secrets else b""


def _opened(row: SourceRow, sealer: Sealer, workspace: int) -> Secrets:
    return _SECRETS.decode(sealer.unseal(f"source {row.name}", row.box, workspace=workspace)) if row.box else {}
