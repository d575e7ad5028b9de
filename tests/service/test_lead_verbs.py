"""`POST /api/v1/leads/{id}/...`: what the desk can do with a lead, asked for over HTTP."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from evenhand.core.model import HOUR
from tests.service.serving import Served


def post(served: Served, who: str, path: str, **body: Any) -> Any:
    return (
        served.at(who).post(f"/api/v1/leads/{path}", json=body)
        if body
        else served.at(who).post(f"/api/v1/leads/{path}")
    )


def held(served: Served, **fields: Any) -> tuple[int, str]:
    """A lead that somebody holds, and who that is."""
    number = served.take(**fields)
    return number, served.trial.row(number).rep or ""


# --- offers


def test_a_rep_claims_what_is_offered_and_is_answered_with_the_lead(each_served: Served) -> None:
    lead = each_served.take(topic="first", email="jo@acme.com")
    answer = post(each_served, "rep ann", f"{lead}/claim")
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert (found["lead"]["state"], found["lead"]["rep"], found["decision"]["trigger"]) == (
        "assigned",
        "ann",
        "claimed",
    )
    assert found["lead"]["fields"]["email"] == "jo@acme.com"


def test_whoever_comes_too_late_hears_who_was_faster(each_served: Served) -> None:
    lead = each_served.take(topic="first")
    post(each_served, "rep ann", f"{lead}/claim")
    for verb in ("claim", "accept"):
        late = post(each_served, "rep bob", f"{lead}/{verb}")
        assert (late.status_code, late.headers["content-type"]) == (409, "application/problem+json")
        assert late.json()["detail"].startswith(f"lead {lead} was taken by Ann at 2026-11-02T09:00:00")


def test_of_many_who_claim_at_once_exactly_one_has_it(each_served: Served) -> None:
    lead = each_served.take(topic="first")
    people = ["ann", "bob", "cy"] * 4
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda who: post(each_served, f"rep {who}", f"{lead}/claim"), people))
    won = {who for who, answer in zip(people, answers, strict=True) if answer.status_code == 200}
    assert len(won) == 1
    assert {answer.status_code for answer in answers} == {200, 409}


def test_a_manager_claims_for_somebody(served: Served) -> None:
    lead = served.take(topic="first")
    assert post(served, "manager eve", f"{lead}/claim", rep="bob").json()["lead"]["rep"] == "bob"


def test_whoever_is_not_in_the_roster_must_say_for_whom(served: Served) -> None:
    lead = served.take(topic="first")
    answer = post(served, "admin ada", f"{lead}/claim")
    assert (answer.status_code, answer.json()["faults"][0]["where"]) == (400, "rep")


def test_a_rep_speaks_for_nobody_else(served: Served) -> None:
    lead = served.take(topic="first")
    assert post(served, "rep ann", f"{lead}/claim", rep="bob").status_code == 403


def test_accepting_is_noted_once(served: Served) -> None:
    lead, rep = held(served)
    first = post(served, f"rep {rep}", f"{lead}/accept").json()["lead"]["accepted"]
    assert post(served, f"rep {rep}", f"{lead}/accept").json()["lead"]["accepted"] == first == "2026-11-02T09:00:00Z"


def test_a_declined_lead_goes_to_somebody_else_and_is_no_longer_known_to_the_one_who_declined(served: Served) -> None:
    lead, rep = held(served, email="jo@acme.com")
    found = post(served, f"rep {rep}", f"{lead}/decline", reason="not mine").json()
    assert found["lead"]["rep"] not in (rep, None)
    assert "email" not in found["lead"]["fields"]
    assert served.trial.notes(lead) == ["not mine"]


def test_whoever_declines_an_offer_is_told_so_and_sees_the_lead_no_more(served: Served) -> None:
    lead = served.take(topic="first", country="DE")
    answer = post(served, "rep ann", f"{lead}/decline")
    assert (answer.status_code, answer.json()["lead"]["state"], answer.json()["decision"]) == (200, "offered", None)
    assert "fields" not in answer.json()["lead"]
    assert served.at("rep ann").get(f"/api/v1/leads/{lead}").status_code == 404


# --- in somebody's hands


def test_a_lead_is_answered_put_off_and_won(each_served: Served) -> None:
    lead, rep = held(each_served)
    who = f"rep {rep}"
    assert post(each_served, who, f"{lead}/respond").json()["lead"]["state"] == "working"
    assert post(each_served, who, f"{lead}/snooze", until="2h").json()["lead"]["snoozed"] == "2026-11-02T11:00:00Z"
    found = post(each_served, who, f"{lead}/close", ending="won", amount=1200.50, reason="they liked it").json()["lead"]
    assert (found["state"], found["closing"], found["amount"]) == ("closed", "won", 1200.5)


def test_a_touch_may_be_told_afterwards(served: Served) -> None:
    lead, rep = held(served)
    served.trial.now += HOUR // 2
    answer = post(served, f"rep {rep}", f"{lead}/respond", at="2026-11-02T09:20:00Z")
    assert answer.json()["lead"]["responded"] == "2026-11-02T09:20:00Z"


@pytest.mark.parametrize(
    ("path", "body", "status", "said"),
    [
        ("respond", {"at": "yesterday-ish"}, 400, "at"),
        ("respond", {"at": "2026-11-03T09:00Z"}, 400, "is yet to come"),
        ("snooze", {"until": "2h"}, 409, "can snooze only while"),
        ("snooze", {}, 400, "Validation failed"),
        ("close", {"ending": "lost", "amount": 3}, 400, "has brought nothing"),
        ("close", {"ending": "gone"}, 400, "Validation failed"),
        ("close", {"ending": "won", "amuont": 3}, 400, "Validation failed"),
        ("close", {"ending": "won", "amount": "lots"}, 400, "Validation failed"),
        ("notes", {"text": " "}, 400, "there are no words"),
        ("restore", {}, 403, "a rep may not"),
        ("merge", {"into": "1"}, 403, "a rep may not"),
        ("hand-over", {"to": "nobody"}, 404, "nobody"),
    ],
)
def test_what_cannot_be_done_is_refused_with_the_reason(
    served: Served, path: str, body: dict[str, Any], status: int, said: str
) -> None:
    served.take()
    lead, rep = held(served)
    answer = served.at(f"rep {rep}").post(f"/api/v1/leads/{lead}/{path}", json=body)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), answer.text
    assert said in answer.text


def test_words_are_kept_with_the_lead(served: Served) -> None:
    lead, rep = held(served)
    answer = post(served, f"rep {rep}", f"{lead}/notes", text="call in March")
    assert (answer.status_code, served.trial.notes(lead)) == (201, ["call in March"])
    assert answer.json()["note"].isdecimal()


def test_a_lead_is_brought_back(served: Served) -> None:
    lead = served.take(topic="spam")
    assert post(served, "manager eve", f"{lead}/restore").json()["lead"]["state"] == "assigned"


# --- by hand


def test_a_manager_gives_a_lead_to_somebody(each_served: Served) -> None:
    lead, rep = held(each_served)
    other = next(each for each in ("ann", "bob", "cy") if each != rep)
    found = post(each_served, "manager eve", f"{lead}/reassign", to=other).json()
    assert (found["lead"]["rep"], found["decision"]["trigger"]) == (other, "by_hand")
    assert f"taken away {rep}" in each_served.trial.told(lead)


def test_a_manager_has_the_policy_decide_anew(served: Served) -> None:
    lead, _ = held(served)
    assert post(served, "manager eve", f"{lead}/reassign").json()["decision"]["trigger"] == "rerouted"


def test_what_is_being_worked_on_is_only_taken_away_if_somebody_insists(served: Served) -> None:
    for path in ("reassign", "take-away"):
        lead, rep = held(served)
        post(served, f"rep {rep}", f"{lead}/respond")
        refused = post(served, "manager eve", f"{lead}/{path}")
        assert (refused.status_code, "is being worked on" in refused.json()["detail"]) == (409, True)
        assert post(served, "manager eve", f"{lead}/{path}", even_if_answered=True).status_code == 200


def test_a_lead_that_is_taken_away_does_not_come_back_to_the_same_person(served: Served) -> None:
    lead, rep = held(served)
    found = post(served, "manager eve", f"{lead}/take-away").json()
    assert found["lead"]["rep"] not in (rep, None)
    assert post(served, f"rep {rep}", f"{lead}/take-away").status_code == 403


def test_what_nobody_holds_cannot_be_taken_away(served: Served) -> None:
    lead = served.take(topic="desk")
    answer = post(served, "manager eve", f"{lead}/take-away")
    assert (answer.status_code, "there is nobody to take it away from" in answer.json()["detail"]) == (409, True)


def test_a_manager_offers_a_lead_to_people_of_their_choice(served: Served) -> None:
    lead, _ = held(served)
    found = post(served, "manager eve", f"{lead}/offer", to=["ann", "cy"]).json()
    assert (found["lead"]["state"], found["lead"]["offered"]) == ("offered", ["ann", "cy"])


def test_a_rep_hands_their_lead_on(served: Served) -> None:
    lead, rep = held(served)
    other = next(each for each in ("ann", "bob", "cy") if each != rep)
    assert post(served, f"rep {rep}", f"{lead}/hand-over", to=other).json()["lead"]["rep"] == other


# --- persons


def test_two_leads_become_one_and_two_again(each_served: Served) -> None:
    first, second = each_served.take(), each_served.take()
    merged = post(each_served, "manager eve", f"{second}/merge", into=str(first)).json()["lead"]
    assert (merged["state"], merged["merged_into"]) == ("merged", str(first))
    assert post(each_served, "manager eve", f"{second}/unmerge").json()["lead"]["state"] == "assigned"


@pytest.mark.parametrize("into", ["", "x", "-1", "1.5", "9" * 40])
def test_a_number_that_is_none_is_refused(served: Served, into: str) -> None:
    lead = served.take()
    answer = post(served, "manager eve", f"{lead}/merge", into=into)
    assert (answer.status_code, answer.json()["faults"][0]["where"]) == (400, "into")


def test_a_person_is_erased(each_served: Served) -> None:
    lead = each_served.take(email="jo@acme.com")
    path = f"/api/v1/leads/{lead}/person"
    assert each_served.at().delete(path).status_code == 409
    answer = each_served.at().delete(path, params={"even_if_open": "true"})
    assert (answer.status_code, answer.json()) == (200, {"erased": [str(lead)]})
    assert "email" not in each_served.at().get(f"/api/v1/leads/{lead}").json()["lead"]["fields"]
    assert each_served.at().delete(path).json() == {"erased": []}


def test_only_an_admin_erases(served: Served) -> None:
    lead = served.take()
    for who in ("rep ann", "manager eve", "viewer vi"):
        assert served.at(who).delete(f"/api/v1/leads/{lead}/person").status_code == 403


def test_whoever_lost_out_disputes_the_decision_although_they_do_not_see_the_lead(served: Served) -> None:
    lead, rep = held(served)
    other = next(each for each in ("ann", "bob", "cy") if each != rep)
    answer = post(served, f"rep {other}", f"{lead}/dispute", text="I was first")
    assert (answer.status_code, answer.json()["decision"]) == (201, f"{lead}.{served.trial.row(lead).decision}")
    again = post(served, f"rep {other}", f"{lead}/dispute", text="I was first", decision=f"{lead}.1")
    assert again.status_code == 409


def test_who_had_no_part_in_a_decision_hears_nothing_of_it(served: Served) -> None:
    lead, _ = held(served)
    assert post(served, "rep eve", f"{lead}/dispute", text="why").status_code == 404
    assert post(served, "rep eve", f"{lead}/dispute", text="why", decision="999").status_code == 404
    assert post(served, "rep ann", f"{lead}/dispute", text="why", decision="x").status_code == 400


# --- who may, and on which version


def test_a_lead_that_one_may_not_see_is_not_there(served: Served) -> None:
    lead, rep = held(served)
    other = next(each for each in ("ann", "bob", "cy") if each != rep)
    for path, body in (("accept", {}), ("respond", {}), ("close", {"ending": "lost"}), ("notes", {"text": "x"})):
        answer = post(served, f"rep {other}", f"{lead}/{path}", **body)
        assert (answer.status_code, answer.json()["detail"]) == (404, f"there is no lead {lead}.")


def test_who_held_it_before_sees_it_but_does_nothing_with_it(served: Served) -> None:
    lead, rep = held(served)
    post(served, f"rep {rep}", f"{lead}/decline")
    assert served.at(f"rep {rep}").get(f"/api/v1/leads/{lead}").status_code == 200
    assert post(served, f"rep {rep}", f"{lead}/respond").status_code == 403


def test_a_viewer_does_nothing(served: Served) -> None:
    lead = served.take()
    for path in ("accept", "claim", "decline", "respond", "restore", "reassign", "take-away", "unmerge"):
        assert post(served, "viewer vi", f"{lead}/{path}").status_code == 403


def test_nothing_is_done_to_a_lead_that_has_moved_on_since_it_was_seen(each_served: Served) -> None:
    lead, rep = held(each_served)
    who = each_served.at(f"rep {rep}")
    seen = {"If-Match": who.get(f"/api/v1/leads/{lead}").headers["etag"]}
    answered = who.post(f"/api/v1/leads/{lead}/respond", headers=seen)
    assert answered.headers["etag"] != seen["If-Match"]
    late = who.post(f"/api/v1/leads/{lead}/close", json={"ending": "lost"}, headers=seen)
    assert (late.status_code, late.json()["type"]) == (412, "overtaken")
    current = {"If-Match": f'"other", {answered.headers["etag"]}'}
    assert who.post(f"/api/v1/leads/{lead}/close", json={"ending": "lost"}, headers=current).status_code == 200


@pytest.mark.parametrize("lead", ["0", "-1", "77", "9" * 40])
def test_a_lead_that_is_not_there_is_not_found(served: Served, lead: str) -> None:
    for path in ("restore", "reassign", "respond"):
        assert post(served, "manager eve", f"{lead}/{path}").status_code == 404
    assert served.at().get(f"/api/v1/leads/{lead}").status_code == 404
    assert served.at().get(f"/api/v1/leads/{lead}/events").status_code == 404
