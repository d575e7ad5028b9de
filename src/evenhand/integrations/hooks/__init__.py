"""Webhooks of other products, turned into leads. To add one: a module here with its `DOOR`, a line below, and its names
in docs/reference/webhooks-in.md.

In order: `opening.knock` makes a `Knock` of a request; the door's `answer` handles handshakes; `verify` says who it is;
`read` gives leads and what must be fetched; `naming.cells` makes a row of a lead for `reading.leads.read_leads`.
"""

from collections.abc import Mapping
from typing import Final

from evenhand.integrations.hooks import activecampaign, anyjson, google, hubspot, linkedin, meta, typeform
from evenhand.integrations.hooks.model import Door

DOORS: Final[Mapping[str, Door]] = {
    "activecampaign": activecampaign.DOOR,
    "google": google.DOOR,
    "hubspot": hubspot.DOOR,
    "json": anyjson.DOOR,
    "linkedin": linkedin.DOOR,
    "meta": meta.DOOR,
    "typeform": typeform.DOOR,
}
