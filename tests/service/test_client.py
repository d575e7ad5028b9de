"""`evenhand.client` against the service itself: in this process, or at a port of this machine."""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, Final

import httpx
import pytest

from evenhand.client import ApiError, Client, Lead, Lost
from evenhand.stores.database import Database
from tests.service.calls import LEADS, number_of
from tests.service.entering import BASE
from tests.service.examples import fresh
from tests.service.streaming import at_port
from tests.service.whole import Whole, whole

KIM: Final = {"email": "kim@acme.example", "company": "Acme", "country": "DE"}
Answering = Callable[[httpx.Request], httpx.Response]


@pytest.fixture
def served(tmp_path: Any) -> Iterator[Whole]:
    url, passes = fresh(tmp_path)
    database = Database(url)
    with whole(database, passes) as service:
        yield service
    database.close()


def key_of(served: Whole, who: str = "key") -> str:
    return served.passes.headers[who]["Authorization"].removeprefix("Bearer ")


class Cut(httpx.BaseTransport):
    """The service behind a line that is cut now and then: `before` a request gets there, or `after` it was done."""

    def __init__(self, served: Whole, *wrong: str) -> None:
        self.inner: httpx.BaseTransport = served.client._transport
        self.wrong = list(wrong)
        self.asked: list[str] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(f"{request.method} {request.url.path}")
        wrong = self.wrong.pop(0) if self.wrong else ""
        if wrong.isdecimal():
            return httpx.Response(int(wrong), headers={"Retry-After": "3"}, json={"type": "busy", "title": "Busy"})
        if wrong == "before":
            raise httpx.ConnectError("nobody there")
        answer = self.inner.handle_request(request)
        if wrong == "after":
            raise httpx.ReadError("the line was cut")
        return answer


def client(served: Whole, *wrong: str, who: str = "key", waited: list[float] | None = None) -> Client:
    found = Client(BASE, key_of(served, who), transport=Cut(served, *wrong))
    found.rest = (waited if waited is not None else []).append
    return found


def leads(served: Whole) -> int:
    with served.trial.database.reading(served.trial.desk.workspace) as tx:
        return tx.router().leads


# --- leads in


def test_a_lead_is_taken_and_says_why_it_is_where_it_is(served: Whole) -> None:
    with client(served) as evenhand:
        taken = evenhand.take(KIM)
        assert (taken.lead.state, taken.lead.rep in {"ann", "bob"}, taken.how) == ("assigned", True, "new")
        assert taken.because
        assert evenhand.lead(taken.lead.id).lead == taken.lead


@pytest.mark.parametrize("wrong", ["before", "after", "429", "503", "502"])
def test_a_lead_is_taken_once_however_often_it_is_sent(served: Whole, wrong: str) -> None:
    with client(served, wrong) as evenhand:
        taken = evenhand.take(KIM)
    assert (leads(served), taken.how) == (len(LEADS) + 1, "replayed" if wrong == "after" else "new")


def test_it_waits_for_as_long_as_it_is_asked_to(served: Whole) -> None:
    waited: list[float] = []
    client(served, "429", "503", waited=waited).take(KIM)
    assert len(waited) == 2
    assert all(3 <= each <= 30 for each in waited)


def test_it_gives_up_in_the_end(served: Whole) -> None:
    with pytest.raises(ApiError) as error:
        client(served, *["429"] * 6).take(KIM)
    assert (error.value.status, str(error.value)) == (429, "Busy")


def test_a_lead_can_be_tried_out(served: Whole) -> None:
    taken = client(served).take(KIM, test=True)
    assert (taken.lead.id, taken.lead.state, leads(served)) == ("test", "assigned", len(LEADS))


def test_what_is_wrong_is_told_in_words(served: Whole) -> None:
    with pytest.raises(ApiError) as error:
        client(served, who="key one scope").take(KIM)
    assert (error.value.status, error.value.problem["type"]) == (403, "not-allowed")
    assert "leads:take" in str(error.value)


def test_many_leads_are_taken_in_slices_and_told_in_order(served: Whole) -> None:
    many = [{"email": f"n{number}@acme.example"} for number in range(7)]
    lines = list(client(served, "after", "429").take_many(many, slices=3))
    assert [line.line for line in lines] == [1, 2, 3, 4, 5, 6, 7]
    assert [int(str(line.lead)) for line in lines] == list(range(len(LEADS) + 1, len(LEADS) + 8))
    assert leads(served) == len(LEADS) + 7


