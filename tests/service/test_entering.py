"""Coming in through the service: pages, JSON, cookies, keys; and nobody by a page of another site."""

import re
from collections.abc import Iterator
from typing import Any, Final

import pytest
from litestar.exceptions import LitestarException

from evenhand.actions.actor import Actor
from evenhand.actions.api_keys import NewKey, make_key, revoke_key
from evenhand.actions.sessions import sessions_of
from evenhand.actions.users import set_password
from evenhand.core.model import MINUTE
from evenhand.errors import GiveUp
from evenhand.integrations.oidc import Begun, Identity, Reply
from evenhand.service.routes import exports
from tests.desk import Trial, opened
from tests.service.entering import PASSWORDS, SECURE, Entering, entering

PASSWORD: Final = "four words of mine"
OLGA: Final = "olga@example.com"
ELSEWHERE: Final = {"Origin": "https://evil.example"}


@pytest.fixture
def door(sqlite_url: str) -> Iterator[Entering]:
    with opened(sqlite_url) as trial, entering(trial) as service:
        yield service


@pytest.fixture
def each_door(database_url: str) -> Iterator[Entering]:
    with opened(database_url) as trial, entering(trial) as service:
        yield service


def key(trial: Trial, **said: Any) -> dict[str, str]:
    wanted = NewKey(**{"name": "tool", "role": "admin", **said})
    return {"Authorization": f"Bearer {trial.do(make_key, wanted).key}"}


def with_password(door: Entering, email: str = OLGA) -> int:
    user = door.invited(email, "owner").user
    door.trial.do(set_password, user.user, PASSWORDS.encode(PASSWORD, email=email))
    return user.user


# --- by pages


def test_a_link_is_sent_looked_at_and_used(each_door: Entering) -> None:
    each_door.invited(OLGA, "owner")
    answer = each_door.client.post("/sign-in/link", data={"email": "Olga@example.com"})
    assert "a link is on its way" in answer.text
    each_door.settled()
    path = f"/sign-in/{each_door.mail.ticket()}"
    for _ in range(2):
        assert "Sign in as olga@example.com" in each_door.client.get(path).text
    answer = each_door.client.post(path)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert each_door.client.get("/api/v1/me").json()["name"] == OLGA
    assert "has been used" in each_door.client.post(path).text


def test_the_same_is_said_to_whom_nobody_knows(door: Entering) -> None:
    known = door.client.post("/sign-in/link", data={"email": "no@example.com"})
    door.settled()
    assert (known.status_code, door.mail.letters) == (200, [])
    assert "If no@example.com may sign in, a link is on its way" in known.text


def test_a_letter_says_what_its_link_is_good_for(door: Entering) -> None:
    door.invited(OLGA, "owner")
    door.client.post("/sign-in/link", data={"email": OLGA})
    door.settled()
    letter = door.mail.letters[0]
    assert (letter.to, letter.subject) == (OLGA, "Your link to sign in")
    assert "http://testserver.local/sign-in/1." in letter.text


def test_without_a_mail_server_it_says_so(door: Entering) -> None:
    door.entrance.post = None
    answer = door.client.post("/sign-in/link", data={"email": OLGA})
    assert answer.status_code == 503
    assert "evenhand login-link" in answer.text


def test_an_invitation_leads_to_a_name_and_a_password(door: Entering) -> None:
    path = f"/sign-in/{door.invited(OLGA, 'owner').ticket}"
    assert "Welcome" in door.client.get(path).text
    assert door.client.post(path).headers["location"] == "/welcome"
    csrf = re.search('name="csrf" value="([0-9a-f]+)"', door.client.get("/welcome").text)
    assert csrf is not None
    form = {"csrf": csrf[1], "name": "Olga", "password": "short"}
    wrong = door.client.post("/welcome", data=form)
    assert (wrong.status_code, "it has 5 characters" in wrong.text) == (400, True)
    assert door.client.post("/welcome", data={**form, "password": PASSWORD}).headers["location"] == "/"
    assert "You have a password already" in door.client.post("/welcome", data={**form, "password": PASSWORD}).text
    door.client.cookies.clear()
    assert door.client.post("/sign-in/password", data={"email": OLGA, "password": PASSWORD}).status_code == 303


def test_a_form_without_what_follows_from_the_session_does_nothing(door: Entering) -> None:
    door.enter(OLGA)
    for path in ("/welcome", "/sign-out"):
        assert door.client.post(path, data={"csrf": "x", "name": "Other"}).status_code == 403
    assert door.client.get("/api/v1/me").json()["name"] == OLGA


