"""Outgoing webhooks, signed as Standard Webhooks says: who gets one can check that it is ours, whole, and fresh.

The standard: https://www.standardwebhooks.com

While a secret is being replaced, both are in force for a while, and each message bears a signature of either: whoever
checks may change over at any moment in between.
"""

import base64
import re
import secrets as chance
from binascii import Error as BadBase64
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Final

from msgspec import Struct
from standardwebhooks import Webhook

from evenhand.core.model import Millis
from evenhand.errors import BadInput, Fault, GiveUp
from evenhand.integrations.http import Answer, Client

PREFIX: Final = "whsec_"
_BYTES: Final = 32
_FEWEST: Final = 24  # bytes, as the standard says; and 64 at the most
_MOST: Final = 64
_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,128}")  # a dot would blur what was signed


class Secret(Struct, frozen=True):
    """What messages are signed with. `until` is the moment, in ms, from which on it is no longer in force, if any."""

    text: str
    until: Millis | None = None

    def __repr__(self) -> str:
        """For logs."""
        return f"Secret(…, until={self.until})"


def new_secret() -> str:
    """A secret that nobody has: `whsec_` and 32 bytes in base64."""
    return PREFIX + base64.b64encode(chance.token_bytes(_BYTES)).decode("ascii")


def check_secret(text: str, *, where: str = "secret") -> None:
    """Raises BadInput if nothing can be signed with a secret that somebody brings along. It is never shown."""
    try:
        size = len(base64.b64decode(text.removeprefix(PREFIX), validate=True))
    except (BadBase64, ValueError):
        size = 0
    if not (text.startswith(PREFIX) and _FEWEST <= size <= _MOST):
        what = f"this is not {PREFIX} and {_FEWEST} to {_MOST} bytes in base64."
        raise BadInput(Fault(where=where, what=what, fix="Leave it out, and one is made."))


def in_force(secrets: Iterable[Secret], at: Millis) -> list[str]:
    """Those that messages are signed with at a moment, in the order given."""
    return [secret.text for secret in secrets if secret.until is None or at < secret.until]


def signed(message_id: str, body: bytes, *, secrets: Sequence[Secret], at: Millis) -> dict[str, str]:
    """The headers of a webhook: its id, the moment of sending, and a signature by each secret in force.

    The body is JSON in UTF-8. Raises ValueError for an id that is more than letters, digits, `-` and `_`, or if no
    secret is in force.
    """
    texts = in_force(secrets, at)
    if not _ID.fullmatch(message_id) or not texts:
        raise ValueError("no secret is in force" if not texts else "this is no id that can be signed")
    moment = datetime.fromtimestamp(at // 1000, UTC)
    signatures = [Webhook(text).sign(message_id, moment, body.decode()) for text in texts]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(at // 1000),
        "webhook-signature": " ".join(signatures),
        "content-type": "application/json",
    }


class Webhooks:
    """Carries signed messages to users' addresses."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def send(self, url: str, message_id: str, body: bytes, *, secrets: Sequence[Secret], at: Millis) -> Answer:
        """Hand a message over. Its id stays the same however often it is sent; `at` is the moment of this attempt.

        Raises TryLater and GiveUp.
        """
        if not in_force(secrets, at):
            raise GiveUp("no secret to sign with is in force")
        return self._client.post(url, body, signed(message_id, body, secrets=secrets, at=at))
