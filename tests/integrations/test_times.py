"""Moments as people read them."""

import pytest

from evenhand.core.model import DAY, HOUR, MINUTE
from evenhand.integrations.times import hint, moment

NOW = 1_790_000_000_000  # 2026-09-21 14:13:20 UTC, a Monday


@pytest.mark.parametrize(
    ("off", "zone", "locale", "said"),
    [
        (15 * MINUTE, "Europe/Berlin", "en", "16:28 (Europe/Berlin)"),
        (15 * MINUTE, "Asia/Kolkata", "en", "19:58 (Asia/Kolkata)"),
        (15 * MINUTE, "America/New_York", "en-US", "10:28 AM (America/New_York)"),
        (3 * HOUR, "America/New_York", "en-US", "1:13 PM (America/New_York)"),
        (10 * HOUR, "UTC", "en", "Tue 22 Sep, 00:13 (UTC)"),
        (10 * HOUR, "UTC", "en-US", "Tue, Sep 22, 12:13 AM (UTC)"),
        (110 * DAY, "UTC", "en", "Sat 9 Jan 2027, 14:13 (UTC)"),
        (110 * DAY, "UTC", "en_US", "Sat, Jan 9, 2027, 2:13 PM (UTC)"),
        (0, "Nowhere/At all", "en", "14:13 (UTC)"),
        (0, "../../etc/passwd", "en", "14:13 (UTC)"),
        (0, "Europe", "en", "14:13 (UTC)"),
        (0, "", "en", "14:13 (UTC)"),
    ],
)
def test_a_moment_is_told_by_the_readers_clock(off: int, zone: str, locale: str, said: str) -> None:
    assert moment(NOW + off, NOW, zone=zone, locale=locale) == said


def test_summer_time_ends_on_the_readers_clock_too() -> None:
    before = 1_792_886_400_000  # 2026-10-25 00:00 UTC
    assert moment(before, before, zone="Europe/Berlin") == "02:00 (Europe/Berlin)"
    assert moment(before + 2 * HOUR, before, zone="Europe/Berlin") == "03:00 (Europe/Berlin)"


@pytest.mark.parametrize(
    ("off", "said"),
    [
        (1, "in less than a minute"),
        (MINUTE, "in 1 min"),
        (15 * MINUTE + 59_999, "in 15 min"),
        (119 * MINUTE, "in 119 min"),
        (2 * HOUR, "in 2 h"),
        (47 * HOUR, "in 47 h"),
        (2 * DAY, "in 2 days"),
        (0, "just now"),
        (-59_999, "just now"),
        (-5 * MINUTE, "5 min ago"),
        (-3 * HOUR, "3 h ago"),
        (-9 * DAY, "9 days ago"),
    ],
)
def test_a_hint_says_how_far_off_it_is(off: int, said: str) -> None:
    assert hint(NOW + off, NOW) == said
