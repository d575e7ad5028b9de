"""What a message says, as far as the way to its reader may show it: who, why, until when, and where to answer."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from evenhand.actions.byhand import assign, offer
from evenhand.actions.digests import DIGESTS, write_digests
from evenhand.actions.erasing import erase
from evenhand.actions.offers import accept, claim
from evenhand.actions.presence import away as set_away
from evenhand.analytics.digest import came
from evenhand.core.model import DAY, HOUR, MINUTE, Value
from tests.desk import Trial, rep
from tests.workers.telling import ADMIN, MAILED, Telling, channel, telling

JO: Final[dict[str, Value]] = {
    "email": "jo@acme.example",
    "first_name": "Jo",
    "last_name": "Fox",
    "phone": "+4930123456",
    "company": "Acme",
    "message": "Call me!",
    "employees": 1200,
}
PERSONAL: Final = ("jo@acme.example", "Jo", "Fox", "+4930123456", "Call me!")


@pytest.fixture
def tell(trial: Trial) -> Iterator[Telling]:
    trial.publish(roster=MAILED)
    with telling(trial) as found:
        yield found


def to_ann(trial: Trial, detail: str) -> int:
    channel(trial, "ann", "chat://ann", detail=detail)
    lead = trial.comes(topic="desk", **JO)
    trial.do(assign, lead, rep="ann")
    return lead


def last(tell: Telling, address: str = "chat://ann") -> str:
    tell.round()
    return [each.text for each in tell.carrier.got if each.address == address][-1]


def test_with_full_detail_its_holder_reads_who_it_is_and_how_to_reach_them(trial: Trial, tell: Telling) -> None:
    to_ann(trial, "full")
    text = last(tell)
    assert all(each in text for each in (*PERSONAL, "Company: Acme", "Employees: 1,200"))


def test_with_brief_detail_only_what_names_nobody(trial: Trial, tell: Telling) -> None:
    to_ann(trial, "brief")
    text = last(tell)
    assert not any(each in text for each in PERSONAL)
    assert "Company: Acme" in text


def test_with_no_detail_only_that_there_is_something(trial: Trial, tell: Telling) -> None:
    to_ann(trial, "none")
    text = last(tell)
    assert not any(each in text for each in (*PERSONAL, "Acme", "1,200", "Why"))
    assert "Lead 1 is yours" in text


def test_who_does_not_hold_it_never_reads_who_it_is(trial: Trial, tell: Telling) -> None:
    channel(trial, "desk", "chat://desk", detail="full")
    channel(trial, "bob", "chat://bob", detail="full")
    lead = trial.comes(topic="first", **JO)
    trial.do(offer, lead, to=["bob", "ann"])
    text = last(tell, "chat://bob")
    assert "Company: Acme" in text
    assert not any(each in text for each in PERSONAL)


def test_who_has_lost_it_reads_that_and_why_and_nothing_of_it(trial: Trial, tell: Telling) -> None:
    lead = to_ann(trial, "full")
    tell.round()
    trial.do(assign, lead, rep="bob")
    text = last(tell)
    assert "Reason: a manager gave it to somebody else; Bob has it now." in text
    assert not any(each in text for each in (*PERSONAL, "Acme"))


def test_of_a_lead_that_moved_on_the_reason_is_told_in_the_second_person(trial: Trial, tell: Telling) -> None:
    lead = trial.comes()
    trial.later(HOUR)
    tell.round()
    told = next(each.text for each in tell.carrier.got if "no longer yours" in each.subject)
    who = "Ann" if trial.row(lead).rep == "ann" else "Bob"
    assert f"Reason: you did not answer in time; {who} has it now." in told


def test_an_erased_person_is_told_of_as_such(trial: Trial, tell: Telling) -> None:
    lead = to_ann(trial, "full")
    trial.do(erase, lead, even_if_open=True, actor=ADMIN)
    text = last(tell)
    assert not any(each in text for each in PERSONAL)
    assert "Person: erased" in text


def test_it_says_why_the_reader_has_it_and_until_when_on_their_own_clock(trial: Trial, tell: Telling) -> None:
    for who in ("ann", "bob"):
        channel(trial, who, f"chat://{who}")
    lead = trial.comes(company="Acme")
    holder = str(trial.row(lead).rep)
    text = last(tell, f"chat://{holder}")
    clock = "11:00 (Europe/Berlin)" if holder == "ann" else "10:00 (UTC)"
    assert f"Please get in touch by {clock}, in 60 min." in text
    assert "Why you: in pool sales, on duty" in text


def test_the_desk_reads_why_a_lead_lies_there(trial: Trial, tell: Telling) -> None:
    trial.comes(topic="desk", company="Acme")
    text = last(tell, "eve@example.com")
    assert "Reason: Lies on the desk of Eve: to be assigned by hand." in text
    assert "Company: Acme" in text


def test_there_are_links_to_look_and_to_answer(trial: Trial, tell: Telling) -> None:
    trial.comes()
    tell.round()
    text = tell.texts()[0]
    assert "https://leads.example.com/leads/1" in text
    assert re.search(r"https://leads\.example\.com/answer/1\.[\w-]{43}\n", text)


def test_what_was_accepted_brings_no_link_to_answer(trial: Trial, tell: Telling) -> None:
    lead = trial.comes()
    who = str(trial.row(lead).rep)
    trial.do(accept, lead, rep=who, actor=rep(who))
    tell.round()
    assert "/answer/" not in tell.texts()[0]


def test_without_a_base_there_are_no_links(trial: Trial) -> None:
    trial.publish(roster=MAILED)
    with telling(trial, base="") as tell:
        trial.comes()
        tell.round()
        assert "http" not in tell.texts()[0]


def test_the_secret_of_a_link_is_kept_nowhere(trial: Trial, tell: Telling) -> None:
    trial.comes()
    tell.round()
    found = re.search(r"/answer/1\.([\w-]+)", tell.texts()[0])
    assert found is not None
    assert found[1].encode() not in b"".join(kept(trial))


def kept(trial: Trial) -> Iterator[bytes]:
    """The database's files, byte for byte."""
    file = Path(str(trial.database.engine.url.database))
    yield from (each.read_bytes() for each in file.parent.glob(f"{file.name}*"))


