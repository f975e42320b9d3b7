"""The page as a browser without a network sees it, made from notebooks whose outputs are as bad as they get."""

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pandas as pd
import plotly.graph_objects as go
import pytest
from playwright.sync_api import Browser

from tests.browser import chromium, opened
from workbench.figures.style import finish, safe
from workbench.figures.tables import Code, Note, Table
from workbench.report import ChapterResult, render_review
from workbench.report.chapter import PLOTLY_MIME

HOSTILE = (
    "<script>window.pwned=1</script>",
    "</script><script>window.pwned=2</script>",
    '"><img src=x onerror=window.pwned=3>',
    "[a](javascript:window.pwned=4)",
    "![b](https://evil.example/b.png)",
    '<a href="https://evil.example/">c</a>',
    "</style></title></table><iframe src=javascript:window.pwned=5>",
    "%{customdata} {{ 7 * 7 }} {% raw %} ${x} &lt;b&gt;",
    "line\nbreak \u202etxt.exe \x1b[31mred",
)
PROVENANCE = {
    "target": HOSTILE[1],
    "database": HOSTILE[0],
    "server_version": "18.6",
    "role": HOSTILE[2],
    "captured_at": "2026-11-20T11:03:00+00:00",
    "findings": {"high": 3, "low": 1200},
    "checks": {"failed": 2, "passed": 5},
    "failed": ["io"],
    "missing": {"io": "permission denied"},
    "seconds": {"capture": 1.5},
}


def table() -> Table:
    frame = pd.DataFrame(
        {
            "severity": ["low", "critical", "info", "high"] * 10,
            "object": [f"public.t{i}" for i in range(40)],
            "size_bytes": [None if i == 7 else i * 1024.0 for i in range(40)],
            "dead_ratio": [i / 100 for i in range(40)],
            "analyzed_at": pd.to_datetime(["2026-11-20T11:03:00Z"] * 40),
            "is_valid": [True, False] * 20,
            "drop_sql": [f'DROP INDEX "i{i}";' for i in range(40)],
        }
    )
    return Table(frame.assign(place=[f"finding-{i}" for i in range(40)]), "Sortable things", anchors="place")


def hostile_figure() -> go.Figure:
    bars = go.Bar(
        x=list(range(len(HOSTILE))), y=list(map(safe, HOSTILE)), orientation="h", customdata=HOSTILE
    )
    raw = go.Scatter(
        x=[1, 2], y=[HOSTILE[5], HOSTILE[5]], text=list(HOSTILE[:2]), mode="text", name=HOSTILE[2]
    )
    return finish(go.Figure([bars, raw]), HOSTILE[1], height=500)


def output(thing: object) -> nbformat.NotebookNode:
    """Return what a kernel would send for a thing shown at the end of a cell."""
    if isinstance(thing, dict):
        data = thing
    elif isinstance(thing, go.Figure):
        data = {PLOTLY_MIME: json.loads(thing.to_json()), "text/html": "<b>never shown</b>"}
    else:
        data = thing._repr_mimebundle_()  # type: ignore[attr-defined]
    return nbformat.v4.new_output("display_data", data)


