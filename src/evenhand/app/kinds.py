"""The kinds of sources that there are, and how each checks what is set up for it: forms, and every inbound webhook.

To add one: a line in `KINDS`; a webhook is added to `integrations/hooks` alone.
"""

from collections.abc import Mapping
from functools import partial
from typing import Final

from msgspec import DecodeError, Struct, ValidationError, json

from evenhand.actions.forms import Form, check_form, read_form
from evenhand.actions.sources import FORM, Check, Secrets
from evenhand.core.when.fields import Vocabulary
from evenhand.errors import BadUsage, Fault
from evenhand.integrations.hooks import DOORS
from evenhand.integrations.hooks.model import Door, Settings
from evenhand.integrations.hooks.opening import check_source


class Secret(Struct, frozen=True):
    """A secret that a source of some kind has: what it is, and whether it must be there."""

    name: str
    what: str
    needed: bool


def _form(settings: bytes, secrets: Secrets, vocabulary: Vocabulary) -> bytes:
    if secrets:
        raise BadUsage(Fault(where="secrets", what="a form has none.", fix="Leave them out."))
    form = read_form(settings)
    check_form(form, vocabulary)
    return json.encode(form)


def _hook(settings: bytes, secrets: Secrets, vocabulary: Vocabulary, *, door: Door) -> bytes:
    found = read_hook(settings)
    check_source(door, secrets, found, fields=tuple(vocabulary.fields))
    return json.encode(found)


def read_hook(settings: bytes) -> Settings:
    """How the webhooks of a source are read. Raises BadUsage."""
    try:
        return json.decode(settings, type=Settings)
    except ValidationError as error:
        what, _, where = str(error).partition(" - at `$")
        raise BadUsage(Fault(where=f"settings{where.rstrip('`')}", what=f"{what}.")) from error
    except (DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadUsage(Fault(where="settings", what="is no JSON.")) from error


KINDS: Final[Mapping[str, Check]] = {FORM: _form, **{name: partial(_hook, door=door) for name, door in DOORS.items()}}
SETTINGS: Final[Mapping[str, type[Struct]]] = {FORM: Form, **dict.fromkeys(DOORS, Settings)}


def secrets_of(kind: str) -> tuple[Secret, ...]:
    """The secrets that a kind of source knows."""
    keys = DOORS[kind].keys if kind in DOORS else {}
    return tuple([Secret(name, key.what, key.needed and not key.by) for name, key in keys.items()])
