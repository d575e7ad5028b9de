"""What people are told, in words: text and HTML for e-mail, and a short text for chat.

What a lead says of itself was typed by a stranger. It is kept on one line, without invisible letters, and never becomes
markup: so nobody can write lines of ours, disguised links or mentions into our messages by filling in a form.

To add a kind of message: a line in `SAID`.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, Literal, TypeAlias
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from msgspec import Struct

from evenhand.core.model import Millis
from evenhand.integrations.times import hint, moment

Detail: TypeAlias = Literal["none", "brief", "full"]

DETAILS: Final[tuple[Detail, ...]] = ("none", "brief", "full")  # each shows what those before it show, too
LONGEST: Final = 300  # characters of one value
_LINES: Final = 40  # lines of one brief
_JOINERS: Final = "\N{ZERO WIDTH JOINER}\N{ZERO WIDTH NON-JOINER}"  # some scripts cannot be written without
_TOUCH: Final = "Please get in touch by"


class Said(Struct, frozen=True):
    """How a kind of message reads: its headline, what there is to know, and how its due time is told, if it has one."""

    headline: str
    sentence: str = ""
    by: str = ""


SAID: Final[Mapping[str, Said]] = {
    "assigned": Said("Lead {lead} is yours", "It has just been given to you.", _TOUCH),
    "offered": Said("Lead {lead} is on offer", "The first to accept has it.", "It is open until"),
    "taken": Said("Lead {lead} has been taken", "Somebody was faster, so there is nothing for you to do."),
    "reminder": Said("Lead {lead} still has no answer", "It is yours, and somebody is waiting.", _TOUCH),
    "overdue": Said("Lead {lead} is overdue", "It is still yours, so the sooner the better.", _TOUCH),
    "snoozed": Said("Lead {lead} is back", "It was put off until now.", _TOUCH),
    "moved on": Said("Lead {lead} is no longer yours", "It had no answer in time, and has moved on."),
    "taken away": Said("Lead {lead} is no longer yours", "A manager has decided so."),
    "came again": Said("Lead {lead} has come again", "The same person has been in touch once more."),
    "held": Said("Lead {lead} lies on the desk", "It is to be assigned by hand."),
    "waiting": Said("Lead {lead} waits", "Nobody can take it right now."),
    "merged": Said("Lead {lead} has become part of another one"),
    "erased": Said("Lead {lead} is closed", "Whoever it was has been erased."),
    "disputed": Said("A decision about lead {lead} is disputed", "Somebody asks for it to be looked at."),
    "upheld": Said("Your dispute about lead {lead} was upheld"),
    "dismissed": Said("Your dispute about lead {lead} was dismissed"),
    "not fetched": Said("A lead could not be fetched", "Its sender did not hand it over. Please look at the sources."),
    "webhook off": Said("A webhook is off", "It could not be reached for days. Please look at the webhooks."),
    "finding": Said("Something is not as it must be", "Please look at the findings."),
    "digest": Said("How things stand"),
    "test": Said("A test message", "If you can read this, this channel works."),
}
_OTHER: Final = Said("News of lead {lead}")


class Line(Struct, frozen=True):
    """One thing that is known of a lead. `shown` is the least detail that shows it: `full`, if it names anybody."""

    label: str
    value: str
    shown: Detail = "full"


class Letter(Struct, frozen=True, kw_only=True):
    """What one person is told about one lead, or about none.

    kind:   as in `SAID`. name, zone, locale: the reader's (`Ann`, `Europe/Berlin`, `en` or `en-US`).
    at:     when it is sent, in ms: `due` is told as so long from then.
    person: what the lead is called; it, `phone`, `email` are shown in full detail only.
    brief:  what is known of the lead, each line as its own detail says.
    why:    why the reader has it. reason: why somebody else has it now. Either is shown unless the detail is `none`.
    open:   the address of its page. accept: the address where it is accepted with one more click. Both are ours.
    """

    kind: str
    at: Millis
    name: str = ""
    zone: str = "UTC"
    locale: str = "en"
    lead: int | None = None
    due: Millis | None = None
    person: str = ""
    phone: str = ""
    email: str = ""
    brief: tuple[Line, ...] = ()
    why: str = ""
    reason: str = ""
    open: str = ""
    accept: str = ""


class Words(Struct, frozen=True, kw_only=True):
    """A message in words. `short` is for chat, `tiny` for where hardly anything fits: it never names anybody."""

    subject: str
    text: str
    html: str
    short: str
    tiny: str


class Part(Struct, frozen=True, kw_only=True):
    """One letter as the templates see it: nothing in it that may not be shown, and every text on one line."""

    headline: str
    sentence: str
    due: str
    person: str
    phone: str
    tel: str
    email: str
    mailto: str
    brief: tuple[tuple[str, str], ...]
    why: str
    reason: str
    open: str
    accept: str


def write(letter: Letter, *, detail: Detail = "brief") -> Words:
    """One letter in words, with no more about the lead's person than the detail allows."""
    return combined([letter], detail=detail)


