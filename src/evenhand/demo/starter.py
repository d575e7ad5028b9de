"""The smallest set that routes at once: a commented policy, a roster of three people and ten leads."""

from importlib.resources import files
from pathlib import Path
from typing import Final

from evenhand.errors import BadUsage, Fault

FILES: Final = ("policy.toml", "team.toml", "leads.csv")


def starter(directory: Path) -> tuple[Path, ...]:
    """Write the starter's files and return their paths; raises BadUsage when one of them is there already."""
    refuse_existing(directory, FILES, fix="Name another folder, or move them away.")
    directory.mkdir(parents=True, exist_ok=True)
    source = files("evenhand.demo") / "starting"
    paths = tuple(directory / name for name in FILES)
    for path in paths:
        text = (source / path.name).read_text(encoding="utf-8")
        path.write_text(text, encoding="utf-8", newline="\n")
    return paths


def refuse_existing(directory: Path, names: tuple[str, ...], *, fix: str) -> None:
    """Raise BadUsage that names every file that would be overwritten."""
    there = [name for name in names if (directory / name).exists()]
    if there:
        raise BadUsage(Fault(what=f"{', '.join(there)} would be overwritten.", fix=fix, where=str(directory)))
    if directory.exists() and not directory.is_dir():
        raise BadUsage(Fault(what="is a file, not a folder.", fix="Name a folder.", where=str(directory)))
