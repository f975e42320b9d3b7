"""A copy of a target's schema on a scratch server, seen with the target's statistics.

``pg_dump --schema-only`` brings the schema and no row. What statistics and probes said of the target is
laid over the copy's frames by name, so that checks which rest on them judge the copy as they judged the
target.

The scratch server is the embedded one, unless ``WORKBENCH_SCRATCH_BIN`` names the folder of another
installation's programs: a newer one for a newer target, or the target's own version to try fixes on that.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import psycopg
from psycopg import sql

from workbench import catalog
from workbench.catalog import Snapshot
from workbench.declared.collectors import declared_drift
from workbench.server import Server, cache_folder
from workbench.targets import Target, connection_string, parse_url
from workbench.words import phrases

# Frames that describe the schema: these come from the copy. All others tell of rows, use and time.
STRUCTURE = frozenset(
    phrases(
        """
        column_dependents, columns, constraints, default_privileges, domain_checks, enums, extended_statistics,
        extensions, foreign_keys, foreign_key_checks, functions, index_columns, indexes, locked_relations, policies,
        roles, schemas, sequences, table_grants, tables, toast_tables, triggers, view_sources
        """
    )
)
_SIZES = {
    "tables": (
        *(
            "estimated_rows",
            "pages_count",
            "visible_pages_count",
            "heap_bytes",
            "toast_bytes",
            "indexes_bytes",
        ),
        *("total_bytes", "frozen_xid_age_count", "multixact_age_count"),
    ),
    "indexes": ("bytes", "pages_count", "estimated_rows"),
    "sequences": ("last_value",),
}
_KEYS = {
    "tables": ("schema_name", "table_name"),
    "indexes": ("schema_name", "table_name", "index_name"),
    "sequences": ("schema_name", "sequence_name"),
}
_PROGRAMS = ("initdb", "pg_ctl", "postgres", "psql", "pg_dump")
_MISMATCH = re.compile(r"server version: (\S+).*?; pg_dump version: (\S+)")
# Made anew for every dump by the newer minor versions of pg_dump.
_VOLATILE = re.compile(rb"^\\(?:un)?restrict .*$\n?", re.MULTILINE)
# A mark that the newest minor versions of the server keep with each column: their own pg_dump leaves it out, an
# older one writes it down, and no older server takes it.
_MARK = re.compile(rb"^ALTER TABLE .* SET \(pg_attver=\d+\);\n|(?<= SET \()pg_attver=\d+, ", re.MULTILINE)
_GRANTS = re.compile(rb"(?:^GRANT [^\n]*;\n){2,}", re.MULTILINE)


class CloneError(RuntimeError):
    """The schema cannot be copied; the message says why and holds no secret."""


@dataclass
class Clone:
    """A scratch server with the schema of a target in the database ``clone``; leave it by :meth:`remove`."""

    server: Server
    losses: list[str] = field(default_factory=list)

    @property
    def target(self) -> Target:
        """The copy as a target."""
        return Target("clone", parse_url(self.server.url("clone")))

    @property
    def version(self) -> str:
        """The scratch server's version, ``18.1`` say."""
        with psycopg.connect(self.server.url("clone")) as connection:
            number = connection.info.server_version
        return f"{number // 10000}.{number % 10000}"

    def dump(self) -> bytes:
        """Return the copy's schema as pg_dump writes it."""
        return dump_schema(self.server, parse_url(self.server.url("clone")))

    def execute(self, statements: list[str]) -> None:
        """Run statements, each in a transaction of its own.

        Raises:
            psycopg.Error: one failed; those before it stay done.
        """
        with psycopg.connect(self.server.url("clone"), autocommit=True) as connection:
            connection.execute("set statement_timeout = '60s'")
            for statement in statements:
                connection.execute(statement.encode())

    def remove(self) -> None:
        """Stop the server and delete it."""
        self.server.remove()


def make(target: Target, snapshot: Snapshot) -> Clone:
    """Copy a live target's schema.

    Raises:
        CloneError: there is no server to dump from, it is newer than pg_dump, or the dump failed.
    """
    if target.snapshot is not None:
        raise CloneError("a snapshot folder has no server to dump the schema from: name the live target")
    server = Server(cache_folder() / f"scratch-{uuid.uuid4().hex[:12]}", _programs())
    server.start()
    try:
        clone = Clone(server)
        dump = dump_schema(server, _parameters(target))
        _make_roles(server, snapshot["roles"])
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute("create database clone template template0")
        clone.losses += _restore(server, dump)
    except BaseException:
        server.remove()
        raise
    return clone


