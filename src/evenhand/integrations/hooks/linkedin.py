"""LinkedIn lead forms: the hook names a response, a call to the Lead Sync API brings the answers and the questions.

Signed with X-LI-Signature, the HMAC-SHA256, in hex, of "hmacsha256=" and the raw body under the app's client secret.
"""

import json
import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

from evenhand.errors import BadInput, GiveUp
from evenhand.integrations.hooks.body import JSON, Table, inside, read_json, rows, table, word
from evenhand.integrations.hooks.calling import brought, key_for, opened
from evenhand.integrations.hooks.model import (
    Answer,
    Delivered,
    Door,
    Fetch,
    Key,
    Keys,
    Knock,
    Reply,
    Request,
    Settings,
    Verdict,
    bad,
)
from evenhand.integrations.hooks.naming import Read, likely, moment, named, raw_of
from evenhand.integrations.hooks.proof import hex_mac, missing, no, one_fits, secrets
from evenhand.know.raw import Raw

API: Final = "https://api.linkedin.com"
VERSION: Final = "202609"  # LinkedIn serves each for a year
_PREFIX: Final = "hmacsha256="
_ASKED: Final = (
    "owner,leadType,versionedLeadGenFormUrn,id,submittedAt,testLead,formResponse,leadMetadata,"
    "associatedEntity,leadMetadataInfo,form:(hiddenFields,creationLocale,name,id,content)"
)

NAMES: Final[Mapping[str, str]] = {
    "WORK_EMAIL": "email",
    "EMAIL": "email",
    "WORK_PHONE_NUMBER": "phone",
    "PHONE_NUMBER": "phone",
    "FIRST_NAME": "first_name",
    "LAST_NAME": "last_name",
    "LINKEDIN_PROFILE_LINK": "linkedin",
    "JOB_TITLE": "title",
    "JOB_FUNCTION": "function",
    "SENIORITY": "seniority",
    "COMPANY_NAME": "company",
    "COMPANY_SIZE": "employees",
    "INDUSTRY": "industry",
    "COUNTRY": "country",
    "STATE": "state",
    "CITY": "city",
    "POSTAL_CODE": "postal_code",
    "ZIP_CODE": "postal_code",
}


def answer(knock: Knock, keys: Keys, _settings: Settings) -> Reply | None:
    """LinkedIn's handshake, repeated every two hours: its code comes back signed."""
    code, known = knock.asked("challengeCode"), secrets(keys, "client_secret")
    if knock.method != "GET" or not code:
        return None
    if not known:
        return Reply(status=403, headers={"content-type": "text/plain"}, body=b"this source has no client_secret\n")
    signed = hex_mac(known[0], code.encode(errors="backslashreplace"))
    body = json.dumps({"challengeCode": code, "challengeResponse": signed}).encode()
    return Reply(headers={"content-type": "application/json"}, body=body)


def verify(knock: Knock, keys: Keys, _settings: Settings) -> Verdict:
    known = secrets(keys, "client_secret")
    if not known:
        return missing("client_secret")
    given = knock.headers.get("x-li-signature", "").strip().lower().removeprefix(_PREFIX)
    if not given:
        return no("there is no X-LI-Signature.")
    return one_fits(given, [hex_mac(secret, _PREFIX.encode() + knock.body) for secret in known], "X-LI-Signature")


def read(knock: Knock, _settings: Settings) -> Delivered:
    body = table(read_json(knock.body), "body")
    if word(body.get("type")) != "LEAD_ACTION":
        return Delivered(passed=("an event that is no LEAD_ACTION: no lead.",))
    response = re.fullmatch(r"urn:li:leadGenFormResponse:([A-Za-z0-9_-]{1,100})", word(body.get("leadGenFormResponse")))
    if response is None:
        raise bad("body, leadGenFormResponse", "names no response.", "Send urn:li:leadGenFormResponse:...")
    if word(body.get("leadAction")) != "CREATED":
        return Delivered(passed=(f"lead {response[1]} was taken back at LinkedIn: erase it by hand.",))
    ids = {"response": response[1], "lead_type": word(body.get("leadType"))[:40]}
    received = likely(moment(body.get("occurredAt")), knock.at)
    return Delivered(fetches=(Fetch(key=response[1], kind="lead", ids=ids, received=received),))


