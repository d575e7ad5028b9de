"""docs/reference/webhooks-in.md says what the code does."""

import re
from pathlib import Path
from typing import Final

import msgspec
import pytest

from evenhand.core.when.fields import CATALOGUE
from evenhand.integrations.hooks import DOORS, hubspot, linkedin, meta
from evenhand.integrations.hooks.model import Settings, Signature
from evenhand.integrations.hooks.opening import check_source

DOCS: Final = Path(__file__).parents[3] / "docs"
PAGE: Final = (DOCS / "reference" / "webhooks-in.md").read_text(encoding="utf-8")
HOW_TO: Final = (DOCS / "how-to" / "leads-from-webhooks.md").read_text(encoding="utf-8")
BESIDE: Final = {"page", "referrer", "click_id"}  # names that no built-in field has, but that we use throughout


def section(title: str) -> str:
    found = re.search(rf"^#+ {title}$(.*?)(?=^#|\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


def first_cells(title: str) -> set[str]:
    return set(re.findall(r"^\| `([^`]+)` \|", section(title), re.MULTILINE))


@pytest.mark.parametrize("sender", sorted(DOORS))
def test_the_names_of_each_sender_are_told_in_order(sender: str) -> None:
    assert re.findall(r"^\| `([^`]+)` \| `([^`]+)` \|$", section(sender), re.MULTILINE) == [
        *DOORS[sender].names.items()
    ]


@pytest.mark.parametrize("sender", sorted(DOORS))
def test_every_name_leads_to_a_field_there_is(sender: str) -> None:
    assert set(DOORS[sender].names.values()) <= set(CATALOGUE) | BESIDE


@pytest.mark.parametrize("sender", sorted(DOORS))
def test_every_key_of_a_sender_is_told(sender: str) -> None:
    row = next(line for line in section("Senders").splitlines() if line.startswith(f"| `{sender}` |"))
    assert [key for key in DOORS[sender].keys if f"`{key}`" not in row] == []


@pytest.mark.parametrize("sender", sorted(DOORS))
def test_every_key_is_explained_in_the_how_to(sender: str) -> None:
    assert [key for key in DOORS[sender].keys if f"`{key}`" not in HOW_TO] == []


def test_every_setting_is_told() -> None:
    told = first_cells("Settings of a source")
    assert {field.name for field in msgspec.structs.fields(Settings)} <= told
    assert {field.name for field in msgspec.structs.fields(Signature)} <= told


def test_the_versions_of_the_apis_are_told() -> None:
    assert [
        version for version in (meta.VERSION, hubspot.VERSION, linkedin.VERSION) if f"`{version}`" not in PAGE
    ] == []


def test_the_example_of_the_how_to_is_a_source_that_passes() -> None:
    example = re.search(r"```json\n(.*?)```", HOW_TO, re.DOTALL)
    assert example is not None
    settings = msgspec.json.decode(example[1].encode(), type=Settings)
    check_source(DOORS["json"], {"secret": "a-secret-of-some-length"}, settings, fields=CATALOGUE)
