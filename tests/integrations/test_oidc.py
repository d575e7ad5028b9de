"""Signing in at another house, against one on this machine, and against what a bad one would say."""

import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from email.utils import parsedate_to_datetime
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from msgspec import Struct, json
from msgspec.structs import replace

from evenhand.errors import BadUsage, GiveUp, NotSignedIn
from evenhand.integrations.guard import Guard, read_networks
from evenhand.integrations.http import Client
from evenhand.integrations.oidc import PATIENCE, Begun, Identity, Provider, Reply, SignIn, read_house
from evenhand.integrations.oidc import House as Named

BACK: Final = "http://127.0.0.1:8080/sign-in/oidc/back"
NOW: Final = 1_793_610_000_000
HOUSE: Final = "https://house.example"
KEYS: Final = KeySet([RSAKey.generate_key(2048, {"kid": "one"})])
OTHER_KEYS: Final = KeySet([RSAKey.generate_key(2048, {"kid": "one"})])
NEW_KEYS: Final = KeySet([RSAKey.generate_key(2048, {"kid": "two"})])


class Said(Struct):
    body: bytes


class House:
    """Another house that says whatever a test has it say."""

    def __init__(self) -> None:
        self.now = NOW
        self.keys = self.signs = KEYS
        self.meta: dict[str, Any] = {
            "issuer": HOUSE,
            "authorization_endpoint": f"{HOUSE}/go?tenant=1",
            "token_endpoint": f"{HOUSE}/token",
            "jwks_uri": f"{HOUSE}/keys",
            "userinfo_endpoint": f"{HOUSE}/who",
        }
        self.claims: dict[str, Any] = {"email": "ann@example.com", "email_verified": True, "name": "Ann"}
        self.who: dict[str, Any] = {}
        self.header = {"alg": "RS256", "kid": "one"}
        self.nonce = ""
        self.asked: list[str] = []
        self.posted: list[tuple[dict[str, list[str]], Mapping[str, str]]] = []

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> Said:  # noqa: ARG002  as `Web` says
        self.asked.append(url)
        known: dict[str, Any] = {
            f"{HOUSE}/.well-known/openid-configuration": self.meta,
            f"{HOUSE}/keys": self.keys.as_dict(),
            f"{HOUSE}/who": self.who,
        }
        return Said(json.encode(known[url]))

    def post(self, url: str, body: bytes, headers: Mapping[str, str] | None = None) -> Said:
        assert url == f"{HOUSE}/token"
        self.posted.append((parse_qs(body.decode()), headers or {}))
        seconds = self.now // 1000
        usual = {"iss": HOUSE, "sub": "7", "aud": "us", "iat": seconds, "exp": seconds + 60, "nonce": self.nonce}
        claims = {key: value for key, value in {**usual, **self.claims}.items() if value is not None}
        token = jwt.encode(self.header, claims, self.signs)
        return Said(json.encode({"id_token": token, "access_token": "a"}))


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
def sign_in(house: House) -> SignIn:
    return SignIn(Provider(issuer=HOUSE, client="us", secret="s:e c"), house, clock=lambda: house.now)


def begin(house: House, sign_in: SignIn) -> Begun:
    _, begun = sign_in.begin(BACK)
    house.nonce = begun.nonce
    return begun


def finish(house: House, sign_in: SignIn) -> Identity:
    begun = begin(house, sign_in)
    return sign_in.finish(begun, Reply("c", begun.state), BACK)


