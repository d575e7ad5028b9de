"""Any sender of JSON (or of a form): it proves itself in one of four ways, and our own mapping says what is what.

One way is chosen (`by`), so that nobody may take the weakest of several.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from standardwebhooks import Webhook

from evenhand.errors import BadInput
from evenhand.integrations.hooks.body import JSON, Table, read_body, table, word
from evenhand.integrations.hooks.model import (
    MOST_LEADS,
    Delivered,
    Door,
    Key,
    Keys,
    Knock,
    Settings,
    Taken,
    Verdict,
    bad,
)
from evenhand.integrations.hooks.naming import (
    CLICKS,
    Read,
    content_key,
    first_faults,
    flat,
    likely,
    moment,
    named,
    taken,
)
from evenhand.integrations.hooks.paths import Asked
from evenhand.integrations.hooks.proof import base64_mac, hex_mac, missing, no, one_fits, secrets, stamped, token_fits

NAMES: Final[Mapping[str, str]] = {  # without a mapping; other columns' names are known as in a file of leads
    "page_url": "page",
    "pageUrl": "page",
    "landing_page": "page",
    "referer": "referrer",
    **dict.fromkeys(CLICKS, "click_id"),
}
_START: Final = datetime(1970, 1, 1, tzinfo=UTC)


def verify(knock: Knock, keys: Keys, settings: Settings) -> Verdict:
    return _WAYS[settings.by](knock, keys, settings)


def _standard(knock: Knock, keys: Keys, settings: Settings) -> Verdict:
    """Standard Webhooks: webhook-id, webhook-timestamp and webhook-signature, whose parts are `v1,...`."""
    known = secrets(keys, "secret")
    if not known:
        return missing("secret")
    stamp, number = knock.headers.get("webhook-timestamp", ""), knock.headers.get("webhook-id", "")
    fresh = stamped(stamp, knock.at, window=settings.window, header="webhook-timestamp")
    if not fresh.ok:
        return fresh
    given = knock.headers.get("webhook-signature", "").split()[:20]
    if not number or not given:
        return no(f"there is no {'webhook-signature' if number else 'webhook-id'}.")
    try:
        body, at = knock.body.decode(), _START + timedelta(seconds=int(stamp))
        wanted = [Webhook(secret).sign(number, at, body) for secret in known]
    except (
        ValueError,
        OverflowError,
    ):  # a body that is no text, a time in no year; and binascii's errors are ValueErrors
        return no("webhook-signature cannot be worked out: a body that is no text, or a secret that is no base64.")
    except Exception:  # an empty secret has an error of the library's own, which it does not give out
        return no("the secret of this source is no secret of Standard Webhooks.")
    fits = [one_fits(each, wanted, "webhook-signature") for each in given]
    return next((each for each in fits if each.ok), fits[0])


def _signed(knock: Knock, keys: Keys, settings: Settings) -> Verdict:
    known, how = secrets(keys, "secret"), settings.signature
    if not known:
        return missing("secret")
    given, text = knock.headers.get(how.header.lower(), "").strip(), knock.body
    if not given:
        return no(f"there is no {how.header}.")
    if how.stamp:
        stamp = knock.headers.get(how.stamp.lower(), "")
        fresh = stamped(stamp, knock.at, window=settings.window, header=how.stamp)
        if not fresh.ok:
            return fresh
        text = f"{stamp}{how.joint}".encode() + text
    if how.encoding == "hex":
        start, rest = given[: len(how.prefix)], given[len(how.prefix) :].lower()
        return one_fits(start + rest, [how.prefix + hex_mac(key, text, how.algorithm) for key in known], how.header)
    return one_fits(given, [how.prefix + base64_mac(key, text, how.algorithm) for key in known], how.header)


def _shown(knock: Knock, keys: Keys, settings: Settings) -> Verdict:
    given = knock.headers.get(settings.header.lower(), "").strip()
    scheme, _, rest = given.partition(" ")
    shown = rest.strip() if scheme.casefold() == "bearer" else given
    return token_fits(shown, keys, "token", settings.header)


def _addressed(knock: Knock, keys: Keys, _settings: Settings) -> Verdict:
    return token_fits(knock.asked("token"), keys, "token", "token in the address")


_WAYS: Final[Mapping[str, Callable[[Knock, Keys, Settings], Verdict]]] = {
    "standard": _standard,
    "signature": _signed,
    "header": _shown,
    "url": _addressed,
}


def read(knock: Knock, settings: Settings) -> Delivered:
    items = _items(read_body(knock), settings)
    if len(items) > MOST_LEADS:
        raise bad("body", f"holds {len(items):,} leads.", f"Send at most {MOST_LEADS:,} at once.")
    leads: list[Taken] = []
    wrong: list[BadInput] = []
    for place, item in enumerate(items, 1):
        where = f"item {place}" if len(items) > 1 else "body"
        try:
            leads.append(taken(_lead(table(item, where), knock, settings, place if len(items) > 1 else 0), settings))
        except BadInput as error:
            wrong.append(error)
    if wrong and not leads:
        raise first_faults(wrong)
    return Delivered(leads=tuple(leads), faults=first_faults(wrong).faults if wrong else ())


def _items(body: JSON, settings: Settings) -> list[JSON]:
    """The leads of a body: what `each` finds, the items of a list, or the body itself."""
    if not settings.each:
        return body if isinstance(body, list) else [body]
    found = Asked(body).find(settings.each, "each")
    if isinstance(found, list):
        return found
    raise bad("each", "finds no list in the body.", "Name the list of leads, such as data.items.")


def _lead(whole: Table, knock: Knock, settings: Settings, place: int) -> Read:
    asked = Asked(whole if settings.key or settings.received or settings.test else None)
    own = word(asked.find(settings.key, "key"))[:200] if settings.key else ""
    received = moment(asked.find(settings.received, "received")) if settings.received else None
    return Read(
        key=own or _key(whole, knock, settings, place),
        whole=whole,
        fields={} if settings.fields else named(flat(whole), NAMES),
        received=likely(received, knock.at),
        test=bool(settings.test) and asked.find(settings.test, "test") in (True, "true", 1, "1"),
    )


def _key(whole: Table, knock: Knock, settings: Settings, place: int) -> str:
    """The number of the delivery, where that is signed; else a key of what the lead says.

    A plain `id` is not taken for it: it may well be the form's, and every later lead would be lost in the first.
    """
    delivery = knock.headers.get("webhook-id", "") if settings.by == "standard" else ""
    if re.fullmatch(r"[\x21-\x7e]{1,200}", delivery):
        return f"{delivery}#{place}" if place else delivery
    return content_key(whole)


DOOR: Final = Door(
    names=NAMES,
    keys={
        "secret": Key("the secret that bodies are signed with", by=("standard", "signature")),
        "token": Key("the token that is shown in a header or in the address", by=("header", "url")),
    },
    verify=verify,
    read=read,
)
