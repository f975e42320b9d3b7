"""Roles, rights for everybody, functions with borrowed rights, and how clients come in."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping, Set

import pandas as pd

from workbench.checks import check, derived
from workbench.checks.security import NO_LOCK, PUBLIC, WRITES, people, revoke
from workbench.findings import Finding, Fix, NotExamined, Severity, Verdict
from workbench.naming import dotted, qualified, quote
from workbench.rows import Row, rows

SERVER = "server"


@derived
def setting_values(settings: pd.DataFrame) -> Mapping[str, str]:
    """Return the captured settings by name; one that was not captured is absent."""
    known = settings[settings["value"].notna()]
    return dict(zip(known["setting_name"], known["value"], strict=True))


@check(subject="security", kind="static")
def public_grant(table_grants: pd.DataFrame, tables: pd.DataFrame, schemas: pd.DataFrame) -> Verdict:
    """Right that every role holds.

    Problem: PUBLIC may read or write a table or view, or create objects in a schema.
    Impact: Every role that can connect has the right, those included that are made later for something
    else. A role that creates objects in a schema of others' search_path can put a function in the place of
    theirs.
    Fix: Revoke from PUBLIC and grant to the roles that need it.
    False positives: Reference data that everybody may read. A right in a schema that PUBLIC may not use has no
    effect until somebody grants that, and is reported for information.
    """
    of_public = table_grants[table_grants["grantee"] == PUBLIC]
    proper = tables[~tables["is_partition"] & tables["extension"].isna()]
    of_public = of_public[of_public["table_oid"].isin(proper["table_oid"])]
    closed = set(schemas[~schemas["public_can_use"]]["schema_name"])
    findings = [
        _public_table(group, str(schema) in closed)
        for (schema, _), group in of_public.groupby(["schema_name", "table_name"], sort=True)
    ]
    own = schemas[schemas["extension"].isna()]
    findings += [_public_schema(row.schema_name) for row in rows(own[own["public_can_create"]])]
    return Verdict(len(proper) + len(own), findings)


def _public_table(grants: pd.DataFrame, is_closed: bool) -> Finding:
    """Return the finding of a table or view; in a schema that PUBLIC may not use, the right sleeps."""
    first = next(rows(grants))
    fixes = []
    for row in rows(grants):
        column = "" if pd.isna(row.column_name) else f" ({quote(row.column_name)})"
        fixes.append(revoke(row.privilege + column, (row.schema_name, row.table_name), PUBLIC))
    privileges = sorted(set(grants["privilege"]))
    writes = bool(WRITES & set(privileges))
    # MAINTAIN (17+) lets nobody read, but lock the table and rewrite it.
    locks = "MAINTAIN" in privileges
    what = "may write" if writes else "may lock and rewrite" if locks else "may read"
    if not writes | locks | ("SELECT" in privileges):
        what = "has a right on"
    severity = Severity.MEDIUM if writes or locks else Severity.LOW
    sleeping = " PUBLIC may not use the schema, so the right has no effect yet." if is_closed else ""
    return Finding(
        object=dotted(first.schema_name, first.table_name),
        title=f"Every role {what} the table",
        detail=f"PUBLIC holds {', '.join(privileges)}.{sleeping}",
        severity=Severity.INFO if is_closed else severity,
        evidence={"privileges": privileges, "public_can_use_schema": not is_closed},
        fix=Fix("\n".join(f.sql for f in fixes), "\n".join(f.undo for f in fixes), NO_LOCK),
    )


def _public_schema(schema: str) -> Finding:
    return Finding(
        object=schema,
        title="Every role may create objects in the schema",
        detail="PUBLIC holds CREATE: any role can place an object that others find first.",
        severity=Severity.MEDIUM,
        evidence={"privileges": ["CREATE"]},
        fix=Fix(
            f"REVOKE CREATE ON SCHEMA {quote(schema)} FROM PUBLIC;",
            f"GRANT CREATE ON SCHEMA {quote(schema)} TO PUBLIC;",
            NO_LOCK,
        ),
    )


@check(subject="security", kind="static")
def superuser_role(roles: pd.DataFrame, database: pd.DataFrame) -> Verdict:
    """Login role with the rights of a superuser.

    Problem: A role beyond the one that made the cluster is a superuser and may log in.
    Impact: Row security, grants and audit triggers do not bind it, and it can run programs on the server.
    Fix: Take SUPERUSER away and grant what is needed; pg_monitor and pg_read_all_data cover most
    administration.
    False positives: A second administrator's account, kept on purpose.
    """
    logins = roles[roles["can_login"] & ~roles["is_system"]]
    capturing = str(database.iloc[0]["role_name"])
    findings = []
    for row in rows(logins[logins["is_superuser"] & ~logins["is_bootstrap"]]):
        note = " The capture used it." if row.role_name == capturing else ""
        findings.append(
            Finding(
                object=row.role_name,
                title="A further superuser may log in",
                detail=f"Nothing in the database limits this role.{note}",
                severity=Severity.MEDIUM,
                evidence={"is_superuser": True},
                fix=_alter_role(row.role_name, "NOSUPERUSER", "SUPERUSER"),
            )
        )
    return Verdict(len(logins), findings)


def _alter_role(role: str, change: str, undo: str) -> Fix:
    return Fix(f"ALTER ROLE {quote(role)} {change};", f"ALTER ROLE {quote(role)} {undo};", NO_LOCK)


@check(subject="security", kind="static")
def role_without_expiry(roles: pd.DataFrame) -> Verdict:
    """Login role whose password never expires.

    Problem: The role may log in and has no VALID UNTIL.
    Impact: A password that leaked stays good until somebody changes it.
    Fix: Set VALID UNTIL to the end of the rotation period, or use certificates or an identity provider.
    False positives: A role without password (peer, certificate, Kerberos); whether it has one can't be
    seen.
    """
    logins = roles[roles["can_login"] & ~roles["is_system"] & ~roles["is_bootstrap"]]
    findings = [
        Finding(
            object=row.role_name,
            title="Login role without end date",
            detail="The role may log in and has no VALID UNTIL; a password, if it has one, never expires.",
            severity=Severity.INFO,
            evidence={"is_superuser": bool(row.is_superuser)},
        )
        for row in rows(logins[logins["valid_until_at"].isna()])
    ]
    return Verdict(len(logins), findings)


@check(subject="security", kind="static")
def security_definer_search_path(functions: pd.DataFrame, schemas: pd.DataFrame) -> Verdict:
    """SECURITY DEFINER function with a search_path that its caller chooses.

    Problem: The function runs with its owner's rights and looks names up along the caller's search_path, in a
    schema where every role may create objects, or, where its own path does not name pg_temp last, in the
    caller's temporary tables first.
    Impact: Whoever may call it and create a table or function somewhere can have his code run as the owner.
    Fix: Fix search_path in the function's definition, pg_temp last, and revoke EXECUTE from PUBLIC.
    False positives: A function whose body qualifies every name, operators included.
    """
    own = functions[functions["extension"].isna() & functions["is_security_definer"]]
    own = own[~own["language"].isin(["c", "internal"])]
    creatable = set(schemas[schemas["public_can_create"]]["schema_name"])
    findings = []
    for row in rows(own):
        path = next((line for line in row.settings if line.lower().startswith("search_path=")), None)
        doubt = "" if row.has_parsed_body else _doubt(path, creatable)
        if doubt:
            findings.append(_mutable_path(row, path, doubt))
    return Verdict(len(own), findings)


def _doubt(path: str | None, creatable: Set[str]) -> str:
    """Return what is wrong with the search_path of a function; empty when nothing is."""
    if path is None or "$user" in path:
        return "the caller chooses the search_path"
    names = [name.strip().strip('"') for name in path.partition("=")[2].split(",")]
    names = [name for name in names if name]
    opened = [name for name in names if name in creatable]
    if opened:
        return f"every role may create objects in {', '.join(opened)} of its search_path"
    # An empty path makes the body qualify its names; another one finds temporary tables first unless told.
    own = set(names) - {"pg_catalog"}
    return "temporary tables of the caller are found first" if own and names[-1] != "pg_temp" else ""


def _mutable_path(row: Row, path: str | None, doubt: str) -> Finding:
    word = "PROCEDURE" if row.kind == "procedure" else "FUNCTION"
    name = f"{word} {qualified(row.schema_name, row.function_name)}({row.arguments})"
    before = "RESET search_path" if path is None else f"SET search_path = {path.partition('=')[2]}"
    grave = row.public_can_execute and row.owner_is_superuser
    severity = Severity.HIGH if grave else Severity.MEDIUM
    callers = "every role" if row.public_can_execute else "roles with EXECUTE"
    return Finding(
        object=dotted(row.schema_name, row.function_name),
        title=f"Borrowed rights, and {doubt}",
        detail=f"It runs as {row.owner}, and {callers} may call it.",
        severity=Severity.LOW if doubt.startswith("temporary") else severity,
        evidence={
            "owner": row.owner,
            "owner_is_superuser": bool(row.owner_is_superuser),
            "public_can_execute": bool(row.public_can_execute),
        },
        fix=Fix(
            f"ALTER {name} SET search_path = pg_catalog, {quote(row.schema_name)}, pg_temp;",
            f"ALTER {name} {before};",
            NO_LOCK,
        ),
        distinct=row.arguments,
    )


@check(subject="security", kind="static")
def weak_password_encryption(setting_values: Mapping[str, str]) -> Verdict:
    """New passwords are stored as MD5.

    Problem: password_encryption is md5.
    Impact: The stored hash is as good as the password for logging in, and is broken quickly when it leaks.
    Fix: scram-sha-256, then have every password set again; the stored ones do not change by themselves.
    False positives: none known
    """
    value = setting_values.get("password_encryption")
    if value is None:
        return Verdict(0, [], [NotExamined(SERVER, "password_encryption is not among the captured settings")])
    if value == "scram-sha-256":
        return Verdict(1)
    finding = Finding(
        object=SERVER,
        title="New passwords are stored as MD5",
        detail=f"password_encryption is {value}.",
        severity=Severity.MEDIUM,
        evidence={"password_encryption": value},
        fix=_alter_system("password_encryption", "'scram-sha-256'"),
    )
    return Verdict(1, [finding])


def _alter_system(name: str, value: str) -> Fix:
    return Fix(
        f"ALTER SYSTEM SET {name} = {value};\nSELECT pg_reload_conf();",
        f"ALTER SYSTEM RESET {name};\nSELECT pg_reload_conf();",
        NO_LOCK,
    )


@check(subject="security", kind="static")
def ssl_off(setting_values: Mapping[str, str]) -> Verdict:
    """Connections over the network are not encrypted.

    Problem: ssl is off on a server that listens on the network.
    Impact: Passwords' proofs and every row read travel in the clear.
    Fix: Install a certificate, set ssl = on, and write hostssl in place of host in pg_hba.conf.
    False positives: A pooler or a tunnel on the same machine that encrypts for the server.
    """
    value = setting_values.get("ssl")
    if value is None:
        return Verdict(0, [], [NotExamined(SERVER, "ssl is not among the captured settings")])
    # A setting that keeps its default, localhost, is not captured.
    listens = [one.strip() for one in setting_values.get("listen_addresses", "localhost").split(",")]
    outside = [one for one in listens if one and not _is_local(one)]
    if value == "on" or not outside:
        return Verdict(1)
    finding = Finding(
        object=SERVER,
        title="Connections over the network are not encrypted",
        detail=f"ssl is off and the server listens on {', '.join(outside)}.",
        severity=Severity.MEDIUM,
        evidence={"ssl": value, "listen_addresses": ", ".join(listens)},
    )
    return Verdict(1, [finding])


def _is_local(address: str) -> bool:
    if address == "localhost":
        return True
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


@check(subject="security", kind="static")
def weak_client_authentication(hba_rules: pd.DataFrame) -> Verdict:
    """Line of pg_hba.conf that lets clients in too easily.

    Problem: A line accepts connections from the network without a password (trust), with one in the clear
    (password), with MD5, or with ident.
    Impact: Whoever reaches the port can be any role that the line names, or learns a password by listening.
    Fix: scram-sha-256 or certificates, in hostssl lines, for the addresses that need it.
    False positives: trust on the loopback address of a machine with one user.
    """
    remote = hba_rules[hba_rules["type"].fillna("local").str.startswith("host") & ~hba_rules["has_error"]]
    findings = []
    for row in rows(remote):
        from_outside = not _is_loopback_rule(row)
        encrypted = row.type == "hostssl"
        weak = row.auth_method in ("trust", "ident", "md5") or (
            row.auth_method == "password" and not encrypted
        )
        if from_outside and weak:
            findings.append(
                Finding(
                    object=f"pg_hba.conf:{row.line_number}",
                    title=f"Clients come in by {row.auth_method}",
                    detail=f"{row.type} for {people(row.databases)}, roles {people(row.users)}, from {row.address}.",
                    severity=Severity.HIGH if row.auth_method in ("trust", "ident") else Severity.LOW,
                    evidence={"type": row.type, "auth_method": row.auth_method, "address": row.address},
                    distinct=f"{row.type} {row.auth_method} {row.address}",
                )
            )
    return Verdict(len(hba_rules), findings)


def _is_loopback_rule(row: Row) -> bool:
    address = "" if pd.isna(row.address) else str(row.address)
    return address in ("localhost", "samehost") or bool(re.match(r"127\.|::1$", address))
