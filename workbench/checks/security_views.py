"""Ways around row security: views, materialized views and functions that read with their owner's rights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

import pandas as pd

from workbench.checks import check, derived
from workbench.checks.schema import listed
from workbench.checks.security import PUBLIC, Rights, people
from workbench.checks.security_rows import Tenancy
from workbench.findings import Finding, Fix, NotExamined, Severity, Verdict
from workbench.naming import dotted, qualified
from workbench.rows import Row, by, rows

HAS_INVOKER = 150_000
"""server_version_num from which on a view can read with its caller's rights."""
LIMITS_ITSELF = "its text asks who is connected; whether it limits rows as the policies do is not known"

LOCKED = "it, or a relation that it reads, is locked: its text was not read"


@dataclass(frozen=True)
class Guarded:
    """Tables whose policies limit what is read: path, owner and whether the owner is bound, by OID."""

    paths: Mapping[int, str]
    owners: Mapping[int, str]
    forced: Set[int]

    def passes(self, oid: int, roles: Set[str]) -> bool:
        """Tell whether who can act as one of some roles reads a table as its owner, whom no policy binds."""
        return oid not in self.forced and self.owners[oid] in roles


@derived
def guarded_tables(tables: pd.DataFrame, policies: pd.DataFrame) -> Guarded:
    """Return the tables with row security that hides a row from somebody, by the text of their policies."""
    of_table = by(policies[policies["command"].isin(["ALL", "SELECT"])], "table_oid")
    enabled = [
        row
        for row in rows(tables[tables["has_row_security"]])
        if not _shows_all(of_table.get(row.table_oid, []))
    ]
    return Guarded(
        {row.table_oid: dotted(row.schema_name, row.table_name) for row in enabled},
        {row.table_oid: row.owner for row in enabled},
        frozenset(row.table_oid for row in enabled if row.forces_row_security),
    )


def _shows_all(policies: Sequence[Row]) -> bool:
    """Tell whether policies let everybody read every row."""
    return all(row.is_permissive for row in policies) and any(
        PUBLIC in row.roles and row.using_expression == "true" for row in policies
    )


@check(subject="security", kind="static")
def view_bypasses_row_security(
    view_sources: pd.DataFrame,
    guarded_tables: Guarded,
    rights: Rights,
    roles: pd.DataFrame,
    functions: pd.DataFrame,
    database: pd.DataFrame,
) -> Verdict:
    """View or function that reads past row security.

    Problem: A view without security_invoker, a materialized view, or a SECURITY DEFINER function reads a table
    with row security as its owner, whom no policy binds, and roles that the policies should limit may use it.
    Impact: Who may read the view sees the rows of all tenants, whatever the policies of the table say.
    Fix: security_invoker = true (from PostgreSQL 15 on): its callers then need their own rights on the tables.
    Before 15, or for a materialized view: the same condition in the view's text, or no right on it for these
    roles. Let a role without BYPASSRLS own it, and FORCE row security where that role owns the table.
    False positives: A view that shows figures of all tenants on purpose. One whose text asks for current_user
    or a setting is taken to limit rows itself and listed as not examined, as are SECURITY DEFINER functions
    whose bodies are kept as text.
    """
    if not guarded_tables.paths:
        reason = "no table has row security that limits reading"
        return Verdict(0, [], [NotExamined("database", reason, settled=True)])
    free = frozenset(roles[roles["is_superuser"] | roles["bypasses_row_security"]]["role_name"])
    invoker = int(database.iloc[0]["server_version_num"]) >= HAS_INVOKER
    objects = by(view_sources, "object_oid")
    findings, unclear = [], _unread(functions)
    own = by(view_sources[view_sources["extension"].isna()], "object_oid")
    for row in (group[0] for group in own.values() if not group[0].runs_as_caller):
        tables = _passed(row, objects, guarded_tables, rights)
        readers = _readers(row, tables, guarded_tables, rights, free)
        if readers and pd.isna(row.asks_who):
            unclear.append(NotExamined(_path(row), LOCKED))
        elif readers and row.asks_who:
            unclear.append(NotExamined(_path(row), LIMITS_ITSELF))
        elif readers:
            findings.append(_bypass(row, [guarded_tables.paths[t] for t in tables], readers, invoker))
    return Verdict(len(own), findings, unclear)


def _path(row: Row) -> str:
    return dotted(row.schema_name, row.object_name)


