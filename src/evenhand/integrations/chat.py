"""Chat, push and SMS, through Apprise: `slack://…`, `tgram://…`, `twilio://…`, each with its secrets in the address.

Apprise knows some 140 kinds. Many of them show things on this machine, read its files, or go to any host that the
address names, and none of them goes through our guard. So only the kinds in `KINDS` are taken: those that go to hosts
of their vendor, whatever the address says. A host of one's own is told by a signed webhook, which is guarded.

To add a kind: a line in `KINDS`, after reading in Apprise's source which host it asks and which options open files; and
a line in tests/integrations/test_chat.py, which watches where it goes.
"""

import hashlib
import logging
import re
import warnings
from collections.abc import Callable, Mapping
from functools import cache
from typing import Final
from urllib.parse import unquote

from apprise import Apprise, AppriseAsset, NotifyBase, NotifyFormat, OverflowMode
from msgspec import Struct

from evenhand.errors import BadAddress, Fault, GiveUp, TryLater

LONGEST: Final = 2048  # characters of an address
WITHIN: Final = 20.0  # seconds for all of it; each single wait is Apprise's own, four seconds
PAUSE: Final = 0.2  # seconds at the most between two requests for one message
_FINAL: Final = frozenset({400, 401, 403, 404, 410})
_STATUS: Final = re.compile(r"\berror=(\d{3})\b")
_MICROSOFT: Final = (".logic.azure.com", ".logic.azure.us", ".api.powerplatform.com")

# What Apprise and the library below it have to say may hold addresses with their secrets, and messages with people in
# them; what of it matters comes back with the result.
logging.getLogger("apprise").propagate = False
logging.getLogger("urllib3").setLevel(logging.WARNING)


class Kind(Struct, frozen=True):
    """A vendor whom people are told through.

    schemas: how its addresses may begin.
    options: what may be said after the `?`. Others may name files of this machine, or turn off checks.
    hosts:   where its own web addresses lead, such as people copy from its pages; `.x.com` is any host below it.
    goes:    whether what Apprise has read leads to the vendor, where an address could say otherwise.
    """

    name: str
    schemas: tuple[str, ...]
    options: tuple[str, ...] = ("to", "from")
    hosts: tuple[str, ...] = ()
    goes: Callable[[NotifyBase], bool] = lambda _: True


def _to_microsoft(plugin: NotifyBase) -> bool:
    return str(plugin.host).lower().endswith(_MICROSOFT) and plugin.port in (None, 443)


def _to_zulip(plugin: NotifyBase) -> bool:
    return getattr(plugin, "hostname", "") == "zulipchat.com"


KINDS: Final = (
    Kind("Slack", ("slack",), ("to", "mode"), ("hooks.slack.com",)),
    Kind(
        "Microsoft Teams",
        ("workflows", "workflow"),
        ("api-version", "sp", "sv", "sig", "ver", "pa", "powerautomate", "route", "routeid"),
        _MICROSOFT,
        _to_microsoft,
    ),
    Kind("Telegram", ("tgram",), ("to", "topic", "thread", "silent")),
    Kind("Discord", ("discord",), ("thread",), ("discord.com", "discordapp.com")),
    Kind("Google Chat", ("gchat",), ("key", "token", "thread", "threadkey"), ("chat.googleapis.com",)),
    Kind("Webex", ("wxteams", "webex"), ("to", "mode"), ("webexapis.com", "api.ciscospark.com")),
    Kind("Zulip", ("zulip",), ("to",), (), _to_zulip),
    Kind("Ryver", ("ryver",), ("mode",), (".ryver.com",)),
    Kind("Lark", ("lark",), (), ("open.larksuite.com",)),
    Kind("Feishu", ("feishu",), (), ("open.feishu.cn",)),
    Kind("DingTalk", ("dingtalk",), ("to", "secret")),
    Kind("WeCom", ("wecombot",), ("key",), ("qyapi.weixin.qq.com",)),
    Kind("LINE", ("line",), ("to",)),
    Kind("Pushover", ("pover",), ("to", "priority", "sound")),
    Kind("Pushbullet", ("pbul",), ("to",)),
    Kind("Prowl", ("prowl",), ("priority",)),
    Kind("PagerDuty", ("pagerduty",), ("region", "severity")),
    Kind("SIGNL4", ("signl4",), ()),
    Kind("Twilio", ("twilio",)),
    Kind("Vonage", ("vonage", "nexmo")),
    Kind("MessageBird", ("msgbird",)),
    Kind("Sinch", ("sinch",), ("to", "from", "region")),
    Kind("ClickSend", ("clicksend",)),
    Kind("Plivo", ("plivo",)),
    Kind("seven", ("seven",)),
    Kind("BulkSMS", ("bulksms",)),
    Kind("D7 Networks", ("d7sms",)),
    Kind("Telnyx", ("telnyx",)),
)

