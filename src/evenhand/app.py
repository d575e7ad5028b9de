"""Where the parts are put together: the one file that may see every ring. Doors ask here for what keeps a promise."""

from contextlib import AbstractContextManager

from evenhand.ports import Lines, Spool
from evenhand.stores.filespool import FileSpool
from evenhand.stores.sorter import Sorter


def file_spool() -> AbstractContextManager[Spool]:
    """The memory of a run over a file, on disk, gone when the run is."""
    return FileSpool.opened()


def sorter() -> AbstractContextManager[Lines]:
    """Puts more lines in order than fit into memory."""
    return Sorter.opened()
