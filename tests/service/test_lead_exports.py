"""`GET /api/v1/export/...`, and `/offers`."""

import json
from typing import Any

import pytest

from evenhand.actions.byhand import assign
from evenhand.actions.disputes import correct
from evenhand.actions.holding import Ending, close
from evenhand.service.routes import exports
from tests.service.serving import Served
from tests.service.test_lead_lists import BLIND, TWO_TEAMS, given

KINDS = ("leads", "decisions", "events", "entries")


def out(served: Served, kind: str, who: str = "admin ada", **asked: Any) -> list[dict[str, Any]]:
    answer = served.at(who).get(f"/api/v1/export/{kind}", params=asked)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/x-ndjson"), answer.text
    return [json.loads(line) for line in answer.text.splitlines()]


def busy(served: Served) -> None:
    """A lead that was closed as bad, one that is open, a correction."""
    served.trial.do(close, given(served, "ann", email="jo@acme.com", topic="desk"), Ending("bad"))
    given(served, "bob", email="al@beta.com")
    served.trial.do(correct, pool="sales", rep="ann", leads=1, why="was away by mistake")


def test_everything_can_be_taken_out_by_its_number(each_served: Served) -> None:
    busy(each_served)
    assert [(each["id"], each["state"], each["fields"]["email"]) for each in out(each_served, "leads")] == [
        ("1", "closed", "jo@acme.com"),
        ("2", "assigned", "al@beta.com"),
    ]
    decisions = out(each_served, "decisions")
    assert [each["seq"] for each in decisions] == [*range(1, len(decisions) + 1)]
    assert decisions[-1] == each_served.at().get("/api/v1/leads/2/decisions").json()["items"][-1]
    events = out(each_served, "events")
    assert [each["id"] for each in events] == [str(n) for n in range(1, len(events) + 1)]
    entries = out(each_served, "entries")
    assert (entries[-1]["kind"], entries[-1]["rep"], entries[-1]["moved"]["ann"]) == ("correction", "ann", 1.0)


@pytest.mark.parametrize("kind", KINDS)
def test_whoever_was_interrupted_goes_on_after_what_they_have(
    served: Served, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy(served)
    whole = out(served, kind)
    assert out(served, kind, after=1) == whole[1:]
    assert out(served, kind, after=999) == []
    monkeypatch.setattr(exports, "PAGE", 1)
    assert out(served, kind) == whole


def test_a_manager_takes_out_what_concerns_their_own_people(each_served: Served) -> None:
    each_served.trial.publish(roster=TWO_TEAMS)
    busy(each_served)
    theirs = each_served.take(topic="desk")
    each_served.trial.do(assign, theirs, rep="dan")
    each_served.house.rooms[1].setup = each_served.trial.desk.setup()
    assert [each["id"] for each in out(each_served, "leads", "manager dan")] == [str(theirs)]
    assert {each["lead"] for each in out(each_served, "decisions", "manager dan")} == {str(theirs)}
    assert {each["lead"] for each in out(each_served, "events", "manager dan")} == {str(theirs)}
    assert [each["pool"] for each in out(each_served, "entries", "manager dan") if each["pool"] == "sales"] == []
    assert len(out(each_served, "entries", "manager eve")) > 0


@pytest.mark.parametrize("kind", KINDS)
def test_reps_and_viewers_take_nothing_out(served: Served, kind: str) -> None:
    for who in ("rep ann", "viewer vi"):
        assert served.at(who).get(f"/api/v1/export/{kind}").status_code == 403
    assert served.at().get(f"/api/v1/export/{kind}", params={"after": -1}).status_code == 400


def test_an_export_is_packed_for_those_who_take_it_so(served: Served) -> None:
    busy(served)
    answer = served.at().get("/api/v1/export/decisions", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    assert len(answer.text.splitlines()) == len(out(served, "decisions"))


# --- offers


def test_a_rep_sees_what_they_may_take(each_served: Served) -> None:
    first, second = each_served.take(topic="first", email="jo@acme.com"), each_served.take(topic="list")
    each_served.at("rep ann").post(f"/api/v1/leads/{second}/decline")
    found = each_served.at("rep ann").get("/api/v1/offers").json()
    assert [(each["lead"]["id"], each["to"], each["blind"]) for each in found["items"]] == [
        (str(first), ["ann"], False)
    ]
    assert "email" not in found["items"][0]["lead"]["fields"]
    whole = each_served.at("manager eve").get("/api/v1/offers").json()["items"]
    assert [(each["lead"]["id"], each["to"]) for each in whole] == [
        (str(first), ["ann", "bob", "cy"]),
        (str(second), ["bob", "cy"]),
    ]


def test_offers_come_page_by_page(served: Served) -> None:
    for _ in range(3):
        served.take(topic="first")
    first = served.at("rep bob").get("/api/v1/offers", params={"limit": 2}).json()
    rest = served.at("rep bob").get("/api/v1/offers", params={"after": first["next"]}).json()
    assert [[each["lead"]["id"] for each in page["items"]] for page in (first, rest)] == [["1", "2"], ["3"]]
    assert rest["next"] is None


def test_a_blind_offer_stays_blind(served: Served) -> None:
    served.trial.publish(policy=BLIND)
    served.take(company="Acme", country="DE")
    found = served.at("rep ann").get("/api/v1/offers").json()["items"][0]
    assert (found["blind"], found["lead"]["fields"]) == (True, {"country": "DE"})


def test_what_somebody_else_may_take_is_for_their_manager(served: Served) -> None:
    served.take(topic="first")
    assert len(served.at("manager eve").get("/api/v1/offers", params={"rep": "ann"}).json()["items"]) == 1
    assert served.at("rep bob").get("/api/v1/offers", params={"rep": "ann"}).status_code == 403
