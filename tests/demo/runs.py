"""Routing a file by the command line, and reading back everything that it says and writes."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from typer.testing import CliRunner

from evenhand.cli.main import built

LATER: Final = "2030-01-01T00:00Z"  # so that no lead lies in the future, whatever the clock says


class Routed(NamedTuple):
    """The summary, the final records and the rejects of one run."""

    summary: dict[str, Any]
    records: list[dict[str, Any]]
    rejects: list[dict[str, str]]


def evenhand(*arguments: str | Path) -> str:
    """What a command prints; it must end well."""
    result = CliRunner().invoke(built(), [*map(str, arguments)], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def route(folder: Path, leads: Path, *options: str | Path) -> Routed:
    """Route a file of leads; decisions and rejects are written into the folder."""
    out, rejects = folder / "decisions.jsonl", folder / "rejects.csv"
    said = evenhand("route", leads, "--as-of", LATER, *options, "--out", out, "--rejects", rejects, "--json")
    return Routed(json.loads(said), list(records(out)), list(rows(rejects)))


def records(path: Path) -> Iterator[dict[str, Any]]:
    """The final records of a file of decisions."""
    with path.open(encoding="utf-8") as file:
        yield from (json.loads(line) for line in file)


def rows(path: Path, encoding: str = "utf-8") -> Iterator[dict[str, str]]:
    """The rows of a CSV file."""
    with path.open(encoding=encoding, newline="") as file:
        yield from csv.DictReader(file)


def adds_up(routed: Routed, leads: Path) -> bool:
    """Every row has become exactly one final record or one reject, and every record has a reason."""
    ids = {record["lead"] for record in routed.records}
    whole = sum(1 for _ in rows(leads)) == len(routed.records) + len(routed.rejects)
    return whole and len(ids) == len(routed.records) and all(record["because"] for record in routed.records)