def _passed(start: Row, objects: Mapping[int, Sequence[Row]], guarded: Guarded, rights: Rights) -> list[int]:
    """Return the guarded tables that an object reads as a role which no policy binds.

    A view below it that runs as its caller reads as the object's owner; any other one as its own owner.
    """
    seen, waiting, found = set(), [(start.object_oid, start)], set()
    while waiting:
        oid, reader = waiting.pop()
        for row in objects.get(oid, ()):
            step = (row.source_oid, reader.object_oid)
            if step in seen:
                continue
            seen.add(step)
            table = row.source_oid
            if table in guarded.paths:
                free = reader.owner_bypasses or guarded.passes(table, rights.ways[reader.owner])
                found |= {table} if free else set()
            below = objects.get(table, ())
            if below:
                waiting.append((table, reader if below[0].runs_as_caller else below[0]))
    return sorted(found, key=guarded.paths.__getitem__)


def _readers(
    row: Row, tables: Sequence[int], guarded: Guarded, rights: Rights, free: Set[str]
) -> frozenset[str]:
    """Return who may use an object and is bound by the policies of one of its tables."""
    if not tables:
        return frozenset()
    if row.kind == "function":
        return frozenset({PUBLIC}) if row.public_can_execute else frozenset()
    granted: set[str] = set(rights.logins(row.object_oid, "SELECT"))
    for (oid, _), privileges in rights.direct.items():
        if oid == row.object_oid:
            granted |= privileges.get("SELECT", frozenset())
    bound = granted - free - {row.owner}
    return frozenset(
        role
        for role in bound
        if any(not guarded.passes(table, rights.ways.get(role, frozenset())) for table in tables)
    )


def _unread(functions: pd.DataFrame) -> list[NotExamined]:
    """Return the SECURITY DEFINER functions that can be called and whose bodies nothing is known of."""
    own = functions[
        functions["is_security_definer"]
        & ~functions["has_parsed_body"]
        & ~functions["is_trigger"]
        & functions["extension"].isna()
    ]
    reason = "a SECURITY DEFINER function whose body is kept as text: what it reads is not known"
    return [NotExamined(dotted(row.schema_name, row.function_name), reason) for row in rows(own)]


def _bypass(row: Row, tables: Sequence[str], readers: Set[str], has_invoker: bool) -> Finding:
    fix = None
    if row.kind == "view" and has_invoker:
        name = qualified(row.schema_name, row.object_name)
        fix = Fix(
            f"ALTER VIEW {name} SET (security_invoker = true);",
            f"ALTER VIEW {name} RESET (security_invoker);",
            "ACCESS EXCLUSIVE on the view for an instant",
            choice="its callers then need rights of their own on the tables, and see what the policies leave them: "
            "try the application under it first",
        )
    severity = Severity.HIGH if PUBLIC in readers else Severity.MEDIUM
    what = "EXECUTE" if row.kind == "function" else "SELECT"
    return Finding(
        object=_path(row),
        title=f"A {row.kind} that reads past row security",
        detail=(
            f"It reads {listed(tables)} as {row.owner}, whom no policy there binds; {people(readers)} "
            f"{'has' if len(readers) == 1 else 'have'} {what} on it."
        ),
        # A function is often the one way that was meant to lead past the policies.
        severity=Severity.LOW if row.kind == "function" else severity,
        evidence={"kind": row.kind, "owner": row.owner, "tables": list(tables), "readers": sorted(readers)},
        fix=fix,
        distinct=row.arguments,
    )


@check(subject="security", kind="static")
def policy_shows_all_rows(
    policies: pd.DataFrame, reviewed_tables: pd.DataFrame, tenancies: Mapping[int, Tenancy]
) -> Verdict:
    """Row security whose policy hides nothing.

    Problem: A permissive policy for every role says USING (true), and no restrictive one stands against it.
    Impact: Row security is enabled and every role that may read the table sees all rows; of permissive
    policies the widest counts, whatever the others say.
    Fix: Say in the policy whose rows a role may see, or name the roles that may see all.
    False positives: A table that everybody may read whole, where row security only limits writing.
    """
    enabled = reviewed_tables[reviewed_tables["has_row_security"]]
    of_table = by(policies[policies["command"].isin(["ALL", "SELECT"])], "table_oid")
    findings = []
    for row in rows(enabled):
        own = of_table.get(row.table_oid, [])
        if not _shows_all(own):
            continue
        names = [p.policy_name for p in own if p.using_expression == "true" and PUBLIC in p.roles]
        tenancy = tenancies.get(row.table_oid)
        whose = f" Its rows belong to {tenancy.root}." if tenancy else ""
        findings.append(
            Finding(
                object=dotted(row.schema_name, row.table_name),
                title="Row security that hides nothing",
                detail=f"Everybody sees every row by {listed(names)}.{whose}",
                severity=Severity.MEDIUM if tenancy and tenancy.keys_count == 1 else Severity.INFO,
                evidence={"policies": names, "tenant_root": tenancy.root if tenancy else None},
            )
        )
    return Verdict(len(enabled), findings)
