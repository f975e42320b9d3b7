"""One executed notebook as the body of a chapter: nbconvert with a template that trusts no output.

Outputs are taken by a closed list of MIME types: the workbench's own tables, notes and code as data, Plotly
figures as data, pictures as images, Markdown without HTML, and text. HTML and scripts never pass.
"""

# Jupyter's libraries are typed in part only.
# mypy: allow-untyped-calls

from __future__ import annotations

import base64
import html
import itertools
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jinja2
import mistune
import nbformat
from markupsafe import Markup
from nbconvert.exporters.templateexporter import TemplateExporter

from workbench.figures.tables import (
    CODE_MIME,
    FOLDED,
    LINES_IN_PLACE,
    NOTE_MIME,
    TABLE_MIME,
    TEMPLATES,
    code_html,
    note_html,
    table_html,
)
from workbench.figures.text import TITLE_PIXELS, enumeration, neutral, visible

PLOTLY_MIME = "application/vnd.plotly.v1+json"
ATTACHMENTS = "tables"
_ERROR_TAG = "papermill-error-cell-tag"
_DEFAULT_HEIGHT = 420
_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_PICTURES = ("image/svg+xml", "image/png", "image/jpeg")


@dataclass(frozen=True)
class Heading:
    """A heading of a chapter, as its text and the address within the page."""

    level: int
    text: str
    id: str


@dataclass
class Chapter:
    """A chapter ready for the page."""

    name: str
    id: str
    title: str
    headings: list[Heading]
    body: Markup
    untitled: bool
    reason: str | None = None


@dataclass
class Store:
    """What a page carries packed, as data for its script, and what goes into files beside it.

    ``figures`` and ``rows``, the later parts of long tables and programs, are numbered by their places.
    ``tables`` and ``programs`` give for the address of a file what it holds.
    """

    figures: list[Mapping[str, Any]] = field(default_factory=list)
    rows: list[str] = field(default_factory=list)
    tables: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    programs: dict[str, str] = field(default_factory=dict)
    chapter: str = ""

    def pack(self, html: str) -> int:
        """Keep the later part of a table or a code block, and return the number by which a script finds it."""
        self.rows.append(html)
        return len(self.rows) - 1

    def table(self, model: Mapping[str, Any]) -> Markup:
        """Return the HTML of a table and keep its later rows; a long one goes into a file of its own as well."""
        file = ""
        if len(model["rows"]) > FOLDED:
            file = self._address(model["caption"], "csv", self.tables)
            self.tables[file] = model
        return table_html(model, self.pack, file=file)

    def code(self, model: Mapping[str, Any]) -> Markup:
        """Return the HTML of a code block and keep its later lines; a long one goes into a file as well."""
        file = ""
        if str(model["source"]).count("\n") >= 2 * LINES_IN_PLACE:
            suffix = {"sql": "sql", "javascript": "js"}.get(str(model["language"]), "txt")
            file = self._address("program", suffix, self.programs)
            self.programs[file] = str(model["source"])
        return code_html(model, self.pack, file=file)

    def _address(self, title: str, suffix: str, taken: Mapping[str, Any]) -> str:
        """Return an address below the review's folder that holds nothing yet."""
        # Counts change between reviews, and a file shall keep its name.
        words = re.sub(r"^[\d,]+ ", "", title.lower())
        slug = re.sub(r"[^a-z0-9]+", "-", words).strip("-")[:40].strip("-")
        stem = f"{ATTACHMENTS}/{self.chapter}-{slug}"
        names = (f"{stem}{'' if number == 1 else f'-{number}'}.{suffix}" for number in itertools.count(1))
        return next(name for name in names if name not in taken)

    def figure(self, figure: Mapping[str, Any]) -> Markup:
        """Keep a figure and return the HTML that stands where the script shall draw it.

        The title becomes the caption; the template goes, because the page brings its own for its theme.
        """
        clean = _neutral(figure)
        layout = {key: value for key, value in clean.get("layout", {}).items() if key != "template"}
        title = layout.pop("title", None)
        caption = _plain(title.get("text", "") if isinstance(title, dict) else str(title or ""))
        _take_title_away(layout)
        meta = layout.pop("meta", None)
        names = meta.get("sources", []) if isinstance(meta, dict) else []
        sources = (
            Markup(' <span class="wb-source">from {}</span>').format(enumeration(names)) if names else ""
        )
        height = layout.setdefault("height", _DEFAULT_HEIGHT)
        self.figures.append({"data": clean.get("data", []), "layout": layout})
        template = Markup(
            '<figure class="wb-figure" data-figure="{}"><figcaption>{}{}</figcaption>'
            '<div class="plot" role="img" aria-label="{}" style="min-height:{}px"></div></figure>'
        )
        return template.format(len(self.figures) - 1, caption, sources, caption, int(height))


def _take_title_away(layout: dict[str, Any]) -> None:
    """Give back the room that ``finish`` added for the title, which stands in the caption now."""
    margin = layout.get("margin", {})
    if "t" in margin and "height" in layout:
        margin["t"] = max(0, margin["t"] - TITLE_PIXELS)
        layout["height"] -= TITLE_PIXELS


