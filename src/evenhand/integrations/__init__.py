"""What speaks to other people's systems. It knows no database: who asks hands in what is to be carried, and where to.

To add a way out of the house: a module here that raises TryLater and GiveUp for what happens on the way. An address
that a user sets goes through `guard.py`.
"""
