"""Chat, push and SMS: which addresses are taken, where each kind goes, and what it says there.

Nothing goes out: what Apprise would send is caught at the last step before the network.
"""

import logging
import re
from contextlib import suppress
from typing import Final
from urllib.parse import urlsplit

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evenhand.errors import BadAddress, GiveUp, TryLater
from evenhand.integrations.chat import KINDS, check, cut, send, shown

A: Final = "a" * 32
SLACK: Final = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"
TEAMS: Final = f"workflows://prod-01.westeurope.logic.azure.com:443/{A}/KODuebWbDGYFr0z0eu9CGfPOX4VYGxrB4"
TELEGRAM: Final = "tgram://123456789:abcdefg_hijklmnop/-1001234"
TWILIO: Final = f"twilio://AC{A}:{A}@15551230000/15551239876"

# Of every kind, an address, and the host that it goes to.
SAMPLES: Final = {
    SLACK: "hooks.slack.com",
    "https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ": "hooks.slack.com",
    TEAMS: "prod-01.westeurope.logic.azure.com",
    f"https://prod-01.westeurope.logic.azure.com:443/workflows/{A}/triggers/manual/paths/invoke"
    "?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=KODuebWbDGYFr0z0eu9CGfPOX4VYGxrB4": (
        "prod-01.westeurope.logic.azure.com"
    ),
    TELEGRAM: "api.telegram.org",
    "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js": "discord.com",
    "https://discord.com/api/webhooks/4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js": "discord.com",
    "gchat://space/key/token": "chat.googleapis.com",
    "https://chat.googleapis.com/v1/spaces/space/messages?key=key&token=token": "chat.googleapis.com",
    f"wxteams://{'a' * 100}": "api.ciscospark.com",
    f"zulip://bot@org/{A}/channel": "org.zulipchat.com",
    "ryver://org/ckhrjW8w672m6HG": "org.ryver.com",
    "lark://abcdefghijklmnopqrstuvwx": "open.larksuite.com",
    "feishu://abc-def": "open.feishu.cn",
    "dingtalk://12345678": "oapi.dingtalk.com",
    "wecombot://abcdefghijk-abcdefg-lmnop": "qyapi.weixin.qq.com",
    "line://aaaaaaaaaaaaaaaaaaaaaaa=/user": "api.line.me",
    "pover://uuuuuuuuuuuuuuuuuuuuuuuuuuuuuu@aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa": "api.pushover.net",
    "pbul://o.abcdefghijklmnopqrstuvwxyz123456": "api.pushbullet.com",
    f"prowl://{'a' * 40}": "api.prowlapp.com",
    "pagerduty://IIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIII@AAAAAAAAAAAAAAAAAAAAAAAAA": "events.pagerduty.com",
    "signl4://secret": "connect.signl4.com",
    TWILIO: "api.twilio.com",
    "vonage://aaaaaaaa:bbbbbbbbbbbbbbbb@15551230000/15551239876": "rest.nexmo.com",
    "msgbird://aaaaaaaaaaaaaaaaaaaaaaaaa/15551230000/15551239876": "rest.messagebird.com",
    f"sinch://{A}:{A}@15551230000/15551239876": "us.sms.api.sinch.com",
    "clicksend://user:key@15551230000": "rest.clicksend.com",
    f"plivo://{'M' * 25}@{'t' * 40}/15551230000/15551239876": "api.plivo.com",
    "seven://aaaaaaaaaaaaaaaaaaaaaaaaa/15551230000": "gateway.seven.io",
    "bulksms://user:pass@15551230000": "api.bulksms.com",
    "d7sms://token@15551230000": "api.d7networks.com",
    "telnyx://aaaaaaaaaaaa@15551230000/15551239876": "api.telnyx.com",
}
OTHER_HOSTS: Final = {"slack.com", "webexapis.com", "events.eu.pagerduty.com"}  # of the same vendors, by what is said
BELOW: Final = (".zulipchat.com", ".ryver.com", ".logic.azure.com", ".sms.api.sinch.com")


