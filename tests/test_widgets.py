"""The explorers: what they show follows their controls, as values that need no answer from a notebook client."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import MakeDatabase
from workbench import lab
from workbench import review as reviews
from workbench.figures.tables import CODE_MIME, NOTE_MIME, TABLE_MIME
from workbench.review import Review
from workbench.server import Server
from workbench.widgets import cascades, indexes
from workbench.widgets.outputs import PLOTLY_MIME

SCHEMA = """
    create table parents (id int primary key);
    create table children (id int primary key, parent_id int not null references parents on delete cascade);
    create table notes (id int primary key, child_id int references children on delete set null);
    create index children_parent on children (parent_id);
    create index children_parent_again on children (parent_id);
    insert into parents values (1), (2);
    insert into children select n, 1 from generate_series(1, 3) n;
    insert into notes values (1, 1);
"""


@pytest.fixture
def review(pg18: Server, make_database: MakeDatabase) -> Review:
    return reviews.judge(reviews.take(make_database(pg18, SCHEMA), rows=False))


def shown(area: Any, mime: str) -> list[Any]:
    """Return what an area shows of a MIME type, and hold that nothing was printed into it."""
    # A client that is told of a message id answers, which is what papermill does not survive under load.
    assert area.msg_id == ""
    return [output["data"][mime] for output in area.outputs if mime in output["data"]]


def test_cascades_follow_the_chosen_table(review: Review) -> None:
    explorer = cascades.Explorer(review, review.target)
    assert explorer.root.value == "public.parents"
    (picture,) = shown(explorer.picture, PLOTLY_MIME)
    assert "children" in str(picture)
    (code,) = shown(explorer.sql, CODE_MIME)
    assert 'FROM "public"."children" WHERE ("parent_id") IN' in code["source"]
    explorer.root.value = "public.notes"
    (note,) = shown(explorer.picture, NOTE_MIME)
    assert "public.notes" in note["text"]


def test_cascades_tell_why_rows_cannot_be_counted(review: Review) -> None:
    explorer = cascades.Explorer(review, "no such target")
    explorer.count.click()
    (note,) = shown(explorer.counts, NOTE_MIME)
    assert note["kind"] == "error"
    assert "no such target" in note["text"]


def test_indexes_begin_with_the_review_and_follow_the_filters(review: Review) -> None:
    explorer = indexes.Explorer(review)
    for check, thresholds in explorer.thresholds().items():
        known = indexes.checks()[check].thresholds
        assert thresholds == pytest.approx({name: known[name] for name in thresholds})
    assert len(shown(explorer.rows, TABLE_MIME)[0]["rows"]) == 5
    explorer.table.value = "child"
    assert len(shown(explorer.rows, TABLE_MIME)[0]["rows"]) == 3
    (code,) = shown(explorer.sql, CODE_MIME)
    assert "DROP INDEX CONCURRENTLY" in code["source"]


def test_lab_keeps_outputs_out_of_the_notebooks_folder() -> None:
    def saved(path: str) -> dict[str, Any]:
        cell = {"cell_type": "code", "outputs": [{"output_type": "stream"}], "execution_count": 3}
        lab.without_outputs({"type": "notebook", "content": {"cells": [cell]}}, path=path)
        return cell

    assert saved("notebooks/00_overview.ipynb") == {
        "cell_type": "code",
        "outputs": [],
        "execution_count": None,
    }
    assert saved("mine/00_overview.ipynb")["execution_count"] == 3
