"""Routing a file from end to end: leads a second and peak memory: `python -m benchmarks.route [LEADS ...]`.

Each size runs in a process of its own, so that its peak memory is its own.
"""

import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

SIZES = (10_000, 100_000)


def one(leads: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "evenhand.cli.main"]
        files = {name: str(Path(folder) / name) for name in ("leads.csv", "policy.toml", "team.toml", "accounts.csv")}
        subprocess.run([*command, "demo-data", folder, "--leads", str(leads)], check=True, capture_output=True)
        out = str(Path(folder) / "decisions.jsonl")
        given = ["--policy", files["policy.toml"], "--team", files["team.toml"], "--accounts", files["accounts.csv"]]
        before = perf_counter()
        subprocess.run([*command, "route", files["leads.csv"], *given, "--out", out], check=True, capture_output=True)
        wall = perf_counter() - before
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        size = Path(out).stat().st_size
        print(
            f"{leads:10,} {wall:9.1f} {leads / wall:9.0f} {used.ru_maxrss / 1024:12.0f} {size / 1e6:12.0f}", flush=True
        )


def main() -> None:
    sizes = [int(text) for text in sys.argv[1:]] or SIZES
    print("     leads    wall s   leads/s   peak MiB   output MB")
    for leads in sizes:
        one(leads)


if __name__ == "__main__":
    main()
