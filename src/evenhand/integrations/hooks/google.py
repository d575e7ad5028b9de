"""Google Ads lead forms: everything is in the body, the key as well (`google_key`)."""

from collections.abc import Mapping
from typing import Final

from evenhand.errors import BadInput
from evenhand.integrations.hooks.body import Table, inside, read_json, rows, table, word
from evenhand.integrations.hooks.model import Delivered, Door, Key, Keys, Knock, Settings, Verdict, bad
from evenhand.integrations.hooks.naming import Read, likely, moment, named, raw_of, taken
from evenhand.integrations.hooks.proof import no, token_fits
from evenhand.know.raw import Raw

NAMES: Final[Mapping[str, str]] = {
    "WORK_EMAIL": "email",
    "EMAIL": "email",
    "WORK_PHONE": "phone",
    "PHONE_NUMBER": "phone",
    "FULL_NAME": "name",
    "FIRST_NAME": "first_name",
    "GIVEN_NAME": "first_name",
    "LAST_NAME": "last_name",
    "FAMILY_NAME": "last_name",
    "JOB_TITLE": "title",
    "JOB_DEPARTMENT": "function",
    "COMPANY_NAME": "company",
    "COMPANY_SIZE": "employees",
    "ANNUAL_SALES": "revenue",
    "JOB_INDUSTRY": "industry",
    "COUNTRY": "country",
    "REGION": "state",
    "CITY": "city",
    "POSTAL_CODE": "postal_code",
    "PRODUCT": "product",
}
_LARGEST: Final = 1 << 17  # bytes: it is read before anybody knows whether it comes from Google
_AROUND: Final = ("form_id", "campaign_id", "adgroup_id", "creative_id", "asset_group_id")


def verify(knock: Knock, keys: Keys, _settings: Settings) -> Verdict:
    if len(knock.body) > _LARGEST:
        return no("the body is far larger than a lead form makes it.")
    try:
        body = read_json(knock.body)
    except BadInput:
        return no("the body is no JSON, so it holds no google_key.")
    return token_fits(word(inside(body, "google_key")), keys, "google_key", "google_key")


def read(knock: Knock, settings: Settings) -> Delivered:
    body = table(read_json(knock.body), "body")
    lead = word(body.get("lead_id"))
    if not lead:
        raise bad("body, lead_id", "is missing.", "Send the id of the lead.")
    whole = {name: value for name, value in body.items() if name.casefold() != "google_key"}
    taking = Read(
        key=lead,
        whole=whole,
        fields={**named(_answers(body), NAMES), **_around(body)},
        received=likely(moment(body.get("lead_submit_time")), knock.at),
        test=body.get("is_test") is True,
    )
    return Delivered(leads=(taken(taking, settings),))


def _answers(body: Table) -> dict[str, Raw]:
    answers: dict[str, Raw] = {}
    for _, column in rows(body.get("user_column_data"), "body, user_column_data"):
        name = word(column.get("column_id")) or word(column.get("column_name"))
        if name:
            answers.setdefault(name, raw_of(column.get("string_value")))
    return answers


def _around(body: Table) -> dict[str, Raw]:
    around: dict[str, Raw] = {name: word(body.get(name)) for name in _AROUND}
    return {**around, "source": "google", "campaign": around["campaign_id"], "click_id": word(body.get("gcl_id"))}


DOOR: Final = Door(
    names=NAMES,
    keys={"google_key": Key("the key that you typed into the lead form's webhook settings")},
    verify=verify,
    read=read,
)
