"""How a desk is served, as the command line and the environment say it."""

import pytest

from evenhand.errors import BadUsage
from evenhand.settings import Serving, read_serving


def test_where_nothing_is_said_everything_is_as_usual() -> None:
    assert read_serving({}) == Serving()
    assert read_serving({"EVENHAND_PORT": "", "EVENHAND_WORK": " "}) == Serving()


def test_the_environment_says_everything_that_the_command_line_can() -> None:
    found = read_serving(
        {
            "EVENHAND_HOST": "0.0.0.0",
            "EVENHAND_PORT": "0",
            "EVENHAND_BASE_URL": "https://leads.example.com/",
            "EVENHAND_BEHIND_PROXY": "127.0.0.1, 10.0.0.0/8",
            "EVENHAND_CONNECTIONS": "50",
            "EVENHAND_OWNER": "zoe@firm.example",
            "EVENHAND_WORK": "off",
            "EVENHAND_LOG": "plain",
        }
    )
    assert (found.host, found.port, found.base_url) == ("0.0.0.0", 0, "https://leads.example.com")
    assert (found.proxies, found.connections) == (("127.0.0.1", "10.0.0.0/8"), 50)
    assert (found.owner, found.works, found.log) == ("zoe@firm.example", False, "plain")


def test_the_command_line_wins() -> None:
    assert read_serving({"EVENHAND_PORT": "80"}, port=8080, host=None).port == 8080


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("PORT", "65536"),
        ("PORT", "-1"),
        ("PORT", "\uff18\uff10"),
        ("CONNECTIONS", "0"),
        ("BASE_URL", "leads.example.com"),
        ("BASE_URL", "ftp://leads.example.com"),
        ("BASE_URL", "https://leads.example.com/?a=b"),
        ("BASE_URL", "https://me@leads.example.com"),
        ("BASE_URL", "http://[::1"),
        ("BEHIND_PROXY", "nginx"),
        ("WORK", "maybe"),
        ("LOG", "xml"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_name(variable: str, value: str) -> None:
    with pytest.raises(BadUsage, match=f"EVENHAND_{variable}: '"):
        read_serving({f"EVENHAND_{variable}": value})


def test_everything_that_is_wrong_is_said_at_once_with_the_option_that_said_it() -> None:
    with pytest.raises(BadUsage) as raised:
        read_serving({"EVENHAND_LOG": "xml"}, port="http", proxies="x")
    assert [fault.where for fault in raised.value.faults] == ["--port", "--behind-proxy", "EVENHAND_LOG"]