def query(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


# --- a real one


# A program of its own, for what it stands on warns of parts that are to go, and leaves sockets open.
REAL: Final = """
import sys
from oidc_provider_mock import User, run_server_in_thread
claims = {"email": "ann@example.com", "email_verified": True, "name": "Ann"}
with run_server_in_thread(user_claims=[User(sub="ann", claims=claims)]) as server:
    print(server.server_port, flush=True)
    sys.stdin.read()
"""


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    words = [sys.executable, "-W", "ignore", "-c", REAL]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(words, text=True, **pipes) as child:  # type: ignore[call-overload]  # as the names say
        yield f"http://localhost:{child.stdout.readline().strip()}"
        child.stdin.close()
        child.wait(10)


def clock_of(issuer: str) -> int:
    """The house's own clock, as its answers say: no test looks at ours."""
    said = httpx.get(issuer, trust_env=False).headers["date"]
    return int(parsedate_to_datetime(said).timestamp() * 1000)


def test_somebody_signs_in_at_a_house_of_this_machine(issuer: str, loopback: None) -> None:
    now = clock_of(issuer)
    sign_in = SignIn(
        Provider(issuer=issuer, client="us", secret="secret"),
        Client(Guard(read_networks("127.0.0.0/8, ::1"))),
        clock=lambda: now,
    )
    url, begun = sign_in.begin(BACK)
    answer = httpx.post(url, data={"sub": "ann"}, trust_env=False)
    came = query(answer.headers["location"])
    assert came["state"] == begun.state
    identity = sign_in.finish(begun, Reply(came["code"], came["state"]), BACK)
    assert identity == Identity(f"{issuer}\nann", "ann@example.com", "Ann")
    with pytest.raises(NotSignedIn, match="does not stand by it"):
        sign_in.finish(begun, Reply(came["code"], came["state"]), BACK)


# --- going there


def test_a_browser_is_sent_with_all_that_protects_it(house: House, sign_in: SignIn) -> None:
    url, begun = sign_in.begin(BACK)
    asked = query(url)
    assert url.startswith(f"{HOUSE}/go?tenant=1&")
    assert (asked["state"], asked["nonce"], asked["redirect_uri"]) == (begun.state, begun.nonce, BACK)
    assert (asked["code_challenge_method"], len(asked["code_challenge"])) == ("S256", 43)
    assert begun.verifier not in url
    assert (asked["response_type"], asked["client_id"], asked["scope"]) == ("code", "us", "openid email profile")


def test_nobody_is_sent_twice_with_the_same(sign_in: SignIn) -> None:
    first, second = sign_in.begin(BACK)[1], sign_in.begin(BACK)[1]
    assert len({*(first.state, first.nonce, first.verifier), *(second.state, second.nonce, second.verifier)}) == 6


def test_what_the_house_says_of_itself_is_asked_once_an_hour(house: House, sign_in: SignIn) -> None:
    finish(house, sign_in)
    finish(house, sign_in)
    assert len(house.asked) == 2
    house.now += 3_600_000
    finish(house, sign_in)
    assert len(house.asked) == 4


# --- coming back


def test_whoever_comes_back_is_who_the_house_says(house: House, sign_in: SignIn) -> None:
    assert finish(house, sign_in) == Identity(f"{HOUSE}\n7", "ann@example.com", "Ann")
    form, headers = house.posted[0]
    assert headers["Authorization"] == "Basic dXM6cyUzQWUlMjBj"
    assert (form["code"], form["redirect_uri"], form["grant_type"]) == (["c"], [BACK], ["authorization_code"])
    assert "client_secret" not in form


def test_a_house_may_want_the_secret_in_the_form(house: House, sign_in: SignIn) -> None:
    house.meta["token_endpoint_auth_methods_supported"] = ["client_secret_post"]
    finish(house, sign_in)
    form, headers = house.posted[0]
    assert (form["client_id"], form["client_secret"]) == (["us"], ["s:e c"])
    assert "Authorization" not in headers


def test_without_a_secret_the_verifier_alone_proves_who_we_are(house: House) -> None:
    sign_in = SignIn(Provider(issuer=HOUSE, client="us"), house, clock=lambda: house.now)
    assert finish(house, sign_in).email
    assert house.posted[0][0]["client_id"] == ["us"]


@pytest.mark.parametrize("verified", [False, None, "true", 1])
def test_an_address_that_was_not_verified_is_none(house: House, sign_in: SignIn, verified: object) -> None:
    house.claims["email_verified"] = verified
    assert finish(house, sign_in) == Identity(f"{HOUSE}\n7", "", "Ann")


def test_an_address_may_be_told_only_when_asked_for(house: House, sign_in: SignIn) -> None:
    house.claims = {}
    house.who = {"sub": "7", "email": "ann@example.com", "email_verified": True}
    assert finish(house, sign_in) == Identity(f"{HOUSE}\n7", "ann@example.com")


def test_what_is_told_of_somebody_else_is_not_believed(house: House, sign_in: SignIn) -> None:
    house.claims = {}
    house.who = {"sub": "8", "email": "bob@example.com", "email_verified": True}
    with pytest.raises(NotSignedIn, match="speaks of somebody else"):
        finish(house, sign_in)


@pytest.mark.parametrize(
    "change",
    [
        {"iss": "https://elsewhere.example"},
        {"iss": None},
        {"aud": "them"},
        {"aud": None},
        {"sub": None},
        {"sub": 7},
        {"nonce": "another"},
        {"nonce": None},
        {"exp": NOW // 1000 - 60},
        {"exp": None},
        {"exp": "soon"},
        {"iat": NOW // 1000 + 61},
        {"iat": None},
        {"nbf": NOW // 1000 + 61},
    ],
)
def test_a_token_that_is_not_for_us_now_is_not_believed(
    house: House, sign_in: SignIn, change: dict[str, object]
) -> None:
    house.claims.update(change)
    with pytest.raises(NotSignedIn, match="cannot be believed"):
        finish(house, sign_in)


@pytest.mark.parametrize("change", [{"azp": "them"}, {"aud": ["us", "them"]}, {"aud": ["us", "them"], "azp": "them"}])
def test_a_token_that_was_given_to_somebody_else_is_not_believed(
    house: House, sign_in: SignIn, change: dict[str, object]
) -> None:
    house.claims.update(change)
    with pytest.raises(NotSignedIn, match="to somebody else"):
        finish(house, sign_in)


def test_a_token_for_several_is_believed_if_it_was_given_to_us(house: House, sign_in: SignIn) -> None:
    house.claims.update({"aud": ["us", "them"], "azp": "us"})
    assert finish(house, sign_in).email


def test_a_token_that_somebody_else_has_signed_is_not_believed(house: House, sign_in: SignIn) -> None:
    house.signs = OTHER_KEYS
    with pytest.raises(NotSignedIn, match="cannot be believed"):
        finish(house, sign_in)


def unsigned(_: str) -> str:
    return "eyJhbGciOiJub25lIn0.eyJzdWIiOiI3In0."


def cut(token: str) -> str:
    return token[:-9]


def nonsense(_: str) -> str:
    return "a.b"


@pytest.mark.parametrize("spoilt", [unsigned, cut, nonsense])
def test_a_token_that_is_spoilt_is_not_believed(
    house: House, sign_in: SignIn, spoilt: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    given = house.post

    def post(url: str, body: bytes, headers: Mapping[str, str] | None = None) -> Said:
        said = json.decode(given(url, body, headers).body)
        return Said(json.encode({**said, "id_token": spoilt(said["id_token"])}))

    monkeypatch.setattr(house, "post", post)
    with pytest.raises(NotSignedIn, match="cannot be believed"):
        finish(house, sign_in)


def test_a_key_that_is_new_is_looked_for_but_not_again_and_again(house: House, sign_in: SignIn) -> None:
    finish(house, sign_in)
    house.keys = house.signs = NEW_KEYS
    house.header["kid"] = "two"
    with pytest.raises(NotSignedIn):
        finish(house, sign_in)
    house.now += 60_000
    assert finish(house, sign_in).email
    assert len(house.asked) == 4


def test_a_reply_that_is_not_ours_is_refused(house: House, sign_in: SignIn) -> None:
    begun = begin(house, sign_in)
    for reply, said in (
        (Reply("c", "other"), "this is not how you left"),
        (Reply("c", ""), "this is not how you left"),
        (Reply("c", "\ud800".encode("utf-8", "replace").decode()), "this is not how you left"),
        (Reply("", begun.state, "access_denied"), r"has not let you in \(access_denied\)"),
        (Reply("", begun.state), "has not let you in"),
        (Reply("c", begun.state, issuer="https://elsewhere.example"), "comes from another house"),
    ):
        with pytest.raises(NotSignedIn, match=said):
            sign_in.finish(begun, reply, BACK)
    assert house.posted == []


def test_a_house_that_says_who_it_is_must_say_so_each_time(house: House, sign_in: SignIn) -> None:
    house.meta["authorization_response_iss_parameter_supported"] = True
    begun = begin(house, sign_in)
    with pytest.raises(NotSignedIn, match="comes from another house"):
        sign_in.finish(begun, Reply("c", begun.state), BACK)
    assert sign_in.finish(begun, Reply("c", begun.state, issuer=HOUSE), BACK).email


def test_whoever_takes_too_long_begins_again(house: House, sign_in: SignIn) -> None:
    begun = begin(house, sign_in)
    for at in (begun.at - PATIENCE, begun.at + 1):
        with pytest.raises(NotSignedIn, match="that took too long"):
            sign_in.finish(replace(begun, at=at), Reply("c", begun.state), BACK)


def test_a_house_by_another_name_is_told_to_whoever_set_it_up(house: House, sign_in: SignIn) -> None:
    house.meta["issuer"] = f"{HOUSE}/"
    with pytest.raises(
        BadUsage, match=r"issuer: https://house.example says of itself that it is https://house.example/"
    ):
        sign_in.begin(BACK)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"authorization_endpoint": "javascript:alert(1)"}, "names no address where people can sign in"),
        ({"token_endpoint": None}, "has not said what OpenID Connect says it must"),
    ],
)
def test_a_house_that_makes_no_sense_is_given_up(
    house: House, sign_in: SignIn, change: dict[str, object], said: str
) -> None:
    house.meta.update(change)
    with pytest.raises(GiveUp, match=said):
        sign_in.begin(BACK)


@pytest.mark.parametrize("keys", [b"", b"[]", b"{}", b'{"keys": []}', b'{"keys": [{"kty": "RSA"}]}'])
def test_keys_that_are_none_are_told(
    house: House, sign_in: SignIn, keys: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = house.get
    monkeypatch.setattr(house, "get", lambda url, headers=None: Said(keys) if "keys" in url else given(url, headers))
    with pytest.raises(GiveUp, match=r"the keys of https://house.example cannot be read"):
        sign_in.begin(BACK)


def test_a_secret_is_not_told_by_accident() -> None:
    assert "s3" not in repr(Provider(issuer=HOUSE, client="us", secret="s3"))


# --- set up by the environment


def test_a_house_is_named_by_the_environment() -> None:
    said = {"ISSUER": f"{HOUSE}/t/", "CLIENT": "us", "SECRET": "s", "JOIN": "Example.com, example.org"}
    found = read_house({f"EVENHAND_OIDC_{name}": value for name, value in said.items()})
    provider = Provider(issuer=f"{HOUSE}/t/", client="us", secret="s")
    assert found == Named(provider=provider, name="house.example", join=("example.com", "example.org"))
    assert read_house({"PATH": "/bin"}) is None


def test_everything_that_is_wrong_with_it_is_told_at_once() -> None:
    with pytest.raises(BadUsage) as error:
        read_house({"EVENHAND_OIDC_ISSUER": "house.example", "EVENHAND_OIDC_NAME": "<b>"})
    assert [fault.where.removeprefix("EVENHAND_OIDC_") for fault in error.value.faults] == ["ISSUER", "CLIENT", "NAME"]
