"""Keys for programs: shown once, held to what they are for, good until they expire or are revoked."""

from typing import Final

import pytest

from evenhand.actions.actor import Actor
from evenhand.actions.api_keys import Made, NewKey, keys_of, make_key, revoke_key
from evenhand.actions.callers import Caller, Recent, of_key, of_session
from evenhand.actions.desk import call
from evenhand.actions.passwords import Cost, Passwords
from evenhand.actions.roles import ROLES, scopes_of
from evenhand.actions.signing_in import From, by_password, sign_in
from evenhand.actions.users import Person, add, set_password
from evenhand.core.model import DAY, HOUR
from evenhand.errors import BadUsage, Conflict, NotAllowed, NotFound, NotSignedIn
from evenhand.stores.database import Database
from tests.desk import TEAM, Trial, rep

ADMIN: Final = Actor("admin", "user-1", "admin")


def made(trial: Trial, name: str = "website", **said: object) -> Made:
    wanted = {"name": name, "role": "admin", **said}
    return trial.do(make_key, NewKey(**wanted), actor=ADMIN)  # type: ignore[arg-type]  # as the test says


def signed_in(trial: Trial, person: Person) -> Caller:
    user = trial.do(add, person)
    return of_session(trial.desk, sign_in(trial.desk, user, via="test", come=From()).ticket)


def test_a_key_lets_its_program_in(each_trial: Trial) -> None:
    key = made(each_trial, scopes=("leads:take",))
    caller = of_key(each_trial.desk, key.key)
    assert caller.actor == Actor("key", "website", "admin")
    assert (caller.scopes, caller.key, caller.csrf) == (scopes_of("admin", "leads:take"), key.row.no, "")
    assert str(caller.actor) == "key website"


def test_a_key_without_scopes_may_what_its_role_may(trial: Trial) -> None:
    assert of_key(trial.desk, made(trial, role="viewer").key).scopes == ROLES["viewer"]


def test_a_key_is_kept_nowhere(trial: Trial) -> None:
    key = made(trial)
    assert key.key not in repr(key)
    assert key.key.startswith(f"eh_{trial.desk.workspace}_")
    assert all(len(row.digest) == 16 for row in keys_of(trial.desk))


def test_a_key_of_another_workspace_is_unknown(trial: Trial) -> None:
    other = Trial(trial.database, workspace="other")
    key = made(other).key
    with pytest.raises(NotSignedIn, match="nobody knows this key"):
        of_key(trial.desk, key)
    with pytest.raises(NotSignedIn):
        of_key(trial.desk, key.replace(f"eh_{other.desk.workspace}_", f"eh_{trial.desk.workspace}_"))
    assert of_key(other.desk, key).workspace == other.desk.workspace


@pytest.mark.parametrize(
    "text", ["", "eh_", "eh_1_x", "Bearer", "1." + "x" * 43, "eh_1_" + "x" * 43, "eh_9_" + "x" * 43]
)
def test_what_is_no_key_lets_nobody_in(trial: Trial, text: str) -> None:
    with pytest.raises(NotSignedIn, match="nobody knows this key"):
        of_key(trial.desk, text)


def test_a_key_is_good_until_it_expires(trial: Trial) -> None:
    key = made(trial, expires=trial.now + 90 * DAY).key
    trial.now += 90 * DAY - 1
    of_key(trial.desk, key)
    trial.now += 1
    with pytest.raises(NotSignedIn, match="the key 'website' has expired"):
        of_key(trial.desk, key)


def test_a_key_that_was_revoked_lets_nobody_in(each_trial: Trial) -> None:
    key = made(each_trial)
    assert each_trial.do(revoke_key, key.row.no, actor=ADMIN).revoked == each_trial.now
    each_trial.now += HOUR
    assert each_trial.do(revoke_key, key.row.no, actor=ADMIN).revoked == each_trial.now - HOUR
    with pytest.raises(NotSignedIn, match="the key 'website' has been revoked"):
        of_key(each_trial.desk, key.key)
    with pytest.raises(NotFound, match="there is no key 99"):
        each_trial.do(revoke_key, 99)


