"""The checks on rows, soft deletes and plausibility: bad, good and fixed on real servers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.conftest import MakeDatabase
from tests.scenarios import execute, mends, objects_of, outcome_of
from workbench import checks, collectors
from workbench.findings import Finding, Severity
from workbench.review import take
from workbench.server import Server
from workbench.targets import Target


@pytest.fixture(autouse=True)
def rows_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Collect rows only: these checks read nothing else, and bloat takes its time."""
    mine = [one for one in collectors.collectors() if one.name == "orphans"]
    monkeypatch.setattr(collectors, "collectors", lambda: mine)


def severities(target: Target, check: str) -> dict[str, str]:
    return {f.object: f.severity.value for f in outcome_of(target, check, rows=True).findings}


def only(target: Target, check: str) -> Finding:
    (finding,) = outcome_of(target, check, rows=True).findings
    return finding


def test_orphan_rows(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(
        server,
        """
        create table parent (id int primary key); insert into parent values (1), (2);
        create table bad (id int primary key, parent_id int);
        insert into bad values (1, 1), (2, 7), (3, 7), (4, null);
        alter table bad add constraint bad_fk foreign key (parent_id) references parent not valid;
        create table good (id int primary key, parent_id int constraint good_fk references parent);
        insert into good values (1, 1), (2, null);
        create table needed (id int primary key, parent_id int not null);
        insert into needed values (1, 9);
        alter table needed add constraint needed_fk foreign key (parent_id) references parent not valid
        """,
    )
    assert severities(target, "orphan_rows") == {
        "public.bad.bad_fk": "high",
        "public.needed.needed_fk": "high",
    }
    outcome = outcome_of(target, "orphan_rows", rows=True)
    assert outcome.examined == 2
    assert [n.object for n in outcome.not_examined] == ["1 enforced foreign key"]
    bad = next(f for f in outcome.findings if "bad" in f.object)
    assert bad.detail == (
        "2 of 3 rows of public.bad hold a key (parent_id) that public.parent lacks, although the foreign key "
        "bad_fk says otherwise."
    )
    assert bad.evidence["distinct_values_count"] == 1
    fixes = {f.object.split(".")[1]: f.fix for f in outcome.findings if f.fix}
    assert "this takes the reference" in fixes["bad"].choice and "this deletes" in fixes["needed"].choice
    mends(target, "orphan_rows", rows=True)


def test_half_null_key(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(
        server,
        """
        create table parent (a int, b int, primary key (a, b)); insert into parent values (1, 1);
        create table tenants (id int primary key);
        create table bad (a int, "b b" int, constraint bad_fk foreign key (a, "b b") references parent);
        insert into bad values (1, 1), (null, null), (7, null), (null, 8);
        create table possible (a int, b int, constraint possible_fk foreign key (a, b) references parent);
        create table whole (a int, b int, foreign key (a, b) references parent match full);
        create table checked (a int, b int, foreign key (a, b) references parent, check (num_nulls(a, b) in (0, 2)));
        create table required (a int not null, b int, foreign key (a, b) references parent);
        insert into required values (1, null);
        create table shared
            (a int references tenants, b int, constraint shared_fk foreign key (a, b) references parent);
        insert into tenants values (1); insert into shared values (1, null), (null, 5)
        """,
    )
    found = {f.object.split(".")[1]: f for f in mends(target, "half_null_key", rows=True) if f.fix}
    assert {name: (f.severity.value, f.evidence["violating_rows_count"]) for name, f in found.items()} == {
        "bad": ("medium", 2),
        "possible": ("info", 0),
        # A tenant without the rest is meant so; the rest without the tenant is not.
        "shared": ("medium", 1),
    }


def test_orphan_rows_that_others_hang_on_are_not_deleted(pg18: Server, make_database: MakeDatabase) -> None:
    target = make_database(
        pg18,
        """
        create table parent (id int primary key);
        create table needed (id int generated always as identity primary key, parent_id int not null, size int
            generated always as (parent_id * 2) stored);
        insert into needed (parent_id) values (9);
        alter table needed add constraint needed_fk foreign key (parent_id) references parent not valid
        """,
    )
    mends(target, "orphan_rows", rows=True)
    execute(target, "create table child (needed_id int references needed on delete cascade);")
    [finding] = outcome_of(target, "orphan_rows", rows=True).findings
    assert finding.fix is None


def test_orphan_rows_of_a_key_that_is_not_enforced(pg18: Server, make_database: MakeDatabase) -> None:
    target = make_database(
        pg18,
        """
        create table parent (id int primary key); insert into parent values (1);
        create table bad (id int primary key, parent_id int
            constraint loose references parent not enforced);
        insert into bad values (1, 1), (2, 7)
        """,
    )
    mends(target, "orphan_rows", rows=True)


def test_orphan_rows_of_an_undeclared_key(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(
        server,
        """
        create table users (id int primary key); insert into users select generate_series(1, 100);
        create table posts (id int primary key, user_id int, external_user_id int);
        insert into posts select g, case g when 50 then 777 else g end, 5000 + g from generate_series(1, 100) g
        """,
    )
    [finding] = mends(target, "orphan_rows", rows=True)
    assert (finding.object, finding.severity) == ("public.posts.user_id", Severity.MEDIUM)


LITHIC = """
create table accounts (id int primary key);
create table users (id int primary key, account_id int not null references accounts);
create table spending_profiles (id int primary key, account_id int not null references accounts);
create table cards (
    id int primary key, account_id int not null references accounts, user_id int references users,
    spending_profile_id int references spending_profiles, approved_by int references users
);
insert into accounts values (1), (2);
insert into users select g, 1 + g % 2 from generate_series(1, 10) g;
insert into spending_profiles select g, 1 + g % 2 from generate_series(1, 10) g;
insert into cards select g, 1 + g % 2, 1 + (g + 1) % 2 + 2 * (g % 3), 1 + (g + 1) % 2, 1 + g % 7
from generate_series(1, 40) g;
update cards set user_id = user_id + 1 where id = 3;
update cards set spending_profile_id = 2 where id in (5, 7)
"""


def test_cross_tenant_rows(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(server, LITHIC)
    outcome = outcome_of(target, "cross_tenant_rows", rows=True)
    found = {
        f.distinct.split(" = ")[1]: (f.severity, f.evidence["violating_rows_count"]) for f in outcome.findings
    }
    assert found == {
        "cards(user_id) → users(account_id) → accounts": (Severity.HIGH, 1),
        "cards(spending_profile_id) → spending_profiles(account_id) → accounts": (Severity.HIGH, 2),
    }
    assert {f.object for f in outcome.findings} == {"public.cards.account_id"}
    for finding in outcome.findings:
        assert finding.fix is not None
        execute(target, finding.fix.sql)
    # The keys stop new rows; the old ones stay until they are mended.
    assert len(outcome_of(target, "cross_tenant_rows", rows=True).findings) == 2
    with pytest.raises(Exception, match="violates foreign key"):
        execute(target, "update cards set account_id = 3 - account_id where id = 10")
    execute(target, "update cards set user_id = user_id - 1 where id = 3")
    execute(target, "update cards set spending_profile_id = 1 where id in (5, 7)")
    mended = outcome_of(target, "cross_tenant_rows", rows=True)
    assert (mended.findings, mended.not_examined) == ((), ())
    for finding in outcome.findings:
        assert finding.fix is not None
        execute(target, finding.fix.undo)
    assert outcome_of(target, "cross_tenant_rows", rows=True).examined == 3


def test_ways_that_need_not_agree(pg18: Server, make_database: MakeDatabase) -> None:
    target = make_database(
        pg18,
        """
        create table users (id int primary key);
        create table posts (id int primary key, user_id int not null references users);
        create table comments (id int primary key, user_id int not null references users,
            post_id int not null references posts, updated_by int references users);
        create table store (store_id int primary key);
        create table customer (customer_id int primary key, store_id int not null references store);
        create table inventory (inventory_id int primary key, store_id int not null references store);
        create table rental (id int primary key, inventory_id int not null references inventory,
            customer_id int not null references customer, store_id int references store);
        insert into users values (1), (2); insert into posts values (1, 1);
        insert into comments select g, 2, 1, 1 from generate_series(1, 50) g;
        insert into store values (1), (2); insert into customer values (1, 1), (2, 2);
        insert into inventory values (1, 1), (2, 2);
        insert into rental select g, 1 + g % 2, 1 + g % 3 % 2, 1 + g % 2 from generate_series(1, 60) g
        """,
    )
    assert objects_of(target, "cross_tenant_rows", rows=True) == []


def test_a_named_tenant_root_is_taken(pg18: Server, make_database: MakeDatabase) -> None:
    sql = LITHIC.replace("accounts", "sponsors").replace("account_id", "sponsor_id")
    target = make_database(pg18, sql)
    assert "high" not in severities(target, "cross_tenant_rows").values()
    chosen = replace(target, options=replace(target.options, tenant_roots=("sponsors",)))
    assert severities(chosen, "cross_tenant_rows") == {"public.cards.sponsor_id": "high"}


SOFT = """
create table owner (id int primary key, deleted_at timestamptz);
create table item (id int primary key, owner_id int not null constraint item_fk references owner
    on delete cascade, "deletedAt" timestamptz, email text, constraint item_email unique (email));
create table note (id int primary key, author int constraint note_fk references owner, is_deleted boolean);
create table plain (id int primary key, owner_id int not null constraint plain_fk references owner);
create table kept (id int primary key, plain_id int not null constraint kept_fk references plain
    on delete cascade, deleted_at timestamptz);
create unique index item_live on item (owner_id, email) where "deletedAt" is null;
create table deletion_log (id int primary key, deleted_at timestamptz not null, reference text unique);
insert into owner values (1, null), (2, now());
insert into item values (1, 1, null, 'a'), (2, 2, null, 'b'), (3, 2, now(), 'c');
insert into note values (1, 1, false), (2, 2, false), (3, 2, true), (4, null, null)
"""


def test_live_child_of_soft_deleted(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(server, SOFT)
    assert severities(target, "live_child_of_soft_deleted") == {
        "public.item.item_fk": "medium",
        "public.note.note_fk": "low",
    }
    mends(target, "live_child_of_soft_deleted", rows=True)


def test_hard_cascade_under_soft_delete(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(server, SOFT)
    assert severities(target, "hard_cascade_under_soft_delete") == {"public.item.item_fk": "low"}
    mends(target, "hard_cascade_under_soft_delete")
    protected = replace(target, options=replace(target.options, protected=("public.item",)))
    assert severities(protected, "hard_cascade_under_soft_delete") == {"public.item.item_fk": "medium"}


def test_unique_ignores_soft_delete(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(server, SOFT)
    assert objects_of(target, "unique_ignores_soft_delete") == ["public.item.item_email"]
    mends(target, "unique_ignores_soft_delete")
    execute(target, "alter table item drop constraint item_email")
    execute(target, 'create unique index "odd Name" on item (lower(email) desc)')
    assert objects_of(target, "unique_ignores_soft_delete") == ["public.item.odd Name"]
    mends(target, "unique_ignores_soft_delete")


def test_unique_indexes_that_know_the_mark(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(
        server,
        """
        create table pass (id int primary key, owner int, code text, deleted_at timestamptz, unique (id, owner));
        create unique index on pass (code, coalesce(deleted_at, 'epoch'));
        create unique index on pass (owner, code, deleted_at);
        """,
    )
    assert objects_of(target, "unique_ignores_soft_delete") == []


def test_one_sided_soft_delete(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(server, SOFT)
    assert severities(target, "one_sided_soft_delete") == {
        "public.kept.kept_fk": "low",
        "public.plain.plain_fk": "info",
    }
    execute(target, "alter table plain add column deleted_at timestamptz")
    assert objects_of(target, "one_sided_soft_delete") == []


def test_polymorphic_reference(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(
        server,
        r"""
        create table blog_posts (id int primary key); create table photos (id int primary key);
        create table accounts (id int primary key);
        create table comments (id int primary key, commentable_type text, commentable_id int,
            account_type text, account_id int references accounts);
        insert into blog_posts values (1); insert into photos values (5);
        insert into comments (id, commentable_type, commentable_id) values (1, 'App\Models\BlogPost', 1),
            (2, 'blog_posts', 9), (3, 'Photo', 5), (4, 'Photo', 1), (5, 'Elsewhere', 1), (6, null, 3)
        """,
    )
    finding = only(target, "polymorphic_reference")
    assert (finding.object, finding.severity) == ("public.comments.commentable_id", Severity.LOW)
    assert finding.evidence["examined_rows_count"] == 4
    assert finding.evidence["violating_rows_count"] == 2
    execute(target, "delete from comments where id in (2, 4)")
    assert only(target, "polymorphic_reference").severity is Severity.INFO


def test_date_order_violation(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(
        server,
        """
        create table stay (id int primary key, "startDate" date, "endDate" date, valid_from timestamptz,
            valid_until timestamptz, open numeric, close numeric, shift_start time, shift_end time,
            "recordDate" date, "followUpDate" date, issued_at date, expires_at date,
            check (expires_at >= issued_at));
        insert into stay ("startDate", "endDate", valid_from, valid_until, id)
        select date '2024-01-01', date '2024-01-02', now(), now(), g from generate_series(1, 20) g;
        update stay set "endDate" = '2023-01-01' where id = 3;
        update stay set "recordDate" = '2024-05-05', "followUpDate" = '2024-05-04' where id = 4;
        update stay set open = 2, close = 1, shift_start = '22:00', shift_end = '06:00'
        """,
    )
    assert severities(target, "date_order_violation") == {
        "public.stay.endDate": "medium",
        "public.stay.followUpDate": "medium",
    }
    findings = outcome_of(target, "date_order_violation", rows=True).findings
    for finding in findings:
        assert finding.fix is not None
        execute(target, finding.fix.sql)
    with pytest.raises(Exception, match="violates check constraint"):
        execute(target, "update stay set \"endDate\" = '2020-01-01' where id = 7")
    execute(target, 'update stay set "endDate" = "startDate", "followUpDate" = "recordDate"')
    assert objects_of(target, "date_order_violation", rows=True) == []
    for finding in findings:
        assert finding.fix is not None
        execute(target, finding.fix.undo)
    execute(target, "update stay set \"endDate\" = '2020-01-01' where id = 7")
    assert objects_of(target, "date_order_violation", rows=True) == ["public.stay.endDate"]


def test_duplicate_primary_flag(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(
        server,
        """
        create table student (id int primary key);
        create table contact (id int primary key, "studentId" int not null references student,
            "isPrimary" boolean, deleted_at timestamptz);
        create table phone (id int primary key, student_id int references student, kind text, is_default boolean);
        create table guarded (id int primary key, student_id int references student, is_primary boolean);
        create unique index on guarded (student_id) where is_primary;
        insert into student select generate_series(1, 20);
        insert into contact select g, g, true from generate_series(1, 20) g;
        insert into contact values (101, 5, true, null), (102, 6, false, null), (103, 7, true, now());
        insert into phone values (1, 1, 'home', true), (2, 1, 'work', true)
        """,
    )
    assert severities(target, "duplicate_primary_flag") == {"public.contact.isPrimary": "medium"}
    mends(target, "duplicate_primary_flag", rows=True)


def test_undeclared_foreign_key(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(
        server,
        """
        create table users (id int primary key); insert into users select generate_series(1, 50);
        create table teams (id int primary key); insert into teams select generate_series(1, 50);
        create table posts (id int primary key, "userId" int, team_id int references teams, created_by int,
            position int, external_id int, user_count int);
        insert into posts select g, 1 + g % 50, 1 + g % 50, 1 + g % 50, g % 5, g, g % 9
        from generate_series(1, 100) g;
        create table empty_one (id int primary key, user_id int)
        """,
    )
    assert severities(target, "undeclared_foreign_key") == {
        "public.posts.userId": "medium",
        "public.posts.created_by": "medium",
        "public.empty_one.user_id": "low",
    }
    mends(target, "undeclared_foreign_key", rows=True)


def test_undeclared_keys_are_found_in_a_snapshot_without_rows(
    pg18: Server, make_database: MakeDatabase
) -> None:
    target = make_database(
        pg18, "create table users (id int primary key); create table posts (id int primary key, user_id int)"
    )
    (outcome,) = checks.run_checks(take(target, rows=False), ("undeclared_foreign_key",))
    assert [(f.object, f.severity.value) for f in outcome.findings] == [("public.posts.user_id", "low")]
