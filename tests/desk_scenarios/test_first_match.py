"""The first rule that matches decides, once; whatever happens to the lead later, rules see it as it was stored."""

from collections.abc import Iterator

import pytest

from evenhand.actions.presence import pause, resume
from evenhand.actions.receiving import Received, incoming, receive
from evenhand.analytics.dossier import decided
from evenhand.core.arrival import Arrival
from evenhand.core.model import HOUR, Lead, Value
from tests.desk import TEAM, WEBSITE, Trial, opened

POLICY = """
name = "Inbound"
[[rule]]
name = "Kim"
when = 'email == "kim@firm.example"'
who = ["rep cy"]
[[rule]]
name = "Large"
when = 'employees >= 500'
who = ["rep bob"]
[[rule]]
name = "All"
when = 'always'
who = ["rep ann"]
"""


@pytest.fixture
def trial(database_url: str) -> Iterator[Trial]:
    with opened(database_url, policy=POLICY, roster=TEAM) as trial:
        yield trial


def sent(trial: Trial, **fields: Value) -> Received:
    """The website sends the lead that it calls W1."""
    arrival = Arrival(line=1, lead=Lead(id="W1", received=trial.now, fields=fields))
    (answer,) = receive(trial.desk, [incoming(arrival, trial.desk, source="web")], actor=WEBSITE)
    assert isinstance(answer, Received)
    return answer


def rules(trial: Trial, lead: int) -> list[str]:
    """The rule of each decision about a lead."""
    view = decided(trial.desk, lead)
    return [each.rule or "" for each in (*view.history, view)]


def test_after_a_wait_the_same_rule_matches_although_the_address_lies_locked_away(trial: Trial) -> None:
    trial.do(pause, subject="everything")
    lead = trial.comes(email="kim@firm.example", employees=900)
    trial.later(HOUR)
    trial.do(resume, subject="everything")
    assert (trial.state(lead), rules(trial, lead)) == ("assigned cy", ["Kim", "Kim"])


def test_what_the_website_changes_afterwards_does_not_decide_again(trial: Trial) -> None:
    """Elsewhere every save runs the rules once more, and the lead leaves whoever is on the telephone with it."""
    first = sent(trial, employees=20)
    again = sent(trial, employees=900)
    once_more = sent(trial, employees=900)
    assert (first.how, again.how, once_more.how) == ("new", "touched", "replayed")
    assert (trial.state(first.lead), rules(trial, first.lead)) == ("assigned ann", ["All"])
