"""Where the files beside the code are: at the top of the clone, or inside the installed package."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent


def resource(name: str) -> Path:
    """Return the folder ``queries``, ``notebooks`` or ``data``.

    Raises:
        FileNotFoundError: neither the clone nor the package holds it, so the installation is broken.
    """
    for place in (_PACKAGE / "_resources", _PACKAGE.parent):
        if (place / name).is_dir():
            return place / name
    raise FileNotFoundError(f"the folder {name} came neither with the clone nor with the package")
