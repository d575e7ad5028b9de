"""The log of deliveries: of a channel for who may change it, of one's own, of a message."""

import pytest

from evenhand.actions.channels import try_channel
from evenhand.errors import GiveUp
from tests.service.serving import Served
from tests.workers.telling import ADMIN, channel, telling


@pytest.fixture
def tried(served: Served) -> int:
    """Ann's channel, that was tried out in vain."""
    number = channel(served.trial, "ann", "chat://ann")
    with telling(served.trial) as tell:
        tell.carrier.fails["chat://ann"] = GiveUp("Slack answered 404")
        served.trial.do(try_channel, number, actor=ADMIN)
        tell.round()
    return number


def test_it_says_how_each_attempt_went(served: Served, tried: int) -> None:
    (item,) = served.at().get(f"/api/v1/channels/{tried}/deliveries").json()["items"]
    assert (item["carrier"], item["message"], item["outcome"]) == (f"channel {tried}", "1", "dead")
    assert (item["said"], item["attempt"]) == ("Slack answered 404", 1)


def test_one_sees_one_s_own_and_nobody_else_s(served: Served, tried: int) -> None:
    path = f"/api/v1/me/channels/{tried}/deliveries"
    assert len(served.at("rep ann").get(path).json()["items"]) == 1
    assert served.at("rep bob").get(path).status_code == 404
    assert served.at("rep ann").get(f"/api/v1/channels/{tried}/deliveries").status_code == 403


def test_of_a_message_who_may_see_it_sees_every_attempt(served: Served, tried: int) -> None:
    assert len(served.at().get("/api/v1/messages/1/deliveries").json()["items"]) == 1
    assert served.at().get("/api/v1/messages/99/deliveries").status_code == 404
