"""The table of claims: every name in it exists, and every example is planted in a demo and expected there."""

from __future__ import annotations

import csv

import pytest

from workbench import docs
from workbench.checks import checks

DATA = docs.ROOT / "data"


def table(path: str) -> list[dict[str, str]]:
    with (DATA / path).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


CLAIMS = table("acceptance.csv")


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda c: f"{c['review']} {c['claim']} {c['about']}")
def test_a_claim_is_shown_or_says_why_not(claim: dict[str, str]) -> None:
    names = claim["checks"].split()
    assert [name for name in names if name not in checks()] == []
    if claim["chapter"]:
        assert (docs.ROOT / "notebooks" / f"{claim['chapter']}.ipynb").is_file()
    assert bool(names) != bool(claim["reason"])
    assert not names or claim["chapter"]


@pytest.mark.parametrize("demo", ["white_cross", "lithic"])
def test_examples_are_expected_of_the_demo(demo: str) -> None:
    expected = {(row["check"], row["object"]) for row in table(f"{demo}/expected.csv")}
    chosen = [claim for claim in CLAIMS if claim["demo"] == demo]
    assert chosen
    for claim in chosen:
        assert {(name, claim["object"]) for name in claim["checks"].split()} & expected, claim


def test_all_five_reviews_are_covered() -> None:
    reviews = ["foreign keys", "architecture", "registration", "migrations", "relationships"]
    assert list(dict.fromkeys(claim["review"] for claim in CLAIMS)) == reviews
