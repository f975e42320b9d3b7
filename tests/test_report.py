"""Chapters in real kernels, and whole reviews of real servers."""

from __future__ import annotations

import json
import multiprocessing
from pathlib import Path

import nbformat
import pytest

from tests.browser import chromium, opened
from tests.conftest import MakeDatabase
from tests.test_page import HOSTILE
from workbench import open_review
from workbench.naming import quote
from workbench.report import ChapterResult, ReportError, render_index, run_chapters, write_review
from workbench.report.scrub import scrub
from workbench.server import Server
from workbench.targets import Target

SECRET = "hunter2-of-nobody"


def notebook(folder: Path, name: str, *cells: str) -> Path:
    """Write a notebook with a parameters cell and the given code cells."""
    parameters = nbformat.v4.new_code_cell("target = 'white_cross'", metadata={"tags": ["parameters"]})
    made = [nbformat.v4.new_markdown_cell(f"# {name}"), parameters, *map(nbformat.v4.new_code_cell, cells)]
    path = folder / f"{name}.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=made), path)
    return path


def outputs(result: ChapterResult) -> list[nbformat.NotebookNode]:
    cells = nbformat.read(result.notebook, as_version=4).cells
    return [out for cell in cells if cell.cell_type == "code" for out in cell.outputs]


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, ChapterResult]:
    folder = tmp_path_factory.mktemp("chapters")
    figure = "import plotly.graph_objects as go\ngo.Figure(go.Bar(x=[1], y=[2]))"
    secret = f"url = 'postgresql://me:{SECRET}@host/db?sslpassword={SECRET}'"
    notebooks = [
        notebook(folder, "good", "import os; print(target, os.path.basename(os.getcwd()))", figure),
        notebook(folder, "raising", secret, "print(url)", "raise ValueError(url)", "print('never')"),
        notebook(
            folder, "killed", "print('begun')", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
        ),
    ]
    told: list[tuple[str, int, int]] = []
    done = run_chapters(
        notebooks,
        {"target": "snapshot"},
        folder / "out",
        progress=lambda *step: told.append(step),
        cwd=folder,
    )
    assert [result.name for result in done] == ["good", "raising", "killed"]
    assert [number for _, number, _ in told] == [1, 2, 3]
    return {result.name: result for result in done}


def test_a_chapter_runs_with_its_parameters(results: dict[str, ChapterResult]) -> None:
    good = results["good"]
    assert good.reason is None
    assert outputs(good)[0].text.startswith("snapshot chapters")
    assert "application/vnd.plotly.v1+json" in outputs(good)[1].data


def test_a_failing_chapter_keeps_what_it_showed(results: dict[str, ChapterResult]) -> None:
    raising = results["raising"]
    assert raising.reason == "ValueError: postgresql://me:***@host/db?sslpassword=***"
    assert [out.output_type for out in outputs(raising)] == ["stream", "error"]


def test_a_killed_kernel_is_reported(results: dict[str, ChapterResult]) -> None:
    reason = results["killed"].reason
    assert reason is not None
    assert "the kernel was ended by SIGKILL" in reason
    assert [out.output_type for out in outputs(results["killed"])] == ["stream", "error"]


def test_a_chapter_has_a_time_limit(tmp_path: Path) -> None:
    endless = notebook(tmp_path, "endless", "while True: pass")
    (done,) = run_chapters([endless], {}, tmp_path / "out", time_limit=2)
    assert done.reason == "DeadKernelError: stopped after the time limit of 2 s"


def test_an_interrupt_leaves_no_kernel_behind(tmp_path: Path) -> None:
    chapters = [notebook(tmp_path, "quick", "1"), notebook(tmp_path, "endless", "while True: pass")]

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_chapters(chapters, {}, tmp_path / "out", progress=interrupt)
    assert multiprocessing.active_children() == []


def test_notebooks_hold_no_secret_and_no_path_of_this_machine(results: dict[str, ChapterResult]) -> None:
    folder = results["good"].notebook.parent
    for path in folder.iterdir():
        text = path.read_text(encoding="utf-8")
        assert SECRET not in text
        assert str(folder) not in text