class Wire:
    """What Apprise would have sent, and with which settings; `status` is what it is told."""

    def __init__(self) -> None:
        self.sent: list[requests.PreparedRequest] = []
        self.settings: list[dict[str, object]] = []
        self.status = 200
        self.fails = False

    def send(self, request: requests.PreparedRequest, **said: object) -> requests.Response:
        self.sent.append(request)
        self.settings.append(said)
        if self.fails:
            raise requests.ConnectionError("no route")
        response = requests.Response()
        response.status_code = self.status
        response._content = b"{}"
        response.request = request
        return response

    def hosts(self) -> list[str]:
        return [urlsplit(request.url or "").hostname or "" for request in self.sent]

    def said(self) -> str:
        bodies = [request.body for request in self.sent]
        return "".join(
            body if isinstance(body, str) else body.decode() for body in bodies if isinstance(body, str | bytes)
        )


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Wire:
    caught = Wire()
    monkeypatch.setattr(requests.Session, "send", caught.send)
    return caught


def refused(url: str) -> str:
    with pytest.raises(BadAddress) as error:
        check(url, where="channel")
    (fault,) = error.value.faults
    assert fault.where == "channel"
    assert fault.what
    assert fault.fix
    return str(fault)


# --- which are taken -------------------------------------------------------------------------------------------------


def test_every_kind_has_a_sample() -> None:
    assert {check(url) for url in SAMPLES} == {kind.name for kind in KINDS}


@pytest.mark.parametrize("url", SAMPLES)
def test_a_kind_goes_to_its_vendor_and_nowhere_else(url: str, wire: Wire) -> None:
    wire.status = 500  # some look into a good answer, which differs from vendor to vendor
    with pytest.raises((TryLater, GiveUp)):
        send(url, "", "Hello")
    assert set(wire.hosts()) == {SAMPLES[url]}
    assert all((request.url or "").startswith("https://") for request in wire.sent)


@pytest.mark.parametrize("url", SAMPLES)
def test_no_kind_follows_redirects_or_trusts_just_anybody(url: str, wire: Wire) -> None:
    wire.status = 500
    with pytest.raises((TryLater, GiveUp)):
        send(url, "", "Hello")
    assert {str(said["allow_redirects"]) for said in wire.settings} == {"False"}
    assert all(said["verify"] for said in wire.settings)  # `True`, or the file that the environment names
    assert {str(said["timeout"]) for said in wire.settings} == {"(4.0, 4.0)"}


@pytest.mark.parametrize(
    "url",
    [
        "json://127.0.0.1/x",
        "jsons://hooks.example.com/x",
        "xml://10.0.0.1/",
        "form://localhost/",
        "apprise://localhost/token",
        "syslog://",
        "rsyslog://localhost",
        "dbus://",
        "gnome://",
        "macosx://",
        "windows://",
        "glib://",
        "mqtt://localhost/topic",
        "xmpp://user:pass@localhost",
        "kodi://localhost",
        "emby://user@localhost",
        "gotify://localhost/token",
        "mmost://localhost/token",
        "rocket://user:pass@localhost/#general",
        "matrix://user:token@localhost/#room",
        "ntfy://localhost/topic",
        "mailto://user:pass@gmail.com",
        "mailtos://user:pass@gmail.com",
        "hassio://localhost/token",
        "nctalk://user:pass@localhost/room",
        "signal://localhost/15551230000/15551239876",
        "splunk://localhost",
        "fcm://project/keyfile.json/token",
        "irc://localhost/#x",
        "msteams://team/A/B/C",
        "ifttt://hook@event",
        "https://hooks.example.com/services/A/B/C",
        "https://example.com/hooks/abcdefghijklmnopqrstuvwxyz",
        "http://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ",
        "https://acme.webhook.office.com/webhookb2/a/IncomingWebhook/b/c",
        "file:///etc/passwd",
        "slack",
        "",
    ],
)
def test_a_kind_that_could_go_anywhere_or_nowhere_is_refused(url: str) -> None:
    refused(url)


