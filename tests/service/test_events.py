"""`GET /api/v1/events`: who hears what, as it happens, at a real port."""

from collections.abc import Iterator

import pytest

from evenhand.actions.byhand import assign
from evenhand.actions.disputes import dispute
from evenhand.actions.notes import note
from evenhand.actions.offers import claim, decline
from evenhand.actions.presence import away, pause
from evenhand.errors import NotSignedIn
from evenhand.service import following as follower
from evenhand.service import stream as streams
from evenhand.service.following import Follower
from evenhand.service.guests import Guest
from tests.desk import rep
from tests.service.serving import Believing, Served
from tests.service.streaming import Door, asked, at_port, following
from tests.workers.waiting import until

LEAD = "kim@firm.example"


@pytest.fixture
def door(each_served: Served, loopback: None) -> Iterator[Door]:
    with at_port(each_served) as opened:
        yield opened


@pytest.fixture
def one_door(served: Served, loopback: None) -> Iterator[Door]:
    with at_port(served) as opened:
        yield opened


def streams_of(door: Door) -> int:
    return sum(room.follower.streams for room in door.house.rooms.values())


def test_what_happens_is_told_as_it_happens(each_served: Served, door: Door) -> None:
    with following(door.url, "admin ada") as heard:
        lead = each_served.take(email=LEAD)
        found = heard.next()
    assert found is not None
    assert (found.kind, found.data["lead"], found.data["actor"]) == ("lead.assigned", str(lead), "key website")
    assert found.data["body"]["rep"] == each_served.trial.row(lead).rep
    assert (found.data["id"], found.data["kind"], LEAD in str(found.data)) == (str(found.id), found.kind, False)


def test_the_stream_is_one_that_proxies_and_browsers_take(one_door: Door) -> None:
    with asked(one_door.url, "admin ada") as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        assert (response.headers["cache-control"], response.headers["x-accel-buffering"]) == ("no-store", "no")
        assert response.headers["content-encoding"] is None


def test_whoever_comes_back_is_told_what_they_have_missed(each_served: Served, door: Door) -> None:
    with following(door.url, "admin ada") as heard:
        each_served.take(email=LEAD)
        last = heard.next()
    assert last is not None
    lead = each_served.take()
    for given in ({"after": last.id}, {"headers": {"Last-Event-ID": str(last.id)}, "after": 1}):
        with following(door.url, "admin ada", **given) as heard:
            found = heard.next()
            assert found is not None
            assert (found.id, found.data["lead"]) == (last.id + 1, str(lead))


def test_a_number_that_there_is_not_yet_means_from_now_on(served: Served, one_door: Door) -> None:
    with following(one_door.url, "admin ada", after=10**12) as heard:
        lead = served.take()
        found = heard.next()
    assert found is not None
    assert found.data["lead"] == str(lead)


def test_kinds_and_a_lead_leave_out_the_rest(served: Served, one_door: Door) -> None:
    first, second = served.trial.come(2)
    served.trial.do(away, rep="ann")
    served.trial.do(note, second, "calls back")
    with following(one_door.url, "admin ada", after=0, kinds="rep.*,lead.noted") as heard:
        assert [each.kind for each in heard.several(2)] == ["rep.away", "lead.noted"]
    with following(one_door.url, "admin ada", after=0, lead=first) as heard:
        served.trial.do(note, first, "does not")
        assert [each.kind for each in heard.several(2)] == ["lead.assigned", "lead.noted"]


@pytest.mark.parametrize(
    ("params", "where"), [({"kinds": "lead.asigned"}, "kinds"), ({"after": "x"}, "after"), ({"lead": "-1"}, "lead")]
)
def test_what_cannot_be_followed_is_refused(one_door: Door, params: dict[str, str], where: str) -> None:
    with asked(one_door.url, "admin ada", headers={}, **params) as response:
        assert response.status == 400
        assert where in response.read().decode()


def test_a_rep_hears_of_their_own_leads_and_of_themselves_only(served: Served, one_door: Door) -> None:
    trial = served.trial
    with following(one_door.url, "rep ann", after=0) as heard:
        mine, theirs = sorted(trial.come(2), key=lambda lead: trial.row(lead).rep != "ann")
        trial.do(note, theirs, "calls back")
        trial.do(away, rep="bob")
        trial.do(pause, subject="rep cy")
        trial.do(dispute, trial.row(theirs).decision, rep="bob", text="it was my turn")
        trial.do(assign, mine, rep="cy")
        trial.do(note, mine, "moved")
        trial.do(pause, subject="everything")
        trial.do(away, rep="ann")
        found = heard.several(6)
    said = [(each.kind, each.data["body"].get("rep")) for each in found]
    assert said[0] == ("lead.assigned", "ann")
    assert said[-5:] == [
        ("pool.refund", "ann"),
        ("lead.assigned", "cy"),
        ("lead.noted", None),
        ("paused", None),
        ("rep.away", "ann"),
    ]


