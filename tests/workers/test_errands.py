"""Errands: what a webhook only names is fetched from its sender, however long that takes, and taken once."""

import json
from collections.abc import Iterator
from ipaddress import ip_network
from typing import Any, NoReturn

import pytest

from evenhand.actions.errands import KEPT, bring, errands_of, fetch_of, from_source, send_for, try_again
from evenhand.actions.sources import Change, NewSource, add_source, change_source, switch_source
from evenhand.app.kinds import KINDS
from evenhand.core.model import DAY, HOUR
from evenhand.errors import Conflict, NotFound
from evenhand.integrations.guard import Guard
from evenhand.integrations.hooks.model import Fetch, Request
from evenhand.ports.house import ErrandRow
from evenhand.workers.errands import MOST, TRIES, Errands, by_http
from evenhand.workers.lapsed import Lapsed
from tests.desk import Trial, rep
from tests.integrations import conftest
from tests.integrations.hooks.payloads import HUBSPOT_CONTACT, META_LEAD, SECRET
from tests.integrations.receiver import Receiver, Says, receiving

FETCH = Fetch(key="123123123123", kind="lead", ids={"lead": "123123123123"})
SECRETS = dict.fromkeys(("app_secret", "verify_token", "access_token"), SECRET)


loopback = conftest.loopback


@pytest.fixture
def vendor(loopback: None) -> Iterator[Receiver]:
    with receiving() as receiver:
        receiver.says = Says(body=json.dumps(META_LEAD).encode())
        yield receiver


def worker(trial: Trial, *, allow: str = "127.0.0.0/8") -> Errands:
    ask = by_http(lambda: trial.now, Guard([ip_network(allow)]))
    return Errands(trial.desk, chance=lambda: 0.999, log=silent, ask=ask)


def silent(event: str, **facts: object) -> None:
    """Say nothing."""


def dies(_request: Request) -> NoReturn:
    raise SystemExit


def asked(trial: Trial, vendor: Receiver, *fetches: Fetch) -> Errands:
    """A source whose sender is the vendor, and errands there."""
    settings = json.dumps({"api": vendor.url("")}).encode()
    trial.do(add_source, NewSource(name="meta", kind="meta", settings=settings, secrets=SECRETS), kinds=KINDS)
    for fetch in fetches or (FETCH,):
        assert trial.do(send_for, fetch, "meta", actor=from_source("meta"))
    return worker(trial)


def kept(trial: Trial) -> list[ErrandRow]:
    return list(errands_of(trial.desk, "meta", limit=100))[::-1]


def happened(trial: Trial) -> list[str]:
    with trial.database.reading(trial.desk.workspace) as tx:
        return [each.kind for each in tx.story.events(0) if each.kind.startswith("errand")]


def told(trial: Trial) -> int:
    with trial.database.sending(trial.desk.workspace) as tx:
        return sum(each.kind == "not fetched" for each in tx.outbox.lease(trial.now, until=trial.now + 1, limit=100))


def until_dead(trial: Trial, job: Errands) -> int:
    """How long it is tried, in ms."""
    begun = trial.now
    while kept(trial)[0].state == "waiting":
        trial.now = max(trial.now, job.next() or 0)
        assert job.step()
    return trial.now - begun


def test_a_lead_is_fetched_with_the_source_s_token_and_taken(trial: Trial, vendor: Receiver) -> None:
    job = asked(trial, vendor)
    assert (job.step(), job.step(), job.next()) == (True, False, None)
    assert vendor.got[0].headers["authorization"] == f"Bearer {SECRET}"
    assert trial.row(1).source == "meta"
    assert trial.state(1).startswith("assigned")
    assert happened(trial) == ["errand.asked", "errand.done"]


def test_what_is_named_twice_is_fetched_once(trial: Trial, vendor: Receiver) -> None:
    job = asked(trial, vendor)
    assert not trial.do(send_for, FETCH, "meta", actor=from_source("meta"))
    job.step()
    assert not trial.do(send_for, FETCH, "meta", actor=from_source("meta"))
    assert (job.step(), len(vendor.got), len(kept(trial))) == (False, 1, 1)


def test_two_in_one_transaction_are_one(trial: Trial, vendor: Receiver) -> None:
    asked(trial, vendor, Fetch(key="1", kind="lead"))
    calls = [lambda work: send_for(work, FETCH, "meta", actor=from_source("meta"))] * 2
    assert [answer.get() for answer in trial.run(calls)] == [True, False]


def test_what_is_brought_twice_is_taken_once(trial: Trial, vendor: Receiver) -> None:
    job = asked(trial, vendor)
    (errand,) = kept(trial)
    job.step()
    assert fetch_of(errand) == FETCH
    again = trial.do(bring, errand, (), actor=from_source("meta"))
    assert (again, len(trial.events(1))) == ([], 1)


def test_a_busy_sender_is_asked_again_ever_later(trial: Trial, vendor: Receiver) -> None:
    job = asked(trial, vendor)
    vendor.says = Says(503)
    waits = []
    for _ in range(5):
        assert job.step()
        waits.append((job.next() or 0) - trial.now)
        trial.now = job.next() or 0
    assert [round(wait / 30_000) for wait in waits] == [1, 2, 4, 8, 16]
    vendor.says = Says(body=json.dumps(META_LEAD).encode())
    assert job.step()
    assert kept(trial)[0].state == "done"


def test_what_the_sender_says_about_when_is_heeded(trial: Trial, vendor: Receiver) -> None:
    job = asked(trial, vendor)
    vendor.says = Says(429, (("Retry-After", "600"),))
    job.step()
    assert (job.next() or 0) - trial.now == 600_000


