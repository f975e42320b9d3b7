"""The collector that puts declared models into a snapshot."""

from __future__ import annotations

from pathlib import Path

from workbench.catalog import Snapshot
from workbench.collectors import collector
from workbench.declared import FRAMES
from workbench.declared.sequelize import read
from workbench.targets import Target


@collector(source="files", frames=tuple(FRAMES))
def declared_models(target: Target, snapshot: Snapshot) -> None:
    """Read the models of ``models`` in targets.toml into the frames that ``workbench.declared`` describes."""
    folder = target.options.models or snapshot.options.models
    if not folder:
        reason = 'no folder of models is named: set models = "…" for this target in targets.toml'
        for name in FRAMES:
            if name not in snapshot:
                snapshot.miss(name, reason)
        return
    try:
        declared = read(Path(folder))
    except FileNotFoundError as error:
        for name in FRAMES:
            snapshot.miss(name, str(error), failed=True)
        return
    for name, frame in declared.frames.items():
        snapshot.add(name, frame, source="models")
