"""What the demo's leads want and how they found us: sources, campaigns, plans, use cases, pages, messages."""

from typing import Final, NamedTuple

from evenhand.demo.dice import Dice, spread
from evenhand.demo.quarter import Burst
from evenhand.demo.words import MESSAGES, TROUBLE

COLUMNS: Final = (
    *("source", "medium", "campaign", "partner", "product", "plan", "use_case", "timeline", "pages", "visits"),
    *("visited_days_ago", "consent", "message"),
)


class Channel(NamedTuple):
    """Where a lead came from, and how warm such leads are (how many in a hundred ask for a demo)."""

    source: str
    medium: str
    campaigns: tuple[str, ...]
    warm: int


_CHANNELS: Final = spread(
    (
        (Channel("website", "organic", ("",), 45), 30),
        (Channel("paid_search", "cpc", ("brand", "lead-routing", "crm-alternatives"), 30), 22),
        (Channel("paid_social", "cpc", ("autumn-launch", "retargeting-q3"), 12), 14),
        (Channel("referral", "referral", ("",), 55), 8),
        (Channel("partner", "partner", ("partner-programme",), 60), 6),
        (Channel("chat", "organic", ("",), 50), 7),
        (Channel("newsletter", "email", ("newsletter-july", "newsletter-september"), 18), 9),
        (Channel("outbound", "email", ("outbound-fintech",), 10), 4),
    )
)
_PARTNERS: Final = ("Birchwood Consulting", "Datenwerft", "Southern Cross IT")
_PLANS: Final = spread(
    (("starter", 36), ("team", 28), ("business", 18), ("enterprise", 8), ("", 7), ("Team ", 2), ("n/a", 1))
)
_PRODUCTS: Final = spread((("router", 70), ("forms", 15), ("insights", 15)))
_USE_CASES: Final = spread(
    (
        *(("inbound", 36), ("territories", 16), ("security", 10), ("partners", 10), ("migration", 12)),
        *(("reporting", 10), ("", 6)),
    )
)
_PAGES: Final = spread(
    (("home", 30), ("pricing", 16), ("docs", 14), ("customers", 10), ("security", 7), ("blog", 12), ("careers", 2),
     ("integrations", 9))
)  # fmt: skip
_TIMELINES: Final = spread((("now", 10), ("this quarter", 25), ("this year", 25), ("just looking", 20), ("", 20)))


def interest(dice: Dice, *, burst: Burst | None = None, trouble: bool = False) -> tuple[object, ...]:
    """What one lead wants: a value for each of `COLUMNS`. In a burst most come because of its campaign."""
    channel = dice.pick(_CHANNELS)
    if burst is not None and dice.chance(85):
        channel = Channel(burst.source, "campaign", (burst.campaign,), channel.warm)
    warm = dice.chance(channel.warm)
    pages = {dice.pick(_PAGES) for _ in range(dice.below(5))}
    message = dice.pick(MESSAGES) if dice.chance(35) else ""
    return (
        channel.source,
        channel.medium,
        dice.pick(channel.campaigns),
        dice.pick(_PARTNERS) if channel.source == "partner" else "",
        dice.pick(_PRODUCTS),
        dice.pick(_PLANS),
        dice.pick(_USE_CASES),
        dice.pick(_TIMELINES),
        ";".join(sorted(pages | {"demo"} if warm else pages)),
        dice.between(1, 4) + (dice.below(9) if warm else 0),
        dice.below(3) if warm else dice.below(30),
        "no" if dice.chance(4) else "yes",
        dice.pick(TROUBLE) if trouble else message,
    )
