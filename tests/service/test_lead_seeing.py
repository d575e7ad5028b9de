"""Who may see which lead, and how much of it: the rule itself, without a service around it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.actions.actor import Actor
from evenhand.actions.callers import Caller
from evenhand.actions.roles import ROLES, Scope
from evenhand.core.states import HELD_BY_REP, State
from evenhand.ports.house import Role
from evenhand.ports.rows import LeadRow, OfferRow
from evenhand.service.seeing import Sight, is_settled, may_see, shown, sight

PEOPLE = ["ann", "bob", "cy"]
STATES: list[State] = ["waiting", "offered", "assigned", "working", "held", "rejected", "duplicate", "closed", "merged"]


def caller(role: Role, rep: str = "", reach: frozenset[str] | None = None, without: Scope | None = None) -> Caller:
    scopes = frozenset(ROLES[role] - {without} if without else ROLES[role])
    return Caller(workspace=1, actor=Actor(role, rep or "x", role, reach), role=role, scopes=scopes, rep=rep)


def lead(state: State = "assigned", rep: str | None = None) -> LeadRow:
    return LeadRow(lead=7, state=state, received=1, rep=rep)


def offer(rep: str, *, blind: bool = False) -> OfferRow:
    return OfferRow(rep=rep, lead=7, seq=1, blind=blind)


ANN, EVE, ADA, VI = (
    caller("rep", "ann"),
    caller("manager", "eve", frozenset({"eve", "ann"})),
    caller("admin"),
    caller("viewer"),
)


@pytest.mark.parametrize(
    ("who", "row", "offers", "holders", "seen"),
    [
        (ANN, lead("assigned", "ann"), [], {"ann"}, "person"),
        (ANN, lead("working", "ann"), [], {"ann"}, "person"),
        (ANN, lead("assigned", "bob"), [], {"ann", "bob"}, "plain"),
        (ANN, lead("closed"), [], {"ann"}, "plain"),
        (ANN, lead("offered"), [offer("bob"), offer("ann")], set(), "plain"),
        (ANN, lead("offered"), [offer("ann", blind=True)], set(), "blind"),
        (ANN, lead("offered"), [offer("bob")], set(), "none"),
        (ANN, lead("waiting"), [], set(), "none"),
        (EVE, lead("assigned", "ann"), [], {"ann"}, "person"),
        (EVE, lead("assigned", "bob"), [], {"bob"}, "none"),
        (EVE, lead("assigned", "bob"), [], {"ann", "bob"}, "plain"),
        (EVE, lead("offered"), [offer("bob"), offer("ann")], set(), "person"),
        (EVE, lead("offered"), [offer("bob")], set(), "none"),
        (EVE, lead("waiting"), [], {"bob"}, "person"),
        (EVE, lead("held"), [], set(), "person"),
        (EVE, lead("rejected"), [], set(), "person"),
        (EVE, lead("closed"), [], {"bob"}, "none"),
        (EVE, lead("closed"), [], {"bob", "ann"}, "person"),
        (ADA, lead("assigned", "bob"), [], {"bob"}, "person"),
        (VI, lead("assigned", "bob"), [], {"bob"}, "plain"),
        (caller("admin", without="persons:read"), lead("assigned", "bob"), [], {"bob"}, "plain"),
        (caller("rep", "ann", without="persons:read"), lead("assigned", "ann"), [], {"ann"}, "plain"),
        (caller("rep"), lead("assigned", "ann"), [], {"ann"}, "none"),
    ],
)
def test_everybody_sees_what_is_theirs_to_see(
    who: Caller, row: LeadRow, offers: list[OfferRow], holders: set[str], seen: Sight
) -> None:
    assert sight(who, row, offers, holders) == seen
    assert may_see(who, row, offers, holders) == (seen != "none")


rows = st.builds(
    lambda state, rep: lead(state, rep if state in HELD_BY_REP else None),
    st.sampled_from(STATES),
    st.sampled_from(PEOPLE),
)
callers = st.one_of(
    st.builds(lambda rep: caller("rep", rep), st.sampled_from(PEOPLE)),
    st.builds(lambda reach: caller("manager", "eve", reach), st.frozensets(st.sampled_from(PEOPLE))),
    st.just(ADA),
    st.just(VI),
)


@given(who=callers, row=rows, others=st.sets(st.sampled_from(PEOPLE)), offered=st.sets(st.sampled_from(PEOPLE)))
def test_what_the_lead_alone_settles_nothing_else_changes(
    who: Caller, row: LeadRow, others: set[str], offered: set[str]
) -> None:
    offers = [offer(rep) for rep in offered] if row.state == "offered" else []
    if is_settled(who, row):
        assert sight(who, row, offers, others) == sight(who, row, [], set())


@given(row=rows, others=st.sets(st.sampled_from(PEOPLE)), rep=st.sampled_from(PEOPLE))
def test_a_rep_knows_who_it_is_only_while_they_hold_it(row: LeadRow, others: set[str], rep: str) -> None:
    offers = [offer(rep)] if row.state == "offered" else []
    assert (sight(caller("rep", rep), row, offers, others) == "person") == (row.rep == rep)


def test_a_blind_offer_does_not_say_which_company_it_is() -> None:
    fields: dict[str, Any] = {"company": "Acme", "domain": "acme.com", "email.domain": "acme.com", "country": "DE"}
    assert shown(fields, "blind") == {"country": "DE"}
    assert shown(fields, "plain") == fields
