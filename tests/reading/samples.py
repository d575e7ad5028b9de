"""A policy and a roster that use most of what there is; the tests change a line of them here and there."""

from typing import Final

from evenhand.reading.setup import Setup, read_setup

POLICY: Final = """name = "Inbound"                    # what the reports call it
currency = "EUR"

[rates]
USD = 0.9

[fields.seats]                       # fields of our own, typed
type = "integer"
label = "seats asked for"
[fields.demo_at]
type = "time"

[tables.price]                       # tables that expressions may look up
starter = 15
enterprise = 75

[regions]
DACH = ["DE", "AT", "CH", "LI"]
EAST_COAST = ["US-NY", "US-MA"]

[[screen]]
reject = "disposable address"
when = 'email.disposable'

[[screen]]
review = "a competitor, perhaps"
when = 'domain in ["rival.example"]'

[value]
amount = 'seats * price[plan] * 12'

[[score]]
points = 30
because = "large company"
when = 'employees >= 500'

[[score]]
points = 20
because = "read the pricing page"
when = '"pricing" in pages'
half_life = "7d"

[[rule]]
name = "Family of a customer"
when = 'account.owner'
who = [["account owner"], ["pool account-managers"]]
respond_within = "2h"
charge = false

[[rule]]
name = "Big fintech in DACH"
when = 'country in DACH and industry == "fintech" and value >= 50_000'
how = "weighted"
respond_within = "15m"
remind_before = "5m"
reassign = { times = 3, then = "manager" }

  [[rule.tier]]                      # half an hour for a specialist who speaks the language ...
  who = ["pool dach", "skill fintech >= 3", "speaks language"]
  wait = "30m"
  [[rule.tier]]                      # ... then anybody in the pool
  who = ["pool dach"]

[[rule]]
name = "Hot, small"
when = 'score >= 30'
who = ["pool inside-sales", "available"]
how = "longest_idle"
otherwise = "pool dach"

[[rule]]
name = "Strategic"
when = 'account.tier == "strategic"'
how = "manual"
desk = "manager of dach"

[[rule]]
name = "Partners"
when = 'source == "partner"'
how = "shotgun"
who = ['region == "DACH" and seniority >= 2', "seniority >= 1"]
stages = [1, 3, "pool"]
widen_after = "5m"
unclaimed_after = "30m"

[[rule]]
name = "Everybody else"
when = 'always'
who = ["pool inside-sales"]
otherwise = "desk"
"""

TEAM: Final = """zone = "Europe/Berlin"

[[person]]
id = "ann"
email = "ann@example.com"
team = "central"
hours = { mon-thu = "09:00-12:30 13:15-17:30", fri = "09:00-15:00" }
holidays = "DE-BE"
skills = { Fintech = 4 }
languages = ["de", "en"]
territories = ["DACH", "Springfield area"]
caps = { open = 8, day = 5, month = 60, smooth = true }
leave = [{ from = "2026-12-20", to = "2027-01-03", deputy = "bob" }]
seniority = 3
region = "DACH"
deal_band = { from = 10_000 }

[[person]]
id = "bob"
name = "Bob Bright"
team = "central"
hours = "09:00-17:00"
skills = { fintech = 1, health = 2 }
languages = ["de"]
seniority = 2
region = "DACH"

[[person]]
id = "cy"
zone = "America/New_York"
hours = { mon-fri = "08:00-16:00" }
languages = ["en"]
seniority = 1
region = "US"
certified = true

[[team]]
name = "central"
manager = "ann"

[[territory]]
name = "Springfield area"
areas = ["US-IL 627*"]
manager = "cy"

[[pool]]
name = "dach"
members = { ann = 2, bob = 0.5 }
manager = "ann"
backlog = { each = 3, every = "10m" }

[[pool]]
name = "inside-sales"
members = ["bob", "cy"]
charges = ["longest_idle"]

[[pool]]
name = "account-managers"
members = 'region == "DACH" and seniority >= 2'
weight = "seniority"
"""

PEOPLE: Final = """id,name,team,zone,hours.mon-fri,skills.fintech,languages,caps,leave,region,certified,quota
ann,Ann Able,central,Europe/Berlin,09:00-17:00,4,de; en,open=8;day=5,2026-12-20..2027-01-03 bob,DACH,yes,100
bob,,central,Europe/Berlin,09:00-17:00,,de,,,DACH,no,80
"""

SMALL_POLICY: Final = """name = "Small"

[[rule]]
name = "Everybody"
when = 'always'
who = ["pool all"]
"""

SMALL_TEAM: Final = """[[person]]
id = "ann"

[[person]]
id = "bob"

[[pool]]
name = "all"
members = ["ann", "bob"]
"""


def setup(*, policy: str = POLICY, team: str = TEAM) -> Setup:
    """A policy and a roster, read together."""
    return read_setup(policy, team)


def with_rule(lines: str) -> str:
    """The small policy with more keys in its only rule."""
    return SMALL_POLICY + lines + "\n"