def test_who_signs_out_is_out(door: Entering) -> None:
    csrf = door.enter(OLGA)["X-CSRF-Token"]
    answer = door.client.post("/sign-out", data={"csrf": csrf})
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    door.trial.now += 1000
    assert door.client.get("/api/v1/me").status_code == 401
    assert door.client.get("/welcome").headers["location"] == "/sign-in"


def test_a_wrong_password_is_told_on_the_page(door: Entering) -> None:
    answer = door.client.post("/sign-in/password", data={"email": OLGA, "password": "wrong"})
    assert (answer.status_code, "The address or the password is wrong" in answer.text) == (401, True)


def test_a_page_shows_what_somebody_has_sent_as_text(door: Entering) -> None:
    answer = door.client.post("/sign-in/link", data={"email": '<script>"x"</script>'})
    assert answer.status_code == 400
    assert "<script>" not in answer.text
    answer = door.client.get("/sign-in", params={"workspace": '"><script>'})
    assert "<script>" not in answer.text


def test_a_page_allows_nothing_but_itself(door: Entering) -> None:
    headers = door.client.get("/sign-in").headers
    assert "default-src 'none'; style-src 'sha256-" in headers["content-security-policy"]
    assert (headers["cache-control"], headers["referrer-policy"]) == ("no-store", "same-origin")


@pytest.mark.parametrize("ticket", ["x", "1.x", "9." + "x" * 43, "eh_1_" + "x" * 43])
def test_what_is_no_link_is_told_on_the_page(door: Entering, ticket: str) -> None:
    for answer in (door.client.get(f"/sign-in/{ticket}"), door.client.post(f"/sign-in/{ticket}")):
        assert (answer.status_code, "This link does not work" in answer.text) == (401, True)


@pytest.mark.parametrize("path", ["/sign-in/link", "/sign-in/password", "/sign-in/1.x"])
def test_no_page_of_another_site_signs_anybody_in(door: Entering, path: str) -> None:
    for headers in (ELSEWHERE, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}):
        answer = door.client.post(path, data={"email": OLGA}, headers=headers)
        assert (answer.status_code, "a page of another site" in answer.text.lower()) == (403, True)


# --- by JSON


def test_a_password_signs_in_and_the_cookie_is_for_the_browser_alone(each_door: Entering) -> None:
    with_password(each_door)
    answer = each_door.client.post("/api/v1/sign-in/password", json={"email": OLGA, "password": PASSWORD})
    assert answer.json()["role"] == "owner"
    cookie = answer.headers["set-cookie"]
    assert re.match(r"evenhand=1\.[\w-]{43}; HttpOnly; Max-Age=2592000; Path=/; SameSite=lax$", cookie)


def test_by_https_the_cookie_is_our_hosts_alone(sqlite_url: str) -> None:
    with opened(sqlite_url) as trial, entering(trial, base=SECURE) as door:
        ticket = door.invited(OLGA, "owner").ticket
        cookie = door.client.post("/api/v1/sign-in/ticket", json={"ticket": ticket}).headers["set-cookie"]
        assert cookie.startswith("__Host-evenhand=")
        assert "; Secure" in cookie
        assert door.client.get("/api/v1/me").status_code == 200


def test_a_link_is_sent_by_json_too(door: Entering) -> None:
    door.invited(OLGA, "owner")
    assert door.client.post("/api/v1/sign-in/link", json={"email": OLGA}).status_code == 202
    door.settled()
    answer = door.client.post("/api/v1/sign-in/ticket", json={"ticket": door.mail.ticket()})
    assert answer.json()["workspace"] == "main"
    door.entrance.post = None
    assert door.client.post("/api/v1/sign-in/link", json={"email": OLGA}).status_code == 503


def test_after_too_many_attempts_it_says_how_long_to_wait(door: Entering) -> None:
    tries = [door.client.post("/api/v1/sign-in/password", json={"email": OLGA, "password": "x"}) for _ in range(6)]
    assert [answer.status_code for answer in tries] == [401] * 5 + [429]
    assert tries[-1].headers["retry-after"] == "1"


def test_a_workspace_that_is_not_there_is_told(door: Entering) -> None:
    said = {"email": OLGA, "password": "x", "workspace": "nowhere"}
    assert door.client.post("/api/v1/sign-in/password", json=said).status_code == 404