def test_one_bad_lead_among_many_harms_no_other(served: Whole) -> None:
    many: list[dict[str, Any]] = [KIM, {"email": {"deep": [1]}, "id": ""}, {"email": "jo@acme.example"}]
    lines = list(client(served).take_many(many, decision="full"))
    assert [isinstance(line.lead, Lead) for line in lines][0::2] == [True, True]
    assert [line.decision["outcome"] for line in lines[:1] if isinstance(line.decision, dict)] == ["assigned"]


# --- looking and doing


def test_leads_come_page_by_page(served: Whole) -> None:
    evenhand = client(served)
    found = [lead.id for lead in evenhand.leads(state="assigned", limit="3")]
    assert len(found) == len(set(found)) > 6


def test_something_is_done_about_a_lead(served: Whole) -> None:
    evenhand = client(served)
    assert evenhand.act(number_of("accept"), "accept", rep="ann").accepted
    assert evenhand.act(number_of("hand over"), "hand_over", to="bob").rep == "bob"
    closed = evenhand.act(number_of("close"), "close", ending="won", amount=5000)
    assert (closed.closing, closed.amount) == ("won", 5000)
    assert evenhand.note(number_of("note"), "Is on holiday.").isdecimal()


def test_what_must_not_be_done_twice_is_not_tried_again(served: Whole) -> None:
    evenhand = client(served, "after")
    with pytest.raises(Lost, match="nobody knows"):
        evenhand.act(number_of("close"), "close", ending="lost")
    assert evenhand.lead(number_of("close")).lead.closing == "lost"


def test_what_never_got_there_is_tried_again(served: Whole) -> None:
    assert client(served, "before", "429").act(number_of("respond"), "respond").responded


def test_anything_can_be_asked(served: Whole) -> None:
    evenhand = client(served, "after")
    assert [pool["name"] for pool in evenhand.pages("pools")] == ["north", "paused", "south", "spare"]
    assert evenhand.ask("DELETE", "policy/drafts/next") is None
    with pytest.raises(ApiError) as error:
        evenhand.ask("GET", "pools/nothing")
    assert error.value.status == 404


# --- events


class Tearing(httpx.HTTPTransport):
    """A line that is cut after every first event."""

    streams = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = super().handle_request(request)
        if not request.url.path.endswith("/events"):
            return answer
        self.streams += 1
        return httpx.Response(answer.status_code, headers=answer.headers, stream=Torn(answer))


class Torn(httpx.SyncByteStream):
    def __init__(self, answer: httpx.Response) -> None:
        self.answer = answer

    def __iter__(self) -> Iterator[bytes]:
        said = b""
        for piece in self.answer.iter_raw():
            said += piece
            if b"data:" in said:
                yield said[: said.index(b"\n\n", said.index(b"data:")) + 2]
                raise httpx.ReadError("the line was cut")

    def close(self) -> None:
        self.answer.close()


def test_events_are_followed_and_none_is_missed_when_the_line_is_cut(loopback: None, served: Whole) -> None:
    line = Tearing()
    with at_port(served) as door:
        evenhand = Client(door.url, key_of(served), transport=line)
        evenhand.rest = lambda _: None
        heard = list(islice(evenhand.events(after=0, kinds="lead.assigned"), 4))
        evenhand.close()
    assert line.streams == 4
    assert [each.lead for each in heard] == ["1", "2", "3", "4"]


def test_a_lead_is_heard_of_when_it_comes(loopback: None, served: Whole) -> None:
    with at_port(served) as door, Client(door.url, key_of(served)) as evenhand:
        last = next(evenhand.events(after=0, lead="1"))
        taken = evenhand.take(KIM)
        heard = next(evenhand.events(after=last.id, kinds="lead.assigned", lead=taken.lead.id))
        assert (heard.lead, heard.body["rep"]) == (taken.lead.id, taken.lead.rep)


def test_who_may_not_listen_hears_why(served: Whole) -> None:
    with pytest.raises(ApiError, match="events:read"):
        next(client(served, who="key one scope").events())
