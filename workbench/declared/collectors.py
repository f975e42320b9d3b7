"""The collectors that put models, their registration, their drift and the migrations into a snapshot."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from workbench import drift
from workbench.catalog import MissingFrameError, Snapshot
from workbench.collectors import collector
from workbench.declared import FRAMES, migrations
from workbench.declared.models import frame_of, read, read_registration
from workbench.targets import Target

_DECLARED = tuple(name for name in FRAMES if name.startswith("declared_"))
_REGISTERED = ("registered_models", "registration_problems")
HOW = 'no folder of models is named: set models = "…" for this target in targets.toml'


@collector(source="files", frames=_DECLARED)
def declared_models(target: Target, snapshot: Snapshot) -> None:
    """Read the models of ``models`` in targets.toml into the frames that ``workbench.declared`` describes."""
    folder = _folder(target, snapshot, _DECLARED)
    if folder is not None:
        for name, frame in read(folder).frames.items():
            snapshot.add(name, frame, source="models")


@collector(source="files", frames=_REGISTERED)
def model_registration(target: Target, snapshot: Snapshot) -> None:
    """Read which models the application registers, below ``sources`` or the folder above the models.

    The wider of the two is read when one holds the other, and ``sources`` when they lie apart.
    """
    folder = _folder(target, snapshot, _REGISTERED)
    if folder is None:
        return
    above, sources = folder.resolve().parent, target.options.sources or snapshot.options.sources
    apart = sources is not None and above not in Path(sources).resolve().parents
    found = read_registration(Path(sources) if sources and apart else above)
    for name, rows in zip(_REGISTERED, (found.models, found.problems), strict=True):
        snapshot.add(name, frame_of(FRAMES[name], rows), source="sources")


@collector(source="files", frames=("drift",), after=("declared_models",))
def declared_drift(target: Target, snapshot: Snapshot) -> None:
    """Compare the declared models with the catalog; the frame's columns are :data:`workbench.drift.COLUMNS`."""
    try:
        declared = {name: snapshot[name] for name in drift.DECLARED_FRAMES}
        actual = {name: snapshot[name] for name in drift.CATALOG_FRAMES}
    except MissingFrameError as missing:
        if "drift" not in snapshot:
            snapshot.miss("drift", missing.reason)
        return
    snapshot.add(
        "drift", drift.compare(declared, actual, snapshot.options), source="models against the catalog"
    )


@collector(source="files", frames=tuple(migrations.FRAMES), after=("declared_models",))
def declared_migrations(target: Target, snapshot: Snapshot) -> None:
    """Read the migrations that targets.toml names."""
    configured = target.options.migrations or snapshot.options.migrations
    if not configured:
        reason = '`migrations = "FOLDER"` in the target\'s table of targets.toml names the migrations to read'
        for name in migrations.FRAMES:
            if name not in snapshot:
                snapshot.miss(name, snapshot.manifest["missing"].get(name, reason))
        return
    try:
        reading = migrations.read(Path(configured))
    except FileNotFoundError as error:
        for name in migrations.FRAMES:
            snapshot.miss(name, str(error), failed=True)
        return
    names = (
        "declared_tables",
        "declared_columns",
        "declared_foreign_keys",
        "declared_indexes",
        "declared_enums",
    )
    known = {name: snapshot[name] for name in names if name in snapshot}
    made = migrations.frames(reading, known if len(known) == len(names) else None)
    if "tables" in snapshot:
        made["migration_risks"] = _with_rows(made["migration_risks"], snapshot["tables"])
    for name, frame in made.items():
        snapshot.add(name, frame, source=f"files: {reading.folder.name}")
    if "migration_coverage" not in made:
        snapshot.miss(
            "migration_coverage", "the declared models were not read, so nothing says what is missing"
        )


def _with_rows(risks: pd.DataFrame, tables: pd.DataFrame) -> pd.DataFrame:
    rows = {(t.schema_name, t.table_name): t.estimated_rows for t in tables.itertuples()}
    keys = zip(risks["schema_name"], risks["table_name"], strict=True)
    values = pd.Series([rows.get(key) for key in keys], index=risks.index, dtype="float64")
    return risks.assign(estimated_rows=values)


def _folder(target: Target, snapshot: Snapshot, frames: Sequence[str]) -> Path | None:
    """Return the folder of the models, or note why there is none; a snapshot may hold the frames already."""
    named = target.options.models or snapshot.options.models
    folder = Path(named) if named else None
    if folder is not None and folder.exists():
        return folder
    for name in frames:
        if name not in snapshot:
            gone = f"{folder}: no such folder of models"
            snapshot.miss(name, HOW if folder is None else gone, failed=folder is not None)
    return None
