"""What a form is made of: its questions, the consent it asks for, what it says when it is sent, how it looks and where
it may be shown. Here it is described and checked; whoever serves it draws it from this.

To add a type of question: a word in `InputType`, what it may fill in `FILLS`, and how it is drawn.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import accumulate
from typing import Final, Literal, TypeAlias, get_args
from urllib.parse import urlsplit

from msgspec import DecodeError, Struct, ValidationError, json

from evenhand.core.when.fields import Kind, Vocabulary
from evenhand.core.when.page import nearest
from evenhand.errors import BadUsage, Fault

InputType: TypeAlias = Literal[
    "text", "email", "tel", "url", "number", "date", "textarea", "select", "radio", "checks", "checkbox", "hidden"
]
Constant: TypeAlias = bool | int | str

MOST_INPUTS: Final = 50
MOST_OPTIONS: Final = 500
LONGEST_LABEL: Final = 500
LONGEST_TEXT: Final = 5_000
MOST_ORIGINS: Final = 50
LARGEST: Final = 200_000  # bytes of the settings of one form

CHOICES: Final = frozenset({"select", "radio", "checks"})
FILLS: Final[Mapping[InputType, frozenset[Kind]]] = {  # others fill any field that holds one value
    "checks": frozenset({"texts"}),
    "checkbox": frozenset({"boolean", "text"}),
    "date": frozenset({"time", "text"}),
}
WORKED_OUT: Final = frozenset({"score", "value", "received", "email.domain", "email.free", "email.disposable"})

# The properties of the look, each a CSS variable of the page: `accent` is --accent.
LOOK: Final = (
    *("accent", "accent-text", "background", "text", "muted", "border", "error", "input-background", "input-text"),
    *("radius", "gap", "width", "font", "font-size", "line-height"),
)
_CSS_CALLS: Final = frozenset({"rgb", "rgba", "hsl", "hsla", "oklch", "calc", "min", "max", "clamp", "var"})
_CSS: Final = re.compile(r"""[A-Za-z0-9#%.,()'" +*-]{1,200}""")
_CALL: Final = re.compile(r"([A-Za-z0-9-]*)\(")
_QUOTED: Final = re.compile(r"""'[^'"]*'|"[^'"]*\"""")
_NAME: Final = re.compile(r"[a-z][a-z0-9_.-]{0,63}")
_AUTOCOMPLETE: Final = re.compile(r"[a-z0-9-]+( [a-z0-9-]+){0,3}")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}")
_HOST: Final = r"(?!-)[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})*"
_ORIGIN: Final = re.compile(rf"https://(\*\.)?{_HOST}(:\d{{1,5}})?|http://(localhost|127\.0\.0\.1)(:\d{{1,5}})?")


