"""Somebody who has left their details says when they would like to be called: a note on their lead, once."""

from evenhand.actions.actor import Actor
from evenhand.actions.notes import write_down
from evenhand.actions.twins import keyed
from evenhand.actions.work import Work
from evenhand.core.states import OPEN
from evenhand.errors import Conflict
from evenhand.ports.rows import KeyRow


def ask_for_call(work: Work, lead: int, text: str, *, key: str, actor: Actor) -> None:
    """Write down when somebody would like to be called, and tell who has their lead. Each `key` does so once.

    Raises NotFound, Conflict if the key was used or the lead is over, BadUsage for no words.
    """
    row = work.row(lead)
    if keyed(work, key) or work.tx.leads.keyed([key]):
        raise Conflict(f"for lead {lead} it was said already when to call.")
    if row.state not in OPEN:
        raise Conflict(f"lead {lead} is {row.state}: nobody will call.")
    work.event("lead.touched", actor, lead=lead, body={"source": row.source})
    write_down(work, lead, text, kind="note", actor=actor)
    work.here.keys[key] = KeyRow(
        key, work.base.sealer.digest("call", text, workspace=work.tx.workspace), lead, work.now
    )
    if row.rep is not None:
        work.tell("came again", row.rep, lead=lead, decision=row.decision)
