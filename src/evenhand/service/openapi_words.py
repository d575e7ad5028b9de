"""What `openapi.py` says of the API beyond what the routes say of themselves: by the names of their functions.

A new route needs a line here only if it reads its body itself, answers `If-Match`, or begins a new path of its own.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

from evenhand.service.browsers import CSRF, cookie_name
from evenhand.service.ndjson import MEDIA as NDJSON
from evenhand.service.problems import TITLES

Piece: TypeAlias = dict[str, Any]

INFO: Final[Piece] = {
    "title": "Evenhand",
    "summary": "Hands out leads at once, exactly once, fairly, and with a reason.",
    "description": (
        "Ids are texts, times are ISO 8601 in UTC, amounts are numbers. A list gives `items`, and as `next` where to "
        "go on: send it as `after`. Whatever goes wrong is told as a problem (RFC 9457). `x-scope` of an operation is "
        "what a key or a role must be allowed; `*` stands for whoever is known. What one may not see is not there: 404."
    ),
    "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
}

TAGS: Final[Mapping[str, str]] = {
    "leads": "Leads come in, are looked at, and something is done about them.",
    "offers": "Leads that the first to take them has.",
    "export": "Everything of a kind, a line each.",
    "imports": "Leads that are brought along, out of files.",
    "reps": "Who gets leads: how they stand, whether they are there, what the roster says of them.",
    "pools": "Among whom leads are handed out: whose turn it is, and what is owed.",
    "accounts": "Companies that belong to somebody.",
    "policy": "The rules, in force, before, and to come.",
    "roster": "People, teams and pools as one text.",
    "disputes": "What reps say was wrong.",
    "desk": "The whole desk at a glance.",
    "messages": "What people are told, and how that goes.",
    "sources": "Forms and incoming webhooks.",
    "channels": "By which ways people are told.",
    "reports": "Fairness, load and waiting.",
    "events": "What happens, as it happens.",
    "webhooks": "Other programs that hear of it.",
    "keys": "How programs come in.",
    "users": "Who may sign in.",
    "sign-in": "How people come in, and who one is.",
    "health": "Whether the service is well.",
}
UNDER: Final[Mapping[str, str]] = {"inbox": "leads", "source-kinds": "sources", "me": "channels"}

SECURITY: Final[Piece] = {
    "key": {"type": "http", "scheme": "bearer", "description": "An API key, as `evenhand key create` prints it."},
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": cookie_name(secure=True),
        "description": f"A session, after signing in. Without HTTPS the cookie is `{cookie_name(secure=False)}`.",
    },
    "csrf": {
        "type": "apiKey",
        "in": "header",
        "name": CSRF,
        "description": "What `GET /api/v1/me` says is `csrf`: with a session, for whatever changes something.",
    },
}
WAYS_TO_LOOK: Final[list[Piece]] = [{"key": []}, {"session": []}]
WAYS_TO_ACT: Final[list[Piece]] = [{"key": []}, {"session": [], "csrf": []}]

# --- problems

PROBLEMS: Final[Mapping[int, str]] = {
    400: "BadRequest",
    401: "NotSignedIn",
    403: "NotAllowed",
    404: "NotFound",
    409: "Conflict",
    412: "Overtaken",
    413: "TooLarge",
    415: "OtherMedia",
    422: "CannotBeUsed",
    428: "NoTag",
    429: "TooMuch",
    502: "OtherSideFailed",
    503: "Unavailable",
}
_SECONDS: Final[Piece] = {"schema": {"type": "integer", "minimum": 0}, "description": "Try again in so many seconds."}
PROBLEM_HEADERS: Final[Mapping[int, Piece]] = {
    401: {"WWW-Authenticate": {"schema": {"type": "string"}, "description": "How to say who one is."}},
    429: {"Retry-After": _SECONDS},
    503: {"Retry-After": _SECONDS},
}
ALSO: Final[Mapping[str, frozenset[int]]] = {
    "list_reps": frozenset({404}),
    "explain_the_policy": frozenset({404}),
    **dict.fromkeys(("list_my_channels", "delete_channel_of_mine", "test_channel_of_mine"), frozenset({400})),
    "get_policy": frozenset({404}),
    "get_roster": frozenset({404}),
    "diff_policies": frozenset({404}),
    "diff_rosters": frozenset({404}),
    "get_inbox": frozenset({403, 404}),
    "list_offers": frozenset({404}),
    "follow_events": frozenset({404}),
    "ask_for_link": frozenset({404}),
    "enter_password": frozenset({401, 404}),
    "use_ticket": frozenset({401}),
    "sign_out": frozenset({401}),
    "change_password": frozenset({409}),
    "rename_me": frozenset({409}),
    "metrics": frozenset({401, 403}),
    "create_key": frozenset({404}),
}

# --- bodies and headers that a function reads for itself

_A_LEAD: Final[Piece] = {
    "type": "object",
    "description": (
        "Any fields: those that the policy knows are read, the others are kept. `id` and `source` say where it comes "
        "from, and which number it has there."
    ),
    "additionalProperties": True,
}
_A_FILE: Final[Piece] = {
    "text/csv": {"schema": {"type": "string"}},
    NDJSON: {"schema": {"type": "string"}},
    "multipart/form-data": {
        "schema": {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}}
    },
}
BODIES: Final[Mapping[str, Piece]] = {
    "take_lead": {"application/json": {"schema": _A_LEAD}},
    "take_batch": {NDJSON: {"schema": {"type": "string"}, "x-item-schema": _A_LEAD}},
    "import_leads": _A_FILE,
    "import_accounts": _A_FILE,
}

# Those that take `If-Match`: they must bring it, or may.
_MUST: Final = """
    put_one_account put_policy_draft publish_policy put_roster_draft publish_roster put_source change_webhook
