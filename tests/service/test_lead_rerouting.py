"""`POST /api/v1/leads/reroute`: what a bad publish has sent astray."""

from typing import Any

from evenhand.actions.holding import respond
from tests.desk import POLICY
from tests.service.serving import Served

ASTRAY = POLICY.replace('who = ["pool sales"]\nrespond_within', 'who = ["rep eve"]\nrespond_within')


def astray(served: Served, count: int) -> int:
    """So many leads that the second policy has given to the wrong one; the first is in force again."""
    served.trial.publish(policy=ASTRAY)
    for _ in range(count):
        served.take()
    served.trial.publish(policy=POLICY.replace('"Inbound"', '"Inbound again"'))
    return 2


def reroute(served: Served, who: str = "admin ada", *, params: Any = None, **said: Any) -> Any:
    return served.at(who).post("/api/v1/leads/reroute", json=said, params=params)


def test_what_went_astray_goes_where_the_policy_in_force_says(each_served: Served) -> None:
    number = astray(each_served, 3)
    each_served.trial.do(respond, 2)
    would = reroute(each_served, policy=number, dry_run=True).json()
    done = reroute(each_served, policy=number).json()
    assert [each["lead"] for each in would["moved"]] == [each["lead"] for each in done["moved"]] == ["1", "3"]
    assert (done["skipped"], done["failed"], done["next"]) == (1, [], None)
    assert {each["holder"] for each in done["moved"]} == {"eve"}
    assert each_served.trial.row(1).rep in ("ann", "bob", "cy")
    assert reroute(each_served, policy=number).json()["moved"] == []


def test_it_goes_on_where_it_left_off(served: Served) -> None:
    number = astray(served, 3)
    first = reroute(served, policy=number, params={"limit": 2}).json()
    rest = reroute(served, policy=number, params={"limit": 2, "after": first["next"]}).json()
    assert [[each["lead"] for each in part["moved"]] for part in (first, rest)] == [["1", "2"], ["3"]]
    assert rest["next"] is None


def test_it_is_an_admins_to_do_with_a_policy_that_there_is(served: Served) -> None:
    number = astray(served, 1)
    for who in ("manager eve", "rep ann", "viewer vi"):
        assert reroute(served, who, policy=number).status_code == 403
        assert reroute(served, who, policy=number, dry_run=True).status_code == 403
    assert reroute(served, policy=77).status_code == 404
    assert reroute(served, policy="two").status_code == 400
