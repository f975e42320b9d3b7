"""The command ``workbench``.

Exit status: 0 done; 1 done, and findings at or above ``--fail-on``; 2 the command or configuration is wrong;
3 the target could not be reached or read; 4 the review is partial; 70 a defect of the workbench itself.
"""

from __future__ import annotations

import errno
import functools
import importlib
import json
import os
import pkgutil
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from workbench import __version__, catalog, commands, demo, targets
from workbench.catalog import CaptureError
from workbench.findings import BaselineError, Outcome, Severity, Status, read_baseline
from workbench.server import ServerError
from workbench.targets import TARGETS_FILE, Target, TargetError
from workbench.terminal import print_table, printable
from workbench.words import counted

if TYPE_CHECKING:
    from workbench import report

DONE, FINDINGS, WRONG, UNREACHABLE, PARTIAL, DEFECT = 0, 1, 2, 3, 4, 70
SEVERITIES = [severity.value for severity in Severity]
_COLOURS = {"critical": "bold red", "high": "red", "medium": "yellow", "low": "cyan", "info": "dim"}

# Standard output carries the result alone, so that it can be piped; all talk goes to standard error.
talk = Console(stderr=True)

targets_option = click.option(
    "--targets", "targets_file", type=click.Path(path_type=Path), help=f"File of targets [./{TARGETS_FILE}]"
)
fail_option = click.option(
    "--fail-on", type=click.Choice([*SEVERITIES, "never"]), default="never", show_default=True,
    help="Exit with 1 when a finding is this grave or graver.",
)  # fmt: skip
rows_option = click.option(
    "--rows/--no-rows", default=True, show_default=True, help="Run the probes that read rows and pages."
)
baseline_option = click.option(
    "--baseline", type=click.Path(exists=True, path_type=Path), help="File of accepted findings."
)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="workbench")
def group() -> None:
    """Review PostgreSQL databases from evidence.

    TARGET is a name in targets.toml, a demo database (white_cross, lithic), service:NAME of
    pg_service.conf, a postgresql:// URL, or a snapshot folder. The target is only ever read.
    """


class Bars:
    """A progress bar on standard error, fed by callbacks ``(label, number, total)``."""

    def __init__(self, title: str) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[step]}"))
        self._progress = Progress(*columns, TimeElapsedColumn(), console=talk, transient=True)
        self._title = title
        self._task: TaskID | None = None

    def __enter__(self) -> Bars:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def __call__(self, label: str, number: int, total: int) -> None:
        """Show that step ``number`` of ``total`` is under way."""
        if self._task is None:
            self._task = self._progress.add_task(self._title, total=total, step=label)
        self._progress.update(self._task, completed=number, total=total, step=label)


@group.command()
@click.argument("target")
@targets_option
@rows_option
@click.option("--out", type=click.Path(path_type=Path), help="Folder to write to [snapshots/NAME-TIME].")
def capture(target: str, targets_file: Path | None, rows: bool, out: Path | None) -> int:
    """Capture TARGET into a snapshot folder, which is a target like any other."""
    from workbench import review

    chosen = targets.resolve(target, targets_file)
    with Bars(chosen.name) as bars:
        snapshot = review.take(chosen, progress=bars, rows=rows)
    folder = out or Path("snapshots") / f"{chosen.slug}-{snapshot.captured_at:%Y%m%dT%H%M%SZ}"
    click.echo(snapshot.save(folder))
    _say_missing(snapshot)
    return PARTIAL if snapshot.is_partial else DONE


def _say_missing(snapshot: catalog.Snapshot) -> None:
    """Name the frames that are missing, those with the same reason in one line."""
    frames: dict[str, list[str]] = {}
    for name, reason in sorted(snapshot.manifest["missing"].items()):
        frames.setdefault(reason, []).append(name)
    for reason, names in frames.items():
        say(f"not captured: {', '.join(names)}: {reason}", style="yellow")


def say(text: str, style: str = "") -> None:
    """Print a line on standard error, unfolded so that logs can be searched."""
    talk.print(printable(text), style=style, markup=False, highlight=False, soft_wrap=True)


