"""The security chapter: sensitive columns and who reads them, row security, roles, audit logs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import plotly.graph_objects as go

from workbench.checks.security import WRITES
from workbench.figures.style import SERIES, finish, safe
from workbench.figures.tables import Note, Table, noting_missing
from workbench.figures.text import visible
from workbench.naming import dotted
from workbench.review import Review
from workbench.rows import rows

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

_PRIVILEGES = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE")


@noting_missing
def sensitive_columns(review: Review) -> Table | Note:
    """Return the inventory of sensitive columns: kind, storage, who can read each, whether changes are recorded."""
    found = review.findings("sensitive_column")
    if not found:
        return Note("No column looks sensitive by name, type or comment.", "good")
    exposed = {
        finding.object: finding.severity.value for finding in review.findings("exposed_sensitive_column")
    }
    lines = [
        (
            finding.object,
            finding.evidence["kind"],
            finding.evidence["storage"],
            len(finding.evidence["readers"]),
            ", ".join(finding.evidence["readers"][:4]),
            bool(finding.evidence["has_audit_trigger"]),
            exposed.get(finding.object, ""),
        )
        for finding in sorted(found, key=lambda f: (f.evidence["kind"], f.object))
    ]
    columns = ["column", "kind", "stored as", "readers_count", "login roles", "changes recorded", "exposed"]
    headings = {"readers_count": "Readers"}
    return Table(pd.DataFrame(lines, columns=columns), "Sensitive columns", headings=headings, max_rows=2000)


@noting_missing
def sensitive_by_table(review: Review, number: int = 30) -> Figure | Note:
    """Return bars of sensitive columns by table and kind, the tables with most first."""
    found = [
        (f.object.rsplit(".", 1)[0], str(f.evidence["kind"])) for f in review.findings("sensitive_column")
    ]
    if not found:
        return Note("No column looks sensitive by name, type or comment.", "good")
    frame = pd.DataFrame(found, columns=["table", "kind"])
    counts = frame.groupby(["table", "kind"]).size().unstack(fill_value=0)
    counts = counts.loc[counts.sum(axis=1).nlargest(number).index[::-1]]
    figure = go.Figure()
    for position, kind in enumerate(counts.columns):
        figure.add_bar(
            y=[safe(name) for name in counts.index],
            x=counts[kind],
            name=safe(kind),
            orientation="h",
            marker_color=SERIES[position % len(SERIES)],
            hovertemplate="%{y}: %{x}<extra></extra>",
        )
    figure.update_layout(barmode="stack")
    figure.update_xaxes(title="columns")
    return finish(figure, "Sensitive columns by table", height=140 + 22 * len(counts))


@noting_missing
def row_security(review: Review) -> Table | Note:
    """Return the tables that belong to a tenant: by which columns, and whether row security guards them."""
    tenancies, policies = review["tenancies"], review["policies"]
    tables = review["reviewed_tables"]
    own = tables[tables["table_oid"].isin(list(tenancies)) | tables["has_row_security"]]
    if own.empty:
        return Note("No table owns others as a tenant does, and no table has row security.", "info")
    lines = []
    for row in rows(own):
        tenancy = tenancies.get(row.table_oid)
        lines.append(
            (
                dotted(row.schema_name, row.table_name),
                tenancy.root if tenancy else "",
                ", ".join(tenancy.columns) if tenancy else "",
                tenancy.keys_count if tenancy else None,
                bool(row.has_row_security),
                bool(row.forces_row_security),
                int((policies["table_oid"] == row.table_oid).sum()),
            )
        )
    columns = ["table", "tenant", "by", "keys_count", "enabled", "forced", "policies_count"]
    frame = pd.DataFrame(lines, columns=columns).astype({"keys_count": "Int64"})
    frame = frame.sort_values(["keys_count", "table"], ignore_index=True)
    return Table(
        frame, "Row security of the tables that belong to a tenant", headings={"keys_count": "Keys away"}
    )


@noting_missing
def roles(review: Review) -> Table:
    """Return the login roles with what they may do and on how many tables."""
    rights, tables = review["rights"], review["reviewed_tables"]
    known = review["roles"].set_index("role_name")
    oids = list(tables["table_oid"])
    reads = dict.fromkeys(rights.login_roles, 0)
    writes = dict.fromkeys(rights.login_roles, 0)
    for oid in oids:
        for role in rights.logins(oid, "SELECT"):
            reads[role] += 1
        for role in {role for privilege in WRITES for role in rights.logins(oid, privilege)}:
            writes[role] += 1
    lines = []
    for role in rights.login_roles:
        row, is_super = known.loc[role], role in rights.superusers
        lines.append(
            (
                role,
                is_super,
                bool(row["bypasses_row_security"]) or is_super,
                row["valid_until_at"],
                len(oids) if is_super else reads[role],
                len(oids) if is_super else writes[role],
                ", ".join(row["member_of"]),
            )
        )
    columns = [
        "role",
        "superuser",
        "bypasses row security",
        "valid_until_at",
        "reads_count",
        "writes_count",
        "member of",
    ]
    headings = {"reads_count": "Reads tables", "writes_count": "Writes tables"}
    return Table(pd.DataFrame(lines, columns=columns), "Login roles", headings=headings)


@noting_missing
def audit_logs(review: Review) -> Table | Note:
    """Return the audit log tables: who may change each, how large it is, whether it is partitioned."""
    tables, rights = review["audit_tables"], review["rights"]
    if tables.empty:
        return Note("No table looks like an audit log by its name and columns.", "info")
    lines = []
    for row in rows(tables):
        granted = {
            privilege: sorted(rights.holders(row.table_oid, privilege) - {row.owner})
            for privilege in _PRIVILEGES
        }
        may = "; ".join(f"{privilege}: {', '.join(names)}" for privilege, names in granted.items() if names)
        lines.append(
            (
                dotted(row.schema_name, row.table_name),
                row.owner,
                may,
                row.estimated_rows,
                row.total_bytes,
                row.kind,
            )
        )
    columns = ["table", "owner", "granted to others", "rows_count", "total_bytes", "kind"]
    return Table(
        pd.DataFrame(lines, columns=columns), "Audit logs", headings={"rows_count": "Rows (estimated)"}
    )


@noting_missing
def authentication_rules(review: Review) -> Table:
    """Return the lines of pg_hba.conf as the server reads them."""
    rules = review["hba_rules"]
    lines = [
        (
            row.line_number,
            row.type,
            ", ".join(row.databases),
            ", ".join(row.users),
            row.address,
            row.auth_method,
        )
        for row in rows(rules)
    ]
    columns = ["line", "type", "databases", "roles", "address", "method"]
    return Table(pd.DataFrame(lines, columns=columns), "Client authentication", formats={"line": "text"})


@noting_missing
def settings(review: Review) -> Table:
    """Return the server settings that bear on security."""
    values = review["setting_values"]
    names = ("password_encryption", "ssl", "row_security", "listen_addresses", "log_connections", "log_statement",
             "statement_timeout", "idle_in_transaction_session_timeout")  # fmt: skip
    lines = [(name, visible(values.get(name, "default, not captured"))) for name in names]
    return Table(pd.DataFrame(lines, columns=["setting", "value"]), "Settings that bear on security")
