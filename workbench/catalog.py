"""Capture: the catalog of a live database as pandas frames, and the snapshot folder that keeps them.

The only module that asks a server for facts of its catalog. Each query of ``queries/`` gives one frame; its
header comment is its documentation and its contract.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import json
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
from psycopg.errors import InsufficientPrivilege, LockNotAvailable, ObjectNotInPrerequisiteState

from workbench import __version__
from workbench.resources import resource
from workbench.session import CaptureError, first_line, session
from workbench.targets import MANIFEST_FILE, Options, Target

__all__ = [
    "CaptureError",
    "MissingFrameError",
    "Progress",
    "Query",
    "Snapshot",
    "capture",
    "make_frame",
    "parse_query",
    "queries",
    "query_for",
    "session",
]

Progress = Callable[[str, int, int], None]
_PAST = "growth needs the sizes of earlier reviews: `workbench review` keeps and reads them"
_LOCK_RETRIES = 2
_EXTENSION_PATH = (
    "select set_config('search_path', 'pg_catalog, ' || extnamespace::regnamespace, true) "
    "from pg_catalog.pg_extension where extname = %s"
)

# Frame type to (OID that the server must send, pandas dtype); lists come as tuples in object columns.
_TYPES: Mapping[str, tuple[int, str]] = {
    "int8": (20, "int64"),
    "int8?": (20, "Int64"),
    "float8": (701, "float64"),
    "float8?": (701, "float64"),
    "bool": (16, "bool"),
    "bool?": (16, "boolean"),
    "text": (25, "str"),
    "text?": (25, "str"),
    "timestamptz": (1184, "datetime64[us, UTC]"),
    "timestamptz?": (1184, "datetime64[us, UTC]"),
    "text[]": (1009, "object"),
    "int8[]": (1016, "object"),
    "bool[]": (1000, "object"),
}


class MissingFrameError(LookupError):
    """A snapshot has no such frame; ``reason`` says why."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"the snapshot has no frame {name}: {reason}")
        self.name = name
        self.reason = reason


@dataclass(frozen=True)
class Query:
    """One file of ``queries/``: a frame's SQL and the contract in its header."""

    name: str
    title: str
    about: str
    rights: str
    columns: Mapping[str, str]
    descriptions: Mapping[str, str]
    requires: str
    sql: str
    minimum: int
    maximum: int


def parse_query(name: str, text: str, *, base: Query | None = None) -> Query:
    """Return a query from its file's text; a variant for other versions inherits the header of its base.

    Header lines are comments: ``title``, ``about``, ``rights``, optionally ``versions`` (``14-16`` or
    ``17-``) and ``requires`` (an extension), then ``columns`` with one ``name type description`` each.

    Raises:
        ValueError: the header lacks a part or names a type that no frame has.
    """
    lines = text.splitlines()
    header = [line[2:].rstrip() for line in lines[: _header_length(lines)]]
    fields = {m[1]: m[2] for line in header if (m := re.match(r" (\w+): (.+)", line))}
    found = [m.groups() for line in header if (m := re.match(r"   (\w+)\s+(\S+)\s+(\S.*)", line))]
    columns = {column: kind for column, kind, _ in found}
    if base is None and (missing := {"title", "about", "rights"} - fields.keys()):
        raise ValueError(f"the header of query {name} lacks {', '.join(sorted(missing))}")
    unknown = [kind for kind in columns.values() if kind not in _TYPES]
    if unknown or (base is None and not columns):
        raise ValueError(f"the header of query {name} has no columns or the unknown type {unknown[:1]}")
    low, _, high = fields.get("versions", "14-").partition("-")
    return Query(
        name=name,
        title=fields.get("title") or (base.title if base else name),
        about=fields.get("about") or (base.about if base else ""),
        rights=fields.get("rights") or (base.rights if base else "none"),
        columns=columns or (base.columns if base else {}),
        descriptions={c: d for c, _, d in found} or (base.descriptions if base else {}),
        requires=fields.get("requires") or (base.requires if base else ""),
        sql="\n".join(lines[_header_length(lines) :]).strip(),
        minimum=int(low),
        maximum=int(high) if high else 999,
    )


def _header_length(lines: Sequence[str]) -> int:
    return next((i for i, line in enumerate(lines) if not line.startswith("--")), len(lines))


@functools.cache
def queries() -> Mapping[str, tuple[Query, ...]]:
    """Return every query by frame name, its variants for other versions after it.

    A variant lies beside its base as ``name@14-16.sql``.
    """
    found: dict[str, tuple[Query, ...]] = {}
    for path in sorted(resource("queries").glob("*.sql"), key=lambda p: p.stem.split("@")):
        name, _, versions = path.stem.partition("@")
        base = found[name][0] if versions else None
        text = path.read_text(encoding="utf-8")
        if versions:
            text = f"-- versions: {versions}\n{text}"
        found[name] = (*found.get(name, ()), parse_query(name, text, base=base))
    return found


def query_for(name: str, server_version: int) -> Query | None:
    """Return the variant of a query for a server's major version; None when there is none."""
    return next((q for q in queries()[name] if q.minimum <= server_version <= q.maximum), None)


