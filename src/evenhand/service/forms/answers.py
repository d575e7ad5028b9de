"""What a form brings back: read out of a request, held against its questions, and made into a lead.

To add a check for a type of question: a line in `_CHECKS`.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from hashlib import sha256
from typing import Final, TypeAlias
from urllib.parse import parse_qsl, urlsplit

from msgspec import DecodeError, Struct, ValidationError, json

from evenhand.actions.forms import CHOICES, Form, Input
from evenhand.core.model import Millis
from evenhand.errors import BadUsage, Fault
from evenhand.integrations.hooks.naming import CLICKS, UTM, tracked
from evenhand.know.raw import Raw
from evenhand.service.forms.words import Words

Answers: TypeAlias = Mapping[str, tuple[str, ...]]

LARGEST: Final = 1 << 18  # bytes of what is sent
MOST: Final = 600  # values in it
LONGEST: Final = 300  # characters of an answer, where its question says nothing else
LONGEST_TEXT: Final = 5_000
LONGEST_BESIDE: Final = 2_000  # of what comes along: addresses of pages
CONSENT: Final = "consent"
TRACKED: Final = (*UTM, *CLICKS)
TRAPS: Final = ("fax_number", "second_website", "company_fax", "pager")  # the first that is no question's name
CHARSETS: Final = ("utf-8", "cp1252")
URLENCODED: Final = "application/x-www-form-urlencoded"
_TYPED: Final[Mapping[str, int]] = {"email": 254, "tel": 40, "url": 2_000, "number": 40, "date": 10}
_ODD: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
_EMAIL: Final = re.compile(r"[^@\s<>()\[\],;:\"\\]+@([^@\s.<>()\[\],;:\"\\]+\.)+[^@\s.<>()\[\],;:\"\\\d]{2,}")
_NUMBER: Final = re.compile(r"[+-]?\d{1,20}([.,]\d{1,10})?")


class Posted(Struct, frozen=True, kw_only=True):
    """What a browser has sent: the answers by their questions, and what comes along, by our own names for it."""

    answers: Answers = {}
    beside: Mapping[str, str] = {}

    def said(self, name: str) -> str:
        """What came along under a name; empty if nothing did."""
        return self.beside.get(name, "")


class InJson(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A form that a page of one's own has sent: see docs/how-to/forms.md."""

    token: str = ""
    answers: dict[str, str | bool | int | float | list[str] | None] = {}
    consent: bool = False
    page: str = ""
    referrer: str = ""
    zone: str = ""
    tracking: dict[str, str] = {}


class Filled(Struct, frozen=True, kw_only=True):
    """A form as it was filled in: what was typed, what is wrong with it by question, and the fields that it fills."""

    typed: Answers = {}
    wrong: Mapping[str, str] = {}
    fields: Mapping[str, Raw] = {}
    consent: bool = False


# --- out of a request


def read_posted(media: str, body: bytes) -> Posted:
    """A body as its media type says. Raises BadUsage."""
    kind = media.partition(";")[0].strip().lower()
    if kind == "application/json":
        return _of_json(body)
    if kind in {URLENCODED, ""}:
        return _of_pairs(_pairs(body))
    what = f"a form cannot be sent as {kind[:60]!r}."
    raise BadUsage(Fault(where="content-type", what=what, fix=f"Send it as {URLENCODED}, or as JSON."))


def _pairs(body: bytes) -> list[tuple[str, str]]:
    """Names and values; in the Western characters of Windows, if they are no UTF-8."""
    text = body.decode("latin-1")
    for charset in CHARSETS:
        try:
            errors = "strict" if charset == CHARSETS[0] else "replace"
            return parse_qsl(text, keep_blank_values=True, encoding=charset, errors=errors, max_num_fields=MOST)
        except UnicodeDecodeError:
            continue
        except ValueError as error:
            raise BadUsage(Fault(where="body", what=f"holds more than {MOST} values.", fix="Send fewer.")) from error
    return []


def _of_pairs(pairs: Sequence[tuple[str, str]]) -> Posted:
    answers: dict[str, tuple[str, ...]] = {}
    beside: dict[str, str] = {}
    for name, value in pairs:
        if name.startswith("_"):
            beside.setdefault(name[1:], _line(value)[:LONGEST_BESIDE])
        else:
            answers[name] = (*answers.get(name, ()), value)
    return Posted(answers=answers, beside=beside)


