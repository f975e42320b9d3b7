"""Row security: tables of a tenant that any query may read across tenants, and policies that do not act."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace

import pandas as pd

from workbench.catalog import Snapshot
from workbench.checks import check, derived
from workbench.checks.schema import alter, listed, path
from workbench.checks.security import Rights, people
from workbench.checks.security_data import Sensitive
from workbench.findings import Finding, Fix, NotExamined, Severity, Verdict
from workbench.naming import dotted
from workbench.probes import tenants
from workbench.probes.tenants import Edge
from workbench.rows import Row, rows
from workbench.words import counted

LOCK = "ACCESS EXCLUSIVE on the table for an instant"
FARTHEST = 3
NO_TENANT = "no table owns others as a tenant does; tenant_roots in targets.toml can name it"


@dataclass(frozen=True)
class Tenancy:
    """How a table belongs to a tenant: the root's path, the first key on the way, and how many keys it takes."""

    root: str
    columns: tuple[str, ...]
    keys_count: int


@derived
def tenancies(snapshot: Snapshot) -> Mapping[int, Tenancy]:
    """Return the tables that belong to a tenant by OID: through one key of any kind, or a chain of NOT NULL keys.

    A key named after a role (``nurse_id``) says who acts and not whose the row is, so it starts no chain.
    """
    edges = tenants.edges(snapshot)
    roots = {oid for oid, certain in tenants.tenant_roots(snapshot, edges).items() if certain}
    tables = snapshot["tables"]
    names = {row.table_oid: dotted(row.schema_name, row.table_name) for row in rows(tables)}
    found: dict[int, Tenancy] = {}
    for root in sorted(roots):
        level: set[int] = {root}
        for depth in range(1, FARTHEST + 1):
            level = _next(level, edges, roots, found, Tenancy(names[root], (), depth))
    return found


def _next(
    level: Set[int], edges: Iterable[Edge], roots: Set[int], found: dict[int, Tenancy], step: Tenancy
) -> set[int]:
    """Add the tables that reference a level to ``found`` and return those that are new."""
    new = set()
    for edge in edges:
        follows = edge.parent in level and edge.plain and (edge.not_null or step.keys_count == 1)
        if follows and edge.child not in found and edge.child not in roots:
            found[edge.child] = Tenancy(step.root, edge.columns, step.keys_count)
            new.add(edge.child)
    return new


@check(subject="security", kind="static")
def tenant_table_without_row_security(
    tenancies: Mapping[int, Tenancy],
    reviewed_tables: pd.DataFrame,
    sensitive_columns: tuple[Sensitive, ...],
) -> Verdict:
    """Table of a tenant without row security.

    Problem: Rows of several tenants share the table, and only the application's WHERE clauses keep them
    apart.
    Impact: One query that forgets the tenant shows or changes the rows of all of them.
    Fix: ENABLE ROW LEVEL SECURITY with a policy on the tenant's column, or on the table that the rows
    belong to.
    False positives: A database with one tenant; a service that reads across tenants by design.
    """
    own = reviewed_tables[reviewed_tables["table_oid"].isin(list(tenancies))]
    if own.empty:
        return Verdict(0, [], [NotExamined("database", NO_TENANT, settled=True)])
    protected = bool(own["has_row_security"].any())
    health = {one.table_oid for one in sensitive_columns if one.kind == "health"}
    findings = [
        _unprotected(row, tenancies[row.table_oid], protected, row.table_oid in health)
        for row in rows(own[~own["has_row_security"]])
    ]
    return Verdict(len(own), findings)


def _unprotected(row: Row, tenancy: Tenancy, others_have_it: bool, is_health: bool) -> Finding:
    direct = tenancy.keys_count == 1
    way = "directly" if direct else f"over {counted(tenancy.keys_count, 'key')}"
    # Row security on some tables of a tenant says that it was meant; on none, that it is a choice to weigh.
    severity = Severity.INFO
    if others_have_it and (direct or is_health):
        severity = Severity.MEDIUM
    elif direct or is_health:
        severity = Severity.LOW
    return Finding(
        object=path(row),
        title="Rows of several tenants, and no row security",
        detail=(
            f"{listed(tenancy.columns)} leads {way} to {tenancy.root}. "
            f"{'Other tables of the tenant have row security.' if others_have_it else 'No table of it has.'}"
        ),
        severity=severity,
        evidence={
            "tenant_root": tenancy.root,
            "columns": list(tenancy.columns),
            "keys_count": tenancy.keys_count,
            "holds_health_data": is_health,
        },
    )


