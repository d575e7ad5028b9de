"""What the service says of itself: a line for each happening, JSON for machines or plain for a terminal.

Nothing personal is in it: of a request its route, never its path, query or body; of an error its kind and where it was
raised, never its words, for those may quote what somebody has sent.
"""

import logging
import sys
import threading
import traceback
from collections.abc import Callable, MutableMapping
from typing import IO, Any, Final, TypeAlias

import structlog
from msgspec import json

from evenhand.settings import LogForm

Journal: TypeAlias = structlog.typing.FilteringBoundLogger
Facts: TypeAlias = MutableMapping[str, Any]

WORDS: Final = 300  # characters of a value that are kept
FRAMES: Final = 4  # of the places that an error came by


def journal_to(stream: IO[str], form: LogForm = "") -> Journal:
    """A journal that writes to a stream; what other libraries log goes there too, from warnings on."""
    plain = form == "plain" or (not form and stream.isatty())
    say: Callable[[Any, str, Facts], str] = structlog.dev.ConsoleRenderer(colors=stream.isatty()) if plain else _line
    made: Journal = structlog.wrap_logger(
        _Writer(stream),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            say,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        cache_logger_on_first_use=True,
    )
    return made.bind()


def _line(_logger: Any, _level: str, facts: Facts) -> str:
    """One line of JSON: when, how grave, what, and the facts."""
    said = {"at": facts.pop("timestamp"), "level": facts.pop("level"), "event": facts.pop("event")}
    for name, value in facts.items():
        said[name] = value if value is None or isinstance(value, int | float) else str(value)[:WORDS]
    return json.encode(said).decode()


class _Writer:
    """Writes whole lines, from any thread; whoever no longer reads them stops nobody."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self._lock = threading.Lock()

    def msg(self, line: str) -> None:
        try:
            with self._lock:
                self._stream.write(line + "\n")
                self._stream.flush()
        except (OSError, ValueError):
            return

    log = debug = info = warn = warning = error = critical = exception = fatal = msg


def raised(error: BaseException) -> dict[str, str]:
    """What can be said of an error: its kind, and where it came from."""
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES:]
    places = " < ".join([f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in reversed(frames)])
    return {"error": type(error).__name__, "where": places}


def _short(file: str) -> str:
    return "/".join(file.replace("\\", "/").rsplit("/", 2)[-2:])


class OfOthers:
    """What other libraries log, into our journal: which of them, how grave, and of an error where it was raised.

    `level` and `handle` are all that logging wants of a handler.
    """

    level = logging.WARNING

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def handle(self, record: logging.LogRecord) -> None:
        """Say it without the words."""
        error = record.exc_info[1] if record.exc_info else None
        told = self._journal.error if record.levelno >= logging.ERROR else self._journal.warning
        told("library", logger=record.name, line=f"{_short(record.pathname)}:{record.lineno}", **raised(error or _NONE))


_NONE: Final = Warning()


def hear_others(journal: Journal) -> None:
    """Let everything that libraries log from warnings on go into a journal, and nowhere else."""
    root, heard = logging.getLogger(), list[Any]([OfOthers(journal)])
    root.handlers[:] = heard
    root.setLevel(logging.WARNING)
    sys.unraisablehook = lambda told: journal.error("unraisable", **raised(told.exc_value or _NONE))