def chapter(folder: Path, name: str, *cells: str | list[object], reason: str | None = None) -> ChapterResult:
    """Write an executed notebook: texts become Markdown cells, lists the outputs of code cells."""
    made = [
        nbformat.v4.new_markdown_cell(cell)
        if isinstance(cell, str)
        else nbformat.v4.new_code_cell("show()", outputs=[output(thing) for thing in cell])
        for cell in cells
    ]
    setup = nbformat.v4.new_code_cell("import workbench as wb")
    notebook = folder / f"{name}.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[*made, setup]), notebook)
    return ChapterResult(name, notebook, 1.0, reason)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("page")
    hostile = "\n".join(HOSTILE)
    frame = pd.DataFrame({"object": HOSTILE, "severity": HOSTILE, HOSTILE[0]: HOSTILE, "a_sql": HOSTILE})
    links = frame.assign(href=["javascript:window.pwned=6", "data:text/html,x", *["#x"] * (len(HOSTILE) - 2)])
    outputs: list[object] = [
        Table(links, HOSTILE[1], links={"object": "href"}),
        Note(HOSTILE[2], "warning"),
        Code(HOSTILE[1]),
        hostile_figure(),
        {"text/html": "<script>window.pwned=7</script>HTML-OUTPUT"},
        {"application/javascript": "window.pwned=8"},
        {"text/vnd.mermaid": "graph LR; A[<img src=x onerror=window.pwned=9>]"},
        {"text/markdown": f"MARKDOWN {hostile}"},
        {"text/latex": "$\\href{javascript:window.pwned=10}{x}$", "text/plain": hostile},
        {"image/svg+xml": "<svg xmlns='http://www.w3.org/2000/svg' onload='window.pwned=11'/>"},
    ]
    figures = [finish(go.Figure(go.Bar(x=["a", "b"], y=[n, 2])), f"Figure {n}") for n in range(6)]
    figures[-1].update_layout(xaxis_title="the last figure of all")
    many = {
        "object": [f"{'=1+' * (not i)}public.m{i:03}" for i in range(400)],
        "drop_sql": ["DROP INDEX i"] * 400,
    }
    long = Table(pd.DataFrame(many), "A long table")
    results = [
        chapter(
            folder, "00_overview", "# Overview\n\n## Numbers\n\nText.", [table()], "```sql\nSELECT 1;\n```"
        ),
        chapter(folder, "10_hostile", f"# {HOSTILE[0]}\n\n{hostile}", outputs),
        chapter(folder, "20_figures", "# Figures", [long], *[[figure] for figure in figures]),
        chapter(
            folder, "30_failed", "# Half done", [Note("until here")], reason="ValueError: nothing to see"
        ),
        ChapterResult("40_gone", folder / "none.ipynb", 0.0, "DeadKernelError: ended by SIGKILL"),
    ]
    return render_review(folder, results, PROVENANCE)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


def test_draws_every_figure_without_a_complaint_or_a_request(page: Path, browser: Browser) -> None:
    with opened(browser, page, viewport={"width": 1280, "height": 700}) as seen:
        seen.wait_for_figures()
        boxes = [svg.bounding_box() for svg in seen.page.locator(".plot .main-svg:first-child").all()]
        assert len(boxes) == 7
        assert all(box and box["width"] > 300 and box["height"] > 200 for box in boxes)
        assert seen.texts("figcaption")[1:3] == ["Figure 0", "Figure 1"]
        assert seen.problems == []


def test_no_injected_name_acts(page: Path, browser: Browser) -> None:
    with opened(browser, page) as seen:
        seen.wait_for_figures()
        document = seen.page
        assert document.evaluate("() => window.pwned") is None
        # Ours: two scripts, three blocks of packed data, and Plotly, put into the head by the second.
        assert document.locator("script").count() == 6
        assert document.locator("iframe, object, embed, form, [onerror], [onload]").count() == 0
        assert document.locator("main img").count() == 1  # the SVG, as an image that runs nothing
        hrefs = document.evaluate(
            "() => [...document.querySelectorAll('a')].map((a) => a.getAttribute('href'))"
        )
        assert [href for href in hrefs if href and not href.startswith(("#", "tables/"))] == []
        assert document.locator(".plot a").count() == 0
        assert "HTML-OUTPUT" not in document.content()
        assert "never shown" not in document.content()
        shown = seen.texts("#main table tbody th[scope=row]")
        assert "</script><script>window.pwned=2</script>" in shown
        assert "line\\nbreak \\u{202e}txt.exe \\u{1b}[31mred" in shown
        assert seen.problems == []


def test_the_policy_stops_what_would_get_through(page: Path, browser: Browser) -> None:
    with opened(browser, page) as seen:
        seen.page.evaluate("() => { const s = document.createElement('script'); s.textContent = 'window.pwned=1';"
                           "document.body.append(s); const i = new Image(); i.src = 'https://evil.example/';"
                           "document.body.append(i); }")  # fmt: skip
        seen.page.wait_for_timeout(100)
        assert seen.page.evaluate("() => window.pwned") is None
        assert sum("Content Security Policy" in problem for problem in seen.problems) == 2


