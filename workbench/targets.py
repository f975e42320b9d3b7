"""Targets: what a name on the command line stands for, and how to connect to it without telling a secret."""

from __future__ import annotations

import dataclasses
import fnmatch
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg.conninfo

TARGETS_FILE = "targets.toml"
MANIFEST_FILE = "manifest.json"
_CONNECTION_KEYS = ("service", "url", "host", "port", "database", "user", "sslmode", "sslrootcert")
_SECRET_KEYS = ("password", "sslpassword", "sslkey", "passfile", "oauth_client_secret")


class TargetError(ValueError):
    """A target's name or configuration is wrong; the message says what would be right."""


@dataclass(frozen=True)
class Options:
    """What a target's table in targets.toml may set besides its address.

    Patterns are shell-style and matched against ``schema.table``. Times are seconds.
    """

    schemas: tuple[str, ...] = ()
    """Schemas to review; empty means all but the system's."""
    ignore: tuple[str, ...] = ()
    """Tables to leave out."""
    statement_timeout: float = 60.0
    lock_timeout: float = 2.0
    connections: int = 2
    """Connections that probes may use side by side."""
    probe_budget: float = 120.0
    """Seconds that the probes of one review may take together; 0 runs none."""
    replicas: Mapping[str, str] = field(default_factory=dict)
    """Name to URL without password or ``service:NAME`` of every standby that serves queries."""
    models: str | None = None
    """Folder of the declared models."""
    migrations: str | None = None
    """Folder of the migrations."""
    sources: str | None = None
    """Folder of the application's sources."""
    protected: tuple[str, ...] = (
        "*audit*",
        "*health*",
        "*medical*",
        "*medication*",
        "*patient*",
        "*consent*",
    )
    """Tables whose rows no cascade should reach unnoticed."""
    tenant_roots: tuple[str, ...] = ()
    """Tables that own all others by tenant; empty means: find them in the graph."""
    sensitive: Mapping[str, str] = field(default_factory=dict)
    """Further patterns of sensitive columns: regular expression to the kind of data."""
    thresholds: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Check name to the thresholds that it shall use instead of its own."""
    baseline: str | None = None
    """File of accepted findings."""
    keyring: bool = False
    """Take the password from the system's keyring, service ``pg-review-workbench``, account: the name."""

    def covers(self, schema: str, table: str) -> bool:
        """Tell whether a table is in the scope of the review."""
        if self.schemas and schema not in self.schemas:
            return False
        return not any(fnmatch.fnmatchcase(f"{schema}.{table}", pattern) for pattern in self.ignore)


@dataclass(frozen=True)
class Target:
    """What to review: a server's database, or a snapshot folder.

    ``conninfo`` are libpq parameters without password; the password is asked for when connecting.
    """

    name: str
    conninfo: Mapping[str, str] = field(default_factory=dict, repr=False)
    snapshot: Path | None = None
    options: Options = field(default_factory=Options)

    @property
    def slug(self) -> str:
        """The name as a folder's name."""
        return re.sub(r"[^\w.-]+", "-", self.name).strip("-.") or "target"


def resolve(spec: str, targets_file: Path | None = None) -> Target:
    """Return what a TARGET on the command line stands for.

    Looked for in this order: a name in targets.toml, a demo database, ``service:NAME``, a ``postgresql://``
    URL, a snapshot folder.

    Raises:
        TargetError: nothing of that name, or its configuration is wrong.
    """
    configured = read_targets(targets_file)
    if spec in configured:
        return configured[spec]
    # Building a demo imports the world; a name that is none should not pay for it.
    from workbench import demo

    if spec in demo.DATABASES:
        return demo.target(spec)
    if spec.startswith("service:"):
        return Target(spec.removeprefix("service:"), {"service": spec.removeprefix("service:")})
    if re.match(r"postgres(ql)?://", spec):
        conninfo = parse_url(spec)
        return Target(_label(conninfo), conninfo)
    if (Path(spec) / MANIFEST_FILE).is_file():
        return Target(Path(spec).resolve().name, snapshot=Path(spec))
    known = ", ".join([*configured, *demo.DATABASES])
    # "host=db password=…" is how libpq takes it; a log should not.
    told = f"no target {spec!r}" if "=" not in spec else "parameters as libpq takes them are no target"
    raise TargetError(
        f"{told}: known names are {known}; a target can also be service:NAME, "
        "a postgresql:// URL or a snapshot folder"
    )


