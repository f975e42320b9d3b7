"""The foreign-key checks: bad, good and fixed on real servers."""

from __future__ import annotations

from tests.conftest import MakeDatabase, connect, needs
from tests.foreign_key_scenarios import assert_fix_and_undo, objects, outcome
from workbench.server import Server

PARENT = (
    "create table parent (id int primary key, code text unique); create table other (id int primary key);"
)


def test_default_action(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(
        server,
        PARENT
        + """
        create table bad (id int primary key, p int constraint stated_nothing references parent);
        create table good (id int primary key, p int references parent on delete restrict,
                           q int references parent on update cascade);
        create table parted (id int, p int references parent) partition by list (id);
        create table parted_1 partition of parted for values in (1);
        comment on constraint stated_nothing on bad is 'it''s kept';
        """,
    )
    found = objects(target, "foreign_key_default_action")
    assert found == {"public.bad.stated_nothing": "low", "public.parted.parted_p_fkey": "low"}
    assert_fix_and_undo(target, "foreign_key_default_action")
    with connect(target) as connection:
        comment = connection.execute(
            "select obj_description(oid) from pg_constraint where conname = 'stated_nothing'"
        )
        assert comment.fetchone() == ("it's kept",)


def test_set_null_on_not_null(server: Server, make_database: MakeDatabase) -> None:
    needs(server, 15)
    target = make_database(
        server,
        """
        create table parent (tenant int, id int, primary key (tenant, id));
        create table single (id int primary key);
        create table bad (tenant int not null, p int,
            constraint pair foreign key (tenant, p) references parent on delete set null,
            s int not null constraint updated references single on update set null);
        create table good (tenant int not null, p int,
            foreign key (tenant, p) references parent on delete set null (p),
            s int references single on delete set null);
        """,
    )
    found = objects(target, "set_null_on_not_null")
    assert found == {"public.bad.pair": "high", "public.bad.updated": "high"}
    assert_fix_and_undo(target, "set_null_on_not_null")
    pair = next(f for f in outcome(target, "set_null_on_not_null").findings if f.object.endswith("pair"))
    assert pair.fix is not None
    assert 'ON DELETE SET NULL ("p")' in pair.fix.sql


def test_set_default_without_a_default(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(
        server,
        """
        create table parent (id int primary key);
        create domain kept as int default 1;
        create table bad (p int not null constraint nothing_to_set references parent on delete set default);
        create table good (p int not null default 1 references parent on delete set default,
            q int references parent on delete set default, d kept not null references parent on delete set default);
        """,
    )
    assert objects(target, "set_null_on_not_null") == {"public.bad.nothing_to_set": "high"}
    assert_fix_and_undo(target, "set_null_on_not_null")


def test_a_habit_is_told_once(server: Server, make_database: MakeDatabase) -> None:
    keys = [f"k{n} int constraint k{n} references parent" for n in range(40)]
    target = make_database(
        server,
        f"""
        create table parent (id int primary key);
        create table habit ({", ".join(keys)}, chosen int references parent on delete cascade);
        create schema orm;
        create table orm.late (p int references parent deferrable, q int references parent initially deferred);
        create table orm.early (p int constraint alone references parent);
        create schema side;
        create table side.too (p int references parent, q int references parent);
        """,
    )
    found = outcome(target, "foreign_key_default_action").findings
    assert {f.object: f.severity.value for f in found} == {
        "public": "low",
        "orm": "info",
        "orm.early.alone": "low",
        "side": "low",
    }
    habit = next(f for f in found if f.object == "public")
    assert len(habit.evidence["recommended_on_delete"]) == 40


def test_type_mismatch(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(
        server,
        """
        create table parent (id bigint primary key, code varchar(20) unique, small smallint unique);
        create domain code as varchar(20);
        create table bad (p int references parent, c varchar(5) references parent (code));
        create table good (p bigint references parent, c code references parent (code),
                           t text references parent (code), i int references parent (small));
        """,
    )
    found = outcome(target, "foreign_key_type_mismatch").findings
    graded = {(f.object, f.severity.value) for f in found}
    assert graded == {
        ("public.bad.bad_p_fkey", "medium"),
        ("public.bad.bad_c_fkey", "low"),
        ("public.good.good_t_fkey", "info"),
        ("public.good.good_i_fkey", "info"),
    }
    assert_fix_and_undo(target, "foreign_key_type_mismatch", [f for f in found if ".bad." in f.object])


def test_duplicates(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(
        server,
        PARENT
        + """
        create table bad (p int constraint first references parent on delete cascade,
                          q int constraint one references parent on delete cascade);
        alter table bad add constraint second foreign key (p) references parent on delete cascade,
                        add constraint two foreign key (q) references parent on delete restrict;
        create table good (p int references parent, q int references parent);
        alter table good add foreign key (p) references other;
        """,
    )
    found = outcome(target, "duplicate_foreign_key").findings
    graded = {f.object: f.severity.value for f in found}
    assert graded == {"public.bad.second": "low", "public.bad.two": "medium"}
    assert_fix_and_undo(target, "duplicate_foreign_key", [f for f in found if f.fix])
    # Which of two different actions is meant cannot be known.
    assert [f.fix for f in found if f.object.endswith("two")] == [None]


def test_not_enforced(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(
        server,
        PARENT
        + """
        create table unread (p int);
        alter table unread add constraint late foreign key (p) references parent not valid;
        create table disabled (p int constraint off references parent);
        alter table disabled disable trigger all;
        create table good (p int references parent);
        """,
    )
    found = objects(target, "foreign_key_not_enforced")
    assert found == {"public.unread.late": "medium", "public.disabled.off": "high"}
    assert_fix_and_undo(target, "foreign_key_not_enforced")


def test_not_enforced_of_18_and_triggers_of_the_referenced_table(
    pg18: Server, make_database: MakeDatabase
) -> None:
    target = make_database(
        pg18,
        PARENT
        + """
        create table loose (p int constraint free references parent not enforced);
        create table gone (p int constraint off references other on delete cascade);
        alter table other disable trigger all;
        """,
    )
    found = outcome(target, "foreign_key_not_enforced").findings
    assert {f.object: f.severity.value for f in found} == {
        "public.loose.free": "high",
        "public.gone.off": "high",
    }
    assert_fix_and_undo(target, "foreign_key_not_enforced")


def test_self_references_and_cycles(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(
        server,
        """
        create table tree (id int primary key, up int references tree on delete cascade);
        create table chat (id int primary key, last int);
        create table message (id int primary key, chat int not null references chat);
        alter table chat add constraint latest foreign key (last) references message;
        create table egg (id int primary key, hen int not null);
        create table hen (id int primary key, egg int not null references egg);
        alter table egg add foreign key (hen) references hen;
        """,
    )
    assert objects(target, "self_reference") == {"public.tree.tree_up_fkey": "info"}
    assert objects(target, "foreign_key_cycle") == {"public.chat": "info", "public.egg": "low"}


def test_hostile_names(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(
        server,
        """
        create table "a.b ""c" (id int primary key);
        create table "x;--" ("ON DELETE" int, constraint "it's ""me"" %s" foreign key ("ON DELETE")
            references "a.b ""c");
        """,
    )
    assert list(objects(target, "foreign_key_default_action")) == ['public.x;--.it\'s "me" %s']
    assert_fix_and_undo(target, "foreign_key_default_action")
