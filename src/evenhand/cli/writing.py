"""Writing files so that nobody ever sees half of one, and so that no result is written over what it was made from."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from evenhand.errors import BadFile, BadUsage, Fault


def refuse_overlap(inputs: Sequence[str | Path | None], outputs: Sequence[Path | None]) -> None:
    """Raises BadUsage if a file that is to be written is one that is read, or is to be written twice."""
    taken = {Path(given).resolve() for given in inputs if given}
    for path in outputs:
        if path is None or (path.exists() and not path.is_file()):
            continue
        if path.resolve() in taken:
            what = "is read or written by this command already, and would be lost."
            raise BadUsage(Fault(where=str(path), what=what, fix="Give the output a name of its own."))
        taken.add(path.resolve())


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A file beside the wanted one that takes its place when all went well, so that nobody ever sees half of it.

    Of a symbolic link the file that it stands for is replaced; a pipe or a device is written to as it is. Raises
    BadFile when nothing can be written there.
    """
    target = path.resolve()
    if target.is_dir():
        raise BadFile(Fault(where=str(path), what="is a folder.", fix="Name a file in it."))
    if not target.parent.is_dir():
        raise BadFile(Fault(where=str(path), what="its folder does not exist.", fix=f"mkdir -p {path.parent}"))
    if target.exists() and not target.is_file():
        yield target
        return
    half = target.with_name(f"{target.name}.{os.getpid()}.part")
    try:
        half.touch()
    except OSError as error:
        fix = "Choose another folder, or mend its permissions."
        raise BadFile(Fault(where=str(path), what=f"cannot be written: {error.strerror}.", fix=fix)) from error
    try:
        yield half
        half.replace(target)
    finally:
        half.unlink(missing_ok=True)