_WEBHOOK: Final = "it goes to any host that the address names"
_HERE: Final = "it would show on the server, where nobody looks"
_WHY_NOT: Final[Mapping[str, str]] = dict.fromkeys(
    "json jsons xml xmls form forms http https mmost mmosts rocket rockets matrix matrixs gotify gotifys ntfy ntfys "
    "nctalk nctalks signal signals hassio hassios apprise apprises mqtt mqtts xmpp xmpps".split(),
    _WEBHOOK,
) | dict.fromkeys("dbus glib gio gnome kde qt macosx windows syslog rsyslog blink1".split(), _HERE)
_FIXES: Final[Mapping[str, str]] = {
    _WEBHOOK: "Use an outgoing webhook: it is signed, and it is checked where it leads.",
    _HERE: "Use a channel that reaches the person.",
    "mail": "Set up e-mail instead: an e-mail address is a channel of its own.",
    "teams": "Microsoft has turned these addresses off. In Teams, add the workflow for webhooks, and copy its address.",
}


def check(url: str, *, where: str = "url") -> str:
    """Which vendor an address is of: `Slack`. Nothing is sent. Raises BadAddress."""
    kind, _ = _read(url, where)
    return kind.name


def shown(url: str) -> str:
    """An address as it may be shown: `slack://… (3f9a)`; the letters are a digest, to tell two of them apart."""
    digest = hashlib.sha256(url.encode("utf-8", "replace")).hexdigest()[:4]
    return f"{_scheme(url) or '?'}://… ({digest})"


def send(url: str, title: str, body: str, *, tiny: str = "") -> None:
    """Hand over a message of plain text. Returns once the vendor has taken it. Raises TryLater and GiveUp.

    What is too long for the vendor is cut; if the body is, and there is a `tiny` one, that is sent in its place.
    """
    try:
        kind, plugin = _read(url, "url")
    except BadAddress as error:
        raise GiveUp("; ".join(fault.what.removesuffix(".") for fault in error.faults)) from error
    room = int(plugin.body_maxlen)
    if title and not plugin.title_maxlen:
        room -= len(title) + 2  # it becomes the first line
    one = Apprise(asset=plugin.asset)
    one.add(plugin)
    text = cut(tiny if tiny and len(body) > room else body, room)
    result = one.notify(body=text, title=cut(title, plugin.title_maxlen or 250), body_format=NotifyFormat.TEXT)
    if not result:
        said = [entry.message for service in result for attempt in service for entry in attempt]
        raise _failure(kind.name, "\n".join(said))


def cut(text: str, most: int) -> str:
    """The beginning of a text, with an ellipsis if there was more."""
    return text if len(text) <= most else text[: max(most - 1, 0)].rstrip() + "…"


def _failure(name: str, said: str) -> TryLater | GiveUp:
    """What the vendor's answer means. Of what Apprise says, only the status is kept."""
    found = _STATUS.search(said)
    if not found:
        return TryLater(f"{name} cannot be reached, or has not taken it")
    what = f"{name} answered {found[1]}"
    return GiveUp(what) if int(found[1]) in _FINAL else TryLater(what)


