"""Processes are killed at random moments while leads come and are worked on: nothing is lost, nothing is doubled."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.postgres import missing

ROOT = Path(__file__).parents[2]
LEADS = {"sqlite": 1_500, "postgres": 300}
PATIENCE = 240


@pytest.mark.parametrize("engine", LEADS)
def test_processes_that_are_killed_lose_nothing_and_do_nothing_twice(engine: str) -> None:
    if engine == "postgres" and (why := missing()):
        pytest.skip(why)
    seed = os.environ.get("EVENHAND_SEED", "1")
    command = [sys.executable, "-m", "benchmarks.torture", engine, "--leads", str(LEADS[engine]), "--seed", seed]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, f"seed {seed}:\n{done.stdout}{done.stderr}"
