"""What is written is whole, and is never written over something that matters."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.review.runs import Bench

POLICY = '[[rule]]\nname = "All"\nwhen = "always"\nwho = ["pool main"]\n'
TEAM = '[[person]]\nid = "ann"\n[[pool]]\nname = "main"\nmembers = ["ann"]\n'
LEADS = "id,email\nL1,a@x.com\nL2,b@x.com\n"


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    (tmp_path / "leads.csv").write_text(LEADS)
    return Bench(tmp_path).setup(POLICY, TEAM)


@pytest.mark.parametrize("name", ["leads.csv", "policy.toml", "team.toml"])
def test_what_is_read_is_never_written_over(bench: Bench, name: str) -> None:
    file = bench.folder / name
    before = file.read_bytes()
    done = bench.ev("route", str(bench.folder / "leads.csv"), "--out", str(file))
    assert "would be lost" in str(done.exception)
    assert file.read_bytes() == before


def test_decisions_and_rejects_do_not_go_into_one_file(bench: Bench) -> None:
    to = str(bench.folder / "both.csv")
    done = bench.ev("route", str(bench.folder / "leads.csv"), "--out", to, "--rejects", to)
    assert "would be lost" in str(done.exception)


def test_a_folder_is_no_file_to_write(bench: Bench) -> None:
    done = bench.ev("route", str(bench.folder / "leads.csv"), "--out", str(bench.folder))
    assert "is a folder" in str(done.exception)


def test_a_pipe_is_written_to_and_stays_a_pipe(bench: Bench) -> None:
    pipe, read = bench.folder / "pipe", list[bytes]()
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()), daemon=True)
    reader.start()
    assert bench.ev("route", str(bench.folder / "leads.csv"), "--out", str(pipe)).exit_code == 0
    reader.join(timeout=10)
    assert read[0].count(b"\n") == 2
    assert pipe.is_fifo()


def test_a_link_still_points_where_it_did(bench: Bench) -> None:
    link, real = bench.folder / "link.jsonl", bench.folder / "real.jsonl"
    link.symlink_to(real)
    bench.ev("route", str(bench.folder / "leads.csv"), "--out", str(link))
    assert link.is_symlink()
    assert real.read_bytes().count(b"\n") == 2


@pytest.mark.skipif(not Path("/dev/full").is_char_device(), reason="this system has no full disk to try")
def test_a_full_disk_is_an_error_and_not_a_traceback(bench: Bench) -> None:
    code = "from evenhand.cli.main import main; main()"
    names = [str(bench.folder / name) for name in ("leads.csv", "policy.toml", "team.toml")]
    options = ["route", names[0], "--policy", names[1], "--team", names[2], "--out", "/dev/full"]
    path = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", code, *options], capture_output=True, text=True, env=path, check=False)
    assert done.returncode == 2
    assert "no space left on device" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unknown_zone_and_an_endless_lead_are_errors_of_usage(bench: Bench) -> None:
    leads = str(bench.folder / "leads.csv")
    assert "is not a time zone" in str(bench.ev("route", leads, "--zone", "Mars/Phobos").exception)
    assert bench.ev("route", leads, "--open-days", "99999999999999").exit_code == 2


def test_a_carriage_return_in_an_id_does_not_break_the_table(bench: Bench) -> None:
    to = bench.folder / "table.csv"
    (bench.folder / "leads.csv").write_text('id\n"a\rb"\n', newline="")
    bench.ev("route", str(bench.folder / "leads.csv"), "--out", str(to))
    assert to.read_bytes().splitlines(keepends=True)[1:2] == [b'"a\r']


def test_a_pool_named_like_markup_can_be_asked_about(bench: Bench) -> None:
    bench.setup(POLICY, TEAM + '[[pool]]\nname = "[/x]"\nmembers = ["ann"]\n')
    assert "Next in pool [/x]: ann" in bench.ev("pool next", "[/x]", "-n", "1").output
