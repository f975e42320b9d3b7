"""Candidate keys: what names say, what data add, and the benchmark's promise on a sample of its worlds."""

from __future__ import annotations

import psycopg
import pytest

from benchmarks import candidates as benchmark
from tests.conftest import MakeDatabase
from workbench import catalog
from workbench.probes import candidates, integrity, runner
from workbench.probes.entities import names_entity, singular, stem
from workbench.probes.probe import frame
from workbench.review import take
from workbench.server import Server
from workbench.targets import Target

NAMES = """
create table users (id int primary key, email text);
create table categories (id int primary key, parent_id int, name text, sort_order int);
create table people (id uuid primary key);
create table currencies (code text primary key);
create table posts (
    id int primary key, "userId" int, category_id int, created_by int, "verifiedById" int,
    person_id uuid, currency_code text, external_user_id int, view_count int, user_name text,
    commentable_type text, commentable_id int, status int
);
create table order_lines (order_id int, line_no int, primary key (order_id, line_no));
create table returns (id int primary key, order_id int, line_no int);
create table posts_backup (id int primary key)
"""
EXPECTED = {
    ("posts", ("userId",), "users", ("id",)),
    ("posts", ("category_id",), "categories", ("id",)),
    ("posts", ("created_by",), "users", ("id",)),
    ("posts", ("verifiedById",), "users", ("id",)),
    ("posts", ("person_id",), "people", ("id",)),
    ("posts", ("currency_code",), "currencies", ("code",)),
    ("categories", ("parent_id",), "categories", ("id",)),
    ("returns", ("order_id", "line_no"), "order_lines", ("order_id", "line_no")),
}


def reported(target: Target) -> set[tuple[str, tuple[str, ...], str, tuple[str, ...]]]:
    found = candidates.best(candidates.candidate_keys(catalog.capture(target)))
    columns = ["table_name", "column_names", "referenced_table", "referenced_columns"]
    return set(found[columns].itertuples(index=False, name=None))


def test_names_and_types_alone_find_the_keys(server: Server, make_database: MakeDatabase) -> None:
    assert reported(make_database(server, NAMES)) == EXPECTED


def test_a_declared_key_is_no_candidate(pg18: Server, make_database: MakeDatabase) -> None:
    declared = NAMES + '; alter table posts add foreign key ("userId") references users not valid'
    assert reported(make_database(pg18, declared)) == {one for one in EXPECTED if one[1] != ("userId",)}


def test_more_distinct_values_than_rows_speak_against_a_key(
    pg18: Server, make_database: MakeDatabase
) -> None:
    target = make_database(
        pg18,
        """
        create table level (id int primary key); insert into level select generate_series(1, 5);
        create table score (id int primary key, level int);
        insert into score select g, g from generate_series(1, 1000) g; analyze
        """,
    )
    assert reported(target) == set()


def test_a_borrowed_key_stands_for_the_table_it_refers_to(
    server: Server, make_database: MakeDatabase
) -> None:
    """page_id of page_layout is itself a reference: other columns of that name mean page, and page means nothing."""
    target = make_database(
        server,
        """
        create table cms_page (page_id int primary key, page_no int);
        create table cms_page_layout (page_id int primary key references cms_page, columns_no int);
        create table cms_visit (id int primary key, page_id int)
        """,
    )
    assert reported(target) == {("cms_visit", ("page_id",), "cms_page", ("page_id",))}


def test_attributes_and_parallel_tables_are_no_references(pg18: Server, make_database: MakeDatabase) -> None:
    target = make_database(
        pg18,
        """
        create table media_type (id int primary key, title text);
        create table device (id int primary key, type int, media_type_id int references media_type);
        create table change_tag (id int primary key, tag_id int);
        create table reading_text (sensor text, clock int, value text, primary key (sensor, clock));
        create table reading_float (sensor text, clock int, value float, primary key (sensor, clock));
        create table psk_default (psk_key text primary key);
        create table host (id int primary key, psk_key text not null default '');
        insert into psk_default values ('');
        insert into host select generate_series(1, 50);
        analyze
        """,
    )
    (row,) = candidates.candidate_keys(catalog.capture(target)).to_dict("records")
    assert (row["table_name"], row["referenced_table"]) == ("host", "psk_default")
    assert "all its rows hold one value" in row["reasons"]