def test_an_unknown_parameter_is_refused_before_anything_runs(tmp_path: Path) -> None:
    paths = [notebook(tmp_path, "a", "print(1)"), notebook(tmp_path, "b", "print(1)")]
    with pytest.raises(ReportError, match=r"a\.ipynb has no parameter 'tarjet'; it has target"):
        run_chapters(paths, {"target": "x", "tarjet": "y"}, tmp_path / "out")
    assert not (tmp_path / "out").exists()
    (tmp_path / "c.ipynb").write_text("{", encoding="utf-8")
    with pytest.raises(ReportError, match=r"c\.ipynb is no readable notebook"):
        run_chapters([tmp_path / "c.ipynb"], {}, tmp_path / "out")


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("postgresql://u:p%40s@h:5432/d", "postgresql://u:***@h:5432/d"),
        ("postgresql://u@h/d", "postgresql://u@h/d"),
        ("connect host=h password=geheim port=1", "connect host=h password=*** port=1"),
        ("password='two words' user=x", "password=*** user=x"),
        ("PGPASSWORD=geheim psql", "PGPASSWORD=*** psql"),
        ('{"sslpassword": "geheim", "user": "u"}', '{"sslpassword": \'***\', "user": "u"}'),
        ("users.password: plain text is kept", "users.password: plain text is kept"),
        ("column password = varchar(20)", "column password = varchar(20)"),
    ],
)
def test_scrub_masks_passwords_and_leaves_prose(text: str, clean: str) -> None:
    assert scrub(text) == clean


def hostile_sql() -> str:
    names = [quote(name[:50]) for name in HOSTILE]
    tables = [f"create table {n} (id int primary key, {n} int); create index on {n} ({n})" for n in names]
    return "--;".join([*tables, *(f"create index on {n} ({n})" for n in names)])


def test_review_of_a_database_of_hostile_names(
    pg18: Server, make_database: MakeDatabase, tmp_path: Path
) -> None:
    target = make_database(pg18, hostile_sql())
    target = Target(HOSTILE[0], target.conninfo, options=target.options)
    steps: list[str] = []
    done = write_review(target, tmp_path, progress=lambda label, number, total: steps.append(label))
    assert [chapter.reason for chapter in done.chapters if chapter.reason] == []
    assert {path.name for path in done.folder.iterdir()} == {
        "tables",
        "notebooks",
        "snapshot",
        "review.html",
        "review.json",
    }
    assert "00_overview" in steps
    again = open_review(str(done.folder / "snapshot"))
    assert [outcome.to_json() for outcome in again.outcomes] == [o.to_json() for o in done.review.outcomes]
    with chromium() as browser:
        for page in (done.page, tmp_path / "index.html"):
            with opened(browser, page) as seen:
                seen.wait_for_figures()
                assert seen.page.evaluate("() => window.pwned") is None
                assert seen.page.locator("h1").count() == 1
                assert seen.problems == []


def test_unknown_chapter_is_refused_before_the_capture(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="no chapter 'no_such'; there are 00_overview"):
        write_review(Target("nowhere", {"host": "/nowhere"}), tmp_path, chapters=["no_such"])


def summary(folder: Path, captured_at: str, **more: object) -> None:
    folder.mkdir(parents=True)
    content = {
        "target": folder.parent.name,
        "captured_at": captured_at,
        "server_version": "18.6",
        "role": "r",
        "findings": {"high": 2},
        "chapters": [],
        "failed": [],
        "broken_checks": [],
        **more,
    }
    (folder / "review.json").write_text(json.dumps(content), encoding="utf-8")


def test_index_lists_reviews_newest_first_and_flags_what_is_partial(tmp_path: Path) -> None:
    summary(tmp_path / "one" / "1", "2026-01-01T00:00:00+00:00")
    broken = {"name": "50_x", "notebook": "50_x.ipynb", "seconds": 1, "reason": "boom"}
    summary(tmp_path / "two" / "1", "2026-03-01T00:00:00+00:00", chapters=[broken], failed=["io"])
    summary(tmp_path / "one" / "2", "2026-02-01T00:00:00+00:00")
    (tmp_path / "odd" / "1").mkdir(parents=True)
    (tmp_path / "odd" / "1" / "review.json").write_text("[]", encoding="utf-8")
    page = render_index(tmp_path)
    with chromium() as browser, opened(browser, page) as seen:
        rows, names = seen.texts("tbody tr"), seen.texts("tbody th")
        assert seen.problems == []
    assert names == ["two", "one", "one", "odd/1"]
    assert "2026-02-01 00:00 UTC" in rows[1]
    assert "chapter 50_x failed; 1 frames not captured" in rows[0]
    assert "2 high" in rows[0]
    assert "the summary cannot be read" in rows[3]
    assert 'href="one/2/review.html"' in page.read_text(encoding="utf-8")
