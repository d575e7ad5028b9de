"""Who may sign in: invited, changed, let go; nobody above oneself, and always an owner."""

from typing import Final

import pytest

from evenhand.actions.actor import Actor
from evenhand.actions.desk import call
from evenhand.actions.sessions import sessions_of
from evenhand.actions.signing_in import From, look_at_link, use_link
from evenhand.actions.users import (
    Change,
    Person,
    add,
    change,
    come_back,
    found_owner,
    invite,
    invite_again,
    let_in,
    let_leave,
    listed,
    number_of,
    rename,
)
from evenhand.core.model import DAY, MINUTE
from evenhand.errors import BadUsage, Conflict, NotAllowed, NotFound, NotSignedIn
from evenhand.ports.house import UserRow
from tests.desk import TEAM, Trial, rep

ADMIN: Final = Actor("admin", "user-1", "admin")
SETUP: Final = Actor("system", "setup")
HERE: Final = From("192.0.2.7", "a browser")
OLGA: Final = Person(email="olga@example.com", role="owner", name="Olga")


def users(trial: Trial) -> list[str]:
    return [f"{row.email} {row.role} {row.rep}".strip() for row in listed(trial.desk) if row.left is None]


def kinds(trial: Trial) -> list[str]:
    with trial.database.reading(trial.desk.workspace) as tx:
        return [each.kind for each in tx.story.events() if each.kind.startswith("user.")]


def signed_in(trial: Trial, row: UserRow) -> UserRow:
    use_link(trial.desk, trial.do(let_in, row.email).ticket, come=HERE)
    return row


def test_the_first_start_makes_an_owner_and_the_next_says_who_it_is(each_trial: Trial) -> None:
    first = each_trial.do(found_owner, "Olga@Example.com ", actor=SETUP)
    assert use_link(each_trial.desk, first.ticket, come=HERE).user.role == "owner"
    again = each_trial.do(found_owner, "other@example.com", actor=SETUP)
    assert (again.user.email, again.ticket) == ("olga@example.com", "")
    assert users(each_trial) == ["olga@example.com owner"]


def test_an_invitation_is_good_for_a_week(each_trial: Trial) -> None:
    link = each_trial.do(invite, Person(email="vi@example.com", role="viewer"), actor=ADMIN)
    each_trial.now += 7 * DAY - 1
    assert look_at_link(each_trial.desk, link.ticket).kind == "invitation"
    each_trial.now += 1
    with pytest.raises(NotSignedIn, match="too old"):
        use_link(each_trial.desk, link.ticket, come=HERE)


def test_another_invitation_takes_the_place_of_the_first(trial: Trial) -> None:
    first = trial.do(invite, Person(email="vi@example.com", role="viewer"))
    second = trial.do(invite_again, first.user.user)
    with pytest.raises(NotSignedIn, match="another has taken its place"):
        look_at_link(trial.desk, first.ticket)
    assert look_at_link(trial.desk, second.ticket).user == first.user


def test_a_link_to_be_let_in_is_for_somebody_who_is_known(trial: Trial) -> None:
    row = trial.do(add, OLGA)
    link = trial.do(let_in, "OLGA@example.com")
    trial.now += 15 * MINUTE
    with pytest.raises(NotSignedIn, match="too old"):
        use_link(trial.desk, link.ticket, come=HERE)
    with pytest.raises(NotAllowed, match="as admin you cannot make somebody owner"):
        trial.do(let_in, row.email, actor=ADMIN)
    with pytest.raises(NotFound, match=r"nobody with the address 'no@example.com' may sign in"):
        trial.do(let_in, "no@example.com")


def test_a_ticket_is_not_told_by_accident(trial: Trial) -> None:
    link = trial.do(invite, OLGA)
    assert link.ticket not in repr(link)


