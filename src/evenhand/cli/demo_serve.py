"""`evenhand demo`: a made-up company on a desk that is alive, to look at and to play with."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Annotated, Final

import typer
from msgspec import json
from msgspec.structs import replace

from evenhand.actions.actor import Actor
from evenhand.app import MAIN, settings_of
from evenhand.app.demo import Demo, found_demo
from evenhand.cli.seat import DatabaseOption
from evenhand.cli.serve import BaseUrlOption, HostOption, LogOption, PortOption, opened_door
from evenhand.demo.living import deeds
from evenhand.demo.trickle import made_up
from evenhand.errors import EvenhandError
from evenhand.reading.rows import Row
from evenhand.service.house import House
from evenhand.service.intake import Sent
from evenhand.service.room import aside
from evenhand.settings import read_serving

PAUSE: Final = (2.0, 6.0)  # seconds between two leads
ANSWERED: Final = 0.25  # of what waits for an answer gets one in each pause
CLOSED: Final = 0.03
WEBSITE: Final = Actor("key", "website")

app = typer.Typer()


@app.command("demo")
def demo(
    *,
    database: DatabaseOption = None,
    host: HostOption = None,
    port: PortOption = None,
    base_url: BaseUrlOption = None,
    no_trickle: Annotated[bool, typer.Option("--no-trickle", help="No leads come in by themselves.")] = False,
    seed: Annotated[int, typer.Option(help="The same seed makes up the same leads.")] = 1,
    log: LogOption = None,
) -> None:
    """Serve a made-up company: forty people, two days of leads behind them, and more coming in every few seconds.

    Without --database it is gone when you stop it (Ctrl-C).

    Example: evenhand demo --port 8080
    """
    serving = read_serving(os.environ, host=host, port=port, base_url=base_url, log=log)
    serving = replace(serving, smtp="")  # its people are made up: nobody is written to
    with opened_door(serving) as door, _place(database) as place:
        settings = settings_of(place)
        typer.echo("Making up a company and two days of its leads ...", err=True)
        found = found_demo(settings, seed=seed)
        with door.ready(settings) as ready:
            trickle = None if no_trickle else _Trickle(ready.house, seed + 1).flow
            door.serve(ready, lambda address: _greet(address, door.base, found, database), beside=trickle)


@contextmanager
def _place(database: str | None) -> Iterator[str]:
    """Where the demo is kept: where somebody says, else in a folder that is gone at the end."""
    if database is not None:
        yield database
        return
    with TemporaryDirectory(prefix="evenhand-demo-") as folder:
        yield str(Path(folder) / "demo.db")


class _Trickle:
    """Leads that come in by themselves, as by the API, and people who look after theirs."""

    def __init__(self, house: House, seed: int) -> None:
        room = house.by_name[MAIN]
        self._intake = house.intakes[room.number]
        self._desk = house.lent[room.number]
        self._chance = Random(seed)  # noqa: S311  chance for play, no secret
        _, self._leads = made_up(seed)

    async def flow(self) -> None:
        """Go on until cancelled; a lead that is refused is no harm."""
        while True:
            await asyncio.sleep(self._chance.uniform(*PAUSE))
            cells = next(self._leads)
            sent = Sent(row=Row(1, cells), raw=json.encode(cells), source=cells.get("source", "website"))
            try:
                await self._intake.take(sent, actor=WEBSITE)
                await aside(deeds, self._desk, self._chance, answered=ANSWERED, closed=CLOSED)
            except EvenhandError:
                continue


def _greet(address: str, base: str, found: Demo, database: str | None) -> None:
    """Say where everything is; the first line is for programs too."""
    say = typer.echo
    say(f"Evenhand is at {address}")
    say("\nSign in as (each link works once, for a quarter of an hour):")
    for email, ticket in found.tickets.items():
        say(f"  {email:<22}{base}/sign-in/{ticket}")
    if database is not None:
        say(f"Another link: evenhand login-link owner@demo.example --database {database} --base-url {base}")
    say("\nSend a lead, and see who gets it and why:")
    say(f"  curl -s {base}/api/v1/leads -H 'Authorization: Bearer {found.key}' \\")
    say("""    -d '{"email": "kim@acme.example", "company": "Acme", "country": "DE", "plan": "team", "seats": 40}'""")
    say(f"\nAll that the API can do: {base}/openapi.json · how it goes: {base}/metrics")
    say("Ctrl-C stops it.")
