"""History in SQLite and in PostgreSQL: what was recorded comes back, and two runs can be compared."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import MakeDatabase
from workbench import history, review
from workbench.catalog import capture
from workbench.server import Server
from workbench.targets import TargetError

BAD = "create table t (a int, b int); create index one on t (a); create index two on t (a)"


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_runs_are_kept_and_compared(
    kind: str, pg18: Server, make_database: MakeDatabase, tmp_path: Path
) -> None:
    info = make_database(pg18).conninfo
    urls = {
        "sqlite": f"sqlite:///{tmp_path / 'deep' / 'history.sqlite'}",
        "postgresql": f"postgresql://{info['user']}@/{info['dbname']}?host={info['host']}",
    }
    engine = history.open_history(urls[kind])
    target = make_database(pg18, BAD)
    first = review.judge(capture(target), ("duplicate_index",))
    number = history.record(engine, first)
    assert history.record(engine, first) != 0  # recorded again, it replaces itself
    assert len(history.runs(engine)) == 1
    number = int(history.runs(engine, target.name)["run_id"].iloc[0])
    kept = history.findings_of(engine, number)
    assert list(kept["object"]) == ["public.t.two"]
    trend = history.trend(engine, target.name).set_index("name")["value"]
    assert trend["findings_low_count"] == 1
    changed = history.difference(kept, kept.iloc[:0])
    assert (len(changed.new), list(changed.gone["check"]), len(changed.kept)) == (0, ["duplicate_index"], 0)
    engine.dispose()


def test_a_wrong_url_repeats_no_password() -> None:
    with pytest.raises(TargetError) as raised:
        history.open_history("postgresql://u:hunter2@127.0.0.1:1/x")
    assert "hunter2" not in str(raised.value)
    with pytest.raises(TargetError):
        history.open_history("nonsense")


def test_an_unknown_run_is_refused(tmp_path: Path) -> None:
    engine = history.open_history(f"sqlite:///{tmp_path / 'h.sqlite'}")
    with pytest.raises(TargetError, match="no run 7"):
        history.findings_of(engine, 7)
    engine.dispose()
