"""`evenhand demo` as a process: it says where to look, lets one in, is alive, and leaves nothing behind."""

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.faults.load import until
from tests.service.processes import COMMAND, PATIENCE

pytestmark = pytest.mark.usefixtures("loopback")


@contextmanager
def demo(folder: Path, *options: str) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """A demo, and everything that it says at first."""
    environ = {**os.environ, "TMPDIR": str(folder)}
    command = [*COMMAND, "demo", "--port", "0", *options]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=log, text=True, cwd=folder)
    with process:
        try:
            assert process.stdout is not None
            said = ""
            while "Ctrl-C" not in said:
                line = process.stdout.readline()
                assert line, (folder / "log").read_text()
                said += line
            yield process, said
        finally:
            process.kill()


def test_a_demo_says_where_to_look_and_is_gone_when_it_is_stopped(tmp_path: Path) -> None:
    with demo(tmp_path, "--no-trickle") as (process, said):
        address = re.findall(r"Evenhand is at (\S+)\n", said)[0]
        assert re.findall(rf"  (\w+)@demo\.example +{address}/sign-in/1\.", said) == ["owner", "manager", "rep"]
        key = re.findall(r"Bearer (eh_1_\S+)'", said)[0]
        found = httpx.post(f"{address}/api/v1/leads", headers={"Authorization": f"Bearer {key}"}, json={"seats": 40})
        assert (found.status_code, found.json()["lead"]["id"]) == (201, "201")
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["log"]


def test_leads_come_in_by_themselves(tmp_path: Path) -> None:
    with demo(tmp_path, "--database", "demo.db") as (process, said):
        address = re.findall(r"Evenhand is at (\S+)\n", said)[0]
        key = re.findall(r"Bearer (eh_1_\S+)'", said)[0]
        with httpx.Client(base_url=address, headers={"Authorization": f"Bearer {key}"}) as client:
            until(lambda: client.get("/api/v1/leads/201").status_code == 200, "one more has come in")
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
    assert (tmp_path / "demo.db").exists()
