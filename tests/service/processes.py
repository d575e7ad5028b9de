"""`evenhand serve` as a process of its own, and a client for it.

with serving(url, tmp_path) as service:
    service.post("/api/v1/leads", json={"email": "jo@example.com"})
"""

import base64
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import httpx
import msgspec

from evenhand.actions.actor import Actor
from evenhand.actions.api_keys import NewKey, make_key
from evenhand.actions.texts import publish
from evenhand.app import open_desk, settings_of
from evenhand.app.upkeep import make_desk
from tests.desk import POLICY, SECRET, TEAM

PATIENCE: Final = 60.0  # seconds
ENVIRON: Final = {"EVENHAND_SECRET": base64.b64encode(SECRET).decode()}
COMMAND: Final = (sys.executable, "-m", "evenhand.cli.main")
CLI: Final = Actor("admin", "test")
LEAD: Final = {"email": "jo@example.com", "company": "Acme"}


def evenhand(*words: str, environ: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    given = {**os.environ, **ENVIRON, **(environ or {})}
    return subprocess.run([*COMMAND, *words], env=given, capture_output=True, text=True, timeout=PATIENCE, check=False)


def prepared(url: str, *, policy: str = POLICY, roster: str = TEAM) -> str:
    """Put a policy and a roster in force on a database that has its tables; the key of an admin."""
    make_desk(settings_of(url, ENVIRON))
    with open_desk(settings_of(url, ENVIRON)) as desk:
        desk.do(publish, {"policy": policy, "roster": roster}, actor=CLI)
        return desk.do(make_key, NewKey(name="test", role="admin"), actor=CLI).key


class Service:
    """A running one."""

    def __init__(self, url: str, folder: Path, *options: str, key: str = "") -> None:
        self.log = folder / "log"
        with self.log.open("ab") as log:
            command = [*COMMAND, "serve", "--database", url, "--port", "0", *options]
            self.process = subprocess.Popen(
                command, env={**os.environ, **ENVIRON}, stdout=subprocess.PIPE, stderr=log, text=True
            )
        assert self.process.stdout is not None
        said = self.process.stdout.readline()
        if not said.startswith("Evenhand is at http://"):
            self._kill()
            raise AssertionError(self.log.read_text())
        self.address = said.split()[-1]
        self.port = int(self.address.rsplit(":", 1)[1])
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self.client = httpx.Client(base_url=self.address, headers=headers, timeout=PATIENCE)

    def get(self, path: str, **given: Any) -> httpx.Response:
        return self.client.get(path, **given)

    def post(self, path: str, **given: Any) -> httpx.Response:
        return self.client.post(path, **given)

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Tell it to stop, and wait until it has: its exit code."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)

    def end(self) -> None:
        self.client.close()
        self._kill()

    def _kill(self) -> None:
        self.process.kill()
        self.process.wait(PATIENCE)
        assert self.process.stdout is not None
        self.process.stdout.close()

    def lines(self, event: str) -> list[dict[str, Any]]:
        """What it has noted."""
        found = [msgspec.json.decode(line) for line in self.log.read_bytes().splitlines() if line.startswith(b"{")]
        return [line for line in found if line["event"] == event]


@contextmanager
def serving(url: str, folder: Path, *options: str, key: str = "") -> Iterator[Service]:
    """A service that is gone at the end, whatever happens."""
    service = Service(url, folder, *options, key=key)
    try:
        yield service
    finally:
        service.end()
