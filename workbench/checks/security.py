"""What the security checks share: who holds which right, by himself or through the roles that he is in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pandas as pd

from workbench.checks import derived
from workbench.findings import Fix
from workbench.naming import qualified, quote
from workbench.rows import rows

NO_LOCK = "none on any table"
PUBLIC = "PUBLIC"
READS_ALL = "pg_read_all_data"
WRITES_ALL = "pg_write_all_data"
WRITES = frozenset({"INSERT", "UPDATE", "DELETE", "TRUNCATE"})


@dataclass(frozen=True)
class Rights:
    """Rights on relations, resolved through role membership.

    ``direct`` maps (table_oid, column or "") to privilege to grantees, owners included. ``ways`` maps each
    role to every role whose rights it can use, itself and PUBLIC included; a membership without INHERIT
    counts, because SET ROLE reaches its rights. ``resolved`` remembers answers.
    """

    direct: Mapping[tuple[int, str], Mapping[str, frozenset[str]]]
    ways: Mapping[str, frozenset[str]]
    login_roles: tuple[str, ...]
    superusers: frozenset[str]
    owners: Mapping[int, str]
    resolved: dict[frozenset[str], tuple[str, ...]] = field(default_factory=dict, compare=False)

    def holders(self, table_oid: int, privilege: str, column: str = "") -> frozenset[str]:
        """Return the grantees of a privilege on a table, or on one column of it, as granted."""
        whole = self.direct.get((table_oid, ""), {}).get(privilege, frozenset())
        if not column:
            return whole
        return whole | self.direct.get((table_oid, column), {}).get(privilege, frozenset())

    def logins(self, table_oid: int, privilege: str, column: str = "") -> tuple[str, ...]:
        """Return the login roles that can use a privilege, superusers left out."""
        granted = set(self.holders(table_oid, privilege, column))
        if privilege == "SELECT":
            granted.add(READS_ALL)
        elif privilege in ("INSERT", "UPDATE", "DELETE"):
            granted.add(WRITES_ALL)
        return self._usable_by(frozenset(granted))

    def _usable_by(self, grantees: frozenset[str]) -> tuple[str, ...]:
        """Return the login roles that can act as one of the grantees; tables share few sets of grantees."""
        if grantees not in self.resolved:
            self.resolved[grantees] = tuple(
                role
                for role in self.login_roles
                if role not in self.superusers and self.ways[role] & grantees
            )
        return self.resolved[grantees]

    def owned_by(self, table_oid: int) -> tuple[str, ...]:
        """Return the login roles that have the owner's rights on a table, superusers left out."""
        return self._usable_by(frozenset({self.owners.get(table_oid, "")}))


@derived
def rights(tables: pd.DataFrame, table_grants: pd.DataFrame, roles: pd.DataFrame) -> Rights:
    """Return who holds which right on which relation."""
    found: dict[tuple[int, str], dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    columns = table_grants["column_name"].fillna("")
    for grant, column in zip(rows(table_grants), columns, strict=True):
        found[grant.table_oid, column][grant.privilege].add(grant.grantee)
    direct = {
        key: {privilege: frozenset(names) for privilege, names in by_privilege.items()}
        for key, by_privilege in found.items()
    }
    return Rights(
        direct=direct,
        ways=_ways(dict(zip(roles["role_name"], roles["member_of"], strict=True))),
        login_roles=tuple(roles[roles["can_login"]]["role_name"]),
        superusers=frozenset(roles[roles["is_superuser"]]["role_name"]),
        owners=dict(zip(tables["table_oid"], tables["owner"], strict=True)),
    )


def _ways(member_of: Mapping[str, Iterable[str]]) -> dict[str, frozenset[str]]:
    """Return each role with all roles that it is in, directly or through others."""
    result = {}
    for role in member_of:
        reached, waiting = {role, PUBLIC}, [role]
        while waiting:
            new = set(member_of.get(waiting.pop(), ())) - reached
            reached |= new
            waiting += new
        result[role] = frozenset(reached)
    return result


def revoke(right: str, table: tuple[str, str], grantee: str) -> Fix:
    """Return the fix that takes a right on a table from a role or PUBLIC."""
    name = PUBLIC if grantee == PUBLIC else quote(grantee)
    on = f"{right} ON {qualified(*table)}"
    return Fix(f"REVOKE {on} FROM {name};", f"GRANT {on} TO {name};", NO_LOCK)


def people(names: Iterable[str], limit: int = 4) -> str:
    """Return role names for a sentence."""
    every = sorted(names)
    shown = ", ".join(every[:limit])
    return shown if len(every) <= limit else f"{shown} and {len(every) - limit} more"
