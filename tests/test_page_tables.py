"""Tables, notes and texts: what they say, what they refuse, what they escape."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest

from workbench.catalog import MissingFrameError
from workbench.figures import text
from workbench.figures.tables import TABLE_MIME, Note, Table, noting_missing


def html(frame: pd.DataFrame, **options: Any) -> str:
    bundle = Table(frame, "Caption", **options)._repr_mimebundle_()
    assert TABLE_MIME in bundle
    return str(bundle["text/html"]).split("</style>")[1].replace("<wbr>", "")


@pytest.mark.parametrize(
    ("write", "value", "words"),
    [
        (text.bytes_text, 0, "0 B"),
        (text.bytes_text, 1023, "1,023 B"),
        (text.bytes_text, 1024, "1.0 kB"),
        (text.bytes_text, 1024 * 1023.9, "1.0 MB"),
        (text.bytes_text, 345 * 2**20, "345 MB"),
        (text.bytes_text, -(2**31), "-2.0 GB"),
        (text.bytes_text, float("nan"), "n/a"),
        (text.ratio_text, 0.0, "0 %"),
        (text.ratio_text, 0.0004, "<0.1 %"),
        (text.ratio_text, 0.9996, ">99.9 %"),
        (text.ratio_text, 1.0, "100 %"),
        (text.ratio_text, 0.1234, "12.3 %"),
        (text.number_text, 0.012345, "0.0123"),
        (text.number_text, 12345.6, "12,346"),
        (text.number_text, 2.0, "2"),
        (text.seconds_text, 0.0123, "12 ms"),
        (text.seconds_text, 61.2, "1 min 1 s"),
        (text.seconds_text, 119.9, "2 min 0 s"),
        (text.seconds_text, 3 * 3600 + 300, "3 h 5 min"),
        (text.at_text, "2026-11-20T12:03:59+01:00", "2026-11-20 11:03 UTC"),
        (text.at_text, pd.NaT, "n/a"),
        (text.count_text, pd.NA, "n/a"),
    ],
)
def test_values_are_written_with_their_units(write: Any, value: Any, words: str) -> None:
    assert write(value) == words


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("plain_name", "plain_name"),
        ("<a href='x'>y</a>", "&lt;a href='x'&gt;y&lt;/a&gt;"),
        ("%{x}", "%\u2060{x}"),
        ("a\nb", "a\\nb"),
        ("\u202eb", "\\u{202e}b"),
        ("x" * 100, "x" * 23 + "…" + "x" * 24),
    ],
)
def test_safe_leaves_plotly_nothing_to_act_on(name: str, shown: str) -> None:
    assert text.safe(name) == shown


def test_neutral_keeps_formatting_only() -> None:
    assert text.neutral("<b>x</b><br><extra></extra>") == "<b>x</b><br><extra></extra>"
    assert text.neutral("<a href=x>y</a><b onclick=z>") == "&lt;a href=x>y&lt;/a>&lt;b onclick=z>"


def test_pieces_of_a_long_word_make_the_word_again() -> None:
    name = "public.student_health_conditions.studentHealthConditionsPkey and words"
    assert "".join(text.joints(name)) == name
    assert len(text.joints(name)) > 4
    assert text.joints("two words") == ["two words"]


def test_a_missing_value_is_never_zero() -> None:
    frame = pd.DataFrame(
        {
            "object": ["a", None],
            "size_bytes": pd.array([None, 0], dtype="Int64"),
            "dead_ratio": [np.nan, 0.5],
            "seen_at": pd.to_datetime([None, "2026-01-01T00:00:00Z"], utc=True),
            "is_valid": pd.array([None, True], dtype="boolean"),
        }
    )
    page = html(frame)
    assert page.count(">n/a<") == 5
    assert page.count('data-sort=""') == 5
    for words in ("0 B", "50 %", "2026-01-01 00:00 UTC", "yes"):
        assert f">{words}<" in page


def test_every_text_of_a_table_is_escaped() -> None:
    evil = "<script>alert(1)</script>"
    frame = pd.DataFrame({"severity": [evil], evil: [evil], "x_sql": [evil], "names": [(evil, "b")]})
    page = html(frame, headings={"severity": evil})
    assert "<script" not in page
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") == 6
    assert "&lt;script&gt;alert(1)&lt;/script&gt;, b" in page


def test_links_lead_within_the_page_beside_it_or_to_the_web() -> None:
    addresses = [
        "#a",
        "snapshot/findings.json",
        "https://x.example/",
        "javascript:alert(1)",
        "//x.example",
        None,
    ]
    frame = pd.DataFrame({"object": list("abcdef"), "href": addresses})
    page = html(frame, links={"object": "href"})
    assert all(f'href="{address}"' in page for address in addresses[:3])
    assert page.count("<a ") == 3
    assert "Href" not in page


def test_rows_left_out_are_told() -> None:
    page = html(pd.DataFrame({"object": [f"t{i}" for i in range(1200)]}), max_rows=1000)
    assert "100 of 1,200 rows are shown." in page


def test_an_empty_table_says_so() -> None:
    assert "Caption: No index is unused." in html(pd.DataFrame({"x": []}), empty="No index is unused.")


def test_unknown_columns_and_formats_are_refused() -> None:
    frame = pd.DataFrame({"a": [1]})
    with pytest.raises(ValueError, match="no column 'b' in the table; there are a"):
        Table(frame, "c", formats={"b": "bytes"})
    with pytest.raises(ValueError, match="no format 'pounds'; there are text, bytes"):
        Table(frame, "c", formats={"a": "pounds"})
    with pytest.raises(ValueError, match="no kind of note 'loud'"):
        Note("x", "loud")


def test_a_table_leaves_its_frame_alone() -> None:
    frame = pd.DataFrame({"a_count": [1, 2], "at": [dt.datetime(2026, 1, 1, tzinfo=dt.UTC)] * 2})
    before = frame.copy()
    html(frame)
    pd.testing.assert_frame_equal(frame, before)


def test_a_missing_frame_becomes_a_note() -> None:
    @noting_missing
    def figure() -> Table:
        raise MissingFrameError("io", "PostgreSQL 15 does not have it")

    note = figure()
    assert isinstance(note, Note)
    assert "Not examined" in note._repr_html_()
    assert "PostgreSQL 15 does not have it" in note._repr_html_()
