"""Signing in at another house: OpenID Connect, by an authorization code with PKCE, state and nonce.

`begin` says where to send the browser; what it gives beside is to be kept for that browser alone, sealed, until it
comes back. `finish` asks the other house who it was, and believes only what it has signed: RFC 6749, 7636, 9207 and
OpenID Connect Core 1.0. An address counts only if the other house says that it was verified.

`EVENHAND_OIDC_ISSUER`   the other house, letter by letter as it says it itself: https://accounts.example.com
`EVENHAND_OIDC_CLIENT`   under which name it knows us
`EVENHAND_OIDC_SECRET`   by which secret; empty where it asks for none
`EVENHAND_OIDC_NAME`     what the button says: Sign in with NAME
`EVENHAND_OIDC_JOIN`     domains, with commas, whose people come in by themselves, if the roster has their address
"""

import base64
import hashlib
import hmac
import re
import secrets
import threading
from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol, TypeVar
from urllib.parse import quote, urlencode

from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from msgspec import Struct, ValidationError, json

from evenhand.core.model import HOUR, MINUTE, Millis
from evenhand.errors import BadUsage, Fault, GiveUp, NotSignedIn

T = TypeVar("T")

PATIENCE: Final[Millis] = 10 * MINUTE  # so long somebody may take at the other house
GOOD: Final[Millis] = HOUR  # so long what the other house says of itself is good
LEEWAY: Final = 60  # seconds by which its clock may differ from ours
ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
WANTED: Final = "openid email profile"

_SAID: Final = ("ISSUER", "CLIENT", "SECRET", "NAME", "JOIN")
_ISSUER: Final = re.compile(r"https?://[^\s/?#@]+(/[^\s?#]*)?")
_NAME: Final = re.compile(r"[\w .-]{1,40}")
_STRANGE: Final = "try again; if it happens again, ask an admin"


class Said(Protocol):
    """What a server has answered."""

    @property
    def body(self) -> bytes: ...


class Web(Protocol):
    """Asks servers, guarded: `integrations.http.Client` does."""

    def get(self, url: str, headers: Mapping[str, str] = ...) -> Said:
        """Fetch something. Raises TryLater and GiveUp."""
        ...

    def post(self, url: str, body: bytes, headers: Mapping[str, str] = ...) -> Said:
        """Hand something over. Raises TryLater and GiveUp."""
        ...


class Provider(Struct, frozen=True, kw_only=True):
    """The other house, as it has registered us. `issuer` is its address, letter by letter as it says it itself."""

    issuer: str
    client: str
    secret: str = ""

    def __repr__(self) -> str:
        """For logs: without the secret."""
        return f"Provider(issuer={self.issuer!r}, client={self.client!r})"


class House(Struct, frozen=True, kw_only=True):
    """Another house as an operator has set it up: its name on the button, and whose people come in by themselves."""

    provider: Provider
    name: str
    join: tuple[str, ...] = ()


def read_house(environ: Mapping[str, str]) -> House | None:
    """The house that the environment names; `None` if it names none. Raises BadUsage with everything that is wrong."""
    said = {name: environ.get(f"EVENHAND_OIDC_{name}", "").strip() for name in _SAID}
    issuer, client = said["ISSUER"], said["CLIENT"]
    if not any(said.values()):
        return None
    faults = []
    if not _ISSUER.fullmatch(issuer):
        fix = "Write it like https://accounts.example.com, as the other house does."
        faults.append(Fault(where="EVENHAND_OIDC_ISSUER", what=f"{issuer[:80]!r} is no house.", fix=fix))
    if not client:
        fix = "Give the name that the other house knows us by (client id)."
        faults.append(Fault(where="EVENHAND_OIDC_CLIENT", what="is missing.", fix=fix))
    name = said["NAME"] or issuer.partition("://")[2].partition("/")[0]
    if not _NAME.fullmatch(name):
        fix = "Take letters, digits, spaces, dots and hyphens, 40 at most."
        faults.append(Fault(where="EVENHAND_OIDC_NAME", what=f"{name[:80]!r} does not fit on a button.", fix=fix))
    if faults:
        raise BadUsage(faults)
    join = tuple([word.lower() for word in said["JOIN"].replace(",", " ").split()])
    return House(provider=Provider(issuer=issuer, client=client, secret=said["SECRET"]), name=name, join=join)


