"""Who may do what: a rep acts on the leads that they hold and speaks for nobody else; the others act on any lead."""

from evenhand.actions.actor import Actor
from evenhand.actions.standing import holder, name_of
from evenhand.actions.work import Work
from evenhand.errors import NotAllowed
from evenhand.ports.rows import LeadRow


def own(work: Work, row: LeadRow, actor: Actor) -> None:
    """Raise NotAllowed if a rep would act on a lead that they do not hold."""
    if actor.kind != "rep" or row.rep == actor.id:
        return
    whose = f"it is {holder(work, row)}" if row.rep else "nobody holds it"
    raise NotAllowed(f"lead {row.lead} is not yours: {whose}.")


def speak_for(work: Work, rep: str, actor: Actor) -> None:
    """Raise NotAllowed if a rep would accept, claim or decline a lead in another one's name."""
    if actor.kind == "rep" and rep != actor.id:
        raise NotAllowed(f"you can answer an offer only for yourself, not for {name_of(work, rep)}.")


def manage(actor: Actor, what: str) -> None:
    """Raise NotAllowed if a rep would do what is a manager's to do: `give a lead to somebody`."""
    if actor.kind == "rep":
        raise NotAllowed(f"only a manager can {what}; ask yours.")
