"""A request to every route of the service, as whoever runs it would send it, in an order in which none spoils another.

The examples of the API's description are what these are answered (`tests/service/test_openapi_examples.py` writes and
compares them); the matrix sends them in everybody's name. A route that has no line here fails the tests.
"""

from collections.abc import Mapping
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

API: Final = "/api/v1"
PASSWORD: Final = "correct horse battery"

TICKET: Final = "a ticket that nobody has used"
ANOTHER: Final = "another-session"  # of whoever asks

POLICY: Final = """
name = "Mainonly rules"
[fields.topic]
type = "text"
[[screen]]
reject = "spam"
when = 'topic == "spam"'
[[rule]]
name = "Mainonly blind"
when = 'topic == "blind"'
who = ["pool north"]
how = "cherry_pick"
blind = true
[[rule]]
name = "Mainonly offer"
when = 'topic == "offer"'
who = ["pool north"]
how = "shotgun"
[[rule]]
name = "Mainonly wait"
when = 'topic == "wait"'
who = ["pool paused"]
[[rule]]
name = "Mainonly desk"
when = 'topic == "desk"'
who = ["pool south"]
how = "manual"
desk = "fay"
[[rule]]
name = "Mainonly all"
when = 'always'
who = ["pool north"]
respond_within = "1h"
"""
ROSTER: Final = """
[[team]]
name = "north"
manager = "eve"
[[team]]
name = "south"
manager = "fay"
[[person]]
id = "ann"
name = "Ann Mainonly"
team = "north"
[[person]]
id = "bob"
name = "Bob Mainonly"
team = "north"
[[person]]
id = "cy"
name = "Cy Mainonly"
team = "south"
[[person]]
id = "dee"
name = "Dee Mainonly"
team = "south"
[[person]]
id = "eve"
name = "Eve Mainonly"
[[person]]
id = "fay"
name = "Fay Mainonly"
[[person]]
id = "gus"
name = "Gus Mainonly"
team = "north"
[[person]]
id = "hal"
name = "Hal Mainonly"
team = "north"
[[pool]]
name = "north"
members = ["ann", "bob"]
manager = "eve"
[[pool]]
name = "south"
members = ["cy", "dee"]
manager = "fay"
[[pool]]
name = "paused"
members = ["bob"]
manager = "eve"
[[pool]]
name = "spare"
members = ["gus"]
manager = "eve"
"""
EXTRA: Final = '[[person]]\nid = "ida"\nname = "Ida Mainonly"\nteam = "north"\n'

# Every lead of the desk: what it is for, its topic, and who is given it by hand. Its number is its place.
LEADS: Final[tuple[tuple[str, str, str], ...]] = (
    ("ann's", "north", "ann"),
    ("bob's", "north", "bob"),
    ("cy's", "south", "cy"),
    ("dee's", "south", "dee"),
    ("blind", "blind", ""),
    ("offered", "offer", ""),
    ("waiting", "wait", ""),
    ("on the desk", "desk", ""),
    ("spam", "spam", ""),
    ("closed", "north", "ann"),
    ("stays", "north", "bob"),
    ("merged", "north", "ann"),
    ("moved on", "north", "ann"),
    ("accept", "north", "ann"),
    ("claim", "offer", ""),
    ("decline", "north", "ann"),
    ("respond", "north", "ann"),
    ("snooze", "north", "ann"),
    ("close", "north", "ann"),
    ("note", "north", "ann"),
    ("restore", "spam", ""),
    ("reassign", "north", "ann"),
    ("offer", "north", "ann"),
    ("hand over", "north", "ann"),
    ("take away", "north", "ann"),
    ("merge into", "north", "ann"),
    ("merge", "north", "ann"),
    ("erase", "north", "ann"),
    ("dispute", "north", "ann"),
    ("disputed", "north", "ann"),
    ("disputed too", "north", "ann"),
    ("gus's", "north", "gus"),
)


def number_of(name: str) -> int:
    """The number of a lead."""
    return next(number for number, (each, _, _) in enumerate(LEADS, 1) if each == name)


