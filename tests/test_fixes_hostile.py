"""Fixes of schemas that are hard to mend: none fails, none brings what nobody explains, and all are taken back."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.conftest import MakeDatabase, connect
from tests.npm import node_modules
from tests.scenarios import execute
from tests.sequelize_agreement import PROJECT
from workbench import fixes, review
from workbench.fixes import Step, clone, trial
from workbench.fixes.statements import new_indexes
from workbench.naming import qualified
from workbench.review import Review
from workbench.server import Server
from workbench.targets import Target

SCHEMAS = Path(__file__).parent / "fixtures" / "fixes"


def planned(target: Target) -> tuple[Review, list[Step]]:
    found = review.judge(review.take(target, rows=True))
    assert not [one for one in found.outcomes if one.status.value == "error"]
    # What concerns the server is the same for all databases, and not theirs to change.
    return found, fixes.plan([one for one in found.findings() if "." in one.object])


def dump(server: Server, target: Target) -> bytes:
    return clone.dump_schema(server, {key: str(value) for key, value in target.conninfo.items()})


def make(make_database: MakeDatabase, server: Server, name: str) -> Target:
    target = make_database(server, (SCHEMAS / f"{name}.sql").read_text(encoding="utf-8"))
    with connect(target) as connection:
        connection.execute("analyze")
    return target


def verified(target: Target) -> None:
    found, steps = planned(target)
    done = trial.verify(target, found.snapshot, steps)
    failed = [(t.step.fix.sql, t.reason) for t in done.tried if t.status == trial.FAILED]
    assert not failed
    assert not [(finding.check, finding.object) for finding in done.new]
    assert done.undo_restores
    assert done.counts()[trial.VERIFIED] + done.choices()[trial.VERIFIED] >= 30


@pytest.mark.parametrize("name", ["names", "structures", "schemas"])
def test_fixes_hold(name: str, pg18: Server, make_database: MakeDatabase) -> None:
    verified(make(make_database, pg18, name))


def test_fixes_hold_on_an_older_server(pg15: Server, make_database: MakeDatabase) -> None:
    verified(make(make_database, pg15, "structures"))


def test_no_statement_fails_on_bad_rows(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(server, (SCHEMAS / "rows.sql").read_text(encoding="utf-8"))
    untouched = dump(server, target)
    _, steps = planned(target)
    active = [step for step in steps if step.is_active]
    waiting = {(f.check, f.object.partition(".")[2]): s.choice for s in steps for f in s.findings if s.choice}
    keys = [f"{key}_fkey" for key in ("health_records.health_records_owner_id", "visits.visits_record_id")]
    keys += [f"{key}_fkey" for key in ("visits.visits_owner_id", "visits.visits_region")]
    counts = [waiting["foreign_key_not_enforced", key].partition(" ")[0] for key in keys]
    assert counts == ["1", "2", "1", "2"]
    assert "1 row refers to nothing" in waiting["cascade_reaches_protected_data", keys[0]]
    assert "1 row refers to nothing" in waiting["hard_cascade_under_soft_delete", keys[0]]
    assert {
        ("check_not_enforced", "visits.known"),
        ("nullable_never_null", "visits.filled"),
    } <= waiting.keys()
    added = [step.fix for step in active if step.findings[0].object == "public.visit_tags.tag_id"]
    assert [fix.stays.keys() for fix in added if "FOREIGN KEY" in fix.sql] == [{"foreign_key_not_enforced"}]
    execute(target, ";\n".join(fixes.split_sql(fixes.script(steps))) + ";\n")
    assert dump(server, target) != untouched
    execute(target, ";\n".join(fixes.split_sql(fixes.undo_script(steps))) + ";\n")
    assert dump(server, target) == untouched


def test_sequelize_runs_the_migration_up_and_down(
    pg18: Server, make_database: MakeDatabase, tmp_path: Path
) -> None:
    """Broken off in the middle, it goes back from there or on, with what is done done once."""
    modules = node_modules(PROJECT)
    by_script, by_sequelize = (make(make_database, pg18, "names") for _ in range(2))
    untouched = dump(pg18, by_sequelize)
    _, steps = planned(by_sequelize)
    built = [made for step in steps if step.is_active for made in new_indexes(step.fix.sql)]
    obstacle = qualified(built[len(built) // 2].schema, built[len(built) // 2].name)
    file = tmp_path / "20270101000000-fixes.js"
    file.write_text(fixes.sequelize_migration(steps), encoding="utf-8")

    def run(direction: str, stopped_by: str = "") -> None:
        environment = {
            **os.environ,
            "NODE_PATH": str(modules),
            "PGHOST": str(by_sequelize.conninfo["host"]),
            "PGPORT": str(by_sequelize.conninfo.get("port", "5432")),
            "PGUSER": str(by_sequelize.conninfo["user"]),
            "PGDATABASE": str(by_sequelize.conninfo["dbname"]),
        }
        command = ["node", str(PROJECT / "migrate.js"), str(file), direction]
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=120, check=False
        )
        assert bool(done.returncode) == bool(stopped_by), done.stderr[-2000:]
        assert stopped_by in done.stderr

    execute(by_sequelize, f"create view {obstacle} as select 1 as one")
    hindered = dump(pg18, by_sequelize)
    run("up", "already exists")
    assert "workbench_fixes_" in dump(pg18, by_sequelize).decode()
    run("down")
    assert dump(pg18, by_sequelize) == hindered
    run("up", "already exists")
    execute(by_sequelize, f"drop view {obstacle}")
    run("up")
    execute(by_script, ";\n".join(fixes.split_sql(fixes.script(steps))) + ";\n")
    assert dump(pg18, by_sequelize) == dump(pg18, by_script) != untouched
    run("down")
    assert dump(pg18, by_sequelize) == untouched
