"""Relationships, policies, domains, their exports and figures, on a real server and with hostile names."""

from __future__ import annotations

import json
import re

import pandas as pd
import plotly.graph_objects as go
import pytest

from tests.conftest import MakeDatabase
from workbench import catalog
from workbench.commands import diagram_texts
from workbench.commands.cascade import roots, steps
from workbench.figures import cascades, foreign_keys, relationships
from workbench.figures.tables import Note, Table
from workbench.review import Review, judge
from workbench.server import Server
from workbench.targets import Target
from workbench.widgets.cascades import count_statements

SCHEMA = """
create table account (id int primary key);
create table person (id int primary key, account int not null references account);
create table profile (person int primary key references person, bio text);
create table plan (id int primary key, deleted_at timestamptz);
create table card (id int primary key, account int not null references account,
                   person int not null references person, plan int references plan);
create table audit_log (id int primary key, card int references card);
create table tag (id int primary key);
create table card_tag (card int references card, tag int references tag, primary key (card, tag));
create table tree (id int primary key, up int references tree);
create index on card (account);
"""
EVIL = 'x"]<img src=x onerror=alert(1)>|`%{y}\\'


def review_of(target: Target) -> Review:
    return judge(catalog.capture(target), ("foreign_keys", "cascades"))


@pytest.fixture
def review(pg18: Server, make_database: MakeDatabase) -> Review:
    return review_of(make_database(pg18, SCHEMA))


@pytest.fixture
def hostile(pg18: Server, make_database: MakeDatabase) -> Review:
    name = '"' + EVIL.replace('"', '""') + '"'
    return review_of(
        make_database(
            pg18,
            f"create table {name} (id int primary key, {name} int references {name} on delete cascade);"
            f"create table b (id int constraint {name} references {name} on delete restrict);",
        )
    )


def test_type_key_and_policy_of_each_relationship(review: Review) -> None:
    frame: pd.DataFrame = review["relationships"]
    told = {
        (row.table_name, row.columns[0]): (row.type, row.is_optional, row.recommended_on_delete)
        for row in frame.itertuples(index=False)
    }
    assert told == {
        ("person", "account"): ("many-to-one", False, "CASCADE"),
        ("profile", "person"): ("one-to-one", False, "CASCADE"),
        ("card", "account"): ("many-to-one", False, "RESTRICT"),
        ("card", "person"): ("many-to-one", False, "RESTRICT"),
        ("card", "plan"): ("many-to-one", True, "RESTRICT"),
        ("audit_log", "card"): ("many-to-one", True, "RESTRICT"),
        ("card_tag", "card"): ("many-to-one", False, "CASCADE"),
        ("card_tag", "tag"): ("many-to-one", False, "CASCADE"),
        ("tree", "up"): ("many-to-one", True, "SET NULL"),
    }
    assert all(frame["reason"])
    by_key = frame.set_index(["table_name", frame["columns"].str[0]])
    assert by_key.loc[("card_tag", "card"), "joins"] == "public.tag"
    assert by_key.loc[("card", "account"), "index"] == ("card_account_idx",)
    assert by_key.loc[("card", "person"), "index"] == ()


def test_rules_tell_what_probes_found(review: Review) -> None:
    keys = review["relationships"]
    assert set(keys["rules"]) == {("every reference exists: the server sees to it",)}
    frame = pd.DataFrame(
        {
            "kind": ["tenant", "soft_delete"],
            "schema_name": "public",
            "table_name": "card",
            "columns": [("person",), ("plan",)],
            "violations": pd.array([3, None], dtype="Int64"),
            "skipped": [None, "out of time"],
        }
    )
    review.snapshot.add("orphans", frame, source="test")
    found = judge(review.snapshot, ("foreign_keys",))["relationships"]
    rules = {
        row.columns[0]: row.rules[1:] for row in found.itertuples(index=False) if row.table_name == "card"
    }
    assert rules["person"] == ("belongs to the tenant of the row it refers to: broken by 3 rows",)
    assert rules["plan"] == ("no live row under a deleted one: not examined (out of time)",)


def test_domains_follow_keys_and_names(pg18: Server, make_database: MakeDatabase) -> None:
    groups = {"sale": "sale sale_line sale_note", "stock": "stock_item stock_place stock_move"}
    tables = [name for members in groups.values() for name in members.split()]
    tables += [f"thing{i}" for i in range(8)]
    sql = "create table users (id int primary key);"
    sql += "".join(f"create table {name} (id int primary key, u int references users);" for name in tables)
    review = review_of(make_database(pg18, sql))
    domains = review["domains"]
    assert domains == judge(review.snapshot, ("cascades",))["domains"]
    for title, members in groups.items():
        assert {domains[f"public.{name}"] for name in members.split()} == {title}
    assert domains["public.users"] == "core"
    assert len(domains) == len(tables) + 1


