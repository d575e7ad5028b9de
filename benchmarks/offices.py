"""A desk to measure: people, pools, rules and leads of any number, on either engine."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from evenhand.actions.actor import Actor
from evenhand.actions.desk import Desk
from evenhand.actions.receiving import Incoming
from evenhand.actions.texts import publish
from evenhand.stores.database import Database
from evenhand.stores.upgrading import upgrade
from evenhand.stores.vault import Vault
from tests.postgres import started

BOSS = Actor("admin", "bench")
SECRET = b"bench-secret-of-thirty-two-bytes"
START = 1_793_610_000_000  # a Monday at 9:00 UTC
COUNTRIES = ("DE", "AT", "CH", "FR", "IT", "ES", "NL", "BE", "PL", "SE")
INDUSTRIES = ("fintech", "retail", "health", "energy", "media")


class Clock:
    """A clock that somebody moves."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> int:
        return self.now


def policy(rules: int, pools: int) -> str:
    """So many rules in front of the one that takes everything; each leads to one of the pools."""
    parts = ['name = "Bench"']
    for number in range(rules - 1):
        where = f'country == "{COUNTRIES[number % len(COUNTRIES)]}" and industry == "{INDUSTRIES[number % 5]}"'
        parts.append(
            f"[[rule]]\nname = \"Rule {number}\"\nwhen = '{where} and employees >= {100 + 37 * number}'\n"
            f'who = ["pool p{number % pools}"]\nhow = "weighted"\nrespond_within = "1h"'
        )
    parts.append('[[rule]]\nname = "Everybody else"\nwhen = "always"\nwho = ["pool p0"]\nrespond_within = "1h"')
    return "\n".join(parts)


def team(reps: int, pools: int) -> str:
    """So many people, each in one of the pools."""
    caps = "caps = { open = 10000000, day = 10000000 }"
    people = "".join(f'[[person]]\nid = "rep{n}"\nemail = "rep{n}@demo.example"\n{caps}\n' for n in range(reps))
    members = [", ".join(f"rep{n} = {1 + n % 3}" for n in range(reps) if n % pools == p) for p in range(pools)]
    return people + "".join(f'[[pool]]\nname = "p{p}"\nmembers = {{ {who} }}\n' for p, who in enumerate(members))


def leads(count: int, desk: Desk, *, start: int = 0) -> list[Incoming]:
    """So many different people, ready to be taken, as a form would send them; nobody comes twice who has a number."""
    return [_lead(number, desk) for number in range(start, start + count)]


def _lead(number: int, desk: Desk) -> Incoming:
    email = f"kim.{number}@company{number}.example"
    company = f"Company {number} GmbH"
    raw = f'{{"email":"{email}","name":"Kim Number {number}","company":"{company}","employees":"{50 + number % 2000}"}}'
    return Incoming(
        source="website",
        fields={
            "country": COUNTRIES[number % 10],
            "industry": INDUSTRIES[number // 10 % 5],
            "employees": 50 + number % 2000,
            "company": company,
            "domain": f"company{number}.example",
            "email": email,
            "name": f"Kim Number {number}",
        },
        raw=raw.encode(),
        key=f"key-{number}",
        given=True,
        digest=number.to_bytes(16, "big"),
        persons=(desk.sealer.digest("email", email, workspace=desk.workspace),),
    )


@contextmanager
def database(engine: str) -> Iterator[Database]:
    """An empty database with all its tables, where durability is real."""
    with tempfile.TemporaryDirectory() as folder:
        if engine == "sqlite":
            yield from _opened(f"sqlite:///{Path(folder) / 'desk.db'}")
        else:
            with started(durable=True) as cluster:
                yield from _opened(cluster.fresh())


def _opened(url: str) -> Iterator[Database]:
    found = Database(url)
    try:
        upgrade(found)
        yield found
    finally:
        found.close()


def desk_on(store: Database, *, reps: int = 20, pools: int = 4, rules: int = 50) -> Desk:
    """A desk with a policy and a roster in force."""
    desk = seat(store)
    desk.do(publish, {"policy": policy(rules, pools), "roster": team(reps, pools)}, actor=BOSS)
    return desk


def seat(store: Database) -> Desk:
    """One more process at the same desk."""
    sealer = Vault(SECRET)
    return Desk(store, store.found("main", START), clock=Clock(), sealer=sealer, engine="bench")