def test_somebody_is_known_in_the_roster_by_their_address(trial: Trial) -> None:
    trial.publish(roster=TEAM.replace('id = "ann"', 'id = "ann"\nemail = "Ann@example.com"'))
    trial.do(add, Person(email="ann@example.com", role="rep"))
    trial.do(add, Person(email="eve@example.com", role="manager", rep="eve"))
    assert users(trial) == ["ann@example.com rep ann", "eve@example.com manager eve"]


def test_a_rep_and_a_manager_are_somebody_in_the_roster(trial: Trial) -> None:
    for role in ("rep", "manager"):
        with pytest.raises(BadUsage, match=f"a {role} is somebody in the roster, and nobody there has the address"):
            trial.do(add, Person(email="new@example.com", role=role))
    with pytest.raises(NotFound, match="Did you mean 'ann'"):
        trial.do(add, Person(email="new@example.com", role="rep", rep="anne"))


def test_two_users_are_never_the_same_person(each_trial: Trial) -> None:
    each_trial.do(add, Person(email="ann@example.com", role="rep", rep="ann"))
    with pytest.raises(Conflict, match=r"ann of the roster signs in as ann@example.com already"):
        each_trial.do(add, Person(email="ann@example.org", role="rep", rep="ann"))
    with pytest.raises(Conflict, match=r"there is a user with the address ann@example.com already: rep, number"):
        each_trial.do(add, Person(email="ANN@example.com", role="viewer"))


def test_two_of_one_transaction_are_never_the_same_person_either(each_trial: Trial) -> None:
    answers = each_trial.run([call(add, OLGA, actor=SETUP), call(add, OLGA, actor=SETUP)])
    assert [type(answer.error) for answer in answers] == [type(None), Conflict]


@pytest.mark.parametrize("email", ["", "olga", "olga@", "a@b@c.com", "x" * 250 + "@example.com", "a b@example.com"])
def test_what_is_no_address_is_refused(trial: Trial, email: str) -> None:
    with pytest.raises(BadUsage, match=r"is no e-mail address. Write it like ann@example.com"):
        trial.do(add, Person(email=email, role="viewer"))


def test_a_name_is_one_line(trial: Trial) -> None:
    with pytest.raises(BadUsage, match=r"the name 'a.nb' is too long, or has control characters"):
        trial.do(add, Person(email="a@example.com", role="viewer", name="a\nb"))


def test_nobody_gives_a_role_above_their_own(trial: Trial) -> None:
    olga = trial.do(add, OLGA)
    with pytest.raises(NotAllowed, match="as admin you cannot make somebody owner; ask somebody who is owner"):
        trial.do(add, Person(email="a@example.com", role="owner"), actor=ADMIN)
    with pytest.raises(NotAllowed, match=r"as admin you cannot change olga@example.com, who is owner"):
        trial.do(change, olga.user, Change(email="mine@example.com"), actor=ADMIN)
    viewer = trial.do(add, Person(email="a@example.com", role="viewer"), actor=ADMIN)
    with pytest.raises(NotAllowed, match="cannot make somebody owner"):
        trial.do(change, viewer.user, Change(role="owner"), actor=ADMIN)
    assert trial.do(change, viewer.user, Change(role="admin"), actor=ADMIN).role == "admin"


def test_a_manager_or_a_rep_lets_nobody_in(trial: Trial) -> None:
    for actor in (rep("ann"), Actor("manager", "eve", "manager", frozenset({"eve"}))):
        with pytest.raises(NotAllowed, match="can say who may sign in"):
            trial.do(add, Person(email="a@example.com", role="viewer"), actor=actor)


def test_the_last_owner_stays(each_trial: Trial) -> None:
    olga = each_trial.do(add, OLGA)
    for verb, args in ((let_leave, ()), (change, (Change(role="admin"),))):
        with pytest.raises(Conflict, match=r"olga@example.com is the last owner: make somebody else owner first"):
            each_trial.do(verb, olga.user, *args)
    otto = each_trial.do(add, Person(email="otto@example.com", role="owner"))
    each_trial.do(let_leave, olga.user)
    with pytest.raises(Conflict, match="last owner"):
        each_trial.do(let_leave, otto.user)


