"""Checks of security: rights, sensitive columns, audit logs, row security; each bad, good and fixed."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterator

import psycopg
import pytest

from tests.conftest import MakeDatabase, connect, major_of
from tests.scenarios import execute, mends, objects_of, outcome_of
from workbench import sensitive
from workbench.findings import Severity, Status
from workbench.sensitive import Column
from workbench.server import Server


@pytest.fixture
def role(server: Server) -> Iterator[str]:
    """A role of the test's own: roles belong to the whole server, which other tests use at the same time."""
    name = f"r_{uuid.uuid4().hex[:10]}"
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(f"create role {name} login")
    yield name
    with psycopg.connect(server.url(), autocommit=True) as connection:
        for (database,) in connection.execute(
            "select datname from pg_database where datname like 't\\_%'"
        ).fetchall():
            # Another test may drop its database in the meantime.
            with (
                contextlib.suppress(psycopg.OperationalError),
                psycopg.connect(server.url(str(database)), autocommit=True) as inside,
            ):
                inside.execute(f"reassign owned by {name} to postgres; drop owned by {name}")
        connection.execute(f"drop role {name}")


def test_rights_of_everybody(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(
        server,
        "create schema loose; grant create on schema loose to public; revoke create on schema public from public; "
        "create table written (id int); grant insert, select on written to public; create table kept (id int); "
        "create table read (id int, a int); grant select (a) on read to public",
    )
    found = {finding.object: finding.severity for finding in mends(target, "public_grant")}
    assert found == {"public.written": Severity.MEDIUM, "public.read": Severity.LOW, "loose": Severity.MEDIUM}


def test_borrowed_rights(server: Server, make_database: MakeDatabase) -> None:
    body = "returns int language sql security definer"
    target = make_database(
        server,
        f"""create function open(a int, "B" text) {body} as 'select 1';
        create function "Held"() {body} set search_path = pg_catalog as 'select 1';
        create function parsed() {body} return 1;
        create function first_temp() {body} set search_path = public as 'select 1';
        create function last_temp() {body} set search_path = public, pg_temp as 'select 1';
        create function bare() {body} set search_path = '' as 'select 1';
        create schema anybody; grant create on schema anybody to public;
        create function anyone() {body} set search_path = anybody, pg_temp as 'select 1';
        create function plain() returns int language sql as 'select 1';
        create procedure proc() language sql security definer as 'select 1';
        revoke execute on procedure proc() from public""",
    )
    found = {finding.object: finding.severity for finding in mends(target, "security_definer_search_path")}
    assert found == {
        "public.open": Severity.HIGH,
        "public.anyone": Severity.HIGH,
        "public.proc": Severity.MEDIUM,
        "public.first_temp": Severity.LOW,
    }
    assert outcome_of(target, "security_definer_search_path").examined == 8


def test_roles(server: Server, make_database: MakeDatabase, role: str) -> None:
    target = make_database(server, f"alter role {role} superuser")
    assert role in objects_of(target, "superuser_role")
    assert "postgres" not in objects_of(target, "superuser_role")
    assert role in objects_of(target, "role_without_expiry")
    (fix,) = [f.fix for f in outcome_of(target, "superuser_role").findings if f.object == role]
    execute(target, (fix.sql if fix else "") + f"\nalter role {role} valid until '2100-01-01';\n")
    assert role not in objects_of(target, "superuser_role")
    assert role not in objects_of(target, "role_without_expiry")


def test_server_settings(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(server, "select 1")
    assert outcome_of(target, "weak_password_encryption").status is Status.PASSED
    # The test servers listen on a socket only, where there is nothing to encrypt.
    assert outcome_of(target, "ssl_off").status is Status.PASSED
    assert outcome_of(target, "weak_client_authentication").status is Status.PASSED
    name = target.conninfo["dbname"]
    execute(target, f'alter database "{name}" set password_encryption = md5;')
    assert objects_of(target, "weak_password_encryption") == ["server"]


def test_authentication_rules_are_not_readable_for_everybody(
    server: Server, make_database: MakeDatabase, role: str
) -> None:
    outcome = outcome_of(make_database(server, "select 1", user=role), "weak_client_authentication")
    assert outcome.status is Status.NOT_APPLICABLE
    assert "it needs: superuser" in outcome.not_examined[0].reason


PEOPLE = """
create table person (
    id int primary key, first_name text, email varchar(200), "dateOfBirth" date, ssn text, session_id text,
    email_verified boolean, "passwordHash" text, last_password_change timestamptz, remark text, zip_file text
);
comment on column person.remark is 'PHI: seen by nurses only';
create table allergy (id int primary key, person_id int references person, allergen text, notes text, severity text);
create table rule (id int primary key, condition text, name text, secret_level int, address_id int);
create table shelf (id int primary key, badge_x text)
"""


def test_sensitive_columns(server: Server, make_database: MakeDatabase, role: str) -> None:
    sql = (
        PEOPLE + f"; grant select on allergy to public; grant select on all tables in schema public to {role}"
    )
    target = make_database(server, sql, sensitive={r"\.badge_": "identity number"})
    found = {finding.object: finding for finding in outcome_of(target, "sensitive_column").findings}
    assert {name.removeprefix("public."): f.evidence["kind"] for name, f in found.items()} == {
        "person.first_name": "name", "person.email": "contact", "person.dateOfBirth": "birth",
        "person.ssn": "identity number", "person.passwordHash": "credential", "person.remark": "health",
        "allergy.allergen": "health", "allergy.notes": "health", "shelf.badge_x": "identity number",
    }  # fmt: skip
    assert {finding.severity for finding in found.values()} == {Severity.INFO}
    assert role in found["public.person.ssn"].evidence["readers"]
    assert found["public.person.passwordHash"].evidence["storage"].startswith("hashed")
    exposed = {
        finding.object: finding.severity
        for finding in outcome_of(target, "exposed_sensitive_column").findings
    }
    assert exposed["public.allergy.allergen"] is Severity.HIGH
    assert exposed["public.person.ssn"] is Severity.LOW
    execute(target, f"revoke all on all tables in schema public from {role};")
    assert {f.object for f in mends(target, "exposed_sensitive_column")} == {
        "public.allergy.allergen",
        "public.allergy.notes",
    }


def test_addresses_of_institutions_are_not_personal(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(
        server,
        "create table schools (id int, phone text, address text); create table visits (id int, ip_address text); "
        "create table customers (id int, phone text); create table letters (id int, first_name text, address text)",
    )
    found = {f.object: f.evidence["kind"] for f in outcome_of(target, "sensitive_column").findings}
    assert found == {
        "public.customers.phone": "contact",
        "public.letters.address": "contact",
        "public.letters.first_name": "name",
        "public.visits.ip_address": "trace",
    }


def test_a_comment_that_denies_is_no_mark() -> None:
    column = Column("lookup", "title", "text", "Case sensitive; contains no PII")
    assert sensitive.kind_of(column) is None
    assert sensitive.kind_of(Column("lookup", "title", "text", "PHI")) == ("health", "its comment says “phi”")


def test_sensitive_names_match_whole_words() -> None:
    for name in ("session", "classname", "hotelphoneme", "tokenizer", "pinned", "emailed"):
        assert sensitive.kind_of(Column("t", name, "text")) is None
    assert sensitive.kind_of(Column("t", "patientSSN", "text")) == ("identity number", "its name says “ssn”")
    assert sensitive.kind_of(Column("t", "mfa_enabled_secret_count", "integer")) is None


AUDIT = """
create table audit_logs (id bigint primary key, user_id int, entity_type text, entity_id text, action text,
    created_at timestamptz);
create index on audit_logs (created_at);
create index on audit_logs (entity_type, entity_id);
create function note() returns trigger language plpgsql as
    $$ begin insert into audit_logs (action) values (tg_op); return null; end $$;
create function refuse() returns trigger language plpgsql as
    $$ begin raise exception 'append only'; end $$;
create table allergy (id int primary key, allergen text);
create table diagnosis (id int primary key, diagnosis text);
create trigger note after insert or update or delete on allergy for each row execute function note()
"""


def test_audit_logs(server: Server, make_database: MakeDatabase, role: str) -> None:
    target = make_database(server, AUDIT + f"; grant insert, select, update, delete on audit_logs to {role}")
    mutable = mends(target, "audit_log_mutable")
    assert [(f.object, f.evidence["grantees"]) for f in mutable] == [("public.audit_logs", [role])]
    assert [f.object for f in mends(target, "audit_log_index")] == ["public.audit_logs.user_id"]
    [phi] = mends(target, "phi_table_without_audit_trigger")
    assert phi.object == "public.diagnosis" and phi.fix is not None and "public.note" in phi.fix.choice
    assert "Triggers record 1 other table." in phi.detail
    assert objects_of(target, "audit_log_not_partitioned") == []
    execute(target, "create trigger keep before update or delete on audit_logs execute function refuse();")
    assert objects_of(target, "audit_log_mutable") == []
    grown = "insert into audit_logs select i from generate_series(1, 60000) as i;\nanalyze audit_logs;"
    execute(target, grown)
    assert objects_of(target, "audit_log_not_partitioned") == ["public.audit_logs"]


def test_audit_triggers_that_differ_are_no_pattern(pg18: Server, make_database: MakeDatabase) -> None:
    told = "create trigger note after insert or update or delete on allergy for each row execute function note('x')"
    target = make_database(pg18, AUDIT + f"; drop trigger note on allergy; {told}")
    [finding] = outcome_of(target, "phi_table_without_audit_trigger").findings
    assert finding.object == "public.diagnosis" and finding.fix is None


def test_rights_on_columns_and_row_security_of_an_audit_log(
    server: Server, make_database: MakeDatabase, role: str
) -> None:
    target = make_database(
        server,
        f"""create table audit_log (id int, at timestamptz, note text); grant update (note) on audit_log to {role};
        create table change_log (id int, at timestamptz); grant update, delete on change_log to {role};
        alter table change_log enable row level security;
        create policy adding on change_log for insert with check (true);
        create table access_log (id int, at timestamptz); grant update on access_log to {role};
        alter table access_log enable row level security; create policy every on access_log using (true)""",
    )
    found = mends(target, "audit_log_mutable")
    assert [finding.object for finding in found] == ["public.access_log", "public.audit_log"]
    assert found[1].fix is not None
    assert f'REVOKE UPDATE ("note") ON "public"."audit_log" FROM "{role}"' in found[1].fix.sql


def test_a_right_in_a_closed_schema_sleeps(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(
        server,
        """create schema closed; create table closed.t (id int); grant select on closed.t to public;
        create view shown as select 1 as one; grant select on shown to public""",
    )
    found = {f.object: f.severity for f in outcome_of(target, "public_grant").findings}
    assert found == {"closed.t": Severity.INFO, "public.shown": Severity.LOW}


def test_a_login_role_that_owns_the_audit_log_may_change_it(
    server: Server, make_database: MakeDatabase, role: str
) -> None:
    target = make_database(server, AUDIT + f"; alter table audit_logs owner to {role}")
    (finding,) = outcome_of(target, "audit_log_mutable").findings
    assert finding.evidence["owner_logins"] == [role]


TENANTS = """
create table organizations (id int primary key, name text);
create table members (id int primary key, organization_id int not null references organizations);
create table projects (id int primary key, organization_id int references organizations,
    lead_id int references members);
create table tasks (id int primary key, project_id int not null references projects);
create table countries (id int primary key);
alter table members enable row level security;
create policy own on members using (true);
create policy own on projects using (true)
"""


def test_row_security(server: Server, make_database: MakeDatabase, role: str) -> None:
    target = make_database(server, TENANTS)
    found = {f.object: f.severity for f in outcome_of(target, "tenant_table_without_row_security").findings}
    assert found == {"public.projects": Severity.MEDIUM, "public.tasks": Severity.INFO}
    assert [f.object for f in mends(target, "policy_without_row_security")] == ["public.projects"]
    (forced,) = mends(target, "row_security_not_forced")
    assert (forced.object, forced.severity) == ("public.members", Severity.LOW)
    execute(target, f"alter table members owner to {role};\nalter role {role} bypassrls;")
    assert outcome_of(target, "row_security_not_forced").findings[0].severity is Severity.MEDIUM
    assert role in objects_of(target, "role_bypasses_row_security")
    assert objects_of(target, "row_security_without_policy") == []
    (wide,) = outcome_of(target, "policy_shows_all_rows").findings
    assert (wide.object, wide.severity) == ("public.members", Severity.MEDIUM)
    execute(target, "create policy narrow on members as restrictive using (organization_id = 1);")
    assert objects_of(target, "policy_shows_all_rows") == []
    execute(target, "drop policy narrow on members;\ndrop policy own on members;")
    assert objects_of(target, "row_security_without_policy") == ["public.members"]


WAYS_AROUND = """
create table "Secrets" (id int primary key, owner_name text);
alter table "Secrets" enable row level security;
create policy own on "Secrets" using (owner_name = current_user);
create table shown (id int primary key);
alter table shown enable row level security;
create policy everybody on shown using (true);
create view "Leak" as select * from "Secrets";
create view unread as select * from "Secrets";
create view limited as select * from "Secrets" where owner_name = current_user;
create view harmless as select * from shown;
create view upon as select id from unread;
create materialized view copy as select id from "Secrets";
create view by_column as select * from "Secrets";
create function parsed() returns bigint security definer begin atomic select count(*) from "Secrets"; end;
create function kept() returns bigint language sql security definer as 'select count(*) from "Secrets"';
create function plain() returns bigint begin atomic select count(*) from "Secrets"; end;
"""


def test_ways_around_row_security(server: Server, make_database: MakeDatabase, role: str) -> None:
    grants = f"""grant select on "Leak", limited, harmless, upon, "Secrets" to {role};
    grant select on copy to public; grant select (id) on by_column to {role}"""
    target = make_database(server, f"{WAYS_AROUND};\n--;\n{grants}")
    outcome = outcome_of(target, "view_bypasses_row_security")
    assert {f.object: f.severity for f in outcome.findings} == {
        "public.Leak": Severity.MEDIUM,
        "public.copy": Severity.HIGH,
        "public.by_column": Severity.MEDIUM,
        "public.upon": Severity.MEDIUM,
        "public.parsed": Severity.LOW,
    }
    assert sorted(one.object for one in outcome.not_examined) == ["public.kept", "public.limited"]
    with connect(target) as connection:
        connection.execute('begin; lock table "Secrets" in access exclusive mode')
        locked = outcome_of(target, "view_bypasses_row_security")
        connection.execute("rollback")
    assert [f.object for f in locked.findings] == ["public.upon"]
    assert {n.object for n in locked.not_examined if "locked" in n.reason} >= {"public.Leak", "public.copy"}
    if major_of(server) < 15:
        assert not any(finding.fix for finding in outcome.findings)
        return
    leak = {f.object: f for f in mends(target, "view_bypasses_row_security")}["public.Leak"]
    assert (leak.evidence["readers"], leak.evidence["tables"]) == ([role], ["public.Secrets"])
    execute(
        target, 'alter view "Leak" set (security_invoker = on);\nalter view by_column owner to pg_monitor;'
    )
    assert objects_of(target, "view_bypasses_row_security") == ["public.copy", "public.parsed", "public.upon"]


def test_a_view_of_the_tables_owner_is_bound_by_force(
    server: Server, make_database: MakeDatabase, role: str
) -> None:
    target = make_database(server, WAYS_AROUND)
    reader = "pg_read_all_stats"
    execute(
        target,
        f'alter table "Secrets" owner to {role};\nalter view "Leak" owner to {role};\n'
        f'grant select on "Leak" to {reader};\n',
    )
    assert objects_of(target, "view_bypasses_row_security") == ["public.Leak", "public.parsed"]
    execute(target, 'alter table "Secrets" force row level security;')
    assert objects_of(target, "view_bypasses_row_security") == ["public.parsed"]


def test_without_a_tenant_row_security_is_not_judged(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(
        server, "create table a (id int primary key); create table b (a_id int references a)"
    )
    assert outcome_of(target, "tenant_table_without_row_security").status is Status.NOT_APPLICABLE
    assert outcome_of(target, "role_bypasses_row_security").status is Status.NOT_APPLICABLE
