"""Files of leads that wait to be read, and what a process that was killed has left of them."""

import os
import tempfile
from pathlib import Path
from typing import Final

PREFIX: Final = "evenhand-import-"
OLD: Final = 24 * 3600  # seconds after which nobody is reading such a file any more


def forget_leftovers(now: float) -> int:
    """Remove the old ones that are ours, for there are people in them; how many those were. `now` in seconds."""
    old = [file for file in Path(tempfile.gettempdir()).glob(f"{PREFIX}*") if _age(file, now) > OLD]
    for file in old:
        file.unlink(missing_ok=True)
    return len(old)


def _age(file: Path, now: float) -> float:
    """Seconds since a file was last written; 0 if it is gone, or somebody else's."""
    try:
        found = file.stat()
    except OSError:
        return 0.0
    return now - found.st_mtime if os.name != "posix" or found.st_uid == os.getuid() else 0.0
