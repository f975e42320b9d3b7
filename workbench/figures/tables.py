"""Tables, notes and SQL as notebooks and pages show them: escaped, captioned, readable without any script.

Each class carries plain data under a MIME type of its own beside the HTML for JupyterLab. The page is made
from those data alone, so no HTML of a notebook is ever trusted.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import jinja2
import markupsafe
import pandas as pd

from workbench.catalog import MissingFrameError
from workbench.checks import frames_of
from workbench.figures import text
from workbench.figures.columns import NUMERIC, heading_of, kind_of, plain_value
from workbench.findings import Severity, Status
from workbench.review import Review

TABLE_MIME = "application/vnd.workbench.table+json"
NOTE_MIME = "application/vnd.workbench.note+json"
CODE_MIME = "application/vnd.workbench.code+json"
TEMPLATES = Path(__file__).parents[1] / "templates"
KINDS = ("text", "bytes", "count", "number", "ratio", "seconds", "at", "bool", "severity", "status", "sql")
NOTE_KINDS = ("answer", "not_examined", "info", "good", "warning", "error")
_SEVERITIES = [severity.value for severity in Severity]
_STATUSES = [status.value for status in Status]
_WORDS: Mapping[str, Callable[[Any], str]] = {
    "bytes": text.bytes_text,
    "count": text.count_text,
    "number": text.number_text,
    "ratio": text.ratio_text,
    "seconds": text.seconds_text,
    "at": text.at_text,
    "bool": lambda value: "yes" if value else "no",
}
_SAFE_ID = re.compile(r"[\w-]+$")
_SAFE_HREF = re.compile(r"#|https?://|[\w.-]+(/[\w.-]+)*(#[\w.-]*)?$")

LINES_IN_PLACE = 40
# A table of more rows than FOLDED shows the first ROWS_IN_PLACE until its reader asks for all.
FOLDED = 20
ROWS_IN_PLACE = 12
ROWS_ON_PAGE = 500
_ROWS_IN_NOTEBOOK = 100
_LINES_IN_CELL = 5
# Texts that stay on one line, and texts that ask for a wide column.
_SHORT, _LONG = 13, 70

Model = Mapping[str, Any]
Pack = Callable[[str], int]
Parameters = ParamSpec("Parameters")
Shown = TypeVar("Shown")


class Table:
    """A frame as a table with a caption.

    How a column is written follows from its name and dtype: ``_bytes``, ``_count``, ``_ratio``, ``_seconds``,
    ``_at`` and ``_sql`` carry their units, ``severity`` and ``status`` become badges. A missing value reads
    "n/a", never 0.

    Args:
        frame: the rows; not changed.
        caption: what the table shows, as plain text.
        formats: column to one of ``KINDS``, where name and dtype would choose another.
        links: column to the column that holds its addresses; that one is not shown. Addresses within the
            page (``#…``), of files beside it, and of the web are taken, others are not.
        anchors: the column whose values address the rows within the page; it is not shown.
        headings: column to its heading, where the name would not do.
        max_rows: rows kept at most; the table says how many were left out. A page shows ``ROWS_ON_PAGE`` of
            them and names the file that holds all.
        empty: the sentence shown instead of a table without rows.

    Raises:
        ValueError: ``formats``, ``links`` or ``anchors`` name a column or kind that does not exist.
    """

    def __init__(
        self,
        frame: pd.DataFrame,
        caption: str,
        *,
        formats: Mapping[str, str] | None = None,
        links: Mapping[str, str] | None = None,
        anchors: str | None = None,
        headings: Mapping[str, str] | None = None,
        max_rows: int = 20_000,
        empty: str = "There is nothing to list.",
    ) -> None:
        formats, links, headings = formats or {}, links or {}, headings or {}
        _refuse_unknown(frame, formats, [*links, *links.values(), *([anchors] if anchors else [])])
        names = [str(name) for name in frame.columns if name not in links.values() and name != anchors]
        shown = frame.head(max_rows)
        self.model: Model = {
            "caption": caption,
            "empty": empty,
            "columns": [
                {
                    "title": headings.get(name) or heading_of(name, names),
                    "kind": formats.get(name) or kind_of(name, frame[name]),
                }
                for name in names
            ],
            "rows": [list(map(plain_value, row)) for row in shown[names].itertuples(index=False, name=None)],
            "links": {
                str(names.index(name)): [None if text.is_missing(v) else str(v) for v in shown[target]]
                for name, target in links.items()
            },
            "anchors": list(map(str, shown[anchors])) if anchors else [],
            "sources": [],
            "total": len(frame),
        }

    def _repr_html_(self) -> str:
        return _with_style(table_html(self.model, limit=_ROWS_IN_NOTEBOOK))

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        rows = len(self.model["rows"])
        plain = f"{self.model['caption']} ({rows} of {self.model['total']} rows)"
        return {TABLE_MIME: self.model, "text/html": self._repr_html_(), "text/plain": plain}


class Note:
    """A message in place of a figure, or beside one; ``kind`` is one of ``NOTE_KINDS``."""

    def __init__(self, message: str, kind: str = "info") -> None:
        if kind not in NOTE_KINDS:
            raise ValueError(f"no kind of note {kind!r}; there are {', '.join(NOTE_KINDS)}")
        self.model: Model = {"text": message, "kind": kind}

    def _repr_html_(self) -> str:
        return _with_style(note_html(self.model))

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        return {NOTE_MIME: self.model, "text/html": self._repr_html_(), "text/plain": self.model["text"]}


class Code:
    """SQL or another program text with a copy button on the page."""

    def __init__(self, source: str, language: str = "sql") -> None:
        self.model: Model = {"source": source, "language": re.sub(r"\W", "", language)}

    def _repr_html_(self) -> str:
        return _with_style(code_html(self.model))

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        return {CODE_MIME: self.model, "text/html": self._repr_html_(), "text/plain": self.model["source"]}


def noting_missing(function: Callable[Parameters, Shown]) -> Callable[Parameters, Shown | Note]:
    """Decorate a figure of a review: it names the frames that it was made from.

    A frame that the snapshot lacks gives a note with its reason, no exception.
    """

    @functools.wraps(function)
    def shown(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Shown | Note:
        review = args[0] if args else None
        try:
            if not isinstance(review, Review):
                return function(*args, **kwargs)
            with review.reading() as names:
                result = function(*args, **kwargs)
        except MissingFrameError as missing:
            return Note(f"The frame {missing.name} is missing: {missing.reason}.", "not_examined")
        _name_sources(result, sorted(set().union(*map(frames_of, names)) - {"snapshot", "options"}))
        return result

    return shown


def _name_sources(thing: Any, names: list[str]) -> None:
    if isinstance(thing, Table):
        thing.model = {**thing.model, "sources": names}
    elif hasattr(thing, "update_layout"):
        thing.update_layout(meta={"sources": names})
    elif isinstance(thing, (list, tuple)):
        for one in thing:
            _name_sources(one, names)


@dataclass(frozen=True)
class _Cell:
    text: str
    kind: str
    css: str = ""
    sort: str | None = None
    href: str | None = None
    header: bool = False


def table_html(
    model: Model, pack: Pack | None = None, *, limit: int = ROWS_ON_PAGE, file: str = ""
) -> markupsafe.Markup:
    """Return the HTML of a table's model, every value escaped; a model without rows gives its sentence.

    ``pack`` takes the HTML of the rows beyond the first ``ROWS_IN_PLACE`` and returns the number by which the
    page's script finds them again: repetitive as rows are, they pack to a tenth. ``limit`` is the number of
    rows shown at most, ``file`` the address of the file that holds them all.
    """
    if not model["rows"]:
        note = {"text": f"{model['caption']}: {model['empty']}", "kind": "info"}
        return note_html(note)
    rows = _rows(model, limit)
    shown, packed = len(rows), None
    if pack is not None and shown > FOLDED:
        packed = pack(environment().get_template("rows.html.j2").render(rows=rows[ROWS_IN_PLACE:]))
        rows = rows[:ROWS_IN_PLACE]
    page = (
        environment()
        .get_template("table.html.j2")
        .render(
            caption=text.visible(model["caption"]),
            sources=text.enumeration(model.get("sources", [])),
            headings=[
                {"title": text.visible(c["title"]), "numeric": c["kind"] in NUMERIC} for c in model["columns"]
            ],
            rows=rows,
            shown=shown,
            total=model["total"],
            packed=packed,
            file=file,
        )
    )
    return markupsafe.Markup(page)  # noqa: S704 - the template escapes


@dataclass(frozen=True)
class _Row:
    cells: list[_Cell]
    id: str


def _rows(model: Model, limit: int) -> list[_Row]:
    columns = model["columns"]
    header = next((i for i, column in enumerate(columns) if column["kind"] == "text"), 0)
    rows = []
    for number, values in enumerate(model["rows"][:limit]):
        cells = []
        for position, (column, value) in enumerate(zip(columns, values, strict=True)):
            hrefs = model["links"].get(str(position))
            href = _safe_href(hrefs[number]) if hrefs else None
            cells.append(_cell(column["kind"], value, href, header=position == header))
        anchor = model["anchors"][number] if model.get("anchors") else ""
        rows.append(_Row(cells, anchor if _SAFE_ID.match(anchor) else ""))
    return rows


def note_html(model: Model) -> markupsafe.Markup:
    """Return the HTML of a note's model."""
    kind = model["kind"] if model["kind"] in NOTE_KINDS else "info"
    lead = markupsafe.Markup("<b>Not examined</b> ") if kind == "not_examined" else ""
    css = "warning" if kind == "not_examined" else kind
    template = markupsafe.Markup('<div class="wb-note {}" role="note">{}{}</div>')
    return template.format(css, lead, text.visible(str(model["text"])))


def code_html(model: Model, pack: Pack | None = None, *, file: str = "") -> markupsafe.Markup:
    """Return the HTML of a code block's model; ``pack`` takes what follows the first ``LINES_IN_PLACE``.

    ``file`` is the address of the file that holds all, which paper names in the place of the later lines.
    """
    lines = str(model["source"]).splitlines(keepends=True)
    rest = markupsafe.Markup("")
    cut = markupsafe.Markup("")
    if pack is not None and len(lines) > 2 * LINES_IN_PLACE:
        later = pack(str(markupsafe.escape("".join(lines[LINES_IN_PLACE:]))))
        rest = markupsafe.Markup(' data-rest="{}"').format(later)
        said = f"… {len(lines) - LINES_IN_PLACE:,} more lines; all are in {file} of the review's folder."
        cut = markupsafe.Markup(' data-cut="{}"').format(said)
        lines = lines[:LINES_IN_PLACE]
    template = markupsafe.Markup(
        '<pre class="wb-code{}" tabindex="0"{}><code class="language-{}"{}>{}</code></pre>'
    )
    return template.format(" cut" if cut else "", cut, str(model["language"]), rest, "".join(lines))


@functools.cache
def environment() -> jinja2.Environment:
    """Return the environment of the page's templates: everything escaped, an unknown name is an error."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
    )
    made.filters["count"] = text.count_text
    made.filters["breakable"] = lambda words: markupsafe.Markup("<wbr>").join(text.joints(words))
    return made


def _with_style(body: str) -> str:
    """Return HTML for JupyterLab, which has no stylesheet of ours."""
    return f"<style>{(TEMPLATES / 'table.css').read_text(encoding='utf-8')}</style>{body}"


def _refuse_unknown(frame: pd.DataFrame, formats: Mapping[str, str], others: Sequence[str]) -> None:
    known = list(map(str, frame.columns))
    for name in [*formats, *others]:
        if name not in known:
            raise ValueError(f"no column {name!r} in the table; there are {', '.join(known)}")
    for kind in formats.values():
        if kind not in KINDS:
            raise ValueError(f"no format {kind!r}; there are {', '.join(KINDS)}")


def _cell(kind: str, value: Any, href: str | None, *, header: bool) -> _Cell:
    css = "n" if kind in NUMERIC else ""
    if value is None:
        return _Cell(text.MISSING, "text", f"{css} u".strip(), sort="", header=header)
    if kind == "at":
        return _Cell(text.at_text(value), kind, "w", str(value), href, header)
    if kind in _WORDS and isinstance(value, (bool, int, float)):
        sort = str(int(value)) if isinstance(value, bool) else str(value)
        return _Cell(_WORDS[kind](value), kind, css, sort, href, header)
    if kind == "sql":
        return _Cell(str(value), kind, "tall" if _lines(str(value)) > _LINES_IN_CELL else "", header=header)
    if _is_badge(kind, value):
        rank = _SEVERITIES.index(value) if kind == "severity" else None
        return _Cell(str(value), kind, sort=None if rank is None else str(rank), header=header)
    words = ", ".join(value) if isinstance(value, list) else str(value)
    seen = text.visible(words)
    if text.is_unbreakable(seen):
        css = f"{css} b".strip()
    elif not css:
        css = "w" if len(seen) <= _SHORT else "l" if len(seen) > _LONG else ""
    return _Cell(seen, "text", css, None, href, header)


def _lines(sql: str) -> int:
    """Return about how many lines a text takes in a cell."""
    return sum(1 + len(line) // 44 for line in sql.splitlines())


def _is_badge(kind: str, value: Any) -> bool:
    """Tell whether a value may become a badge, for which its text enters a class name."""
    return value in (_SEVERITIES if kind == "severity" else _STATUSES if kind == "status" else ())


def _safe_href(href: str | None) -> str | None:
    """Return an address within the page, beside it, or of the web; nothing else, above all no javascript:."""
    return href if href and _SAFE_HREF.match(href) else None
