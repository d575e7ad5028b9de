"""`POST /api/v1/leads/batch`: many leads in one request, a line in and a line out."""

import asyncio
import gzip
import http.client
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest

from evenhand.actions.actor import Actor
from evenhand.actions.callers import Caller
from evenhand.actions.roles import SCOPES
from evenhand.service import batch
from evenhand.service.batch import Batch, Given
from evenhand.service.ndjson import Plain
from tests.desk import POLICY
from tests.service.serving import WHO, Served
from tests.service.streaming import PATIENCE, at_port


def sent(served: Served, body: Any, *, who: str = "key website admin", **given: Any) -> list[dict[str, Any]]:
    answer = served.at(who).post("/api/v1/leads/batch", content=body, **given)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/x-ndjson"), answer.text
    return [json.loads(line) for line in answer.text.splitlines()]


def lines(*leads: Any) -> bytes:
    return b"".join(json.dumps(lead).encode() + b"\n" for lead in leads)


def test_every_line_is_answered_in_order_with_what_became_of_it(each_served: Served) -> None:
    found = sent(each_served, lines({"topic": "first"}, {"topic": "spam"}, {"company": "Acme"}))
    assert [(each["line"], each["lead"], each["state"], each["how"]) for each in found] == [
        (1, "1", "offered", "new"),
        (2, "2", "rejected", "new"),
        (3, "3", "assigned", "new"),
    ]
    assert found[2]["decision"] == "3.3"
    assert found[2]["rep"] == each_served.trial.row(3).rep


def test_many_slices_are_answered_without_one_missing(each_served: Served) -> None:
    count = 3 * batch.SLICE + 7
    found = sent(each_served, lines(*[{"id": str(n), "source": "web"} for n in range(count)]))
    assert [each["line"] for each in found] == [*range(1, count + 1)]
    assert [int(each["lead"]) for each in found] == [*range(1, count + 1)]


def test_a_line_that_is_no_lead_is_answered_with_what_is_wrong_and_the_others_go_on(served: Served) -> None:
    body = (
        b'\xef\xbb\xbf{"topic":"first"}\r\n\n  \n{"x\n[1]\n{"received":"2099-01-01"}\n{"a":"\xff"}\n{"topic":"first"}'
    )
    found = sent(served, body)
    assert [each["line"] for each in found] == [1, 4, 5, 6, 7, 8]
    assert [each.get("lead") for each in found] == ["1", None, None, None, None, "2"]
    assert {each["error"]["status"] for each in found if "error" in each} == {422}


def test_a_line_that_is_too_long_fails_alone(served: Served) -> None:
    found = sent(served, lines({"company": "a"}, {"company": "x" * 70_000}, {"company": "b"}))
    assert [each.get("lead") for each in found] == ["1", None, "2"]
    assert "longer than 64 KiB" in found[1]["error"]["detail"]


@pytest.mark.parametrize("body", [b"", b"\n\n", b"\xef\xbb\xbf"])
def test_nothing_in_nothing_out(served: Served, body: bytes) -> None:
    assert sent(served, body) == []


def test_as_much_is_told_as_is_asked_for(each_served: Served) -> None:
    whole = sent(each_served, lines({"email": "jo@acme.com"}), params={"decision": "full"})[0]
    assert (whole["lead"]["id"], whole["decision"]["id"], whole["lead"]["fields"]["email"]) == (
        "1",
        "1.1",
        "jo@acme.com",
    )
    assert whole["decision"] == each_served.at().get("/api/v1/leads/1/decision").json()
    assert sent(each_served, lines({"a": 1}), params={"decision": "none"}) == [{"line": 1, "lead": "2", "how": "new"}]
    assert each_served.at().post("/api/v1/leads/batch", params={"decision": "some"}).status_code == 400


def test_what_was_not_understood_is_told_on_its_line(served: Served) -> None:
    found = sent(served, lines({"colour": "red", "employees": "many"}))[0]
    assert found["unread"] == ["colour"]
    assert found["dirty"] == ["employees 'many': not a number; write it in digits, such as 1200"]


def test_sending_it_again_takes_nothing_twice(each_served: Served) -> None:
    body, keyed = lines({"company": "Acme"}, {"company": "Acme"}), {"Idempotency-Key": "night"}
    first, again = sent(each_served, body, headers=keyed), sent(each_served, body, headers=keyed)
    assert [each["lead"] for each in first] == [each["lead"] for each in again] == ["1", "2"]
    assert [each["how"] for each in again] == ["replayed", "replayed"]
    assert [{**each, "how": "new"} for each in again] == first
    assert sent(each_served, lines({"company": "Other"}), headers=keyed)[0]["error"]["status"] == 409


def test_a_request_with_a_key_like_a_source_swallows_none_of_its_leads(served: Served) -> None:
    sent(served, lines({"company": "Acme"}), headers={"Idempotency-Key": "web"})
    answer = served.at().post("/api/v1/leads", json={"id": "1", "source": "web", "company": "Other"})
    assert (answer.status_code, answer.json()["how"]) == (201, "new")


def test_the_same_lead_twice_in_one_batch_is_one_lead(each_served: Served) -> None:
    lead = {"id": "7", "source": "web"}
    found = sent(each_served, lines(lead, lead, {**lead, "company": "Acme"}))
    assert [(each["lead"], each["how"]) for each in found] == [("1", "new"), ("1", "replayed"), ("1", "touched")]


def test_leads_come_from_where_they_say_or_the_request_says(served: Served) -> None:
    sent(served, lines({"source": "web"}, {"company": "a"}), params={"source": "fair"})
    assert [served.trial.row(n).source for n in (1, 2)] == ["web", "fair"]