class Call(Struct, frozen=True, kw_only=True):
    """A request. `bare`: whoever sends it says nothing of who they are, for the route does not ask.

    who:   by whom the example is; `apart`: in a session that is used for nothing else.
    path:  the route's own; `place` is what stands in its places: what begins with # is a number that is looked up.
    hole:  why nothing good can come of it, even for the owner of everything.
    """

    method: str
    path: str
    place: Mapping[str, str | int] = {}
    query: Mapping[str, str | int | list[str]] = {}
    body: Any = None
    media: str = "application/json"
    headers: Mapping[str, str] = {}
    bare: bool = False
    who: str = "owner"
    apart: bool = False
    endless: bool = False
    hole: str = ""

    def placed(self, numbers: Mapping[str, int]) -> dict[str, str | int]:
        """What stands in the places of the path."""
        return {name: numbers[str(at)[1:]] if str(at).startswith("#") else at for name, at in self.place.items()}

    def at(self, numbers: Mapping[str, int]) -> str:
        """Where it goes."""
        return self.path.format(**self.placed(numbers))


def _get(path: str, **query: Any) -> Call:
    return Call(method="GET", path=f"{API}{path}", query=query)


def _on(lead: str, verb: str, body: Any = None, **query: Any) -> Call:
    place = {"lead": number_of(lead)}
    return Call(method="POST", path=f"{API}/leads/{{lead}}/{verb}", place=place, body=body, query=query)


def _of(path: str, **place: str | int) -> Call:
    return Call(method="GET", path=f"{API}{path}", place=place)


def _do(method: str, path: str, body: Any = None, *, tag: str = "", **place: str | int) -> Call:
    headers = {"If-Match": tag} if tag else {}
    return Call(method=method, path=f"{API}{path}", place=place, body=body, headers=headers)


def _by(who: str, call: Call) -> Call:
    return replace(call, who=who)


_LEAD: Final = {"lead": number_of("ann's")}
_LINES: Final = b'{"email": "new-one@acme.example", "country": "DE"}\n{"email": "new-two@acme.example"}\n'
_ACCOUNT: Final = {"name": "Acme GmbH", "domains": ["acme.example"], "owner": "ann"}
_COMPANIES: Final = b"id,name,domain,owner\ninitech,Initech,initech.example,bob\n"
_FILE: Final = b"email,country\nold-one@acme.example,DE\nold-two@acme.example,AT\n"
_TEXT: Final = 'name = "Other"\n[[rule]]\nname = "All"\nwhen = \'always\'\nwho = ["pool north"]\n'
_ROSTER: Final = '[[person]]\nid = "ann"\n[[pool]]\nname = "north"\nmembers = ["ann"]\n'
_INPUT: Final = {"name": "email", "label": "E-mail", "type": "email", "required": True}
_FORM: Final = {"title": "Talk to us", "inputs": [_INPUT]}
_HOOK: Final = "https://93.184.215.14/hook"
_FORMED: Final = "application/x-www-form-urlencoded"

