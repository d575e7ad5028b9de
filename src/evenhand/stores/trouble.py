"""What the engines' errors mean: the database cannot do it now, or what it was given is wrong.

The first kind becomes `Unavailable`, and whoever asked may try again. The second (a number too large, a key twice)
stays as the driver said it: asking again would not help, but the others of the same transaction may be asked again
without it.
"""

import sqlite3
from typing import Final, NoReturn

import psycopg
from sqlalchemy.exc import DBAPIError, PendingRollbackError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnection

from evenhand.errors import Unavailable

TROUBLE: Final = (sqlite3.Error, psycopg.Error, SQLAlchemyError)
_NOW: Final = (
    psycopg.OperationalError,
    psycopg.InterfaceError,
    psycopg.InternalError,
    sqlite3.OperationalError,
    NoConnection,
    PendingRollbackError,  # the connection was lost earlier in this transaction
)
_MISSING: Final = (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn)


def raise_told(error: Exception) -> NoReturn:
    """Raise Unavailable if the database cannot do it now, else the error as it is."""
    cause = _cause(error)
    if isinstance(cause, _MISSING) or _is_missing(cause):
        raise Unavailable(f"the database is not up to date: {said(error)}. Run `evenhand db upgrade`.") from error
    if isinstance(cause, psycopg.errors.InFailedSqlTransaction):  # what failed before it is to blame, and nobody else
        raise error
    # A plain DatabaseError of SQLite says that the file is damaged, or no database.
    if isinstance(cause, _NOW) or type(cause) is sqlite3.DatabaseError:
        raise Unavailable(f"the database cannot do that now: {said(error)}") from error
    raise error


def said(error: Exception) -> str:
    """The driver's own words, on one line."""
    cause = _cause(error)
    return " ".join(str(cause).split()) or type(cause).__name__


def _cause(error: Exception) -> Exception:
    if isinstance(error, DBAPIError) and isinstance(error.orig, Exception):
        return error.orig
    return error


def _is_missing(cause: Exception) -> bool:
    return isinstance(cause, sqlite3.OperationalError) and str(cause).startswith(("no such table", "no such column"))
