"""Data that others made, beside the project and never in it: without the folder these tests are skipped."""

import runpy
import sys
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
DATA: Final = ROOT.parent / "shared" / "data"
EXAMPLES: Final = ROOT / "examples"


def data(name: str) -> Path:
    """The folder of one set; the test is skipped, and says so, when it is not there."""
    folder = DATA / name
    if not folder.is_dir():
        pytest.skip(f"the data set {name} is not beside the project, in ../shared/data")
    return folder


def prepare(example: str, *arguments: Path | str) -> None:
    """Run an example's prepare.py with these arguments."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["prepare.py", *map(str, arguments)])
        runpy.run_path(str(EXAMPLES / example / "prepare.py"), run_name="__main__")