def test_a_change_by_cookie_must_come_from_a_page_of_ours(door: Entering) -> None:
    csrf = door.enter(OLGA)
    name = {"name": "Olga"}
    assert door.client.patch("/api/v1/me", json=name).status_code == 403
    assert door.client.patch("/api/v1/me", json=name, headers=[(b"X-CSRF-Token", b"\xe9")]).status_code == 403
    assert door.client.patch("/api/v1/me", json=name, headers={**csrf, **ELSEWHERE}).status_code == 403
    assert door.client.patch("/api/v1/me", json=name, headers=csrf).json()["name"] == "Olga"


def test_a_key_needs_no_such_thing(door: Entering) -> None:
    headers = key(door.trial, scopes=("leads:take",))
    assert door.client.post("/api/v1/leads", json={"topic": "x"}, headers={**headers, **ELSEWHERE}).status_code == 201
    answer = door.client.get("/api/v1/leads/1", headers=headers)
    assert (answer.status_code, "make one with the scope leads:read" in answer.json()["detail"]) == (403, True)


def test_a_key_that_only_brings_leads_in_reads_none_by_their_ids(door: Entering) -> None:
    lead = {"id": "7", "source": "crm", "company": "Acme"}
    both, one = key(door.trial), key(door.trial, scopes=("leads:take",), name="brings")
    door.client.post("/api/v1/leads", json=lead, headers=one)
    assert "company" in door.client.post("/api/v1/leads", json=lead, headers=one).json()["lead"]["fields"]
    touched = {**lead, "company": "?"}
    found = door.client.post("/api/v1/leads", json=touched, headers=one).json()
    assert (found["how"], found["lead"].keys(), found["decision"]) == ("touched", {"id", "state", "received"}, None)
    assert "company" in door.client.post("/api/v1/leads", json={**lead, "a": 1}, headers=both).json()["lead"]["fields"]


@pytest.mark.parametrize("bearer", ["", "x", "eh_1_x", "eh_9_" + "x" * 43, "1." + "x" * 43])
def test_what_is_no_key_lets_nobody_in(door: Entering, bearer: str) -> None:
    answer = door.client.get("/api/v1/me", headers={"Authorization": f"Bearer {bearer}"})
    assert (answer.status_code, answer.headers["www-authenticate"][:6]) == (401, "Bearer")


def test_a_session_is_no_key_and_a_key_is_no_session(door: Entering) -> None:
    door.enter(OLGA)
    ticket = door.client.cookies["evenhand"]
    assert door.client.get("/api/v1/me").status_code == 200
    assert door.client.get("/api/v1/me", headers={"Authorization": f"Bearer {ticket}"}).status_code == 401
    bearer = key(door.trial)["Authorization"].removeprefix("Bearer ")
    assert door.client.get("/api/v1/me", headers={"Authorization": f"Bearer {bearer}"}).json()["key"]
    door.client.cookies.set("evenhand", bearer)
    assert door.client.get("/api/v1/me").status_code == 401


# --- myself


def test_whoever_asks_hears_what_they_may(door: Entering) -> None:
    door.enter("eve@example.com", "manager", "eve")
    found = door.client.get("/api/v1/me").json()
    assert (found["rep"], found["reach"]) == ("eve", ["ann", "bob", "cy", "eve"])
    assert "users:write" not in found["scopes"]


def test_another_password_is_set_by_whoever_knows_the_one_before(door: Entering) -> None:
    user = with_password(door)
    said = {"email": OLGA, "password": PASSWORD}
    headers = {"X-CSRF-Token": door.client.post("/api/v1/sign-in/password", json=said).json()["csrf"]}
    new = {"password": "another one of mine"}
    for more, status in (({}, 400), ({"current": "wrong"}, 403), ({"current": PASSWORD}, 200)):
        answer = door.client.put("/api/v1/me/password", json={**new, **more}, headers=headers)
        assert answer.status_code == status, answer.text
    assert len(sessions_of(door.trial.desk, user)) == 1
    assert door.client.get("/api/v1/me").json()["csrf"] != headers["X-CSRF-Token"]


def test_whoever_has_forgotten_it_comes_by_a_link(door: Entering) -> None:
    user = with_password(door)
    door.client.post("/api/v1/sign-in/link", json={"email": OLGA})
    door.settled()
    answer = door.client.post("/api/v1/sign-in/ticket", json={"ticket": door.mail.ticket()})
    headers = {"X-CSRF-Token": answer.json()["csrf"]}
    door.trial.now += 15 * MINUTE
    new = {"password": "another one of mine"}
    assert door.client.put("/api/v1/me/password", json=new, headers=headers).status_code == 400
    door.trial.now -= MINUTE
    assert door.client.put("/api/v1/me/password", json=new, headers=headers).status_code == 200
    assert sessions_of(door.trial.desk, user)[0].via == "link"


