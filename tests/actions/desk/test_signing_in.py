"""Coming in: links that work once, passwords, sessions that end, and waiting longer after each attempt in vain."""

from collections.abc import Callable
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from evenhand.actions import sessions
from evenhand.actions.actor import Actor
from evenhand.actions.attempts import LIMITS, Limit, attempt, place_of
from evenhand.actions.callers import of_session
from evenhand.actions.passwords import Cost, Passwords
from evenhand.actions.signing_in import From, Signed, ask_link, by_password, look_at_link, sign_in, use_link
from evenhand.actions.tickets import digest_of, new_ticket, workspace_of
from evenhand.actions.users import Person, add, let_leave, set_password
from evenhand.core.model import DAY, MINUTE
from evenhand.errors import BadUsage, NotFound, NotSignedIn, TooOften
from evenhand.ports.house import SessionRow, TokenRow, UserRow
from evenhand.stores.vault import Vault
from tests.desk import SECRET, Trial

CHEAP: Final = Cost(rounds=1, memory=8)
PASSWORDS: Final = Passwords(CHEAP)
PASSWORD: Final = "four words of mine"
HERE: Final = From("192.0.2.7", "a browser")
OTHERS: Final = From("198.51.100.1")
VAULT: Final = Vault(SECRET)


@pytest.fixture
def vi(each_trial: Trial) -> UserRow:
    return _vi(each_trial)


def _vi(trial: Trial) -> UserRow:
    row = trial.do(add, Person(email="vi@example.com", role="viewer"))
    return trial.do(set_password, row.user, PASSWORDS.encode(PASSWORD, email=row.email))


def link(trial: Trial) -> str:
    found = ask_link(trial.desk, "vi@example.com", come=HERE)
    assert found is not None
    return found.ticket


def enter(trial: Trial, password: str = PASSWORD, email: str = "vi@example.com") -> Signed:
    return by_password(trial.desk, PASSWORDS, email, password, come=HERE)


def waits(trial: Trial, do: Callable[[], object]) -> int:
    """For how long somebody must wait, in seconds; 0 if they need not."""
    try:
        do()
    except TooOften as error:
        return -(-error.after // 1000)
    except NotSignedIn:
        return 0
    return 0


# --- links


def test_a_link_signs_in_once(each_trial: Trial, vi: UserRow) -> None:
    ticket = link(each_trial)
    assert use_link(each_trial.desk, ticket, come=HERE).user == vi
    with pytest.raises(NotSignedIn, match="this link has been used"):
        use_link(each_trial.desk, ticket, come=HERE)


def test_to_look_at_a_link_is_not_to_use_it(trial: Trial) -> None:
    _vi(trial)
    ticket = link(trial)
    for _ in range(3):
        assert look_at_link(trial.desk, ticket).user.email == "vi@example.com"
    assert use_link(trial.desk, ticket, come=HERE).user.email


def test_a_link_is_good_for_a_quarter_of_an_hour(trial: Trial) -> None:
    _vi(trial)
    ticket = link(trial)
    trial.now += 15 * MINUTE
    with pytest.raises(NotSignedIn, match="this link is too old"):
        use_link(trial.desk, ticket, come=HERE)


def test_nobody_learns_whether_there_is_a_user_of_an_address(each_trial: Trial, vi: UserRow) -> None:
    assert ask_link(each_trial.desk, "no@example.com", come=HERE) is None
    with each_trial.database.reading(each_trial.desk.workspace) as tx:
        assert [row.user for row in tx.house.every(TokenRow)] == [0]
    each_trial.do(let_leave, vi.user)
    assert ask_link(each_trial.desk, vi.email, come=HERE) is None


def test_only_the_digest_of_a_link_is_kept(trial: Trial) -> None:
    _vi(trial)
    ticket = link(trial)
    with trial.database.reading(trial.desk.workspace) as tx:
        assert ticket.encode() not in b"".join(row.digest for row in tx.house.every(TokenRow))
        assert len(tx.house.every(TokenRow)[0].digest) == 16


@pytest.mark.parametrize("ticket", ["", "1.x", "eh_1_" + "x" * 43, "1." + "x" * 43, "2." + "x" * 43, "0." + "x" * 43])
def test_what_is_no_link_of_this_workspace_does_not_work(trial: Trial, ticket: str) -> None:
    with pytest.raises(NotSignedIn, match="this link does not work"):
        look_at_link(trial.desk, ticket)


def test_a_link_that_answers_an_offer_signs_nobody_in(trial: Trial) -> None:
    ticket = new_ticket("link", trial.desk.workspace)
    digest = digest_of(VAULT, "link", ticket, workspace=trial.desk.workspace)
    row = TokenRow(digest=digest, kind="answer", user=_vi(trial).user, since=trial.now, expires=trial.now + DAY)
    with trial.database.sending(trial.desk.workspace) as tx:
        tx.house.write(row)
    with pytest.raises(NotSignedIn, match="this link does not work"):
        use_link(trial.desk, ticket, come=HERE)


# --- passwords


def test_a_password_signs_in(each_trial: Trial, vi: UserRow) -> None:
    assert enter(each_trial, email="VI@example.com").user == vi


def test_a_wrong_password_and_an_unknown_address_are_told_alike(trial: Trial) -> None:
    _vi(trial)
    for email, password in (("vi@example.com", "wrong"), ("no@example.com", PASSWORD), ("vi@example.com", "")):
        with pytest.raises(NotSignedIn, match="the address or the password is wrong"):
            enter(trial, password, email)


def test_whoever_has_no_password_or_has_left_does_not_come_in_by_one(trial: Trial) -> None:
    trial.do(add, Person(email="no@example.com", role="viewer"))
    trial.do(let_leave, _vi(trial).user)
    for email, password in (("no@example.com", "nobody has this password"), ("vi@example.com", PASSWORD)):
        with pytest.raises(NotSignedIn):
            enter(trial, password, email)


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("short", "it has 5 characters"),
        ("x" * 201, "it has 201 characters"),
        ("Vi.Somebody@Example.com", "it is your own address"),
        ("vi.somebody ", "it is your own address"),
        ("abababababab", "it is the same few letters"),
    ],
)
def test_a_password_that_is_easy_to_guess_is_refused_with_why(password: str, why: str) -> None:
    with pytest.raises(BadUsage, match=f"password: {why}.*Take 12 to 200 characters"):
        PASSWORDS.encode(password, email="vi.somebody@example.com")


