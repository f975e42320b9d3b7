"""The page: all chapters of a review in one HTML file that needs no network and runs no foreign script."""

from __future__ import annotations

import base64
import functools
import gzip
import os
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from workbench import __version__
from workbench.figures.tables import environment
from workbench.figures.text import at_text, seconds_text, visible
from workbench.findings import Severity
from workbench.report.attachments import write_attachments
from workbench.report.chapter import Chapter, Store, compact, convert
from workbench.report.run import ChapterResult

PAGE_FILE = "review.html"


def render_review(
    review_folder: Path, results: Sequence[ChapterResult], provenance: Mapping[str, Any]
) -> Path:
    """Write ``review.html`` and the files that it names into a review's folder; return the page's path.

    Args:
        review_folder: where the page goes.
        results: the chapters in their order; a failed one is shown with its reason.
        provenance: what :func:`workbench.report.write.summarise` returns.
    """
    store = Store()
    chapters = [convert(result.name, result.notebook, store, result.reason) for result in results]
    write_attachments(review_folder, store)
    page = review_folder / PAGE_FILE
    write_page(page, "page.html.j2", **_content(provenance, chapters, store))
    return page


def write_page(path: Path, template: str, **values: Any) -> None:
    """Render a template with a fresh nonce and put the file in place whole, never half written."""
    text = (
        environment()
        .get_template(template)
        .render(nonce=secrets.token_urlsafe(18), version=__version__, **values)
    )
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        partial.write_text(text, encoding="utf-8")
        partial.replace(path)
    except BaseException:
        # A disk that is full leaves a torn file, which nobody would look for under this name.
        partial.unlink(missing_ok=True)
        raise


def _content(provenance: Mapping[str, Any], chapters: Sequence[Chapter], store: Store) -> dict[str, Any]:
    counts = provenance.get("findings", {})
    return {
        "target": visible(str(provenance.get("target", ""))),
        "lead": _lead(provenance),
        "partial": _partial(provenance, chapters),
        "findings": {severity.value: counts.get(severity.value, 0) for severity in reversed(Severity)},
        "chapters": chapters,
        "provenance": [(label, visible(str(value))) for label, value in _facts(provenance) if value],
        "figures": _packed_figures(store),
        "plotly": _packed_plotly() if store.figures else "",
        "rows": _pack(compact(store.rows)) if store.rows else "",
    }


def _lead(provenance: Mapping[str, Any]) -> str:
    version = provenance.get("server_version") or "of unknown version"
    role = provenance.get("role")
    parts = [f"PostgreSQL {version}", f"captured {at_text(provenance.get('captured_at'))}"]
    return visible(" · ".join([*parts, f"as role {role}"] if role else parts))


def _partial(provenance: Mapping[str, Any], chapters: Sequence[Chapter]) -> str:
    """Say in one sentence or two what should have been there and is not; empty when all is."""
    failed = [chapter.title for chapter in chapters if chapter.reason]
    said = []
    if provenance.get("failed"):
        reasons = provenance.get("missing", {})
        frames = "; ".join(
            f"{name}: {reasons.get(name, 'no reason is kept')}" for name in provenance["failed"]
        )
        said.append(f"These frames could not be captured: {frames}.")
    if provenance.get("broken_checks"):
        said.append(f"These checks broke: {', '.join(provenance['broken_checks'])}.")
    if failed:
        said.append(f"These chapters failed: {', '.join(failed)}.")
    return visible(" ".join(said))


def _facts(provenance: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Return the labels and values of the footer."""
    seconds = provenance.get("seconds", {})
    checks = provenance.get("checks", {})
    reset = provenance.get("statistics_reset_at")
    return [
        ("Target", provenance.get("target")),
        ("Database", provenance.get("database")),
        ("Server", f"PostgreSQL {provenance.get('server_version', '')}"),
        ("Address", provenance.get("server_address")),
        ("Role", provenance.get("role")),
        ("Captured", at_text(provenance.get("captured_at"))),
        ("Statistics reset", at_text(reset) if reset else "never, or not known"),
        ("Frames missing", ", ".join(sorted(provenance.get("missing", {}))) or "none"),
        (
            "Checks",
            ", ".join(f"{count} {status.replace('_', ' ')}" for status, count in checks.items() if count),
        ),
        ("Time taken", ", ".join(f"{name} {seconds_text(value)}" for name, value in seconds.items())),
        ("Workbench", provenance.get("workbench_version") or __version__),
    ]


def _packed_figures(store: Store) -> str:
    if not store.figures:
        return ""
    from workbench.figures.style import house_template

    templates = {ground: house_template(ground) for ground in ("light", "dark")}
    return _pack(compact({"templates": templates, "figures": store.figures}))


@functools.cache
def _packed_plotly() -> str:
    from workbench.figures.style import plotly_source

    return _pack(plotly_source())


def _pack(text: str) -> str:
    """Return a text gzipped and in base 85, as ``base.js`` unpacks it; the same text gives the same.

    RFC 1924's alphabet has two characters that HTML would read; two that it does not use stand for them.
    """
    packed = base64.b85encode(gzip.compress(text.encode(), 9, mtime=0)).decode("ascii")
    return packed.translate(str.maketrans("<&", ",."))
