"""How the tables came to be, step by step: one file in `versions` for each change, run in order by `upkeep.upgrade`.

To change the tables: edit `tables.py` and `ports/rows.py`, and add `versions/0002_what_changes.py` with `revision`,
`down_revision` and `upgrade`. A step spells out what it does and never looks at `tables.py`, for that goes on changing
while a step must do the same for ever. Both engines run it, in one transaction with all the others.
"""