def test_borrowed_parallel_and_own_names_lead_to_the_right_table(
    pg18: Server, make_database: MakeDatabase
) -> None:
    """user_id is the key of rate_limit and a column of slice_user; both tell of users, and neither is one."""
    target = make_database(
        pg18,
        """
        create schema desk; create schema shop;
        create table ab_user (id int primary key); create table ab_register_user (id int primary key);
        create table rate_limit (user_id int primary key);
        create table slice_user (id int primary key, user_id int not null, access_token text);
        create table session_token (token text primary key);
        create table machines (id int primary key, machine_no int not null, machine_id int not null);
        create table desk.files (id int primary key); create table shop.files (id int primary key);
        create table desk.notes (id int primary key, file_id int);
        create table history (box_no int, at timestamptz, primary key (box_no, at));
        create table visits (id int primary key, box_no int, at timestamptz);
        create table model (space text, name text, primary key (space, name));
        create table server (space text, name text, primary key (space, name));
        create table hooks (id int primary key, space text, name text)
        """,
    )
    found = {(table, columns, other) for table, columns, other, _ in reported(target)}
    assert found == {
        ("rate_limit", ("user_id",), "ab_user"),
        ("slice_user", ("user_id",), "ab_user"),
        ("notes", ("file_id",), "files"),
    }


def test_rows_confirm_and_reject(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(
        server,
        """
        create table users (id int primary key); insert into users select generate_series(1, 1000);
        create table teams (id int primary key); insert into teams select generate_series(1, 1000);
        create table posts (id int primary key, user_id int, team_id int, owner int);
        insert into posts select g, 1 + g * 7 % 1000, 500000 + g, 1 + g % 5 from generate_series(1, 2000) g
        """,
    )
    snapshot = catalog.capture(target)
    rows = candidates.candidate_keys(snapshot)
    probes = frame(runner.run(target, integrity.candidate_probes(snapshot), 60))
    judged = candidates.judged(rows, probes)
    assert list(judged["column_names"]) == [("user_id",)]
    assert judged["verdict"].tolist() == ["confirmed"]
    assert judged["score"].iloc[0] > rows.set_index("column_names").loc[[("user_id",)], "score"].iloc[0]


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("people", "person"),
        ("statuses", "status"),
        ("warehouses", "warehouse"),
        ("news", "news"),
        ("categories", "category"),
        ("addresses", "address"),
        ("boxes", "box"),
        ("bus", "bus"),
        ("cases", "case"),
    ],
)
def test_singular(word: str, expected: str) -> None:
    assert singular(word) == expected


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        ("customerId", (("customer",), "id")),
        ("fk_customer", (("customer",), "fk")),
        ("id_cliente", (("cliente",), "id")),
        ("verified_by_id", (("verified", "by"), "id")),
        ("account_no", (("account",), "weak")),
        ("artist", (("artist",), "")),
    ],
)
def test_stem(column: str, expected: tuple[tuple[str, ...], str]) -> None:
    assert stem(column) == expected


def test_a_role_is_not_the_name_of_its_table() -> None:
    assert names_entity("user_id", "users")
    assert names_entity("profile_id", "spending_profiles")
    assert names_entity("storeId", "Store", referenced="StoreId")
    assert not names_entity("nurse_id", "users")
    assert not names_entity("created_by", "users")


@pytest.mark.parametrize(
    "style", ["snake_case, plural", "camelCase", "bare: artist for artist.id", "abbreviations"]
)
def test_hidden_keys_of_a_generated_schema_are_found(
    pg18: Server, make_database: MakeDatabase, style: str
) -> None:
    world = benchmark.generated(style, 21)
    target = make_database(pg18)
    with psycopg.connect(pg18.url(target.name), autocommit=True) as connection:
        benchmark.build(world, connection)
    found = benchmark.found_with_data(target, catalog.capture(target))
    right = len(found & world.truth())
    assert right / len(found) > 0.9
    assert right / len(world.truth()) > 0.8


def test_a_column_of_a_confirmed_composite_is_not_told_again(
    server: Server, make_database: MakeDatabase
) -> None:
    target = make_database(
        server,
        """
        create table orders (id int primary key); insert into orders select generate_series(1, 300);
        create table order_lines (order_id int references orders, line_no int, primary key (order_id, line_no));
        insert into order_lines select g, n from generate_series(1, 300) g, generate_series(1, 3) n;
        create table line_discounts (id int primary key, order_id int not null, line_no int not null);
        insert into line_discounts select g, g, 1 + g % 3 from generate_series(1, 300) g;
        analyze
        """,
    )
    snapshot = take(target)
    told = candidates.judged(candidates.candidate_keys(snapshot), snapshot["orphans"])
    assert list(zip(told["table_name"], told["column_names"], strict=True)) == [
        ("line_discounts", ("order_id", "line_no"))
    ]
