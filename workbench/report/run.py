"""Chapters: notebooks run by papermill side by side, each in a kernel of its own.

A chapter that fails, dies or takes too long costs itself only. What is written to disk was scrubbed before.
"""

# Jupyter's libraries are typed in part only.
# mypy: allow-untyped-calls

from __future__ import annotations

import ast
import concurrent.futures
import contextlib
import logging
import re
import signal
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import papermill
from papermill.engines import NBClientEngine, papermill_engines
from papermill.exceptions import PapermillExecutionError

from workbench.catalog import Progress
from workbench.report.kernels import ForkedKernel, warm_up
from workbench.report.scrub import scrub, scrub_all
from workbench.targets import TargetError

TIME_LIMIT = 600.0
_ENGINE = "workbench"
_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_LONGEST_REASON = 400


class ReportError(TargetError):
    """Notebooks or their parameters are not what they should be; the message says what would be right."""


@dataclass(frozen=True)
class ChapterResult:
    """What became of one chapter: its executed notebook, and the reason when it failed."""

    name: str
    notebook: Path
    seconds: float
    reason: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the result for the review's summary; the notebook by its name only."""
        return {
            "name": self.name,
            "notebook": self.notebook.name,
            "seconds": round(self.seconds, 3),
            "reason": self.reason,
        }


def run_chapters(
    notebooks: Sequence[Path],
    parameters: Mapping[str, Any],
    out_dir: Path,
    workers: int = 2,
    progress: Progress | None = None,
    *,
    cwd: Path | None = None,
    time_limit: float = TIME_LIMIT,
) -> list[ChapterResult]:
    """Execute notebooks with the same parameters and write them, outputs included, into ``out_dir``.

    Args:
        notebooks: the files, in the order of the results.
        parameters: each must be assigned in the cell tagged ``parameters`` of every notebook.
        out_dir: made when it is not there; the notebooks keep their names.
        workers: kernels side by side.
        progress: told ``(name, done, total)`` when a chapter ends.
        cwd: folder that the kernels work in; ``out_dir`` when none is given.
        time_limit: seconds that one chapter may take.

    Raises:
        ReportError: a notebook cannot be read or does not know a parameter; nothing has run then.
    """
    for notebook in notebooks:
        refuse_unknown_parameters(notebook, parameters)
    out_dir.mkdir(parents=True, exist_ok=True)
    run = _Run(dict(parameters), out_dir, cwd or out_dir, time_limit)
    warm_up()
    done = 0
    with concurrent.futures.ThreadPoolExecutor(workers, thread_name_prefix="chapter") as pool:
        futures = {pool.submit(run.chapter, notebook): notebook for notebook in notebooks}
        try:
            for future in concurrent.futures.as_completed(futures):
                done += 1
                if progress:
                    progress(futures[future].stem, done, len(notebooks))
        except BaseException:
            # Ctrl-C above all: no kernel may outlive the command.
            pool.shutdown(wait=False, cancel_futures=True)
            run.stop()
            raise
    return [future.result() for future in futures]


def refuse_unknown_parameters(notebook: Path, parameters: Mapping[str, Any]) -> None:
    """Hold parameters against the cell tagged ``parameters``: papermill would only warn.

    Raises:
        ReportError: the notebook cannot be read, has no such cell, or does not know a parameter.
    """
    known = _parameters(notebook)
    unknown = [name for name in parameters if name not in known]
    if unknown:
        allowed = ", ".join(known) or "none: no cell tagged parameters assigns one"
        raise ReportError(f"{notebook.name} has no parameter {unknown[0]!r}; it has {allowed}")


def _parameters(notebook: Path) -> list[str]:
    """Return the names that the cells tagged ``parameters`` assign."""
    try:
        cells = nbformat.read(notebook, as_version=4).cells
        tagged = [cell.source for cell in cells if "parameters" in cell.metadata.get("tags", [])]
        statements = [statement for source in tagged for statement in ast.parse(source).body]
    except Exception as error:
        raise ReportError(f"{notebook.name} is no readable notebook: {type(error).__name__}") from None
    targets = [t for s in statements if isinstance(s, ast.Assign) for t in s.targets]
    targets += [s.target for s in statements if isinstance(s, ast.AnnAssign)]
    return [target.id for target in targets if isinstance(target, ast.Name)]