LOOKS: Final[Mapping[str, Call]] = {
    "list_leads": _get("/leads", state=["waiting", "offered", "assigned", "working", "held", "rejected", "closed"]),
    "get_lead": _of("/leads/{lead}", **_LEAD),
    "get_inbox": _get("/inbox", rep="ann"),
    "get_lead_decision": _of("/leads/{lead}/decision", **_LEAD),
    "list_lead_decisions": _of("/leads/{lead}/decisions", **_LEAD),
    "list_lead_events": _of("/leads/{lead}/events", **_LEAD),
    "list_lead_messages": _of("/leads/{lead}/messages", **_LEAD),
    "list_lead_notes": _of("/leads/{lead}/notes", **_LEAD),
    "export_leads": _get("/export/leads"),
    "export_decisions": _get("/export/decisions"),
    "export_events": _get("/export/events"),
    "export_entries": _get("/export/entries"),
    "list_offers": _get("/offers"),
    "list_reps": _get("/reps"),
    "get_rep": _of("/reps/{rep}", rep="ann"),
    "get_rep_ledger": _of("/reps/{rep}/ledger", rep="ann"),
    "list_pools": _get("/pools"),
    "get_pool": _of("/pools/{name}", name="north"),
    "get_pool_line": _of("/pools/{name}/line", name="north"),
    "list_pool_entries": _of("/pools/{name}/entries", name="north"),
    "get_policy": _get("/policy"),
    "list_policies": _get("/policy/versions"),
    "get_policy_version": _of("/policy/versions/{number}", number=1),
    "check_policy": _do("POST", "/policy/check", {"policy": _TEXT}),
    "explain_the_policy": _get("/policy/explain"),
    "diff_policies": Call(method="GET", path=f"{API}/policy/diff", query={"to": "next"}),
    "list_policy_drafts": _get("/policy/drafts"),
    "get_policy_draft": _of("/policy/drafts/{name}", name="next"),
    "check_policy_draft": _of("/policy/drafts/{name}/check", name="next"),
    "get_roster": _get("/roster"),
    "list_rosters": _get("/roster/versions"),
    "get_roster_version": _of("/roster/versions/{number}", number=1),
    "check_roster": _do("POST", "/roster/check", {"roster": _ROSTER}),
    "diff_rosters": Call(method="GET", path=f"{API}/roster/diff", query={"to": "next"}),
    "list_roster_drafts": _get("/roster/drafts"),
    "get_roster_draft": _of("/roster/drafts/{name}", name="next"),
    "check_roster_draft": _of("/roster/drafts/{name}/check", name="next"),
    "list_disputes": _get("/disputes"),
    "get_dispute": _of("/disputes/{dispute}", dispute="#dispute"),
    "get_desk": _get("/desk"),
    "list_findings": _get("/desk/findings"),
    "list_messages": _get("/messages"),
    "get_message": _of("/messages/{message}", message="#message"),
    "list_message_deliveries": _of("/messages/{message}/deliveries", message="#message"),
    "list_sources": _get("/sources"),
    "list_source_kinds": _get("/source-kinds"),
    "get_source": _of("/sources/{name}", name="contact"),
    "list_accounts": _get("/accounts"),
    "get_account": _of("/accounts/{account}", account="acme"),
    "export_accounts": _get("/export/accounts"),
    "list_errands": _of("/sources/{name}/errands", name="meta"),
    "list_channels": _get("/channels"),
    "get_channel": _of("/channels/{channel}", channel="#channel"),
    "list_channel_deliveries": _of("/channels/{channel}/deliveries", channel="#channel"),
    "list_my_channels": _by("rep ann", _get("/me/channels")),
    "list_deliveries_of_mine": _by("rep ann", _of("/me/channels/{channel}/deliveries", channel="#channel")),
    "report_fairness": _get("/reports/fairness"),
    "report_load": _get("/reports/load"),
    "report_waiting": _get("/reports/waiting"),
    "follow_events": Call(method="GET", path=f"{API}/events", query={"after": "0"}, endless=True),
    "list_event_kinds": _get("/events/catalogue"),
    "get_event_schema": _of("/events/schemas/{kind}", kind="lead.assigned"),
    "list_webhooks": _get("/webhooks"),
    "get_webhook": _of("/webhooks/{webhook}", webhook="#webhook"),
    "list_webhook_deliveries": _of("/webhooks/{webhook}/deliveries", webhook="#webhook"),
    "list_keys": _get("/keys"),
    "list_users": _get("/users"),
    "get_me": _get("/me"),
    "list_my_sessions": _get("/me/sessions"),
    "healthz": Call(method="GET", path="/healthz", bare=True),
    "readyz": Call(method="GET", path="/readyz", bare=True),
    "metrics": Call(method="GET", path="/metrics"),
    "describe": Call(method="GET", path="/openapi.json", bare=True),
}

