"""From the sender's names to ours, and from what a door has read to a lead that can be taken."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from msgspec import Struct

from evenhand.core.arrival import Problem
from evenhand.core.model import DAY, Millis
from evenhand.errors import BadInput
from evenhand.integrations.hooks.body import JSON, Table, word, written
from evenhand.integrations.hooks.model import Settings, Taken
from evenhand.integrations.hooks.paths import Asked
from evenhand.know.numbers import Unreadable
from evenhand.know.raw import Raw
from evenhand.know.times import read_time
from evenhand.reading.leads import EARLIEST

UTM: Final = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")
CLICKS: Final = ("gclid", "fbclid", "msclkid", "li_fat_id")
_MOST_FIELDS: Final = 500
_MOST_PARTS: Final = 200


class Read(Struct, frozen=True, kw_only=True):
    """A lead as a door has read it, before our own mapping. `whole` is what the sender told of it."""

    key: str
    whole: Table
    fields: Mapping[str, Raw]
    received: Millis | None = None
    test: bool = False


def named(answers: Mapping[str, Raw], names: Mapping[str, str]) -> dict[str, Raw]:
    """Our fields where `names` has a line for the sender's, the earlier line first; the rest under the sender's names.

    Of two answers for one field the one that comes second stays in the raw lead only.
    """
    folded: dict[str, Raw] = {}
    for name, value in answers.items():
        folded.setdefault(name.casefold(), value)
    fields: dict[str, Raw] = {}
    for theirs, ours in names.items():
        value = folded.get(theirs.casefold())
        if ours not in fields and not is_empty(value):
            fields[ours] = value
    known = {theirs.casefold() for theirs in names}
    for name, value in answers.items():
        if name.casefold() not in known and name not in fields and not is_empty(value):
            fields[name] = value
    return fields


def taken(lead: Read, settings: Settings) -> Taken:
    """The lead, with our own mapping and constants laid over it. Raises BadInput for a wrong expression."""
    fields = {name: value for name, value in lead.fields.items() if not is_empty(value)}
    problems: list[Problem] = []
    asked = Asked(lead.whole if settings.fields else None)
    for field, expression in settings.fields.items():
        try:
            value = asked.value(expression, f"fields.{field}")
        except Unreadable as error:
            problems.append(Problem(field, "", str(error), error.fix))
        else:
            if not is_empty(value):
                fields[field] = value
    page = fields.get("page")
    for name, found in tracked(page if isinstance(page, str) else "").items():
        fields.setdefault(name, found)
    if "utm_source" in fields:
        fields.setdefault("source", fields["utm_source"])
    for field, constant in settings.constants.items():
        fields[field] = [*constant] if isinstance(constant, tuple) else constant
    return Taken(
        key=lead.key,
        fields=dict(list(fields.items())[:_MOST_FIELDS]),
        raw=written(lead.whole),
        received=lead.received,
        test=lead.test,
        problems=tuple(problems),
    )


def cells(lead: Taken, now: Millis) -> dict[str, Raw]:
    """The lead as a row for `reading.leads.read_leads`. Its id and its time are set; no answer is taken for them."""
    received = lead.received if lead.received is not None and lead.received <= now else now
    first: dict[str, Raw] = {"id": lead.key, "received": received}  # the first column of a name is the one that counts
    return {**first, **lead.fields, **first}


def tracked(page: str) -> dict[str, Raw]:
    """The campaign that the address of a page tells: utm_source and its like, and the click's id."""
    try:
        pairs = parse_qsl(urlsplit(page).query, max_num_fields=200)
    except ValueError:
        return {}
    found: dict[str, Raw] = {}
    for name, value in pairs:
        if name in UTM and value:
            found.setdefault(name, value)
        elif name in CLICKS and value:
            found.setdefault("click_id", value)
    return found


def raw_of(value: JSON) -> Raw:
    """A single value, or a list of single values; what has parts of its own gives None and stays in the raw lead."""
    if isinstance(value, dict):
        return None
    if isinstance(value, list):
        parts = [raw_of(part) for part in value[:_MOST_PARTS] if not isinstance(part, dict | list)]
        return parts if len(parts) == min(len(value), _MOST_PARTS) else None
    return value


def flat(value: Table, prefix: str = "") -> dict[str, Raw]:
    """{"company": {"name": "Acme"}} as {"company.name": "Acme"}."""
    fields: dict[str, Raw] = {}
    for name, part in value.items():
        if isinstance(part, dict):
            fields.update(flat(part, f"{prefix}{name}."))
        else:
            fields[prefix + name] = raw_of(part)
    return fields


def is_empty(value: Raw) -> bool:
    return value is None or value == [] or (isinstance(value, str) and not value.strip())


def moment(value: JSON) -> Millis | None:
    """A time in any form we read, since 1990; None for everything else: a dirty time costs no lead."""
    try:
        at = read_time(word(value))
    except Unreadable:
        return None
    return at if EARLIEST <= at < 1 << 53 else None


def likely(at: Millis | None, now: Millis) -> Millis | None:
    """A time that is not ahead of now by more than a day."""
    return at if at is not None and at <= now + DAY else None


def content_key(whole: Table) -> str:
    """A key for a lead without an id: of what it says, so that the same once more is a retry."""
    return f"sha256-{sha256(written(whole)).hexdigest()[:32]}"


def first_faults(errors: list[BadInput]) -> BadInput:
    """All that is wrong, as one error."""
    return BadInput([fault for error in errors for fault in error.faults][:20])
