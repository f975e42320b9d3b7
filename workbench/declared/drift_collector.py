"""The collector that puts the frame ``drift`` into a snapshot that has declared models."""

from __future__ import annotations

from workbench import drift
from workbench.catalog import MissingFrameError, Snapshot
from workbench.collectors import collector
from workbench.targets import Target


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
