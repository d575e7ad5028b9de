"""What every command shares: where it writes, how an error looks, and what its exit code means.

0 done · 1 done, with findings · 2 usage, or input that cannot be read
"""

import os
import sys
from collections.abc import Iterable, Sequence
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from evenhand.core.instants import say_instant
from evenhand.core.model import Millis
from evenhand.errors import BadInput, EvenhandError
from evenhand.ports.rows import NEVER

DONE: Final = 0
FINDINGS: Final = 1
USAGE: Final = 2
MOST_FAULTS: Final = 20
IN_A_PIPE: Final = 160  # columns


def out() -> Console:
    """Standard output, with colours only where a terminal wants them; what goes into a pipe is not broken so soon."""
    wide = None if sys.stdout.isatty() or "COLUMNS" in os.environ else IN_A_PIPE
    return Console(highlight=False, soft_wrap=True, width=wide)


def err() -> Console:
    """Standard error."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


def progress(console: Console) -> Progress:
    """A progress bar that stays away from pipes."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
        transient=True,
    )


def plain(text: str, style: str = "") -> Text:
    """Text that may come from anywhere, without what would steer the terminal."""
    return Text("".join([letter if letter.isprintable() or letter == "\n" else "\ufffd" for letter in text]), style)


def table(columns: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: Sequence[int] = ()) -> Table:
    """A plain table; `numbers` names the columns that stand to the right."""
    made = Table(box=None, pad_edge=False, header_style="bold")
    for position, column in enumerate(columns):
        made.add_column(column, justify="right" if position in numbers else "left", overflow="fold")
    for row in rows:
        made.add_row(*(plain(cell) for cell in row))
    return made


def show_error(error: EvenhandError) -> int:
    """Say what is wrong, one line a fault, and give the exit code."""
    console = err()
    lines = [str(fault) for fault in error.faults] if isinstance(error, BadInput) else [str(error)]
    for line in lines[:MOST_FAULTS]:
        console.print(Text.assemble(("error: ", "bold red"), line))
    if len(lines) > MOST_FAULTS:
        console.print(f"... and {len(lines) - MOST_FAULTS} more")
    return USAGE


def close_quietly() -> int:
    """Whoever read our output has gone away: stop, without a traceback at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return DONE


def moment(at: Millis | None) -> str:
    """A time in UTC to the second; nothing for none."""
    return say_instant(at // 1000 * 1000) if at is not None and 0 < at < NEVER else ""


def one_or(count: int, one: str, several: str = "") -> str:
    """`1 lead`, `3 leads`."""
    return f"{count} {one if count == 1 else several or one + 's'}"