def test_somebody_sees_and_ends_their_sessions(door: Entering) -> None:
    with_password(door)
    said = {"email": OLGA, "password": PASSWORD}
    for _ in range(3):
        door.client.cookies.clear()
        door.trial.now += 1
        headers = {"X-CSRF-Token": door.client.post("/api/v1/sign-in/password", json=said).json()["csrf"]}
    found = door.client.get("/api/v1/me/sessions").json()["items"]
    assert [each["is_this"] for each in found] == [True, False, False]
    assert door.client.delete(f"/api/v1/me/sessions/{found[2]['id']}", headers=headers).json() == {"ended": 1}
    assert door.client.delete("/api/v1/me/sessions/xyz", headers=headers).status_code == 404
    assert door.client.delete("/api/v1/me/sessions", headers=headers).json() == {"ended": 1}
    assert door.client.post("/api/v1/sign-out", headers=headers).json() == {"ended": 1}


def test_a_key_has_no_sessions(door: Entering) -> None:
    bearer = key(door.trial)
    for method, path in (("GET", "/me/sessions"), ("DELETE", "/me/sessions"), ("POST", "/sign-out")):
        assert door.client.request(method, f"/api/v1{path}", headers=bearer).status_code == 403


# --- users and keys


def test_an_admin_invites_changes_and_lets_go(each_door: Entering) -> None:
    csrf = each_door.enter("ada@example.com", "admin")
    client = each_door.client
    answer = client.post("/api/v1/users", json={"email": "Vi@example.com", "role": "viewer"}, headers=csrf)
    assert (answer.status_code, answer.json()["sent"], answer.json()["link"]) == (201, True, None)
    each_door.settled()
    assert each_door.mail.letters[0].subject == "You are invited"
    user = answer.json()["user"]["id"]
    changed = client.patch(f"/api/v1/users/{user}", json={"role": "rep", "rep": "ann"}, headers=csrf)
    assert (changed.json()["role"], changed.json()["rep"]) == ("rep", "ann")
    assert client.post(f"/api/v1/users/{user}/invitation", headers=csrf).status_code == 201
    assert client.delete(f"/api/v1/users/{user}", headers=csrf).json()["left"]
    assert [each["email"] for each in client.get("/api/v1/users").json()["items"]] == ["ada@example.com"]
    assert len(client.get("/api/v1/users?everybody=true").json()["items"]) == 2
    assert client.post(f"/api/v1/users/{user}/return", headers=csrf).json()["left"] is None


def test_without_a_mail_server_an_invitation_is_handed_on(door: Entering) -> None:
    csrf, door.entrance.post = door.enter(OLGA), None
    answer = door.client.post("/api/v1/users", json={"email": "vi@example.com", "role": "viewer"}, headers=csrf)
    assert answer.json()["link"].startswith("http://testserver.local/sign-in/1.")
    said = {"email": "vo@example.com", "role": "viewer", "invite": False}
    assert door.client.post("/api/v1/users", json=said, headers=csrf).json()["link"] is None


def test_what_an_admin_cannot_do_is_told(door: Entering) -> None:
    owner = door.invited(OLGA, "owner").user.user
    csrf = door.enter("ada@example.com", "admin")
    for method, path, said, status in (
        ("POST", "/users", {"email": "o@example.com", "role": "owner"}, 403),
        ("POST", "/users", {"email": "o@example.com", "role": "boss"}, 400),
        ("POST", "/users", {"email": "o@example.com", "role": "viewer", "more": 1}, 400),
        ("DELETE", f"/users/{owner}", None, 403),
        ("DELETE", "/users/999", None, 404),
        ("DELETE", f"/users/{1 << 70}", None, 404),
        ("POST", "/keys", {"name": "k", "role": "rep"}, 400),
        ("POST", "/keys", {"name": "k", "role": "admin", "expires": "soon"}, 400),
        ("DELETE", "/keys/999", None, 404),
    ):
        answer = door.client.request(method, f"/api/v1{path}", json=said, headers=csrf)
        assert answer.status_code == status, (path, answer.text)


