"""What the answers of a sender's API mean: come back later, never, or here it is."""

import re
from email.utils import parsedate_to_datetime
from typing import Final

from evenhand.core.model import DAY, Millis
from evenhand.errors import BadInput, GiveUp, TryLater
from evenhand.integrations.hooks.body import Table, read_json, table
from evenhand.integrations.hooks.model import Answer, Delivered, Fetch, Keys, Settings
from evenhand.integrations.hooks.naming import Read, taken

_LATER: Final = frozenset({408, 409, 423, 425, 429, 477})  # 477: HubSpot is moving the account
_PAUSE: Final[Millis] = 10_000  # when a limit is reached and nobody says for how long


def called(fetch: Fetch) -> str:
    """What is to be fetched, as messages name it: by ids only."""
    return f"{fetch.kind} {fetch.key.removeprefix(f'{fetch.kind}-')}"


def brought(fetch: Fetch, lead: Read, settings: Settings) -> Delivered:
    """The lead that a call has brought. Raises GiveUp if our own mapping is wrong."""
    try:
        return Delivered(leads=(taken(lead, settings),))
    except BadInput as error:
        raise GiveUp(f"{called(fetch)}: the mapping of this source is wrong: {error.faults[0]}") from None


def key_for(keys: Keys, name: str, fetch: Fetch) -> str:
    """A key that a call needs. Raises GiveUp."""
    if found := keys.get(name, ""):
        return found
    raise GiveUp(f"{called(fetch)}: this source has no {name}. Give it one, then try again.")


def opened(answer: Answer, fetch: Fetch, sender: str) -> Table:
    """The object that was answered. Raises TryLater or GiveUp, by status."""
    what = f"{called(fetch)}: {sender} answered {answer.status}"
    status = answer.status
    if status in _LATER or status >= 500:
        raise TryLater(f"{what}.", after=retry_after(answer) or (_PAUSE if status == 429 else 0))
    if status in {401, 403}:
        raise GiveUp(f"{what}: it does not let us in. Renew the access_token of this source, then try again.")
    if status in {404, 410}:
        raise GiveUp(f"{what}: there is no such {fetch.kind}, or the access_token may not see it.")
    if not 200 <= status < 300:
        raise GiveUp(f"{what}: it does not understand what we ask. Look at the api and version of this source.")
    try:
        found = read_json(answer.body)
    except BadInput:
        raise TryLater(f"{what}, and something that cannot be read.") from None
    try:
        return table(found, "answer")
    except BadInput:
        raise GiveUp(f"{what}, and something else than a {fetch.kind}. Look at the api of this source.") from None


def retry_after(answer: Answer) -> Millis:
    """What Retry-After asks for, in seconds or as a date; at most a day, 0 if it says nothing that we understand."""
    said = answer.headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]{1,9}", said):
        return min(int(said) * 1000, DAY)
    try:
        moment = int(parsedate_to_datetime(said).timestamp() * 1000)
    except (ValueError, OverflowError, TypeError, IndexError):
        return 0
    return min(max(moment - answer.at, 0), DAY)
