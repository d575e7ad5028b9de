"""Where the parts are put together: the one place that may see every ring. Doors ask here for what keeps a promise.

Here is what a run over a file needs, and the way to a desk. What a desk is made of takes most of a second to load (SQL,
two engines, ciphers), so it is loaded with the first desk; migrations only by what changes tables: `app.upkeep`.
"""

import os
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from functools import lru_cache
from importlib import import_module
from typing import Final, Protocol

from evenhand.actions.desk import Desk
from evenhand.core.model import Millis
from evenhand.ports.spool import Lines, Spool
from evenhand.settings import Settings, read_settings
from evenhand.stores.filespool import FileSpool
from evenhand.stores.sorter import Sorter

MAIN: Final = "main"  # the workspace that there is if nobody names another


def file_spool() -> AbstractContextManager[Spool]:
    """The memory of a run over a file, on disk, gone when the run is."""
    return FileSpool.opened()


def sorter() -> AbstractContextManager[Lines]:
    """Puts more lines in order than fit into memory."""
    return Sorter.opened()


def wall_clock() -> Millis:
    """Now, as the machine says."""
    return time.time_ns() // 1_000_000


class _Opens(Protocol):
    """What we use of `app.desk`."""

    def opened(
        self, settings: Settings, workspace: str, *, clock: Callable[[], Millis]
    ) -> AbstractContextManager[Desk]: ...


@lru_cache(maxsize=1)
def _durable() -> _Opens:
    """The module of the durable desk, loaded when the first one is opened."""
    module: _Opens = import_module("evenhand.app.desk")
    return module


def open_desk(
    settings: Settings, *, workspace: str = MAIN, clock: Callable[[], Millis] = wall_clock
) -> AbstractContextManager[Desk]:
    """The durable desk of a workspace. Raises NotFound if there is no such workspace, BadSecret, or Unavailable."""
    return _durable().opened(settings, workspace, clock=clock)


def settings_of(database: str | None, environ: Mapping[str, str] | None = None) -> Settings:
    """The settings from the command line's `--database` and the environment."""
    return read_settings(database, os.environ if environ is None else environ)