def test_a_key_is_made_used_listed_and_revoked(each_door: Entering) -> None:
    csrf, client = each_door.enter(OLGA), each_door.client
    said = {"name": "site", "role": "admin", "scopes": ["keys:read"], "expires": "2027-01-31T12:00Z"}
    made = client.post("/api/v1/keys", json=said, headers=csrf).json()
    bearer = {"Authorization": f"Bearer {made['secret']}"}
    client.cookies.clear()
    found = client.get("/api/v1/keys", headers=bearer).json()["items"]
    assert [(each["name"], each["scopes"], each["works"]) for each in found] == [("site", ["keys:read"], True)]
    assert made["secret"] not in client.get("/api/v1/keys", headers=bearer).text
    csrf = each_door.enter("otto@example.com")
    assert client.delete(f"/api/v1/keys/{made['key']['id']}", headers=csrf).json()["works"] is False
    each_door.trial.now += 1000
    assert client.get("/api/v1/keys", headers=bearer).status_code == 401
    assert client.get("/api/v1/keys?everything=true").json()["items"][0]["revoked"]


def test_what_somebody_may_is_known_again_after_a_second(door: Entering) -> None:
    csrf = door.enter(OLGA)
    viewer = door.invited("vi@example.com", "viewer")
    other = door.client.post("/api/v1/sign-in/ticket", json={"ticket": viewer.ticket})
    assert other.json()["role"] == "viewer"
    mine = door.client.post("/api/v1/users", json={"email": "x@example.com", "role": "viewer"}, headers=csrf)
    assert mine.status_code == 403


# --- another house


class Friendly:
    """A house that vouches for whoever comes."""

    def __init__(self) -> None:
        self.who = Identity("https://house.example\n7", "ann@example.com", "Ann")
        self.begun = Begun("state", "nonce", "verifier", 0)

    def begin(self, back: str) -> tuple[str, Begun]:
        return f"https://house.example/go?back={back}", self.begun

    def finish(self, begun: Begun, reply: Reply, back: str) -> Identity:  # noqa: ARG002  as a real one
        assert (begun, reply.state) == (self.begun, "state")
        if reply.error:
            raise GiveUp(reply.error)
        return self.who


def test_another_house_vouches_for_somebody(door: Entering) -> None:
    door.entrance.vouch = {"House": Friendly()}  # type: ignore[dict-item]  # it does all that one does
    door.invited("ann@example.com", "rep", "ann")
    assert "Sign in with House" in door.client.get("/sign-in").text
    away = door.client.get("/sign-in/at/House")
    assert away.headers["location"].startswith("https://house.example/go?back=http://testserver.local/sign-in/back")
    assert "verifier" not in away.headers["set-cookie"]
    assert "has failed" not in door.client.get("/sign-in/back?state=state&error=denied").text
    answer = door.client.get("/sign-in/back?code=c&state=state")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert door.client.get("/api/v1/me").json()["rep"] == "ann"


def test_whoever_never_left_does_not_come_back(door: Entering) -> None:
    door.entrance.vouch = {"House": Friendly()}  # type: ignore[dict-item]  # as above
    assert "this is not how you left" in door.client.get("/sign-in/back?code=c&state=state").text.lower()
    door.client.cookies.set("evenhand-away", "ab")
    assert "this is not how you left" in door.client.get("/sign-in/back?code=c&state=state").text.lower()
    assert door.client.get("/sign-in/at/Other").status_code == 404


def test_nobody_comes_in_whom_nobody_has_let_in(door: Entering) -> None:
    door.entrance.vouch = {"House": Friendly()}  # type: ignore[dict-item]  # as above
    door.client.get("/sign-in/at/House")
    answer = door.client.get("/sign-in/back?code=c&state=state")
    assert (answer.status_code, "Ask an admin for an invitation" in answer.text) == (401, True)


def test_nobody_is_anybody_without_a_key_or_a_session(door: Entering) -> None:
    for path in ("/me", "/me/sessions", "/users", "/keys", "/leads/1"):
        assert door.client.get(f"/api/v1{path}").status_code == 401
    assert Actor("rep", "ann").role is None


def test_an_export_ends_where_its_key_does(door: Entering, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "PAGE", 1)
    made = door.trial.do(make_key, NewKey(name="out", role="admin"))
    headers = {"Authorization": f"Bearer {made.key}"}
    for _ in range(3):
        door.client.post("/api/v1/leads", json={"topic": "x"}, headers=headers)
    leads = exports._leads

    def revoked_after_the_first(*given: Any) -> exports.Page:
        door.trial.do(revoke_key, made.row.no)
        door.trial.now += 1_001
        return leads(*given)

    monkeypatch.setattr(exports, "_leads", revoked_after_the_first)
    with pytest.raises(LitestarException, match="after response started"):  # it breaks off: nobody takes it for all
        door.client.get("/api/v1/export/leads", headers=headers)
