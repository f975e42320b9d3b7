"""JupyterLab on the notebooks, with the demo server running."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from workbench import demo
from workbench.resources import resource


def run(arguments: Sequence[str], *, with_demo: bool) -> int:
    """Open JupyterLab in a folder that holds the notebooks and return its exit status.

    In a clone that is the clone itself. An installed package's notebooks are not to be edited in place, so
    they are copied to ./notebooks first; a notebook that is already there is left as it is.
    """
    if with_demo:
        for name in demo.DATABASES:
            demo.target(name)
    installed = resource("notebooks")
    here = Path("notebooks")
    if not here.exists():
        shutil.copytree(installed, here)
    # The launcher's own Python, so that notebooks find the workbench whatever environment is active.
    command = [sys.executable, "-m", "jupyterlab", "--notebook-dir", ".", *arguments]
    if not any(argument.startswith("--LabApp.default_url") for argument in arguments):
        command.append("--LabApp.default_url=/lab/tree/notebooks/00_overview.ipynb")
    return subprocess.call(command)
