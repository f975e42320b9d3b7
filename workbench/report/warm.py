"""What runs in a forked kernel; importing it loads all that a chapter needs.

The fork server of :mod:`workbench.report.kernels` imports this module once and forks every kernel from that
state. It opens no connection and starts no thread of its own, for neither survives a fork.
"""

# Jupyter's libraries are typed in part only.
# mypy: allow-untyped-calls

from __future__ import annotations

import contextlib
import importlib
import multiprocessing
import os
import pkgutil
import threading

# Read by the libraries while they are imported, so these come first. A kernel whose parent has loaded Plotly
# would otherwise keep the renderer of a plain process, and show figures as text.
os.environ["PLOTLY_RENDERER"] = "plotly_mimetype"
os.environ["OPENBLAS_NUM_THREADS"] = "1"

import ipykernel.kernelapp
import ipykernel.zmqshell
import IPython.core.interactiveshell  # noqa: F401
import nbformat  # noqa: F401
import plotly.graph_objects as go
import pyarrow.parquet  # noqa: F401

import workbench.figures
import workbench.review

for _module in pkgutil.iter_modules(workbench.figures.__path__):
    # A module that cannot be imported fails the chapters that ask for it, and says why there.
    with contextlib.suppress(Exception):
        importlib.import_module(f"workbench.figures.{_module.name}")
# The first figure that is shown imports nbformat and reads Plotly's schema; better once here than in every kernel.
go.Figure(go.Bar(x=[0], y=[0]), layout={"title": {"text": ""}})._repr_mimebundle_()


def serve(connection_file: str, folder: str) -> None:
    """Be a kernel: run an IPython kernel on a connection file, in a folder, until it is told to stop."""
    # A process group of its own: what a terminal sends to the command must not interrupt a cell half-way.
    os.setsid()
    os.chdir(folder)
    _silence()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    app = ipykernel.kernelapp.IPKernelApp.instance()
    app.initialize(["-f", connection_file, "--HistoryManager.enabled=False"])
    app.start()


def _silence() -> None:
    """Point the standard streams nowhere; what a notebook prints travels as messages."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    os.close(nowhere)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