def test_tables_sort_and_filter_by_keyboard(page: Path, browser: Browser) -> None:
    with opened(browser, page) as seen:
        box = seen.page.locator(".wb-table").first
        column = "tbody tr:not([hidden]) > :nth-child({})"

        def values(position: int) -> list[str]:
            return [text.strip() for text in box.locator(column.format(position)).all_text_contents()]

        box.get_by_role("button", name="Show all 40 rows").click()
        size = box.get_by_role("columnheader", name="Size")
        size.get_by_role("button").focus()
        seen.page.keyboard.press("Enter")
        assert size.get_attribute("aria-sort") == "descending"
        assert (values(3)[0], values(3)[-1]) == ("39 kB", "n/a")
        seen.page.keyboard.press("Enter")
        assert size.get_attribute("aria-sort") == "ascending"
        assert (values(3)[0], values(3)[-1]) == ("0 B", "n/a")
        box.get_by_role("button", name="Severity").click()
        assert values(1)[0] == "critical"
        assert values(1)[-1] == "info"
        assert box.locator("[aria-sort]").count() == 1
        box.get_by_role("searchbox").fill("T3 crit")
        assert values(2) == ["public.t33", "public.t37"]
        assert box.get_by_role("status").text_content() == "2 of 40 rows"
        assert seen.problems == []


def test_long_tables_are_unpacked_when_asked(page: Path, browser: Browser) -> None:
    assert "public.m011" in page.read_text(encoding="utf-8")
    assert "public.m012" not in page.read_text(encoding="utf-8")
    with opened(browser, page) as seen:
        box = seen.page.locator(".wb-table", has_text="A long table")
        shown = box.locator("tbody tr:not([hidden]) th")
        assert shown.count() == 12
        assert box.get_by_text("The first 12 of 400 rows.").is_visible()
        box.get_by_role("button", name="Object").click()
        box.get_by_role("button", name="Object").click()
        assert (shown.first.text_content(), shown.count()) == ("public.m399", 12)
        box.get_by_role("button", name="Show all 400 rows").click()
        assert (shown.last.text_content(), shown.count()) == ("=1+public.m000", 400)
        assert box.get_by_role("button", name="Copy this SQL").count() == 400
        box.get_by_role("button", name="Show the first 12").click()
        assert shown.count() == 12
        box.get_by_role("searchbox").fill("m39")
        assert shown.count() == 10
        assert seen.problems == []