def test_two_owners_cannot_both_leave_at_once(trial: Trial) -> None:
    both = [trial.do(add, OLGA), trial.do(add, Person(email="otto@example.com", role="owner"))]
    answers = trial.run([call(let_leave, row.user, actor=SETUP) for row in both])
    assert [type(answer.error) for answer in answers] == [type(None), Conflict]


def test_whoever_leaves_is_signed_out_and_their_links_end(each_trial: Trial) -> None:
    row = signed_in(each_trial, each_trial.do(add, Person(email="vi@example.com", role="viewer")))
    link = each_trial.do(let_in, row.email)
    each_trial.do(let_leave, row.user, actor=ADMIN)
    assert each_trial.do(let_leave, row.user).left == each_trial.now
    assert sessions_of(each_trial.desk, row.user) == []
    with pytest.raises(NotSignedIn):
        use_link(each_trial.desk, link.ticket, come=HERE)


def test_whoever_has_left_cannot_be_changed_or_added_anew_but_comes_back(trial: Trial) -> None:
    row = trial.do(add, Person(email="vi@example.com", role="viewer"))
    trial.do(let_leave, row.user)
    with pytest.raises(Conflict, match=r"vi@example.com has left: let them come back first"):
        trial.do(change, row.user, Change(role="admin"))
    with pytest.raises(Conflict, match="was here before and has left: let them come back"):
        trial.do(add, Person(email="vi@example.com", role="viewer"))
    assert trial.do(come_back, row.user, actor=ADMIN) == row
    assert trial.do(come_back, row.user) == row
    assert kinds(trial) == ["user.added", "user.left", "user.back"]


def test_nobody_comes_back_as_somebody_who_signs_in_by_now(trial: Trial) -> None:
    row = trial.do(add, Person(email="ann@example.com", role="rep", rep="ann"))
    trial.do(let_leave, row.user)
    trial.do(add, Person(email="ann@example.org", role="rep", rep="ann"))
    with pytest.raises(Conflict, match=r"signs in as ann@example.org already"):
        trial.do(come_back, row.user)


def test_whoever_has_other_rights_signs_in_anew(each_trial: Trial) -> None:
    row = signed_in(each_trial, each_trial.do(add, Person(email="eve@example.com", role="viewer")))
    link = each_trial.do(let_in, row.email)
    assert each_trial.do(change, row.user, Change(role="manager", rep="eve")).rep == "eve"
    assert sessions_of(each_trial.desk, row.user) == []
    with pytest.raises(NotSignedIn):
        use_link(each_trial.desk, link.ticket, come=HERE)


def test_another_name_signs_nobody_out(trial: Trial) -> None:
    row = signed_in(trial, trial.do(add, OLGA))
    assert trial.do(rename, row.user, " Olga B. ").name == "Olga B."
    assert trial.do(change, row.user, Change(name="Olga B.")).name == "Olga B."
    assert len(sessions_of(trial.desk, row.user)) == 1
    assert kinds(trial)[-1] == "user.changed"


def test_another_address_is_one_that_nobody_has(trial: Trial) -> None:
    row = trial.do(add, OLGA)
    trial.do(add, Person(email="otto@example.com", role="admin"))
    with pytest.raises(Conflict, match=r"otto@example.com already: admin"):
        trial.do(change, row.user, Change(email="otto@example.com"))
    assert trial.do(change, row.user, Change(email="O@example.com")).email == "o@example.com"


def test_somebody_is_found_by_their_address(trial: Trial) -> None:
    row = trial.do(add, OLGA)
    assert number_of(trial.desk, " Olga@example.com") == row.user
    with pytest.raises(NotFound, match=r"there is no user 'olg@example.com'. Did you mean 'olga@example.com'\?"):
        number_of(trial.desk, "olg@example.com")
    with pytest.raises(NotFound, match="there is no user 99"):
        trial.do(let_leave, 99)
