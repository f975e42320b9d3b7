"""Secrets and paths of this machine taken out of texts before anything is written."""

from __future__ import annotations

import re
import sysconfig
from pathlib import Path
from typing import Any

MASK = "***"
_WORD = r"(?:\w*password|passwd|passfile|client_secret|api_?key|access_?token)"
_SECRETS = (
    # scheme://user:password@host
    (re.compile(r"(\b[a-z][a-z0-9+.-]*://[^\s:/@'\"]*):[^\s@'\"]+@", re.IGNORECASE), rf"\1:{MASK}@"),
    # password=…, sslpassword = '…', PGPASSWORD=…; prose such as "password: plain text" stays
    (
        re.compile(
            rf"({_WORD}(?:=(?=[^\s'\"])|\s*=\s*(?=['\"])))('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|[^\s,;&)\]}}'\"]+)",
            re.IGNORECASE,
        ),
        rf"\1{MASK}",
    ),
    # {"password": "…"}
    (
        re.compile(rf"(['\"]{_WORD}['\"]\s*:\s*)('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")", re.IGNORECASE),
        rf"\1'{MASK}'",
    ),
)
_PACKAGE = Path(__file__).parents[1]
_FOLDERS = tuple(
    (re.compile(re.escape(str(folder)) + r"/"), "")
    for folder in (
        Path(sysconfig.get_path("purelib")),
        _PACKAGE.parent,
        Path(sysconfig.get_path("stdlib")),
    )
)
_TEMPORARY = re.compile(r"(?:/[\w.+-]+)+/ipykernel_\d+/\d+\.py")


def mask_passwords(text: str) -> str:
    """Return a text with the passwords of URLs, connection strings and documents masked."""
    for pattern, replacement in _SECRETS:
        text = pattern.sub(replacement, text)
    return text


def scrub(text: str) -> str:
    """Return a text with passwords masked and paths given from the package on."""
    text = mask_passwords(text)
    for pattern, replacement in _FOLDERS:
        text = pattern.sub(replacement, text)
    text = _TEMPORARY.sub("cell", text)
    home = str(Path.home())
    return text.replace(f"{home}/", "~/") if len(home) > 1 else text


def scrub_all(value: Any) -> Any:
    """Return a structure of dicts and lists with every text in it scrubbed."""
    if isinstance(value, str):
        return scrub(value)
    if isinstance(value, list):
        return [scrub_all(item) for item in value]
    if isinstance(value, dict):
        return {key: scrub_all(item) for key, item in value.items()}
    return value
