"""Meta lead ads (Facebook, Instagram): the hook holds ids, a call to the Graph API brings the answers.

Signed with X-Hub-Signature-256, the HMAC-SHA256 of the raw body under the app's secret. Meta stamps no time; a replay
is the same lead once more, and returns the first answer.
"""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote, urlencode

from evenhand.errors import BadInput, GiveUp, TryLater
from evenhand.integrations.hooks.body import JSON, inside, read_json, rows, table, word
from evenhand.integrations.hooks.calling import brought, key_for, opened, retry_after
from evenhand.integrations.hooks.model import (
    MOST_LEADS,
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
from evenhand.integrations.hooks.proof import hex_mac, missing, no, one_fits, same, secrets
from evenhand.know.raw import Raw

API: Final = "https://graph.facebook.com"
VERSION: Final = "v25.0"
_ASKED: Final = ("id", "created_time", "ad_id", "form_id", "field_data", "platform", "is_organic")
_PLATFORMS: Final = {"fb": "facebook", "ig": "instagram"}
_SIGNATURE: Final = "x-hub-signature-256"
_SAMPLE: Final = re.compile(r"4{9,}")  # every id that the "Test" button of the app dashboard sends
_DUMMY: Final = re.compile(r"\s*<?test lead:", re.IGNORECASE)  # what the testing tool fills forms with
# Codes of the Graph API: busy for a moment, or too many calls of the app, the person, the page, or for leads.
_BUSY: Final = frozenset({1, 2, 4, 17, 32, 341, 368, 613, *range(80000, 80015)})

NAMES: Final[Mapping[str, str]] = {
    "work_email": "email",
    "email": "email",
    "work_phone_number": "phone",
    "phone_number": "phone",
    "phone": "phone",
    "full_name": "name",
    "first_name": "first_name",
    "last_name": "last_name",
    "job_title": "title",
    "company_name": "company",
    "website": "website",
    "country": "country",
    "state": "state",
    "province": "state",
    "city": "city",
    "post_code": "postal_code",
    "zip_code": "postal_code",
    "zip": "postal_code",
}


def answer(knock: Knock, keys: Keys, _settings: Settings) -> Reply | None:
    """Meta's handshake: the challenge is given back to whoever knows the verify token."""
    if knock.method != "GET" or knock.asked("hub.mode") != "subscribe":
        return None
    known = secrets(keys, "verify_token")
    if not any([same(knock.asked("hub.verify_token"), token) for token in known]):  # noqa: C419  all are compared
        return Reply(status=403, headers={"content-type": "text/plain"}, body=b"the verify token is another one\n")
    challenge = knock.asked("hub.challenge").encode(errors="replace")[:1024]
    return Reply(headers={"content-type": "text/plain; charset=utf-8"}, body=challenge)


def verify(knock: Knock, keys: Keys, _settings: Settings) -> Verdict:
    known = secrets(keys, "app_secret")
    if not known:
        return missing("app_secret")
    given = knock.headers.get(_SIGNATURE, "")
    if not given:
        return no("there is no X-Hub-Signature-256.")
    return one_fits(given, [f"sha256={hex_mac(secret, knock.body)}" for secret in known], "X-Hub-Signature-256")


def read(knock: Knock, _settings: Settings) -> Delivered:
    body = table(read_json(knock.body), "body")
    if "entry" not in body:
        raise bad("body, entry", "is missing.", "Subscribe the page, with the field leadgen.")
    fetches: list[Fetch] = []
    passed: list[str] = []
    for where, entry in rows(body["entry"], "body, entry"):
        for place, change in rows(entry.get("changes", []), f"{where}, changes"):
            if change.get("field") == "leadgen":
                fetches.append(_fetch(change.get("value"), place, knock.at))
            else:
                passed.append("a change that is no lead: only the field leadgen is read.")
    if len(fetches) > MOST_LEADS:
        raise bad("body, entry", f"holds {len(fetches):,} leads.", f"At most {MOST_LEADS:,} are read at once.")
    return Delivered(fetches=tuple(fetches), passed=tuple(passed))


def _fetch(value: JSON, where: str, now: int) -> Fetch:
    found = table(value, f"{where}, value")
    lead = word(found.get("leadgen_id"))
    if not re.fullmatch(r"[0-9]{1,40}", lead):
        raise bad(f"{where}, value, leadgen_id", "is no number.", "Send the id of the lead.")
    ids = {name: word(found.get(name)) for name in ("form_id", "page_id", "ad_id", "adgroup_id")}
    return Fetch(
        key=lead,
        kind="lead",
        ids={"lead": lead, **{name: number for name, number in ids.items() if number not in {"", "0"}}},
        received=likely(moment(found.get("created_time")), now),
        test=bool(_SAMPLE.fullmatch(lead)),
    )


def fetching(fetch: Fetch, keys: Keys, settings: Settings) -> Request:
    token = key_for(keys, "access_token", fetch)
    asked = {"fields": ",".join((*_ASKED, *settings.ask))}
    if secret := keys.get("app_secret", ""):
        asked["appsecret_proof"] = hex_mac(
            secret, token.encode()
        )  # needed where the app requires it, else it does no harm
    base = (settings.api or API).rstrip("/")
    lead = quote(fetch.ids.get("lead", fetch.key), safe="")
    return Request(
        url=f"{base}/{settings.version or VERSION}/{lead}?{urlencode(asked)}",
        headers={"authorization": f"Bearer {token}", "accept": "application/json"},
    )


def fetched(fetch: Fetch, answer: Answer, settings: Settings) -> Delivered:
    if fetch.test and 400 <= answer.status < 500 and answer.status != 429:
        return Delivered(passed=(f"Meta's sample lead {fetch.key} arrived; there is nothing behind it to fetch.",))
    _limits(fetch, answer)
    whole = opened(answer, fetch, "Meta")
    try:
        answers = _answers(whole.get("field_data", []))
    except BadInput as error:
        raise GiveUp(f"lead {fetch.key}: Meta's answer cannot be read: {error.faults[0]}") from None
    dummy = any(_DUMMY.match(text) for text in answers.values() if isinstance(text, str))
    lead = Read(
        key=fetch.key,
        whole=whole,
        fields={**named(answers, NAMES), **_around(whole, fetch)},
        received=moment(whole.get("created_time")) or fetch.received,
        test=fetch.test or dummy,
    )
    return brought(fetch, lead, settings)


def _limits(fetch: Fetch, answer: Answer) -> None:
    """The Graph API says "too many calls" and "try again" with status 400 or 403 and a code."""
    if 200 <= answer.status < 300:
        return
    try:
        error = inside(read_json(answer.body), "error")
    except BadInput:
        return
    code = inside(error, "code")
    if inside(error, "is_transient") is True or (isinstance(code, int) and code in _BUSY):
        after = retry_after(answer) or 60_000
        raise TryLater(f"lead {fetch.key}: Meta is busy, or has been asked too often (code {word(code)}).", after=after)
    if code == 190:
        raise GiveUp(f"lead {fetch.key}: Meta's access_token has run out. Renew it, then try again.")


def _answers(data: JSON) -> dict[str, Raw]:
    answers: dict[str, Raw] = {}
    for where, item in rows(data, "field_data"):
        name, values = word(item.get("name")), raw_of(item.get("values"))
        if not name:
            raise bad(f"{where}, name", "is missing.")
        answers.setdefault(name, values[0] if isinstance(values, list) and len(values) == 1 else values)
    return answers


def _around(whole: Mapping[str, JSON], fetch: Fetch) -> dict[str, Raw]:
    """The campaign, the ad and the form that a lead came by."""
    platform = word(whole.get("platform"))
    around: dict[str, Raw] = {"source": _PLATFORMS.get(platform, "facebook")}
    for ours, theirs in (("campaign", "campaign_name"), ("ad", "ad_name"), ("adset", "adset_name")):
        around[ours] = word(whole.get(theirs))
    for name in ("campaign_id", "adset_id", "ad_id", "form_id", "page_id"):
        around[name] = word(whole.get(name)) or fetch.ids.get(name, "")
    around["campaign"] = around["campaign"] or around["campaign_id"]
    for box in _boxes(whole.get("custom_disclaimer_responses")):
        around[f"consent.{box[0]}"] = box[1]
    return around


def _boxes(responses: JSON) -> list[tuple[str, bool]]:
    boxes = [box for box in responses if isinstance(box, dict)] if isinstance(responses, list) else []
    return [(word(box.get("checkbox_key")), word(box.get("is_checked")) in {"1", "true"}) for box in boxes]


DOOR: Final = Door(
    names=NAMES,
    keys={
        "app_secret": Key("the app secret, from the app's basic settings"),
        "verify_token": Key("a text of your own, typed into the webhook's settings as verify token"),
        "access_token": Key("a long-lived page access token with the permission leads_retrieval"),
    },
    answer=answer,
    verify=verify,
    read=read,
    fetching=fetching,
    fetched=fetched,
)