@check(subject="security", kind="static")
def policy_without_row_security(policies: pd.DataFrame, reviewed_tables: pd.DataFrame) -> Verdict:
    """Policy on a table whose row security is off.

    Problem: Somebody wrote a policy, but ROW LEVEL SECURITY is not enabled on the table.
    Impact: The policy does nothing, while its presence says that the rows are protected.
    Fix: ENABLE ROW LEVEL SECURITY. Roles that no policy names then see no rows.
    False positives: none known
    """
    with_policies = reviewed_tables[reviewed_tables["table_oid"].isin(policies["table_oid"])]
    findings = []
    for row in rows(with_policies[~with_policies["has_row_security"]]):
        names = list(policies[policies["table_oid"] == row.table_oid]["policy_name"])
        findings.append(
            Finding(
                object=path(row),
                title="A policy that nothing applies",
                detail=f"Row security is off; the table has: {listed(names)}.",
                severity=Severity.HIGH,
                evidence={"policies": names},
                fix=_enable(row),
            )
        )
    return Verdict(len(with_policies), findings)


def _enable(row: Row) -> Fix:
    """Return the first step of the two: who works as the owner goes on as before."""
    fix = replace(
        _switch(row, "ENABLE ROW LEVEL SECURITY", "DISABLE ROW LEVEL SECURITY"),
        choice="roles that no policy names then see no row: try the application under the policies first",
    )
    if row.forces_row_security:
        return fix
    force = alter(row, "FORCE ROW LEVEL SECURITY")
    later = f"-- Once the application is known to work under the policies, for the owner too:\n-- {force}"
    return replace(
        fix,
        sql=f"{fix.sql}\n{later}",
        stays={
            "row_security_not_forced": "the owner is bound once the application works under the policies",
            "policy_shows_all_rows": "the policy is as it was; only now it is in force, and lets all rows through",
        },
    )


def _force(row: Row, logins: Sequence[str]) -> Fix:
    """Return the fix; a choice where somebody works as the owner, who then sees what the policies leave."""
    fix = _switch(row, "FORCE ROW LEVEL SECURITY", "NO FORCE ROW LEVEL SECURITY")
    if not logins:
        return fix
    bound = people(logins)
    return replace(fix, choice=f"the policies then bind {bound} too: try the application under them first")


def _switch(row: Row, change: str, undo: str) -> Fix:
    return Fix(alter(row, change), alter(row, undo), LOCK)


@check(subject="security", kind="static")
def row_security_not_forced(reviewed_tables: pd.DataFrame, rights: Rights) -> Verdict:
    """Row security that the table's owner is exempt from.

    Problem: Row security is enabled and not forced, so policies do not bind the owner of the table.
    Impact: An application that connects as the owner, as most do that run their own migrations, sees all
    rows.
    Fix: FORCE ROW LEVEL SECURITY, or let the application connect as a role that owns nothing.
    False positives: Nobody logs in as the owner; then only maintenance is exempt.
    """
    enabled = reviewed_tables[reviewed_tables["has_row_security"]]
    findings = []
    for row in rows(enabled[~enabled["forces_row_security"]]):
        logins = rights.owned_by(row.table_oid)
        who = (
            f"{people(logins)} can log in with the owner's rights"
            if logins
            else f"{row.owner} owns the table"
        )
        findings.append(
            Finding(
                object=path(row),
                title="The owner is exempt from row security",
                detail=f"Policies do not bind the owner; {who}.",
                severity=Severity.MEDIUM if logins else Severity.LOW,
                evidence={"owner": row.owner, "owner_logins": list(logins)},
                fix=_force(row, logins),
            )
        )
    return Verdict(len(enabled), findings)


@check(subject="security", kind="static")
def row_security_without_policy(reviewed_tables: pd.DataFrame, policies: pd.DataFrame) -> Verdict:
    """Row security without a policy.

    Problem: Row security is enabled and no policy says who may see what, so nobody but the owner sees a
    row.
    Impact: Queries return nothing without an error, or everybody works as the owner.
    Fix: Write the policy that was meant.
    False positives: A table that is closed on purpose and reached through functions only.
    """
    enabled = reviewed_tables[reviewed_tables["has_row_security"]]
    findings = [
        Finding(
            object=path(row),
            title="Row security without a policy",
            detail="No role but the owner and those with BYPASSRLS sees a row.",
            severity=Severity.INFO,
            evidence={"policies_count": 0},
        )
        for row in rows(enabled[~enabled["table_oid"].isin(policies["table_oid"])])
    ]
    return Verdict(len(enabled), findings)


@check(subject="security", kind="static")
def role_bypasses_row_security(roles: pd.DataFrame, reviewed_tables: pd.DataFrame) -> Verdict:
    """Login role that row security does not bind.

    Problem: The role may log in and has BYPASSRLS, in a database that relies on row security.
    Impact: Its queries see the rows of all tenants.
    Fix: Take BYPASSRLS away; give backups and the like a role of their own.
    False positives: The role of backups or replication, which must see everything.
    """
    if not reviewed_tables["has_row_security"].any():
        return Verdict(0, [], [NotExamined("database", "no table has row security", settled=True)])
    logins = roles[roles["can_login"] & ~roles["is_superuser"]]
    findings = [
        Finding(
            object=row.role_name,
            title="A login role that row security does not bind",
            detail="The role has BYPASSRLS.",
            severity=Severity.LOW,
            evidence={"bypasses_row_security": True},
        )
        for row in rows(logins[logins["bypasses_row_security"]])
    ]
    return Verdict(len(logins), findings)
