"""History: findings, key figures and sizes of earlier runs, their trends, and the difference of two runs.

Kept through SQLAlchemy: a SQLite file by default, PostgreSQL by URL.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from workbench.catalog import MissingFrameError, Snapshot
from workbench.findings import Severity
from workbench.growth import SIZE_COLUMNS, sizes
from workbench.review import Review
from workbench.rows import json_records, rows
from workbench.targets import TargetError

_META = sa.MetaData()
_RUNS = sa.Table(
    "review_runs",
    _META,
    sa.Column("run_id", sa.Integer, primary_key=True),
    sa.Column("target", sa.String(255), nullable=False, index=True),
    sa.Column("captured_at", sa.String(40), nullable=False),
    sa.Column("server_version", sa.String(100)),
    sa.Column("workbench_version", sa.String(40)),
    sa.UniqueConstraint("target", "captured_at"),
)
_FINDINGS = sa.Table(
    "review_findings",
    _META,
    sa.Column("run_id", sa.ForeignKey("review_runs.run_id", ondelete="CASCADE"), primary_key=True),
    sa.Column("fingerprint", sa.String(16), primary_key=True),
    sa.Column("check_name", sa.String(100), nullable=False),
    sa.Column("object", sa.Text, nullable=False),
    sa.Column("severity", sa.String(10), nullable=False),
    sa.Column("title", sa.Text, nullable=False),
)
_FIGURES = sa.Table(
    "review_figures",
    _META,
    sa.Column("run_id", sa.ForeignKey("review_runs.run_id", ondelete="CASCADE"), primary_key=True),
    sa.Column("name", sa.String(100), primary_key=True),
    sa.Column("value", sa.Float, nullable=False),
)
_ORIGINS = sa.Table(
    "review_origins",
    _META,
    sa.Column("run_id", sa.ForeignKey("review_runs.run_id", ondelete="CASCADE"), primary_key=True),
    sa.Column("system_identifier", sa.String(40)),
)
_SIZES = sa.Table(
    "review_sizes",
    _META,
    sa.Column("run_id", sa.ForeignKey("review_runs.run_id", ondelete="CASCADE"), primary_key=True),
    sa.Column("table_oid", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("schema_name", sa.Text, nullable=False),
    sa.Column("table_name", sa.Text, nullable=False),
    sa.Column("heap_bytes", sa.BigInteger),
    sa.Column("toast_bytes", sa.BigInteger),
    sa.Column("indexes_bytes", sa.BigInteger),
    sa.Column("total_bytes", sa.BigInteger, nullable=False),
    sa.Column("rows_count", sa.Float),
)
_BLOAT = sa.Table(
    "review_bloat",
    _META,
    sa.Column("run_id", sa.ForeignKey("review_runs.run_id", ondelete="CASCADE"), primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("object", sa.Text, nullable=False),
    sa.Column("kind", sa.String(10), nullable=False),
    sa.Column("relation_oid", sa.BigInteger, nullable=False),
    sa.Column("bytes", sa.BigInteger, nullable=False),
    sa.Column("wasted_bytes", sa.BigInteger, nullable=False),
    sa.Column("bloat_ratio", sa.Float, nullable=False),
    sa.Column("interval_low", sa.Float),
    sa.Column("interval_high", sa.Float),
    sa.Column("tier", sa.String(40), nullable=False),
)
MOST_READINGS = 12
"""Earlier runs that one review looks back on, spread over all that there are; the last two always."""


@dataclass(frozen=True)
class Difference:
    """Findings of two runs set against each other; frames with fingerprint, check, object, severity, title."""

    new: pd.DataFrame
    gone: pd.DataFrame
    kept: pd.DataFrame


def open_history(url: str) -> sa.Engine:
    """Return the history behind an SQLAlchemy URL, its tables made when they are missing.

    Raises:
        TargetError: the URL is malformed, or what it names cannot be opened.
    """
    try:
        parsed = make_url(url)
        if parsed.drivername == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg")
        if parsed.drivername == "sqlite" and parsed.database:
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        # hide_parameters keeps values out of error messages.
        engine = sa.create_engine(parsed, hide_parameters=True)
        _META.create_all(engine)
    except (sa.exc.SQLAlchemyError, ImportError) as error:
        # The URL may hold a password, so the message does not repeat it.
        raise TargetError(f"the history cannot be opened: {type(error).__name__}") from None
    return engine


def key_figures(review: Review) -> dict[str, float]:
    """Return the figures of a review that a trend is worth drawing of."""
    findings = review.findings()
    figures = {f"findings_{s.value}_count": float(sum(f.severity is s for f in findings)) for s in Severity}
    if "database" in review:
        row = review["database"].iloc[0]
        figures["database_bytes"] = (
            float(row["database_bytes"]) if pd.notna(row["database_bytes"]) else float("nan")
        )
    if "tables" in review:
        tables = review["tables"]
        figures["tables_count"] = float(len(tables))
        figures["heap_bytes"] = float(tables["heap_bytes"].sum())
        figures["indexes_bytes"] = float(tables["indexes_bytes"].sum())
    if "table_activity" in review:
        figures["dead_rows_count"] = float(review["table_activity"]["dead_rows_count"].sum())
    return {name: value for name, value in figures.items() if not math.isnan(value)}


def record(engine: sa.Engine, review: Review) -> int:
    """Keep a review's findings and key figures, and return the run's number.

    A review of the same target and moment that is recorded again replaces what was kept of it.
    """
    manifest = review.snapshot.manifest
    run = {"target": review.target, "captured_at": manifest["captured_at"]}
    facts = {key: manifest.get(key) for key in ("server_version", "workbench_version")}
    with engine.begin() as connection:
        matching = (_RUNS.c.target == run["target"]) & (_RUNS.c.captured_at == run["captured_at"])
        old = connection.execute(sa.select(_RUNS.c.run_id).where(matching)).scalar()
        if old is not None:
            for table in (_FINDINGS, _FIGURES, _ORIGINS, _SIZES, _BLOAT, _RUNS):
                connection.execute(table.delete().where(table.c.run_id == old))
        inserted = connection.execute(_RUNS.insert().values(**run, **facts))
        number = int(inserted.inserted_primary_key[0])  # type: ignore[index]
        findings = {f.fingerprint: f for f in review.findings()}
        listed: list[Mapping[str, Any]] = [
            {
                "run_id": number,
                "fingerprint": fingerprint,
                "check_name": f.check,
                "object": f.object,
                "severity": f.severity.value,
                "title": f.title,
            }
            for fingerprint, f in findings.items()
        ]
        if listed:
            connection.execute(_FINDINGS.insert(), listed)
        figures = [{"run_id": number, "name": n, "value": v} for n, v in key_figures(review).items()]
        connection.execute(_FIGURES.insert(), figures)
        for table, kept in _relations(review).items():
            if kept:
                connection.execute(table.insert(), [{"run_id": number, **row} for row in kept])
    return number


def _relations(review: Review) -> dict[sa.Table, list[dict[str, Any]]]:
    """Return what is kept of a review's relations: where they lie, their sizes, what of them is waste."""
    origin = {"system_identifier": _system_identifier(review.snapshot)}
    kept: dict[sa.Table, list[dict[str, Any]]] = {_ORIGINS: [origin], _SIZES: [], _BLOAT: []}
    with contextlib.suppress(MissingFrameError):
        kept[_SIZES] = json_records(sizes(review["tables"], _optional(review.snapshot, "table_activity")))
    with contextlib.suppress(MissingFrameError):
        judged = review["own_bloat"]
        judged = judged[judged["tier"].notna()].reset_index(drop=True)
        columns = [column.name for column in _BLOAT.columns if column.name not in ("run_id", "position")]
        kept[_BLOAT] = json_records(judged[columns].rename_axis("position").reset_index())
    return kept


