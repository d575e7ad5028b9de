"""The fields that a rule can ask about, and everything else it can name. To add a field: one line in `_BUILT_IN`.

A field that the policy declares itself (`[fields.seats] type = "integer"`) is a `Field` like any other; the policy's
reader puts both into one `Vocabulary` and gives that to `evenhand.core.when.expression.read`.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final, Literal, TypeAlias

from msgspec import Struct, field

from evenhand.core.countries import REGIONS

Kind: TypeAlias = Literal["text", "texts", "integer", "number", "money", "boolean", "time"]

KINDS: Final[tuple[Kind, ...]] = ("text", "texts", "integer", "number", "money", "boolean", "time")


class Field(Struct, frozen=True):
    """Something a lead may have. `personal` fields identify a person; `countries` fields hold ISO 3166 codes."""

    name: str
    kind: Kind
    label: str = ""
    personal: bool = False
    countries: bool = False


_BUILT_IN: Final = (
    Field("email", "text", "e-mail address", personal=True),
    Field("email.domain", "text", "the part of the address after the @"),
    Field("email.disposable", "boolean", "the address is a throw-away one"),
    Field("email.free", "boolean", "the address is with a free provider"),
    Field("phone", "text", "telephone number, +49301234567", personal=True),
    Field("first_name", "text", "given name", personal=True),
    Field("last_name", "text", "family name", personal=True),
    Field("name", "text", "full name", personal=True),
    Field("linkedin", "text", "address of the LinkedIn profile", personal=True),
    Field("title", "text", "job title as written"),
    Field("seniority", "text", "level of the job title, such as manager or director"),
    Field("function", "text", "department, such as finance or marketing"),
    Field("language", "text", "language code, such as de"),
    Field("company", "text", "company name as written"),
    Field("domain", "text", "the company's registrable domain"),
    Field("website", "text", "the company's web address"),
    Field("industry", "text", "industry"),
    Field("employees", "integer", "number of employees"),
    Field("revenue", "money", "yearly revenue"),
    Field("country", "text", "two-letter country code", countries=True),
    Field("state", "text", "code of the state or province, such as NY"),
    Field("city", "text", "city"),
    Field("postal_code", "text", "postal code"),
    Field("source", "text", "where the lead came from"),
    Field("campaign", "text", "marketing campaign"),
    Field("medium", "text", "marketing medium"),
    Field("partner", "text", "partner who referred the lead"),
    Field("plan", "text", "plan asked about"),
    Field("product", "text", "product asked about"),
    Field("use_case", "text", "what the product is wanted for"),
    Field("timeline", "text", "when they mean to buy"),
    Field("budget", "money", "budget named"),
    Field("message", "text", "what the person wrote", personal=True),
    Field("consent", "boolean", "agreed to be contacted"),
    Field("pages", "texts", "pages visited"),
    Field("visits", "integer", "number of visits"),
    Field("visited_days_ago", "integer", "whole days since the last visit"),
    Field("tags", "texts", "tags"),
    Field("received", "time", "when the lead arrived"),
    Field("score", "number", "points from the policy's [[score]]"),
    Field("value", "money", "estimated value of the deal, from the policy's [value]"),
    Field("account.id", "text", "id of the account that was matched"),
    Field("account.name", "text", "name of the account"),
    Field("account.owner", "text", "rep who owns the account, or the nearest owner up its family"),
    Field("account.industry", "text", "industry of the account"),
    Field("account.employees", "integer", "number of employees of the account"),
    Field("account.revenue", "money", "yearly revenue of the account"),
    Field("account.country", "text", "two-letter country code of the account", countries=True),
    Field("account.family", "text", "id of the ultimate parent"),
    Field("account.tier", "text", "tier, such as A or strategic"),
    Field("account.type", "text", "kind of account, such as customer or prospect"),
)

CATALOGUE: Final[Mapping[str, Field]] = {entry.name: entry for entry in _BUILT_IN}


class Vocabulary(Struct, frozen=True, kw_only=True):
    """The names that an expression may use, and what they stand for.

    regions: name -> places, each a country ("DE") or a part of one ("US-NY", "US-NY 100*").
    tables:  name -> key -> number or text, looked up as `price[plan]`.
    rates:   currency -> what one unit of it is worth in `currency`, the policy's own.
    """

    fields: Mapping[str, Field] = field(default_factory=lambda: CATALOGUE)
    regions: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: REGIONS)
    tables: Mapping[str, Mapping[str, int | Decimal | str]] = {}
    rates: Mapping[str, int | Decimal] = {}
    currency: str = "EUR"


def vocabulary_with(
    fields: Mapping[str, Field] = {},
    *,
    regions: Mapping[str, tuple[str, ...]] = {},
    tables: Mapping[str, Mapping[str, int | Decimal | str]] = {},
    rates: Mapping[str, int | Decimal] = {},
    currency: str = "EUR",
) -> Vocabulary:
    """The built-in fields and regions, with the policy's own added; where both have a name, the policy's wins."""
    return Vocabulary(
        fields={**CATALOGUE, **fields},
        regions={**REGIONS, **regions},
        tables=tables,
        rates=rates,
        currency=currency,
    )