def test_who_was_slower_hears_who_has_it(trial: Trial, tell: Telling) -> None:
    lead = trial.comes(topic="first")
    tell.round()
    trial.do(claim, lead, rep="bob", actor=rep("bob"))
    tell.round()
    assert "Reason: Bob has it" in next(text for text in tell.texts() if "has been taken" in text)


# --- digests ---------------------------------------------------------------------------------------------------------


def digest(trial: Trial, tell: Telling, owner: str) -> str:
    channel(trial, owner, f"chat://{owner}", kinds=("digest",))
    trial.do(write_digests, actor=DIGESTS)
    return last(tell, f"chat://{owner}")


def test_a_digest_says_how_things_stand(trial: Trial, tell: Telling) -> None:
    trial.come(3)
    trial.later(HOUR + MINUTE)
    trial.comes(topic="desk")
    trial.do(set_away, rep="ann")
    text = digest(trial, tell, "desk")
    held = sum(trial.row(lead).state == "held" for lead in range(1, 5))
    assert all(line in text for line in ("Came in: 4", "Waiting: 0", f"On the desk: {held}", "Away: Ann"))


def test_what_came_in_before_yesterday_s_is_not_counted(trial: Trial, tell: Telling) -> None:
    trial.come(5)
    trial.now += 2 * DAY
    trial.come(2)
    with trial.database.reading(trial.desk.workspace) as tx:
        assert [came(tx, since) for since in (0, trial.now - DAY, trial.now, trial.now + 1)] == [7, 2, 2, 0]


def test_a_manager_reads_of_their_own_people_only(trial: Trial, tell: Telling) -> None:
    trial.publish(roster=MAILED.replace('members = ["ann", "bob"]', 'members = ["ann"]'))
    trial.do(set_away, rep="bob")
    assert "Away: nobody" in digest(trial, tell, "eve")