def test_a_refusal_names_what_to_do_instead() -> None:
    assert "Use an outgoing webhook" in refused("jsons://hooks.example.com/")
    assert "Use a channel that reaches the person" in refused("syslog://")
    assert "Set up e-mail" in refused("mailto://user:pass@gmail.com")
    assert "workflow" in refused("msteams://team/A/B/C")
    assert "workflow" in refused("https://acme.webhook.office.com/webhookb2/a/IncomingWebhook/b/c")
    assert "Known: bulksms, clicksend" in refused("kodi://localhost")


@pytest.mark.parametrize(
    "url",
    [
        SLACK + "?template=/etc/passwd",
        SLACK + "?Template=/etc/passwd",
        SLACK + "?footer=no&template=/etc/passwd",
        SLACK + "?to=%23x%26template=/etc/passwd",
        SLACK + "/#general?template=/etc/passwd",
        SLACK + "?a?template=/etc/passwd",
        SLACK + "?%74emplate=/etc/passwd",
        SLACK + "?verify=no",
        SLACK + "?redirect=yes",
        SLACK + "?retry=9",
        SLACK + "?cto=9999",
        SLACK + "?rto=9999",
        SLACK + "?overflow=split",
        SLACK + "?:token=x",
        TELEGRAM + "?template=https://example.com/x",
        "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js?avatar_url=http://localhost/",
    ],
)
def test_an_option_that_opens_files_or_turns_off_checks_is_refused(url: str) -> None:
    assert "cannot be said in an address of" in refused(url)


@pytest.mark.parametrize(
    "url",
    [
        f"zulip://bot@org.example.com/{A}",
        f"workflows://example.com:443/{A}/signature",
        f"workflows://logic.azure.com.example.com/{A}/signature",
        f"workflows://prod.logic.azure.com:8443/{A}/signature",
        f"workflows://127.0.0.1/{A}/signature",
        f"https://example.com/workflows/{A}/triggers/manual/paths/invoke?sig=x",
        "https://hooks.slack.com.example.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ",
        "https://hooks.slack.com@example.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ",
    ],
)
def test_an_address_that_leads_past_the_vendor_is_refused(url: str) -> None:
    refused(url)


@pytest.mark.parametrize(
    "url", ["slack://", "slack://a", "tgram://x", SLACK + " x", SLACK + "\r\nx", "slack://" + "a" * 2048]
)
def test_what_is_written_wrongly_is_refused(url: str) -> None:
    refused(url)