def test_letters_put_together_in_another_way_are_the_same_password() -> None:
    encoded = PASSWORDS.encode("caf\u00e9 au lait noir", email="a@example.com")
    assert PASSWORDS.fits(encoded, "cafe\u0301 au lait noir")
    assert not PASSWORDS.fits(encoded, "cafe au lait noir")


@pytest.mark.parametrize("password", ["\ud800" * 12, "x" * 100_000, "\0"])
def test_whatever_is_entered_fits_or_does_not(password: str) -> None:
    assert not PASSWORDS.fits(PASSWORDS.encode(PASSWORD, email="a@example.com"), password)
    assert not PASSWORDS.fits("no encoding at all", password)


def test_a_password_is_encoded_anew_when_its_cost_has_changed(each_trial: Trial, vi: UserRow) -> None:
    dearer = Passwords(Cost(rounds=2, memory=16))
    by_password(each_trial.desk, dearer, vi.email, PASSWORD, come=HERE)
    with each_trial.database.reading(each_trial.desk.workspace) as tx:
        row = tx.house.one(UserRow, user=vi.user)
    assert row is not None
    assert not dearer.is_old(row.password)
    assert dearer.fits(row.password, PASSWORD)


def test_another_password_ends_every_other_session(each_trial: Trial, vi: UserRow) -> None:
    mine = of_session(each_trial.desk, enter(each_trial).ticket).session
    enter(each_trial)
    each_trial.do(set_password, vi.user, PASSWORDS.encode("another one of mine", email=vi.email), keep=mine)
    assert [row.digest for row in sessions.sessions_of(each_trial.desk, vi.user)] == [mine]


# --- sessions


def test_a_session_says_by_what_and_with_what_it_was_begun(trial: Trial) -> None:
    user = _vi(trial)
    use_link(trial.desk, link(trial), come=HERE)
    trial.now += 1
    sign_in(trial.desk, user, via="oidc", come=From("", "x\n" * 500))
    found = [(row.via, row.agent[:9], len(row.agent)) for row in sessions.sessions_of(trial.desk, user.user)]
    assert found == [("oidc", "xxxxxxxxx", 100), ("link", "a browser", 9)]


def test_nobody_is_vouched_for_who_has_left(trial: Trial) -> None:
    user = _vi(trial)
    trial.do(let_leave, user.user)
    with pytest.raises(NotSignedIn, match="no longer"):
        sign_in(trial.desk, user, via="oidc", come=HERE)


def test_a_session_ends_after_a_week_without_a_sign_of_life(trial: Trial) -> None:
    _vi(trial)
    ticket = enter(trial).ticket
    for _ in range(3):
        trial.now += 7 * DAY - 1
        of_session(trial.desk, ticket)
    trial.now += 7 * DAY
    with pytest.raises(NotSignedIn, match="sign in again"):
        of_session(trial.desk, ticket)


