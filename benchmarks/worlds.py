"""Worlds to measure in: one pool of any size, and the demo company's decisions."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from evenhand.actions.routing import Options, Sink, route_all, take_in
from evenhand.app import file_spool
from evenhand.core.model import DAY, Lead, Snapshot
from evenhand.core.policy.model import Policy
from evenhand.core.record import Record
from evenhand.demo.company import demo_data
from evenhand.know.match import Accounts
from evenhand.reading.accounts import read_accounts
from evenhand.reading.decisions import flat, read_view, record_of
from evenhand.reading.leads import LeadOptions, read_leads
from evenhand.reading.rows import Reject, read_rows
from evenhand.reading.setup import Setup, load_setup, read_setup

NOW = 1_793_610_000_000  # a Monday at 9:00 UTC

POLICY = """
name = "Bench"
[[rule]]
name = "Fintech"
when = 'country in DACH and industry == "fintech" and employees >= 50'
who = ["pool all", "skill fintech >= 1"]
how = "weighted"
respond_within = "15m"
[[rule]]
name = "Everybody else"
when = 'always'
who = ["pool all"]
"""


def world(size: int) -> tuple[Lead, Policy, Snapshot]:
    """A pool of so many reps, weights 1 to 3, all of whom can take the lead."""
    people = "".join(
        f'[[person]]\nid = "rep{n}"\nskills = {{ fintech = {1 + n % 5} }}\ncaps = {{ open = 100000, day = 100000 }}\n'
        for n in range(size)
    )
    members = ", ".join(f"rep{n} = {1 + n % 3}" for n in range(size))
    setup = read_setup(POLICY, f'{people}[[pool]]\nname = "all"\nmembers = {{ {members} }}\n')
    duty = setup.calendars.duty(NOW - DAY, NOW + 30 * DAY)
    lead = Lead(id="L1", received=NOW, fields={"country": "DE", "industry": "fintech", "employees": 100})
    return lead, setup.policy, Snapshot(now=NOW, roster=setup.roster, duty=duty)


def demo_setup(folder: Path, leads: int) -> tuple[Setup, Accounts]:
    """The demo company's files, read."""
    demo_data(folder, leads=leads, seed=7)
    setup = load_setup(folder / "policy.toml", folder / "team.toml")
    found = read_accounts(read_rows(str(folder / "accounts.csv")), setup.policy.vocabulary)
    return setup, Accounts(account for account in found if not isinstance(account, Reject))


def demo_lines(leads: int) -> Iterator[tuple[bytes, Setup]]:
    """The demo company's final records, as lines of JSON."""
    lines: list[bytes] = []
    with tempfile.TemporaryDirectory() as name, file_spool() as spool:
        setup, accounts = demo_setup(Path(name), leads)
        options = LeadOptions(as_of=NOW + 30 * DAY, vocabulary=setup.policy.vocabulary)
        sink = Sink(lambda line, _: lines.append(line), lambda _: None)
        intake = take_in(read_leads(read_rows(f"{name}/leads.csv"), options, accounts), spool, sink)
        route_all(intake, setup, spool, sink, Options(engine="bench"))
    yield from ((line, setup) for line in lines)


def demo_records(leads: int) -> Iterator[tuple[Record, bytes]]:
    """Every decision of the demo company, as a record and as its line."""
    for line, setup in demo_lines(leads):
        for said in flat([read_view(line, Path("demo"), 0)]):
            yield record_of(said, setup.policy), line