DEEDS: Final[Mapping[str, Call]] = {
    "take_lead": Call(
        method="POST",
        path=f"{API}/leads",
        body={"email": "kim@acme.example", "company": "Acme", "country": "DE", "source": "website"},
        headers={"Idempotency-Key": "form-1000"},
    ),
    "take_batch": Call(method="POST", path=f"{API}/leads/batch", body=_LINES, media="application/x-ndjson"),
    "import_leads": Call(method="POST", path=f"{API}/imports", body=_FILE, media="text/csv"),
    "accept_lead": _on("accept", "accept", {"rep": "ann"}),
    "claim_lead": _on("claim", "claim", {"rep": "ann"}),
    "decline_lead": _on("decline", "decline", {"rep": "ann", "reason": "I know them too well."}),
    "respond_lead": _on("respond", "respond", {"at": "2026-11-02T09:00:00Z"}),
    "snooze_lead": _on("snooze", "snooze", {"until": "2h"}),
    "close_lead": _on("close", "close", {"ending": "won", "amount": 5000, "reason": "They have signed."}),
    "note_lead": _on("note", "notes", {"text": "Is on holiday until Monday."}),
    "restore_lead": _on("restore", "restore"),
    "reassign_lead": _on("reassign", "reassign", {"to": "bob"}),
    "offer_lead": _on("offer", "offer", {"to": ["ann", "bob"]}),
    "hand_over_lead": _on("hand over", "hand-over", {"to": "bob"}),
    "take_lead_away": _on("take away", "take-away", {"even_if_answered": True}),
    "merge_lead": _on("merge", "merge", {"into": str(number_of("merge into"))}),
    "unmerge_lead": _on("merged", "unmerge"),
    "erase_person": Call(
        method="DELETE",
        path=f"{API}/leads/{{lead}}/person",
        place={"lead": number_of("erase")},
        query={"even_if_open": "true"},
    ),
    "dispute_lead": _on("dispute", "dispute", {"rep": "ann", "text": "It was my account."}),
    "rule_on_dispute": _do(
        "POST", "/disputes/{dispute}/rule", {"ruling": "upheld", "text": "You are right."}, dispute="#dispute too"
    ),
    "reroute_leads": _do("POST", "/leads/reroute", {"policy": 1, "dry_run": True}),
    "put_policy_draft": _do("PUT", "/policy/drafts/{name}", {"text": _TEXT}, name="another"),
    "publish_policy_draft": _do("POST", "/policy/drafts/{name}/publish", {"note": "Simpler."}, name="next"),
    "delete_policy_draft": _do("DELETE", "/policy/drafts/{name}", name="another"),
    "publish_policy": _do("POST", "/policy/publish", {"policy": _TEXT, "note": "Simpler still."}, tag="*"),
    "roll_policy_back": _do("POST", "/policy/rollback", {"version": 1}),
    "put_roster_draft": _do("PUT", "/roster/drafts/{name}", {"text": _ROSTER}, name="another"),
    "publish_roster_draft": _do("POST", "/roster/drafts/{name}/publish", {"note": "Ida."}, name="next"),
    "delete_roster_draft": _do("DELETE", "/roster/drafts/{name}", name="another"),
    "publish_roster": _do("POST", "/roster/publish", {"roster": ROSTER + EXTRA, "note": "As it was."}, tag="*"),
    "roll_roster_back": _do("POST", "/roster/rollback", {"version": 1}),
    "set_away": _do("POST", "/reps/{rep}/away", rep="ann"),
    "set_back": _do("POST", "/reps/{rep}/back", rep="ann"),
    "set_last_one": _do("POST", "/reps/{rep}/last-one", rep="ann"),
    "pause_rep": _do("POST", "/reps/{rep}/pause", rep="ann"),
    "resume_rep": _do("POST", "/reps/{rep}/resume", rep="ann"),
    "put_on_leave": _do("POST", "/reps/{rep}/leave", {"start": "2026-12-21", "end": "2026-12-31"}, rep="ann"),
    "call_off_leave": _do("DELETE", "/reps/{rep}/leave/{start}", rep="ann", start="2026-12-21"),
    "add_rep": _do("POST", "/reps", {"id": "ida", "name": "Ida", "team": "north", "caps": {"open": 5}}),
    "edit_rep": _do("PATCH", "/reps/{rep}", {"caps.open": 50}, rep="ann"),
    "remove_rep": _do("DELETE", "/reps/{rep}", rep="hal"),
    "let_rep_go": _do("POST", "/reps/{rep}/let-go", rep="gus"),
    "pause_pool": _do("POST", "/pools/{name}/pause", name="north"),
    "resume_pool": _do("POST", "/pools/{name}/resume", name="north"),
    "correct_pool": _do(
        "POST", "/pools/{name}/corrections", {"rep": "ann", "leads": 1, "why": "A slip."}, name="north"
    ),
    "new_pool": _do("POST", "/pools", {"name": "new", "members": {"ann": 2, "bob": 1}}),
    "change_pool": _do("PATCH", "/pools/{name}", {"max_ahead": 3}, name="north"),
    "change_members": _do("PATCH", "/pools/{name}/members", {"bob": 2}, name="north"),
    "drop_pool": _do("DELETE", "/pools/{name}", name="spare"),
    "pause_desk": _do("POST", "/desk/pause"),
    "resume_desk": _do("POST", "/desk/resume"),
    "send_message_again": _do("POST", "/messages/{message}/send-again", message="#message"),
    "new_source": _do("POST", "/sources", {"name": "talk", "kind": "form", "settings": _FORM}),
    "put_source": _do("PUT", "/sources/{name}", {"settings": _FORM}, tag="*", name="contact"),
    "turn_source_off": _do("DELETE", "/sources/{name}", name="talk"),
    "put_one_account": _do("PUT", "/accounts/{account}", _ACCOUNT, tag="*", account="acme"),
    "import_accounts": Call(method="POST", path=f"{API}/accounts/import", body=_COMPANIES, media="text/csv"),
    "delete_account": _do("DELETE", "/accounts/{account}", account="globex"),
    "retry_errand": _do("POST", "/sources/{name}/errands/{errand}/retry", name="meta", errand="#errand"),
    "retry_errands": _do("POST", "/sources/{name}/errands/retry", name="meta"),
    "new_channel": _do("POST", "/channels", {"owner": "ann", "kind": "email", "address": "ann.two@main.example"}),
    "edit_channel": _do("PATCH", "/channels/{channel}", {"quiet": "22:00-07:00"}, channel="#channel"),
    "test_channel": _do("POST", "/channels/{channel}/test", channel="#channel"),
    "delete_channel": _do("DELETE", "/channels/{channel}", channel="#bob's channel"),
    "new_channel_of_mine": _by(
        "rep ann", _do("POST", "/me/channels", {"kind": "email", "address": "me.too@main.example"})
    ),
    "edit_channel_of_mine": _by(
        "rep ann", _do("PATCH", "/me/channels/{channel}", {"detail": "full"}, channel="#channel")
    ),
    "test_channel_of_mine": _by("rep ann", _do("POST", "/me/channels/{channel}/test", channel="#channel")),
    "delete_channel_of_mine": _by("rep ann", _do("DELETE", "/me/channels/{channel}", channel="#channel too")),
    "add_webhook": _do("POST", "/webhooks", {"url": _HOOK, "kinds": ["lead.*"], "detail": "brief"}),
    "change_webhook": _do("PATCH", "/webhooks/{webhook}", {"kinds": ["lead.closed"]}, tag="*", webhook="#webhook"),
    "rotate_webhook": _do("POST", "/webhooks/{webhook}/rotate", webhook="#webhook"),
    "ping_webhook": _do("POST", "/webhooks/{webhook}/test", webhook="#webhook"),
    "redeliver_webhook": _do(
        "POST", "/webhooks/{webhook}/redeliver", {"since": "2026-11-02T09:00Z"}, webhook="#webhook"
    ),
    "delete_webhook": _do("DELETE", "/webhooks/{webhook}", webhook="#webhook"),
    "create_key": _do("POST", "/keys", {"name": "website", "role": "admin", "scopes": ["leads:take"]}),
    "end_key": _do("DELETE", "/keys/{key}", key="#key"),
    "ask_for_link": Call(method="POST", path=f"{API}/sign-in/link", body={"email": "owner@main.example"}, bare=True),
    "enter_password": Call(
        method="POST",
        path=f"{API}/sign-in/password",
        body={"email": "owner@main.example", "password": PASSWORD},
        bare=True,
    ),
    "use_ticket": Call(method="POST", path=f"{API}/sign-in/ticket", body={"ticket": TICKET}, bare=True),
    "sign_out": Call(method="POST", path=f"{API}/sign-out", apart=True),
    "rename_me": _do("PATCH", "/me", {"name": "Olga"}),
    "add_user": _do("POST", "/users", {"email": "new@main.example", "role": "viewer"}),
    "change_user": _do("PATCH", "/users/{user}", {"name": "Vi"}, user="#user"),
    "invite_user": _do("POST", "/users/{user}/invitation", user="#user"),
    "let_user_leave": _do("DELETE", "/users/{user}", user="#user"),
    "bring_user_back": _do("POST", "/users/{user}/return", user="#user"),
    "end_my_session": _do("DELETE", "/me/sessions/{session}", session=ANOTHER),
    "end_my_other_sessions": _do("DELETE", "/me/sessions"),
    "change_password": _do("PUT", "/me/password", {"password": "another good password"}),
}

CALLS: Final[Mapping[str, Call]] = {**LOOKS, **DEEDS}

# Pages and addresses for browsers and other products: nobody need be known there, and the API's description leaves
# them out. They have tests of their own.
PAGES: Final = frozenset(
    {
        "/sign-in",
        "/sign-in/link",
        "/sign-in/password",
        "/sign-in/at/{name}",
        "/sign-in/back",
        "/sign-in/{ticket}",
        "/welcome",
        "/sign-out",
        "/answer/{ticket}",
        "/hooks/{source}",
        "/f/{form}",
        "/f/{form}/token",
        "/f/{form}/embed.js",
        "/f/{form}/thanks/{ticket}",
    }
)