def test_an_offer_names_to_a_rep_nobody_else_and_is_gone_at_once(served: Served, one_door: Door) -> None:
    trial = served.trial
    with following(one_door.url, "rep ann") as ann, following(one_door.url, "rep cy") as cy:
        lead = trial.comes(topic="first")
        trial.do(decline, lead, rep="bob", actor=rep("bob"))
        trial.do(claim, lead, rep="cy", actor=rep("cy"))
        told, gone = ann.several(2)
        assert [each.kind for each in cy.several(2)] == ["lead.offered", "lead.assigned"]
    assert (told.kind, told.data["body"]["offered"]) == ("lead.offered", ["ann"])
    assert (gone.kind, gone.data["actor"], gone.data["body"], gone.data["lead"]) == ("offer.gone", "", {}, str(lead))


def test_a_manager_hears_of_their_people(served: Served, one_door: Door) -> None:
    trial = served.trial
    trial.publish(roster=SPLIT)
    with following(one_door.url, "manager eve") as heard:
        trial.do(away, rep="dan")
        trial.do(away, rep="ann")
        found = heard.next()
    assert found is not None
    assert found.data["body"] == {"rep": "ann"}


SPLIT = """
[[person]]
id = "ann"
[[person]]
id = "dan"
[[person]]
id = "eve"
[[pool]]
name = "sales"
members = ["ann"]
manager = "eve"
[[pool]]
name = "others"
members = ["dan"]
"""


def test_who_may_not_see_users_hears_nothing_of_them(served: Served, one_door: Door) -> None:
    from_now = served.at("admin ada").post("/api/v1/webhooks", json={"url": "https://1.1.1.1/x"})
    assert from_now.status_code == 201, from_now.text
    served.trial.do(away, rep="ann")
    with following(one_door.url, "viewer vi", after=0, kinds="webhook.*,rep.*") as heard:
        found = heard.next()
    assert found is not None
    assert found.kind == "rep.away"


def test_who_is_sent_away_hears_nothing_more(served: Served, one_door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "CHECK", 0.05)

    async def refuse(*_: object) -> Guest | None:
        raise NotSignedIn("the key has been revoked.")

    with following(one_door.url, "admin ada") as heard:
        monkeypatch.setattr(Believing, "admit", refuse)
        assert heard.next() is None
    until(lambda: streams_of(one_door) == 0, "the stream is forgotten")


def test_silence_is_broken_now_and_then(one_door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "BEAT", 0.05)
    with following(one_door.url, "admin ada") as heard:
        assert heard.response.readline() == b": still here\n"
        assert streams.SOONEST <= heard.retry <= streams.LATEST


def test_who_hangs_up_is_forgotten(served: Served, one_door: Door) -> None:
    with following(one_door.url, "admin ada"), following(one_door.url, "rep ann"):
        assert streams_of(one_door) == 2
    served.take()
    until(lambda: streams_of(one_door) == 0, "both are forgotten")


def test_too_many_streams_are_refused(one_door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follower, "EACH", 1)
    with following(one_door.url, "admin ada"), asked(one_door.url, "admin ada") as response:
        assert (response.status, response.headers["retry-after"]) == (429, "1")
        monkeypatch.setattr(follower, "MOST", 1)
        with asked(one_door.url, "admin eva") as other:
            assert other.status == 429


def test_streams_end_when_the_service_stops(one_door: Door) -> None:
    with following(one_door.url, "admin ada") as heard:
        one_door.stop()
        assert heard.next() is None
    assert not one_door.thread.is_alive()


def test_a_reader_who_does_not_read_holds_up_nobody(served: Served, one_door: Door) -> None:
    with following(one_door.url, "admin idle", after=0), following(one_door.url, "admin ada") as heard:
        for _ in range(20):
            served.trial.come(100)
        assert len(heard.several(2000)) == 2000
    kept = next(iter(one_door.house.rooms.values())).follower
    assert isinstance(kept, Follower)
    assert len(kept._ring) < 2 * follower.KEPT
