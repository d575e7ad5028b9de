"""The release, in one place; every decision record names it as its engine."""

__version__ = "0.1.0"