def convert(name: str, notebook: Path, store: Store, reason: str | None) -> Chapter:
    """Return an executed notebook as a chapter; one that cannot be read gives a chapter without body."""
    identity = re.sub(r"\W+", "-", name).strip("-")
    prose = _Prose(identity)
    store.chapter = identity
    try:
        nb = nbformat.read(notebook, as_version=4)
        nb.cells = [cell for cell in nb.cells if _ERROR_TAG not in cell.metadata.get("tags", [])]
        body, _ = _Exporter(prose, store).from_notebook_node(nb)
    except (OSError, ValueError, nbformat.ValidationError) as error:
        reason, body = reason or f"{type(error).__name__}: {error}", ""
    first = next((heading for heading in prose.headings if heading.level == 2), None)
    title = first.text if first else re.sub(r"^\d+_", "", name).replace("_", " ").capitalize()
    return Chapter(
        name=name,
        id=first.id if first else identity,
        title=title,
        headings=[heading for heading in prose.headings if heading.level == 3],
        body=Markup(body),  # noqa: S704 - made by templates that escape
        untitled=first is None,
        reason=reason,
    )


class _Prose(mistune.HTMLRenderer):
    """Markdown without HTML, images and harmful links; headings one level down, for the page has the first."""

    def __init__(self, prefix: str) -> None:
        super().__init__(escape=True)
        self.headings: list[Heading] = []
        self._prefix = prefix
        self._markdown = mistune.create_markdown(renderer=self, plugins=["table", "strikethrough"])

    def render_markdown(self, source: str) -> Markup:
        """Return Markdown as HTML and keep its headings."""
        return Markup(self._markdown(visible_lines(source)))  # noqa: S704 - the renderer escapes

    def heading(self, text: str, level: int, **attrs: Any) -> str:
        level = min(level + 1, 6)
        plain = html.unescape(re.sub(r"<[^>]+>", "", text))
        slug = re.sub(r"\W+", "-", plain.lower()).strip("-")
        identity = f"{self._prefix}-{slug}"
        if any(heading.id == identity for heading in self.headings):
            identity = f"{identity}-{len(self.headings)}"
        self.headings.append(Heading(level, plain, identity))
        return f'<h{level} id="{html.escape(identity)}">{text}</h{level}>\n'

    def image(self, text: str, url: str, title: str | None = None) -> str:
        # A picture by address would be a request, and a name of the database could ask for it.
        return mistune.escape(text)


class _Exporter(TemplateExporter):
    """nbconvert with the template of ``templates/chapter``, everything escaped by default."""

    template_name = "chapter"
    file_extension = ".html"
    output_mimetype = "text/html"

    def __init__(self, prose: _Prose, store: Store) -> None:
        super().__init__(extra_template_basedirs=[str(TEMPLATES)])
        self._filters: Mapping[str, Callable[..., Any]] = {
            "prose": prose.render_markdown,
            "plain": lambda text: visible_lines(_ANSI.sub("", text)).strip("\n"),
            "program": lambda source: Markup("<pre>{}</pre>").format(source),
            "shown": lambda output: _shown(output.get("data", {}), prose, store),
        }

    def _create_environment(self) -> jinja2.Environment:
        environment: jinja2.Environment = super()._create_environment()
        environment.autoescape = True
        environment.filters.update(self._filters)
        return environment


def _shown(data: Mapping[str, Any], prose: _Prose, store: Store) -> Markup:
    """Return one output as HTML, from the first MIME type that the page knows; nothing else is looked at."""
    own: Mapping[str, Callable[[Any], Markup]] = {
        TABLE_MIME: store.table,
        NOTE_MIME: note_html,
        CODE_MIME: store.code,
        PLOTLY_MIME: store.figure,
    }
    for mime, render in own.items():
        if mime in data:
            return render(data[mime])
    for mime in _PICTURES:
        if mime in data:
            return _picture(mime, data[mime])
    if "text/markdown" in data:
        return Markup('<div class="prose">{}</div>').format(prose.render_markdown(data["text/markdown"]))
    plain = visible_lines(str(data.get("text/plain", "")))
    return Markup('<pre class="stream">{}</pre>').format(plain) if plain else Markup("")


def _picture(mime: str, content: str) -> Markup:
    """Return a picture as an image, in which scripts do not run; SVG included."""
    if mime == "image/svg+xml":
        encoded = base64.b64encode(content.encode()).decode("ascii")
    else:
        encoded = re.sub(r"\s", "", content)
    return Markup('<img class="picture" alt="" src="data:{};base64,{}">').format(mime, encoded)


def visible_lines(text: str) -> str:
    """Return a text of several lines with its other control characters made visible."""
    return "\n".join(visible(line.replace("\t", "    ")) for line in text.split("\n"))


def _neutral(value: Any) -> Any:
    """Return a figure's data with every tag that Plotly would act on undone, links above all, floats rounded."""
    if isinstance(value, str):
        return neutral(value)
    if isinstance(value, list):
        return [_neutral(item) for item in value]
    if isinstance(value, float):
        # A thousandth of a pixel is enough, and digits are what figures mostly weigh.
        return float(f"{value:.6g}")
    if isinstance(value, dict):
        return {key: _neutral(item) for key, item in value.items() if key not in ("_template", "href")}
    return value


def _plain(text: str) -> str:
    """Return a Plotly text without its formatting."""
    return html.unescape(re.sub(r"</?\w+[^<>]*>", "", re.sub(r"<br\s*/?>", ": ", text)))


def compact(value: Any) -> str:
    """Return a value as JSON without blanks."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