def test_it_may_be_packed(served: Served) -> None:
    packed = {"Content-Encoding": "gzip"}
    assert len(sent(served, gzip.compress(lines(*[{"topic": "x"}] * 300)), headers=packed)) == 300
    cut_off = sent(served, gzip.compress(lines({"topic": "x"}))[:-4], headers=packed)
    assert (cut_off[0]["how"], "ends in the middle" in cut_off[1]["error"]["detail"]) == ("new", True)
    assert "is not gzip" in sent(served, b"{}", headers=packed)[0]["error"]["detail"]
    unknown = served.at().post("/api/v1/leads/batch", content=b"{}", headers={"Content-Encoding": "br"})
    assert (unknown.status_code, unknown.json()["faults"][0]["where"]) == (400, "Content-Encoding")


def test_the_answer_is_not_held_back_to_be_packed(served: Served) -> None:
    answer = served.at().post(
        "/api/v1/leads/batch", content=lines(*[{"a": 1}] * 99), headers={"Accept-Encoding": "gzip"}
    )
    assert "content-encoding" not in answer.headers


def test_what_was_read_by_a_policy_that_is_no_more_is_read_again(each_served: Served) -> None:
    each_served.trial.publish(policy=POLICY.replace('"All"', '"Everything"'))
    found = sent(each_served, lines({"company": "a"}, {"company": "b"}), params={"decision": "full"})
    assert [each["decision"]["rule"] for each in found] == ["Everything", "Everything"]


def test_forms_of_a_body_that_is_larger_than_others_may_be_are_taken(served: Served) -> None:
    assert len(sent(served, lines(*[{"company": "x" * 2000}] * 700))) == 700


@pytest.mark.parametrize("who", ["rep ann", "viewer vi"])
def test_who_may_not_bring_leads_is_refused_before_anything_is_read(served: Served, who: str) -> None:
    assert served.at(who).post("/api/v1/leads/batch", content=lines({"a": 1})).status_code == 403


# --- a client that misbehaves


class Client:
    """Both ends of a request, in the framework's own terms; when nothing is left to be sent, the client has gone."""

    def __init__(self, *messages: dict[str, Any]) -> None:
        self.messages = iter(messages)
        self.heard = b""

    async def receive(self) -> Any:
        return next(self.messages, {"type": "http.disconnect"})

    async def silence(self) -> Any:
        await asyncio.Event().wait()

    async def send(self, message: Any) -> None:
        self.heard += message.get("body", b"")


def asked(body: bytes, *, more: bool) -> dict[str, Any]:
    return {"type": "http.request", "body": body, "more_body": more}


def batch_of(served: Served) -> Batch:
    actor = Actor("key", "website", "admin")
    caller = Caller(workspace=1, actor=actor, role="admin", scopes=frozenset(SCOPES))
    return Batch(served.house.rooms[1], Given(caller), Plain())


def test_what_was_taken_before_the_client_hung_up_stays_and_half_a_line_is_no_lead(each_served: Served) -> None:
    client = Client(asked(lines({"id": "1", "source": "w"}) + b'{"id": "2"', more=True))
    asyncio.run(batch_of(each_served).run(client.receive, client.send))
    found = sent(each_served, lines({"id": "1", "source": "w"}, {"id": "3", "source": "w"}))
    assert [(each["lead"], each["how"]) for each in found] == [("1", "replayed"), ("2", "new")]


def test_a_client_that_says_nothing_is_given_up(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "IDLE", 0.01)
    client = Client()
    asyncio.run(batch_of(served).run(client.silence, client.send))
    assert client.heard == b""


def test_a_full_committer_is_asked_again(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(served.house.rooms[1].committer, "_longest", 1)
    monkeypatch.setattr(batch, "AGAIN", 0.001)
    assert [each["how"] for each in sent(served, lines(*[{"a": n} for n in range(40)]))] == ["new"] * 40


def test_while_the_desk_is_being_closed_no_line_is_taken_and_each_is_told(served: Served) -> None:
    served.house.rooms[1].committer.close()
    assert [each["error"]["status"] for each in sent(served, lines({"a": 1}, {"a": 2}))] == [503, 503]


# --- at a port


@contextmanager
def opened_batch(url: str) -> Iterator[Any]:
    """A connection on which a batch has begun; its pieces are sent one by one."""
    line = http.client.HTTPConnection(urlsplit(url).netloc, timeout=PATIENCE)
    try:
        line.putrequest("POST", "/api/v1/leads/batch")
        for name, value in ((WHO, "admin ada"), ("in", "main"), ("Transfer-Encoding", "chunked")):
            line.putheader(name, value)
        line.endheaders()
        yield line
    finally:
        line.close()


def piece(line: Any, body: bytes) -> None:
    line.send(f"{len(body):x}\r\n".encode() + body + b"\r\n")


@pytest.mark.usefixtures("loopback")
def test_a_line_is_answered_before_the_next_one_is_sent(served: Served) -> None:
    with at_port(served) as door, opened_batch(door.url) as line:
        piece(line, lines({"company": "a"}))
        answer = line.getresponse()
        assert json.loads(answer.readline())["lead"] == "1"
        piece(line, lines({"company": "b"}))
        assert json.loads(answer.readline())["lead"] == "2"
        piece(line, b"")
        assert answer.read() == b""


@pytest.mark.usefixtures("loopback")
def test_whoever_reads_only_after_sending_everything_is_served_all_the_same(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evenhand.service.spool.MEMORY", 1000)
    count = 3000
    bad = b"[" * 1500 + b"\n"
    with at_port(served) as door, opened_batch(door.url) as line:
        for _ in range(count):
            piece(line, bad)
        piece(line, b"")
        found = line.getresponse().read().splitlines()
    assert [json.loads(each)["line"] for each in found] == [*range(1, count + 1)]
