"""What a worker says of itself, for machines and people: one line a happening, `name=value` after name."""

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import IO, Protocol

from evenhand.core.model import Millis

WORDS = 300  # characters of a value that are shown


class Log(Protocol):
    """Takes note that something has happened."""

    def __call__(self, event: str, **facts: object) -> None: ...


def log_to(stream: IO[str], clock: Callable[[], Millis]) -> Log:
    """Lines like `2026-11-02T09:14:03.120Z sent job=outbox count=3`."""

    def log(event: str, **facts: object) -> None:
        at = datetime.fromtimestamp(clock() / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        said = [f"{name}={_value(value)}" for name, value in facts.items()]
        with suppress(OSError, ValueError):  # nobody reads it any more; work goes on all the same
            stream.write(" ".join([at, event, *said]) + "\n")
            stream.flush()

    return log


def _value(value: object) -> str:
    """As it is if that is one word; else in quotes, on one line."""
    text = str(value)[:WORDS]
    return text if text.isprintable() and text and not set(text) & set(' "=\\') else json.dumps(text)
