"""The router as a library: leads in one by one, explained decisions out."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from evenhand import Account, BadInput, Lead, Router
from evenhand.errors import BadPolicy, BadTeam
from tests.factories import NOW
from tests.reading.samples import POLICY, SMALL_POLICY, SMALL_TEAM, TEAM

MONDAY = datetime(2026, 11, 2, 9, tzinfo=UTC)
CAPPED = SMALL_TEAM.replace('id = "ann"\n', 'id = "ann"\ncaps = { open = 1 }\n').replace('"ann", "bob"', '"ann"')


def small(policy: str = SMALL_POLICY, team: str = SMALL_TEAM) -> Router:
    return Router(policy, team, clock=lambda: MONDAY, engine="test")


def test_equals_take_turns() -> None:
    router = small()
    holders = [router.route({}).rep for _ in range(4)]
    assert sorted(map(str, holders[:2])) == ["ann", "bob"]
    assert holders[2:] == holders[:2]


def test_a_decision_tells_its_id_its_moment_and_its_reason() -> None:
    router = small()
    first, named, third = router.route({}), router.route({"id": "x-1", "country": "DE"}), router.route({})
    assert [view.id for view in (first, named, third)] == ["lead-1.1", "x-1.2", "lead-3.3"]
    assert (first.at, first.engine, first.outcome) == ("2026-11-02T09:00:00Z", "test", "assigned")
    assert first.because.endswith(".")


def test_the_ledger_can_be_looked_at() -> None:
    router = small()
    assert router.ledger("all").credits == {}
    holder = router.route({}).rep
    assert router.ledger("all").turns == {holder: 1}


def test_whoever_has_closed_a_lead_can_take_another() -> None:
    router = small(team=CAPPED)
    first, second = router.route({}), router.route({})
    assert (first.outcome, second.outcome) == ("assigned", "waiting")
    for lead in (second.lead, "nobody's", first.lead):
        router.close(lead)
    assert [router.route({}).rep for _ in range(2)] == ["ann", None]


def test_the_same_person_is_looked_after_once_until_the_lead_is_closed() -> None:
    router = small()
    kim = {"email": "kim@acme.example"}
    first, again, other = router.route(kim), router.route(kim), router.route({"email": "lee@acme.example"})
    assert (again.outcome, again.of, again.rep) == ("duplicate", first.lead, first.rep)
    assert other.outcome == "assigned"
    router.close(first.lead)
    assert router.route(kim).outcome == "assigned"


def test_values_are_read_as_a_file_would_be() -> None:
    router = small(SMALL_POLICY.replace("always", 'employees > 1000 and country == "DE"'))
    assert router.route({"employees": "1,200", "country": "Germany"}).outcome == "assigned"
    assert router.route({"employees": None, "country": ""}).held == "no_rule"


def test_everything_that_cannot_be_read_is_told_at_once() -> None:
    with pytest.raises(BadInput) as caught:
        small().route({"emploies": 3, "zzqqxx": 1, "employees": "lots"})
    told = str(caught.value)
    assert "Did you mean employees?" in told
    assert "Declare it in the policy: [fields.zzqqxx]." in told
    assert "'lots'" in told


def test_a_lead_may_be_given_as_it_is() -> None:
    view = small().route(Lead(id="own", received=NOW, fields={"country": "DE"}))
    assert (view.lead, view.rep) == ("own", view.candidates[0].rep)


def test_a_moment_needs_a_time_zone() -> None:
    with pytest.raises(BadInput, match="has no time zone"):
        small().route({}, at=datetime(2026, 11, 2, 9))


@pytest.mark.parametrize("received", ["2026-11-01T08:00:00Z", None])
def test_a_lead_arrived_when_it_says_or_now(received: str | None) -> None:
    view = small().route({"received": received} if received else {})
    days = 1 if received else 0
    assert view.inputs.facts.received == NOW - days * 25 * 3_600_000


def test_hours_are_worked_out_anew_when_time_has_passed() -> None:
    router = small(team='[[person]]\nid = "ann"\nhours = "09:00-17:00"\n[[pool]]\nname = "all"\nmembers = ["ann"]\n')
    outcomes = [router.route({}, at=MONDAY + timedelta(days=days)).outcome for days in (0, 5, 119, 700, 705)]
    assert outcomes == ["assigned", "waiting", "assigned", "assigned", "waiting"]


def test_time_does_not_run_backwards() -> None:
    router = small()
    later = router.route({}, at=MONDAY + timedelta(hours=1)).at
    assert router.route({}, at=MONDAY).at == later == "2026-11-02T10:00:00Z"


def test_the_owner_of_an_account_is_found() -> None:
    acme = Account(id="acme", name="Acme", domains=("acme.example",), roles={"owner": "bob"})
    router = Router(POLICY, TEAM, accounts=[acme], clock=lambda: MONDAY)
    by_domain = router.route({"email": "kim@acme.example"})
    assert (by_domain.rule, by_domain.rep) == ("Family of a customer", "bob")
    assert router.route({"account": "acme"}).rep == "bob"


def test_a_policy_and_a_team_may_be_files_or_texts(tmp_path: Path) -> None:
    (tmp_path / "policy.toml").write_text(SMALL_POLICY)
    (tmp_path / "team.toml").write_text(SMALL_TEAM)
    for policy in (SMALL_POLICY, tmp_path / "policy.toml"):
        for team in (SMALL_TEAM, tmp_path / "team.toml"):
            assert Router(policy, team, clock=lambda: MONDAY).route({}).outcome == "assigned"


def test_what_is_wrong_with_the_texts_is_told() -> None:
    with pytest.raises(BadPolicy, match="pool 'al'"):
        Router(SMALL_POLICY.replace("pool all", "pool al"), SMALL_TEAM)
    with pytest.raises(BadTeam):
        Router(SMALL_POLICY, "[[person]]")


def test_without_a_clock_of_its_own_it_is_now() -> None:
    before = datetime.now(UTC)
    at = datetime.fromisoformat(Router(SMALL_POLICY, SMALL_TEAM).route({}).at)
    assert before - timedelta(seconds=1) < at < datetime.now(UTC) + timedelta(seconds=1)
