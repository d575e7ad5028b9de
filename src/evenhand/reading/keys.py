"""Every key that a policy and a roster may have, by the table it belongs to; "" is the top of the document.

To add a key: a name here, a line in the reader of its table, a row in docs/reference/policy.md or team.md.
"""

from collections.abc import Mapping
from typing import Final

POLICY_KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "": ("name", "currency", "rates", "fields", "tables", "regions", "screen", "value", "score", "rule"),
    "fields": ("type", "label", "personal", "currency"),
    "screen": ("reject", "review", "when"),
    "value": ("amount",),
    "score": ("points", "because", "when", "half_life", "since"),
    "rule": (
        *("name", "when", "who", "tier", "how", "respond_within", "clock", "remind_before", "reassign", "stale_after"),
        *("charge", "otherwise", "even_if_away", "strict", "blind", "limit", "unclaimed_after", "stages"),
        *("widen_after", "desk", "expected"),
    ),
    "tier": ("who", "wait"),
    "reassign": ("times", "then"),
}

TEAM_KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "": ("zone", "hours", "holidays", "people", "person", "team", "pool", "territory"),
    "person": (
        *("id", "name", "email", "team", "active", "away", "zone", "hours", "holidays", "days_off", "half_days"),
        *("leave", "skills", "languages", "territories", "caps", "seniority", "deal_band", "score_band"),
        "goals",
    ),
    "leave": ("from", "to", "deputy"),
    "caps": ("open", "hour", "day", "week", "month", "smooth"),
    "goals": ("week", "month", "quarter", "year"),
    "deal_band": ("from", "to"),
    "score_band": ("from", "to"),
    "team": ("name", "manager"),
    "pool": (
        *("name", "members", "weight", "manager", "backlog", "fair", "max_charge", "charges", "debt_limit"),
        *("fit_weight", "max_ahead", "paused"),
    ),
    "backlog": ("each", "every"),
    "territory": ("name", "areas", "manager"),
}
