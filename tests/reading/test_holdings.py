from decimal import Decimal

import pytest

from evenhand.core.arrival import Arrival
from evenhand.core.model import Lead, Rep, Roster
from evenhand.errors import BadUsage
from evenhand.know.fields import Terms
from evenhand.know.raw import Raw
from evenhand.reading.holdings import Holding, Holdings
from evenhand.reading.rows import Reject

ROSTER = Roster(
    reps={
        "ann": Rep(id="ann", name="Ann Example", email="Ann@demo.example"),
        "bob": Rep(id="bob", name="ann"),  # somebody's name may be somebody else's id: the id counts
    }
)
HEADER = ("Lead Owner", "Lead Status", "amount")


def held(owner: Raw, status: Raw = "", amount: Raw = "", *, responded: int | None = None, outcome: str = "") -> Holding:
    arrival = Arrival(line=2, lead=Lead(id="1", received=0), responded=responded, outcome=outcome or None)
    cells = dict(zip(HEADER, (owner, status, amount), strict=True))
    found = Holdings(HEADER, ROSTER, Terms()).read(arrival, cells)
    assert isinstance(found, Holding), found
    return found


@pytest.mark.parametrize("owner", ["ann", "ANN", "ann@demo.example", " Ann Example "])
def test_somebody_is_known_by_id_address_or_name(owner: str) -> None:
    assert held(owner).rep == "ann"


def test_somebody_whom_nobody_knows_is_left_to_the_verb() -> None:
    assert held("zoe").rep == "zoe"


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("Open - Not Contacted", "assigned"),
        ("Working - Contacted", "working"),
        ("Closed Won", "won"),
        ("closed lost", "lost"),
        ("Unqualified", "disqualified"),
    ],
)
def test_the_words_of_other_systems_are_understood(status: str, state: str) -> None:
    assert held("ann", status).state == state


def test_without_a_status_the_outcome_and_the_answer_tell() -> None:
    assert [held("ann").state, held("ann", responded=1).state] == ["assigned", "working"]
    assert [held("ann", outcome="won").state, held("ann", outcome="lost").state] == ["won", "lost"]


def test_only_what_was_won_has_brought_something() -> None:
    assert held("ann", "won", "1,200").amount == Decimal(1200)
    assert held("ann", "lost", "1,200").amount is None


@pytest.mark.parametrize(("owner", "status", "field"), [("", "new", "rep"), ("ann", "who knows", "status")])
def test_what_cannot_be_used_is_a_reject(owner: str, status: str, field: str) -> None:
    arrival = Arrival(line=2, lead=Lead(id="1", received=0))
    found = Holdings(HEADER, ROSTER, Terms()).read(arrival, dict(zip(HEADER, (owner, status, ""), strict=True)))
    assert isinstance(found, Reject)
    assert found.field == field


def test_a_column_that_is_not_there_is_told() -> None:
    with pytest.raises(BadUsage, match="no such column"):
        Holdings(HEADER, ROSTER, Terms(), mapping=[("Owner", "rep")])
    with pytest.raises(BadUsage, match="no column says who holds"):
        Holdings(("email",), ROSTER, Terms())


def test_a_mapping_wins_over_a_name_and_the_columns_are_told() -> None:
    holdings = Holdings((*HEADER, "SDR"), ROSTER, Terms(), mapping=[("SDR", "rep")])
    assert holdings.columns == {"SDR", "Lead Status", "amount"}
