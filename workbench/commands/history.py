"""``workbench history`` and ``workbench diff``: what changed between runs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
import pandas as pd

from workbench import review, targets
from workbench.targets import TargetError
from workbench.terminal import print_table

history_option = click.option(
    "--history", "url", default="sqlite:///reviews/history.sqlite", show_default=True, metavar="URL",
    help="SQLAlchemy URL of the history.",
)  # fmt: skip
format_option = click.option(
    "--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True
)


@click.command()
@click.argument("target", required=False)
@history_option
@format_option
def history(target: str | None, url: str, form: str) -> int:
    """List earlier reviews, of TARGET or of all, and their key figures."""
    # SQLAlchemy takes half a second to import, which `workbench --help` need not pay.
    from workbench import history as room

    engine = room.open_history(url)
    listed = room.runs(engine, target)
    if form == "json":
        figures = {name: room.trend(engine, name).to_dict("records") for name in listed["target"].unique()}
        click.echo(json.dumps({"runs": listed.to_dict("records"), "figures": figures}, indent=1, default=str))
    else:
        _print_frame(listed, "no review is kept here yet: `workbench review` makes one")
    return 0


@click.command()
@click.argument("before")
@click.argument("after")
@history_option
@click.option("--targets", "targets_file", type=click.Path(path_type=Path), help="File of targets.")
@format_option
def diff(before: str, after: str, url: str, targets_file: Path | None, form: str) -> int:
    """Show which findings are new, gone or kept between two runs.

    BEFORE and AFTER are numbers of runs in the history, snapshot folders, or any other TARGET.
    """
    from workbench import history as room

    old, new = (_findings(name, url, targets_file) for name in (before, after))
    found = room.difference(old, new)
    parts: dict[str, pd.DataFrame] = {"new": found.new, "gone": found.gone, "kept": found.kept}
    if form == "json":
        document: dict[str, Any] = {name: frame.to_dict("records") for name, frame in parts.items()}
        click.echo(json.dumps({"before": before, "after": after, **document}, indent=1, default=str))
        return 0
    for name, frame in parts.items():
        click.echo(f"{name}: {len(frame)}")
        if name != "kept" and len(frame):
            _print_frame(frame[["severity", "check", "object", "title"]], "")
    return 0


def _findings(name: str, url: str, targets_file: Path | None) -> pd.DataFrame:
    if name.isdigit():
        from workbench import history as room

        return room.findings_of(room.open_history(url), int(name))
    chosen = targets.resolve(name, targets_file)
    judged = review.judge(review.take(chosen))
    columns = ["fingerprint", "check", "object", "severity", "title"]
    frame = judged.findings_frame()[columns]
    if frame["fingerprint"].duplicated().any():
        raise TargetError(f"two findings of {name} share a fingerprint, so runs cannot be compared")
    return frame


def _print_frame(frame: pd.DataFrame, when_empty: str) -> None:
    if frame.empty:
        click.echo(when_empty)
        return
    print_table(list(frame.columns), frame.itertuples(index=False))