def combined(letters: Sequence[Letter], *, detail: Detail = "brief") -> Words:
    """Several letters to one reader as one message, in the order given. Raises ValueError if there is none."""
    if not letters:
        raise ValueError("there is nothing to say")
    name = one_line(letters[0].name)
    parts = [_part(letter, detail) for letter in letters]
    subject = _subject(letters, parts)
    facts = {"name": name, "parts": parts, "subject": subject}
    return Words(
        subject=subject,
        text=_TEXTS.get_template("letter.txt").render(facts),
        html=_PAGES.get_template("letter.html").render(facts),
        short=_TEXTS.get_template("chat.txt").render({**facts, "parts": [_for_chat(part) for part in parts]}).strip(),
        tiny=_tiny(subject, letters, parts),
    )


def one_line(text: str, most: int = LONGEST) -> str:
    """What a stranger has typed, on one line: without line ends, and without letters that turn or hide others."""
    flat = "".join(" " if letter.isspace() else "" if _is_hidden(letter) else letter for letter in text)
    flat = " ".join(flat.split())
    return flat if len(flat) <= most else flat[: most - 1].rstrip() + "…"


def unmarked(text: str) -> str:
    """What a stranger has typed, for chat: no mention of everybody, no link with another name, no markup."""
    text = text.replace("<", "\N{SINGLE LEFT-POINTING ANGLE QUOTATION MARK}").replace("](", "] (")
    text = text.replace(">", "\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}")
    return re.sub(r"@(?=everyone|here|channel|all\b)", "@\N{ZERO WIDTH SPACE}", text, flags=re.IGNORECASE)


def _is_hidden(letter: str) -> bool:
    return unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Co", "Cn"} and letter not in _JOINERS


def _part(letter: Letter, detail: Detail) -> Part:
    said = SAID.get(letter.kind, _OTHER)
    level = DETAILS.index(detail)
    brief, full = level >= 1, level >= 2
    phone, email = (one_line(text) if full else "" for text in (letter.phone, letter.email))
    lines = [line for line in letter.brief if line.value.strip() and DETAILS.index(line.shown) <= level]
    return Part(
        headline=_headline(said, letter),
        sentence=said.sentence,
        due=_due(said, letter),
        person=one_line(letter.person) if full else "",
        phone=phone,
        tel=re.sub(r"[^0-9+]", "", phone),
        email=email,
        mailto=quote(email, safe="@+"),
        brief=tuple((one_line(line.label), one_line(line.value)) for line in lines[:_LINES]),
        why=one_line(letter.why, 600) if brief else "",
        reason=one_line(letter.reason, 600) if brief else "",
        open=_link(letter.open),
        accept=_link(letter.accept),
    )


def _headline(said: Said, letter: Letter) -> str:
    return said.headline.format(lead="?" if letter.lead is None else letter.lead)


def _due(said: Said, letter: Letter) -> str:
    """`Please get in touch by 10:29 (Europe/Berlin), in 15 min.`"""
    if letter.due is None or not said.by:
        return ""
    by = moment(letter.due, letter.at, zone=letter.zone, locale=letter.locale)
    if letter.due <= letter.at:
        return f"It was due by {by}, {hint(letter.due, letter.at)}."
    return f"{said.by} {by}, {hint(letter.due, letter.at)}."


def _link(url: str) -> str:
    """An address of ours; whatever is no web address is left out, rather than made something to click on."""
    return url if re.match(r"https?://[^\s<>\"']+\Z", url) else ""


def _subject(letters: Sequence[Letter], parts: Sequence[Part]) -> str:
    """It names no person, whatever the detail: it shows on locked screens."""
    if len(parts) == 1:
        due = letters[0].due
        late = due is None or due <= letters[0].at or not parts[0].due
        return parts[0].headline if late else f"{parts[0].headline}, due {hint(due or 0, letters[0].at)}"
    leads = list(dict.fromkeys(letter.lead for letter in letters if letter.lead is not None))
    about = f"lead{'s' if len(leads) > 1 else ''} {_listed(leads)}" if leads else ""
    if len(leads) == len(letters) and {letter.kind for letter in letters} == {"assigned"}:
        return f"{about.capitalize()} are yours"
    return f"{len(parts)} messages" + (f", about {about}" if leads else "")


def _listed(leads: Sequence[int]) -> str:
    """`7, 8 and 9`; after a few, how many more there are."""
    few = [str(lead) for lead in leads[:5]]
    if len(leads) > len(few):
        return f"{', '.join(few)} and {len(leads) - len(few)} more"
    return " and ".join(filter(None, (", ".join(few[:-1]), few[-1])))


def _tiny(subject: str, letters: Sequence[Letter], parts: Sequence[Part]) -> str:
    link = parts[0].accept or parts[0].open if len(letters) == 1 else parts[0].open
    return f"{subject}. {link}".strip()


def _for_chat(part: Part) -> Part:
    return Part(
        headline=part.headline,
        sentence=part.sentence,
        due=part.due,
        person=unmarked(part.person),
        phone=unmarked(part.phone),
        tel=part.tel,
        email=unmarked(part.email),
        mailto=part.mailto,
        brief=tuple((unmarked(label), unmarked(value)) for label, value in part.brief),
        why=unmarked(part.why),
        reason=unmarked(part.reason),
        open=part.open,
        accept=part.accept,
    )


_FOLDER: Final = FileSystemLoader(Path(__file__).parent / "templates")
_TEXTS: Final = Environment(loader=_FOLDER, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)  # noqa: S701
_PAGES: Final = Environment(
    loader=_FOLDER, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=True
)
