"""What has been in force on a desk, word for word, and what is being drafted."""

from collections.abc import Mapping, Sequence

from evenhand.actions.desk import Desk
from evenhand.errors import NotFound
from evenhand.ports.rows import DraftRow, TextKind, VersionRow
from evenhand.ports.store import Reading


def versions(desk: Desk, kind: TextKind) -> Sequence[VersionRow]:
    """What has been in force, oldest first; the last one is."""
    with desk.store.reading(desk.workspace) as tx:
        return tx.texts.versions(kind)


def drafts(desk: Desk, kind: TextKind) -> Sequence[DraftRow]:
    """What is not in force yet."""
    with desk.store.reading(desk.workspace) as tx:
        return tx.texts.drafts(kind)


def in_force(desk: Desk) -> Mapping[TextKind, str]:
    """The policy and the roster that count now; empty texts before the first."""
    with desk.store.reading(desk.workspace) as tx:
        router = tx.router()
        return {"policy": _text(tx, "policy", router.policy), "roster": _text(tx, "roster", router.roster)}


def version(desk: Desk, kind: TextKind, number: int | None = None) -> tuple[VersionRow, str]:
    """A version with its text; the one in force unless a number is given. Raises NotFound."""
    with desk.store.reading(desk.workspace) as tx:
        known = tx.texts.versions(kind)
        found = next((row for row in known if number in (None, row.no) and row.no == (number or known[-1].no)), None)
        if found is None:
            there = f"The latest is {known[-1].no}." if known else "None has been published yet."
            raise NotFound(f"there is no version {number} of the {kind}. {there}")
        return found, _text(tx, kind, found.digest)


def _text(tx: Reading, kind: TextKind, named: str) -> str:
    row = tx.texts.get(kind, named) if named else None
    return row.text if row else ""