class Option(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One of the answers to choose from: `value` is what the lead gets, `label` what is read; left out, the same."""

    value: str
    label: str = ""


class Input(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One question of a form.

    name:    what its answer is called on the way; begins with a small letter.
    field:   the field of ours that the answer fills; left out, the one that is called like the question.
    type:    how it is asked; `checks` are several boxes of which any number may be ticked, `checkbox` is one.
    value:   what stands in it at first; for `hidden` what it always is, unless the page's address says another.
    query:   the parameter of the page's address whose value stands in it instead, such as `plan`.
    options: what may be chosen with `select`, `radio` and `checks`; any other answer is refused.
    longest: the most characters of an answer; 0 for what is usual.
    """

    name: str
    label: str = ""
    type: InputType = "text"
    field: str = ""
    required: bool = False
    options: tuple[Option, ...] = ()
    value: str = ""
    query: str = ""
    placeholder: str = ""
    help: str = ""
    autocomplete: str = ""
    longest: int = 0

    @property
    def fills(self) -> str:
        """The field of ours that it fills."""
        return self.field or self.name


class Consent(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What somebody agrees to by ticking a box, which fills the field `consent`; what they read is kept with the lead.

    link: an address that is offered beside the text, such as the privacy page; `link_text` is what it is called.
    """

    text: str
    required: bool = True
    link: str = ""
    link_text: str = ""


class Thanks(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What happens when a form is sent.

    redirect:  the page that is shown then, on another server; left out, a page of ours with `title` and `text`.
    name_rep:  our page says who will be in touch, if somebody has the lead by then.
    call_back: our page lets them name a time at which they would like to be called.
    """

    title: str = "Thank you"
    text: str = "We will be in touch."
    redirect: str = ""
    name_rep: bool = False
    call_back: bool = False


class Form(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A form that anybody may fill in.

    constants: our field -> value, the same for every lead of this form; wins over what is answered.
    look:      properties of the look by their names, such as {"accent": "#0a7", "radius": "6px"}; see `LOOK`.
    embed:     the origins whose pages may show the form within them: https://www.example.com; none: nowhere else.
    seconds:   whoever sends it sooner than this is taken for a machine.
    per_hour:  how often it can be sent from one address of the net in an hour.
    track:     the page's campaign (utm_...), its referrer and its own address are kept with the lead.
    """

    title: str = ""
    intro: str = ""
    button: str = "Send"
    language: str = "en"
    inputs: tuple[Input, ...] = ()
    consent: Consent | None = None
    thanks: Thanks = Thanks()
    constants: Mapping[str, Constant] = {}
    look: Mapping[str, str] = {}
    embed: tuple[str, ...] = ()
    seconds: int = 3
    per_hour: int = 20
    track: bool = True


def read_form(settings: bytes) -> Form:
    """A form from its settings. Raises BadUsage if they are none."""
    if len(settings) > LARGEST:
        raise BadUsage(Fault(where="settings", what=f"has more than {LARGEST:,} bytes.", fix="Shorten it."))
    try:
        return json.decode(settings, type=Form)
    except ValidationError as error:
        what, _, where = str(error).partition(" - at `$")
        raise BadUsage(Fault(where=f"settings{where.rstrip('`')}", what=f"{what}.")) from error
    except (DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadUsage(Fault(where="settings", what="is no JSON.")) from error


def check_form(form: Form, vocabulary: Vocabulary) -> None:
    """Raise BadUsage with everything that is wrong with a form beside the fields that the policy knows."""
    faults = [
        *_texts(form),
        *_inputs(form, vocabulary),
        *_constants(form, vocabulary),
        *_addresses(form),
        *_look(form),
        *_limits(form),
    ]
    if faults:
        raise BadUsage(faults)


def _texts(form: Form) -> Iterator[Fault]:
    said = {"title": form.title, "button": form.button, "thanks.title": form.thanks.title}
    longer = {"intro": form.intro, "thanks.text": form.thanks.text}
    if form.consent is not None:
        longer["consent.text"], said["consent.link_text"] = form.consent.text, form.consent.link_text
        if not form.consent.text.strip():
            yield Fault(where="consent.text", what="is empty.", fix="Say what is agreed to, or leave consent out.")
    if not form.button.strip():
        yield Fault(where="button", what="is empty.", fix="Say what the button does: Send.")
    for most, texts in ((LONGEST_LABEL, said), (LONGEST_TEXT, longer)):
        yield from (_too_long(where, most) for where, text in texts.items() if len(text) > most)
    if not _LANGUAGE.fullmatch(form.language):
        yield Fault(where="language", what=f"{form.language[:20]!r} is no language.", fix="Write it like en, or de-AT.")


def _too_long(where: str, most: int) -> Fault:
    return Fault(where=where, what=f"has more than {most:,} characters.", fix="Shorten it.")


# --- questions


def _inputs(form: Form, vocabulary: Vocabulary) -> Iterator[Fault]:
    if not 0 < len(form.inputs) <= MOST_INPUTS:
        fix = f"Ask one question at least, and {MOST_INPUTS} at the most."
        yield Fault(where="inputs", what=f"there are {len(form.inputs)} questions.", fix=fix)
    names, fills = Counter(each.name for each in form.inputs), Counter(each.fills for each in form.inputs)
    if form.consent is not None:
        fills["consent"] += 1
    for number, each in enumerate(form.inputs):
        where = f"inputs[{number}]"
        yield from _input(each, where)
        yield from _field(each.fills, vocabulary, f"{where}.field", of=each)
        if names[each.name] > 1:
            yield Fault(where=f"{where}.name", what=f"{each.name!r} is there twice.", fix="Name each differently.")
        elif fills[each.fills] > 1:
            yield Fault(where=f"{where}.field", what=f"{each.fills!r} is filled twice.", fix="Fill another field.")


def _input(each: Input, where: str) -> Iterator[Fault]:
    if not _NAME.fullmatch(each.name):
        fix = "Begin with a small letter; then letters, digits, and - _ . between them."
        yield Fault(where=f"{where}.name", what=f"{each.name[:40]!r} cannot be a name.", fix=fix)
    if each.type == "hidden":
        if not each.value and not each.query:
            yield Fault(where=where, what="a hidden question has no answer.", fix="Give it a value, or a query.")
    elif not each.label.strip():
        yield Fault(where=f"{where}.label", what="is missing.", fix="Say what is asked.")
    for name in ("label", "value", "query", "placeholder", "help"):
        if len(getattr(each, name)) > LONGEST_LABEL:
            yield _too_long(f"{where}.{name}", LONGEST_LABEL)
    if each.autocomplete and not _AUTOCOMPLETE.fullmatch(each.autocomplete):
        fix = "Write one of the browsers' words, such as email or given-name."
        yield Fault(where=f"{where}.autocomplete", what=f"{each.autocomplete[:40]!r} is none.", fix=fix)
    if not 0 <= each.longest <= LONGEST_TEXT:
        yield Fault(where=f"{where}.longest", what=f"is not from 0 to {LONGEST_TEXT:,}.", fix="Leave it out.")
    yield from _options(each, where)


def _options(each: Input, where: str) -> Iterator[Fault]:
    values = [option.value for option in each.options]
    if each.type not in CHOICES:
        if values:
            fix = "Leave them out, or ask with select, radio or checks."
            yield Fault(where=f"{where}.options", what=f"are nothing for {each.type}.", fix=fix)
        return
    if not 0 < len(values) <= MOST_OPTIONS:
        fix = f"Give one at least, and {MOST_OPTIONS} at the most."
        yield Fault(where=f"{where}.options", what=f"there are {len(values)}.", fix=fix)
    for number, option in enumerate(each.options):
        at = f"{where}.options[{number}]"
        if not option.value.strip() or values.count(option.value) > 1:
            yield Fault(where=at, what=f"{option.value[:40]!r} is empty, or there twice.", fix="Give each its own.")
        if len(option.value) > LONGEST_LABEL or len(option.label) > LONGEST_LABEL:
            yield _too_long(at, LONGEST_LABEL)
    if each.value and each.value not in values:
        yield Fault(where=f"{where}.value", what=f"{each.value[:40]!r} is none of the options.", fix="Choose one.")


def _field(name: str, vocabulary: Vocabulary, where: str, *, of: Input | None = None) -> Iterator[Fault]:
    """What is wrong with filling a field of ours."""
    found = vocabulary.fields.get(name)
    if name in WORKED_OUT or (found is not None and name.startswith("account.")):
        yield Fault(where=where, what=f"{name} is worked out, and cannot be asked for.", fix="Fill another field.")
    elif found is None:
        near = nearest(name, vocabulary.fields)
        fix = f"Did you mean {near!r}?" if near else f"Declare it in the policy: [fields.{name[:40]}]."
        yield Fault(where=where, what=f"there is no field {name[:40]!r}.", fix=fix)
    elif of is not None and found.kind not in FILLS.get(of.type, {found.kind}):
        wanted = " or ".join(sorted(FILLS[of.type]))
        what = f"{name} holds {found.kind}, and {of.type} gives {wanted}."
        yield Fault(where=where, what=what, fix="Fill another field, or ask for it differently.")


def _constants(form: Form, vocabulary: Vocabulary) -> Iterator[Fault]:
    for name, value in form.constants.items():
        yield from _field(name, vocabulary, f"constants.{name[:40]}")
        if isinstance(value, str) and len(value) > LONGEST_LABEL:
            yield _too_long(f"constants.{name[:40]}", LONGEST_LABEL)


# --- where it leads, where it is shown, how it looks


def is_page(address: str) -> bool:
    """Whether this is the address of a page that browsers may be sent to: https, or http on this very machine."""
    if len(address) > 2_000 or not address.isprintable() or re.search(r"""[\s\\"'<>`]""", address):
        return False
    try:
        parts = urlsplit(address)
        local = parts.hostname in {"localhost", "127.0.0.1"} and parts.port is not None
    except ValueError:
        return False
    is_open = bool(parts.hostname) and parts.username is None and parts.password is None
    return is_open and (parts.scheme == "https" or (parts.scheme == "http" and local))


def _addresses(form: Form) -> Iterator[Fault]:
    consent = form.consent or Consent(text="")
    for where, address in (("thanks.redirect", form.thanks.redirect), ("consent.link", consent.link)):
        if address and not is_page(address):
            yield Fault(where=where, what="is no address of a page.", fix="Write it like https://example.com/thanks.")
    if form.thanks.redirect and (form.thanks.name_rep or form.thanks.call_back):
        what = "another page is shown, which can neither name the rep nor offer a time."
        yield Fault(where="thanks.redirect", what=what, fix="Leave it out, or leave out name_rep and call_back.")
    if len(form.embed) > MOST_ORIGINS:
        yield Fault(where="embed", what=f"has more than {MOST_ORIGINS} origins.", fix="Name those that are in use.")
    for number, origin in enumerate(form.embed[:MOST_ORIGINS]):
        if not _ORIGIN.fullmatch(origin):
            fix = "Write scheme and host, nothing behind: https://www.example.com, or https://*.example.com."
            yield Fault(where=f"embed[{number}]", what=f"{origin[:80]!r} is no origin.", fix=fix)


def _look(form: Form) -> Iterator[Fault]:
    for name, value in form.look.items():
        if name not in LOOK:
            near = nearest(name, LOOK)
            fix = f"Did you mean {near}?" if near else f"There are: {', '.join(LOOK)}."
            yield Fault(where=f"look.{name[:40]}", what="is no part of the look.", fix=fix)
        elif not is_css(value):
            what = f"{value[:40]!r} is no colour, length or font that can be used here."
            yield Fault(where=f"look.{name}", what=what, fix="Write it like #0a7c5c, 6px, or 'Inter', sans-serif.")


def is_css(value: str) -> bool:
    """Whether a text is a value of CSS that stays within its property and fetches nothing."""
    plain = _QUOTED.sub("", value)
    calls = {found.lower() for found in _CALL.findall(plain)} - {""}
    depths = [*accumulate({"(": 1, ")": -1}.get(letter, 0) for letter in plain)]
    is_closed = not depths or (min(depths) >= 0 and depths[-1] == 0)
    return _CSS.fullmatch(value) is not None and calls <= _CSS_CALLS and is_closed and not set(plain) & {"'", '"'}


def _limits(form: Form) -> Iterator[Fault]:
    if not 0 <= form.seconds <= 60:
        yield Fault(where="seconds", what="is not from 0 to 60.", fix="Leave it out for three seconds.")
    if not 1 <= form.per_hour <= 10_000:
        yield Fault(where="per_hour", what="is not from 1 to 10,000.", fix="Leave it out for twenty.")


assert set(FILLS) <= set(get_args(InputType))  # noqa: S101  the two lists above are one
