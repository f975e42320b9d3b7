"""Compare every tier of bloat with the truth of a rebuild, on 18 and 15, and write ``benchmarks/bloat.md``.

python -m benchmarks.bloat
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import pandas as pd
import psycopg

from benchmarks.bloat_group_shapes import GROUP_SHAPES
from benchmarks.bloat_heap_shapes import HEAP_SHAPES
from benchmarks.bloat_index_shapes import INDEX_SHAPES
from benchmarks.bloat_truth import compare, summary
from workbench.server import Server
from workbench.targets import Target, parse_url

DEBIAN_15 = Path("/usr/lib/postgresql/15/bin")
INTRODUCTION = """# Bloat: what each tier is worth

Made by `python -m benchmarks.bloat`. Each relation was looked at by every tier and by the formula that ioguix
published (written anew, clamped at 0), then rebuilt with REINDEX or VACUUM FULL; the truth is the share of its pages
that came back. Errors are in percentage points. "Refused" are relations of which a tier says that it cannot tell;
"inside" is the share of truths within the interval that the tier gives.
"""


def run(version: str, binaries: Path | None) -> pd.DataFrame:
    """Return the comparison on one server, made for it and removed afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="wb-bloat-"))
    folder.chmod(0o755)
    server = Server(folder / version, binaries, {"autovacuum": "off"})
    try:
        server.start()
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute("create database shapes")
        target = Target("shapes", parse_url(server.url("shapes")))
        return compare(target, INDEX_SHAPES + GROUP_SHAPES + HEAP_SHAPES)
    finally:
        server.release()
        server.remove()


def table(frame: pd.DataFrame) -> str:
    """Return a frame as a Markdown table."""
    lines = ["| " + " | ".join(frame.columns) + " |", "|" + " --- |" * len(frame.columns)]
    lines += ["| " + " | ".join(map(str, row)) + " |" for row in frame.itertuples(index=False)]
    return "\n".join(lines)


def details(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the comparison for reading: ratios in percent, errors as signed points."""
    shown = frame[["object", "pages"]].copy()
    shown["object"] = [name.removeprefix("public.shape_") for name in frame["object"]]
    shown["truth"] = [f"{value:.1%}" for value in frame["truth"]]
    for way in ("ioguix", "estimated", "sampled", "measured"):
        errors = (frame[way] - frame["truth"]) * 100
        shown[way] = ["" if pd.isna(value) else f"{value + 0:+.1f}" for value in errors]
    shown["not estimated because"] = frame["not_examined"].fillna("")
    return shown


def main() -> None:
    """Run the comparison and write its table."""
    parts = [INTRODUCTION]
    for version, binaries in (("18", None), ("15", DEBIAN_15)):
        if binaries is not None and not binaries.exists():
            continue
        frame = run(version, binaries)
        short = summary(frame).round({"mean_error": 2, "greatest_error": 1, "inside_ratio": 3})
        parts += [f"\n## PostgreSQL {version}\n", table(short), f"\n### Each relation on {version}\n"]
        parts.append(table(details(frame)))
        print(version, short.to_string(), sep="\n")
    (Path(__file__).with_suffix(".md")).write_text("\n".join(parts) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