def test_exports_hold_every_key(review: Review) -> None:
    number = len(review["relationships"])
    mermaid = diagram_texts.mermaid(review)
    assert len(re.findall(r"^    t\d+ [}|]o--[o|]\| t\d+ : ", mermaid, re.MULTILINE)) == number
    assert len(re.findall("^Ref ", diagram_texts.dbml(review), re.MULTILINE)) == number
    assert diagram_texts.dot(review).count(" -> ") == number
    markdown = diagram_texts.markdown(review)
    assert markdown.count("\n## ") == number
    assert "- **Recommended:** ON DELETE RESTRICT, ON UPDATE CASCADE:" in markdown
    document = json.loads(json.dumps(diagram_texts.document(review)))
    assert len(document["relationships"]) == number


def test_hostile_names_stay_names(hostile: Review) -> None:
    # Mermaid: entity codes; DBML and Graphviz: backslashes; Markdown: backslashes and HTML entities.
    assert "<" not in diagram_texts.mermaid(hostile)
    assert re.search(r'^    t\d+\["public\.x#34;#93;#60;img', diagram_texts.mermaid(hostile), re.MULTILINE)
    for text in (diagram_texts.dbml(hostile), diagram_texts.dot(hostile)):
        # Outside quoted strings nothing of the name is left.
        outside = re.sub(r'"(?:[^"\\]|\\.)*"', "", text)
        assert "img" not in outside
        assert '"' not in outside
    markdown = diagram_texts.markdown(hostile)
    assert "<img" not in markdown
    rows = [line for line in markdown.splitlines() if line.startswith("| ") and "img" in line]
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {8}


def shown(review: Review) -> dict[str, object]:
    figures = {
        "chain": cascades.chain(review),
        "roots": cascades.roots(review),
        "roots_table": cascades.roots_table(review),
        "diamonds": cascades.diamonds(review),
        "protected": cascades.protected(review),
        "unindexed": cascades.unindexed(review),
        "scan_cost": cascades.scan_cost(review),
        "summary": relationships.summary(review),
        "many_to_many": relationships.many_to_many(review),
        "actions": relationships.actions(review),
        "policies": relationships.policies(review),
        "rules": relationships.rules(review),
        "domains": relationships.domains(review),
        "priorities": foreign_keys.priorities(review),
        "found": foreign_keys.found(review, "self_reference"),
    }
    for name in relationships.domain_names(review):
        figures[f"domain {name}"] = relationships.domain(review, name)
    return figures


def test_figures_neither_fail_nor_let_markup_through(review: Review, hostile: Review) -> None:
    for made in (review, hostile):
        for name, figure in shown(made).items():
            if isinstance(figure, go.Figure):
                assert "<img" not in figure.to_json().replace("\\u003c", "<"), name
            else:
                assert isinstance(figure, Table | Note), name
                assert "<img" not in figure._repr_html_(), name


def test_an_empty_database_has_notes_instead_of_figures(pg18: Server, make_database: MakeDatabase) -> None:
    empty = review_of(make_database(pg18))
    assert shown(empty).keys() >= {"chain", "domains"}
    assert isinstance(cascades.chain(empty), Note)
    assert relationships.domain_names(empty) == []


def test_the_picture_follows_root_depth_and_actions(pg18: Server, make_database: MakeDatabase) -> None:
    sql = "create table a (id int primary key);"
    sql += "create table b (id int primary key, a int references a on delete cascade);"
    sql += "create table c (b int references b on delete cascade, a int references a on delete set null);"
    review = review_of(make_database(pg18, sql))

    def labels(**arguments: object) -> list[str]:
        figure = cascades.chain(review, "public.a", **arguments)  # type: ignore[arg-type]
        assert isinstance(figure, go.Figure)
        return [
            note.text for note in figure.layout.annotations if note.font.size == 11 and note.xanchor == "left"
        ]

    assert {"a", "b", "c", "○ c"} <= set(labels())
    assert "c" not in labels(depth=1)
    assert "○ c" not in labels(actions=("CASCADE",))
    with pytest.raises(KeyError):
        cascades.chain(review, "public.nothing")


def test_sql_of_the_explorer_counts(pg18: Server, make_database: MakeDatabase) -> None:
    from tests.conftest import connect

    target = make_database(
        pg18,
        """
        create table a (x int, y int, primary key (x, y));
        create table b (id int primary key, x int, y int, foreign key (x, y) references a on delete cascade);
        create table c (b int references b on delete cascade);
        insert into a values (1, 1), (1, 2); insert into b values (1, 1, 1), (2, 1, 1), (3, 1, 2);
        insert into c values (1), (2), (3);
        """,
    )
    review = review_of(target)
    graph = review["foreign_key_graph"]
    closure = graph.closure(graph.node("public", "a"))
    text = count_statements(graph, closure).replace("$1", "y = 1")
    with connect(target) as connection:
        counts = [connection.execute(one.encode()).fetchone() for one in text.split(";") if one.strip()]
    assert counts == [(1,), (2,), (2,)]
    assert [step["table"] for step in steps(graph, closure, review["estimated_rows"])] == [
        "public.a",
        "public.b",
        "public.c",
    ]
    assert roots(graph, review["estimated_rows"])[0]["tables_reached"] == 2
