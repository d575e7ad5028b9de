"""`evenhand work`: the worker, which lets timers ring, sends messages, and looks after the desk."""

import os
import random
import signal
import sys
from contextlib import ExitStack
from types import FrameType
from typing import Annotated, Final

import typer

from evenhand.actions.desk import Desk
from evenhand.app import MAIN, open_desk, settings_of
from evenhand.app.carrying import opened_carriers
from evenhand.app.outgoing import client_of
from evenhand.cli.seat import DatabaseOption, WorkspaceOption
from evenhand.core.model import MINUTE
from evenhand.ports.notifier import Notifier, Teller
from evenhand.settings import read_serving
from evenhand.version import __version__
from evenhand.workers.channels import Channels
from evenhand.workers.log import Log, log_to
from evenhand.workers.notifiers import JsonLines
from evenhand.workers.running import Crew, jobs, work_off
from evenhand.workers.webhooks import lanes

SETTLING: Final = MINUTE  # so long after the start the rest may catch up with what has been due meanwhile

app = typer.Typer()


class Stop:
    """Told to stop, by `kill` or Ctrl-C: remembers it, and nothing more, for it comes in the middle of anything."""

    def __init__(self) -> None:
        self.is_asked = False

    def __call__(self, _number: int, _frame: FrameType | None) -> None:
        self.is_asked = True

    def is_over(self) -> bool:
        """Whether it is time to stop."""
        return self.is_asked


@app.command("work")
def work(
    database: DatabaseOption = None,
    workspace: WorkspaceOption = MAIN,
    messages: Annotated[
        str,
        typer.Option(metavar="FILE", help="Send no messages, write a line of JSON for each; - is standard output."),
    ] = "",
    base_url: Annotated[
        str | None, typer.Option(metavar="URL", help="What links in messages begin with: https://leads.example.com")
    ] = None,
    *,
    once: Annotated[bool, typer.Option("--once", help="Stop when nothing is due any more.")] = False,
) -> None:
    """Let timers ring and send messages, until told to stop (SIGTERM, Ctrl-C). Start as many as you like, anywhere.

    Example: evenhand work --database desk.db
    """
    stop = Stop()
    with ExitStack() as stack:
        for number in (signal.SIGTERM, signal.SIGINT):
            stack.callback(signal.signal, number, signal.signal(number, stop))
        desk = stack.enter_context(open_desk(settings_of(database), workspace=workspace))
        log = log_to(sys.stderr, desk.clock)
        log("started", workspace=workspace, version=__version__, messages=messages or "by channels")
        serving = read_serving(os.environ, base_url=base_url)
        carriers = stack.enter_context(opened_carriers("" if messages else serving.smtp))
        channels = Channels(desk, carriers, base=serving.base_url, log=log)
        _work(desk, JsonLines(messages) if messages else channels, stop, log=log, once=once)
        log("stopped", workspace=workspace)


def _work(desk: Desk, notifier: Notifier | Teller, stop: Stop, *, log: Log, once: bool) -> None:
    chance = random.SystemRandom().random
    webhooks = lanes(desk, client_of(os.environ), chance=chance, log=log)
    if once:
        work_off([*jobs(desk, notifier, chance=chance, log=log), *webhooks], is_over=stop.is_over)
        return
    todo = [*jobs(desk, notifier, chance=chance, log=log, first=desk.clock() + SETTLING), *webhooks]
    Crew(todo, desk.store, clock=desk.clock, chance=chance, log=log).work(is_over=stop.is_over)
