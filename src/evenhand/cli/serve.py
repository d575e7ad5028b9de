"""`evenhand serve`: the whole thing in one process."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from socket import socket
from types import FrameType
from typing import Annotated, TypeAlias

import typer
from msgspec import Struct

from evenhand.actions.lent import LentDesk
from evenhand.app import settings_of
from evenhand.app.carrying import Carriers, opened_carriers
from evenhand.app.serving import Founded, found_desk, opened_ground
from evenhand.cli.seat import DatabaseOption
from evenhand.ports.notifier import Notifier, Teller
from evenhand.service.journal import Journal, hear_others, journal_to
from evenhand.service.leftovers import forget_leftovers
from evenhand.service.room import Room
from evenhand.service.running import Running, Stop, manners_of, running
from evenhand.service.server import Listening, address_of, bound, serve, settled_in
from evenhand.settings import Serving, Settings, read_serving
from evenhand.version import __version__
from evenhand.workers.channels import Channels
from evenhand.workers.notifiers import JsonLines

Beside: TypeAlias = Callable[[], Coroutine[None, None, None]]

app = typer.Typer()

HostOption = Annotated[str | None, typer.Option(help="The address of this machine to listen at; else 127.0.0.1.")]
PortOption = Annotated[int | None, typer.Option(help="The port; else 8080. With 0 the system chooses.")]
BaseUrlOption = Annotated[
    str | None, typer.Option(metavar="URL", help="What links begin with, as browsers see it: https://leads.example.com")
]
LogOption = Annotated[str | None, typer.Option(metavar="FORM", help="json or plain; else what suits where it goes.")]


@app.command("serve")
def serve_desk(
    *,
    database: DatabaseOption = None,
    host: HostOption = None,
    port: PortOption = None,
    base_url: BaseUrlOption = None,
    behind_proxy: Annotated[
        str | None, typer.Option(metavar="IPS", help="Proxies whose X-Forwarded-For and -Proto count, with commas.")
    ] = None,
    connections: Annotated[int | None, typer.Option(help="How many may be open at once; else 1024.")] = None,
    owner: Annotated[str | None, typer.Option(metavar="EMAIL", help="Who owns the desk, if it has no owner.")] = None,
    messages: Annotated[
        str, typer.Option(metavar="FILE", help="Write messages there, a line of JSON each, and send none.")
    ] = "",
    no_work: Annotated[bool, typer.Option("--no-work", help="Leave timers and messages to others.")] = False,
    log: LogOption = None,
) -> None:
    """Serve a desk: the API, the forms, timers and messages, in one process. The first start makes the desk.

    Ctrl-C or SIGTERM stops it: what was begun is finished first. On PostgreSQL start as many as you like.

    Example: evenhand serve --database desk.db --port 8080
    """
    serving = read_serving(
        os.environ,
        host=host,
        port=port,
        base_url=base_url,
        proxies=behind_proxy,
        connections=connections,
        owner=owner,
        works="off" if no_work else None,
        log=log,
    )
    settings = settings_of(database)
    with opened_door(serving) as door:
        tell_founded(found_desk(settings, owner=serving.owner), door.base)
        with door.ready(settings, messages=messages) as ready:
            door.serve(ready, greet)


class Door(Struct, frozen=True):
    """A port that is ours, and nobody is let in by yet. `base` is what links begin with."""

    serving: Serving
    base: str
    journal: Journal
    stop: Stop
    listener: socket

    @contextmanager
    def ready(self, settings: Settings, *, messages: str = "") -> Iterator[Running]:
        """The service behind it, on a database that has its tables."""
        with ExitStack() as stack:
            ground = stack.enter_context(opened_ground(settings))
            carriers = stack.enter_context(opened_carriers("" if messages else self.serving.smtp))
            notifier = partial(_notifier, messages, carriers, self)
            yield stack.enter_context(
                running(ground, self.serving, base=self.base, notifier=notifier, journal=self.journal)
            )

    def serve(self, ready: Running, started: Callable[[str], None], *, beside: Beside | None = None) -> None:
        """Let people in, until it is time to stop; `beside` is begun when they are, and cancelled then."""

        async def stopped() -> None:
            task = asyncio.ensure_future(beside()) if beside else None
            await ready.until(self.stop)
            if task is not None:
                task.cancel()

        forget_leftovers(time.time())
        settled_in()
        serve(ready.app, self.listener, started=started, stopped=stopped, manners=manners_of(self.serving))
        self.journal.info("stopping")


@contextmanager
def opened_door(serving: Serving) -> Iterator[Door]:
    """Take the port, and listen to signals. Raises BadUsage if it cannot be had."""
    journal = journal_to(sys.stderr, serving.log)
    with stopping() as stop, bound(Listening(serving.host, serving.port)) as listener:
        address = address_of(listener)
        hear_others(journal)
        journal.info("starting", version=__version__, address=address, process=os.getpid())
        yield Door(serving, serving.base_url or address, journal, stop, listener)
    journal.info("stopped")


@contextmanager
def stopping() -> Iterator[Stop]:
    """Hears signals: the first says that it is time to stop, a second one ends the process at once."""
    stop, heard = Stop(), list[int]()

    def hear(number: int, _frame: FrameType | None) -> None:
        if heard:
            os._exit(128 + number)
        heard.append(number)
        stop.ask()

    with ExitStack() as stack:
        for number in (signal.SIGTERM, signal.SIGINT):
            stack.callback(signal.signal, number, signal.signal(number, hear))
        yield stop


def greet(address: str) -> None:
    """Say where the service is: one line, for people and for programs that wait for it."""
    typer.echo(f"Evenhand is at {address}")


def tell_founded(found: Founded, base: str) -> None:
    """Say what a first start has made, on standard error: the link is for whoever started it, and for nobody's log."""
    if found.made is not None:
        typer.echo(f"A new desk: {found.made.database}, with its secret in {found.made.secret}.", err=True)
        typer.echo(
            "Keep a copy of the secret, apart from the database: without it nobody can read who the leads are.",
            err=True,
        )
    if found.ticket:
        typer.echo(
            f"Its owner is {found.owner}. To sign in, once and within a week: {base}/sign-in/{found.ticket}", err=True
        )


def _notifier(messages: str, carriers: Carriers, door: Door, room: Room, desk: LentDesk) -> Notifier | Teller:
    """How people are told in a workspace: by their channels, unless their messages are to be kept in a file."""
    if messages:
        return JsonLines(messages)
    return Channels(desk, carriers, base=door.base, log=door.journal.bind(workspace=room.name).info)
