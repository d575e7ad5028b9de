"""Whether a lead, or the person behind it, is here already: in this transaction, or as the tables say."""

from collections.abc import Mapping, Sequence

from evenhand.actions.work import Work
from evenhand.core.states import OPEN
from evenhand.ports.rows import KeyRow, LeadRow


def twin_of(work: Work, digests: Sequence[bytes], known: Mapping[bytes, LeadRow]) -> LeadRow | None:
    """The earliest open lead of the same person: of this transaction, or as `known` from the tables."""
    mine = [work.row(lead) for digest in digests if (lead := twinned(work, digest)) is not None]
    theirs = [work.seen(known[digest].lead) or known[digest] for digest in digests if digest in known]
    found = [row for row in (*mine, *theirs) if row.state in OPEN]
    return min(found, key=lambda row: row.lead) if found else None


def twinned(work: Work, digest: bytes) -> int | None:
    """The first lead of the same person that came in this transaction."""
    for now in work.changes():
        if digest in now.twins:
            return now.twins[digest]
    return None


def keyed(work: Work, key: str) -> KeyRow | None:
    """The key as it was used in this transaction: last for a touch, else for a new lead."""
    for now in work.changes():
        for row in reversed(now.put.get(KeyRow, [])):
            if isinstance(row, KeyRow) and row.key == key:
                return row
        if key in now.keys:
            return now.keys[key]
    return None
