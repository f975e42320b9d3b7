"""Checks of default privileges against real servers."""

from __future__ import annotations

from tests.conftest import MakeDatabase
from tests.scenarios import mends
from workbench.findings import Severity
from workbench.server import Server

DEFAULTS = """
create schema "open one"; create schema fine;
alter default privileges in schema "open one" grant all on tables to public;
alter default privileges in schema "open one" grant usage on sequences to public;
alter default privileges grant select on tables to public;
alter default privileges in schema fine grant execute on functions to public;
alter default privileges in schema fine grant usage on types to public;
alter default privileges in schema fine grant select on tables to pg_monitor
"""


def test_public_default_privilege(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(server, DEFAULTS)
    found = mends(target, "public_default_privilege")
    assert {(f.object, f.evidence["object_kind"]): f.severity for f in found} == {
        ("open one", "table"): Severity.MEDIUM,
        ("open one", "sequence"): Severity.LOW,
        ("database", "table"): Severity.LOW,
    }
    everywhere = next(f for f in found if f.object == "database")
    assert everywhere.detail == "PUBLIC will hold 1 right (SELECT) on what postgres makes in any schema."
