import os
import tempfile
from pathlib import Path

import pytest

from evenhand.service.leftovers import OLD, PREFIX, forget_leftovers


def test_only_old_files_of_our_own_are_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    old, young, other = tmp_path / f"{PREFIX}a.csv", tmp_path / f"{PREFIX}b.csv", tmp_path / "other.csv"
    for file, written in ((old, 0), (young, 2 * OLD), (other, 0)):
        file.write_text("email\n")
        os.utime(file, (written, written))
    assert forget_leftovers(2 * OLD + 1) == 1
    assert (old.exists(), young.exists(), other.exists()) == (False, True, True)
