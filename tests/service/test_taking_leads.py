"""`POST /api/v1/leads`: a lead comes in, and its decision goes back."""

import pytest

from tests.service.serving import Served

LEAD = {"email": "Jo.Doe@Acme.com", "company": "Acme", "topic": "pricing"}

RED = """
name = "New"
[fields.colour]
type = "text"
[[rule]]
name = "Red"
when = 'colour == "red"'
who = ["rep eve"]
"""


def test_a_lead_is_answered_with_its_decision(each_served: Served) -> None:
    answer = each_served.at("key website admin").post("/api/v1/leads", json=LEAD)
    assert answer.status_code == 201
    found = answer.json()
    assert (found["lead"]["id"], found["lead"]["state"], found["how"]) == ("1", "assigned", "new")
    assert found["decision"]["rep"] == found["lead"]["rep"]
    assert found["decision"]["because"].startswith(f"{found['lead']['rep'].title()}: in pool sales, on duty")
    assert found["lead"]["fields"]["domain"] == "acme.com"


def test_the_answer_to_a_new_lead_is_what_can_be_read_of_it_later(each_served: Served) -> None:
    answer = each_served.at().post("/api/v1/leads", json=LEAD).json()
    later = each_served.at().get("/api/v1/leads/1").json()
    assert (later["lead"], later["decision"]) == (answer["lead"], answer["decision"])
    assert each_served.at().get("/api/v1/leads/1/decision").json() == answer["decision"]


def test_a_retry_with_the_same_key_gives_the_first_answer(served: Served) -> None:
    keyed = {"Idempotency-Key": "k1"}
    first = served.at().post("/api/v1/leads", json=LEAD, headers=keyed)
    again = served.at().post("/api/v1/leads", json=LEAD, headers=keyed)
    assert (again.status_code, again.headers["Idempotency-Replayed"]) == (200, "true")
    assert again.json()["decision"] == first.json()["decision"]


def test_a_key_that_was_used_for_another_lead_is_refused(served: Served) -> None:
    keyed = {"Idempotency-Key": "k1"}
    served.at().post("/api/v1/leads", json=LEAD, headers=keyed)
    answer = served.at().post("/api/v1/leads", json={**LEAD, "company": "Other"}, headers=keyed)
    assert (answer.status_code, answer.headers["content-type"]) == (409, "application/problem+json")
    assert "this idempotency key was used before for another lead (1)" in answer.json()["detail"]


def test_the_same_id_from_the_same_source_is_a_touch_on_the_lead_there_is(served: Served) -> None:
    served.take(id="7", source="web", email="jo@acme.com")
    answer = served.at().post("/api/v1/leads", json={"id": "7", "source": "web", "email": "jo2@acme.com"})
    assert (answer.status_code, answer.json()["how"], answer.json()["lead"]["id"]) == (200, "touched", "1")


def test_who_does_not_want_to_wait_is_told_the_number(served: Served) -> None:
    for given in ({"params": {"wait": "false"}}, {"headers": {"Prefer": "respond-async"}}):
        answer = served.at().post("/api/v1/leads", json=LEAD, **given)
        assert (answer.status_code, set(answer.json())) == (202, {"lead", "decision"})


def test_a_test_lead_leaves_nothing_behind(served: Served) -> None:
    answer = served.at().post("/api/v1/leads", json=LEAD, params={"test": "true"})
    assert (answer.status_code, answer.json()["test"], answer.json()["decision"]["lead"]) == (200, True, "test")
    assert served.at().get("/api/v1/leads/1").status_code == 404


def test_what_could_not_be_read_is_said_and_the_lead_goes_on(served: Served) -> None:
    answer = served.at().post("/api/v1/leads", json={**LEAD, "employees": "many", "colour": "red"}).json()
    assert answer["dirty"] == ["employees 'many': not a number; write it in digits, such as 1200"]
    assert answer["unread"] == ["colour"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "not JSON"),
        (b"[1]", "not a JSON object"),
        (b'{"a": ', "not JSON: Input data was truncated"),
        (b'{"company": "\xff"}', "is not UTF-8 text"),
        (b'{"company": "a\\u0000b"}', "holds a zero byte"),
        (b'{"received": "yesterday-ish"}', "not a time"),
        (b'{"received": "2099-01-01"}', "more than a day after"),
        (b'{"a":' * 2000 + b"1" + b"}" * 2000, "nested too deeply"),
    ],
)
def test_a_body_that_is_no_lead_is_refused_with_what_is_wrong(served: Served, body: bytes, said: str) -> None:
    answer = served.at().post("/api/v1/leads", content=body)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert said in answer.json()["detail"]
    assert answer.json()["faults"]


def test_a_lead_that_was_read_while_the_policy_changed_is_read_again(served: Served) -> None:
    served.trial.publish(policy=RED)
    answer = served.at().post("/api/v1/leads", json={**LEAD, "colour": "red"}).json()
    assert (answer["decision"]["rule"], answer["lead"]["rep"]) == ("Red", "eve")


def test_nobody_comes_in_without_saying_who_they_are(served: Served) -> None:
    answer = served.client.post("/api/v1/leads", json=LEAD)
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, 'Bearer realm="evenhand"')


def test_a_viewer_brings_no_leads(served: Served) -> None:
    answer = served.at("viewer vi").post("/api/v1/leads", json=LEAD)
    assert (answer.status_code, answer.json()["type"]) == (403, "not-allowed")
