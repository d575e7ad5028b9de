"""What senders send: their shapes, typed anew with made-up people, and knocks that are signed as they sign."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

from evenhand.integrations.hooks.model import Answer, Knock, Taken
from evenhand.integrations.hooks.opening import knock

NOW: Final = 1_793_620_800_000  # 2026-11-02 12:00 UTC
URL: Final = "https://leads.example.com/hooks/ads"
SECRET: Final = "a-secret-of-some-length"
KEYS: Final = dict.fromkeys(
    ("app_secret", "verify_token", "access_token", "google_key", "client_secret", "token", "secret"), SECRET
)
Payload = dict[str, Any]

META: Final[Payload] = {
    "object": "page",
    "entry": [
        {
            "id": 153125381133,
            "time": 1793620700,
            "changes": [
                {
                    "field": "leadgen",
                    "value": {
                        "leadgen_id": 123123123123,
                        "page_id": 123123123,
                        "form_id": 12312312312,
                        "adgroup_id": 12312312313,
                        "ad_id": 12312312314,
                        "created_time": 1793620600,
                    },
                },
                {"field": "leadgen", "value": {"leadgen_id": "123123123124", "form_id": "7", "ad_id": 0}},
            ],
        }
    ],
}
META_LEAD: Final[Payload] = {
    "created_time": "2026-11-02T11:50:00+0000",
    "id": "123123123123",
    "ad_id": "12312312314",
    "form_id": "12312312312",
    "platform": "ig",
    "field_data": [
        {"name": "full_name", "values": ["Jo Field"]},
        {"name": "email", "values": ["jo@home.example"]},
        {"name": "work_email", "values": ["jo@field.example"]},
        {"name": "plz", "values": ["10115"]},
        {"name": "selected_dealer", "values": ["99213450"]},
        {"name": "wants", "values": ["demo", "prices"]},
    ],
    "custom_disclaimer_responses": [
        {"checkbox_key": "news", "is_checked": "1"},
        {"checkbox_key": "x", "is_checked": ""},
    ],
}
GOOGLE: Final[Payload] = {
    "lead_id": "TeSter-123-ABC",
    "user_column_data": [
        {"column_name": "Full Name", "string_value": "Fay First", "column_id": "FULL_NAME"},
        {"column_name": "User Phone", "string_value": "+16505550123", "column_id": "PHONE_NUMBER"},
        {"column_name": "User Email", "string_value": "fay@home.example", "column_id": "EMAIL"},
        {"column_name": "Work Email", "string_value": "fay@first.example", "column_id": "WORK_EMAIL"},
        {"column_name": "Company Name", "string_value": "First Ltd", "column_id": "COMPANY_NAME"},
        {"column_name": "Region", "string_value": "California", "column_id": "REGION"},
        {"string_value": "Condo", "column_id": "what_type_of_insurance_are_you_looking_for?"},
    ],
    "api_version": "1.0",
    "form_id": 52083961646,
    "campaign_id": 10000000000,
    "google_key": SECRET,
    "is_test": True,
    "gcl_id": "a-click",
    "adgroup_id": 20000000000,
    "creative_id": 30000000000,
}
HUBSPOT: Final[list[Payload]] = [
    {
        "eventId": 3400564480,
        "subscriptionId": 3329277,
        "portalId": 49547190,
        "appId": 9393361,
        "occurredAt": 1793620700905,
        "subscriptionType": "contact.creation",
        "attemptNumber": 0,
        "objectId": 106314056576,
        "changeFlag": "CREATED",
        "changeSource": "INTEGRATION",
        "sourceId": "9393361",
    }
]
HUBSPOT_CHANGE: Final[Payload] = {
    **HUBSPOT[0],
    "eventId": 77,
    "subscriptionType": "contact.propertyChange",
    "propertyName": "lifecyclestage",
    "propertyValue": "lead",
}
HUBSPOT_CONTACT: Final[Payload] = {
    "id": "106314056576",
    "properties": {
        "company": "World AG",
        "country": None,
        "createdate": "2026-11-02T11:57:37.690Z",
        "email": "hella@world.example",
        "firstname": "Hella",
        "hs_object_id": "106314056576",
        "lifecyclestage": "lead",
        "numemployees": "250",
        "zip": "10115",
    },
    "createdAt": "2026-11-02T11:57:37.690Z",
    "archived": False,
}
HUBSPOT_FORM: Final[Payload] = {
    "submittedAt": 1793620562899,
    "values": [{"name": "email", "value": "sam@form.example", "objectTypeId": "0-1"}],
    "pageUrl": "https://shop.example/pricing?utm_source=news&utm_campaign=autumn&gclid=c1",
}
ACTIVECAMPAIGN: Final[Mapping[str, str]] = {
    "type": "contact_tag_added",
    "date_time": "2026-11-02T06:55:25-05:00",
    "initiated_from": "admin",
    "list": "0",
    "contact[id]": "123456",
    "contact[email]": "rob@camp.example",
    "contact[first_name]": "Rob",
    "contact[last_name]": "",
    "contact[phone]": "+1 555-010-1234",
    "contact[orgname]": "Camp Inc",
    "contact[ip]": "127.0.0.1",
    "contact[tags]": "Asked for a demo, [KRC] Autumn",
    "contact[fields][39]": "fintech",
    "tag": "Asked for a demo",
}
TYPEFORM: Final[Payload] = {
    "event_id": "LtWXD3crgy",
    "event_type": "form_response",
    "form_response": {
        "form_id": "lT4Z3j",
        "token": "a3a12ec67a13",
        "submitted_at": "2026-11-02T11:17:02Z",
        "hidden": {"utm_source": "news", "utm_medium": "email"},
        "calculated": {"score": 9},
        "definition": {
            "id": "lT4Z3j",
            "title": "Ask for a demo",
            "fields": [
                {"id": "f1", "title": "Company name", "type": "short_text", "ref": "ref1"},
                {"id": "f2", "title": "Your address?", "type": "email", "ref": "ref2"},
                {"id": "f3", "title": "May we call?", "type": "legal", "ref": "ref3"},
                {"id": "f4", "title": "What for?", "type": "multiple_choice", "ref": "use_case"},
                {"id": "f5", "title": "Which?", "type": "multiple_choice", "ref": "tags"},
            ],
        },
        "answers": [
            {"type": "text", "text": "Laurel Ltd", "field": {"id": "f1", "type": "short_text"}},
            {"type": "email", "email": "laura@laurel.example", "field": {"id": "f2", "type": "email", "ref": "ref2"}},
            {"type": "boolean", "boolean": True, "field": {"id": "f3", "type": "legal"}},
            {"type": "choice", "choice": {"label": "Billing"}, "field": {"id": "f4", "type": "multiple_choice"}},
            {"type": "choices", "choices": {"labels": ["A", "B"]}, "field": {"id": "f5", "type": "multiple_choice"}},
        ],
    },
}
LINKEDIN: Final[Payload] = {
    "type": "LEAD_ACTION",
    "leadGenFormResponse": "urn:li:leadGenFormResponse:1a2b3c-4",
    "leadGenForm": "urn:li:versionedLeadGenForm:(urn:li:leadGenForm:1, 1)",
    "owner": {"sponsoredAccount": "urn:li:sponsoredAccount:123"},
    "leadType": "SPONSORED",
    "leadAction": "CREATED",
    "occurredAt": 1793620358881,
}
LINKEDIN_LEAD: Final[Payload] = {
    "id": "1a2b3c-4",
    "submittedAt": 1793620302694,
    "testLead": True,
    "leadMetadata": {"sponsoredLeadMetadata": {"campaign": "urn:li:sponsoredCampaign:32131231"}},
    "associatedEntity": {"associatedCreative": "urn:li:sponsoredCreative:369799186"},
    "form": {
        "id": 3213,
        "name": "Demo",
        "hiddenFields": [{"name": "utm_campaign", "value": "q4"}],
        "content": {
            "questions": [
                {"questionId": 1, "name": "Arbeits-E-Mail", "predefinedField": "WORK_EMAIL"},
                {
                    "questionId": 2,
                    "name": "Use case",
                    "questionDetails": {
                        "multipleChoiceQuestionDetails": {
                            "options": [{"id": 5, "text": {"localized": {"de_DE": "CRM"}}}]
                        }
                    },
                },
            ]
        },
    },
    "formResponse": {
        "consentResponses": [{"accepted": True, "consentId": 8}],
        "answers": [
            {"questionId": 1, "answerDetails": {"textQuestionAnswer": {"answer": "lin@kd.example"}}},
            {"questionId": 2, "answerDetails": {"multipleChoiceAnswer": {"options": [5]}}},
            {"questionId": 3, "answerDetails": {"textQuestionAnswer": {"answer": "no idea"}}},
        ],
    },
}


def body(payload: object) -> bytes:
    return json.dumps(payload).encode()


def post(payload: object, *, url: str = URL, **headers: str) -> Knock:
    """A POST of JSON, or of bytes as they are. Headers with _ for -."""
    content = payload if isinstance(payload, bytes) else body(payload)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return knock("POST", url, headers={"Content-Type": "application/json", **named}, body=content, at=NOW)


def get(query: Mapping[str, str]) -> Knock:
    return knock("GET", f"{URL}?{urlencode(query)}", headers={}, body=b"", at=NOW)


def form(pairs: Mapping[str, str], *, url: str = URL) -> Knock:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return knock("POST", url, headers=headers, body=urlencode(pairs).encode(), at=NOW)


def hex_of(text: bytes, secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()


def base64_of(text: bytes, secret: str = SECRET) -> str:
    return base64.b64encode(hmac.new(secret.encode(), text, hashlib.sha256).digest()).decode()


def answered(payload: object, status: int = 200, **headers: str) -> Answer:
    content = payload if isinstance(payload, bytes) else body(payload)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status=status, headers=named, body=content, at=NOW)


def kept(lead: Taken) -> Any:
    return json.loads(lead.raw)
