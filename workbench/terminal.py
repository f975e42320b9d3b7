"""Tables on a terminal, or plain lines in a pipe, safe against what names may hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

_PIPE_WIDTH = 240


def printable(text: str) -> str:
    """Return a text whose control characters are spelt out, so that no name steers the terminal."""
    return "".join(letter if letter.isprintable() else f"\\x{ord(letter):02x}" for letter in text)


def print_table(
    columns: Sequence[str], rows: Iterable[Sequence[object]], styles: Mapping[str, str] | None = None
) -> None:
    """Print rows under column names on standard output; ``styles`` maps a first cell to a rich style."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=_PIPE_WIDTH)
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in columns:
        table.add_column(name, overflow="fold")
    for first, *others in rows:
        style = (styles or {}).get(str(first), "")
        table.add_row(Text(printable(str(first)), style=style), *(Text(printable(str(o))) for o in others))
    console.print(table)