hostile = st.text(
    st.sampled_from("/@:#?&%=[]. ;abc0127") | st.characters(codec="utf-8"), max_size=20
) | st.sampled_from(
    [
        "@127.0.0.1",
        "/../..",
        "127.0.0.1:80/",
        "@example.com/",
        "#@example.com",
        "?to=http://localhost/",
        "%2F%40localhost",
    ]
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(url=st.sampled_from(list(SAMPLES)), where=st.integers(0, 60), what=hostile)
def test_whatever_is_written_into_an_address_it_goes_to_the_vendor_or_is_refused(
    wire: Wire, url: str, where: int, what: str
) -> None:
    wire.sent.clear()
    wire.status = 500
    at = url.index("://") + 3 + where
    with suppress(TryLater, GiveUp):
        send(url[:at] + what + url[at:], "", "Hello")
    known = {*SAMPLES.values(), *OTHER_HOSTS}
    assert [host for host in wire.hosts() if host not in known and not host.endswith(BELOW)] == []


# --- what is said ----------------------------------------------------------------------------------------------------


def test_a_message_is_taken(wire: Wire) -> None:
    send("discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js", "Lead 7", "It is yours")
    assert "It is yours" in wire.said()
    assert "Lead 7" in wire.said()


def test_nothing_says_that_apprise_is_between(wire: Wire) -> None:
    wire.status = 500
    for url in [url for url in SAMPLES if not url.startswith("pagerduty")]:  # which needs a source, and takes its word
        with pytest.raises((TryLater, GiveUp)):
            send(url, "Lead 7", "It is yours")
    assert "apprise" not in wire.said().lower()


def test_what_is_too_long_is_cut_with_an_ellipsis(wire: Wire) -> None:
    with suppress(TryLater, GiveUp):
        send(TWILIO, "", "word " * 100)
    (request,) = wire.sent
    assert "%E2%80%A6" in str(request.body)
    assert wire.said().count("word") == 32


def test_where_hardly_anything_fits_the_tiny_text_goes(wire: Wire) -> None:
    with suppress(TryLater, GiveUp):
        send(TWILIO, "", "word " * 100, tiny="Lead 7 is yours. https://e.example/7")
    assert "word" not in wire.said()
    assert "Lead+7+is+yours" in wire.said()


def test_the_body_goes_where_it_fits(wire: Wire) -> None:
    send("discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js", "", "word " * 100, tiny="tiny")
    assert wire.said().count("word") == 100


@given(st.text(max_size=30), st.integers(1, 30))
def test_a_cut_text_is_never_longer_than_it_may_be(text: str, most: int) -> None:
    assert len(cut(text, most)) <= most
    assert cut(text, most) == text or cut(text, most).endswith("…")


# --- what an answer means --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_a_no_is_final(wire: Wire, status: int) -> None:
    wire.status = status
    with pytest.raises(GiveUp, match=f"Slack answered {status}"):
        send(SLACK, "", "Hello")


@pytest.mark.parametrize("status", [429, 500, 503])
def test_not_now_is_tried_again_by_us_and_not_by_apprise(wire: Wire, status: int) -> None:
    wire.status = status
    with pytest.raises(TryLater, match=f"Slack answered {status}"):
        send(SLACK, "", "Hello")
    assert len(wire.sent) == 1


def test_a_broken_connection_is_tried_again(wire: Wire) -> None:
    wire.fails = True
    with pytest.raises(TryLater, match="Slack cannot be reached"):
        send(SLACK, "", "Hello")


def test_an_address_that_is_no_longer_taken_is_given_up(wire: Wire) -> None:
    with pytest.raises(GiveUp, match="is no channel"):
        send("json://localhost/", "", "Hello")
    assert wire.sent == []


# --- secrets ---------------------------------------------------------------------------------------------------------


def test_an_address_is_shown_without_its_secrets() -> None:
    assert re.fullmatch(r"slack://… \([0-9a-f]{4}\)", shown(SLACK))
    assert shown(SLACK) != shown(SLACK + "x")
    assert shown("no address") != shown("other")
    assert "secret" not in shown("secret") + shown("secret://x")[9:]


@pytest.mark.parametrize("status", [200, 404, 500])
def test_no_log_holds_an_address_or_a_message(wire: Wire, status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    wire.status = status
    kept: list[logging.LogRecord] = []
    handler = logging.Handler(logging.NOTSET)
    monkeypatch.setattr(handler, "emit", kept.append)
    monkeypatch.setattr(logging.root, "handlers", [handler])
    monkeypatch.setattr(logging.root, "level", logging.NOTSET)
    for url in (*SAMPLES, "slack://TIiajkdnlazkcOXrIdevi7FQ", "json://localhost/secret"):
        with suppress(TryLater, GiveUp):
            send(url, "Title", "Jo Klein")
    assert kept == []


def test_no_error_holds_a_secret() -> None:
    for url in (
        "slack://secretsecret",
        "workflows://example.com/secret/secret",
        "json://secret/secret",
        SLACK + "?secret=x",
    ):
        assert "secret" not in refused(url).replace("'secret' cannot be said", "")
