"""The demo databases: a real server of our own, filled from data/ by a seeded generator, and cached."""

from __future__ import annotations

from workbench.targets import Target

DATABASES = ("white_cross", "lithic")


def target(name: str) -> Target:
    """Return the target of a demo database, built and started when it is not yet."""
    raise NotImplementedError(name)
