"""Waiting for something that another thread or process does: never longer than needed, and never for ever."""

import threading
import time
from collections.abc import Callable

PATIENCE = 30.0  # seconds


def until(happens: Callable[[], bool], what: str, *, patience: float = PATIENCE) -> None:
    """Return as soon as it is so."""
    pause, end = threading.Event(), time.monotonic() + patience
    while not happens():
        assert time.monotonic() < end, f"not within {patience:.0f} s: {what}"
        pause.wait(0.02)
