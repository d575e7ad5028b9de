"""`evenhand serve` is killed at random moments while clients send leads and retry: each lead is taken once, and keeps
the answer that it was given.
"""

import os
import socket
from pathlib import Path

import pytest

from tests.faults.over_http import tortured

pytestmark = pytest.mark.usefixtures("loopback")

LEADS = 20_000 if os.environ.get("EVENHAND_TORTURE") else 2_000


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port


def test_a_service_that_is_killed_loses_nothing_and_takes_nothing_twice(database_url: str, tmp_path: Path) -> None:
    seed = int(os.environ.get("EVENHAND_SEED", "1"))
    wrong = list(tortured(database_url, tmp_path, free_port(), leads=LEADS, seed=seed))
    assert wrong == [], f"seed {seed}"
