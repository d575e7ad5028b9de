"""ActiveCampaign: forms with brackets in their names, no signature. Whoever knows the address's token may knock."""

import re
from collections.abc import Mapping
from typing import Final

from evenhand.integrations.hooks.body import Table, inside, read_body, table, word
from evenhand.integrations.hooks.model import Delivered, Door, Key, Keys, Knock, Settings, Verdict, bad
from evenhand.integrations.hooks.naming import Read, flat, likely, moment, named, raw_of, taken
from evenhand.integrations.hooks.proof import token_fits
from evenhand.know.raw import Raw

NAMES: Final[Mapping[str, str]] = {
    "email": "email",
    "phone": "phone",
    "first_name": "first_name",
    "last_name": "last_name",
    "orgname": "company",
    "organization": "company",
    "tags": "tags",
}
_NO_LEADS: Final = re.compile(
    r"(unsubscribe|bounce|sent|open|click|reply|share|forward|contact_tag_removed|subscriber_note"
    r"|(deal|account|sms|list)_.*)?"
)
_UNTOLD: Final = frozenset({"id", "ip", "fields"})


def verify(knock: Knock, keys: Keys, _settings: Settings) -> Verdict:
    scheme, _, shown = knock.headers.get("authorization", "").partition(" ")
    given = knock.asked("token") or (shown.strip() if scheme.casefold() == "bearer" else "")
    return token_fits(given, keys, "token", "token in the address")


def read(knock: Knock, settings: Settings) -> Delivered:
    body = table(read_body(knock), "body")
    kind = word(body.get("type"))
    if kind and _NO_LEADS.fullmatch(kind):
        known = kind if re.fullmatch(r"[a-z_]{1,40}", kind) else "some event"
        return Delivered(passed=(f"{known}: no lead.",))
    contact = table(body.get("contact"), "body, contact")
    number = word(contact.get("id"))
    if not number:
        raise bad("body, contact[id]", "is missing.", "Send ActiveCampaign's own webhook, which names the contact.")
    at = word(body.get("date_time"))
    lead = Read(
        key=f"contact-{number}" + (f"-{at[:40]}" if at else ""),
        whole=body,
        fields={**named(_answers(contact), NAMES), **_around(body), "source": "activecampaign"},
        received=likely(moment(body.get("date_time")), knock.at),
    )
    return Delivered(leads=(taken(lead, settings),))


def _answers(contact: Table) -> dict[str, Raw]:
    """What the contact's own fields say; those that the account has made up have numbers: field.39."""
    answers = {name: raw_of(value) for name, value in contact.items() if name not in _UNTOLD}
    tags = answers.get("tags")
    if isinstance(tags, str):
        answers["tags"] = [part.strip() for part in tags.split(",") if part.strip()]
    own = inside(contact, "fields")
    return {**answers, **flat(own, "field.")} if isinstance(own, dict) else answers


def _around(body: Table) -> dict[str, Raw]:
    around: dict[str, Raw] = {"tag": raw_of(body.get("tag")), "form_id": word(inside(body, "form", "id"))}
    listed = word(body.get("list"))
    return {**around, "list": "" if listed == "0" else listed}


DOOR: Final = Door(
    names=NAMES,
    keys={"token": Key("a long random text of your own, at the end of the address: ?token=...")},
    verify=verify,
    read=read,
)
