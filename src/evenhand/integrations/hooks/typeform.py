"""Typeform: everything is in the body, signed with Typeform-Signature (HMAC-SHA256 of it, in base64)."""

from collections.abc import Mapping
from typing import Final

from evenhand.integrations.hooks.body import JSON, Table, inside, read_json, rows, table, word
from evenhand.integrations.hooks.model import Delivered, Door, Key, Keys, Knock, Settings, Verdict, bad
from evenhand.integrations.hooks.naming import Read, likely, moment, named, raw_of, taken
from evenhand.integrations.hooks.proof import base64_mac, missing, no, one_fits, secrets
from evenhand.know.raw import Raw

NAMES: Final[Mapping[str, str]] = {  # kinds of answers; all others go by the reference that the form gives them
    "type:email": "email",
    "type:phone_number": "phone",
    "type:url": "website",
}


def verify(knock: Knock, keys: Keys, _settings: Settings) -> Verdict:
    known = secrets(keys, "secret")
    if not known:
        return missing("secret")
    given = knock.headers.get("typeform-signature", "")
    if not given:
        return no("there is no Typeform-Signature.")
    return one_fits(given, [f"sha256={base64_mac(secret, knock.body)}" for secret in known], "Typeform-Signature")


def read(knock: Knock, settings: Settings) -> Delivered:
    body = table(read_json(knock.body), "body")
    kind = word(body.get("event_type"))
    if kind and kind != "form_response":
        return Delivered(passed=("an event that is no form_response: no lead.",))
    response = table(body.get("form_response"), "body, form_response")
    key = word(response.get("token")) or word(body.get("event_id"))
    if not key:
        raise bad("body, form_response, token", "is missing.", "Send the token of the response.")
    lead = Read(
        key=key,
        whole=body,
        fields={**_hidden(response), **named(_answers(response), NAMES), **_around(response)},
        received=likely(moment(response.get("submitted_at")), knock.at),
    )
    return Delivered(leads=(taken(lead, settings),))


def _answers(response: Table) -> dict[str, Raw]:
    """By kind, for the first of each kind; and by the reference and the title of the question."""
    titles = _titles(response)
    answers: dict[str, Raw] = {}
    consents: list[Raw] = []
    for _, answer in rows(response.get("answers", []), "body, form_response, answers"):
        kind, value = word(answer.get("type")), _value(answer)
        number = word(inside(answer, "field", "id"))
        answers.setdefault(f"type:{kind}", value)
        for name in (word(inside(answer, "field", "ref")), *titles.get(number, ())):
            answers.setdefault(name, value)
        if inside(answer, "field", "type") == "legal":
            consents.append(value)
    known = {name: value for name, value in answers.items() if name in NAMES or not name.startswith("type:")}
    return known | ({"consent": consents[0]} if len(consents) == 1 else {})


def _titles(response: Table) -> dict[str, tuple[str, str]]:
    fields = inside(response, "definition", "fields")
    questions = [field for field in fields if isinstance(field, dict)] if isinstance(fields, list) else []
    return {word(field.get("id")): (word(field.get("ref")), word(field.get("title"))) for field in questions}


def _value(answer: Table) -> Raw:
    """The answer itself, which stands under the name of its kind; of choices, their labels."""
    value: JSON = answer.get(word(answer.get("type")))
    if isinstance(value, dict):
        for name in ("label", "labels", "other"):
            if value.get(name):
                return raw_of(value[name])
        return None
    return raw_of(value)


def _hidden(response: Table) -> dict[str, Raw]:
    hidden = inside(response, "hidden")
    return {name: raw_of(value) for name, value in hidden.items()} if isinstance(hidden, dict) else {}


def _around(response: Table) -> dict[str, Raw]:
    title = word(inside(response, "definition", "title"))
    return {"form": title, "form_id": word(response.get("form_id"))}


DOOR: Final = Door(
    names=NAMES,
    keys={"secret": Key("the secret of the webhook, typed in at Typeform")},
    verify=verify,
    read=read,
)