@group.command()
@click.argument("target")
@targets_option
@rows_option
@baseline_option
@fail_option
@click.option("--check", "only", multiple=True, metavar="NAME", help="A check or a subject; may be repeated.")
@click.option(
    "--format", "form", type=click.Choice(["table", "json", "sarif"]), default="table", show_default=True
)
def check(
    target: str,
    targets_file: Path | None,
    rows: bool,
    baseline: Path | None,
    fail_on: str,
    only: tuple[str, ...],
    form: str,
) -> int:
    """Run the checks on TARGET and print what they found."""
    from workbench import review, sarif
    from workbench.checks import select

    select(only)  # a misspelt name is told before a long capture
    chosen = _resolve(target, targets_file, baseline)
    with Bars(chosen.name) as bars:
        snapshot = review.take(chosen, progress=bars, rows=rows)
    judged = review.judge(snapshot, only, baseline)
    if form == "json":
        click.echo(json.dumps(judged.to_json(), indent=1, default=str))
    elif form == "sarif":
        click.echo(json.dumps(sarif.document(judged.outcomes), indent=1, default=str))
    else:
        _print_outcomes(judged.outcomes)
        _say_missing(snapshot)
    return exit_status(judged.outcomes, fail_on, partial=snapshot.is_partial)


def _resolve(name: str, targets_file: Path | None, baseline: Path | None) -> Target:
    """Return a target once its list of accepted findings proved readable, which a long capture need not wait for."""
    chosen = targets.resolve(name, targets_file)
    accepted = baseline or chosen.options.baseline
    if accepted:
        read_baseline(Path(accepted))
    return chosen


def exit_status(outcomes: Sequence[Outcome], fail_on: str, *, partial: bool) -> int:
    """Return the exit status that outcomes call for; findings weigh more than a partial review."""
    if fail_on != "never":
        limit = Severity(fail_on)
        if any(finding.severity >= limit for outcome in outcomes for finding in outcome.findings):
            return FINDINGS
    broken = any(outcome.status is Status.ERROR for outcome in outcomes)
    return PARTIAL if partial or broken else DONE


def _print_outcomes(outcomes: Sequence[Outcome]) -> None:
    found = sorted(
        (finding for outcome in outcomes for finding in outcome.findings),
        key=lambda f: (-SEVERITIES.index(f.severity.value), f.check, f.object),
    )
    if found:
        rows = [(f.severity.value, f.check, f.object, f.title) for f in found]
        print_table(("severity", "check", "object", "finding"), rows, _COLOURS)
    ran = sum(outcome.status in (Status.FAILED, Status.PASSED) for outcome in outcomes)
    say(f"{counted(len(found), 'finding')}; {ran} of {counted(len(outcomes), 'check')} looked at something")
    for outcome in outcomes:
        if outcome.status in (Status.ERROR, Status.NOT_APPLICABLE) or outcome.not_examined:
            for one in outcome.not_examined[:3]:
                say(f"not examined by {outcome.check}: {one.object}: {one.reason}", style="yellow")
            if len(outcome.not_examined) > 3:
                say(f"  … and {len(outcome.not_examined) - 3} more", style="yellow")


@group.command()
@click.argument("target", nargs=-1)
@targets_option
@rows_option
@baseline_option
@fail_option
@click.option("--out", type=click.Path(path_type=Path), default=Path("reviews"), show_default=True)
@click.option(
    "--chapter", "chapters", multiple=True, metavar="NAME", help="Only this chapter; may be repeated."
)
@click.option("--try-fixes", is_flag=True, help="Try the fixes on a scratch copy of the schema.")
@click.option("--history", "history_url", metavar="URL", help="Where runs are kept [OUT/history.sqlite].")
def review(
    target: tuple[str, ...],
    targets_file: Path | None,
    rows: bool,
    baseline: Path | None,
    fail_on: str,
    out: Path,
    chapters: tuple[str, ...],
    try_fixes: bool,
    history_url: str | None,
) -> int:
    """Review each TARGET into one offline HTML file.

    Without TARGET: all targets of targets.toml, or the demo databases when there is no such file.
    """
    from workbench import history, report

    # A folder that cannot be made is better told before the review than after it.
    out.mkdir(parents=True, exist_ok=True)
    names = target or tuple(targets.read_targets(targets_file)) or demo.DATABASES
    engine = history.open_history(history_url or f"sqlite:///{out / 'history.sqlite'}")
    write = functools.partial(
        report.write_review,
        out=out,
        chapters=chapters or None,
        rows=rows,
        baseline=baseline,
        try_fixes=try_fixes,
        prepare=functools.partial(history.add_past, engine),
    )
    statuses = []
    for name in names:
        try:
            with Bars(name) as bars:
                done = write(_resolve(name, targets_file, baseline), progress=bars)
        except (CaptureError, ServerError) as error:
            _complain(error)
            statuses.append(UNREACHABLE)
            continue
        history.record(engine, done.review)
        _say_review(done)
        partial = done.review.snapshot.is_partial or bool(done.failed)
        statuses.append(exit_status(done.review.outcomes, fail_on, partial=partial))
    return max(statuses)


