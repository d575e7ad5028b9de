"""HubSpot: events with a contact's id (a call to the CRM API brings the contact), contacts, and submissions of forms.

Signed with X-HubSpot-Signature-v3, the HMAC-SHA256 of method, address, body and time stamp under the app's client
secret. The older signatures hold no time, and whoever has seen one can send it again without the newer one: they count
only where a source says `legacy`.
"""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote, urlencode

from msgspec.structs import replace

from evenhand.errors import GiveUp
from evenhand.integrations.hooks.body import JSON, Table, inside, read_json, rows, table, word
from evenhand.integrations.hooks.calling import brought, called, key_for, opened
from evenhand.integrations.hooks.model import (
    MOST_LEADS,
    Answer,
    Delivered,
    Door,
    Fetch,
    Key,
    Keys,
    Knock,
    Request,
    Settings,
    Verdict,
    bad,
)
from evenhand.integrations.hooks.naming import Read, content_key, likely, moment, named, raw_of, taken
from evenhand.integrations.hooks.proof import base64_mac, hex_hash, missing, no, one_fits, secrets, stamped
from evenhand.know.raw import Raw

API: Final = "https://api.hubapi.com"
VERSION: Final = "v3"
_CONTACTS: Final = frozenset({"", "0-1"})  # object types of generic events; 0-1 are contacts
_LEADS: Final = frozenset({"contact.creation", "contact.propertyChange", "object.creation", "object.propertyChange"})
_ENCODED: Final = re.compile(r"%(3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)", re.IGNORECASE)  # decoded before signing

NAMES: Final[Mapping[str, str]] = {
    "email": "email",
    "phone": "phone",
    "mobilephone": "phone",
    "firstname": "first_name",
    "lastname": "last_name",
    "hs_linkedin_url": "linkedin",
    "jobtitle": "title",
    "job_function": "function",
    "company": "company",
    "website": "website",
    "industry": "industry",
    "numemployees": "employees",
    "annualrevenue": "revenue",
    "hs_country_region_code": "country",
    "country": "country",
    "hs_state_code": "state",
    "state": "state",
    "city": "city",
    "zip": "postal_code",
    "hs_language": "language",
    "hs_analytics_source": "source",
    "message": "message",
}
_OWN: Final = frozenset({"createdate", "hs_createdate", "lastmodifieddate", "hs_object_id"})  # HubSpot's bookkeeping


def verify(knock: Knock, keys: Keys, settings: Settings) -> Verdict:
    known = secrets(keys, "client_secret")
    if not known:
        return missing("client_secret")
    given = knock.headers.get("x-hubspot-signature-v3", "")
    if given:
        stamp = knock.headers.get("x-hubspot-request-timestamp", "")
        fresh = stamped(stamp, knock.at, window=settings.window, header="X-HubSpot-Request-Timestamp")
        if not fresh.ok:
            return fresh
        texts = [_text(knock, url, stamp) for url in _addresses(knock.url)]
        wanted = [base64_mac(secret, text) for secret in known for text in texts]
        return one_fits(given, wanted, "X-HubSpot-Signature-v3")
    if not settings.legacy:
        return no("there is no X-HubSpot-Signature-v3; older signatures count only with legacy = true.")
    return _older(knock, known)


def _older(knock: Knock, known: tuple[str, ...]) -> Verdict:
    given = knock.headers.get("x-hubspot-signature", "").lower()
    if not given:
        return no("there is no X-HubSpot-Signature.")
    if knock.headers.get("x-hubspot-signature-version", "v1").lower() == "v2":
        wanted = [hex_hash(secret.encode() + _text(knock, url)) for secret in known for url in _addresses(knock.url)]
    else:
        wanted = [hex_hash(secret.encode() + knock.body) for secret in known]
    return one_fits(given, wanted, "X-HubSpot-Signature")


def _addresses(url: str) -> tuple[str, ...]:
    """The address as it was called, and as HubSpot's words have it: with some of its signs decoded."""
    return url, _ENCODED.sub(lambda found: chr(int(found[1], 16)), url)


def _text(knock: Knock, url: str, stamp: str = "") -> bytes:
    start = f"{knock.method}{url}".encode(errors="backslashreplace")
    return start + knock.body + stamp.encode(errors="backslashreplace")


def read(knock: Knock, settings: Settings) -> Delivered:
    body = read_json(knock.body)
    if isinstance(body, dict):
        return Delivered(leads=(taken(_object(body, knock), settings),))
    events = [(where, event) for where, event in rows(body, "body")]
    if len(events) > MOST_LEADS:
        raise bad("body", f"holds {len(events):,} events.", f"At most {MOST_LEADS:,} are read at once.")
    fetches: dict[str, Fetch] = {}
    passed: list[str] = []
    created = {word(event.get("objectId")) for _, event in events if _kind(event).endswith(".creation")}
    for where, event in events:
        kind, contact = _kind(event), word(event.get("objectId"))
        if kind not in _LEADS or word(event.get("objectTypeId")) not in _CONTACTS:
            passed.append(_why_passed(kind))
        elif not kind.endswith(".creation") and contact in created:
            passed.append(f"a change of contact {contact}, which comes as created anyway.")
        else:
            fetch = _fetch(event, where, knock.at)
            fetches.setdefault(fetch.key, fetch)
    return Delivered(fetches=tuple(fetches.values()), passed=tuple(passed))