def _of_json(body: bytes) -> Posted:
    try:
        found = json.decode(body, type=InJson)
    except ValidationError as error:
        what, _, where = str(error).partition(" - at `$")
        raise BadUsage(Fault(where=f"body{where.rstrip('`')}", what=f"{what}.")) from error
    except (DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadUsage(Fault(where="body", what="is no JSON.", fix="Send an object.")) from error
    answers = {name: _texts(value) for name, value in found.answers.items() if value is not None}
    if found.consent:
        answers[CONSENT] = ("yes",)
    ours = {"token": found.token, "page": found.page, "referrer": found.referrer, "zone": found.zone}
    along = {name: value for name, value in found.tracking.items() if name in TRACKED}
    return Posted(
        answers=answers, beside={name: _line(text)[:LONGEST_BESIDE] for name, text in {**along, **ours}.items()}
    )


def _texts(value: str | float | list[str]) -> tuple[str, ...]:
    if isinstance(value, list):
        return tuple(value)
    if isinstance(value, bool):
        return ("yes",) if value else ()
    return (str(value),)


# --- held against the questions


def fill(form: Form, posted: Posted, words: Words) -> Filled:
    """The form as it was filled in. What is no question's answer is left out."""
    typed: dict[str, tuple[str, ...]] = {}
    wrong: dict[str, str] = {}
    fields: dict[str, Raw] = {}
    for each in form.inputs:
        said = _answer(each, posted.answers.get(each.name, ()))
        typed[each.name] = said
        if fault := _fault(each, said, words):
            wrong[each.name] = fault
        elif said:
            fields[each.fills] = list(said) if each.type == "checks" else _plain(each, said[0])
    consent = bool(form.consent and any(posted.answers.get(CONSENT, ())))
    if form.consent is not None:
        fields[CONSENT] = consent
        if form.consent.required and not consent:
            wrong[CONSENT] = words.consent
    return Filled(typed=typed, wrong=wrong, fields={**fields, **form.constants}, consent=consent)


def longest(each: Input) -> int:
    """How many characters an answer may have."""
    usual = LONGEST_TEXT if each.type == "textarea" else _TYPED.get(each.type, LONGEST)
    return each.longest or usual


def _answer(each: Input, values: Sequence[str]) -> tuple[str, ...]:
    """What was answered, without what nobody can see; nothing, if that is nothing."""
    if each.type == "hidden" and not each.query:
        return (each.value,)
    clean = [_ODD.sub("", value.replace("\r\n", "\n").replace("\r", "\n")).strip() for value in values]
    if each.type != "textarea":
        clean = [_line(value) for value in clean]
    found = [value for value in clean if value]
    if each.type == "checks":
        return tuple(dict.fromkeys(found))
    if each.type == "hidden" and not found and each.value:
        return (each.value,)
    return tuple(found[:1])


def _fault(each: Input, said: tuple[str, ...], words: Words) -> str:
    """What is wrong with an answer, to whoever gave it; empty if nothing is."""
    if not said:
        missing = words.unchosen if each.type in CHOICES else words.missing
        return missing if each.required and each.type != "hidden" else ""
    if each.type in CHOICES:
        offered = {option.value for option in each.options}
        return "" if set(said) <= offered else words.option
    if len(said[0]) > longest(each):
        return words.long.format(most=longest(each))
    check = _CHECKS.get(each.type)
    return "" if check is None or check(said[0]) else getattr(words, each.type)


def _plain(each: Input, said: str) -> Raw:
    return True if each.type == "checkbox" else said


def _line(text: str) -> str:
    """On one line, without what nobody can see."""
    return " ".join(_ODD.sub("", text).split())


def _is_email(text: str) -> bool:
    return _EMAIL.fullmatch(text) is not None


def _is_phone(text: str) -> bool:
    digits = sum(letter.isdigit() for letter in text)
    return 4 <= digits <= 20 and not re.search(r"[@<>]", text)


def _is_url(text: str) -> bool:
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and "." in (parts.hostname or "") and not re.search(r"\s", text)


def _is_number(text: str) -> bool:
    return _NUMBER.fullmatch(text.replace(" ", "").replace("\u00a0", "")) is not None


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


_CHECKS: Final[Mapping[str, Callable[[str], bool]]] = {
    "email": _is_email,
    "tel": _is_phone,
    "url": _is_url,
    "number": _is_number,
    "date": _is_date,
}


# --- a lead of it


def trap(form: Form) -> str:
    """What the question is called that no human sees."""
    taken = {each.name for each in form.inputs}
    return next((name for name in TRAPS if name not in taken), "_trap")


def is_trapped(form: Form, posted: Posted) -> bool:
    """Whether a machine has filled in what no human sees."""
    name = trap(form)
    return any(posted.answers.get(name, ())) or bool(posted.beside.get(name.removeprefix("_")) and name[0] == "_")


def along(form: Form, posted: Posted) -> dict[str, Raw]:
    """The campaign, the referrer and the page that the lead came by, if the form is to keep them."""
    if not form.track:
        return {}
    page = posted.said("page")
    found = tracked(page)
    for name in TRACKED:
        if value := posted.said(name):
            found.setdefault("click_id" if name in CLICKS else name, value[:LONGEST])
    for name in ("page", "referrer"):
        if value := posted.said(name):
            found[name] = value
    if "utm_source" in found:
        found.setdefault("source", found["utm_source"])
    return found


def cells(form: Form, filled: Filled, posted: Posted, *, key: str, now: Millis) -> dict[str, Raw]:
    """The lead as a row for `reading.leads`: answers win over what came along, constants over everything."""
    first: dict[str, Raw] = {"id": key, "received": now}
    return {**first, **along(form, posted), **filled.fields, **first}


def raw(form: Form, name: str, filled: Filled, posted: Posted) -> bytes:
    """Everything that was sent, to be kept with the lead: also the words that were agreed to. When they were agreed to
    is when the lead was received.
    """
    told: dict[str, object] = {"form": name, "answers": {key: [*said] for key, said in filled.typed.items() if said}}
    if form.consent is not None:
        told[CONSENT] = {"given": filled.consent, "text": form.consent.text, "version": consent_version(form)}
    return json.encode({**told, **along(form, posted)}, order="sorted")


def consent_version(form: Form) -> str:
    """By what the words that somebody agrees to are known again; empty without any."""
    if form.consent is None:
        return ""
    return sha256(f"{form.consent.text}\x1f{form.consent.link}".encode()).hexdigest()[:12]
