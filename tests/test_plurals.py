"""Counts in sentences: one of a thing is not told as several."""

from __future__ import annotations

import re

import pytest

from workbench import demo, review
from workbench.findings import NotExamined
from workbench.targets import Target
from workbench.words import counted

# Words after a number that end in s and are no plural, and units.
NO_PLURAL = (
    "ms|s|is|was|has|this|its|as|us|needs|breaks|lacks|holds|refers|does|class|address|status|access|process"
)
WRONG = re.compile(rf"(?<![\d.,%-])1 (?!(?:{NO_PLURAL})\b)[a-z]+s\b")


@pytest.mark.parametrize(
    ("number", "noun", "text"),
    [
        (1, "table", "1 table"),
        (12_000, "row", "12,000 rows"),
        (0, "index", "0 indexes"),
        (2, "query", "2 queries"),
        (2, "day", "2 days"),
        (3, "page access", "3 page accesses"),
    ],
)
def test_a_number_with_its_noun(number: int, noun: str, text: str) -> None:
    assert counted(number, noun) == text
    assert counted(2, "datum", "data") == "2 data"


def test_what_is_looked_for() -> None:
    assert WRONG.search("Cascades get there from 1 tables.") and WRONG.search("80 calls of 1 statements")
    assert not any(map(WRONG.search, ("1 ms", "21 tables", "1.1 tables", "1 row breaks", "0,1 tables")))


@pytest.mark.parametrize("name", demo.DATABASES)
def test_no_finding_tells_one_thing_as_several(name: str, request: pytest.FixtureRequest) -> None:
    target: Target = request.getfixturevalue(name)
    outcomes = review.judge(review.take(target)).outcomes
    texts = {
        text
        for outcome in outcomes
        for text in (
            *(part for finding in outcome.findings for part in (finding.title, finding.detail)),
            *(one.reason for one in outcome.not_examined if isinstance(one, NotExamined)),
        )
    }
    assert [text for text in sorted(texts) if WRONG.search(text)] == []