class _Run:
    """The kernels of one call of :func:`run_chapters`."""

    def __init__(self, parameters: dict[str, Any], out_dir: Path, cwd: Path, time_limit: float) -> None:
        self.parameters = parameters
        self.out_dir = out_dir
        self.cwd = cwd
        self.time_limit = time_limit
        self.stopped = False
        self._kernels: set[ForkedKernel] = set()
        self._lock = threading.Lock()

    def stop(self) -> None:
        """End every kernel and start none."""
        with self._lock:
            self.stopped = True
            for kernel in self._kernels:
                kernel.kill()

    def chapter(self, notebook: Path) -> ChapterResult:
        """Run one notebook; whatever goes wrong becomes its result's reason."""
        started = time.monotonic()
        written = self.out_dir / notebook.name
        reason = None
        try:
            with self._kernel() as kernel:
                _execute(notebook, written, self.parameters, self.cwd, kernel)
        except PapermillExecutionError as failure:
            reason = _reason(f"{failure.ename}: {failure.evalue}")
        except Exception as failure:
            reason = _reason(f"{type(failure).__name__}: {failure}")
        return ChapterResult(notebook.stem, written, time.monotonic() - started, reason)

    @contextlib.contextmanager
    def _kernel(self) -> Iterator[ForkedKernel]:
        """Give a kernel that ends when the chapter or its time does."""
        kernel = ForkedKernel(self.time_limit)
        with self._lock:
            if self.stopped:
                raise ReportError("stopped before it began")
            self._kernels.add(kernel)
        try:
            yield kernel
        finally:
            with self._lock:
                self._kernels.discard(kernel)
            kernel.dispose()


def _execute(
    notebook: Path, written: Path, parameters: dict[str, Any], cwd: Path, kernel: ForkedKernel
) -> None:
    papermill.execute_notebook(
        str(notebook.absolute()),
        str(written.absolute()),
        parameters=parameters,
        engine_name=_ENGINE,
        kernel_name="python3",
        language="python",
        progress_bar=False,
        # Saved once, at the end and scrubbed, not after every cell as it is.
        request_save_on_cell_execute=False,
        autosave_cell_every=0,
        km=kernel,
        start_timeout=60,
        resources={"metadata": {"path": str(cwd.absolute())}},
    )


class _ScrubbingEngine(NBClientEngine):  # type: ignore[misc]
    """papermill's own engine, whose notebook is scrubbed before papermill writes it.

    A kernel that dies leaves an error output in the cell that it ran, like any exception.
    """

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **kwargs: Any) -> None:
        kernel: ForkedKernel = kwargs["km"]
        try:
            super().execute_managed_notebook(nb_man, kernel_name, **kwargs)
        except Exception as error:
            _put_error(nb_man.nb, type(error).__name__, _death(kernel, error))
        finally:
            _scrub_notebook(nb_man.nb)


papermill_engines.register(_ENGINE, _ScrubbingEngine)
# The result says what failed; papermill's and nbclient's own log lines would say it again, unscrubbed.
for _name in ("papermill", "nbclient", "traitlets"):
    logging.getLogger(_name).addHandler(logging.NullHandler())
    logging.getLogger(_name).propagate = False


def _put_error(nb: Any, name: str, message: str) -> None:
    cells = [cell for cell in nb.cells if cell.cell_type == "code"]
    begun = [
        c
        for c in cells
        if c.metadata.get("papermill", {}).get("status") in ("running", "completed", "failed")
    ]
    for cell in (begun or cells)[-1 if begun else 0 :][:1]:
        error = nbformat.v4.new_output("error", ename=name, evalue=message, traceback=[f"{name}: {message}"])
        cell.outputs = [*cell.outputs, error]


def _death(kernel: ForkedKernel, error: Exception) -> str:
    """Say why a kernel no longer answers."""
    if kernel.expired:
        return f"stopped after the time limit of {kernel.time_limit:g} s"
    code = kernel.exit_code
    if code is not None and code < 0:
        cause = ", for which a lack of memory is the usual cause" if code == -signal.SIGKILL else ""
        return f"the kernel was ended by {signal.Signals(-code).name}{cause}"
    return f"the kernel ended with status {code}" if code is not None else str(error)


def _scrub_notebook(nb: Any) -> None:
    for cell in nb.cells:
        cell.source = scrub(cell.source)
        if cell.cell_type == "code":
            cell.outputs = [nbformat.from_dict(scrub_all(output)) for output in cell.outputs]
    about = nb.metadata.get("papermill", {})
    for key in ("input_path", "output_path"):
        about[key] = Path(about.get(key) or "").name
    about["parameters"] = scrub_all(dict(about.get("parameters", {})))


def _reason(text: str) -> str:
    """Return an error as one line of a page."""
    line = next((part for part in _ANSI.sub("", scrub(text)).splitlines() if part.strip()), "")
    return line if len(line) <= _LONGEST_REASON else f"{line[:_LONGEST_REASON]}…"