def _optional(snapshot: Snapshot, name: str) -> pd.DataFrame | None:
    try:
        return snapshot[name]
    except MissingFrameError:
        return None


def _system_identifier(snapshot: Snapshot) -> str | None:
    identity = _optional(snapshot, "cluster_identity")
    return None if identity is None or identity.empty else str(identity["system_identifier"].iloc[0])


def add_past(engine: sa.Engine, snapshot: Snapshot) -> None:
    """Add what the history knows of a target's relations to a snapshot, so that checks and chapters can compare.

    ``past_sizes`` has one row per table and earlier run, of at most :data:`MOST_READINGS` runs: the columns of
    :data:`workbench.growth.SIZE_COLUMNS`. ``past_bloat`` has the last earlier run's bloat: ``captured_at``,
    ``object``, ``kind``, ``relation_oid``, ``bytes``, ``wasted_bytes``, ``bloat_ratio``, the interval and
    ``tier``. Runs of another cluster under the same name are left out.
    """
    if "past_sizes" in snapshot:
        return  # a snapshot folder of an earlier review keeps what was known then
    numbers = _earlier_runs(engine, snapshot)
    if not numbers:
        for name in ("past_sizes", "past_bloat"):
            snapshot.miss(name, "one run only: the history has no earlier review of this target")
        return
    chosen = _spread(numbers, MOST_READINGS)
    run = sa.select(_RUNS.c.captured_at, *(_SIZES.c[name] for name in SIZE_COLUMNS if name != "captured_at"))
    query = run.join(_SIZES, _SIZES.c.run_id == _RUNS.c.run_id).where(_RUNS.c.run_id.in_(chosen))
    found = _frame(engine, query.order_by(_RUNS.c.captured_at)).astype({"rows_count": "float64"})
    snapshot.add("past_sizes", _dated(found), source="history")
    columns = [c for c in _BLOAT.columns if c.name not in ("run_id", "position")]
    last = sa.select(_RUNS.c.captured_at, *columns).join(_BLOAT, _BLOAT.c.run_id == _RUNS.c.run_id)
    found = _frame(engine, last.where(_RUNS.c.run_id == numbers[-1]).order_by(_BLOAT.c.position))
    snapshot.add("past_bloat", _dated(found), source="history")