"""
_MAY: Final = """
    accept_lead claim_lead decline_lead respond_lead snooze_lead close_lead restore_lead reassign_lead offer_lead
    hand_over_lead take_lead_away merge_lead unmerge_lead publish_policy_draft delete_policy_draft roll_policy_back
    publish_roster_draft delete_roster_draft roll_roster_back edit_rep remove_rep change_pool change_members
    drop_pool turn_source_off edit_channel edit_channel_of_mine delete_webhook delete_account
"""
IF_MATCH: Final[Mapping[str, bool]] = dict.fromkeys(_MUST.split(), True) | dict.fromkeys(_MAY.split(), False)
IF_MATCH_HEADER: Final[Piece] = {
    "name": "If-Match",
    "in": "header",
    "description": "The `ETag` of what the edit was made on; done only if nobody has changed it since.",
    "schema": {"type": "string"},
}
PREFER: Final = frozenset({"take_lead"})
PREFER_HEADER: Final[Piece] = {
    "name": "Prefer",
    "in": "header",
    "required": False,
    "description": "`respond-async` is the same as `wait=false`.",
    "schema": {"type": "string"},
}
# Those that answer as another kind of text too, where the caller's `Accept` says so.
_TEXTS: Final = """
    get_policy get_policy_version get_policy_draft diff_policies get_roster get_roster_version get_roster_draft
    diff_rosters
"""
ALSO_AS: Final[Mapping[str, Sequence[str]]] = {
    **dict.fromkeys(_TEXTS.split(), ("text/plain",)),
    "import_leads": (NDJSON, "text/csv"),
}
_UNTAGGED: Final = "delete_policy_draft delete_roster_draft delete_webhook drop_pool remove_rep delete_account"
_TAGGED: Final = """
    get_lead get_rep get_pool get_policy get_policy_version get_policy_draft get_roster get_roster_version
    get_roster_draft get_source get_channel get_account get_webhook new_source new_channel new_channel_of_mine
    add_webhook rotate_webhook
"""
TAGGED: Final = frozenset(IF_MATCH) - {*_UNTAGGED.split()} | {*_TAGGED.split()}
SAYS: Final[Mapping[int, str]] = {201: "It is made.", 202: "It is on its way.", 204: "Done."}

_TAG: Final[Piece] = {"schema": {"type": "string"}, "description": "Which version this shows: for `If-Match`."}
_REPLAYED: Final[Piece] = {
    "schema": {"const": "true"},
    "description": "The first answer to this `Idempotency-Key`, again.",
}


def headers_of(name: str, status: int) -> Piece:
    """The headers of an answer, beside those that all answers have."""
    found: Piece = {}
    if name in TAGGED:
        found["ETag"] = _TAG
    if name == "take_lead" and status in {200, 202}:
        found["Idempotency-Replayed"] = _REPLAYED
    return found


assert set(PROBLEMS) <= set(TITLES)  # noqa: S101  each has a title