def test_a_sender_that_is_never_there_is_given_up_after_a_day_and_the_desk_is_told(
    trial: Trial, vendor: Receiver
) -> None:
    job = asked(trial, vendor)
    vendor.says = Says(500)
    assert DAY < until_dead(trial, job) < 2 * DAY
    (errand,) = kept(trial)
    assert (errand.attempts, "answered 500" in errand.error) == (TRIES, True)
    assert (happened(trial)[-1], told(trial)) == ("errand.dead", 1)


def test_a_token_that_has_run_out_is_given_up_at_once_and_can_be_tried_again(trial: Trial, vendor: Receiver) -> None:
    job = asked(trial, vendor, FETCH, Fetch(key="7", kind="lead", ids={"lead": "7"}))
    vendor.says = Says(401)
    assert job.step()
    assert [each.state for each in kept(trial)] == ["dead", "dead"]
    assert "Renew the access_token" in kept(trial)[0].error
    assert told(trial) == 1
    vendor.says = Says(body=json.dumps(META_LEAD).encode())
    assert trial.do(try_again, "meta") == 2
    assert job.step()
    assert [each.state for each in kept(trial)] == ["done", "done"]


def test_a_sender_that_names_it_again_has_it_tried_again(trial: Trial, vendor: Receiver) -> None:
    job = asked(trial, vendor)
    vendor.says = Says(404)
    job.step()
    assert not trial.do(send_for, FETCH, "meta", actor=from_source("meta"))
    assert kept(trial)[0].state == "waiting"


def test_one_can_be_tried_again_by_its_number_and_only_if_it_was_given_up(trial: Trial, vendor: Receiver) -> None:
    job = asked(trial, vendor)
    no = kept(trial)[0].no
    with pytest.raises(Conflict, match="was not given up: it is waiting"):
        trial.do(try_again, "meta", no)
    with pytest.raises(NotFound):
        trial.do(try_again, "meta", 999)
    vendor.says = Says(404)
    job.step()
    assert trial.do(try_again, "meta", no) == 1
    with pytest.raises(Exception, match="only a manager"):
        trial.do(try_again, "meta", actor=rep("ann"))


def test_whoever_died_in_between_is_stood_in_for_when_their_lease_is_over(trial: Trial, vendor: Receiver) -> None:
    job = asked(trial, vendor)
    with pytest.raises(SystemExit):
        Errands(trial.desk, chance=lambda: 0.5, log=silent, ask=dies).step()
    assert not job.step()
    trial.now = job.next() or 0
    assert job.step()
    assert (kept(trial)[0].state, kept(trial)[0].attempts) == ("done", 2)


def test_many_are_under_way_at_once(trial: Trial, vendor: Receiver) -> None:
    fetches = [Fetch(key=str(number), kind="lead", ids={"lead": str(number)}) for number in range(MOST + 3)]
    job = asked(trial, vendor, *fetches)
    assert (job.step(), job.step(), job.step()) == (True, True, False)
    assert {each.state for each in kept(trial)} == {"done"}
    assert trial.row(MOST + 3).source == "meta"


def test_a_source_that_was_switched_off_still_gets_what_it_has_promised(trial: Trial, vendor: Receiver) -> None:
    job = asked(trial, vendor)
    trial.do(switch_source, "meta", on=False)
    job.step()
    assert kept(trial)[0].state == "done"


def test_an_address_in_the_house_is_not_asked_unless_that_is_allowed(trial: Trial, vendor: Receiver) -> None:
    asked(trial, vendor)
    worker(trial, allow="192.0.2.0/24").step()
    assert vendor.got == []
    assert "this machine itself" in kept(trial)[0].error


def test_a_test_is_tried_out_and_nobody_gets_it(trial: Trial, vendor: Receiver) -> None:
    job = asked(trial, vendor, Fetch(key="5", kind="lead", ids={"lead": "5"}, test=True))
    assert job.step()
    with trial.database.reading(trial.desk.workspace) as tx:
        assert tx.router().leads == 0
        assert tx.story.events(0)[-2].kind == "source.tried"


def test_a_mapping_that_is_wrong_is_said_and_mended(trial: Trial, vendor: Receiver) -> None:
    asked(trial, vendor)
    settings: dict[str, Any] = {"api": vendor.url(""), "version": "v99.0"}
    trial.do(change_source, "meta", Change(settings=json.dumps(settings).encode()), kinds=KINDS)
    worker(trial).step()
    assert vendor.got[0].path.startswith("/v99.0/123123123123?")


def test_hubspot_brings_a_contact(trial: Trial, vendor: Receiver) -> None:
    settings = json.dumps({"api": vendor.url("")}).encode()
    secrets = {"client_secret": SECRET, "access_token": SECRET}
    trial.do(add_source, NewSource(name="meta", kind="hubspot", settings=settings, secrets=secrets), kinds=KINDS)
    trial.do(send_for, Fetch(key="contact-1", kind="contact", ids={"contact": "1"}), "meta", actor=from_source("meta"))
    vendor.says = Says(body=json.dumps(HUBSPOT_CONTACT).encode())
    worker(trial).step()
    assert [each.state for each in kept(trial)] == ["done"]


def test_what_was_done_long_ago_is_forgotten(trial: Trial, vendor: Receiver) -> None:
    asked(trial, vendor).step()
    trial.now += KEPT + HOUR
    while Lapsed(trial.desk).step():
        pass
    assert kept(trial) == []
