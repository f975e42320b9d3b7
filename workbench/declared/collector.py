"""The collectors that put declared models and their registration into a snapshot."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from workbench.catalog import Snapshot
from workbench.collectors import collector
from workbench.declared import FRAMES
from workbench.declared.registration import read_registration
from workbench.declared.sequelize import frame_of, read
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
    """Read which models the application registers, below ``sources`` or else the folder above the models."""
    folder = _folder(target, snapshot, _REGISTERED)
    if folder is None:
        return
    sources = target.options.sources or snapshot.options.sources
    found = read_registration(Path(sources) if sources else folder.resolve().parent)
    for name, rows in zip(_REGISTERED, (found.models, found.problems), strict=True):
        snapshot.add(name, frame_of(FRAMES[name], rows), source="sources")


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
