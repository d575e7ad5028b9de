"""`evenhand lead accept ...`: what can be done with one lead. Each command runs one verb and shows what it made."""

from typing import Annotated, Final

import typer

from evenhand.actions.byhand import assign, hand_over, offer
from evenhand.actions.erasing import erase
from evenhand.actions.holding import Ending, close, respond, restore, snooze
from evenhand.actions.merging import merge, unmerge
from evenhand.actions.notes import note
from evenhand.actions.offers import accept, claim, decline
from evenhand.actions.rerouting import reroute
from evenhand.cli.asked import (
    JsonOption,
    LeadArgument,
    PeopleArgument,
    PersonArgument,
    RepOption,
    YesOption,
    ahead,
    at_time,
    confirm,
    decimal_of,
    rep_of,
)
from evenhand.cli.lead import app, show_row
from evenhand.cli.seat import Seat, seated
from evenhand.cli.show import out, plain
from evenhand.cli.told import show_json
from evenhand.errors import BadUsage, Fault
from evenhand.ports.rows import Closing

CLOSINGS: Final[tuple[Closing, ...]] = ("won", "lost", "disqualified", "bad")

ReasonOption = Annotated[str, typer.Option(help="Why, in a sentence; it is kept with the lead and erased with it.")]


# --- offers


@app.command("accept")
@seated
def accept_lead(seat: Seat, lead: LeadArgument, *, rep: RepOption = "", as_json: JsonOption = False) -> None:
    """Say yes to a lead that was given or offered to somebody.

    Example: evenhand lead accept 12 --rep ann
    """
    show_row(seat.desk.do(accept, lead, rep=rep_of(seat, rep), actor=seat.actor), as_json=as_json)


@app.command("claim")
@seated
def claim_lead(seat: Seat, lead: LeadArgument, *, rep: RepOption = "", as_json: JsonOption = False) -> None:
    """Take a lead that is offered to several: the first has it.

    Example: evenhand lead claim 12 --rep ann
    """
    show_row(seat.desk.do(claim, lead, rep=rep_of(seat, rep), actor=seat.actor), as_json=as_json)


@app.command("decline")
@seated
def decline_lead(
    seat: Seat, lead: LeadArgument, *, rep: RepOption = "", reason: ReasonOption = "", as_json: JsonOption = False
) -> None:
    """Say no to a lead that was given or offered to somebody: it goes to somebody else.

    Example: evenhand lead decline 12 --rep ann --reason "speaks French only"
    """
    row = seat.desk.do(decline, lead, rep=rep_of(seat, rep), reason=reason, actor=seat.actor)
    show_row(row, as_json=as_json)


# --- in somebody's hands