def test_its_use_is_known_to_the_hour(each_trial: Trial) -> None:
    key = made(each_trial).key
    for passed in (HOUR // 2, HOUR // 4, HOUR):
        each_trial.now += passed
        of_key(each_trial.desk, key)
        assert keys_of(each_trial.desk)[0].used == each_trial.now - each_trial.now % HOUR


def test_two_keys_that_work_have_different_names(each_trial: Trial) -> None:
    first = made(each_trial)
    with pytest.raises(Conflict, match="there is a key named 'website' already"):
        made(each_trial)
    each_trial.do(revoke_key, first.row.no)
    each_trial.now += 1
    assert made(each_trial, expires=each_trial.now + DAY).row.no != first.row.no
    each_trial.now += DAY
    made(each_trial)


def test_a_key_does_not_look_like_a_form_or_a_webhook(trial: Trial) -> None:
    for name in ("form:contact", "hook:meta"):
        with pytest.raises(BadUsage, match="would look like a form or a webhook in the history"):
            trial.do(make_key, NewKey(name=name, role="viewer"), actor=ADMIN)


def test_two_keys_of_one_transaction_have_too(trial: Trial) -> None:
    wanted = NewKey(name="a", role="viewer")
    answers = trial.run([call(make_key, wanted, actor=ADMIN), call(make_key, wanted, actor=ADMIN)])
    assert [type(answer.error) for answer in answers] == [type(None), Conflict]


def test_everything_that_is_wrong_with_a_key_is_told_at_once(trial: Trial) -> None:
    with pytest.raises(BadUsage) as error:
        made(trial, " ", role="rep", scopes=("leads:take", "keys:write"), expires=trial.now)
    assert [fault.where for fault in error.value.faults] == ["name", "role", "expires", "scope", "scope"]
    with pytest.raises(BadUsage, match="scope: 'leads:tak' is no scope"):
        made(trial, scopes=("leads:tak",))


def test_a_key_that_could_make_a_greater_one_is_refused(trial: Trial) -> None:
    for scope in ("keys:write", "users:write"):
        with pytest.raises(BadUsage, match=f"scope: a key that may {scope} could let itself do anything"):
            made(trial, scopes=(scope,))


def test_nobody_makes_or_revokes_a_key_above_themselves(trial: Trial) -> None:
    with pytest.raises(NotAllowed, match="as admin you cannot make a key that may what an owner may"):
        made(trial, role="owner")
    owners = trial.do(make_key, NewKey(name="root", role="owner"), actor=Actor("owner", "user-1", "owner"))
    with pytest.raises(NotAllowed, match="as admin you cannot revoke a key of an owner"):
        trial.do(revoke_key, owners.row.no, actor=ADMIN)
    with pytest.raises(NotAllowed, match="only a manager can make an API key"):
        trial.do(make_key, NewKey(name="a", role="viewer"), actor=rep("ann"))


# --- users who come in


def test_a_rep_is_who_they_are_in_the_roster(each_trial: Trial) -> None:
    caller = signed_in(each_trial, Person(email="ann@example.com", role="rep", rep="ann", name="Ann"))
    assert (caller.actor, caller.rep, caller.name) == (Actor("rep", "ann", "rep"), "ann", "Ann")
    assert caller.scopes == ROLES["rep"]


def test_a_manager_reaches_their_people(trial: Trial) -> None:
    caller = signed_in(trial, Person(email="eve@example.com", role="manager", rep="eve"))
    assert caller.actor.reach == frozenset({"ann", "bob", "cy", "eve"})
    assert str(caller.actor) == "manager eve"


def test_what_a_manager_reaches_follows_the_roster(trial: Trial) -> None:
    user = trial.do(add, Person(email="eve@example.com", role="manager", rep="eve"))
    ticket = sign_in(trial.desk, user, via="test", come=From()).ticket
    trial.publish(roster=TEAM.replace('manager = "eve"', 'manager = "ann"'))
    assert of_session(trial.desk, ticket).actor.reach == frozenset({"eve"})


def test_who_is_nobody_in_the_roster_is_known_by_a_number(trial: Trial) -> None:
    caller = signed_in(trial, Person(email="olga@example.com", role="owner"))
    assert caller.actor == Actor("owner", f"user-{caller.user}", "owner")
    assert caller.name == "olga@example.com"


def test_a_session_brings_what_forms_need(trial: Trial) -> None:
    caller = signed_in(trial, Person(email="olga@example.com", role="owner"))
    assert len(caller.session) == 16
    assert len(caller.csrf) == 32


def test_a_session_of_another_workspace_does_not_count(trial: Trial, sqlite_url: str) -> None:
    other = Trial(Database(sqlite_url), workspace="other")
    user = other.do(add, Person(email="olga@example.com", role="owner"))
    ticket = sign_in(other.desk, user, via="test", come=From()).ticket
    other.database.close()
    with pytest.raises(NotSignedIn):
        of_session(trial.desk, ticket)


def test_a_password_of_one_workspace_lets_nobody_into_another(trial: Trial) -> None:
    passwords = Passwords(Cost(rounds=1, memory=8))
    other = Trial(trial.database, workspace="other")
    user = other.do(add, Person(email="olga@example.com", role="owner"))
    other.do(set_password, user.user, passwords.encode("four words of mine", email=user.email))
    with pytest.raises(NotSignedIn):
        by_password(trial.desk, passwords, user.email, "four words of mine", come=From())
    assert by_password(other.desk, passwords, user.email, "four words of mine", come=From()).user.email == user.email


# --- what was found out a moment ago


class Ticking:
    def __init__(self) -> None:
        self.now = 10_000

    def __call__(self) -> int:
        return self.now


def test_what_was_found_out_is_good_for_a_second() -> None:
    clock = Ticking()
    recent = Recent[int](clock)
    recent.keep("a", 7)
    clock.now += 999
    assert recent.get("a") == 7
    clock.now += 1
    assert recent.get("a") is None
    assert recent.get("b") is None


def test_a_clock_that_is_set_back_makes_nothing_good_for_longer() -> None:
    clock = Ticking()
    recent = Recent[int](clock)
    recent.keep("a", 7)
    clock.now -= 1
    assert recent.get("a") is None


def test_only_so_much_is_remembered_and_all_of_it_can_be_forgotten() -> None:
    recent = Recent[int](Ticking(), most=2)
    for number in range(4):
        recent.keep(str(number % 3), number)
    assert [recent.get(text) for text in "012"] == [3, None, 2]
    recent.forget()
    assert recent.get("0") is None