def test_a_session_ends_after_thirty_days_in_any_case(trial: Trial) -> None:
    _vi(trial)
    ticket = enter(trial).ticket
    for _ in range(29):
        trial.now += DAY
        of_session(trial.desk, ticket)
    trial.now += DAY
    with pytest.raises(NotSignedIn):
        of_session(trial.desk, ticket)


def test_a_sign_of_life_is_written_down_to_five_minutes(trial: Trial) -> None:
    user = _vi(trial)
    ticket = enter(trial).ticket
    begun = trial.now
    for passed, seen in ((5 * MINUTE - 1, begun), (1, begun + 5 * MINUTE), (1, begun + 5 * MINUTE)):
        trial.now += passed
        of_session(trial.desk, ticket)
        assert sessions.sessions_of(trial.desk, user.user)[0].seen == seen


def test_a_session_that_was_ended_is_not_brought_back_by_a_sign_of_life(each_trial: Trial, vi: UserRow) -> None:
    enter(each_trial)
    row = sessions.sessions_of(each_trial.desk, vi.user)[0]
    sessions.end(each_trial.desk, vi.user, row.digest)
    sessions.note_seen(each_trial.desk, row, each_trial.now + DAY)
    assert sessions.sessions_of(each_trial.desk, vi.user) == []


def test_one_ends_ones_own_sessions_and_nobody_elses(trial: Trial) -> None:
    user = _vi(trial)
    ticket = enter(trial).ticket
    row = sessions.sessions_of(trial.desk, user.user)[0]
    with pytest.raises(NotFound, match="no such session"):
        sessions.end(trial.desk, user.user + 1, row.digest)
    sessions.end(trial.desk, user.user, row.digest)
    with pytest.raises(NotFound, match="it has ended"):
        sessions.end(trial.desk, user.user, row.digest)
    with pytest.raises(NotSignedIn):
        of_session(trial.desk, ticket)


def test_somebody_signs_out_everywhere_else(each_trial: Trial, vi: UserRow) -> None:
    mine = of_session(each_trial.desk, enter(each_trial).ticket).session
    enter(each_trial)
    enter(each_trial)
    assert sessions.end_all(each_trial.desk, vi.user, keep=mine) == 2
    assert sessions.end_all(each_trial.desk, vi.user) == 1


def test_of_too_many_sessions_the_oldest_ends(trial: Trial) -> None:
    user = _vi(trial)
    first = enter(trial).ticket
    for _ in range(sessions.MOST):
        trial.now += MINUTE
        enter(trial)
    assert len(sessions.sessions_of(trial.desk, user.user)) == sessions.MOST
    with pytest.raises(NotSignedIn):
        of_session(trial.desk, first)


def test_forms_bring_along_what_follows_from_the_session_alone() -> None:
    first, second = new_ticket("session", 1), new_ticket("session", 1)
    assert sessions.csrf_of(VAULT, first, workspace=1) == sessions.csrf_of(VAULT, first, workspace=1)
    assert sessions.csrf_of(VAULT, first, workspace=1) != sessions.csrf_of(VAULT, second, workspace=1)
    assert first.partition(".")[2] not in sessions.csrf_of(VAULT, first, workspace=1)


def test_a_session_of_a_user_who_is_gone_does_not_count(trial: Trial) -> None:
    ticket = new_ticket("session", trial.desk.workspace)
    digest = digest_of(VAULT, "session", ticket, workspace=trial.desk.workspace)
    with trial.database.sending(trial.desk.workspace) as tx:
        tx.house.write(SessionRow(digest=digest, user=77, since=0, seen=trial.now, expires=trial.now + DAY))
    with pytest.raises(NotSignedIn):
        of_session(trial.desk, ticket)


# --- attempts in vain


def test_after_five_wrong_passwords_each_waits_twice_as_long(each_trial: Trial, vi: UserRow) -> None:
    waited = []
    for _ in range(16):
        wait = waits(each_trial, lambda: enter(each_trial, "wrong"))
        waited.append(wait)
        each_trial.now += wait * 1000
        if wait:
            waits(each_trial, lambda: enter(each_trial, "wrong"))
    assert waited == [0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]


def test_whoever_must_wait_does_not_come_in_with_the_right_password_either(trial: Trial) -> None:
    _vi(trial)
    for _ in range(5):
        waits(trial, lambda: enter(trial, "wrong"))
    with pytest.raises(TooOften, match=r"that was tried too often: wait 1 second, then try again") as error:
        enter(trial)
    assert error.value.after == 1000
    trial.now += 1000
    assert enter(trial).user.email


def test_coming_in_makes_what_was_in_vain_forgotten(trial: Trial) -> None:
    _vi(trial)
    for _ in range(4):
        waits(trial, lambda: enter(trial, "wrong"))
    enter(trial)
    assert [waits(trial, lambda: enter(trial, "wrong")) for _ in range(6)] == [0, 0, 0, 0, 0, 1]