def _kind(event: Table) -> str:
    return word(event.get("subscriptionType"))


def _why_passed(kind: str) -> str:
    if kind.endswith("privacyDeletion"):
        return "a contact asks to be forgotten: erase the lead by hand."
    known = kind if re.fullmatch(r"[A-Za-z]{1,40}\.[A-Za-z]{1,40}", kind) else "some event"
    return f"{known}: no lead; contact.creation and contact.propertyChange are read."


def _fetch(event: Table, where: str, now: int) -> Fetch:
    """A new contact is one lead for ever; a change is one for each time that it happens."""
    contact, at = word(event.get("objectId")), word(event.get("occurredAt"))
    if not re.fullmatch(r"[0-9]{1,40}", contact):
        raise bad(f"{where}, objectId", "is no number.", "Send the id of the contact.")
    key = f"contact-{contact}" if _kind(event).endswith(".creation") else f"contact-{contact}-{at[:20]}"
    test = word(event.get("eventId")) == "100" and contact == "123"  # what the "Test" button sends
    received = likely(moment(event.get("occurredAt")), now)
    return Fetch(key=key, kind="contact", ids={"contact": contact}, received=received, test=test)


def _object(body: Table, knock: Knock) -> Read:
    """What a workflow sends: a contact; or a submission of a form."""
    if "properties" in body:
        return _contact(body, key="", received=None)
    if "values" not in body:
        raise bad("body", "holds neither events, nor a contact's properties, nor a form's values.", "See the manual.")
    answers: dict[str, Raw] = {}
    for _, item in rows(body["values"], "body, values"):
        if name := word(item.get("name")):
            answers.setdefault(name, raw_of(item.get("value")))
    fields = {**named(answers, NAMES), "page": word(body.get("pageUrl")), "form_id": word(body.get("formId"))}
    fields.setdefault("source", "hubspot")
    key = word(body.get("conversionId"))
    return Read(
        key=f"form-{key}" if key else content_key(body),
        whole=body,
        fields=fields,
        received=likely(moment(body.get("submittedAt")), knock.at),
    )


def _contact(contact: Table, *, key: str, received: int | None) -> Read:
    """A contact: its properties are values, or in older words {"value": ...}. Raises BadInput."""
    properties = table(contact.get("properties"), "contact, properties")
    number = word(contact.get("id")) or word(contact.get("vid")) or word(contact.get("objectId"))
    if not key and not number:
        raise bad("body, id", "is missing.", "Send the id of the contact.")
    answers = {name: _plain(value) for name, value in properties.items() if name not in _OWN}
    created = moment(contact.get("createdAt")) or moment(_plain_json(properties.get("createdate")))
    return Read(
        key=key or f"contact-{number}",
        whole=contact,
        fields={"source": "hubspot", **named(answers, NAMES)},
        received=received or created,
    )


def _plain_json(value: JSON) -> JSON:
    return inside(value, "value") if isinstance(value, dict) else value


def _plain(value: JSON) -> Raw:
    return raw_of(_plain_json(value))


def fetching(fetch: Fetch, keys: Keys, settings: Settings) -> Request:
    token = key_for(keys, "access_token", fetch)
    asked = ",".join(dict.fromkeys((*NAMES, "createdate", *settings.ask)))
    base = f"{(settings.api or API).rstrip('/')}/crm/{settings.version or VERSION}/objects/contacts"
    contact = quote(fetch.ids.get("contact", ""), safe="")
    return Request(
        url=f"{base}/{contact}?{urlencode({'properties': asked})}",
        headers={"authorization": f"Bearer {token}", "accept": "application/json"},
    )


def fetched(fetch: Fetch, answer: Answer, settings: Settings) -> Delivered:
    if fetch.test and answer.status == 404:
        return Delivered(passed=(f"HubSpot's sample event for {called(fetch)} arrived; there is no such contact.",))
    whole = opened(answer, fetch, "HubSpot")
    if not isinstance(whole.get("properties"), dict):
        raise GiveUp(f"{called(fetch)}: HubSpot's answer holds no properties. Look at the api of this source.")
    lead = _contact(whole, key=fetch.key, received=fetch.received)
    return brought(fetch, replace(lead, test=fetch.test), settings)


DOOR: Final = Door(
    names=NAMES,
    keys={
        "client_secret": Key("the client secret of the app that sends, from its Auth page"),
        "access_token": Key("an access token that may read contacts, if the hooks hold ids only", needed=False),
    },
    verify=verify,
    read=read,
    fetching=fetching,
    fetched=fetched,
)
