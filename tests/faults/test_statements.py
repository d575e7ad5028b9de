"""A lead costs the same few statements, however many people there are."""

import pytest

from evenhand.actions.receiving import receive
from tests.desk import WEBSITE, Trial
from tests.faults.drivers import Tape, recorded
from tests.faults.load import incoming_of

POLICY = """
name = "Large"
[[rule]]
name = "All"
when = 'always'
who = ["pool all"]
how = "weighted"
respond_within = "1h"
"""
MOST = 18  # BEGIN, lock, two reads, one write a table, NOTIFY, COMMIT
COLD = 12  # more, for a process that has just started: the texts, the world
BATCH = 100


def office(people: int) -> str:
    """So many people in one pool, all of them with room."""
    names = [f"rep{number}" for number in range(people)]
    told = "".join(f'[[person]]\nid = "{name}"\ncaps = {{ open = 500 }}\n' for name in names)
    members = ", ".join(f'"{name}"' for name in names)
    return f'{told}[[pool]]\nname = "all"\nmembers = [{members}]\n'


def statements(url: str, people: int, batch: int, *, cold: bool = False) -> list[str]:
    """What is said to the driver for a batch of leads, once the desk is under way, or by one that has just started."""
    tape = Tape()
    database = recorded(url, tape)
    trial = Trial(database)
    trial.publish(policy=POLICY, roster=office(people))
    receive(trial.desk, [incoming_of(people + number) for number in range(3 * batch)], actor=WEBSITE)
    if cold:
        trial.desk = trial.another()
    tape.begin()
    receive(trial.desk, [incoming_of(people + 3 * batch + number) for number in range(batch)], actor=WEBSITE)
    said = tape.end()
    database.close()
    return said


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
@pytest.mark.parametrize("cold", [False, True])
@pytest.mark.parametrize("batch", [1, BATCH])
def test_leads_cost_as_many_statements_with_10_people_as_with_1000(
    engine: str, cold: bool, batch: int, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue(f"{engine}_url")
    few, many = statements(url, 10, batch, cold=cold), statements(url, 1_000, batch, cold=cold)
    assert many == few
    assert len(many) <= MOST + COLD * cold