def _earlier_runs(engine: sa.Engine, snapshot: Snapshot) -> list[int]:
    """Return the numbers of the earlier runs of a snapshot's target on its cluster, oldest first."""
    query = (
        sa.select(_RUNS.c.run_id, _RUNS.c.captured_at, _ORIGINS.c.system_identifier)
        .join(_ORIGINS, _ORIGINS.c.run_id == _RUNS.c.run_id)
        .where(_RUNS.c.target == snapshot.target)
    )
    own = _system_identifier(snapshot)
    moments = [
        (dt.datetime.fromisoformat(row.captured_at), int(row.run_id))
        for row in rows(_frame(engine, query))
        if own is None or pd.isna(row.system_identifier) or row.system_identifier == own
    ]
    return [number for moment, number in sorted(moments) if moment < snapshot.captured_at]


def _spread(numbers: list[int], most: int) -> list[int]:
    """Return at most so many numbers, evenly spread, the first and the last two among them."""
    if len(numbers) <= most:
        return numbers
    step = (len(numbers) - 2) / (most - 2)
    return [*(numbers[int(place * step)] for place in range(most - 2)), *numbers[-2:]]


def _dated(frame: pd.DataFrame) -> pd.DataFrame:
    moments = pd.to_datetime(frame["captured_at"], utc=True, format="ISO8601").astype("datetime64[us, UTC]")
    return frame.assign(captured_at=moments)


def runs(engine: sa.Engine, target: str | None = None) -> pd.DataFrame:
    """Return the runs, newest first: run_id, target, captured_at, server_version, workbench_version."""
    query = sa.select(_RUNS).order_by(_RUNS.c.captured_at.desc(), _RUNS.c.run_id.desc())
    if target is not None:
        query = query.where(_RUNS.c.target == target)
    return _frame(engine, query)


def trend(engine: sa.Engine, target: str) -> pd.DataFrame:
    """Return the key figures of a target's runs, oldest first: captured_at, name, value."""
    query = (
        sa.select(_RUNS.c.captured_at, _FIGURES.c.name, _FIGURES.c.value)
        .join(_FIGURES, _FIGURES.c.run_id == _RUNS.c.run_id)
        .where(_RUNS.c.target == target)
        .order_by(_RUNS.c.captured_at, _FIGURES.c.name)
    )
    return _frame(engine, query)


def findings_of(engine: sa.Engine, run_id: int) -> pd.DataFrame:
    """Return one run's findings: fingerprint, check, object, severity, title.

    Raises:
        TargetError: there is no such run.
    """
    if _frame(engine, sa.select(_RUNS.c.run_id).where(_RUNS.c.run_id == run_id)).empty:
        raise TargetError(f"the history has no run {run_id}; `workbench history` lists them")
    columns = [_FINDINGS.c.fingerprint, _FINDINGS.c.check_name.label("check"), _FINDINGS.c.object]
    query = sa.select(*columns, _FINDINGS.c.severity, _FINDINGS.c.title).where(_FINDINGS.c.run_id == run_id)
    return _frame(engine, query.order_by(_FINDINGS.c.check_name, _FINDINGS.c.object))


def difference(before: pd.DataFrame, after: pd.DataFrame) -> Difference:
    """Set two runs' findings against each other by fingerprint; inputs as :func:`findings_of` returns them."""
    old, new = set(before["fingerprint"]), set(after["fingerprint"])
    return Difference(
        new=after[~after["fingerprint"].isin(old)].reset_index(drop=True),
        gone=before[~before["fingerprint"].isin(new)].reset_index(drop=True),
        kept=after[after["fingerprint"].isin(old)].reset_index(drop=True),
    )


def _frame(engine: sa.Engine, query: sa.Select[Any]) -> pd.DataFrame:
    with engine.connect() as connection:
        result = connection.execute(query)
        return pd.DataFrame(result.fetchall(), columns=list(result.keys()))