class Snapshot:
    """The frames of one capture and the manifest that says where they come from.

    ``manifest`` keys: ``target``, ``workbench_version``, ``captured_at`` (ISO text), ``server_version``,
    ``seconds``, ``options``, ``frames`` (name to rows, seconds, source), ``missing`` (name to reason) and
    ``failed`` (names of those missing frames that should have been there).
    Frames are not to be changed in place.
    """

    def __init__(
        self,
        target: str,
        frames: Mapping[str, pd.DataFrame],
        manifest: Mapping[str, Any] | None = None,
        options: Options | None = None,
        folder: Path | None = None,
    ) -> None:
        self.target = target
        self.options = options or Options()
        self.folder = folder
        self._frames = dict(frames)
        self.manifest: dict[str, Any] = {
            "frames": {},
            "missing": {},
            "failed": [],
            **(manifest or {}),
            "target": target,
        }

    def __contains__(self, name: str) -> bool:
        return name in self._frames

    def __getitem__(self, name: str) -> pd.DataFrame:
        """Return a frame.

        Raises:
            MissingFrameError: the snapshot does not have it; its reason says why.
        """
        if name not in self._frames:
            default = "this capture did not ask for it" if name in queries() else "nothing produced it"
            default = _PAST if name.startswith("past_") else default
            raise MissingFrameError(name, self.manifest["missing"].get(name, default))
        return self._frames[name]

    def names(self) -> list[str]:
        """Return the names of the frames that are there."""
        return sorted(self._frames)

    def add(self, name: str, frame: pd.DataFrame, *, source: str, seconds: float = 0.0) -> None:
        """Keep a further frame, a probe's result say, and note where it comes from."""
        self._frames[name] = frame
        self.manifest["missing"].pop(name, None)
        self.manifest["frames"][name] = {"rows": len(frame), "seconds": round(seconds, 4), "source": source}

    def miss(self, name: str, reason: str, *, failed: bool = False) -> None:
        """Note that a frame could not be had and why; ``failed`` when it should have been there."""
        self.manifest["missing"][name] = reason
        if failed:
            self.manifest["failed"].append(name)

    @property
    def is_partial(self) -> bool:
        """Something that should have been captured was not."""
        return bool(self.manifest["failed"])

    @property
    def captured_at(self) -> dt.datetime:
        """The moment that the frames are true for."""
        return dt.datetime.fromisoformat(self.manifest["captured_at"])

    @property
    def server_version(self) -> str:
        """The server's version as it spells it."""
        return str(self.manifest.get("server_version", ""))

    def save(self, folder: Path) -> Path:
        """Write the frames as Parquet and the manifest as JSON into a folder, and return it."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, frame in self._frames.items():
            pq.write_table(_arrow_table(frame), folder / f"{name}.parquet")
        manifest = {**self.manifest, "options": dataclasses.asdict(self.options)}
        (folder / MANIFEST_FILE).write_text(json.dumps(manifest, indent=1, default=str), encoding="utf-8")
        self.folder = folder
        return folder

    @classmethod
    def load(cls, folder: Path) -> Snapshot:
        """Read a snapshot folder.

        Raises:
            CaptureError: it is no snapshot folder, or a file in it is damaged.
        """
        try:
            manifest = json.loads((folder / MANIFEST_FILE).read_text(encoding="utf-8"))
            frames = {path.stem: _read_parquet(path) for path in sorted(folder.glob("*.parquet"))}
            options = _options_from_json(manifest.get("options", {}))
        except (OSError, ValueError, pa.ArrowException) as error:
            raise CaptureError(f"{folder} is no readable snapshot folder: {error}") from None
        return cls(manifest["target"], frames, manifest, options, folder)


def _options_from_json(values: Mapping[str, Any]) -> Options:
    """Return options from a manifest; a key of another workbench version is left out."""
    known = {field.name for field in dataclasses.fields(Options)}
    chosen: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in values.items()}
    return Options(**{key: value for key, value in chosen.items() if key in known})


def _arrow_table(frame: pd.DataFrame) -> pa.Table:
    """Return a frame for Parquet; where no value tells the type of a column, it gets text, or lists of text."""
    table = pa.Table.from_pandas(frame, preserve_index=False)
    for position, field in enumerate(table.schema):
        lists = pa.types.is_list(field.type)
        if not pa.types.is_null(field.type.value_type if lists else field.type):
            continue
        # Only columns of tuples are object columns by contract, so an empty one is of them.
        lists |= frame.empty and frame.dtypes.iloc[position].name == "object"
        values = [list(v) if lists else None for v in frame.iloc[:, position]]
        kind = pa.list_(pa.string()) if lists else pa.string()
        table = table.set_column(position, field.name, pa.array(values, type=kind))
    return table


def _read_parquet(path: Path) -> pd.DataFrame:
    table = pq.read_table(path)
    frame: pd.DataFrame = table.to_pandas()
    for field in table.schema:
        if pa.types.is_list(field.type):
            frame[field.name] = pd.Series(
                [tuple(v) for v in frame[field.name]], index=frame.index, dtype=object
            )
    return frame


def capture(target: Target, *, only: Sequence[str] = (), progress: Progress | None = None) -> Snapshot:
    """Run the queries against a live target, or load the snapshot that it names.

    A query that fails, or that the server or the role does not allow, costs its own frame only; the manifest
    says which and why. When the connection dies, what was captured until then is kept.

    Raises:
        CaptureError: the server cannot be reached, or not even the frame ``database`` can be read.
    """
    if target.snapshot is not None:
        return Snapshot.load(target.snapshot)
    started = time.monotonic()
    snapshot = Snapshot(target.name, {}, options=target.options)
    with session(target) as connection:
        major = connection.info.server_version // 10000
        installed = {row[0] for row in connection.execute("select extname from pg_catalog.pg_extension")}
        # The frame that dates all others comes first.
        names = sorted(only or queries(), key=lambda name: (name != "database", name))
        for number, name in enumerate(names, start=1):
            if progress:
                progress(name, number, len(names))
            _capture_frame(connection, snapshot, name, major, installed)
    if "database" not in snapshot:
        raise CaptureError(f"{target.name}: {snapshot.manifest['missing'].get('database')}")
    facts = snapshot["database"].iloc[0]
    snapshot.manifest |= {
        "workbench_version": __version__,
        "captured_at": facts["captured_at"].isoformat(),
        "server_version": facts["server_version"],
        "database": facts["database_name"],
        "role": facts["role_name"],
        "seconds": round(time.monotonic() - started, 3),
    }
    return snapshot


def _capture_frame(
    connection: psycopg.Connection[Any], snapshot: Snapshot, name: str, major: int, installed: set[str]
) -> None:
    query = query_for(name, major)
    if query is None:
        snapshot.miss(name, f"PostgreSQL {major} does not have it")
        return
    if query.requires and query.requires not in installed:
        absent = f"the extension {query.requires} is not installed in this database"
        snapshot.miss(name, f"{absent}; it needs: {query.rights}")
        return
    started = time.monotonic()
    try:
        frame = _run_again(connection, query)
    # A value that Python cannot hold, a year 20000 say, costs its frame as well, and no other.
    except (psycopg.Error, ValueError, NotImplementedError) as error:
        reason = "the connection was lost" if connection.closed else first_line(error)
        # A right that the role lacks makes no review partial; what it costs is said all the same.
        refused = isinstance(error, (InsufficientPrivilege, ObjectNotInPrerequisiteState))
        snapshot.miss(name, reason + refused * f"; it needs: {query.rights}", failed=not refused)
        return
    if "schema_name" in frame and snapshot.options != Options():
        table = "table_name" if "table_name" in frame else "schema_name"
        pairs = zip(frame["schema_name"], frame[table], strict=True)
        covered = np.fromiter((snapshot.options.covers(*pair) for pair in pairs), bool, len(frame))
        frame = frame[covered].reset_index(drop=True)
    snapshot.add(name, frame, source=f"queries/{name}.sql", seconds=time.monotonic() - started)


def _run_again(connection: psycopg.Connection[Any], query: Query) -> pd.DataFrame:
    """Run a query, again when it waited too long for a lock: that one is known before the next attempt.

    Queries leave out what :file:`pg_locks` says is locked, but a lock may be taken while they run.
    """
    for _ in range(_LOCK_RETRIES):
        try:
            return _run(connection, query)
        except LockNotAvailable:
            continue
    return _run(connection, query)


def _run(connection: psycopg.Connection[Any], query: Query) -> pd.DataFrame:
    """Run one query inside a savepoint and return its frame, held against the contract of its header."""
    # Rolled back, so that the path to an extension's schema, which may be any, is gone for the next query.
    with connection.transaction(force_rollback=True), connection.cursor() as cursor:
        if query.requires:
            cursor.execute(_EXTENSION_PATH, [query.requires])
        cursor.execute(query.sql.encode())
        sent = {column.name: column.type_code for column in cursor.description or ()}
        wanted = {name: _TYPES[kind][0] for name, kind in query.columns.items()}
        if sent != wanted:
            differing = sorted({name for name, _ in sent.items() ^ wanted.items()})
            raise psycopg.DataError(f"query {query.name} does not keep its contract: {differing}")
        rows = cursor.fetchall()
    return make_frame(query.columns, rows)


def make_frame(columns: Mapping[str, str], rows: Sequence[Sequence[Any]]) -> pd.DataFrame:
    """Return rows as a frame whose columns have the dtypes of the query headers' types."""
    values = list(zip(*rows, strict=True)) if rows else [()] * len(columns)
    return pd.DataFrame(
        {name: _column(kind, column) for (name, kind), column in zip(columns.items(), values, strict=True)}
    )


def _column(kind: str, values: Sequence[Any]) -> Any:
    dtype: Any = _TYPES[kind][1]
    if kind.endswith("[]"):
        return pd.Series([tuple(v or ()) for v in values], dtype=object)
    if kind.startswith("timestamptz"):
        return pd.Series(pd.to_datetime(list(values), utc=True)).astype(dtype)
    return pd.Series(list(values), dtype=dtype)
