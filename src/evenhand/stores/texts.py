"""Reading policies and rosters, word for word."""

from collections.abc import Sequence

from sqlalchemy import Connection, select

from evenhand.ports.rows import DraftRow, TextKind, TextRow, VersionRow
from evenhand.stores import tables
from evenhand.stores.engine import fetch, words
from evenhand.stores.rowmap import columns, first, read

_T, _V, _D = tables.texts, tables.versions, tables.drafts


class SqlTexts:
    """Keeps the promise of `ports.store.Texts`."""

    def __init__(self, connection: Connection, workspace: int) -> None:
        self._at = connection
        self._ws = workspace

    def get(self, kind: TextKind, digest: str) -> TextRow | None:
        mine = select(*columns(TextRow)).where(_T.c.workspace == self._ws)
        asked = mine.where(_T.c.kind == kind, _T.c.digest == words(digest))
        return first(TextRow, fetch(self._at, asked))

    def versions(self, kind: TextKind) -> Sequence[VersionRow]:
        asked = select(*columns(VersionRow)).where(_V.c.workspace == self._ws, _V.c.kind == kind).order_by(_V.c.no)
        return read(VersionRow, fetch(self._at, asked))

    def drafts(self, kind: TextKind) -> Sequence[DraftRow]:
        asked = select(*columns(DraftRow)).where(_D.c.workspace == self._ws, _D.c.kind == kind).order_by(_D.c.name)
        return read(DraftRow, fetch(self._at, asked))

    def draft(self, kind: TextKind, name: str) -> DraftRow | None:
        mine = select(*columns(DraftRow)).where(_D.c.workspace == self._ws)
        asked = mine.where(_D.c.kind == kind, _D.c.name == words(name))
        return first(DraftRow, fetch(self._at, asked))
