"""Another house where people can sign in, if the environment names one: see `integrations/oidc.py`."""

import os
from collections.abc import Callable, Mapping

from msgspec import Struct

from evenhand.app.outgoing import guard_of
from evenhand.core.model import Millis
from evenhand.integrations.http import Client
from evenhand.integrations.oidc import SignIn, read_house


class OtherHouse(Struct, frozen=True):
    """What its button says, how one signs in there, and from which domains people come in by themselves."""

    name: str
    sign_in: SignIn
    join: tuple[str, ...]


def other_house(clock: Callable[[], Millis], environ: Mapping[str, str] | None = None) -> OtherHouse | None:
    """The house that the environment names; `None` if it names none. Raises BadUsage. It is asked nothing yet."""
    said = os.environ if environ is None else environ
    found = read_house(said)
    if found is None:
        return None
    return OtherHouse(found.name, SignIn(found.provider, Client(guard_of(said)), clock=clock), found.join)
