"""Makes a `Knock` of a request, and checks what somebody sets up for a source."""

from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from evenhand.core.model import DAY, Millis
from evenhand.errors import BadInput, Fault
from evenhand.integrations.hooks.model import Door, Keys, Knock, Settings
from evenhand.integrations.hooks.paths import check_path

_LONG_ENOUGH: Final = 8  # of a secret that we can only compare


def knock(method: str, url: str, *, headers: Mapping[str, str], body: bytes, at: Millis) -> Knock:
    """A request, as a door sees it. `url` is the whole public address as the sender called it, with its query."""
    try:
        query = tuple(parse_qsl(urlsplit(url).query, keep_blank_values=True, max_num_fields=100))
    except ValueError:
        query = ()
    lower = {name.lower(): value for name, value in headers.items()}
    return Knock(method=method.upper(), url=url, query=query, headers=lower, body=body, at=at)


def check_source(door: Door, keys: Keys, settings: Settings, *, fields: Collection[str] = ()) -> None:
    """Raises BadInput with everything that is wrong with how a source is set up.

    `fields`: the names that the policy knows; left out, any name will do.
    """
    faults = [
        *_keys(door, keys, settings),
        *_settings(settings),
        *_for_any_json(door, settings),
        *_expressions(settings),
        *_names(settings, fields),
    ]
    if faults:
        raise BadInput(faults)


def _keys(door: Door, keys: Keys, settings: Settings) -> Iterator[Fault]:
    for name, key in door.keys.items():
        needed = settings.by in key.by if key.by else key.needed
        if needed and not keys.get(name):
            yield Fault(where=f"keys.{name}", what="is missing.", fix=f"Give {key.what}.")
    for name, secret in keys.items():
        if name.removesuffix("_old") not in door.keys:
            yield Fault(where=f"keys.{name}", what="is no key of this sender.", fix=_near(name, door.keys))
        elif len(secret) < _LONG_ENOUGH:
            yield Fault(where=f"keys.{name}", what="is too short to be a secret.", fix="Give at least 8 characters.")


def _settings(settings: Settings) -> Iterator[Fault]:
    if not 0 < settings.window <= DAY:
        yield Fault(where="window", what="is not between 1 ms and a day.", fix="Leave it out for five minutes.")
    if settings.api and not settings.api.startswith(("https://", "http://")):
        yield Fault(where="api", what="is no address.", fix="Write it as https://api.example.com, or leave it out.")
    for field in sorted(set(settings.fields) & set(settings.constants)):
        what = "has both an expression and a constant."
        yield Fault(where=f"fields.{field}", what=what, fix="Keep one of them.")


def _for_any_json(door: Door, settings: Settings) -> Iterator[Fault]:
    """What only a sender that we do not know can need."""
    if any(key.by for key in door.keys.values()):
        return
    plain = Settings()
    for name in ("by", "header", "signature", "each", "key", "received", "test"):
        if getattr(settings, name) != getattr(plain, name):
            yield Fault(where=name, what="is for senders of any JSON only.", fix="Leave it out.")


def _expressions(settings: Settings) -> Iterator[Fault]:
    single = {name: getattr(settings, name) for name in ("each", "key", "received", "test")}
    asked = {f"fields.{field}": expression for field, expression in settings.fields.items()}
    for where, expression in (*((name, text) for name, text in single.items() if text), *asked.items()):
        try:
            check_path(expression, where)
        except BadInput as error:
            yield from error.faults


def _names(settings: Settings, known: Collection[str]) -> Iterator[Fault]:
    for table, names in (("fields", settings.fields), ("constants", settings.constants)):
        for name in names:
            if known and name not in known:
                yield Fault(where=f"{table}.{name}", what="there is no such field.", fix=_near(name, known))


def _near(name: str, names: Collection[str]) -> str:
    near = get_close_matches(name, names, n=1, cutoff=0.5)
    return f"Did you mean {near[0]}?" if near else f"There are {', '.join(sorted(names)[:20]) or 'none'}."
