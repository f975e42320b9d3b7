"""Every probe of a database's rows, and the collector that runs them for a review."""

from __future__ import annotations

from workbench.catalog import Snapshot
from workbench.collectors import collector
from workbench.probes import orphans as orphan_probes
from workbench.probes import runner
from workbench.probes.probe import Probe, frame
from workbench.targets import Target


def all_probes(snapshot: Snapshot, *, everything: bool = False) -> list[Probe]:
    """Return every probe that a snapshot's catalog suggests, in a stable order.

    Enforced keys come with ``skipped`` set unless ``everything``.

    Raises:
        MissingFrameError: the snapshot lacks the catalog's frames.
    """
    return orphan_probes.constraint_probes(snapshot, everything=everything)


@collector(source="rows", frames=("orphans",))
def orphans(target: Target, snapshot: Snapshot) -> None:
    """Add the frame ``orphans``: one row per probe, its columns as in ``probe.FRAME_TYPES``."""
    results = runner.run(target, all_probes(snapshot), target.options.probe_budget)
    snapshot.add("orphans", frame(results), source="probes")