def read_targets(targets_file: Path | None = None) -> dict[str, Target]:
    """Return the targets of a targets.toml by name; the file in the working folder when none is named.

    Raises:
        TargetError: the file is not TOML, an entry holds a secret or a key that nobody knows.
    """
    path = targets_file or Path(TARGETS_FILE)
    if not path.is_file():
        if targets_file is not None:
            raise TargetError(f"{path}: no such file")
        return {}
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise TargetError(f"{path}: {error}") from None
    return {name: _from_table(name, table, path) for name, table in tables.items()}


def _from_table(name: str, table: Any, path: Path) -> Target:
    if not isinstance(table, dict):
        raise TargetError(f"{path}: {name} must be a table: [{name}]")
    secret = next((key for key in _SECRET_KEYS if key in table), None)
    if secret:
        raise TargetError(
            f"{path}: [{name}] holds {secret}; passwords belong into ~/.pgpass, a service file or the keyring"
        )
    known = {option.name: option for option in dataclasses.fields(Options)}
    unknown = [key for key in table if key not in known and key not in _CONNECTION_KEYS]
    if unknown:
        allowed = ", ".join([*_CONNECTION_KEYS, *known])
        raise TargetError(f"{path}: [{name}] has the unknown key {unknown[0]!r}; known are {allowed}")
    conninfo = {key: str(table[key]) for key in _CONNECTION_KEYS if key in table and key != "url"}
    if "database" in conninfo:
        conninfo["dbname"] = conninfo.pop("database")
    if "url" in table:
        parsed = parse_url(str(table["url"]))
        if any(key in parsed for key in _SECRET_KEYS):
            raise TargetError(f"{path}: the URL of [{name}] holds a password; put it into ~/.pgpass instead")
        conninfo = {**parsed, **conninfo}
    return Target(name, conninfo, options=_options(name, table, known, path))


def _options(name: str, table: Mapping[str, Any], known: Mapping[str, Any], path: Path) -> Options:
    """Read the options of one entry; folders are relative to the file that names them."""
    values: dict[str, Any] = {}
    for key in known.keys() & table.keys():
        value, default = table[key], known[key].default
        wants_list = isinstance(default, tuple)
        if wants_list and (not isinstance(value, list) or not all(isinstance(v, str) for v in value)):
            raise TargetError(f"{path}: {key} of [{name}] must be a list of strings")
        if isinstance(default, (int, float)) and not isinstance(value, (int, float)):
            raise TargetError(f"{path}: {key} of [{name}] must be {type(default).__name__}")
        if key in ("replicas", "thresholds", "sensitive") and not isinstance(value, dict):
            raise TargetError(f"{path}: {key} of [{name}] must be a table: [{name}.{key}]")
        if key in ("models", "migrations", "sources", "baseline"):
            value = str(path.parent / str(value))
        values[key] = tuple(value) if wants_list else value
    return Options(**values)


def parse_url(url: str) -> dict[str, str]:
    """Return a connection URL as libpq parameters.

    Raises:
        TargetError: it is malformed; the message does not repeat it, for it may hold a password.
    """
    try:
        parsed = psycopg.conninfo.conninfo_to_dict(url)
    except psycopg.Error:
        raise TargetError("the connection URL is malformed: postgresql://USER@HOST:PORT/DATABASE") from None
    return {key: str(value) for key, value in parsed.items() if value is not None}


def connection_string(target: Target) -> str:
    """Return the libpq connection string of a target, password from the keyring included if it asks for it.

    Everything else that libpq knows (PGPASSWORD, PGPASSFILE, service files) is left to libpq.
    """
    parameters: dict[str, Any] = dict(target.conninfo)
    if target.options.keyring and "password" not in parameters:
        import keyring

        secret = keyring.get_password("pg-review-workbench", target.name)
        if secret is None:
            raise TargetError(
                f"the keyring holds no password for {target.name}: "
                f"`keyring set pg-review-workbench {target.name}` stores one"
            )
        parameters["password"] = secret
    return psycopg.conninfo.make_conninfo("", **parameters)


def _label(conninfo: Mapping[str, str]) -> str:
    """Name a target given by URL after its database and host: never after anything secret."""
    host = conninfo.get("host", "")
    place = "" if not host or host.startswith("/") else f"@{host}"
    port = conninfo.get("port", "5432")
    return f"{conninfo.get('dbname', 'postgres')}{place}{'' if port == '5432' else f':{port}'}"
