"""History: findings and key figures of earlier runs, their trends, and the difference of two runs.

Kept through SQLAlchemy: a SQLite file by default, PostgreSQL by URL.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from workbench.findings import Severity
from workbench.review import Review
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
            for table in (_FINDINGS, _FIGURES, _RUNS):
                connection.execute(table.delete().where(table.c.run_id == old))
        inserted = connection.execute(_RUNS.insert().values(**run, **facts))
        number = int(inserted.inserted_primary_key[0])  # type: ignore[index]
        findings = {f.fingerprint: f for f in review.findings()}
        rows: list[Mapping[str, Any]] = [
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
        if rows:
            connection.execute(_FINDINGS.insert(), rows)
        figures = [{"run_id": number, "name": n, "value": v} for n, v in key_figures(review).items()]
        connection.execute(_FIGURES.insert(), figures)
    return number


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