def _programs() -> Path | None:
    """Return the folder that ``WORKBENCH_SCRATCH_BIN`` names; None stands for the embedded programs."""
    chosen = os.environ.get("WORKBENCH_SCRATCH_BIN")
    if not chosen:
        return None
    folder = Path(chosen).expanduser().absolute()
    absent = [name for name in _PROGRAMS if not (folder / name).exists()]
    if absent:
        raise CloneError(f"WORKBENCH_SCRATCH_BIN: {folder} does not hold {', '.join(absent)}")
    return folder


def _parameters(target: Target) -> dict[str, str]:
    return {
        key: str(value) for key, value in psycopg.conninfo.conninfo_to_dict(connection_string(target)).items()
    }


def dump_schema(server: Server, parameters: Mapping[str, str]) -> bytes:
    """Return the schema of a database as the pg_dump of ``server`` writes it, without what differs by chance.

    Raises:
        CloneError: pg_dump failed; the message is its own.
    """
    address, environment = without_password(parameters)
    command = [server.program("pg_dump"), "--schema-only", "--no-sync", "--dbname", address]
    done = subprocess.run(command, capture_output=True, check=False, env={**os.environ, **environment})
    if done.returncode:
        raise CloneError(_refusal(done.stderr.decode(errors="replace")))
    return _in_order(_MARK.sub(b"", _VOLATILE.sub(b"", done.stdout)))


def _refusal(said: str) -> str:
    """Return why pg_dump failed and, where the server is too new for it, what helps."""
    if found := _MISMATCH.search(said):
        major = found[1].partition(".")[0]
        return (
            f"the target is PostgreSQL {found[1]}, and this pg_dump is of {found[2]}, which reads no newer server; "
            f"set WORKBENCH_SCRATCH_BIN to the folder of PostgreSQL {major}'s programs ({', '.join(_PROGRAMS)}), "
            f"/usr/lib/postgresql/{major}/bin on Debian"
        )
    lines = said.strip().splitlines() or ["no message"]
    return f"pg_dump: {lines[0].removeprefix('pg_dump: error: ')}"


