"""What is being fetched from a source's sender, from the command line."""

import json
from pathlib import Path

from tests.cli.conftest import Run


def test_what_is_fetched_is_listed_and_tried_again(desk: Path, evenhand: Run) -> None:
    secrets = [f"--secret={name}=a-long-secret" for name in ("app_secret", "verify_token", "access_token")]
    assert evenhand("source", "add", "meta", "--kind", "meta", *secrets).code == 0
    assert "nothing is fetched" in evenhand("source", "errands", "meta").out
    assert json.loads(evenhand("source", "errands", "meta", "--dead", "--json").out) == []
    assert evenhand("source", "retry", "meta").out == "0 are tried once more.\n"
    ran = evenhand("source", "retry", "meta", "7")
    assert (ran.code, "source meta has no errand 7" in ran.err) == (2, True)
    assert evenhand("source", "errands", "nobody").code == 2
