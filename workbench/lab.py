"""JupyterLab on the notebooks, with the demo server running."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from workbench import demo
from workbench.resources import resource

_WITHOUT_OUTPUTS = "--ContentsManager.pre_save_hook=workbench.lab.without_outputs"


def without_outputs(model: dict[str, Any], path: str, **_: Any) -> None:
    """Take the outputs out of a notebook of the ``notebooks`` folder before JupyterLab saves it.

    They hold what the database showed, and the folder is under version control. A notebook saved elsewhere
    keeps its outputs.
    """
    if model["type"] != "notebook" or not path.lstrip("/").startswith("notebooks/"):
        return
    for cell in model["content"].get("cells", []):
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None


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
    command = [sys.executable, "-m", "jupyterlab", "--notebook-dir", ".", _WITHOUT_OUTPUTS, *arguments]
    if not any(argument.startswith("--LabApp.default_url") for argument in arguments):
        command.append("--LabApp.default_url=/lab/tree/notebooks/00_overview.ipynb")
    return subprocess.call(command)
