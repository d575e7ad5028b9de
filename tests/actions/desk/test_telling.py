"""Quiet hours on somebody's own clock, and the daily digests: once a day and person, whoever writes them."""

import threading
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.actions.actor import Actor
from evenhand.actions.channels import Address, NewChannel, add_channel
from evenhand.actions.digests import DIGESTS, WITHIN, due_digests, write_digests
from evenhand.actions.quiet import last_at, quiet_until
from evenhand.actions.telling import Way, in_turn
from evenhand.core.model import DAY, HOUR, MINUTE, Millis
from evenhand.ports.house import DeliveryRow, Told
from tests.desk import NOW, TEAM, Trial

ADMIN: Final = Actor("admin", "ada")
BERLIN: Final = ZoneInfo("Europe/Berlin")


def at(text: str, zone: ZoneInfo = BERLIN) -> Millis:
    return int(datetime.fromisoformat(text).replace(tzinfo=zone).timestamp() * 1000)


# --- quiet hours -----------------------------------------------------------------------------------------------------

QUIET: Final = [
    ("22:00-07:00", "2026-11-02T23:30", "2026-11-03T07:00"),
    ("22:00-07:00", "2026-11-03T06:59", "2026-11-03T07:00"),
    ("22:00-07:00", "2026-11-03T07:00", ""),
    ("22:00-07:00", "2026-11-02T21:59", ""),
    ("12:00-13:00", "2026-11-02T12:30", "2026-11-02T13:00"),
    ("22:00-07:00", "2026-10-24T23:00", "2026-10-25T07:00"),  # an hour longer: clocks go back
    ("22:00-07:00", "2026-03-28T23:00", "2026-03-29T07:00"),  # an hour shorter
    ("", "2026-11-02T23:30", ""),
]


@pytest.mark.parametrize(("hours", "now", "until"), QUIET)
def test_quiet_hours_last_from_the_one_time_on_the_clock_to_the_other(hours: str, now: str, until: str) -> None:
    assert quiet_until(hours, "Europe/Berlin", at(now)) == (at(until) if until else None)


def test_hours_that_end_while_the_clock_is_put_forward_end_all_the_same() -> None:
    until = quiet_until("22:00-02:30", "Europe/Berlin", at("2026-03-29T01:30"))
    assert until is not None
    assert at("2026-03-29T01:30") < until <= at("2026-03-29T03:30")


@given(
    now=st.integers(1_700_000_000_000, 1_900_000_000_000),
    start=st.integers(0, 1439),
    end=st.integers(0, 1439),
    zone=st.sampled_from(
        ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Nowhere"]
    ),
)
def test_quiet_hours_always_end_within_a_day_and_an_hour(now: int, start: int, end: int, zone: str) -> None:
    if start == end:
        return
    until = quiet_until(f"{start // 60:02}:{start % 60:02}-{end // 60:02}:{end % 60:02}", zone, now)
    assert until is None or now < until <= now + DAY + HOUR + MINUTE


# --- whose turn a way is ---------------------------------------------------------------------------------------------

ONE, TWO = (Way(carrier=f"channel {number}", kind="chat") for number in (1, 2))


def log(way: Way, *outcomes: Told) -> dict[str, list[DeliveryRow]]:
    rows = [DeliveryRow(carrier=way.carrier, subject="", attempt=n, at=0, outcome=o) for n, o in enumerate(outcomes)]
    return {way.carrier: rows}


TURNS: Final = [
    ({}, [ONE, TWO]),
    (log(ONE, "later"), [ONE, TWO]),
    (log(ONE, "later", "later"), [TWO, ONE]),
    (log(ONE, "dead"), [TWO]),
    (log(ONE, "later", "later") | log(TWO, "later", "later"), [ONE, TWO]),
    (log(ONE, "dead") | log(TWO, "dead"), []),
]


@pytest.mark.parametrize(("tried", "order"), TURNS)
def test_a_way_gives_place_when_it_has_failed_twice(tried: dict[str, list[DeliveryRow]], order: list[Way]) -> None:
    assert list(in_turn([ONE, TWO], tried)) == order


# --- digests ---------------------------------------------------------------------------------------------------------


def wants(trial: Trial, owner: str, *kinds: str) -> None:
    address = Address(kind="chat", text=f"chat://{owner}", shown="chat")
    trial.do(add_channel, NewChannel(owner=owner, address=address, kinds=kinds), actor=ADMIN)


def due(trial: Trial) -> list[str]:
    with trial.database.reading(trial.desk.workspace) as tx:
        return [who for who, _ in due_digests(tx, trial.desk.setup().roster, trial.desk.sealer, trial.now)]


def test_who_answers_for_people_has_a_digest_if_they_ask_for_it(trial: Trial) -> None:
    wants(trial, "eve", "digest")
    wants(trial, "desk", "digest", "waiting")
    wants(trial, "ann", "digest")  # who answers for nobody
    wants(trial, "bob")
    assert sorted(due(trial)) == ["desk", "eve"]


def test_it_is_written_once_a_day(trial: Trial) -> None:
    wants(trial, "eve", "digest")
    written = []
    for _ in range(72):
        written.append(trial.do(write_digests, actor=DIGESTS))
        trial.now += HOUR
    assert (sum(written), written[0], written[23], written[47]) == (4, 1, 1, 1)


def test_it_is_written_at_eight_on_their_own_clock_and_not_long_after(trial: Trial) -> None:
    trial.publish(roster=TEAM.replace('id = "eve"', 'id = "eve"\nzone = "America/New_York"'))
    wants(trial, "eve", "digest")
    trial.now = at("2026-11-02T07:59", ZoneInfo("America/New_York"))
    assert due(trial) == []
    trial.now += MINUTE
    assert due(trial) == ["eve"]
    trial.now += WITHIN
    assert due(trial) == []


def test_of_many_who_write_it_at_once_one_does(each_trial: Trial) -> None:
    wants(each_trial, "eve", "digest")
    desks = [each_trial.another() for _ in range(4)]
    written: list[int] = []
    threads = [
        threading.Thread(target=lambda desk=desk: written.append(desk.do(write_digests, actor=DIGESTS)))
        for desk in desks
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(written) == [0, 0, 0, 1]


def test_the_last_eight_o_clock_is_today_s_or_yesterday_s() -> None:
    assert last_at("Europe/Berlin", 8 * 60, at("2026-11-02T07:59")) == at("2026-11-01T08:00")
    assert last_at("Europe/Berlin", 8 * 60, NOW) == at("2026-11-02T08:00")
