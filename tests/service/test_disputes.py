"""`/api/v1/disputes`: seen by both sides, and ruled on."""

from typing import Any

import pytest

from evenhand.actions.disputes import dispute
from tests.desk import TEAM, rep
from tests.service.serving import Served


@pytest.fixture
def disputed(served: Served) -> Served:
    """Somebody who did not get a lead says that this was wrong; the dispute's number is that of the last event."""
    lead = served.take(email="jo@example.com")
    other = next(name for name in ("ann", "bob", "cy") if name != served.trial.row(lead).rep)
    number = served.trial.do(dispute, 1, rep=other, text="I speak German too", actor=rep(other))
    served.other, served.number = other, number  # type: ignore[attr-defined]
    return served


def other(served: Served) -> str:
    return str(served.other)  # type: ignore[attr-defined]


def path(served: Served) -> str:
    return f"/api/v1/disputes/{served.number}"  # type: ignore[attr-defined]


def items(served: Served, who: str, **asked: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = served.at(who).get("/api/v1/disputes", params=asked).json()["items"]
    return found


def test_a_dispute_is_shown_with_its_words(disputed: Served) -> None:
    found = disputed.at("manager eve").get(path(disputed)).json()
    assert (found["rep"], found["state"], found["text"]) == (other(disputed), "open", "I speak German too")
    assert (found["decision"], found["lead"]) == ("1.1", "1")


def test_a_rep_sees_their_own_disputes_only(disputed: Served) -> None:
    mine = f"rep {other(disputed)}"
    theirs = next(f"rep {name}" for name in ("ann", "bob", "cy") if name != other(disputed))
    assert (len(items(disputed, mine)), items(disputed, theirs)) == (1, [])
    assert disputed.at(theirs).get(path(disputed)).status_code == 404


def test_who_may_not_know_who_a_lead_is_reads_no_words(disputed: Served) -> None:
    (found,) = items(disputed, "viewer vi")
    assert (found["state"], "text" in found) == ("open", False)


def test_a_manager_sees_the_disputes_of_their_people_only(disputed: Served) -> None:
    asked = {"roster": TEAM.replace('manager = "eve"', "")}
    disputed.at().post("/api/v1/roster/publish", json=asked, headers={"If-Match": "*"})
    assert items(disputed, "manager eve") == []
    assert disputed.at("manager eve").post(f"{path(disputed)}/rule", json={"ruling": "upheld"}).status_code == 403


def test_a_rep_who_is_right_is_owed_a_lead(disputed: Served) -> None:
    asked = {"ruling": "upheld", "text": "the roster was out of date"}
    found = disputed.at("manager eve").post(f"{path(disputed)}/rule", json=asked).json()
    assert (found["state"], found["by"], found["ruling"]) == ("upheld", "manager eve", asked["text"])
    (entry,) = disputed.at().get("/api/v1/pools/sales/entries").json()["items"]
    assert (entry["id"], entry["rep"], entry["decision"]) == (found["entry"], other(disputed), "1")


def test_what_was_ruled_on_is_open_no_more(disputed: Served) -> None:
    assert disputed.at().post(f"{path(disputed)}/rule", json={"ruling": "dismissed"}).status_code == 200
    assert items(disputed, "admin ada") == []
    (found,) = items(disputed, "admin ada", state="all")
    assert (found["state"], "entry" in found) == ("dismissed", False)
    assert disputed.at().post(f"{path(disputed)}/rule", json={"ruling": "upheld"}).status_code == 409


@pytest.mark.parametrize(
    ("body", "status"), [({"ruling": "maybe"}, 400), ({}, 400), ({"ruling": "upheld", "x": 1}, 400)]
)
def test_a_ruling_says_upheld_or_dismissed(disputed: Served, body: dict[str, Any], status: int) -> None:
    assert disputed.at().post(f"{path(disputed)}/rule", json=body).status_code == status


def test_reps_and_viewers_rule_on_nothing(disputed: Served) -> None:
    for who in (f"rep {other(disputed)}", "viewer vi"):
        assert disputed.at(who).post(f"{path(disputed)}/rule", json={"ruling": "upheld"}).status_code == 403


def test_a_dispute_that_is_not_there_is_not_found(served: Served) -> None:
    assert served.at().get("/api/v1/disputes/9").status_code == 404
    assert served.at().post("/api/v1/disputes/9/rule", json={"ruling": "upheld"}).status_code == 404
