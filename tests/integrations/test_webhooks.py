"""Signed webhooks, checked by the standard's own library as whoever gets one would."""

import time
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from evenhand.errors import BadInput, GiveUp
from evenhand.integrations.guard import Guard, read_networks
from evenhand.integrations.http import Client
from evenhand.integrations.webhooks import Secret, Webhooks, check_secret, in_force, new_secret, signed
from tests.integrations.receiver import receiving

BODY = '{"kind": "lead.assigned", "name": "Zoë"}'.encode()


def now() -> int:
    """The library holds what it checks against this machine's clock."""
    return time.time_ns() // 1_000_000


def is_good(secret: str, headers: dict[str, str], body: bytes = BODY) -> bool:
    try:
        Webhook(secret).verify(body, headers)
    except WebhookVerificationError:
        return False
    return True


def headers(secrets: Sequence[Secret], *, at: int | None = None) -> dict[str, str]:
    return signed("1-42", BODY, secrets=secrets, at=now() if at is None else at)


def test_what_is_sent_can_be_checked() -> None:
    secret = new_secret()
    assert is_good(secret, headers([Secret(secret)]))
    assert headers([Secret(secret)])["webhook-id"] == "1-42"


def test_another_body_secret_or_id_is_found_out() -> None:
    secret = new_secret()
    sent = headers([Secret(secret)])
    assert not is_good(secret, sent, BODY + b" ")
    assert not is_good(new_secret(), sent)
    assert not is_good(secret, sent | {"webhook-id": "1-43"})


def test_an_old_message_is_found_out() -> None:
    secret = new_secret()
    assert not is_good(secret, headers([Secret(secret)], at=now() - 6 * 60_000))


def test_both_secrets_are_good_while_one_replaces_the_other() -> None:
    new, old = new_secret(), new_secret()
    sent = headers([Secret(new), Secret(old, until=now() + 60_000)])
    assert is_good(new, sent)
    assert is_good(old, sent)


def test_a_replaced_secret_is_no_longer_good() -> None:
    new, old = new_secret(), new_secret()
    sent = headers([Secret(new), Secret(old, until=now() - 1)])
    assert is_good(new, sent)
    assert not is_good(old, sent)


def test_a_secret_is_in_force_up_to_its_last_moment() -> None:
    secrets = [Secret("new"), Secret("old", until=1000)]
    assert in_force(secrets, 999) == ["new", "old"]
    assert in_force(secrets, 1000) == ["new"]


def test_the_same_moment_gives_the_same_signature_and_the_id_stays() -> None:
    secret = Secret(new_secret())
    first, again, later = (headers([secret], at=at) for at in (1_790_000_000_000, 1_790_000_000_999, 1_790_000_001_000))
    assert first == again
    assert first["webhook-signature"] != later["webhook-signature"]
    assert first["webhook-id"] == later["webhook-id"]


@pytest.mark.parametrize("message_id", ["", "a.b", "a b", "a\r\nb", "ä", "a" * 129])
def test_an_id_that_would_blur_what_is_signed_is_an_error(message_id: str) -> None:
    with pytest.raises(ValueError, match="no id"):
        signed(message_id, BODY, secrets=[Secret(new_secret())], at=0)


@given(st.text(max_size=50).map(str.encode), st.from_regex(r"\A[A-Za-z0-9_-]{1,128}\Z"))
def test_any_body_can_be_checked(body: bytes, message_id: str) -> None:
    secret = new_secret()
    sent = signed(message_id, body, secrets=[Secret(secret)], at=now())
    Webhook(secret).verify(body, sent, json_parse=False)


def test_no_two_secrets_are_the_same() -> None:
    made = {new_secret() for _ in range(100)}
    assert len(made) == 100
    assert all(secret.startswith("whsec_") for secret in made)


def test_a_secret_that_we_made_is_one() -> None:
    check_secret(new_secret())


@pytest.mark.parametrize(
    "text", ["", "whsec_", "whsec_c2hvcnQ=", "whsec_!!!", "c" * 40, "whsec_" + "a" * 200, "whsec_ä"]
)
def test_what_nothing_can_be_signed_with_is_refused_unseen(text: str) -> None:
    with pytest.raises(BadInput) as error:
        check_secret(text)
    assert not text or text not in str(error.value).removeprefix("secret: this is not whsec_")


def test_a_secret_does_not_show_itself() -> None:
    secret = new_secret()
    assert secret not in repr(Secret(secret))


@pytest.mark.usefixtures("loopback")
def test_a_receiver_gets_what_it_can_check() -> None:
    secret = new_secret()
    with receiving() as server:
        client = Client(Guard(read_networks("127.0.0.1")))
        Webhooks(client).send(server.url("/hook"), "1-42", BODY, secrets=[Secret(secret)], at=now())
    (got,) = server.got
    assert is_good(secret, got.headers, got.body)
    assert got.headers["content-type"] == "application/json"


def test_without_a_secret_in_force_nothing_goes_out() -> None:
    with pytest.raises(GiveUp, match="no secret"):
        Webhooks(Client(Guard())).send("https://hooks.example.com/", "1", BODY, secrets=[Secret("x", until=1)], at=2)
