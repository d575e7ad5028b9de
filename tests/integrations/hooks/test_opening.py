import msgspec
import pytest

from evenhand.core.when.fields import CATALOGUE
from evenhand.errors import BadInput
from evenhand.integrations.hooks import DOORS
from evenhand.integrations.hooks.model import Fetch, Settings, Signature
from evenhand.integrations.hooks.opening import check_source, knock
from tests.integrations.hooks.payloads import SECRET, post

META_KEYS = {"app_secret": SECRET, "verify_token": SECRET, "access_token": SECRET}


def faults(sender: str, keys: dict[str, str], settings: Settings) -> dict[str, str]:
    with pytest.raises(BadInput) as caught:
        check_source(DOORS[sender], keys, settings, fields=CATALOGUE)
    return {fault.where: f"{fault.what} {fault.fix}" for fault in caught.value.faults}


def test_a_source_that_is_right_passes() -> None:
    check_source(DOORS["meta"], META_KEYS, Settings(fields={"product": "form_id"}), fields=CATALOGUE)
    check_source(DOORS["json"], {"secret": SECRET}, Settings())
    check_source(DOORS["json"], {"token": SECRET}, Settings(by="url"))


def test_all_that_is_wrong_is_said_at_once() -> None:
    found = faults("meta", {"app_secret": "short", "pasword": SECRET}, Settings(fields={"emial": "a..b"}, window=0))
    assert set(found) == {
        *("keys.app_secret", "keys.verify_token", "keys.access_token", "keys.pasword"),
        *("fields.emial", "window"),
    }


def test_a_name_that_was_mistyped_is_guessed() -> None:
    assert (
        "Did you mean email?"
        in faults("google", {"google_key": SECRET}, Settings(constants={"emial": "x"}))["constants.emial"]
    )


def test_a_sender_of_any_json_needs_the_key_of_its_way() -> None:
    assert "keys.secret" in faults("json", {"token": SECRET}, Settings())
    assert "keys.token" in faults("json", {"secret": SECRET}, Settings(by="url"))


def test_what_is_for_any_json_only_is_refused_elsewhere() -> None:
    assert set(faults("google", {"google_key": SECRET}, Settings(each="a", by="url"))) == {"each", "by"}


def test_a_field_cannot_be_asked_for_and_be_the_same_for_all() -> None:
    both = Settings(fields={"source": "a"}, constants={"source": "b"}, api="ftp://x")
    assert set(faults("google", {"google_key": SECRET}, both)) == {"fields.source", "api"}


def test_settings_and_fetches_can_be_kept_as_json() -> None:
    settings = Settings(by="signature", signature=Signature(prefix="v1="), constants={"tags": ("a",), "consent": True})
    assert msgspec.json.decode(msgspec.json.encode(settings), type=Settings) == settings
    fetch = Fetch(key="1", kind="lead", ids={"lead": "1"}, received=5, test=True)
    assert msgspec.json.decode(msgspec.json.encode(fetch), type=Fetch) == fetch


def test_an_unknown_setting_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(b'{"feilds": {}}', type=Settings)


def test_a_knock_has_its_query_decoded_and_its_headers_lower() -> None:
    found = knock("post", "https://h.example/x?a=1&a=2&b=%40", headers={"X-A": "1"}, body=b"", at=5)
    assert (found.method, found.asked("a"), found.asked("b"), found.asked("c")) == ("POST", "1", "@", "")
    assert found.headers == {"x-a": "1"}


@pytest.mark.parametrize("url", ["https://[::1/x?a=1", "https://h.example/?" + "a=1&" * 200])
def test_an_address_that_is_none_has_no_query(url: str) -> None:
    assert knock("GET", url, headers={}, body=b"", at=5).query == ()


@pytest.mark.parametrize("sender", sorted(DOORS))
def test_without_keys_no_door_opens(sender: str) -> None:
    verdict = DOORS[sender].verify(post({"google_key": ""}, url="https://h.example/?token="), {}, Settings())
    assert not verdict.ok
    assert verdict.why