def _scheme(url: str) -> str:
    """How an address begins, if it begins like one."""
    found = re.match(r"\s*([A-Za-z][A-Za-z0-9+.-]{0,30})://", url)
    return found[1].lower() if found else ""


def _read(url: str, where: str) -> tuple[Kind, NotifyBase]:
    """An address, and what Apprise makes of it."""
    if len(url) > LONGEST or not url.isprintable() or re.search(r"[\s\\]", url):
        raise _bad(where, "the address is too long, or has spaces in it.", "Copy it once more, whole.")
    kind = _kind(url, where)
    _check_options(url, kind, where)
    asset = AppriseAsset(
        app_id="Evenhand",
        app_desc="Evenhand",
        app_url="",
        image_url_mask="",
        image_url_logo="",
        async_mode=False,
        http_redirects=False,
        interpret_emojis=False,
        service_timeout=WITHIN,
    )
    _load()
    plugin = Apprise.instantiate(url, asset=asset)
    if plugin is None or plugin.schema not in kind.schemas:
        fix = "Compare it with Apprise's page about it, or copy it once more, whole."
        raise _bad(where, f"this is not how an address of {kind.name} is written.", fix)
    if not kind.goes(plugin) or getattr(plugin, "template", None):
        raise _bad(where, f"the address leads elsewhere than to {kind.name}.", _FIXES[_WEBHOOK])
    plugin.overflow_mode = OverflowMode.TRUNCATE
    plugin.request_rate_per_sec = min(plugin.request_rate_per_sec, PAUSE)  # it would sleep for seconds in a worker
    return kind, plugin


@cache
def _load() -> None:
    """Have Apprise load its kinds now, which takes a moment, without a warning about its own ways."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # it asks for a module that Python is about to drop
        Apprise.instantiate("nothing://")  # the first question loads them


def _kind(url: str, where: str) -> Kind:
    scheme = _scheme(url)
    for kind in KINDS:
        if scheme in kind.schemas or (scheme == "https" and _is_at(url, kind.hosts)):
            return kind
    if not scheme:
        raise _bad(where, "this is no address.", "It begins with the kind of channel, as in slack://")
    why = _WHY_NOT.get(scheme, "messages do not go by it from here")
    fix = _FIXES.get(why, f"Known: {', '.join(sorted(kind.schemas[0] for kind in KINDS))}.")
    if scheme in {"mailto", "mailtos"}:
        fix = _FIXES["mail"]
    elif scheme == "msteams" or _is_at(url, (".webhook.office.com", "outlook.office.com")):
        fix = _FIXES["teams"]
    raise _bad(where, f"{scheme}:// is no channel: {why}.", fix)


def _is_at(url: str, hosts: tuple[str, ...]) -> bool:
    """Whether a web address, as a vendor's page shows it, begins with one of these hosts, and nothing before it."""
    found = re.match(r"https://([a-z0-9.-]+)(:443)?/", url, re.IGNORECASE)
    host = found[1].lower() if found else ""
    return any(host.endswith(one) if one.startswith(".") else host == one for one in hosts)


def _check_options(url: str, kind: Kind, where: str) -> None:
    """Whatever could be an option to any reader of the address must be one that is known to be harmless."""
    _, _, said = url.partition("?")
    for option in filter(None, re.split(r"[&;?]", unquote(said) + "&" + said)):
        name = unquote(option.partition("=")[0]).strip().lower()
        if name not in kind.options:
            known = ", ".join(kind.options) or "none"
            raise _bad(where, f"{name[:40]!r} cannot be said in an address of {kind.name}.", f"Known: {known}.")


def _bad(where: str, what: str, fix: str) -> BadAddress:
    return BadAddress(Fault(where=where, what=what, fix=fix))
