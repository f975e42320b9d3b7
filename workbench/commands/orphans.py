"""``workbench orphans``: ask a database's rows whether they keep the rules that its keys promise."""

from __future__ import annotations

import json
import sys
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import click
import rich.box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from workbench import catalog, targets
from workbench.catalog import CaptureError
from workbench.naming import dotted
from workbench.probes import candidates, integrity, runner
from workbench.probes.orphans import ENFORCED
from workbench.probes.probe import Result, frame
from workbench.rows import records

PARTIAL = 4


@click.command()
@click.argument("target")
@click.option("--targets", "targets_file", type=click.Path(path_type=Path), help="The targets.toml to use.")
@click.option("--all", "everything", is_flag=True, help="Probe enforced keys too.")
@click.option(
    "--show-keys", is_flag=True, help="Show keys of violating rows as they are, not only their shape."
)
@click.option("--budget", type=click.FloatRange(min=0), help="Seconds that all probes may take together.")
@click.option("--resume", type=click.Path(path_type=Path, dir_okay=False), help="Go on with this file's run.")
@click.option("--format", "style", type=click.Choice(["table", "json"]), default="table")
def orphans(
    target: str,
    targets_file: Path | None,
    everything: bool,
    show_keys: bool,
    budget: float | None,
    resume: Path | None,
    style: str,
) -> None:
    """Count rows of TARGET that break a declared or supposed rule: orphans, tenants, soft deletes, dates.

    Exit status 4 when a probe could not run; what was left out says why.
    """
    resolved = targets.resolve(target, targets_file)
    if resolved.snapshot is not None:
        raise CaptureError(f"{resolved.name}: a snapshot folder has no rows to read; name a server")
    snapshot = catalog.capture(resolved)
    probes = integrity.all_probes(snapshot, everything=everything)
    seconds = resolved.options.probe_budget if budget is None else budget
    results = runner.run(resolved, probes, seconds, resume)
    looked = frame(results)
    elsewhere = candidates.rejected(candidates.candidate_keys(snapshot), looked)
    places = map(candidates.probe_place, records(looked))
    against = {
        id(result)
        for result, place in zip(results, places, strict=True)
        if result.probe.kind == "candidate" and place in elsewhere
    }
    kept = [result for result in results if id(result) not in against]
    keys = runner.violating_keys(resolved, kept)
    if not show_keys:
        keys = {name: sorted({runner.masked(key) for key in found}) for name, found in keys.items()}
    if style == "json":
        json.dump(document(results, keys, against), sys.stdout, indent=1)
        sys.stdout.write("\n")
    else:
        # Piped output has no width of its own; names must not be cut there.
        Console(width=None if sys.stdout.isatty() else 240).print(table(kept, keys))
        _summary(kept)
    if any(result.skipped not in (None, ENFORCED) for result in results):
        raise SystemExit(PARTIAL)


def document(
    results: Sequence[Result], keys: Mapping[str, Sequence[str]], against: Collection[int] = ()
) -> dict[str, Any]:
    """Return the JSON document of the command contract; ``keys`` are shapes unless they were asked for.

    ``against`` holds the ids of results of candidates whose rows speak against them: entries with ``rejected``.
    """
    return {
        "probes": [
            {**_entry(result, keys.get(result.probe.name, ())), "rejected": id(result) in against}
            for result in results
        ]
    }


def _entry(result: Result, keys: Sequence[str]) -> dict[str, Any]:
    probe = result.probe
    referenced = (
        dotted(probe.referenced_schema or "", probe.referenced_table) if probe.referenced_table else None
    )
    return {
        "kind": probe.kind,
        "name": probe.name,
        "table": probe.table,
        "columns": list(probe.columns),
        "referenced_table": referenced,
        "referenced_columns": list(probe.referenced_columns),
        "total": result.total,
        "examined": result.examined,
        "violations": result.violations,
        "interval": None if result.exact or result.low is None else [result.low, result.high],
        "distinct_values": result.distinct_values,
        "exact": result.exact,
        "seconds": result.seconds,
        "skipped": result.skipped,
        "keys": list(keys),
    }


def table(results: Sequence[Result], keys: Mapping[str, Sequence[str]]) -> Table:
    """Return the results as a table, violated rules first; names are data and never read as markup."""
    shown = Table(box=rich.box.SIMPLE)
    for heading in ("kind", "object", "references", "examined", "violations", "distinct", "seconds", "note"):
        shown.add_column(heading, justify="right" if heading in ("examined", "violations") else "left")
    for result in sorted(results, key=lambda r: (-(r.violations or 0), r.probe.kind, r.probe.name)):
        probe = result.probe
        if result.skipped == ENFORCED:
            continue
        object_name = f"{probe.table}({', '.join(probe.columns)})"
        violations = "" if result.violations is None else f"{result.violations:,}"
        if not result.exact and result.violations is not None:
            violations = f"~{violations} ({result.low:,} to {result.high:,})"
        note = result.skipped or ", ".join(keys.get(probe.name, ()))
        cells = (
            probe.kind,
            object_name,
            dotted(probe.referenced_schema or "", probe.referenced_table) if probe.referenced_table else "",
            "" if result.examined is None else f"{result.examined:,}",
            violations,
            "" if result.distinct_values is None else f"{result.distinct_values:,}",
            f"{result.seconds:.3f}",
            note,
        )
        shown.add_row(*(Text(cell) for cell in cells))
    return shown


def _summary(results: Sequence[Result]) -> None:
    enforced = sum(result.skipped == ENFORCED for result in results)
    left_out = sum(result.skipped not in (None, ENFORCED) for result in results)
    violated = sum(bool(result.violations) for result in results)
    click.echo(
        f"{len(results) - enforced - left_out} probes ran, {violated} found violations; {left_out} could not "
        f"run; {enforced} enforced keys were skipped (--all probes them).",
        err=True,
    )