def test_every_row_of_a_long_table_is_in_a_file_beside_the_page(page: Path) -> None:
    with (page.parent / "tables/20_figures-a-long-table.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.reader(file))
    assert lines[0] == ["Object", "Drop"]
    assert len(lines) == 401
    assert lines[1] == ["'=1+public.m000", "DROP INDEX i"]


def test_search_reads_packed_rows_and_leads_to_them(page: Path, browser: Browser) -> None:
    with opened(browser, page) as seen:
        field = seen.page.get_by_role("searchbox", name="Search all tables")
        field.fill("m123")
        hit = seen.page.get_by_role("button", name="A long table (1)")
        hit.click()
        box = seen.page.locator(".wb-table", has_text="A long table")
        assert box.locator("tbody tr:not([hidden]) th").all_text_contents() == ["public.m123"]
        field.fill("nothing has this")
        seen.page.get_by_text("No table has it").wait_for()
        assert seen.problems == []


def test_findings_have_addresses_and_severities_are_chosen(page: Path, browser: Browser) -> None:
    with opened(browser, page) as seen:
        seen.page.evaluate("() => { location.hash = '#finding-37'; }")
        row = seen.page.locator("#finding-37")
        row.wait_for()
        assert row.is_visible()
        assert "wb-target" in (row.get_attribute("class") or "")
        box = seen.page.locator(".wb-table").first
        box.get_by_role("combobox").select_option("critical")
        assert set(box.locator("tbody tr:not([hidden]) .wb-badge").all_text_contents()) == {"critical"}
        assert box.get_by_role("status").text_content() == "10 of 40 rows"
        assert seen.problems == []


def test_theme_follows_the_system_and_the_button(page: Path, browser: Browser) -> None:
    def look(seen: object) -> tuple[str, str]:
        ground, ink = seen.page.evaluate(  # type: ignore[attr-defined]
            "() => [getComputedStyle(document.body).backgroundColor,"
            " getComputedStyle(document.querySelector('.plot .xtick text')).fill]"
        )
        return ground, ink

    with opened(browser, page, color_scheme="dark") as seen:
        seen.wait_for_figures()
        dark = look(seen)
        seen.page.get_by_role("button", name="Switch to the light theme").click()
        seen.wait_for_figures()
        light = look(seen)
        seen.page.reload()
        seen.wait_for_figures()
        assert look(seen) == light
        assert seen.problems == []
    assert dark[0] != light[0]
    assert dark[1] != light[1]


def test_prints_figures_that_were_never_scrolled_to(page: Path, browser: Browser, tmp_path: Path) -> None:
    pdf = tmp_path / "review.pdf"
    with opened(browser, page, viewport={"width": 1280, "height": 300}, color_scheme="dark") as seen:
        seen.page.wait_for_function("() => window.Plotly !== undefined")
        seen.page.pdf(path=pdf, prefer_css_page_size=True)
        # On the screen they take their room again.
        seen.page.wait_for_function(
            "() => [...document.querySelectorAll('.plot')].every("
            "(p) => Math.abs(p.querySelector('.main-svg').clientWidth - p.clientWidth) < 2)"
        )
        assert seen.problems == []
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed: apt install poppler-utils")
    text = subprocess.run(
        ["pdftotext", "-layout", pdf, "-"], capture_output=True, text=True, check=True
    ).stdout
    assert "the last figure of all" in text
    # Of long tables paper has the beginning and the name of the file with the rest.
    assert "public.m011" in text
    assert "public.m012" not in text
    assert "The first 12 of 400 rows. All are in tables/20_figures-a-long-table.csv" in text
    assert "permission denied" in text
    assert "Contents" not in text
    assert "Filter rows" not in text
    boxes = subprocess.run(
        ["pdftotext", "-bbox", pdf, "-"], capture_output=True, text=True, check=True
    ).stdout
    width = float(re.findall(r'page width="([\d.]+)"', boxes)[0])
    assert max(map(float, re.findall(r'xMax="([\d.]+)"', boxes))) < width - 30  # nothing is cut at the margin


def test_a_page_that_cannot_be_put_in_place_leaves_nothing_behind(tmp_path: Path) -> None:
    taken = tmp_path / "review.html"
    taken.mkdir()
    with pytest.raises(OSError):
        render_review(tmp_path, [], {})
    assert not [path.name for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_failures_are_shown_and_the_rest_stands(page: Path, browser: Browser) -> None:
    with opened(browser, page) as seen:
        notes = " ".join(seen.texts("[role=note]"))
        assert "ValueError: nothing to see" in notes
        assert "DeadKernelError: ended by SIGKILL" in notes
        assert "This review is partial." in notes
        assert "io: permission denied" in notes
        assert "until here" in notes
        assert seen.texts("nav .failed > a") == ["Half done", "Gone"]


def test_is_accessible_without_script_and_on_a_small_screen(page: Path, browser: Browser) -> None:
    with opened(browser, page, java_script_enabled=False) as seen:
        html = seen.page
        assert html.locator("html").get_attribute("lang") == "en"
        assert html.locator("h1").count() == 1
        assert html.locator("main#main").count() == 1
        assert html.locator("a.skip[href='#main']").count() == 1
        assert html.get_by_role("navigation", name="Contents").get_by_role("link").count() >= 6
        assert html.locator("#main .wb-table table:not(:has(> caption))").count() == 0
        assert html.locator("thead th:not([scope=col])").count() == 0
        assert html.get_by_role("rowheader", name="public.t11").is_visible()
        assert html.get_by_text("which your browser does not run").is_visible()
        anchors = {link.get_attribute("href") for link in html.locator("nav a").all()}
        assert all(html.locator(f"[id='{anchor[1:]}']").count() == 1 for anchor in anchors if anchor)
    with opened(browser, page, viewport={"width": 400, "height": 800}) as seen:
        seen.wait_for_figures()
        assert seen.page.evaluate("() => document.documentElement.scrollWidth") == 400
        contents = seen.page.get_by_role("button", name="Contents")
        link = seen.page.locator("nav").get_by_role("link", name="Figures")
        assert not link.is_visible()
        contents.click()
        assert link.is_visible()
        link.click()
        assert contents.get_attribute("aria-expanded") == "false"


def test_sql_can_be_copied(page: Path, browser: Browser) -> None:
    with opened(browser, page) as seen:
        fenced = seen.page.locator(".prose pre:has(code.language-sql)")
        fenced.get_by_role("button", name="Copy this SQL").click()
        fenced.get_by_text("Copied").wait_for()
        assert fenced.locator("code").text_content() == "SELECT 1;\n"


def test_size(page: Path) -> None:
    assert page.stat().st_size < 2_500_000
