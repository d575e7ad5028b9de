"""The way out: with whom this installation speaks by HTTP at addresses that users have set.

Loading this takes a while (HTTP, certificates): import it where something goes out, only.
"""

from collections.abc import Mapping

from evenhand.integrations.guard import ALLOW, Guard, read_networks
from evenhand.integrations.http import Client, Limits

WEBHOOK: Limits = Limits(connect=5.0, read=10.0, total=15.0, most=4_096)


def guard_of(environ: Mapping[str, str]) -> Guard:
    """Says where an address may lead; networks that are allowed besides are in the environment. Raises BadUsage."""
    return Guard(read_networks(environ.get(ALLOW, "")))


def client_of(environ: Mapping[str, str]) -> Client:
    """What delivers webhooks. Raises BadUsage."""
    return Client(guard_of(environ), limits=WEBHOOK)