def without_password(parameters: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """Return the address for pg_dump's command line, which everybody on the machine can list, and its environment."""
    environment = {"LC_ALL": "C", "PGOPTIONS": "-c lock_timeout=5s"}
    if "password" in parameters:
        environment["PGPASSWORD"] = parameters["password"]
    shown = {key: value for key, value in parameters.items() if key not in ("password", "sslpassword")}
    return psycopg.conninfo.make_conninfo("", **shown), environment


def _in_order(dump: bytes) -> bytes:
    """Return a dump with the grants of one object sorted: their order is that of history and means nothing."""
    return _GRANTS.sub(lambda run: b"".join(sorted(run[0].splitlines(keepends=True))), dump)


def _make_roles(server: Server, roles: pd.DataFrame) -> None:
    """Make the roles that grants, owners and policies name; none has a password."""
    flags = {
        "is_superuser": "superuser",
        "can_login": "login",
        "bypasses_row_security": "bypassrls",
        "creates_roles": "createrole",
        "creates_databases": "createdb",
    }
    with psycopg.connect(server.url(), autocommit=True) as connection:
        there = {name for (name,) in connection.execute("select rolname from pg_catalog.pg_roles")}
        for role in roles.to_dict("records"):
            if role["role_name"] not in there:
                words = " ".join(word for column, word in flags.items() if role[column])
                create = sql.SQL("create role {} {}")
                connection.execute(create.format(sql.Identifier(role["role_name"]), sql.SQL(words)))
            if not pd.isna(role["valid_until_at"]):
                until = sql.SQL("alter role {} valid until {}")
                connection.execute(
                    until.format(sql.Identifier(role["role_name"]), sql.Literal(str(role["valid_until_at"])))
                )
        for role in roles[~roles["is_system"]].to_dict("records"):
            for other in role["member_of"]:
                grant = sql.SQL("grant {} to {}")
                connection.execute(grant.format(sql.Identifier(other), sql.Identifier(role["role_name"])))


def _restore(server: Server, dump: bytes) -> list[str]:
    """Run the dump with psql and return what could not be restored: an extension that the server lacks, say."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "schema.sql"
        path.write_bytes(dump)
        command = [server.program("psql"), "--no-psqlrc", "--quiet", "--file", str(path), server.url("clone")]
        done = subprocess.run(command, capture_output=True, check=False, env={**os.environ, "LC_ALL": "C"})
    lines = done.stderr.decode(errors="replace").splitlines()
    told = [line.partition("ERROR:")[2].strip() for line in lines if "ERROR:" in line]
    return list(dict.fromkeys(told))


def capture(clone: Clone, original: Snapshot) -> Snapshot:
    """Capture the copy and lay the original's statistics over it; see the module's text."""
    captured = catalog.capture(clone.target)
    map_oids = _oid_map(original, captured)
    frames = {name: captured[name] for name in captured.names() if name in STRUCTURE}
    for name, (key, values) in {
        n: (_KEYS[n], _SIZES[n]) for n in _KEYS if n in frames and n in original
    }.items():
        frames[name] = _overlaid(frames[name], original[name], list(key), list(values))
    for name in original.names():
        if name not in STRUCTURE:
            frames[name] = _mapped(original[name], map_oids)
    if "index_usage" in frames:
        frames["index_usage"] = _with_new_indexes(frames["index_usage"], frames["indexes"])
    manifest = {**original.manifest, "failed": [], "missing": dict(original.manifest["missing"])}
    laid = Snapshot(original.target, frames, manifest, original.options)
    if "drift" in original:
        # What the models say is the same, but the database that they are compared with has changed.
        declared_drift(clone.target, laid)
    return laid


def _oid_map(original: Snapshot, captured: Snapshot) -> dict[str, dict[int, int]]:
    """Return, for each kind of OID column, the original's OIDs to the copy's, matched by name."""
    kinds = {
        "table": ("tables", ["schema_name", "table_name"], "table_oid"),
        "index": ("indexes", ["schema_name", "table_name", "index_name"], "index_oid"),
        "constraint": ("foreign_keys", ["schema_name", "table_name", "constraint_name"], "constraint_oid"),
    }
    result = {}
    for kind, (name, keys, column) in kinds.items():
        if name in original and name in captured:
            pairs = original[name].merge(captured[name], on=keys, suffixes=("_old", "_new"))
            result[kind] = dict(zip(pairs[f"{column}_old"], pairs[f"{column}_new"], strict=True))
    return result


def _mapped(frame: pd.DataFrame, map_oids: Mapping[str, Mapping[int, int]]) -> pd.DataFrame:
    """Return a frame with the copy's OIDs; a row about an object that is no longer there goes."""
    frame = frame.copy()
    for column in frame.columns:
        if not column.endswith("_oid") or frame[column].dtype.name not in ("int64", "Int64"):
            continue
        kind = column.removesuffix("_oid").rpartition("_")[2]
        known = map_oids.get(kind if kind in map_oids else "table", {})
        new = frame[column].map(known)
        frame = frame[new.notna() | frame[column].isna()].copy()
        frame[column] = new[frame.index].astype(frame[column].dtype)
    return frame.reset_index(drop=True)


def _overlaid(frame: pd.DataFrame, original: pd.DataFrame, key: list[str], values: list[str]) -> pd.DataFrame:
    """Return a frame with the original's figures for the objects that both have."""
    told = original.set_index(key)[values].reindex(pd.MultiIndex.from_frame(frame[key]))
    frame = frame.copy()
    for column in values:
        figures = pd.Series(told[column].to_numpy(), index=frame.index)
        frame[column] = figures.where(figures.notna(), frame[column]).astype(frame[column].dtype)
    return frame


def _with_new_indexes(usage: pd.DataFrame, indexes: pd.DataFrame) -> pd.DataFrame:
    """Add a row for each index that a fix made: it has had no time to be used, so it counts as used once."""
    new = indexes[~indexes["index_oid"].isin(usage["index_oid"]) & ~indexes["is_partitioned"]]
    rows: list[dict[str, Any]] = []
    for index in new.to_dict("records"):
        row: dict[str, Any] = {
            str(column): index.get(column, 0 if usage[column].dtype.name == "int64" else None)
            for column in usage.columns
        }
        rows.append({**row, "scans_count": 1_000_000})
    if not rows:
        return usage
    return pd.concat([usage, pd.DataFrame(rows).astype(usage.dtypes.to_dict())], ignore_index=True)
