"""Small policies, teams and files of leads, routed from the command line as a user would."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from msgspec import Struct
from typer.testing import CliRunner, Result

from evenhand.cli.main import built

AROUND_THE_CLOCK: Final = 'hours = { mon-sun = "00:00-24:00" }\n'


class Bench(Struct, frozen=True):
    """A folder with a policy and a team."""

    folder: Path

    def setup(self, policy: str, team: str) -> "Bench":
        (self.folder / "policy.toml").write_text(f'name = "Review"\n{policy}')
        (self.folder / "team.toml").write_text(AROUND_THE_CLOCK + team)
        return self

    def ev(self, command: str, *arguments: str) -> Result:
        """Run a command on the folder's policy and team."""
        setup = ["--policy", str(self.folder / "policy.toml"), "--team", str(self.folder / "team.toml")]
        return CliRunner().invoke(built(), [*command.split(), *arguments, *setup])

    def route(self, leads: str, *options: str) -> Mapping[str, dict[str, object]]:
        """Route a CSV text; lead -> its final record."""
        source, to = self.folder / "leads.csv", self.folder / "decisions.jsonl"
        source.write_text(leads, newline="")
        done = self.ev("route", str(source), "--as-of", "2026-12-31", "--out", str(to), *options)
        assert done.exit_code == 0, (done.output, done.exception)
        records = [json.loads(line) for line in to.read_text().splitlines()]
        return {record["lead"]: record for record in records}

    def replays(self) -> bool:
        """Whether everything comes out again."""
        return self.ev("replay", str(self.folder / "decisions.jsonl")).exit_code == 0

    def why(self, lead: str, rep: str) -> str:
        """What `evenhand why` tells one person about one lead."""
        decisions = str(self.folder / "decisions.jsonl")
        return CliRunner().invoke(built(), ["why", lead, "--decisions", decisions, "--rep", rep]).output
