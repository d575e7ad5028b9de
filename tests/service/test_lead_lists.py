"""`GET /api/v1/leads`, `/inbox`, and everything that can be read of one lead."""

from typing import Any

import pytest

from evenhand.actions.byhand import assign
from evenhand.actions.holding import Ending, close
from evenhand.actions.notes import note
from evenhand.actions.presence import away
from tests.desk import TEAM, rep
from tests.service.serving import Served

BLIND = """
name = "Blind"
[[rule]]
name = "List"
when = 'always'
who = ["pool sales"]
how = "cherry_pick"
blind = true
"""
TWO_TEAMS = (
    TEAM
    + """
[[person]]
id = "dan"
[[pool]]
name = "other"
members = ["dan"]
manager = "dan"
"""
)
SCORED = """
name = "Scored"
[fields.topic]
type = "text"
[[score]]
points = 10
when = 'topic == "hot"'
because = "hot"
[[rule]]
name = "Hot"
when = 'topic == "hot"'
who = ["pool sales"]
[[rule]]
name = "All"
when = 'always'
who = ["pool sales"]
"""


def ids(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [each["id"] for each in answer.json()["items"]]


def leads(served: Served, who: str = "admin ada", **asked: Any) -> list[str]:
    return ids(served.at(who).get("/api/v1/leads", params=asked))


def given(served: Served, who: str, **fields: Any) -> int:
    """A lead that this person holds."""
    lead = served.take(**fields)
    served.trial.do(assign, lead, rep=who)
    return lead


# --- lists


def test_leads_are_listed_hottest_first_page_by_page(each_served: Served) -> None:
    each_served.trial.publish(policy=SCORED)
    for topic in ("", "hot", "", "hot", ""):
        each_served.take(topic=topic)
    pages, after = [], None
    while True:
        found = each_served.at().get("/api/v1/leads", params={"limit": 2} | ({"after": after} if after else {}))
        pages.append(ids(found))
        after = found.json()["next"]
        if after is None:
            break
    assert pages == [["2", "4"], ["1", "3"], ["5"]]


def test_a_list_holds_what_is_open_unless_states_are_named(served: Served) -> None:
    served.take(), served.take(topic="spam"), served.take(topic="first")
    assert leads(served) == ["1", "3"]
    assert leads(served, state=["rejected", "offered"]) == ["2", "3"]


def test_leads_are_found_by_what_they_are(each_served: Served) -> None:
    each_served.trial.publish(policy=SCORED)
    each_served.take(source="web", topic="hot"), each_served.take(source="ads"), each_served.take(source="web")
    assert leads(each_served, source="web") == ["1", "3"]
    assert leads(each_served, rule="All") == ["2", "3"]
    assert leads(each_served, rule="All", source="web", pool="sales") == ["3"]
    assert leads(each_served, pool="nowhere") == []
    assert leads(each_served, account="acme") == []
    assert leads(each_served, q="2") == leads(each_served, q="#2") == ["2"]
    assert leads(each_served, q="9" * 30) == []


def test_somebodys_leads_are_those_they_hold_may_take_or_have_closed(each_served: Served) -> None:
    mine, over = given(each_served, "ann"), given(each_served, "ann")
    each_served.trial.do(close, over, Ending("lost"))
    offered, theirs = each_served.take(topic="first"), given(each_served, "bob")
    gone = given(each_served, "ann")
    each_served.trial.do(assign, gone, rep="bob")
    assert leads(each_served, rep="ann") == [str(mine), str(offered)]
    assert leads(each_served, rep="ann", state="closed") == [str(over)]
    assert leads(each_served, rep="bob") == [str(offered), str(theirs), str(gone)]


def test_a_rep_sees_their_own_leads_and_who_they_are_only_while_they_hold_them(each_served: Served) -> None:
    mine = given(each_served, "ann", email="jo@acme.com", country="DE")
    before = given(each_served, "ann", email="al@other.com", country="FR")
    each_served.trial.do(assign, before, rep="bob")
    given(each_served, "bob")
    each_served.take(topic="desk")
    found = each_served.at("rep ann").get("/api/v1/leads").json()["items"]
    assert [each["id"] for each in found] == [str(mine), str(before)]
    assert [each["fields"].get("email") for each in found] == ["jo@acme.com", None]
    assert [each["fields"]["country"] for each in found] == ["DE", "FR"]


def test_a_manager_sees_their_own_peoples_leads_and_what_nobody_has(each_served: Served) -> None:
    each_served.trial.publish(roster=TWO_TEAMS)
    ours, theirs = given(each_served, "ann"), given(each_served, "dan", topic="desk")
    desk = each_served.take(topic="desk")
    each_served.house.rooms[1].setup = each_served.trial.desk.setup()
    assert leads(each_served, "manager eve") == [str(ours), str(desk)]
    assert leads(each_served, "manager dan") == [str(theirs), str(desk)]
    assert each_served.at("manager dan").get(f"/api/v1/leads/{ours}").status_code == 404
    refused = each_served.at("manager dan").post(f"/api/v1/leads/{ours}/reassign", json={"to": "dan"})
    assert refused.status_code == 404


def test_a_viewer_sees_every_lead_and_nobody(served: Served) -> None:
    given(served, "ann", email="jo@acme.com", country="DE")
    found = served.at("viewer vi").get("/api/v1/leads").json()["items"][0]["fields"]
    assert (found["country"], "email" in found) == ("DE", False)


@pytest.mark.parametrize(
    ("asked", "where"),
    [({"after": "x"}, "after"), ({"after": "WyJhIl0"}, "after"), ({"q": "jo@acme.com"}, "q")],
)
def test_a_question_that_makes_no_sense_is_refused(served: Served, asked: dict[str, str], where: str) -> None:
    answer = served.at().get("/api/v1/leads", params=asked)
    assert (answer.status_code, answer.json()["faults"][0]["where"]) == (400, where)


@pytest.mark.parametrize("asked", [{"state": "gone"}, {"limit": "0"}, {"limit": "201"}, {"limit": "many"}])
def test_a_parameter_of_another_kind_is_refused(served: Served, asked: dict[str, str]) -> None:
    assert served.at().get("/api/v1/leads", params=asked).status_code == 400


# --- the inbox


def test_an_inbox_has_what_one_holds_and_what_one_may_take(each_served: Served) -> None:
    lead = given(each_served, "ann", email="jo@acme.com")
    offered = each_served.take(topic="first", email="al@acme.com")
    found = each_served.at("rep ann").get("/api/v1/inbox").json()
    assert found["rep"] == "ann"
    assert [(each["id"], each["fields"]["email"]) for each in found["held"]] == [(str(lead), "jo@acme.com")]
    assert [(each["id"], each["fields"].get("email"), each["offered"]) for each in found["offered"]] == [
        (str(offered), None, ["ann"])
    ]


def test_an_inbox_is_for_oneself_and_for_ones_manager(served: Served) -> None:
    given(served, "ann")
    assert len(served.at("manager eve").get("/api/v1/inbox", params={"rep": "ann"}).json()["held"]) == 1
    assert served.at("rep bob").get("/api/v1/inbox", params={"rep": "ann"}).status_code == 403
    assert served.at("admin ada").get("/api/v1/inbox").status_code == 400
    assert served.at("admin ada").get("/api/v1/inbox", params={"rep": "nobody"}).status_code == 404


def test_a_blind_offer_says_neither_who_nor_which_company(each_served: Served) -> None:
    each_served.trial.publish(policy=BLIND)
    lead = each_served.take(email="jo@acme.com", company="Acme", country="DE")
    for found in (
        each_served.at("rep ann").get("/api/v1/inbox").json()["offered"][0],
        each_served.at("rep ann").get(f"/api/v1/leads/{lead}").json()["lead"],
    ):
        assert found["fields"] == {"country": "DE"}
    assert each_served.at().get(f"/api/v1/leads/{lead}").json()["lead"]["fields"]["company"] == "Acme"


# --- one lead


def test_a_rep_is_told_why_in_the_second_person(each_served: Served) -> None:
    lead = each_served.take()
    who = each_served.trial.row(lead).rep or ""
    found = each_served.at(f"rep {who}").get(f"/api/v1/leads/{lead}/decision", params={"as": "rep"}).json()
    assert (found["rep"], found["verdict"], found["why"][:14]) == (who, "chosen", "You: in pool s")
    assert found["why"].startswith("You: in pool sales, on duty")


def test_of_a_colleague_who_is_away_a_rep_hears_no_more_than_that(each_served: Served) -> None:
    each_served.trial.do(away, rep="bob", actor=rep("bob"))
    lead = given(each_served, "ann")
    each_served.trial.do(assign, lead, rep="cy")
    lead = each_served.take()
    holder = each_served.trial.row(lead).rep or ""
    path = f"/api/v1/leads/{lead}/decision"
    record = each_served.at(f"rep {holder}").get(path).json()
    bob = next(each for each in record["candidates"] if each["rep"] == "bob")
    assert bob == {"rep": "bob", "verdict": "excluded", "why": "not available"}
    assert record["inputs"]["lead"] == {}
    asked = each_served.at(f"rep {holder}").get(path, params={"rep": "bob"}).json()
    assert asked == {"rep": "bob", "verdict": "excluded", "why": "not available", "change": []}
    assert each_served.at("manager eve").get(path, params={"rep": "bob"}).json()["why"] == "set away"


def test_what_keeps_everybody_away_is_not_counted_out_to_a_rep(served: Served) -> None:
    lead = given(served, "ann")
    for who in ("ann", "bob", "cy"):
        served.trial.do(away, rep=who, actor=rep(who))
    served.at("rep ann").post(f"/api/v1/leads/{lead}/decline")
    path = f"/api/v1/leads/{lead}/decision"
    assert served.at("rep ann").get(path).json()["because"] == "Waits: nobody can take it now."
    assert "set away" in served.at().get(path).json()["because"]


def test_every_decision_can_be_read(each_served: Served) -> None:
    lead = given(each_served, "ann")
    found = each_served.at().get(f"/api/v1/leads/{lead}/decisions").json()["items"]
    assert [each["trigger"] for each in found][-1] == "by_hand"
    assert [each["superseded_by"] for each in found if "superseded_by" in each] == [found[-1]["id"]] * (len(found) - 1)
    assert each_served.at("rep ann").get(f"/api/v1/leads/{lead}/decisions").json()["items"][0]["inputs"]["lead"] == {}


def test_what_has_happened_is_told_page_by_page(each_served: Served) -> None:
    lead = given(each_served, "cy")
    each_served.trial.do(close, lead, Ending("won"))
    whole = each_served.at().get(f"/api/v1/leads/{lead}/events").json()["items"]
    assert whole[-1]["kind"] == "lead.closed"
    assert (whole[-1]["actor"], whole[-1]["body"]["closing"]) == ("manager eve", "won")
    first = each_served.at().get(f"/api/v1/leads/{lead}/events", params={"limit": 1}).json()
    rest = each_served.at().get(f"/api/v1/leads/{lead}/events", params={"after": first["next"]}).json()
    assert first["items"] + rest["items"] == whole


def test_a_rep_reads_of_an_offer_only_what_is_theirs(each_served: Served) -> None:
    lead = each_served.take(topic="first")
    path = f"/api/v1/leads/{lead}/events"
    assert len(each_served.at().get(path).json()["items"][-1]["body"]["offered"]) > 1
    each_served.at("rep ann").post(f"/api/v1/leads/{lead}/decline", json={"reason": "mine is full"})
    found = each_served.at("rep bob").get(path).json()["items"]
    assert [(each["kind"], each["body"]["offered"]) for each in found] == [("lead.offered", ["bob"])]


def test_a_rep_reads_what_happened_to_their_lead_before_they_had_it(served: Served) -> None:
    lead = given(served, "bob")
    served.trial.do(assign, lead, rep="ann")
    path = f"/api/v1/leads/{lead}/events"
    whole = served.at().get(path).json()["items"]
    about_the_lead = [each for each in whole if each["kind"].startswith("lead.")]
    assert served.at("rep ann").get(path).json()["items"] == about_the_lead != whole


def test_what_people_were_told_is_for_managers(served: Served) -> None:
    lead = given(served, "ann")
    found = served.at("manager eve").get(f"/api/v1/leads/{lead}/messages").json()["items"]
    assert ("assigned", "ann", "waiting") in [(each["kind"], each["to"], each["state"]) for each in found]
    assert served.at("rep ann").get(f"/api/v1/leads/{lead}/messages").status_code == 403


def test_notes_are_for_whoever_holds_the_lead_and_for_managers(served: Served) -> None:
    lead = given(served, "ann")
    served.trial.do(note, lead, "call in March", actor=rep("ann"))
    path = f"/api/v1/leads/{lead}/notes"
    for who in ("rep ann", "manager eve", "admin ada"):
        assert [each["text"] for each in served.at(who).get(path).json()["items"]] == ["call in March"]
    assert served.at("viewer vi").get(path).status_code == 403
    assert served.at("rep bob").get(path).status_code == 404
    served.trial.do(assign, lead, rep="bob")
    assert served.at("rep ann").get(path).status_code == 403


def test_what_is_disputed_stays_between_the_one_and_the_managers(served: Served) -> None:
    lead = given(served, "ann")
    served.at("rep bob").post(f"/api/v1/leads/{lead}/dispute", json={"text": "it was my turn", "decision": "1"})
    path = f"/api/v1/leads/{lead}/notes"
    assert served.at("rep ann").get(path).json() == {"items": []}
    assert [each["kind"] for each in served.at("manager eve").get(path).json()["items"]] == ["dispute"]


@pytest.mark.parametrize("what", ["", "/decision", "/decisions", "/events", "/notes"])
def test_nothing_of_a_lead_is_read_by_those_who_may_not_see_it(served: Served, what: str) -> None:
    lead = given(served, "ann")
    assert served.at("rep bob").get(f"/api/v1/leads/{lead}{what}").status_code == 404
    assert served.at("rep ann").get(f"/api/v1/leads/{lead}{what}").status_code == 200


@pytest.mark.parametrize("path", ["leads?source=%00", "leads?rep=a%00", "inbox?rep=%00", "leads/batch?source=%00"])
def test_a_zero_byte_in_the_address_is_refused_whatever_the_database(each_served: Served, path: str) -> None:
    answer = each_served.at().request("POST" if "batch" in path else "GET", f"/api/v1/{path}")
    assert (answer.status_code, answer.json()["detail"]) == (400, "address: holds a zero byte. Leave it out.")