def _say_review(done: report.ReviewResult) -> None:
    """Say what a review found on standard error, and where its page is on standard output."""
    name = done.review.target
    counts = dict.fromkeys(reversed(SEVERITIES), 0)
    for finding in done.review.findings():
        counts[finding.severity.value] += 1
    summary = ", ".join(f"{count} {severity}" for severity, count in counts.items() if count) or "no findings"
    size = done.page.stat().st_size / 1e6
    say(f"{name}: {summary}; {done.seconds:.1f} s, {size:.2f} MB")
    for chapter in done.failed:
        say(f"{name}: chapter {chapter.name} failed: {chapter.reason}", style="red")
    _say_missing(done.review.snapshot)
    click.echo(done.page)


@group.command(name="targets")
@targets_option
def list_targets(targets_file: Path | None) -> int:
    """List the targets that names stand for."""
    rows = []
    for name, target in targets.read_targets(targets_file).items():
        public = ("service", "host", "port", "dbname", "user")
        place = " ".join(f"{key}={target.conninfo[key]}" for key in public if key in target.conninfo)
        rows.append((name, place, target.options.models or ""))
    rows += [(name, "demo database, made on demand", "") for name in demo.DATABASES]
    print_table(("name", "where", "models"), rows)
    return DONE


@group.command()
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.option("--demo/--no-demo", "with_demo", default=True, help="Start the demo server first.")
def lab(arguments: tuple[str, ...], with_demo: bool) -> int:
    """Open JupyterLab with the notebooks ready; ARGUMENTS after -- go to JupyterLab."""
    from workbench import lab as room

    return room.run(arguments, with_demo=with_demo)


def _discover() -> None:
    """Add every click command of the modules in workbench.commands to the group, but not their subcommands."""
    for module in pkgutil.iter_modules(commands.__path__):
        found = vars(importlib.import_module(f"{commands.__name__}.{module.name}")).values()
        named = [value for value in found if isinstance(value, click.Command)]
        nested = {id(sub) for one in named if isinstance(one, click.Group) for sub in one.commands.values()}
        for one in named:
            if id(one) not in nested and one.name not in group.commands:
                group.add_command(one)


def _complain(error: BaseException) -> None:
    say(f"workbench: {error}", style="red")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its status."""
    _discover()
    try:
        status = group.main(args=arguments, prog_name="workbench", standalone_mode=False)
    except click.exceptions.Exit as exit_request:
        status = exit_request.exit_code
    except click.ClickException as error:
        error.show()
        status = WRONG
    except (TargetError, BaselineError) as error:
        _complain(error)
        status = WRONG
    except (CaptureError, ServerError) as error:
        _complain(error)
        status = UNREACHABLE
    except (KeyboardInterrupt, click.Abort):
        status = 130
    except BrokenPipeError:
        # The reader of our output went away, as `| head` does: no reason to complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = DONE
    except OSError as error:
        # A full disk or a folder closed to us; what has no file name is a defect like any other.
        if error.filename is None and error.errno not in (errno.ENOSPC, errno.EDQUOT):
            status = _confess(error)
        else:
            _complain(OSError(f"{error.filename or 'the output'}: {error.strerror}"))
            status = WRONG
    except Exception as error:
        status = _confess(error)
    sys.exit(status or DONE)


def _confess(error: Exception) -> int:
    """Say that the workbench itself failed, and return the exit status that says so."""
    _complain(RuntimeError(f"internal error, please report it: {type(error).__name__}: {error}"))
    if os.environ.get("WORKBENCH_DEBUG"):
        traceback.print_exc()
    return DEFECT
