"""Of everybody that a tier could mean: who may have this lead now, and why each of the others may not."""

from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from evenhand.core.codes import Code, Exclusion
from evenhand.core.eligible import may_come
from evenhand.core.ledger import UNIT
from evenhand.core.model import MINUTE, Backlog, Duty, Load, Match, Owner, Past, Roster
from evenhand.core.outcome import Attempt, Seat
from tests.factories import (
    NEVER,
    NOW,
    OFFICE,
    THREE,
    credits,
    lead,
    opened,
    owned_by,
    policy,
    pool,
    rep,
    roster,
    rule,
    ruled,
)


def tried(
    who: str,
    said: str = "",
    people: Roster = THREE,
    past: Past | None = None,
    match: Match | None = None,
    **world: Any,
) -> Attempt:
    rules = policy(rule(said, who=who), people=people)
    one = replace(lead(use_case="law", match=match), past=past or Past())
    return ruled(rules, people, one, **world).decision.attempts[0]


def codes(attempt: Attempt) -> dict[str, str]:
    return {name: no.code.value for name, no in attempt.excluded}


def able(attempt: Attempt) -> set[str]:
    return {seat.rep for seat in attempt.seats}


def test_a_lead_never_goes_back_by_itself_to_whoever_held_or_declined_it() -> None:
    found = tried('["pool sales"]', past=Past(holders=("ann", "bob"), declined=("bob",)))
    assert (able(found), codes(found)) == ({"cy"}, {"ann": "previous_holder", "bob": "declined"})


def test_a_lead_that_nobody_has_refused_asks_no_history() -> None:
    assert able(tried('["pool sales"]', past=Past(holders=("zoe",)))) == {"ann", "bob", "cy"}


def test_caps_and_hours_exclude_all_but_the_owner_of_an_account() -> None:
    people = roster(pool(), rep("ann", caps={"open": 1}))
    world: dict[str, Any] = {"loads": opened(ann=1), "duty": {"bob": NEVER}}
    assert codes(tried('["pool sales"]', people=people, **world)) == {"ann": "at_open_cap", "bob": "off_hours"}
    for owner in ("ann", "bob"):
        assert able(tried('["account owner"]', people=people, match=owned_by(owner), **world)) == {owner}
        assert not able(tried('["account owner"]', "strict = true", people, match=owned_by(owner), **world))


def test_an_owner_who_is_away_is_excluded_and_with_even_if_away_not() -> None:
    people = roster(pool(), rep("ann", away=True))
    assert codes(tried('["account owner"]', people=people, match=owned_by("ann"))) == {"ann": "away"}
    assert able(tried('["account owner"]', "even_if_away = true", people, match=owned_by("ann"))) == {"ann"}
    assert able(tried('["pool sales"]', "even_if_away = true", people, duty={"bob": NEVER})) == {"ann", "bob", "cy"}


def test_strict_means_that_an_owner_must_fulfil_every_other_word_too() -> None:
    who = '["account owner", "pool other", "seniority >= 2"]'
    people = roster(pool(), pool("other", "bob cy"), rep("cy", seniority=2))
    found = {name: tried(who, "strict = true", people, match=owned_by(name)) for name in ("ann", "bob", "cy")}
    assert codes(found["ann"]) == {"ann": "not_in_pool"}
    assert codes(found["bob"]) == {"bob": "below_seniority"}
    assert able(found["cy"]) == {"cy"}


def test_an_owner_who_has_left_or_is_unknown_is_inactive() -> None:
    people = roster(pool(), rep("ann", active=False))
    for owner in ("ann", "zoe"):
        assert codes(tried('["account owner"]', people=people, match=owned_by(owner))) == {owner: "inactive"}
    assert tried('["account owner"]').excluded == ()


def test_of_two_roles_only_whoever_has_both_is_asked() -> None:
    roles = {"owner": Owner("ann", "acme"), "csm": Owner("bob", "acme")}
    match = Match(account="acme", by="domain", roles=roles)
    assert codes(tried('["account owner", "account csm"]', match=match)) == {"ann": "not_account_role"}


@pytest.mark.parametrize(("credit", "code"), [(-2.0, None), (-2.001, "too_far_ahead"), (5.0, None)])
def test_whoever_is_further_ahead_than_the_pool_allows_waits_for_the_others(credit: float, code: str | None) -> None:
    found = tried('["pool sales"]', people=roster(pool(max_ahead=2)), ledgers=credits(ann=credit))
    assert codes(found).get("ann") == code
    if code:
        assert found.excluded[0][1].detail == (round(2.001 * UNIT), 2)


def test_waiting_leads_go_out_a_few_at_a_time_and_fresh_ones_freely() -> None:
    people = roster(pool(backlog=Backlog(2, 10 * MINUTE)))
    paced = (("sales", NOW - 10 * MINUTE), ("sales", NOW - 9 * MINUTE), ("other", NOW), ("sales", NOW))
    world: dict[str, Any] = {"loads": {"ann": Load(paced=paced), "bob": Load(paced=paced[:3])}}
    waiting = tried('["pool sales"]', people=people, past=Past(waiting_since=NOW - 1), **world)
    again = NOW + MINUTE
    assert waiting.excluded == (("ann", Exclusion(Code.BACKLOG_PACE, (again,), again)),)
    assert able(tried('["pool sales"]', people=people, **world)) == {"ann", "bob", "cy"}


def test_a_seat_says_what_somebody_carried_at_that_moment() -> None:
    people = roster(pool("sales", "ann:2"), rep("ann", skills={"law": 3, "tax": 2}))
    world: dict[str, Any] = {"loads": {"ann": Load(open=4, last=NOW - 1)}, "ledgers": credits(turns={"ann": 7})}
    found = tried('["pool sales", "skill tax >= 1", "skill {use_case} >= 1"]', people=people, **world)
    assert found.seats == (Seat("ann", 1, 4, NOW - 1, 7, 5),)


@pytest.mark.parametrize(
    ("expected", "fit"), [("rep.skill.law * 2.5", Decimal("7.5")), ("rep.seniority", 0), ("employees * 2", 0)]
)
def test_what_a_rule_expects_is_the_fit_and_the_unknown_is_nothing(expected: str, fit: Decimal) -> None:
    people = roster(pool("sales", "ann"), rep("ann", skills={"law": 3}), rep("bob", seniority=1))
    found = tried('["pool sales"]', f'how = "best_fit"\nexpected = "{expected}"', people)
    assert found.seats[0].fit == fit


def test_only_what_passes_may_come() -> None:
    people = roster(pool(), rep("ann", away=True), rep("bob", active=False))
    found = tried('["pool sales"]', people=people, duty={"cy": Duty(bounds=OFFICE.bounds[2:])})
    assert [name for name, _ in may_come(found.excluded)] == ["ann", "cy"]