@app.command("respond")
@seated
def respond_lead(
    seat: Seat,
    lead: LeadArgument,
    *,
    at: Annotated[str, typer.Option(help="When, as 2026-11-02T09:00Z; else now.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Note that the holder has been in touch with the lead.

    Example: evenhand lead respond 12
    """
    when = at_time("--at", at) if at else None
    show_row(seat.desk.do(respond, lead, at=when, actor=seat.actor), as_json=as_json)


@app.command("snooze")
@seated
def snooze_lead(
    seat: Seat,
    lead: LeadArgument,
    until: Annotated[str, typer.Argument(metavar="UNTIL", help="2h, 3d, or a moment as 2026-11-03T09:00Z.")],
    *,
    as_json: JsonOption = False,
) -> None:
    """Put a lead off; its holder is reminded then.

    Example: evenhand lead snooze 12 3d
    """
    when = ahead("UNTIL", until, seat.desk.clock())
    show_row(seat.desk.do(snooze, lead, until=when, actor=seat.actor), as_json=as_json)


@app.command("close")
@seated
def close_lead(
    seat: Seat,
    lead: LeadArgument,
    ending: Annotated[str, typer.Argument(metavar="ENDING", help="won, lost, disqualified or bad.")],
    *,
    amount: Annotated[str, typer.Option(help="What a won lead brought, in the policy's currency.")] = "",
    reason: ReasonOption = "",
    as_json: JsonOption = False,
) -> None:
    """End a lead: its holder's slot is free at once. A bad one is refunded to whoever was charged for it.

    Example: evenhand lead close 12 won --amount 12000
    """
    closing = next((each for each in CLOSINGS if each == ending), None)
    if closing is None:
        raise BadUsage(Fault(where="ENDING", what=f"{ending!r} is no ending.", fix=f"Write {', '.join(CLOSINGS)}."))
    brought = decimal_of("--amount", amount) if amount else None
    row = seat.desk.do(close, lead, Ending(closing, brought, reason), actor=seat.actor)
    show_row(row, as_json=as_json)


@app.command("restore")
@seated
def restore_lead(seat: Seat, lead: LeadArgument, *, as_json: JsonOption = False) -> None:
    """Bring back a lead that was turned away, a duplicate, or closed: it is decided afresh.

    Example: evenhand lead restore 12
    """
    show_row(seat.desk.do(restore, lead, actor=seat.actor), as_json=as_json)


# --- by hand


@app.command("assign")
@seated
def assign_lead(seat: Seat, lead: LeadArgument, rep: PersonArgument, *, as_json: JsonOption = False) -> None:
    """Give a lead to somebody, whatever is in the way; that is kept as a warning.

    Example: evenhand lead assign 12 ann
    """
    show_row(seat.desk.do(assign, lead, rep=rep, actor=seat.actor), as_json=as_json)


@app.command("offer")
@seated
def offer_lead(seat: Seat, lead: LeadArgument, reps: PeopleArgument, *, as_json: JsonOption = False) -> None:
    """Offer a lead to people of your choice, whatever the policy says: the first to take it has it.

    Example: evenhand lead offer 12 ann bob
    """
    show_row(seat.desk.do(offer, lead, to=reps, actor=seat.actor), as_json=as_json)


@app.command("hand-over")
@seated
def hand_over_lead(seat: Seat, lead: LeadArgument, rep: PersonArgument, *, as_json: JsonOption = False) -> None:
    """Pass a lead on: as a manager to anybody, as its holder to somebody whom the rule would allow.

    Example: evenhand lead hand-over 12 bob --as "rep ann"
    """
    show_row(seat.desk.do(hand_over, lead, to=rep, actor=seat.actor), as_json=as_json)


@app.command("re-route")
@seated
def reroute_lead(
    seat: Seat,
    lead: LeadArgument,
    *,
    even_if_answered: Annotated[
        bool, typer.Option("--even-if-answered", help="Take it away even from a holder who has answered.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Decide a lead anew under the policy in force.

    Example: evenhand lead re-route 12
    """
    show_row(seat.desk.do(reroute, lead, even_if_answered=even_if_answered, actor=seat.actor), as_json=as_json)


# --- persons


@app.command("merge")
@seated
def merge_lead(
    seat: Seat,
    lead: LeadArgument,
    into: Annotated[int, typer.Argument(metavar="INTO", min=1, help="The earlier lead, which stays.")],
    *,
    as_json: JsonOption = False,
) -> None:
    """Make a lead part of an earlier one of the same person.

    Example: evenhand lead merge 31 12
    """
    show_row(seat.desk.do(merge, lead, into=into, actor=seat.actor), as_json=as_json)


@app.command("unmerge")
@seated
def unmerge_lead(seat: Seat, lead: LeadArgument, *, as_json: JsonOption = False) -> None:
    """Make a lead one of its own again: it is decided afresh.

    Example: evenhand lead unmerge 31
    """
    show_row(seat.desk.do(unmerge, lead, actor=seat.actor), as_json=as_json)


@app.command("erase")
@seated
def erase_lead(
    seat: Seat,
    lead: LeadArgument,
    *,
    even_if_open: Annotated[bool, typer.Option("--even-if-open", help="Close it as disqualified first.")] = False,
    yes: YesOption = False,
    as_json: JsonOption = False,
) -> None:
    """Erase the person of a lead for good: who it was, and every word about them. What was decided stays.

    Example: evenhand lead erase 12 --yes
    """
    confirm(f"Erase the person of lead {lead} for good?", yes=yes)
    erased = seat.desk.do(erase, lead, even_if_open=even_if_open, actor=seat.actor)
    if as_json:
        show_json({"erased": erased})
    else:
        named = ", ".join(map(str, erased))
        out().print(plain(f"Erased: the person of {named}." if erased else "The person was erased before."))


@app.command("note")
@seated
def note_lead(
    seat: Seat,
    lead: LeadArgument,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What to remember.")],
    *,
    as_json: JsonOption = False,
) -> None:
    """Write something down about a lead; it is kept encrypted, and erased with the person.

    Example: evenhand lead note 12 "call again in March"
    """
    number = seat.desk.do(note, lead, text, actor=seat.actor)
    if as_json:
        show_json({"note": number})
    else:
        out().print(f"Written down as note {number}.")
