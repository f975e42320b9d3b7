"""Rights that objects will carry which are not made yet."""

from __future__ import annotations

import pandas as pd

from workbench.checks import check
from workbench.checks.security import NO_LOCK, PUBLIC, WRITES
from workbench.findings import Finding, Fix, Severity, Verdict
from workbench.naming import quote
from workbench.rows import rows
from workbench.words import counted

_GRAVE = WRITES | {"MAINTAIN", "CREATE", "UPDATE"}
# PostgreSQL itself lets everybody execute functions and use types.
_OWN = ("function", "type")


@check(subject="security", kind="static")
def public_default_privilege(default_privileges: pd.DataFrame, schemas: pd.DataFrame) -> Verdict:
    """Right that every role will hold on what is made later.

    Problem: ALTER DEFAULT PRIVILEGES grants a right to PUBLIC on the tables, sequences or schemas that a role
    makes from then on.
    Impact: Every table of the next release may be read, or written, by every role that can connect, and nobody
    who reads its migration sees why.
    Fix: Revoke the default and grant it to the roles that need it. What exists already keeps its rights.
    False positives: A schema of reference data that everybody may read. That PUBLIC may execute functions and
    use types is PostgreSQL's own default and no finding.
    """
    entries = default_privileges.fillna({"schema_name": ""})
    places = ["owner", "schema_name", "object_kind"]
    public = entries[(entries["grantee"] == PUBLIC) & ~entries["object_kind"].isin(_OWN)]
    findings = [_finding(group) for _, group in public.groupby(places, sort=True)]
    return Verdict(len(schemas) + int(entries.groupby(places).ngroups), findings)


def _finding(entries: pd.DataFrame) -> Finding:
    first = next(rows(entries))
    privileges = sorted(set(entries["privilege"]))
    kind, schema = str(first.object_kind), str(first.schema_name)
    where = f"the schema {schema}" if schema else "any schema"
    head = f"ALTER DEFAULT PRIVILEGES FOR ROLE {quote(first.owner)}"
    if schema:
        head += f" IN SCHEMA {quote(schema)}"
    listed = f"{', '.join(privileges)} ON {kind.upper()}S"
    return Finding(
        object=schema or "database",
        title=f"Every role gets rights on each {kind} that {first.owner} makes",
        detail=f"PUBLIC will hold {counted(len(privileges), 'right')} ({', '.join(privileges)}) on what "
        f"{first.owner} makes in {where}.",
        severity=Severity.MEDIUM if _GRAVE & set(privileges) else Severity.LOW,
        evidence={"owner": first.owner, "object_kind": kind, "privileges": privileges},
        fix=Fix(f"{head} REVOKE {listed} FROM PUBLIC;", f"{head} GRANT {listed} TO PUBLIC;", NO_LOCK),
        distinct=f"{first.owner}:{kind}",
    )