def fetching(fetch: Fetch, keys: Keys, settings: Settings) -> Request:
    token = key_for(keys, "access_token", fetch)
    response = quote(fetch.ids.get("response", fetch.key), safe="")
    asked = ",".join((_ASKED, *settings.ask))
    return Request(
        url=f"{(settings.api or API).rstrip('/')}/rest/leadFormResponses/{response}?fields={quote(asked, safe=':,()')}",
        headers={
            "authorization": f"Bearer {token}",
            "accept": "application/json",
            "linkedin-version": settings.version or VERSION,
            "x-restli-protocol-version": "2.0.0",
        },
    )


def fetched(fetch: Fetch, answer: Answer, settings: Settings) -> Delivered:
    whole = opened(answer, fetch, "LinkedIn")
    try:
        answers = _answers(whole)
    except BadInput as error:
        raise GiveUp(f"lead {fetch.key}: LinkedIn's answer cannot be read: {error.faults[0]}") from None
    lead = Read(
        key=fetch.key,
        whole=whole,
        fields={**_hidden(whole), **named(answers, NAMES), **_around(whole)},
        received=moment(whole.get("submittedAt")) or fetch.received,
        test=whole.get("testLead") is True,
    )
    return brought(fetch, lead, settings)


def _answers(whole: Table) -> dict[str, Raw]:
    """By what LinkedIn calls the question, else by its name in the form, else by its number."""
    questions = _questions(whole)
    answers: dict[str, Raw] = {}
    for _, item in rows(inside(whole, "formResponse", "answers"), "formResponse, answers"):
        number = word(item.get("questionId"))
        asked = questions.get(number, {})
        name = word(asked.get("predefinedField")) or word(asked.get("name")) or f"question {number}"
        answers.setdefault(name, _value(item, asked))
    return answers


def _questions(whole: Table) -> dict[str, Table]:
    asked = inside(whole, "form", "content", "questions")
    known = [question for question in asked if isinstance(question, dict)] if isinstance(asked, list) else []
    return {word(question.get("questionId")): question for question in known}


def _value(item: Table, asked: Table) -> Raw:
    """A text, or the texts of the options that were chosen."""
    text = inside(item, "answerDetails", "textQuestionAnswer", "answer")
    chosen = inside(item, "answerDetails", "multipleChoiceAnswer", "options")
    if not isinstance(chosen, list):
        return raw_of(text)
    offered = inside(asked, "questionDetails", "multipleChoiceQuestionDetails", "options")
    options = [option for option in offered if isinstance(option, dict)] if isinstance(offered, list) else []
    labels = {word(option.get("id")): _label(option.get("text")) for option in options}
    texts: list[Raw] = [labels.get(word(number)) or word(number) for number in chosen]
    return texts[0] if len(texts) == 1 else texts


def _label(text: JSON) -> str:
    localized = inside(text, "localized")
    return word(next(iter(localized.values()), "")) if isinstance(localized, dict) else word(text)


def _hidden(whole: Table) -> dict[str, Raw]:
    found = inside(whole, "form", "hiddenFields")
    hidden = [field for field in found if isinstance(field, dict)] if isinstance(found, list) else []
    return {name: raw_of(field.get("value")) for field in hidden if (name := word(field.get("name")))}


def _around(whole: Table) -> dict[str, Raw]:
    told = inside(whole, "leadMetadataInfo", "sponsoredLeadMetadataInfo", "campaign")
    campaign = _last(inside(whole, "leadMetadata", "sponsoredLeadMetadata", "campaign")) or _last(inside(told, "id"))
    form = inside(whole, "form")
    around: dict[str, Raw] = {
        "source": "linkedin",
        "campaign": word(inside(told, "name")) or campaign,
        "campaign_id": campaign,
        "ad_id": _last(inside(whole, "associatedEntity", "associatedCreative")),
        "form": _label(inside(form, "name")),
        "form_id": word(inside(form, "id")),
    }
    boxes = inside(whole, "formResponse", "consentResponses")
    for box in boxes if isinstance(boxes, list) else []:
        if isinstance(accepted := inside(box, "accepted"), bool):
            around[f"consent.{word(inside(box, 'consentId'))}"] = accepted
    return around


def _last(urn: JSON) -> str:
    """The number of urn:li:sponsoredCampaign:32131231."""
    return word(urn).rpartition(":")[2]


DOOR: Final = Door(
    names=NAMES,
    keys={
        "client_secret": Key("the primary client secret of your app at LinkedIn"),
        "access_token": Key("an access token with the permission r_marketing_leadgen_automation"),
    },
    answer=answer,
    verify=verify,
    read=read,
    fetching=fetching,
    fetched=fetched,
)