class Begun(Struct, frozen=True):
    """What must be known again when the browser comes back. None of it may be seen by anybody else."""

    state: str
    nonce: str
    verifier: str
    at: Millis


class Reply(Struct, frozen=True):
    """With what the browser comes back: the query of the address that it was sent to."""

    code: str = ""
    state: str = ""
    error: str = ""
    issuer: str = ""


class Identity(Struct, frozen=True):
    """Who somebody is at the other house. `subject` has its issuer in the first line; `email` is verified, or empty."""

    subject: str
    email: str
    name: str = ""


class _Meta(Struct):
    """What a house says of itself (OpenID Connect Discovery 1.0), as far as we need it."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str = ""
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    authorization_response_iss_parameter_supported: bool = False


class _Tokens(Struct):
    id_token: str
    access_token: str = ""


class _Known(Struct, frozen=True):
    house: _Meta
    keys: KeySet
    at: Millis


class SignIn:
    """Lets people sign in at one other house; safe to share between threads. `clock` is in ms."""

    def __init__(self, provider: Provider, web: Web, *, clock: Callable[[], Millis]) -> None:
        self._provider = provider
        self._web = web
        self._clock = clock
        self._known: _Known | None = None
        self._lock = threading.Lock()

    def begin(self, back: str) -> tuple[str, Begun]:
        """Where to send a browser that is to come back to `back`, and what to keep for it. Raises TryLater, GiveUp."""
        house = self._learn().house
        begun = Begun(_chance(), _chance(), _chance(), self._clock())
        asked = {
            "response_type": "code",
            "client_id": self._provider.client,
            "redirect_uri": back,
            "scope": WANTED,
            "state": begun.state,
            "nonce": begun.nonce,
            "code_challenge": _challenge(begun.verifier),
            "code_challenge_method": "S256",
        }
        joint = "&" if "?" in house.authorization_endpoint else "?"
        return f"{house.authorization_endpoint}{joint}{urlencode(asked)}", begun

    def finish(self, begun: Begun, reply: Reply, back: str) -> Identity:
        """Who has come back. Raises NotSignedIn if that cannot be believed, TryLater and GiveUp."""
        house = self._learn().house
        self._check_reply(house, begun, reply)
        tokens = self._exchange(house, reply.code, begun.verifier, back)
        claims = self._claims(tokens.id_token, begun.nonce)
        if not claims.get("email") and house.userinfo_endpoint and tokens.access_token:
            claims = {**self._asked(house, tokens.access_token, claims["sub"]), "sub": claims["sub"]}
        email = claims.get("email") if claims.get("email_verified") is True else ""
        return Identity(f"{house.issuer}\n{claims['sub']}", _text(email), _text(claims.get("name")))

    # --- what the other house says of itself

    def _learn(self, *, anew: bool = False) -> _Known:
        with self._lock:
            known, now = self._known, self._clock()
            if known is not None and 0 <= now - known.at < (MINUTE if anew else GOOD):
                return known
            self._known = self._learned(now)
            return self._known

    def _learned(self, now: Millis) -> _Known:
        issuer = self._provider.issuer
        house = _read(self._web.get(f"{issuer.rstrip('/')}/.well-known/openid-configuration"), _Meta)
        if house.issuer != issuer:
            fix = "Write it letter by letter as the other house does."
            raise BadUsage(Fault(where="issuer", what=f"{issuer} says of itself that it is {house.issuer}.", fix=fix))
        if not house.authorization_endpoint.startswith(("https://", "http://")):
            raise GiveUp(f"{issuer} names no address where people can sign in")
        try:
            keys = KeySet.import_key_set(json.decode(self._web.get(house.jwks_uri).body))
        except (JoseError, ValidationError, ValueError, TypeError, KeyError) as error:
            raise GiveUp(f"the keys of {issuer} cannot be read") from error
        return _Known(house, keys, now)

    # --- what it says of somebody

    def _check_reply(self, house: _Meta, begun: Begun, reply: Reply) -> None:
        if not hmac.compare_digest(reply.state.encode("utf-8", "replace"), begun.state.encode()):
            raise NotSignedIn(f"this is not how you left: {_STRANGE}.")
        if not 0 <= self._clock() - begun.at < PATIENCE:
            raise NotSignedIn("that took too long: try again.")
        if reply.issuer not in ("", house.issuer) or (
            house.authorization_response_iss_parameter_supported and not reply.issuer
        ):
            raise NotSignedIn(f"this comes from another house than the one you were sent to: {_STRANGE}.")
        if reply.error or not reply.code:
            said = "".join([letter for letter in reply.error[:80] if letter.isprintable()])
            raise NotSignedIn(f"the other house has not let you in{f' ({said})' if said else ''}.")

    def _exchange(self, house: _Meta, code: str, verifier: str, back: str) -> _Tokens:
        """The tokens for a code."""
        asked = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back,
            "client_id": self._provider.client,
            "code_verifier": verifier,
        }
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        if self._provider.secret and "client_secret_basic" in house.token_endpoint_auth_methods_supported:
            headers["Authorization"] = _basic(self._provider)
            del asked["client_id"]
        elif self._provider.secret:
            asked["client_secret"] = self._provider.secret
        try:
            said = self._web.post(house.token_endpoint, urlencode(asked).encode(), headers)
        except GiveUp as error:
            raise NotSignedIn(f"the other house does not stand by it: {_STRANGE}.") from error
        return _read(said, _Tokens)

    def _claims(self, token: str, nonce: str) -> dict[str, Any]:
        """What a signed token says, if it is for us, for now, and for this browser."""
        try:
            claims = self._verified(token)
            jwt.JWTClaimsRegistry(
                now=self._clock() // 1000,
                leeway=LEEWAY,
                iss={"essential": True, "value": self._provider.issuer},
                sub={"essential": True},
                aud={"essential": True, "value": self._provider.client},
                exp={"essential": True},
                iat={"essential": True},
                nonce={"essential": True, "value": nonce},
            ).validate(claims)
        except (JoseError, ValueError, TypeError) as error:
            raise NotSignedIn(f"what the other house says of you cannot be believed: {_STRANGE}.") from error
        audience, party = claims["aud"], claims.get("azp")
        if party not in (None, self._provider.client) or (
            isinstance(audience, list) and len(audience) > 1 and not party
        ):
            raise NotSignedIn(f"the other house says who you are to somebody else: {_STRANGE}.")
        return claims

    def _verified(self, token: str) -> dict[str, Any]:
        """What it says, signed by a key of the other house; one that is new to us is looked for, once a minute."""
        try:
            return jwt.decode(token, self._learn().keys, algorithms=ALGORITHMS).claims
        except InvalidKeyIdError:
            return jwt.decode(token, self._learn(anew=True).keys, algorithms=ALGORITHMS).claims

    def _asked(self, house: _Meta, access: str, subject: str) -> dict[str, Any]:
        """More of somebody than their token says. Raises NotSignedIn if it is about somebody else."""
        said = self._web.get(house.userinfo_endpoint, {"Authorization": f"Bearer {access}"})
        claims = _read(said, dict[str, Any])
        if claims.get("sub") != subject:
            raise NotSignedIn(f"the other house speaks of somebody else: {_STRANGE}.")
        return claims


def _read(said: Said, kind: type[T]) -> T:
    try:
        return json.decode(said.body, type=kind)
    except (ValidationError, ValueError) as error:
        raise GiveUp(f"the other house has not said what OpenID Connect says it must: {error}") from error


def _chance() -> str:
    return secrets.token_urlsafe(32)


def _challenge(verifier: str) -> str:
    """What a verifier is known by until it is told (RFC 7636, S256)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _basic(provider: Provider) -> str:
    """Who we are, to the other house (RFC 6749, 2.3.1)."""
    pair = f"{quote(provider.client, safe='')}:{quote(provider.secret, safe='')}"
    return f"Basic {base64.b64encode(pair.encode()).decode()}"


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
