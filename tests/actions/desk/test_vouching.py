"""Another house vouches for somebody: known by their subject, then by their address; new only from a named domain."""

from typing import Final

import pytest

from evenhand.actions.users import Change, Person, add, change, let_leave, listed
from evenhand.actions.vouching import OIDC, Vouched, vouched_for
from evenhand.errors import NotSignedIn
from tests.desk import TEAM, Trial

ANN: Final = Vouched("https://house.example\n7", "Ann@example.com", "Ann")
MAILED: Final = TEAM.replace('id = "ann"', 'id = "ann"\nemail = "ann@example.com"')


def comes(trial: Trial, who: Vouched = ANN, *join: str) -> str:
    row = trial.do(vouched_for, who, join=join, actor=OIDC)
    return f"{row.email} {row.role} {row.rep} {row.name}"


def test_who_comes_for_the_first_time_is_known_by_their_address(each_trial: Trial) -> None:
    each_trial.do(add, Person(email="ann@example.com", role="viewer"))
    assert comes(each_trial) == "ann@example.com viewer  Ann"
    assert listed(each_trial.desk)[0].subject == ANN.subject


def test_who_has_come_before_is_known_whatever_their_address_is_by_now(each_trial: Trial) -> None:
    each_trial.do(add, Person(email="ann@example.com", role="viewer", name="A."))
    comes(each_trial)
    for email in ("new@example.com", ""):
        assert comes(each_trial, Vouched(ANN.subject, email)) == "ann@example.com viewer  A."


def test_an_address_that_has_come_as_somebody_else_is_refused(trial: Trial) -> None:
    trial.do(add, Person(email="ann@example.com", role="viewer"))
    comes(trial)
    with pytest.raises(NotSignedIn, match="has come in as somebody else of that house before"):
        comes(trial, Vouched("https://house.example\n8", "ann@example.com"))


def test_another_address_makes_who_they_were_there_forgotten(trial: Trial) -> None:
    row = trial.do(add, Person(email="ann@example.com", role="viewer"))
    comes(trial)
    trial.do(change, row.user, Change(email="ann@example.org"))
    with pytest.raises(NotSignedIn, match=r"nobody has let Ann@example.com in here yet"):
        comes(trial)


def test_without_a_verified_address_nobody_comes_in_for_the_first_time(trial: Trial) -> None:
    trial.do(add, Person(email="ann@example.com", role="viewer"))
    with pytest.raises(NotSignedIn, match="does not say that your address is verified"):
        comes(trial, Vouched(ANN.subject, ""))


def test_nobody_else_comes_in(trial: Trial) -> None:
    row = trial.do(add, Person(email="ann@example.com", role="viewer"))
    comes(trial)
    trial.do(let_leave, row.user)
    for who in (ANN, Vouched("https://house.example\n9", "zoe@example.com")):
        with pytest.raises(NotSignedIn, match="Ask an admin for an invitation"):
            comes(trial, who, "example.org")


def test_people_of_a_named_domain_come_in_as_reps_if_the_roster_has_them(each_trial: Trial) -> None:
    each_trial.publish(roster=MAILED)
    assert comes(each_trial, ANN, "Example.com") == "ann@example.com rep ann Ann"
    assert comes(each_trial, ANN) == "ann@example.com rep ann Ann"
    with pytest.raises(NotSignedIn, match=r"nobody has let zoe@example.com in here yet"):
        comes(each_trial, Vouched("https://house.example\n9", "zoe@example.com"), "example.com")


def test_a_name_from_elsewhere_is_kept_on_one_line(trial: Trial) -> None:
    trial.do(add, Person(email="ann@example.com", role="viewer"))
    assert comes(trial, Vouched(ANN.subject, ANN.email, f"Ann\n{'x' * 500}")).endswith(" Ann" + "x" * 196)