def test_a_day_makes_it_forgotten_too(trial: Trial) -> None:
    for _ in range(9):
        waits(trial, lambda: enter(trial, "wrong"))
        trial.now += MINUTE
    trial.now += DAY
    assert [waits(trial, lambda: enter(trial, "wrong")) for _ in range(6)] == [0, 0, 0, 0, 0, 1]


def test_who_tries_many_addresses_is_known_by_where_they_come_from(trial: Trial) -> None:
    tries = [waits(trial, lambda n=n: enter(trial, "x", f"u{n}@example.com")) for n in range(32)]  # type: ignore[misc]
    assert tries == [0] * 30 + [1, 1]
    assert waits(trial, lambda: by_password(trial.desk, PASSWORDS, "u9@example.com", "x", come=OTHERS)) == 0


def test_links_are_not_sent_to_anybody_again_and_again(trial: Trial) -> None:
    tries = [waits(trial, lambda: ask_link(trial.desk, "vi@example.com", come=HERE)) for _ in range(4)]
    assert tries == [0, 0, 0, 30]


def test_another_process_counts_on(trial: Trial) -> None:
    for _ in range(5):
        waits(trial, lambda: enter(trial, "wrong"))
    trial.desk = trial.another()
    assert waits(trial, lambda: enter(trial, "wrong")) == 1


def test_what_must_wait_counts_for_nothing_else(trial: Trial) -> None:
    for _ in range(3):
        attempt(trial.desk, {"link for": "vi@example.com"})
    for _ in range(99):
        with pytest.raises(TooOften):
            attempt(trial.desk, {"link from": "192.0.2.7", "link for": "vi@example.com"})
    attempt(trial.desk, {"link from": "192.0.2.7"})


def test_a_long_wait_is_told_in_minutes(trial: Trial) -> None:
    for _ in range(3):
        attempt(trial.desk, {"link for": "a"})
    trial.now += 30_000
    attempt(trial.desk, {"link for": "a"})
    trial.now += 60_000
    attempt(trial.desk, {"link for": "a"})
    with pytest.raises(TooOften, match="wait 2 minutes"):
        attempt(trial.desk, {"link for": "a"})


def test_what_is_empty_is_not_counted(trial: Trial) -> None:
    for _ in range(200):
        attempt(trial.desk, {"password from": ""})


@given(st.integers(0, 10**6), st.sampled_from([*LIMITS.values(), Limit(0, 1, 10**12)]))
def test_waits_only_grow_and_end_somewhere(count: int, limit: Limit) -> None:
    assert 0 <= limit.wait(count) <= limit.wait(count + 1) <= limit.most


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("a socket", "a socket"),
        ("", ""),
    ],
)
def test_a_household_counts_as_one(address: str, place: str) -> None:
    assert place_of(address) == place


# --- tickets


@given(st.integers(1, 10**17), st.sampled_from(["link", "session", "key"]))
def test_a_ticket_says_for_which_workspace_it_is(workspace: int, kind: str) -> None:
    ticket = new_ticket(kind, workspace)  # type: ignore[arg-type]  # one of the three
    assert workspace_of(ticket) == workspace
    assert digest_of(VAULT, kind, ticket, workspace=workspace + 1) == b""  # type: ignore[arg-type]


def test_a_ticket_is_good_for_one_thing_only() -> None:
    session, key = new_ticket("session", 1), new_ticket("key", 1)
    digests = {digest_of(VAULT, kind, session, workspace=1) for kind in ("link", "session", "key")}
    assert len(digests) == 3
    assert digest_of(VAULT, "session", key, workspace=1) == b""


@given(st.text(max_size=60))
def test_whatever_is_shown_is_a_ticket_or_is_not(text: str) -> None:
    assert workspace_of(text) is None
    assert digest_of(VAULT, "session", text, workspace=1) == b""


def test_no_row_is_found_by_no_digest(trial: Trial) -> None:
    _vi(trial)
    enter(trial)
    with trial.database.sending(trial.desk.workspace) as tx:
        row = tx.house.every(SessionRow)[0]
        tx.house.write(replace(row, digest=b""))
    for text in ("", "1.x", Actor("rep", "ann").id):
        with pytest.raises(NotSignedIn):
            of_session(trial.desk, text)


def test_a_clock_that_was_set_back_locks_nobody_out(trial: Trial) -> None:
    _vi(trial)
    enter(trial)
    trial.now -= DAY // 2
    assert waits(trial, lambda: enter(trial)) == 0
    for _ in range(6):
        waits(trial, lambda: enter(trial, "wrong"))
    trial.now -= DAY // 2
    assert 0 < waits(trial, lambda: enter(trial)) <= 2
